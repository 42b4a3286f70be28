// Signals and cancel requests from one run to another.
#include "fake-server/history/external_requests.h"

#include "absl/strings/str_replace.h"
#include "tests/fake-server/history/engine_driver.h"

namespace temporal::server {
namespace {

Command SignalExternal(const std::string& workflow_id, const std::string& more = "") {
  return MakeCommand("SIGNAL_EXTERNAL_WORKFLOW_EXECUTION",
                     "execution { workflow_id: '" + workflow_id + "' } signal_name: 's' " + more);
}
Command CancelExternal(const std::string& workflow_id, const std::string& more = "") {
  return MakeCommand("REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION", "workflow_id: '" + workflow_id + "' " + more);
}
Command StartChild() {
  return MakeCommand("START_CHILD_WORKFLOW_EXECUTION",
                     "workflow_id: 'c' workflow_type { name: 'Child' } task_queue { name: 'ctq' }");
}

class ExternalTest : public EngineTest {
 protected:
  // A run "w" that has given these commands, and what came of it.
  void Source(const std::vector<Command>& commands) {
    source_ = Start();
    Do(commands);
    loop_.RunUntilIdle();
  }
  void Target() { target_ = Start("task_queue { name: 'ttq' }", "t"); }
  std::string SourceHistory(std::int64_t after) { return Named(History(after, source_)); }
  std::string TargetHistory(std::int64_t after) { return Named(History(after, target_)); }
  absl::Status TerminateTarget() {
    return engine_
        .Terminate(namespace_, Parse<wf::TerminateWorkflowExecutionRequest>("workflow_execution { workflow_id: 't' }"))
        .status();
  }

  std::string source_, target_;

 private:
  std::string Named(std::string text) {
    absl::StrReplaceAll({{source_, "S"}}, &text);
    if (!target_.empty()) absl::StrReplaceAll({{target_, "T"}}, &text);
    return text;
  }
};

TEST_F(ExternalTest, Signal_BothHistoriesTell) {
  Target();
  Source({SignalExternal("t",
                         "input { payloads { data: '1' } } header { fields { key: 'h' value { data: 'w' } } } "
                         "control: 'ctl'")});
  EXPECT_EQ(SourceHistory(4), R"(
5 +0s SignalExternalWorkflowExecutionInitiated workflow_task_completed_event_id=4 workflow_execution={workflow_id=t} signal_name=s input=[1] control=ctl header={fields={h=w}}
6 +0s ExternalWorkflowExecutionSignaled initiated_event_id=5 namespace=default workflow_execution={workflow_id=t} control=ctl
7 +0s WorkflowTaskScheduled task_queue=tq start_to_close_timeout=10s attempt=1
)");
  EXPECT_EQ(Run(target_).events().at(3).workflow_execution_signaled_event_attributes().request_id().size(), 36U);
  EXPECT_EQ(Types(2, target_), "\n3 +0s WorkflowExecutionSignaled\n");
  EXPECT_EQ(Run(target_).events().at(3).workflow_execution_signaled_event_attributes().identity(), "history-service");
  EXPECT_EQ(
      Run(target_).events().at(3).workflow_execution_signaled_event_attributes().external_workflow_execution().run_id(),
      source_);
}

TEST_F(ExternalTest, Cancel_BothHistoriesTell) {
  Target();
  const WorkflowTask task = Poll("ttq");
  EXPECT_TRUE(Complete(task, {}).ok());
  Source({CancelExternal("t", "reason: 'why' control: 'ctl'")});
  EXPECT_EQ(SourceHistory(4), R"(
5 +0s RequestCancelExternalWorkflowExecutionInitiated workflow_task_completed_event_id=4 workflow_execution={workflow_id=t} control=ctl reason=why
6 +0s ExternalWorkflowExecutionCancelRequested initiated_event_id=5 namespace=default workflow_execution={workflow_id=t}
7 +0s WorkflowTaskScheduled task_queue=tq start_to_close_timeout=10s attempt=1
)");
  EXPECT_EQ(TargetHistory(4), R"(
5 +0s WorkflowExecutionCancelRequested cause=why external_initiated_event_id=5 external_workflow_execution={workflow_id=w} identity=history-service
6 +0s WorkflowTaskScheduled task_queue=ttq start_to_close_timeout=10s attempt=1
)");
}

TEST_F(ExternalTest, NobodyToAsk_BothFail) {
  Source({SignalExternal("nobody", "control: 'ctl'"), CancelExternal("nobody")});
  EXPECT_EQ(SourceHistory(4), R"(
5 +0s SignalExternalWorkflowExecutionInitiated workflow_task_completed_event_id=4 workflow_execution={workflow_id=nobody} signal_name=s control=ctl
6 +0s RequestCancelExternalWorkflowExecutionInitiated workflow_task_completed_event_id=4 workflow_execution={workflow_id=nobody}
7 +0s SignalExternalWorkflowExecutionFailed cause=ExternalWorkflowExecutionNotFound namespace=default workflow_execution={workflow_id=nobody} initiated_event_id=5 control=ctl
8 +0s WorkflowTaskScheduled task_queue=tq start_to_close_timeout=10s attempt=1
9 +0s RequestCancelExternalWorkflowExecutionFailed cause=ExternalWorkflowExecutionNotFound namespace=default workflow_execution={workflow_id=nobody} initiated_event_id=6
)");
}

TEST_F(ExternalTest, Self_IsNeverAsked) {
  Source({SignalExternal("w"), CancelExternal("w")});
  EXPECT_EQ(Types(6), R"(
7 +0s SignalExternalWorkflowExecutionFailed
8 +0s WorkflowTaskScheduled
9 +0s RequestCancelExternalWorkflowExecutionFailed
)");
}

TEST_F(ExternalTest, ClosedTarget_SignalFailsAndCancelIsAsGoodAsDone) {
  Target();
  EXPECT_TRUE(TerminateTarget().ok());
  Source({SignalExternal("t"), CancelExternal("t", "child_workflow_only: true")});
  EXPECT_EQ(Types(6), R"(
7 +0s SignalExternalWorkflowExecutionFailed
8 +0s WorkflowTaskScheduled
9 +0s ExternalWorkflowExecutionCancelRequested
)");
}

TEST_F(ExternalTest, ChildWorkflowOnly_OthersAreNotFound) {
  Target();
  Source({SignalExternal("t", "child_workflow_only: true"), CancelExternal("t", "child_workflow_only: true")});
  EXPECT_EQ(Types(6), R"(
7 +0s SignalExternalWorkflowExecutionFailed
8 +0s WorkflowTaskScheduled
9 +0s RequestCancelExternalWorkflowExecutionFailed
)");
  EXPECT_EQ(Run(target_).next_event_id(), 3);
}

TEST_F(ExternalTest, ChildWorkflowOnly_ReachesTheChildsCurrentRun) {
  Source({StartChild()});
  EXPECT_TRUE(Complete(Poll("ctq"), {ContinueAsNew("workflow_type { name: 'Child' }")}).ok());
  Do({SignalExternal("c", "child_workflow_only: true"), CancelExternal("c", "child_workflow_only: true")});
  loop_.RunUntilIdle();
  EXPECT_EQ(Types(11, source_), R"(
12 +0s ExternalWorkflowExecutionSignaled
13 +0s WorkflowTaskScheduled
14 +0s ExternalWorkflowExecutionCancelRequested
)");
}

TEST_F(ExternalTest, StartAndCancelOfAChildInOneTask_TaskFails) {
  Start();
  EXPECT_EQ(Complete(Poll(), {StartChild(), CancelExternal("c")}).message(),
            "BadRequestCancelExternalWorkflowExecutionAttributes: Start and RequestCancel for child workflow is not "
            "allowed in same workflow task. WorkflowId=c RunId= Namespace=");
}

TEST_F(ExternalTest, RepeatedCancel_IsAnsweredAndWrittenOnce) {
  Target();
  Source({CancelExternal("t"), CancelExternal("t")});
  EXPECT_EQ(Types(6), R"(
7 +0s ExternalWorkflowExecutionCancelRequested
8 +0s WorkflowTaskScheduled
9 +0s ExternalWorkflowExecutionCancelRequested
)");
  EXPECT_EQ(Types(2, target_), R"(
3 +0s WorkflowExecutionCancelRequested
)");
}

TEST_F(ExternalTest, SourceClosesInTheSameTask_NothingIsSent) {
  Target();
  Source({SignalExternal("t"), CancelExternal("t"), CompleteWorkflow()});
  EXPECT_EQ(Run(target_).next_event_id(), 3);
}

TEST_F(ExternalTest, RefusedCompletion_NothingIsSent) {
  Target();
  Start();
  EXPECT_FALSE(Complete(Poll(), {SignalExternal("t"), CancelExternal("t"), CancelTimer("9")}).ok());
  loop_.RunUntilIdle();
  EXPECT_EQ(Run(target_).next_event_id(), 3);
  EXPECT_TRUE(Run().external_signals.empty());
  EXPECT_TRUE(Run().external_cancels.empty());
}

TEST_F(ExternalTest, TargetBacksOff_SignalWaitsAndCancelDoesNot) {
  target_ = Start("workflow_start_delay { seconds: 60 }", "t");
  Source({SignalExternal("t")});
  EXPECT_EQ(Types(1, target_), "\n2 +0s WorkflowExecutionSignaled\n");
  Do({CancelExternal("t")});
  loop_.RunUntilIdle();
  EXPECT_EQ(Types(2, target_), R"(
3 +0s WorkflowExecutionCancelRequested
4 +0s WorkflowTaskScheduled
)");
}

TEST_F(ExternalTest, TargetIsClosing_SignalComesAfterItsAnswer) {
  Target();
  const WorkflowTask first = Poll("ttq");
  auto signal = Parse<wf::SignalWorkflowExecutionRequest>("workflow_execution { workflow_id: 't' } signal_name: 'a'");
  EXPECT_TRUE(engine_.Signal(namespace_, signal).ok());
  EXPECT_FALSE(Complete(first, {CompleteWorkflow()}).ok());  // over the signal: it tries again
  const WorkflowTask second = Poll("ttq");
  Source({SignalExternal("t")});
  EXPECT_EQ(Types(5, source_), "\n");
  EXPECT_TRUE(Complete(second, {}).ok());
  loop_.RunUntilIdle();
  EXPECT_EQ(Types(5, source_), R"(
6 +0s ExternalWorkflowExecutionSignaled
7 +0s WorkflowTaskScheduled
)");
  EXPECT_EQ(Types(8, target_), R"(
9 +0s WorkflowExecutionSignaled
10 +0s WorkflowTaskScheduled
)");
}

TEST_F(ExternalTest, SignalLimitOfTheTarget_IsTheCause) {
  config_.max_signals = 0;
  Target();
  Source({SignalExternal("t")});
  EXPECT_EQ(Run().events().at(6).signal_external_workflow_execution_failed_event_attributes().cause(),
            api::enums::v1::SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_SIGNAL_COUNT_LIMIT_EXCEEDED);
}

TEST_F(ExternalTest, TooManyPending_TaskFails) {
  config_.max_pending_external_signals = config_.max_pending_external_cancels = 1;
  Start();
  EXPECT_EQ(Complete(Poll(), {SignalExternal("t"), SignalExternal("t")}).message(),
            "PendingSignalsLimitExceeded: the number of pending signals to external workflows, 1, has reached the "
            "per-workflow limit of 1");
  Terminate().IgnoreError();
  Start();
  EXPECT_EQ(Complete(Poll(), {CancelExternal("t"), CancelExternal("t")}).message(),
            "PendingRequestCancelLimitExceeded: the number of pending requests to cancel external workflows, 1, has "
            "reached the per-workflow limit of 1");
}

}  // namespace
}  // namespace temporal::server
