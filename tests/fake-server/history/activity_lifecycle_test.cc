// Activities: attempts, the four timeouts, cancellation, and what of it a history shows and when.
#include "gmock/gmock.h"
#include "tests/fake-server/history/engine_driver.h"

namespace temporal::server {
namespace {

class ActivityTest : public EngineTest {
 protected:
  void Begin(const std::vector<Command>& commands) {
    Start();
    Do(commands);
  }
};

TEST_F(ActivityTest, FailsTwiceThenSucceeds_OnlyTheLastAttemptIsInTheHistory) {
  Begin({ScheduleActivity()});
  EXPECT_TRUE(FailActivity(PollActivity()).ok());
  EXPECT_TRUE(FailActivity(PollActivity()).ok());
  EXPECT_TRUE(CompleteActivity(PollActivity()).ok());
  Do({CompleteWorkflow()});
  EXPECT_EQ(History(4), R"(
5 +0s ActivityTaskScheduled activity_id=a activity_type=Act task_queue=tq schedule_to_close_timeout=0s schedule_to_start_timeout=0s start_to_close_timeout=10s heartbeat_timeout=0s workflow_task_completed_event_id=4 retry_policy={initial_interval=1s backoff_coefficient=2 maximum_interval=1m40s}
6 +3s ActivityTaskStarted scheduled_event_id=5 identity=worker attempt=3 last_failure={message=boom application_failure_info={type=Boom}}
7 +3s ActivityTaskCompleted scheduled_event_id=5 started_event_id=6 identity=worker
8 +3s WorkflowTaskScheduled task_queue=tq start_to_close_timeout=10s attempt=1
9 +3s WorkflowTaskStarted scheduled_event_id=8 identity=worker
10 +3s WorkflowTaskCompleted scheduled_event_id=8 started_event_id=9 identity=worker
11 +3s WorkflowExecutionCompleted workflow_task_completed_event_id=10
)");
}

TEST_F(ActivityTest, RetriesWouldOutlastScheduleToClose_FailsAtOnceWithTimeout) {
  Begin({ScheduleActivity("a", "schedule_to_close_timeout { seconds: 10 }")});
  for (const int second : {0, 1, 3, 7}) {
    const ActivityTask task = PollActivity();
    EXPECT_EQ(Elapsed(), seconds(second));
    EXPECT_TRUE(FailActivity(task).ok());
  }
  EXPECT_EQ(History(5), R"(
6 +7s ActivityTaskStarted scheduled_event_id=5 identity=worker attempt=4 last_failure={message=boom application_failure_info={type=Boom}}
7 +7s ActivityTaskFailed failure={message=boom application_failure_info={type=Boom}} scheduled_event_id=5 started_event_id=6 identity=worker retry_state=Timeout
8 +7s WorkflowTaskScheduled task_queue=tq start_to_close_timeout=10s attempt=1
)");
}

TEST_F(ActivityTest, Backoff_DoublesUpToAHundredTimesTheFirstInterval) {
  Begin({ScheduleActivity()});
  std::string times;
  for (int attempt = 1; attempt <= 9; ++attempt) {
    const ActivityTask task = PollActivity();
    EXPECT_EQ(task.attempt(), attempt);
    times += internal::PrintDuration(Elapsed()) + " ";
    EXPECT_TRUE(FailActivity(task).ok());
  }
  EXPECT_EQ(times, "0s 1s 3s 7s 15s 31s 1m3s 2m7s 3m47s ");
}

TEST_F(ActivityTest, FailureAsksForDelay_LongerThanTheMaximumToo) {
  Begin({ScheduleActivity("a",
                          "start_to_close_timeout { seconds: 10 } retry_policy { maximum_interval { seconds: 2 } }")});
  EXPECT_TRUE(FailActivity(PollActivity(), "next_retry_delay { seconds: 30 }").ok());
  PollActivity();
  EXPECT_EQ(Elapsed(), seconds(30));
}

TEST_F(ActivityTest, FailureAsksForNoDelayAtAll_TimeoutAtOnce) {
  Begin({ScheduleActivity()});
  EXPECT_TRUE(FailActivity(PollActivity(), "next_retry_delay { }").ok());
  EXPECT_EQ(History(6), R"(
7 +0s ActivityTaskFailed failure={message=boom application_failure_info={next_retry_delay=0s}} scheduled_event_id=5 started_event_id=6 identity=worker retry_state=Timeout
8 +0s WorkflowTaskScheduled task_queue=tq start_to_close_timeout=10s attempt=1
)");
}

TEST_F(ActivityTest, FailureAsksForDelayInThePast_NextAttemptAtOnce) {
  Begin({ScheduleActivity()});
  EXPECT_TRUE(FailActivity(PollActivity(), "next_retry_delay { seconds: -5 }").ok());
  EXPECT_EQ(PollActivity().attempt(), 2);
  EXPECT_EQ(Elapsed(), seconds(0));
}

TEST_F(ActivityTest, NonRetryable_ByFlagOrByType) {
  Begin({ScheduleActivity("a",
                          "start_to_close_timeout { seconds: 10 } retry_policy { non_retryable_error_types: 'Fatal' }"),
         ScheduleActivity("b")});
  ActivityTask first = PollActivity();
  ActivityTask second = PollActivity();
  EXPECT_TRUE(FailActivity(first, "type: 'Fatal'").ok());
  EXPECT_TRUE(FailActivity(second, "type: 'X' non_retryable: true").ok());
  EXPECT_EQ(History(6), R"(
7 +0s ActivityTaskStarted scheduled_event_id=5 identity=worker attempt=1
8 +0s ActivityTaskFailed failure={message=boom application_failure_info={type=Fatal}} scheduled_event_id=5 started_event_id=7 identity=worker retry_state=NonRetryableFailure
9 +0s WorkflowTaskScheduled task_queue=tq start_to_close_timeout=10s attempt=1
10 +0s ActivityTaskStarted scheduled_event_id=6 identity=worker attempt=1
11 +0s ActivityTaskFailed failure={message=boom application_failure_info={type=X non_retryable=true}} scheduled_event_id=6 started_event_id=10 identity=worker retry_state=NonRetryableFailure
)");
}

TEST_F(ActivityTest, StartToCloseTimeout_IsRetriedAndTheOldAttemptIsRefused) {
  Begin({ScheduleActivity("a", "start_to_close_timeout { seconds: 3 }")});
  const ActivityTask stale = PollActivity();
  const ActivityTask task = PollActivity();
  EXPECT_EQ(Elapsed(), seconds(4));
  EXPECT_EQ(CompleteActivity(stale).message(),
            "invalid activityID or activity already timed out or invoking workflow is completed");
  EXPECT_TRUE(CompleteActivity(task).ok());
  EXPECT_EQ(History(5), R"(
6 +4s ActivityTaskStarted scheduled_event_id=5 identity=worker attempt=2 last_failure={message="activity StartToClose timeout" source=Server timeout_failure_info={timeout_type=StartToClose}}
7 +4s ActivityTaskCompleted scheduled_event_id=5 started_event_id=6 identity=worker
8 +4s WorkflowTaskScheduled task_queue=tq start_to_close_timeout=10s attempt=1
)");
}

TEST_F(ActivityTest, NobodyPolls_ScheduleToStartTimeoutWithoutStartedEvent) {
  Begin({ScheduleActivity("a", "start_to_close_timeout { seconds: 3 } schedule_to_start_timeout { seconds: 5 }")});
  Poll();
  EXPECT_EQ(History(5), R"(
6 +5s ActivityTaskTimedOut failure={message="activity ScheduleToStart timeout" source=Server timeout_failure_info={timeout_type=ScheduleToStart}} scheduled_event_id=5 retry_state=Timeout
7 +5s WorkflowTaskScheduled task_queue=tq start_to_close_timeout=10s attempt=1
8 +5s WorkflowTaskStarted scheduled_event_id=7 identity=worker
)");
}

TEST_F(ActivityTest, NobodyPolls_ScheduleToCloseIsReportedAsScheduleToStart) {
  Begin({ScheduleActivity("a", "schedule_to_close_timeout { seconds: 5 }")});
  Poll();
  EXPECT_EQ(History(5), R"(
6 +5s ActivityTaskTimedOut failure={message="activity ScheduleToStart timeout" source=Server timeout_failure_info={timeout_type=ScheduleToStart}} scheduled_event_id=5 retry_state=Timeout
7 +5s WorkflowTaskScheduled task_queue=tq start_to_close_timeout=10s attempt=1
8 +5s WorkflowTaskStarted scheduled_event_id=7 identity=worker
)");
}

TEST_F(ActivityTest, StartedForTooLong_ScheduleToCloseTimeoutWithTheFailureBefore) {
  Begin({ScheduleActivity("a", "schedule_to_close_timeout { seconds: 5 } start_to_close_timeout { seconds: 100 }")});
  EXPECT_TRUE(FailActivity(PollActivity()).ok());
  PollActivity();
  Poll();
  EXPECT_EQ(History(5), R"(
6 +1s ActivityTaskStarted scheduled_event_id=5 identity=worker attempt=2 last_failure={message=boom application_failure_info={type=Boom}}
7 +5s ActivityTaskTimedOut failure={message="Not enough time to schedule next retry before activity ScheduleToClose timeout, giving up retrying" source=Server cause={message=boom application_failure_info={type=Boom}} timeout_failure_info={timeout_type=ScheduleToClose}} scheduled_event_id=5 started_event_id=6 retry_state=Timeout
8 +5s WorkflowTaskScheduled task_queue=tq start_to_close_timeout=10s attempt=1
9 +5s WorkflowTaskStarted scheduled_event_id=8 identity=worker
)");
}

TEST_F(ActivityTest, NoHeartbeat_TimesOutAndTheNextAttemptGetsTheDetails) {
  Begin({ScheduleActivity("a",
                          "start_to_close_timeout { seconds: 60 } heartbeat_timeout { seconds: 2 } "
                          "retry_policy { maximum_attempts: 2 }")});
  const ActivityTask first = PollActivity();
  Sleep(seconds(1));
  EXPECT_FALSE(*Heartbeat(first, "one"));
  const ActivityTask second = PollActivity();
  EXPECT_EQ(Elapsed(), seconds(4));  // 1 s, 2 s without a heartbeat, 1 s of backoff
  EXPECT_EQ(second.heartbeat_details().payloads(0).data(), "one");
  Poll();
  EXPECT_EQ(History(5), R"(
6 +4s ActivityTaskStarted scheduled_event_id=5 identity=worker attempt=2 last_failure={message="activity Heartbeat timeout" source=Server timeout_failure_info={timeout_type=Heartbeat last_heartbeat_details=[one]}}
7 +6s ActivityTaskTimedOut failure={message="activity Heartbeat timeout" source=Server cause={message="activity Heartbeat timeout" source=Server timeout_failure_info={timeout_type=Heartbeat last_heartbeat_details=[one]}} timeout_failure_info={timeout_type=Heartbeat last_heartbeat_details=[one]}} scheduled_event_id=5 started_event_id=6 retry_state=MaximumAttemptsReached
8 +6s WorkflowTaskScheduled task_queue=tq start_to_close_timeout=10s attempt=1
9 +6s WorkflowTaskStarted scheduled_event_id=8 identity=worker
)");
}

TEST_F(ActivityTest, TwoTimeOutTogether_OneWorkflowTask) {
  const std::string timeouts = "start_to_close_timeout { seconds: 3 } retry_policy { maximum_attempts: 1 }";
  Begin({ScheduleActivity("a", timeouts), ScheduleActivity("b", timeouts)});
  PollActivity();
  PollActivity();
  Poll();
  EXPECT_EQ(Types(6), R"(
7 +0s ActivityTaskStarted
8 +0s ActivityTaskStarted
9 +3s ActivityTaskTimedOut
10 +3s ActivityTaskTimedOut
11 +3s WorkflowTaskScheduled
12 +3s WorkflowTaskStarted
)");
}

TEST_F(ActivityTest, CancelledBeforeItStarts_CanceledAtOnceAndAnotherTask) {
  Begin({ScheduleActivity()});
  EXPECT_TRUE(Signal().ok());
  Do({CancelActivity(5), StartTimer("1", 60)});
  EXPECT_EQ(TryPollActivity(), std::nullopt);
  EXPECT_EQ(History(8), R"(
9 +0s WorkflowTaskCompleted scheduled_event_id=7 started_event_id=8 identity=worker
10 +0s ActivityTaskCancelRequested scheduled_event_id=5 workflow_task_completed_event_id=9
11 +0s TimerStarted timer_id=1 start_to_fire_timeout=1m workflow_task_completed_event_id=9
12 +0s ActivityTaskCanceled details=["ACTIVITY_ID_NOT_STARTED"] latest_cancel_requested_event_id=10 scheduled_event_id=5 identity=worker
13 +0s WorkflowTaskScheduled task_queue=tq start_to_close_timeout=10s attempt=1
)");
}

TEST_F(ActivityTest, CancelledInBackoff_CountsAsNotStarted) {
  Begin({ScheduleActivity()});
  EXPECT_TRUE(FailActivity(PollActivity()).ok());
  EXPECT_TRUE(Signal().ok());
  Do({CancelActivity(5)});
  Sleep(seconds(5));
  EXPECT_EQ(TryPollActivity(), std::nullopt);
  EXPECT_EQ(Types(8), R"(
9 +0s WorkflowTaskCompleted
10 +0s ActivityTaskCancelRequested
11 +0s ActivityTaskCanceled
12 +0s WorkflowTaskScheduled
)");
}

TEST_F(ActivityTest, CancelledBeforeItStartsAndWorkflowCloses_CanceledIsDropped) {
  Begin({ScheduleActivity()});
  EXPECT_TRUE(Signal().ok());
  Do({CancelActivity(5), CompleteWorkflow()});
  EXPECT_EQ(Types(8), R"(
9 +0s WorkflowTaskCompleted
10 +0s ActivityTaskCancelRequested
11 +0s WorkflowExecutionCompleted
)");
}

TEST_F(ActivityTest, CancelUnstartedInFailedCompletion_ActivityGoesOn) {
  Begin({ScheduleActivity()});
  EXPECT_TRUE(Signal().ok());
  EXPECT_FALSE(Complete(Poll(), {CancelActivity(5), CancelTimer("none")}).ok());
  EXPECT_TRUE(CompleteActivity(PollActivity()).ok());
  EXPECT_EQ(Types(8), R"(
9 +0s WorkflowTaskFailed
10 +0s ActivityTaskStarted
11 +0s ActivityTaskCompleted
)");
}

TEST_F(ActivityTest, CancelledWhileRunning_HeartbeatTellsAndTheWorkerConfirms) {
  Begin({ScheduleActivity()});
  const ActivityTask task = PollActivity();
  EXPECT_EQ(CancelActivityTask(task).message(),
            "unable to mark activity as canceled without activity being request canceled first");
  EXPECT_TRUE(Signal().ok());
  Do({CancelActivity(5)});
  EXPECT_TRUE(*Heartbeat(task));
  EXPECT_TRUE(CancelActivityTask(task).ok());
  EXPECT_EQ(History(9), R"(
10 +0s ActivityTaskCancelRequested scheduled_event_id=5 workflow_task_completed_event_id=9
11 +0s ActivityTaskStarted scheduled_event_id=5 identity=worker attempt=1
12 +0s ActivityTaskCanceled latest_cancel_requested_event_id=10 scheduled_event_id=5 started_event_id=11 identity=worker
13 +0s WorkflowTaskScheduled task_queue=tq start_to_close_timeout=10s attempt=1
)");
}

TEST_F(ActivityTest, CancelRequestedThenFails_IsNotRetried) {
  Begin({ScheduleActivity()});
  const ActivityTask task = PollActivity();
  EXPECT_TRUE(Signal().ok());
  Do({CancelActivity(5)});
  EXPECT_TRUE(FailActivity(task).ok());
  EXPECT_EQ(History(11), R"(
12 +0s ActivityTaskFailed failure={message=boom application_failure_info={type=Boom}} scheduled_event_id=5 started_event_id=11 identity=worker retry_state=CancelRequested
13 +0s WorkflowTaskScheduled task_queue=tq start_to_close_timeout=10s attempt=1
)");
}

TEST_F(ActivityTest, CompletedByIdBeforeItStarts_StartedIsMadeUp) {
  Begin({ScheduleActivity()});
  const auto request =
      Parse<wf::RespondActivityTaskCompletedByIdRequest>("workflow_id: 'w' activity_id: 'a' identity: 'x'");
  EXPECT_TRUE(engine_.RespondActivityTaskCompletedById(namespace_, request).ok());
  EXPECT_EQ(engine_.RespondActivityTaskCompletedById(namespace_, request).status().message(),
            "cannot find pending activity with ActivityID a, check workflow execution history for more details");
  EXPECT_EQ(TryPollActivity(), std::nullopt);
  EXPECT_EQ(History(5), R"(
6 +0s ActivityTaskStarted scheduled_event_id=5 identity=x attempt=1
7 +0s ActivityTaskCompleted scheduled_event_id=5 started_event_id=6 identity=x
8 +0s WorkflowTaskScheduled task_queue=tq start_to_close_timeout=10s attempt=1
)");
}

TEST_F(ActivityTest, Eager_IsStartedInTheCompletionsResponse) {
  Start();
  Do({ScheduleActivity("a", "start_to_close_timeout { seconds: 10 } request_eager_execution: true"),
      ScheduleActivity("b")});
  ASSERT_EQ(completed_.activity_tasks_size(), 1);
  EXPECT_EQ(completed_.activity_tasks(0).activity_id(), "a");
  EXPECT_EQ(PollActivity().activity_id(), "b");
  EXPECT_TRUE(CompleteActivity(completed_.activity_tasks(0)).ok());
}

TEST_F(ActivityTest, RunCloses_NobodyGetsTheActivity) {
  Begin({ScheduleActivity("a"), ScheduleActivity("b")});
  const ActivityTask task = PollActivity();
  EXPECT_TRUE(Terminate().ok());
  EXPECT_EQ(TryPollActivity(), std::nullopt);
  EXPECT_EQ(CompleteActivity(task).message(), "workflow execution already completed");
  Sleep(minutes(1));
  EXPECT_EQ(Types(6), R"(
7 +0s WorkflowExecutionTerminated
)");
}

}  // namespace
}  // namespace temporal::server
