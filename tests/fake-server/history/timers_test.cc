// Timers of workflows, and the timeouts of runs and chains.
#include "gmock/gmock.h"
#include "tests/fake-server/history/engine_driver.h"

namespace temporal::server {
namespace {

using TimersTest = EngineTest;

TEST_F(TimersTest, Fires_AndScheduleATask) {
  Start();
  Do({StartTimer("1", 3600)});
  Do({CompleteWorkflow()});
  EXPECT_EQ(History(3), R"(
4 +0s WorkflowTaskCompleted scheduled_event_id=2 started_event_id=3 identity=worker
5 +0s TimerStarted timer_id=1 start_to_fire_timeout=1h workflow_task_completed_event_id=4
6 +1h TimerFired timer_id=1 started_event_id=5
7 +1h WorkflowTaskScheduled task_queue=tq start_to_close_timeout=10s attempt=1
8 +1h WorkflowTaskStarted scheduled_event_id=7 identity=worker
9 +1h WorkflowTaskCompleted scheduled_event_id=7 started_event_id=8 identity=worker
10 +1h WorkflowExecutionCompleted workflow_task_completed_event_id=9
)");
}

TEST_F(TimersTest, ZeroDuration_FiresInALaterTransaction) {
  Start();
  Do({StartTimer("1", 0)});
  EXPECT_EQ(Run().next_event_id(), 6);
  Poll();
  EXPECT_EQ(Types(5), R"(
6 +0s TimerFired
7 +0s WorkflowTaskScheduled
8 +0s WorkflowTaskStarted
)");
}

TEST_F(TimersTest, DueTogether_OneTaskInTheOrderOfTheirStart) {
  Start();
  Do({StartTimer("late", 11), StartTimer("b", 10), StartTimer("a", 10)});
  Poll();
  EXPECT_EQ(History(7), R"(
8 +10s TimerFired timer_id=b started_event_id=6
9 +10s TimerFired timer_id=a started_event_id=7
10 +10s WorkflowTaskScheduled task_queue=tq start_to_close_timeout=10s attempt=1
11 +10s WorkflowTaskStarted scheduled_event_id=10 identity=worker
)");
}

TEST_F(TimersTest, CancelledWhileFireIsBuffered_NeverFires) {
  Start();
  Do({StartTimer("1", 2)});
  EXPECT_TRUE(Signal().ok());
  const WorkflowTask task = Poll();
  Sleep(seconds(3));
  EXPECT_TRUE(Complete(task, {CancelTimer("1"), CompleteWorkflow()}).ok());
  EXPECT_EQ(History(8), R"(
9 +3s WorkflowTaskCompleted scheduled_event_id=7 started_event_id=8 identity=worker
10 +3s TimerCanceled timer_id=1 started_event_id=5 workflow_task_completed_event_id=9 identity=worker
11 +3s WorkflowExecutionCompleted workflow_task_completed_event_id=9
)");
}

TEST_F(TimersTest, CancelOfBufferedFireInFailedCompletion_FireComesBack) {
  Start();
  Do({StartTimer("1", 2)});
  EXPECT_TRUE(Signal().ok());
  const WorkflowTask task = Poll();
  Sleep(seconds(3));
  EXPECT_FALSE(Complete(task, {CancelTimer("1"), CancelTimer("1")}).ok());
  EXPECT_EQ(Types(8), R"(
9 +3s WorkflowTaskFailed
10 +2s TimerFired
11 +3s WorkflowTaskScheduled
)");
}

TEST_F(TimersTest, IdIsFreeAfterFireAndAfterCancel) {
  Start();
  Do({StartTimer("1", 2)});
  Do({StartTimer("1", 2), CancelTimer("1"), StartTimer("1", 4)});
  Poll();
  EXPECT_EQ(Elapsed(), seconds(6));
}

TEST_F(TimersTest, BeyondTheRunsEnd_TheRunTimesOut) {
  Start("workflow_run_timeout { seconds: 5 }");
  Do({StartTimer("1", 6)});
  Sleep(seconds(20));
  EXPECT_EQ(History(4), R"(
5 +0s TimerStarted timer_id=1 start_to_fire_timeout=6s workflow_task_completed_event_id=4
6 +5s WorkflowExecutionTimedOut retry_state=RetryPolicyNotSet
)");
}

TEST_F(TimersTest, RunTimesOutDuringTask_TaskIsForcedToFailAndTheSignalIsSeen) {
  Start("workflow_run_timeout { seconds: 5 }");
  Poll();
  Sleep(seconds(4));
  EXPECT_TRUE(Signal().ok());
  Sleep(seconds(10));
  EXPECT_EQ(History(3), R"(
4 +5s WorkflowTaskFailed scheduled_event_id=2 started_event_id=3 cause=ForceCloseCommand identity=history-service
5 +4s WorkflowExecutionSignaled signal_name=s
6 +5s WorkflowExecutionTimedOut retry_state=RetryPolicyNotSet
)");
}

TEST_F(TimersTest, RunTimesOutWithRetryPolicy_NextAttempt) {
  const std::string first = Start("workflow_run_timeout { seconds: 5 } retry_policy { maximum_attempts: 2 }");
  Do({StartTimer("1", 60)});
  const WorkflowTask task = Poll();
  EXPECT_EQ(Elapsed(), seconds(6));
  EXPECT_EQ(History(5, first), R"(
6 +5s WorkflowExecutionTimedOut retry_state=InProgress
)");
  EXPECT_EQ(History(), R"(
1 +5s WorkflowExecutionStarted workflow_type=Wf task_queue=tq workflow_run_timeout=5s workflow_task_timeout=5s initiator=Retry continued_failure={message="workflow timeout" source=Server timeout_failure_info={timeout_type=StartToClose}} retry_policy={initial_interval=1s backoff_coefficient=2 maximum_interval=1m40s maximum_attempts=2} attempt=2 first_workflow_task_backoff=1s prev_auto_reset_points={points=[{first_workflow_task_completed_id=4 create_time=+0s expire_time=+24h5s resettable=true}]} workflow_id=w
2 +6s WorkflowTaskScheduled task_queue=tq start_to_close_timeout=5s attempt=1
3 +6s WorkflowTaskStarted scheduled_event_id=2 identity=worker
)");
  Sleep(seconds(20));
  EXPECT_EQ(Types(3), R"(
4 +11s WorkflowTaskFailed
5 +11s WorkflowExecutionTimedOut
)");
}

TEST_F(TimersTest, ChainTimesOut_WhateverTheRunsMayTake) {
  Start("workflow_execution_timeout { seconds: 5 } workflow_run_timeout { seconds: 4 }");
  Sleep(seconds(2));
  Do({ContinueAsNew()});
  Poll();
  Sleep(seconds(20));
  EXPECT_EQ(History(), R"(
1 +2s WorkflowExecutionStarted workflow_type=Wf task_queue=tq workflow_execution_timeout=5s workflow_run_timeout=4s workflow_task_timeout=4s initiator=Workflow attempt=1 workflow_execution_expiration_time=+5s first_workflow_task_backoff=0s prev_auto_reset_points={points=[{first_workflow_task_completed_id=4 create_time=+2s expire_time=+24h2s resettable=true}]} workflow_id=w
2 +2s WorkflowTaskScheduled task_queue=tq start_to_close_timeout=4s attempt=1
3 +2s WorkflowTaskStarted scheduled_event_id=2 identity=worker
4 +5s WorkflowTaskFailed scheduled_event_id=2 started_event_id=3 cause=ForceCloseCommand identity=history-service
5 +5s WorkflowExecutionTimedOut retry_state=Timeout
)");
}

TEST_F(TimersTest, StartDelay_OnlyTheFirstEventUntilThen) {
  Start("workflow_start_delay { seconds: 10 }");
  EXPECT_TRUE(Signal().ok());
  Sleep(seconds(9));
  EXPECT_EQ(TryPoll(), std::nullopt);
  Poll();
  EXPECT_EQ(History(1), R"(
2 +0s WorkflowExecutionSignaled signal_name=s
3 +10s WorkflowTaskScheduled task_queue=tq start_to_close_timeout=10s attempt=1
4 +10s WorkflowTaskStarted scheduled_event_id=3 identity=worker
)");
}

TEST_F(TimersTest, CancelDuringStartDelay_TaskAtOnce) {
  Start("workflow_start_delay { seconds: 10 }");
  EXPECT_TRUE(Cancel().ok());
  Do({CancelWorkflow()});
  Sleep(seconds(20));
  EXPECT_EQ(Types(1), R"(
2 +0s WorkflowExecutionCancelRequested
3 +0s WorkflowTaskScheduled
4 +0s WorkflowTaskStarted
5 +0s WorkflowTaskCompleted
6 +0s WorkflowExecutionCanceled
)");
}

}  // namespace
}  // namespace temporal::server
