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

TEST_F(UnlikelyRequestsTest, StartWithAnEarlierResultAndFailure_ShowsThem) {
  Start("continued_failure { message: 'boo' } last_completion_result { payloads { data: 'r' } }");
  EXPECT_EQ(Run().start().continued_failure().message(), "boo");
  EXPECT_EQ(Run().start().last_completion_result().payloads(0).data(), "r");
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
