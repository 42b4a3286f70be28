// Workflow tasks: what is written when, attempts, stickiness, buffering, and what a worker gets.
#include "gmock/gmock.h"
#include "tests/fake-server/history/engine_driver.h"

namespace temporal::server {
namespace {

using WorkflowTaskTest = EngineTest;

TEST_F(WorkflowTaskTest, CompletesAtOnce_FiveEvents) {
  Start();
  Do({CompleteWorkflow()});
  EXPECT_EQ(History(), R"(
1 +0s WorkflowExecutionStarted workflow_type=Wf task_queue=tq workflow_task_timeout=10s attempt=1 first_workflow_task_backoff=0s workflow_id=w
2 +0s WorkflowTaskScheduled task_queue=tq start_to_close_timeout=10s attempt=1
3 +0s WorkflowTaskStarted scheduled_event_id=2 identity=worker
4 +0s WorkflowTaskCompleted scheduled_event_id=2 started_event_id=3 identity=worker
5 +0s WorkflowExecutionCompleted workflow_task_completed_event_id=4
)");
}

TEST_F(WorkflowTaskTest, KeepsFailing_HistoryHoldsOneFailureUntilItSucceeds) {
  Start();
  for (int attempt = 1; attempt <= 2; ++attempt) {
    const WorkflowTask task = Poll();
    EXPECT_EQ(task.attempt(), attempt);
    EXPECT_TRUE(FailTask(task).ok());
    EXPECT_EQ(Run().next_event_id(), 5);
  }
  Sleep(seconds(7));
  const WorkflowTask task = Poll();
  EXPECT_EQ(TypesIn(task), R"(
1 WorkflowExecutionStarted
2 WorkflowTaskScheduled
3 WorkflowTaskStarted
4 WorkflowTaskFailed
5 WorkflowTaskScheduled
6 WorkflowTaskStarted
)");
  Sleep(seconds(1));
  EXPECT_TRUE(Complete(task, {CompleteWorkflow()}).ok());
  EXPECT_EQ(History(3), R"(
4 +0s WorkflowTaskFailed scheduled_event_id=2 started_event_id=3 cause=WorkflowWorkerUnhandledFailure failure={message=oops} identity=worker
5 +0s WorkflowTaskScheduled task_queue=tq start_to_close_timeout=10s attempt=3
6 +7s WorkflowTaskStarted scheduled_event_id=5 identity=worker
7 +8s WorkflowTaskCompleted scheduled_event_id=5 started_event_id=6 identity=worker
8 +8s WorkflowExecutionCompleted workflow_task_completed_event_id=7
)");
}

TEST_F(WorkflowTaskTest, NobodyAnswers_EachAttemptGetsMoreTimeFromTheFourthOn) {
  Start();
  std::string ends;
  for (int attempt = 1; attempt <= 6; ++attempt) {
    const WorkflowTask task = Poll();
    EXPECT_EQ(task.attempt(), attempt);
    const internal::Duration taken = Elapsed();
    const std::uint64_t stamp = Run().task().stamp;
    loop_.BlockUntil([&] { return Run().task().stamp != stamp; }, internal::Skip::kAllowed);
    ends += internal::PrintDuration(Elapsed() - taken) + " ";
  }
  // The rest has jitter of the seed.
  EXPECT_THAT(ends, testing::StartsWith("10s 10s 10s "));
  const internal::Duration all = Elapsed();
  EXPECT_GE(all, seconds(60 + (5 + 10 + 20) * 8 / 10));
  EXPECT_LE(all, seconds(60 + 5 + 10 + 20));
  EXPECT_EQ(History(3), R"(
4 +10s WorkflowTaskTimedOut scheduled_event_id=2 started_event_id=3 timeout_type=StartToClose
)");
}

TEST_F(WorkflowTaskTest, SignalBetweenAttempts_MakesTheNextOneNormal) {
  Start();
  EXPECT_TRUE(FailTask(Poll()).ok());
  EXPECT_TRUE(Signal().ok());
  const WorkflowTask task = Poll();
  EXPECT_EQ(task.attempt(), 1);
  EXPECT_EQ(Types(3), R"(
4 +0s WorkflowTaskFailed
5 +0s WorkflowExecutionSignaled
6 +0s WorkflowTaskScheduled
7 +0s WorkflowTaskStarted
)");
}

TEST_F(WorkflowTaskTest, SignalDuringFailedAttempt_MakesTheNextOneNormal) {
  Start();
  EXPECT_TRUE(FailTask(Poll()).ok());
  const WorkflowTask second = Poll();
  EXPECT_EQ(second.attempt(), 2);
  EXPECT_TRUE(Signal().ok());
  EXPECT_TRUE(FailTask(second).ok());
  EXPECT_EQ(Poll().attempt(), 1);
  EXPECT_EQ(Types(3), R"(
4 +0s WorkflowTaskFailed
5 +0s WorkflowExecutionSignaled
6 +0s WorkflowTaskScheduled
7 +0s WorkflowTaskStarted
)");
}

TEST_F(WorkflowTaskTest, SignalWhileScheduled_IsDeliveredByThatTask) {
  Start();
  EXPECT_TRUE(Signal().ok());
  EXPECT_EQ(TypesIn(Poll()), R"(
1 WorkflowExecutionStarted
2 WorkflowTaskScheduled
3 WorkflowExecutionSignaled
4 WorkflowTaskStarted
)");
}

TEST_F(WorkflowTaskTest, SignalDuringTask_IsSeenAfterItCloses) {
  Start();
  const WorkflowTask task = Poll();
  EXPECT_TRUE(Signal().ok());
  EXPECT_EQ(Run().next_event_id(), 4);
  EXPECT_TRUE(Complete(task, {StartTimer("1", 60)}).ok());
  EXPECT_EQ(Types(3), R"(
4 +0s WorkflowTaskCompleted
5 +0s TimerStarted
6 +0s WorkflowExecutionSignaled
7 +0s WorkflowTaskScheduled
)");
}

TEST_F(WorkflowTaskTest, ClosesOverSignal_UnhandledCommandRollsBackAndTheNextTaskAdmitsNoSignal) {
  Start();
  WorkflowTask task = Poll();
  EXPECT_TRUE(Signal().ok());
  EXPECT_EQ(Complete(task, {StartTimer("1", 5), ScheduleActivity(), CompleteWorkflow()}).message(), "UnhandledCommand");
  EXPECT_TRUE(Run().timers.empty());
  EXPECT_TRUE(Run().activities.empty());
  EXPECT_EQ(TryPollActivity(), std::nullopt);
  task = Poll();
  EXPECT_EQ(Signal().message(), "workflow operation can not be applied because workflow is closing");
  EXPECT_TRUE(Complete(task, {CompleteWorkflow()}).ok());
  EXPECT_EQ(History(3), R"(
4 +0s WorkflowTaskFailed scheduled_event_id=2 started_event_id=3 cause=UnhandledCommand failure={message=UnhandledCommand server_failure_info={}} identity=worker
5 +0s WorkflowExecutionSignaled signal_name=s
6 +0s WorkflowTaskScheduled task_queue=tq start_to_close_timeout=10s attempt=1
7 +0s WorkflowTaskStarted scheduled_event_id=6 identity=worker
8 +0s WorkflowTaskCompleted scheduled_event_id=6 started_event_id=7 identity=worker
9 +0s WorkflowExecutionCompleted workflow_task_completed_event_id=8
)");
}

TEST_F(WorkflowTaskTest, EventsDuringTask_ClosingOnesComeLast) {
  Start();
  Do({ScheduleActivity(), StartTimer("1", 2)});
  const ActivityTask activity = PollActivity();
  EXPECT_TRUE(Signal("first").ok());
  const WorkflowTask task = Poll();
  EXPECT_TRUE(CompleteActivity(activity).ok());
  EXPECT_TRUE(Signal("second").ok());
  Sleep(seconds(3));
  EXPECT_TRUE(Cancel().ok());
  EXPECT_EQ(Run().next_event_id(), 10);
  EXPECT_TRUE(Complete(task, {}).ok());
  EXPECT_EQ(History(9), R"(
10 +3s WorkflowTaskCompleted scheduled_event_id=8 started_event_id=9 identity=worker
11 +0s ActivityTaskStarted scheduled_event_id=5 identity=worker attempt=1
12 +0s WorkflowExecutionSignaled signal_name=second
13 +2s TimerFired timer_id=1 started_event_id=6
14 +3s WorkflowExecutionCancelRequested
15 +0s ActivityTaskCompleted scheduled_event_id=5 started_event_id=11 identity=worker
16 +3s WorkflowTaskScheduled task_queue=tq start_to_close_timeout=10s attempt=1
)");
}

TEST_F(WorkflowTaskTest, TooManyBufferedEvents_TaskIsForcedToFail) {
  config_.max_buffered_events = 3;
  Start();
  Poll();
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(Signal().ok());
  EXPECT_EQ(Types(3), R"(
4 +0s WorkflowTaskFailed
5 +0s WorkflowExecutionSignaled
6 +0s WorkflowExecutionSignaled
7 +0s WorkflowExecutionSignaled
8 +0s WorkflowExecutionSignaled
)");
  EXPECT_EQ(Run().task().attempt, 2) << "scheduled again, without an event";
  EXPECT_TRUE(Signal().ok());
  EXPECT_TRUE(Run().TransientEvents().empty()) << "it will not be a transient one";
  Poll();
  EXPECT_EQ(Types(8), R"(
9 +0s WorkflowExecutionSignaled
10 +0s WorkflowTaskScheduled
11 +0s WorkflowTaskStarted
)");
}

TEST_F(WorkflowTaskTest, StickyQueue_WorkerGetsOnlyWhatIsNew) {
  Start();
  const auto waiting = StartPoll("sticky");
  EXPECT_TRUE(CompleteSticky(Poll(), {StartTimer("1", 60)}).ok());
  EXPECT_TRUE(Signal().ok());
  loop_.RunUntilIdle();
  ASSERT_TRUE(waiting->task.has_value());
  EXPECT_EQ(waiting->task->previous_started_event_id(), 3);
  EXPECT_EQ(TypesIn(*waiting->task), R"(
4 WorkflowTaskCompleted
5 TimerStarted
6 WorkflowExecutionSignaled
7 WorkflowTaskScheduled
8 WorkflowTaskStarted
)");
}

TEST_F(WorkflowTaskTest, StickyWorkerNeverPolled_TaskGoesToTheNormalQueueWithFullHistory) {
  Start();
  EXPECT_TRUE(CompleteSticky(Poll(), {}).ok());
  EXPECT_TRUE(Signal().ok());
  const WorkflowTask task = Poll();
  EXPECT_EQ(TypesIn(task), R"(
1 WorkflowExecutionStarted
2 WorkflowTaskScheduled
3 WorkflowTaskStarted
4 WorkflowTaskCompleted
5 WorkflowExecutionSignaled
6 WorkflowTaskScheduled
7 WorkflowTaskStarted
)");
  EXPECT_FALSE(Run().sticky());
}

TEST_F(WorkflowTaskTest, StickyWorkerBusy_TimesOutAndGoesToTheNormalQueueAsFirstAttempt) {
  Start();
  const auto waiting = StartPoll("sticky");
  EXPECT_TRUE(CompleteSticky(Poll(), {}).ok());
  EXPECT_TRUE(Signal().ok());
  loop_.RunUntilIdle();
  EXPECT_TRUE(CompleteSticky(*waiting->task, {}).ok());
  EXPECT_TRUE(Signal().ok());
  Sleep(seconds(6));
  EXPECT_EQ(Poll().attempt(), 1);
  EXPECT_EQ(History(8), R"(
9 +0s WorkflowExecutionSignaled signal_name=s
10 +0s WorkflowTaskScheduled task_queue=sticky(tq) start_to_close_timeout=10s attempt=1
11 +5s WorkflowTaskTimedOut scheduled_event_id=10 timeout_type=ScheduleToStart
12 +5s WorkflowTaskScheduled task_queue=tq start_to_close_timeout=10s attempt=1
13 +6s WorkflowTaskStarted scheduled_event_id=12 identity=worker
)");
}

TEST_F(WorkflowTaskTest, FailureOnStickyQueue_KeepsTheAttempt) {
  Start();
  const auto waiting = StartPoll("sticky");
  EXPECT_TRUE(CompleteSticky(Poll(), {}).ok());
  EXPECT_TRUE(Signal().ok());
  loop_.RunUntilIdle();
  EXPECT_TRUE(FailTask(*waiting->task).ok());
  EXPECT_TRUE(FailTask(Poll()).ok());
  EXPECT_EQ(Poll().attempt(), 2);
  EXPECT_EQ(Types(6), R"(
7 +0s WorkflowTaskStarted
8 +0s WorkflowTaskFailed
9 +0s WorkflowTaskScheduled
10 +0s WorkflowTaskStarted
11 +0s WorkflowTaskFailed
)");
}

TEST_F(WorkflowTaskTest, NewTaskInTheResponse_CarriesOnlyWhatIsNew) {
  Start();
  const WorkflowTask task = Poll();
  EXPECT_TRUE(Signal().ok());
  EXPECT_TRUE(Complete(task, {}, [](Completion& request) { request.set_return_new_workflow_task(true); }).ok());
  EXPECT_EQ(TypesIn(completed_.workflow_task()), R"(
4 WorkflowTaskCompleted
5 WorkflowExecutionSignaled
6 WorkflowTaskScheduled
7 WorkflowTaskStarted
)");
  EXPECT_EQ(Run().task().request_id, "request-from-RespondWorkflowTaskCompleted");
}

TEST_F(WorkflowTaskTest, HeartbeatsForTooLong_TaskTimesOut) {
  Start();
  WorkflowTask task = Poll();
  absl::Status status;
  int heartbeats = 0;
  for (; status.ok(); ++heartbeats) {
    Sleep(seconds(8));
    status = Complete(task, {}, [](Completion& request) {
      request.set_force_create_new_workflow_task(true);
      request.set_return_new_workflow_task(true);
    });
    task = completed_.workflow_task();
  }
  EXPECT_EQ(status.message(), "workflow task heartbeat timeout");
  EXPECT_EQ(heartbeats, 226);  // 30 minutes of 8 seconds, and the one that was too much
  EXPECT_EQ(History(Run().next_event_id() - 3), R"(
679 +30m8s WorkflowTaskTimedOut scheduled_event_id=677 started_event_id=678 timeout_type=StartToClose
680 +30m8s WorkflowTaskScheduled task_queue=tq start_to_close_timeout=10s attempt=1
)");
}

TEST_F(WorkflowTaskTest, BadCompletionTwice_SecondIsDroppedAndTheTaskTimesOut) {
  Start();
  const Command bad = MakeCommand("START_TIMER", "start_to_fire_timeout { seconds: 1 }");
  EXPECT_FALSE(Complete(Poll(), {bad}).ok());
  const WorkflowTask task = Poll();
  EXPECT_FALSE(Complete(task, {bad}).ok());
  EXPECT_FALSE(Complete(task, {bad}).ok());
  const WorkflowTask third = Poll();
  EXPECT_EQ(Elapsed(), seconds(10));
  EXPECT_EQ(third.attempt(), 3);
  EXPECT_TRUE(Complete(third, {CompleteWorkflow()}).ok());
  EXPECT_EQ(History(3), R"(
4 +0s WorkflowTaskFailed scheduled_event_id=2 started_event_id=3 cause=BadStartTimerAttributes failure={message="BadStartTimerAttributes: TimerId is not set on StartTimerCommand." server_failure_info={}} identity=worker
5 +10s WorkflowTaskScheduled task_queue=tq start_to_close_timeout=10s attempt=3
6 +10s WorkflowTaskStarted scheduled_event_id=5 identity=worker
7 +10s WorkflowTaskCompleted scheduled_event_id=5 started_event_id=6 identity=worker
8 +10s WorkflowExecutionCompleted workflow_task_completed_event_id=7
)");
}

TEST_F(WorkflowTaskTest, StaleToken_NotFound) {
  Start();
  const WorkflowTask task = Poll();
  EXPECT_TRUE(Complete(task, {StartTimer("1", 60)}).ok());
  EXPECT_EQ(Complete(task, {}).message(), "Workflow task not found.");
  EXPECT_EQ(FailTask(task).message(), "Workflow task not found.");
  EXPECT_TRUE(Terminate().ok());
  EXPECT_EQ(Complete(task, {}).message(), "Workflow task not found.");
  EXPECT_EQ(FailTask(task).message(), "workflow execution already completed");
}

TEST_F(WorkflowTaskTest, TokenWithMoreBehindIt_IsRefused) {
  Start();
  WorkflowTask task = Poll();
  task.set_task_token(task.task_token() + "zz");
  EXPECT_EQ(Complete(task, {}).message(), "Workflow task not found.");
}

TEST_F(WorkflowTaskTest, LongHistory_FirstPageWithTokenForTheRest) {
  config_.history_page_size = 3;  // transactions
  Start();
  Do({Marker("a"), Marker("b")});
  EXPECT_TRUE(Signal().ok());
  const WorkflowTask task = Poll();
  EXPECT_EQ(task.history().events_size(), 6);
  EXPECT_FALSE(task.next_page_token().empty());
}

TEST_F(WorkflowTaskTest, LongHistory_SuggestsContinueAsNew) {
  config_.suggest_continue_as_new_events = 7;
  Start();
  Do({Marker("a"), Marker("b")});
  EXPECT_TRUE(Signal().ok());
  EXPECT_TRUE(Run().events().at(3).workflow_task_started_event_attributes().suggest_continue_as_new() == false);
  Poll();
  EXPECT_EQ(History(7), R"(
8 +0s WorkflowTaskScheduled task_queue=tq start_to_close_timeout=10s attempt=1
9 +0s WorkflowTaskStarted scheduled_event_id=8 identity=worker suggest_continue_as_new=true suggest_continue_as_new_reasons=[TooManyHistoryEvents]
)");
}

}  // namespace
}  // namespace temporal::server
