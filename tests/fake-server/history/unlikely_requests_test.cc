// What hardly anybody sends, with the answers of the real server.
#include "gmock/gmock.h"
#include "tests/fake-server/history/engine_driver.h"

namespace temporal::server {
namespace {

class UnlikelyRequestsTest : public EngineTest {
 protected:
  std::string StartError(const std::string& fields) {
    Start(fields);
    return std::string(last_.message());
  }
  // Seconds and nanoseconds as they are written.
  static std::string Raw(const google::protobuf::Duration& duration) {
    return std::to_string(duration.seconds()) + "/" + std::to_string(duration.nanos());
  }
  // Of the activity: schedule to close, schedule to start, start to close, heartbeat.
  std::string Timeouts(std::int64_t scheduled_event_id) {
    const auto& scheduled = Run().events().at(scheduled_event_id).activity_task_scheduled_event_attributes();
    return Raw(scheduled.schedule_to_close_timeout()) + " " + Raw(scheduled.schedule_to_start_timeout()) + " " +
           Raw(scheduled.start_to_close_timeout()) + " " + Raw(scheduled.heartbeat_timeout());
  }
  // Name, kind and normal name.
  static std::string Shown(const api::taskqueue::v1::TaskQueue& queue) {
    return queue.name() + " " + std::to_string(static_cast<int>(queue.kind())) + " " + queue.normal_name();
  }
};

TEST_F(UnlikelyRequestsTest, NanosOfMoreThanASecond_AreKeptWhereTheyWereGiven) {
  Start(
      "workflow_execution_timeout { seconds: 1 nanos: 2000000000 } workflow_task_timeout { nanos: 1000000000 } "
      "workflow_start_delay { nanos: 1000000000 }");
  EXPECT_EQ(Raw(Run().start().workflow_execution_timeout()), "1/2000000000");
  EXPECT_EQ(Raw(Run().start().workflow_run_timeout()), "3/0") << "it follows from the other";
  EXPECT_EQ(Raw(Run().start().workflow_task_timeout()), "0/1000000000");
  EXPECT_EQ(Raw(Run().start().first_workflow_task_backoff()), "0/1000000000");
  Poll();
  const auto& task = Run().events().at(2).workflow_task_scheduled_event_attributes();
  EXPECT_EQ(Raw(task.start_to_close_timeout()), "0/1000000000");
}

TEST_F(UnlikelyRequestsTest, NanosOfMoreThanASecond_AreKeptInActivitiesWhereNothingIsCompared) {
  Start();
  const std::string nanos = "{ seconds: 1 nanos: 2000000000 }";
  Do({ScheduleActivity("a", "schedule_to_close_timeout " + nanos + " heartbeat_timeout { nanos: 1000000000 }"),
      ScheduleActivity("b", "schedule_to_close_timeout { seconds: 10 } schedule_to_start_timeout " + nanos +
                                " start_to_close_timeout " + nanos),
      ScheduleActivity("c", "schedule_to_start_timeout " + nanos + " start_to_close_timeout " + nanos)});
  EXPECT_EQ(Timeouts(5), "1/2000000000 1/2000000000 1/2000000000 1/0");
  EXPECT_EQ(Timeouts(6), "10/0 3/0 3/0 0/0");
  EXPECT_EQ(Timeouts(7), "0/0 1/2000000000 1/2000000000 0/0");
}

TEST_F(UnlikelyRequestsTest, ActivityTimeoutsAboveTheRuns_BecomeItAsItWasGiven) {
  Start("workflow_run_timeout { seconds: 1 nanos: 2000000000 }");
  Do({ScheduleActivity("a", "start_to_close_timeout { seconds: 10 } heartbeat_timeout { seconds: 10 }")});
  EXPECT_EQ(Timeouts(5), "1/2000000000 1/2000000000 1/2000000000 3/0");
}

// Its seconds fit into 64-bit nanoseconds; with its nanoseconds they don't.
constexpr char kEdge[] = "{ seconds: 9223372035 nanos: 2147483647 }";
constexpr char kHundredYears[] = "3153600000/0";

TEST_F(UnlikelyRequestsTest, DurationsAtTheEndOfTime_AreAHundredYears) {
  for (const std::string& longest : {std::string(kEdge), std::string("{ seconds: 9223372036854775807 }")}) {
    Start("workflow_id_conflict_policy: WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING workflow_execution_timeout " +
          longest + " workflow_run_timeout " + longest + " workflow_task_timeout " + longest);
    EXPECT_EQ(Raw(Run().start().workflow_execution_timeout()), kHundredYears);
    EXPECT_EQ(Raw(Run().start().workflow_run_timeout()), kHundredYears);
    EXPECT_EQ(Raw(Run().start().workflow_task_timeout()), "120/0");
    Do({ScheduleActivity("a", "start_to_close_timeout " + longest + " schedule_to_start_timeout " + longest),
        MakeCommand("START_TIMER", "timer_id: 't' start_to_fire_timeout " + longest)});
    EXPECT_EQ(Timeouts(5), "3153600000/0 3153600000/0 3153600000/0 0/0");
    EXPECT_EQ(Raw(Run().events().at(6).timer_started_event_attributes().start_to_fire_timeout()), kHundredYears);
    EXPECT_EQ(Run().next_event_id(), 7) << "nothing is due";
  }
}

TEST_F(UnlikelyRequestsTest, ContinuationsOfMoreThanAHundredYears_AreCut) {
  for (const std::string& longest :
       {std::string(kEdge), std::string("{ seconds: 3153600001 }"), std::string("{ seconds: 10000000000 }"),
        std::string("{ seconds: 4611686018427387904 }")}) {
    Start("workflow_id_conflict_policy: WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING");
    const MutableState& before = Run();
    Do({ContinueAsNew("workflow_run_timeout " + longest + " workflow_task_timeout " + longest +
                      " backoff_start_interval " + longest)});
    const auto& told = before.events().at(5).workflow_execution_continued_as_new_event_attributes();
    EXPECT_EQ(Raw(told.workflow_run_timeout()), kHundredYears);
    EXPECT_EQ(Raw(told.workflow_task_timeout()), "120/0");
    EXPECT_EQ(Raw(told.backoff_start_interval()), kHundredYears);
    EXPECT_EQ(Raw(Run().start().workflow_run_timeout()), kHundredYears);
    EXPECT_EQ(Raw(Run().start().first_workflow_task_backoff()), kHundredYears);
    EXPECT_EQ(Run().next_event_id(), 2) << "its first task is not due";
  }
  Start("workflow_id_conflict_policy: WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING");
  Do({ContinueAsNew("backoff_start_interval { seconds: 1 nanos: 2000000000 }")});
  EXPECT_EQ(Raw(Run().start().first_workflow_task_backoff()), "1/2000000000");
}

TEST_F(UnlikelyRequestsTest, WorkflowRetryBeyondTime_IsCapped) {
  Start("retry_policy { maximum_interval { seconds: 9223372036854775807 } }");
  Do({MakeCommand("FAIL_WORKFLOW_EXECUTION",
                  "failure { application_failure_info { next_retry_delay { seconds: 9223372036854775807 } } }")});
  EXPECT_EQ(Raw(Run().start().first_workflow_task_backoff()), kHundredYears);
}

TEST_F(UnlikelyRequestsTest, RunIdsInAnyForm_AreTheSameRun) {
  const std::string run_id = Start();
  std::string upper, bare;
  for (const char c : run_id) {
    upper += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    if (c != '-') bare += c;
  }
  for (const std::string& form : {run_id, upper, bare, "{" + run_id + "}", "urn:uuid:" + upper}) {
    auto execution = Parse<api::common::v1::WorkflowExecution>("workflow_id: 'w' run_id: '" + form + "'");
    const auto found = engine_.Find(namespace_, execution);
    ASSERT_TRUE(found.ok()) << found.status();
    EXPECT_EQ((*found)->run_id(), run_id);
  }
  const auto other = engine_.Find(
      namespace_, Parse<api::common::v1::WorkflowExecution>("workflow_id: 'w' run_id: '" + bare.substr(1) + "0'"));
  EXPECT_EQ(other.status().code(), absl::StatusCode::kNotFound);
}

TEST_F(UnlikelyRequestsTest, KindAndNormalNameOfAQueue_AreKept) {
  Start("task_queue { name: 'tq' kind: TASK_QUEUE_KIND_STICKY normal_name: 'n' }");
  Do({MakeCommand("SCHEDULE_ACTIVITY_TASK",
                  "activity_id: 'a' activity_type { name: 'Act' } start_to_close_timeout { seconds: 1 } task_queue { "
                  "name: 'tq' kind: 55 normal_name: 'n' }"),
      MakeCommand("START_CHILD_WORKFLOW_EXECUTION",
                  "workflow_id: 'c' workflow_type { name: 'T' } inherit_build_id: true task_queue { kind: "
                  "TASK_QUEUE_KIND_STICKY }")});
  const auto& events = Run().events();
  EXPECT_EQ(Shown(Run().start().task_queue()), "tq 2 n");
  EXPECT_EQ(Shown(events.at(2).workflow_task_scheduled_event_attributes().task_queue()), "tq 1 ");
  EXPECT_EQ(Shown(events.at(5).activity_task_scheduled_event_attributes().task_queue()), "tq 55 n");
  EXPECT_EQ(Shown(events.at(6).start_child_workflow_execution_initiated_event_attributes().task_queue()), "tq 2 ");
  Do({ContinueAsNew("task_queue { name: 'tq' kind: TASK_QUEUE_KIND_STICKY normal_name: 'n' }")});
  EXPECT_EQ(Shown(Run().start().task_queue()), "tq 1 ");
}

TEST_F(UnlikelyRequestsTest, MemoWithoutValues_IsLeftOut) {
  const std::string nothing =
      "memo { fields { key: 'a' value { } } fields { key: 'b' value { metadata { key: 'encoding' value: 'json/plain' "
      "} data: 'null' } } } search_attributes { } ";
  Start(nothing);
  EXPECT_FALSE(Run().start().has_memo());
  EXPECT_FALSE(Run().start().has_search_attributes());
  Do({MakeCommand("START_CHILD_WORKFLOW_EXECUTION", "workflow_id: 'c' workflow_type { name: 'T' } " + nothing)});
  const auto& child = Run().events().at(5).start_child_workflow_execution_initiated_event_attributes();
  EXPECT_FALSE(child.has_memo());
  EXPECT_FALSE(child.has_search_attributes());
  const MutableState& before = Run();
  Do({ContinueAsNew(nothing)});
  EXPECT_FALSE(Run().start().has_memo());
  EXPECT_FALSE(before.events()
                   .at(before.next_event_id() - 1)
                   .workflow_execution_continued_as_new_event_attributes()
                   .has_search_attributes());
}

TEST_F(UnlikelyRequestsTest, StartWithAnEarlierResultAndFailure_ShowsThem) {
  Start("continued_failure { message: 'boo' } last_completion_result { payloads { data: 'r' } }");
  EXPECT_EQ(Run().start().continued_failure().message(), "boo");
  EXPECT_EQ(Run().start().last_completion_result().payloads(0).data(), "r");
}

TEST_F(UnlikelyRequestsTest, BinaryChecksum_IsKeptInFailedTasks) {
  Start();
  const std::string told = "binary_checksum: 'bc'";
  auto failed = Parse<wf::RespondWorkflowTaskFailedRequest>(told);
  failed.set_task_token(Poll().task_token());
  EXPECT_TRUE(engine_.RespondWorkflowTaskFailed(namespace_, failed).ok());
  EXPECT_THAT(History(3), testing::HasSubstr("bc"));
  EXPECT_TRUE(Terminate().ok());
  Start();
  EXPECT_FALSE(
      Complete(Poll(), {StartTimer("", 1)}, [&](Completion& c) { c.MergeFrom(Parse<Completion>(told)); }).ok());
  EXPECT_THAT(History(3), testing::HasSubstr("bc"));
}

TEST_F(UnlikelyRequestsTest, CompatibleVersionOnAnotherQueue_IsRefused) {
  const std::string error = " with UseCompatibleVersion cannot run on different task queue.";
  const std::string other = "task_queue { name: 'other' } ";
  Start();
  Do({ScheduleActivity("a", "start_to_close_timeout { seconds: 1 } use_workflow_build_id: true")});
  EXPECT_TRUE(Signal().ok());
  const auto refuse = [&](const Command& command) {
    const absl::Status status = Complete(Poll(), {command});
    EXPECT_TRUE(Terminate().ok());
    Start();
    return std::string(status.message());
  };
  EXPECT_EQ(refuse(MakeCommand("SCHEDULE_ACTIVITY_TASK",
                               "activity_id: 'b' activity_type { name: 'T' } start_to_close_timeout { seconds: 1 } "
                               "use_workflow_build_id: true " +
                                   other)),
            "BadScheduleActivityAttributes: Activity" + error);
  EXPECT_EQ(refuse(ContinueAsNew("inherit_build_id: true " + other)),
            "BadContinueAsNewAttributes: ContinueAsNew" + error);
  EXPECT_EQ(refuse(MakeCommand("START_CHILD_WORKFLOW_EXECUTION",
                               "workflow_id: 'c' workflow_type { name: 'T' } inherit_build_id: true " + other)),
            "BadStartChildExecutionAttributes: StartChildWorkflowExecution" + error);
}

TEST_F(UnlikelyRequestsTest, PagesOfACompletion_AreRefused) {
  Start();
  const WorkflowTask task = Poll();
  const absl::Status status = Complete(task, {}, [](Completion& c) { c.set_page_number(1); });
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(status.message(), "workflow task completion pagination is disabled for this namespace default");
  EXPECT_FALSE(Complete(task, {}, [](Completion& c) { c.set_intermediate_page(true); }).ok());
  EXPECT_TRUE(Complete(task, {}).ok());
}

TEST_F(UnlikelyRequestsTest, PoliciesThatDoNotExist_AreMetOnlyWhenTheyDecide) {
  const std::string stumbled = "something went wrong, please retry";
  EXPECT_EQ(StartError("workflow_id_reuse_policy: 55 workflow_id_conflict_policy: 55"), "");
  EXPECT_EQ(StartError("workflow_id_conflict_policy: 55"), stumbled);
  EXPECT_THAT(StartError("workflow_id_reuse_policy: 55"), testing::HasSubstr("already running"));
  EXPECT_TRUE(Terminate().ok());
  EXPECT_EQ(StartError("workflow_id_reuse_policy: 55"), stumbled);
  EXPECT_EQ(StartError("workflow_id_conflict_policy: 55"), "");
}

TEST_F(UnlikelyRequestsTest, EagerStartAgain_HandsOutTheTaskUntilItIsAnswered) {
  config_.eager_workflow_start = true;
  const auto start = [&] {
    auto response = engine_.Start(namespace_, StartRequest("request_id: 'r' request_eager_execution: true", "w"));
    EXPECT_TRUE(response.ok());
    return response->eager_workflow_task();
  };
  const auto first = start();
  EXPECT_EQ(Run().events().at(3).workflow_task_started_event_attributes().request_id(), "r");
  const auto second = start();
  EXPECT_EQ(second.task_token(), first.task_token());
  EXPECT_EQ(second.history().events_size(), 3);
  EXPECT_TRUE(Complete(second, {StartTimer("t", 1)}).ok());
  EXPECT_EQ(start().task_token(), "");
}

TEST_F(UnlikelyRequestsTest, FailureOfATaskAboveTheLimit_IsCut) {
  Start();
  wf::RespondWorkflowTaskFailedRequest request;
  request.set_task_token(Poll().task_token());
  request.mutable_failure()->set_message(std::string(3'000'000, 'm'));
  request.mutable_failure()->set_source("Probe");
  request.mutable_failure()->mutable_application_failure_info()->set_type("Boom");
  EXPECT_TRUE(engine_.RespondWorkflowTaskFailed(namespace_, request).ok());
  const auto& failure = Run().events().at(4).workflow_task_failed_event_attributes().failure();
  EXPECT_EQ(failure.message(), "Failure exceeds size limit.");
  EXPECT_TRUE(failure.server_failure_info().non_retryable());
  EXPECT_EQ(failure.cause().message().size(), 524'263U);
}

struct Kept {
  std::string source, type;
  std::size_t message, kept_type, kept_message;
};

TEST_F(UnlikelyRequestsTest, FailuresBetweenAttempts_AreCutToFourKilobytes) {
  const std::vector<Kept> cases = {{"", "", 9000, 0, 4088},
                                   {"Probe", "T", 9000, 1, 4074},
                                   {"Probe", std::string(5000, 'T'), 1, 4096, 0},
                                   {"Probe", std::string(5000, 'T'), 5000, 4096, 0}};
  for (const Kept& kept : cases) {
    Start("workflow_id_conflict_policy: WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING");
    Do({ScheduleActivity()});
    wf::RespondActivityTaskFailedRequest request;
    request.set_task_token(PollActivity().task_token());
    auto& failure = *request.mutable_failure();
    failure.set_message(std::string(kept.message, 'm'));
    failure.set_source(kept.source);
    failure.mutable_application_failure_info()->set_type(kept.type);
    EXPECT_TRUE(engine_.RespondActivityTaskFailed(namespace_, request).ok());
    const auto& cut = Run().activities.begin()->second.last_failure->cause();
    EXPECT_EQ(cut.application_failure_info().type().size(), kept.kept_type);
    EXPECT_EQ(cut.message().size(), kept.kept_message) << kept.type.size();
  }
}

TEST_F(UnlikelyRequestsTest, AsManySignalsAsTheBufferHolds_LeaveTheTask) {
  config_.max_buffered_events = 3;
  Start();
  const WorkflowTask task = Poll();
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(Signal().ok());
  EXPECT_TRUE(Complete(task, {}).ok());
}

TEST_F(UnlikelyRequestsTest, MoreSignalsThanTheBufferHolds_ComeBeforeTheNextTask) {
  config_.max_buffered_events = 3;
  Start();
  const WorkflowTask task = Poll();
  for (int i = 0; i < 6; ++i) EXPECT_TRUE(Signal().ok());
  EXPECT_FALSE(Complete(task, {}).ok());
  EXPECT_EQ(Run().task().attempt, 2);
  Poll();
  EXPECT_EQ(Types(3), R"(
4 +0s WorkflowTaskFailed
5 +0s WorkflowExecutionSignaled
6 +0s WorkflowExecutionSignaled
7 +0s WorkflowExecutionSignaled
8 +0s WorkflowExecutionSignaled
9 +0s WorkflowExecutionSignaled
10 +0s WorkflowExecutionSignaled
11 +0s WorkflowTaskScheduled
12 +0s WorkflowTaskStarted
)");
}

}  // namespace
}  // namespace temporal::server
