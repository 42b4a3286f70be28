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
};

TEST_F(UnlikelyRequestsTest, NanosOfMoreThanASecond_AreKeptWhereTheyWereGiven) {
  Start(
      "workflow_execution_timeout { seconds: 1 nanos: 2000000000 } workflow_task_timeout { nanos: 1000000000 } "
      "workflow_start_delay { nanos: 1000000000 }");
  EXPECT_EQ(Raw(Run().start().workflow_execution_timeout()), "1/2000000000");
  EXPECT_EQ(Raw(Run().start().workflow_run_timeout()), "3/0") << "it follows from the other";
  EXPECT_EQ(Raw(Run().start().workflow_task_timeout()), "0/1000000000");
  EXPECT_EQ(Raw(Run().start().first_workflow_task_backoff()), "0/1000000000");
}

TEST_F(UnlikelyRequestsTest, NanosOfMoreThanASecond_AreKeptInActivities) {
  Start();
  Do({ScheduleActivity("a",
                       "schedule_to_close_timeout { seconds: 1 nanos: 2000000000 } heartbeat_timeout { seconds: 0 "
                       "nanos: 1000000000 }")});
  const auto& scheduled = Run().events().at(5).activity_task_scheduled_event_attributes();
  EXPECT_EQ(Raw(scheduled.schedule_to_close_timeout()), "1/2000000000");
  EXPECT_EQ(Raw(scheduled.schedule_to_start_timeout()), "1/2000000000");
  EXPECT_EQ(Raw(scheduled.start_to_close_timeout()), "3/0");
  EXPECT_EQ(Raw(scheduled.heartbeat_timeout()), "1/0");
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
