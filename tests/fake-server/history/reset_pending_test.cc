// What becomes of activities, timers, timeouts and children when their run is reset. Measured on the real server.
#include "gmock/gmock.h"
#include "tests/fake-server/history/reset_fixture.h"

namespace temporal::server {
namespace {

using testing::HasSubstr;
using ResetPendingTest = ResetTest;

TEST_F(ResetPendingTest, ActivitiesThatWereScheduled_AreOfferedAnew) {
  Start();
  Do({ScheduleActivity("a", "start_to_close_timeout { seconds: 10 } retry_policy { maximum_attempts: 5 }")});
  const ActivityTask lost = PollActivity();
  EXPECT_TRUE(FailActivity(lost).ok());
  EXPECT_TRUE(Signal().ok());
  Do({});
  Sleep(seconds(1));
  const std::string reset = Reset(9);
  const ActivityTask task = PollActivity();
  EXPECT_EQ(task.workflow_execution().run_id(), reset);
  EXPECT_EQ(task.attempt(), 1);
  EXPECT_EQ(internal::FromProto(task.scheduled_time()), begin_ + seconds(1)) << "timeouts begin again";
  EXPECT_FALSE(CompleteActivity(lost).ok());
  EXPECT_TRUE(CompleteActivity(task).ok());
  EXPECT_EQ(Types(8, reset), R"(
9 +1s WorkflowTaskFailed
10 +1s WorkflowTaskScheduled
11 +1s ActivityTaskStarted
12 +1s ActivityTaskCompleted
)");
}

TEST_F(ResetPendingTest, Timers_FireWhenTheyWereDue) {
  Start();
  Do({StartTimer("soon", 10), StartTimer("late", 30)});
  EXPECT_TRUE(Signal().ok());
  Do({});
  Sleep(seconds(20));
  const std::string reset = Reset(9);
  EXPECT_EQ(Types(9, reset), R"(
10 +20s WorkflowTaskFailed
11 +20s WorkflowTaskScheduled
12 +20s TimerFired
)") << "what is overdue fires at once";
  Do({});
  Sleep(seconds(20));
  EXPECT_THAT(Types(14, reset), HasSubstr("15 +30s TimerFired"));
}

TEST_F(ResetPendingTest, Timeouts_CountFromTheReset) {
  Start("workflow_run_timeout { seconds: 50 } workflow_execution_timeout { seconds: 80 }");
  Do({});
  EXPECT_TRUE(Signal().ok());
  Do({});
  Sleep(seconds(20));
  const std::string reset = Reset(8);
  EXPECT_EQ(Run(reset).start_time(), begin_ + seconds(20));
  EXPECT_EQ(Run(reset).original_start_time, begin_);
  EXPECT_EQ(Run(reset).execution_expiration(), begin_ + seconds(100));
  Sleep(seconds(100));
  EXPECT_THAT(Types(9, reset), HasSubstr("10 +1m10s WorkflowExecutionTimedOut"));
}

TEST_F(ResetPendingTest, MemoAndAttributes_AreAsTheyWereThen) {
  Start("memo { fields { key: 'a' value { data: '1' } } }");
  Do({MakeCommand("MODIFY_WORKFLOW_PROPERTIES", "upserted_memo { fields { key: 'b' value { data: '2' } } }")});
  EXPECT_TRUE(Signal().ok());
  Do({MakeCommand("MODIFY_WORKFLOW_PROPERTIES", "upserted_memo { fields { key: 'b' value { data: '3' } } }")});
  EXPECT_EQ(Run(Reset(9)).memo->fields().at("b").data(), "2");
  EXPECT_FALSE(Run(Reset(4)).memo->fields().contains("b"));
}

Command StartChild() {
  return MakeCommand("START_CHILD_WORKFLOW_EXECUTION",
                     "workflow_id: 'c' workflow_type { name: 'Child' } task_queue { name: 'ctq' }");
}

TEST_F(ResetPendingTest, ChildThatRuns_IsWaitedForByTheNewRun) {
  Start();
  Do({StartChild()});
  Do({});
  const std::string reset = Reset(9);
  EXPECT_EQ(Run(reset).children.size(), 1U);
  Do({});
  EXPECT_TRUE(Complete(Poll("ctq"), {CompleteWorkflow()}).ok());
  loop_.RunUntilIdle();
  EXPECT_EQ(Types(11, reset), R"(
12 +0s WorkflowTaskCompleted
13 +0s ChildWorkflowExecutionCompleted
14 +0s WorkflowTaskScheduled
)");
}

TEST_F(ResetPendingTest, ChildThatHasClosedSince_IsTakenOver) {
  Start();
  Do({StartChild()});
  Do({});
  EXPECT_TRUE(Complete(Poll("ctq"), {CompleteWorkflow()}).ok());
  Do({});
  EXPECT_EQ(Types(8, Reset(9)), R"(
9 +0s WorkflowTaskFailed
10 +0s ChildWorkflowExecutionCompleted
11 +0s WorkflowTaskScheduled
)");
}

TEST_F(ResetPendingTest, ChildOfTheTimeSince_RunsOnAndKeepsItsId) {
  Start();
  Do({});
  EXPECT_TRUE(Signal().ok());
  Do({StartChild()});
  loop_.RunUntilIdle();
  const std::string reset = Reset(4);
  Do({StartChild()});
  loop_.RunUntilIdle();
  EXPECT_THAT(Types(9, reset), HasSubstr("10 +0s StartChildWorkflowExecutionFailed"));
  EXPECT_TRUE(Complete(Poll("ctq"), {CompleteWorkflow()}).ok()) << "its parent's end by reset is no end to it";
}

TEST_F(ResetPendingTest, ChildThatIsReset_ReportsToItsParentOnce) {
  const std::string parent = Start();
  Do({StartChild()});
  EXPECT_TRUE(Complete(Poll("ctq"), {}).ok());
  Do({});
  auto request = Parse<wf::ResetWorkflowExecutionRequest>(
      "workflow_execution { workflow_id: 'c' } request_id: 'reset' workflow_task_finish_event_id: 4");
  const auto reset = engine_.Reset(namespace_, request);
  ASSERT_TRUE(reset.ok());
  loop_.RunUntilIdle();
  EXPECT_EQ(Run(parent).children.size(), 1U);
  EXPECT_TRUE(Complete(Poll("ctq"), {CompleteWorkflow()}).ok());
  loop_.RunUntilIdle();
  EXPECT_THAT(Types(9, parent), HasSubstr("10 +0s ChildWorkflowExecutionCompleted"));
  EXPECT_EQ(
      Run(parent).events().at(10).child_workflow_execution_completed_event_attributes().workflow_execution().run_id(),
      reset->run_id());
}

TEST_F(ResetPendingTest, PointsToResetTo_AreThoseOfTheNewRun) {
  Start();
  Do({});
  EXPECT_TRUE(Signal().ok());
  Do({});
  const std::string late = Reset(8);
  ASSERT_EQ(Run(late).reset_points->points_size(), 1);
  EXPECT_EQ(Run(late).reset_points->points(0).run_id(), late);
  EXPECT_EQ(Run(late).reset_points->points(0).first_workflow_task_completed_id(), 4);
  EXPECT_EQ(Run(Reset(4)).reset_points, nullptr);
}

TEST_F(ResetPendingTest, PostResetOptions_AreSetOnTheNewRun) {
  Start();
  Do({});
  const std::string reset = Reset(
      4,
      "post_reset_operations { update_workflow_options { workflow_execution_options { priority { priority_key: 4 } } "
      "update_mask { paths: 'priority' } } }");
  EXPECT_EQ(Run(reset).priority()->priority_key(), 4);
  EXPECT_THAT(Types(4, reset), HasSubstr("5 +0s WorkflowExecutionOptionsUpdated"));
}

}  // namespace
}  // namespace temporal::server
