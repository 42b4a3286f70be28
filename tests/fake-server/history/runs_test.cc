// How runs begin, follow one another and end by what clients ask.
#include "gmock/gmock.h"
#include "tests/fake-server/history/engine_driver.h"

namespace temporal::server {
namespace {

class RunsTest : public EngineTest {
 protected:
  // The error of a start, or "started", or "existing".
  std::string TryStart(const std::string& more) {
    const auto response = engine_.Start(namespace_, StartRequest(more, "w"));
    if (!response.ok()) return Named(std::string(response.status().message()));
    return response->started() ? "started" : "existing";
  }
  // The first run's id replaced.
  std::string Named(std::string text) const {
    const std::string& id = engine_.runs().front()->run_id();
    const std::size_t at = text.find(id);
    return at == std::string::npos ? text : text.replace(at, id.size(), "RUN");
  }
  absl::StatusOr<wf::SignalWithStartWorkflowExecutionResponse> SignalWithStart(const std::string& more = "") {
    return engine_.SignalWithStart(namespace_, Parse<wf::SignalWithStartWorkflowExecutionRequest>(
                                                   "namespace: 'default' workflow_id: 'w' workflow_type { name: 'Wf' } "
                                                   "task_queue { name: 'tq' } signal_name: 's' " +
                                                   more));
  }
};

TEST_F(RunsTest, StartsWhileOneIsRunning_ConflictPolicyDecides) {
  Start("request_id: 'first'");
  EXPECT_EQ(TryStart("request_id: 'other'"), "Workflow execution is already running. WorkflowId: w, RunId: RUN.");
  EXPECT_EQ(TryStart("request_id: 'first'"), "started");
  EXPECT_EQ(TryStart("workflow_id_conflict_policy: WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING"), "existing");
  EXPECT_EQ(engine_.runs().size(), 1U);
  EXPECT_EQ(TryStart("workflow_id_conflict_policy: WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING"), "started");
  EXPECT_EQ(Types(0, engine_.runs()[0]->run_id()), R"(
1 +0s WorkflowExecutionStarted
2 +0s WorkflowTaskScheduled
3 +0s WorkflowExecutionTerminated
)");
  EXPECT_EQ(engine_.runs()[0]->events().at(3).workflow_execution_terminated_event_attributes().reason(),
            "TerminateIfRunning WorkflowIdReusePolicy");
}

TEST_F(RunsTest, StartsAfterOneHasClosed_ReusePolicyDecides) {
  Start();
  Do({CompleteWorkflow()});
  EXPECT_EQ(TryStart("workflow_id_reuse_policy: WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE"),
            "Workflow execution already finished. WorkflowId: w, RunId: RUN. Workflow Id reuse policy: reject "
            "duplicate workflow Id.");
  EXPECT_EQ(TryStart("workflow_id_reuse_policy: WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY"),
            "Workflow execution already finished successfully. WorkflowId: w, RunId: RUN. Workflow Id reuse policy: "
            "allow duplicate workflow Id if last run failed.");
  EXPECT_EQ(TryStart(""), "started");
  EXPECT_TRUE(Terminate().ok());
  EXPECT_EQ(TryStart("workflow_id_reuse_policy: WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY"), "started");
}

TEST_F(RunsTest, EagerStart_TaskInTheResponse) {
  const auto response = engine_.Start(namespace_, StartRequest("request_eager_execution: true identity: 'me'", "w"));
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(TypesIn(response->eager_workflow_task()), R"(
1 WorkflowExecutionStarted
2 WorkflowTaskScheduled
3 WorkflowTaskStarted
)");
  EXPECT_EQ(TryPoll(), std::nullopt);
  EXPECT_TRUE(Complete(response->eager_workflow_task(), {CompleteWorkflow()}).ok());
}

TEST_F(RunsTest, SignalWithStart_SignalComesBeforeTheTask) {
  EXPECT_TRUE(SignalWithStart()->started());
  EXPECT_EQ(Types(), R"(
1 +0s WorkflowExecutionStarted
2 +0s WorkflowExecutionSignaled
3 +0s WorkflowTaskScheduled
)");
  EXPECT_FALSE(SignalWithStart()->started());
  EXPECT_EQ(Run().signal_count, 2);
}

TEST_F(RunsTest, SignalWithStartDuringStartDelay_TaskAtOnce) {
  Start("workflow_start_delay { seconds: 10 }");
  EXPECT_FALSE(SignalWithStart()->started());
  EXPECT_EQ(Types(), R"(
1 +0s WorkflowExecutionStarted
2 +0s WorkflowExecutionSignaled
3 +0s WorkflowTaskScheduled
)");
  Sleep(seconds(20));
  EXPECT_EQ(Run().next_event_id(), 4);
}

TEST_F(RunsTest, SameSignalTwice_OneEvent) {
  Start();
  EXPECT_TRUE(Signal("s", "request").ok());
  EXPECT_TRUE(Signal("s", "request").ok());
  EXPECT_TRUE(Signal("s", "another").ok());
  EXPECT_EQ(Run().signal_count, 2);
}

TEST_F(RunsTest, ClosedRun_RefusesSignalAndTerminateButNotCancel) {
  Start();
  Do({CompleteWorkflow()});
  EXPECT_EQ(Signal().message(), "workflow execution already completed");
  EXPECT_EQ(Terminate().message(), "workflow execution already completed");
  EXPECT_TRUE(Cancel().ok());
  EXPECT_EQ(Run().next_event_id(), 6);
}

TEST_F(RunsTest, CancelTwice_OneEvent) {
  Start();
  EXPECT_TRUE(Cancel().ok());
  EXPECT_TRUE(Cancel().ok());
  Do({CancelWorkflow()});
  EXPECT_EQ(Types(2), R"(
3 +0s WorkflowExecutionCancelRequested
4 +0s WorkflowTaskStarted
5 +0s WorkflowTaskCompleted
6 +0s WorkflowExecutionCanceled
)");
}

TEST_F(RunsTest, TerminatedDuringTask_TaskIsForcedToFailAndTheSignalIsSeen) {
  Start();
  Poll();
  EXPECT_TRUE(Signal().ok());
  EXPECT_TRUE(Terminate().ok());
  EXPECT_EQ(History(3), R"(
4 +0s WorkflowTaskFailed scheduled_event_id=2 started_event_id=3 cause=ForceCloseCommand identity=history-service
5 +0s WorkflowExecutionSignaled signal_name=s
6 +0s WorkflowExecutionTerminated reason=r identity=frontend-service
)");
}

TEST_F(RunsTest, FailsWithRetryPolicy_NextAttemptAfterTheBackoff) {
  const std::string first = Start(
      "input { payloads { data: 'in' } } retry_policy { maximum_attempts: 2 } memo { fields { key: 'm' value { data: "
      "'v' } } }");
  Do({FailWorkflow()});
  const WorkflowTask task = Poll();
  EXPECT_EQ(Elapsed(), seconds(1));
  EXPECT_TRUE(Complete(task, {FailWorkflow()}).ok());
  EXPECT_EQ(History(4, first), R"(
5 +0s WorkflowExecutionFailed failure={message=boom application_failure_info={type=Boom}} retry_state=InProgress workflow_task_completed_event_id=4
)");
  EXPECT_EQ(History(), R"(
1 +0s WorkflowExecutionStarted workflow_type=Wf task_queue=tq input=[in] workflow_task_timeout=10s initiator=Retry continued_failure={message=boom application_failure_info={type=Boom}} retry_policy={initial_interval=1s backoff_coefficient=2 maximum_interval=1m40s maximum_attempts=2} attempt=2 first_workflow_task_backoff=1s memo={fields={m=v}} prev_auto_reset_points={points=[{first_workflow_task_completed_id=4 create_time=+0s expire_time=+24h resettable=true}]} workflow_id=w
2 +1s WorkflowTaskScheduled task_queue=tq start_to_close_timeout=10s attempt=1
3 +1s WorkflowTaskStarted scheduled_event_id=2 identity=worker
4 +1s WorkflowTaskCompleted scheduled_event_id=2 started_event_id=3 identity=worker
5 +1s WorkflowExecutionFailed failure={message=boom application_failure_info={type=Boom}} retry_state=MaximumAttemptsReached workflow_task_completed_event_id=4
)");
}

TEST_F(RunsTest, TimesOutBeforeATaskIsCompleted_RetryHasNoResetPointsButSaysSo) {
  const std::string first = Start("workflow_run_timeout { seconds: 5 } retry_policy { maximum_attempts: 2 }");
  Sleep(seconds(6));
  ASSERT_NE(Run().run_id(), first);
  EXPECT_TRUE(Run().start().has_prev_auto_reset_points());
  EXPECT_EQ(Run().start().prev_auto_reset_points().points_size(), 0);
}

TEST_F(RunsTest, ContinuesAsNewAtOnce_NextRunWaitsForTheRestOfASecond) {
  Start();
  for (int run = 1; run <= 4; ++run) Do({ContinueAsNew()});
  Poll();
  EXPECT_EQ(Elapsed(), seconds(4));
  EXPECT_EQ(engine_.runs().size(), 5U);
}

TEST_F(RunsTest, ContinuesAsNewLate_NextRunBeginsAtOnce) {
  const std::string first = Start(
      "workflow_run_timeout { seconds: 50 } retry_policy { maximum_attempts: 3 } memo { fields { key: 'm' value { "
      "data: 'v' } } }");
  Sleep(milliseconds(400));
  Do({ContinueAsNew("input { payloads { data: 'next' } }")});
  Sleep(milliseconds(100));
  EXPECT_EQ(Run().start().first_workflow_task_backoff().nanos(), 600'000'000);
  Do({StartTimer("1", 5)});
  const std::string second = Run().run_id();
  Do({ContinueAsNew()});
  Poll();
  EXPECT_EQ(Elapsed(), seconds(6));
  EXPECT_EQ(History(3, first), R"(
4 +400ms WorkflowTaskCompleted scheduled_event_id=2 started_event_id=3 identity=worker
5 +400ms WorkflowExecutionContinuedAsNew workflow_type=Wf task_queue=tq input=[next] workflow_run_timeout=50s workflow_task_timeout=10s workflow_task_completed_event_id=4
)");
  EXPECT_EQ(History(0, second), R"(
1 +400ms WorkflowExecutionStarted workflow_type=Wf task_queue=tq input=[next] workflow_run_timeout=50s workflow_task_timeout=10s initiator=Workflow attempt=1 first_workflow_task_backoff=600ms prev_auto_reset_points={points=[{first_workflow_task_completed_id=4 create_time=+400ms expire_time=+24h0.4s resettable=true}]} workflow_id=w
2 +1s WorkflowTaskScheduled task_queue=tq start_to_close_timeout=10s attempt=1
3 +1s WorkflowTaskStarted scheduled_event_id=2 identity=worker
4 +1s WorkflowTaskCompleted scheduled_event_id=2 started_event_id=3 identity=worker
5 +1s TimerStarted timer_id=1 start_to_fire_timeout=5s workflow_task_completed_event_id=4
6 +6s TimerFired timer_id=1 started_event_id=5
7 +6s WorkflowTaskScheduled task_queue=tq start_to_close_timeout=10s attempt=1
8 +6s WorkflowTaskStarted scheduled_event_id=7 identity=worker
9 +6s WorkflowTaskCompleted scheduled_event_id=7 started_event_id=8 identity=worker
10 +6s WorkflowExecutionContinuedAsNew workflow_type=Wf task_queue=tq workflow_run_timeout=50s workflow_task_timeout=10s workflow_task_completed_event_id=9
)");
  EXPECT_EQ(History(), R"(
1 +6s WorkflowExecutionStarted workflow_type=Wf task_queue=tq workflow_run_timeout=50s workflow_task_timeout=10s initiator=Workflow attempt=1 first_workflow_task_backoff=0s prev_auto_reset_points={points=[{first_workflow_task_completed_id=4 create_time=+400ms expire_time=+24h0.4s resettable=true}]} workflow_id=w
2 +6s WorkflowTaskScheduled task_queue=tq start_to_close_timeout=10s attempt=1
3 +6s WorkflowTaskStarted scheduled_event_id=2 identity=worker
)");
}

TEST_F(RunsTest, FirstRunIdOfAnotherChain_NotFound) {
  Start();
  const auto terminate = Parse<wf::TerminateWorkflowExecutionRequest>(
      "workflow_execution { workflow_id: 'w' } first_execution_run_id: 'other'");
  EXPECT_EQ(engine_.Terminate(namespace_, terminate).status().message(), "workflow execution not found");
  const auto missing = Parse<wf::TerminateWorkflowExecutionRequest>("workflow_execution { workflow_id: 'x' }");
  EXPECT_EQ(engine_.Terminate(namespace_, missing).status().message(), "workflow not found for ID: x");
}

TEST_F(RunsTest, DeletedWhileRunning_NoTraceAndTheIdIsFree) {
  Start();
  StartPoll("tq");
  const auto request = Parse<wf::DeleteWorkflowExecutionRequest>("workflow_execution { workflow_id: 'w' }");
  EXPECT_TRUE(engine_.Delete(namespace_, request).ok());
  EXPECT_EQ(engine_.Delete(namespace_, request).status().message(), "workflow not found for ID: w");
  EXPECT_TRUE(engine_.runs().empty());
  Sleep(minutes(1));
  EXPECT_FALSE(Start().empty());
}

TEST_F(RunsTest, TooManyEvents_RunIsTerminated) {
  config_.max_history_events = 5;
  Start();
  Do({Marker("a"), Marker("b")});
  EXPECT_EQ(Run().events().at(7).workflow_execution_terminated_event_attributes().reason(),
            "Workflow history count exceeds limit.");
}

}  // namespace
}  // namespace temporal::server
