// Parents and children: what each writes into its history, in which order, and what the end of one does to the other.
#include "fake-server/history/child_workflows.h"

#include "absl/strings/str_replace.h"
#include "tests/fake-server/history/engine_driver.h"

namespace temporal::server {
namespace {

Command StartChild(const std::string& more = "") {
  return MakeCommand("START_CHILD_WORKFLOW_EXECUTION",
                     "workflow_id: 'c' workflow_type { name: 'Child' } task_queue { name: 'ctq' } " + more);
}

class ChildTest : public EngineTest {
 protected:
  std::shared_ptr<MutableState> Find(const std::string& workflow_id) {
    api::common::v1::WorkflowExecution execution;
    execution.set_workflow_id(workflow_id);
    auto found = engine_.Find(namespace_, execution);
    return found.ok() ? *found : nullptr;
  }
  // Of the parent, with names for the run ids: P, C for the child's first run, D for its current one.
  std::string ParentHistory(std::int64_t after = 0) { return Named(History(after, parent_)); }
  // Of the child's current run.
  std::string ChildHistory(std::int64_t after = 0) { return Named(History(after, Find("c")->run_id())); }
  std::string ChildTypes(std::int64_t after = 0) { return Types(after, Find("c")->run_id()); }
  void DoChild(const std::vector<Command>& commands) {
    const absl::Status status = Complete(Poll("ctq"), commands);
    EXPECT_TRUE(status.ok()) << status;
  }
  // A parent whose child has started.
  void StartParent(const std::string& child_options = "", const std::string& parent_options = "") {
    parent_ = Start(parent_options);
    Do({StartChild(child_options)});
    loop_.RunUntilIdle();
    child_ = Find("c")->run_id();
  }
  // The same, and the parent waits for it.
  void StartWaitingParent(const std::string& child_options = "") {
    StartParent(child_options);
    Do({});
  }

  std::string parent_, child_;  // run ids; the child's of its first run

 private:
  std::string Named(std::string text) {
    absl::StrReplaceAll({{parent_, "P"}, {child_, "C"}}, &text);
    if (const auto child = Find("c")) absl::StrReplaceAll({{child->run_id(), "D"}}, &text);
    return text;
  }
};

// -- Start --------------------------------------------------------------------------------------------

TEST_F(ChildTest, StartChild_ParentKnowsBeforeTheChildsFirstTask) {
  StartParent("control: 'ctl' input { payloads { data: '1' } }");
  EXPECT_EQ(ParentHistory(4), R"(
5 +0s StartChildWorkflowExecutionInitiated namespace=default workflow_id=c workflow_type=Child task_queue=ctq input=[1] workflow_run_timeout=0s workflow_task_timeout=10s parent_close_policy=Terminate control=ctl workflow_task_completed_event_id=4 workflow_id_reuse_policy=AllowDuplicate
6 +0s ChildWorkflowExecutionStarted namespace=default initiated_event_id=5 workflow_execution={workflow_id=c} workflow_type=Child
7 +0s WorkflowTaskScheduled task_queue=tq start_to_close_timeout=10s attempt=1
)");
  EXPECT_EQ(ChildHistory(), R"(
1 +0s WorkflowExecutionStarted workflow_type=Child parent_workflow_namespace=default parent_workflow_execution={workflow_id=w} parent_initiated_event_id=5 task_queue=ctq input=[1] workflow_run_timeout=0s workflow_task_timeout=10s attempt=1 first_workflow_task_backoff=0s workflow_id=c root_workflow_execution={workflow_id=w}
2 +0s WorkflowTaskScheduled task_queue=ctq start_to_close_timeout=10s attempt=1
)");
}

TEST_F(ChildTest, Options_AreCompletedAndHandedOn) {
  search_attributes_.Add("default", {{"K", api::enums::v1::INDEXED_VALUE_TYPE_KEYWORD}}).IgnoreError();
  StartParent(
      "workflow_execution_timeout { seconds: 100 } workflow_run_timeout { seconds: 200 } "
      "workflow_task_timeout { seconds: 300 } retry_policy { maximum_attempts: 2 } "
      "memo { fields { key: 'm' value { data: 'v' } } } header { fields { key: 'h' value { data: 'w' } } } "
      "search_attributes { indexed_fields { key: 'K' value { metadata { key: 'encoding' value: 'json/plain' } data: "
      "'\"k\"' } } } priority { priority_key: 4 } parent_close_policy: PARENT_CLOSE_POLICY_ABANDON",
      "priority { priority_key: 2 fairness_key: 'f' }");
  EXPECT_EQ(ParentHistory(4), R"(
5 +0s StartChildWorkflowExecutionInitiated namespace=default workflow_id=c workflow_type=Child task_queue=ctq workflow_execution_timeout=1m40s workflow_run_timeout=1m40s workflow_task_timeout=1m40s parent_close_policy=Abandon workflow_task_completed_event_id=4 workflow_id_reuse_policy=AllowDuplicate retry_policy={initial_interval=1s backoff_coefficient=2 maximum_interval=1m40s maximum_attempts=2} header={fields={h=w}} memo={fields={m=v}} search_attributes={indexed_fields={K="k"}} priority={priority_key=4}
6 +0s ChildWorkflowExecutionStarted namespace=default initiated_event_id=5 workflow_execution={workflow_id=c} workflow_type=Child header={fields={h=w}}
7 +0s WorkflowTaskScheduled task_queue=tq start_to_close_timeout=10s attempt=1
)");
  EXPECT_EQ(ChildHistory(), R"(
1 +0s WorkflowExecutionStarted workflow_type=Child parent_workflow_namespace=default parent_workflow_execution={workflow_id=w} parent_initiated_event_id=5 task_queue=ctq workflow_execution_timeout=1m40s workflow_run_timeout=1m40s workflow_task_timeout=1m40s retry_policy={initial_interval=1s backoff_coefficient=2 maximum_interval=1m40s maximum_attempts=2} attempt=1 workflow_execution_expiration_time=+1m40s first_workflow_task_backoff=0s memo={fields={m=v}} search_attributes={indexed_fields={K="k"}} header={fields={h=w}} workflow_id=c root_workflow_execution={workflow_id=w} priority={priority_key=4 fairness_key=f}
2 +0s WorkflowTaskScheduled task_queue=ctq start_to_close_timeout=1m40s attempt=1
)");
}

TEST_F(ChildTest, NothingGiven_QueueOfTheParent) {
  Start();
  Do({MakeCommand("START_CHILD_WORKFLOW_EXECUTION", "workflow_id: 'c' workflow_type { name: 'Child' }")});
  EXPECT_TRUE(TryPoll("tq").has_value());  // the parent's
  EXPECT_TRUE(TryPoll("tq").has_value());  // the child's
  EXPECT_EQ(Find("c")->normal_task_queue().name(), "tq");
}

TEST_F(ChildTest, UserMetadata_IsOnTheChildsFirstEvent) {
  Start();
  Command command = StartChild();
  command.mutable_user_metadata()->mutable_summary()->set_data("s");
  Do({command});
  loop_.RunUntilIdle();
  EXPECT_EQ(Find("c")->start_event().user_metadata().summary().data(), "s");
}

TEST_F(ChildTest, Grandchild_KnowsItsRoot) {
  StartParent();
  DoChild({MakeCommand("START_CHILD_WORKFLOW_EXECUTION", "workflow_id: 'g' workflow_type { name: 'Grandchild' }")});
  loop_.RunUntilIdle();
  EXPECT_EQ(Find("g")->start().parent_workflow_execution().run_id(), child_);
  EXPECT_EQ(Find("g")->start().root_workflow_execution().run_id(), parent_);
}

TEST_F(ChildTest, IdInUse_StartFails) {
  Start("", "c");
  parent_ = Start();
  const WorkflowTask other = Poll();
  Do({StartChild()});
  loop_.RunUntilIdle();
  child_ = Find("c")->run_id();
  EXPECT_EQ(ParentHistory(5), R"(
6 +0s StartChildWorkflowExecutionFailed namespace=default workflow_id=c workflow_type=Child cause=WorkflowAlreadyExists initiated_event_id=5
7 +0s WorkflowTaskScheduled task_queue=tq start_to_close_timeout=10s attempt=1
)");
  EXPECT_TRUE(Run().children.empty());
}

struct Reuse {
  std::string policy;
  bool closed_well, starts;
};

TEST_F(ChildTest, ClosedId_PolicyDecides) {
  const std::vector<Reuse> cases = {{"ALLOW_DUPLICATE", true, true},
                                    {"ALLOW_DUPLICATE_FAILED_ONLY", true, false},
                                    {"ALLOW_DUPLICATE_FAILED_ONLY", false, true},
                                    {"REJECT_DUPLICATE", false, false},
                                    {"TERMINATE_IF_RUNNING", true, true}};
  for (const Reuse& reuse : cases) {
    if (Find("w") != nullptr) Terminate().IgnoreError();
    if (const auto left = Find("c"); left != nullptr && left->running()) DoChild({CompleteWorkflow()});
    Start("task_queue { name: 'ctq' }", "c");
    DoChild({reuse.closed_well ? CompleteWorkflow() : FailWorkflow()});
    const std::string before = Find("c")->run_id();
    Start();
    Do({StartChild("workflow_id_reuse_policy: WORKFLOW_ID_REUSE_POLICY_" + reuse.policy)});
    loop_.RunUntilIdle();
    EXPECT_EQ(Find("c")->run_id() != before, reuse.starts) << reuse.policy;
    EXPECT_EQ(Run().events().at(6).has_child_workflow_execution_started_event_attributes(), reuse.starts);
  }
}

TEST_F(ChildTest, TerminateIfRunning_ReplacesTheRun) {
  const std::string before = Start("", "c");
  const WorkflowTask task = Poll();
  StartParent("workflow_id_reuse_policy: WORKFLOW_ID_REUSE_POLICY_TERMINATE_IF_RUNNING");
  EXPECT_EQ(Types(3, before), R"(
4 +0s WorkflowTaskFailed
5 +0s WorkflowExecutionTerminated
)");
  EXPECT_NE(child_, before);
}

TEST_F(ChildTest, ParentClosesInTheSameTask_ChildNeverStarts) {
  Start();
  Do({StartChild("parent_close_policy: PARENT_CLOSE_POLICY_ABANDON"), CompleteWorkflow()});
  loop_.RunUntilIdle();
  EXPECT_EQ(Find("c"), nullptr);
}

TEST_F(ChildTest, RefusedCompletion_LeavesNoChild) {
  Start();
  EXPECT_FALSE(Complete(Poll(), {StartChild(), CancelTimer("9")}).ok());
  loop_.RunUntilIdle();
  EXPECT_EQ(Find("c"), nullptr);
  EXPECT_TRUE(Run().children.empty());
}

TEST_F(ChildTest, TooManyPending_TaskFails) {
  config_.max_pending_children = 1;
  StartParent();
  EXPECT_EQ(Complete(Poll(), {StartChild()}).message(),
            "PendingChildWorkflowsLimitExceeded: the number of pending child workflow executions, 1, has reached the "
            "per-workflow limit of 1");
}

// -- The child's end ----------------------------------------------------------------------------------

TEST_F(ChildTest, ChildCloses_ParentIsToldHow) {
  struct End {
    std::vector<Command> commands;
    std::string event;
  };
  const std::vector<End> ends = {
      {{MakeCommand("COMPLETE_WORKFLOW_EXECUTION", "result { payloads { data: 'r' } }")}, "completed"},
      {{FailWorkflow()}, "failed"},
      {{MakeCommand("CANCEL_WORKFLOW_EXECUTION", "details { payloads { data: 'd' } }")}, "cancelled"},
  };
  std::string told;
  for (const End& end : ends) {
    StartWaitingParent();
    DoChild(end.commands);
    loop_.RunUntilIdle();
    told += ParentHistory(9);
    Do({CompleteWorkflow()});
  }
  EXPECT_EQ(told, R"(
10 +0s ChildWorkflowExecutionCompleted result=[r] namespace=default workflow_execution={workflow_id=c} workflow_type=Child initiated_event_id=5 started_event_id=6
11 +0s WorkflowTaskScheduled task_queue=tq start_to_close_timeout=10s attempt=1

10 +0s ChildWorkflowExecutionFailed failure={message=boom application_failure_info={type=Boom}} namespace=default workflow_execution={workflow_id=c} workflow_type=Child initiated_event_id=5 started_event_id=6 retry_state=RetryPolicyNotSet
11 +0s WorkflowTaskScheduled task_queue=tq start_to_close_timeout=10s attempt=1

10 +0s ChildWorkflowExecutionCanceled details=[d] namespace=default workflow_execution={workflow_id=c} workflow_type=Child initiated_event_id=5 started_event_id=6
11 +0s WorkflowTaskScheduled task_queue=tq start_to_close_timeout=10s attempt=1
)");
}

TEST_F(ChildTest, ChildTimesOut_ParentIsTold) {
  StartWaitingParent("workflow_run_timeout { seconds: 7 }");
  Sleep(seconds(8));
  EXPECT_EQ(ParentHistory(9), R"(
10 +7s ChildWorkflowExecutionTimedOut namespace=default workflow_execution={workflow_id=c} workflow_type=Child initiated_event_id=5 started_event_id=6 retry_state=RetryPolicyNotSet
11 +7s WorkflowTaskScheduled task_queue=tq start_to_close_timeout=10s attempt=1
)");
}

TEST_F(ChildTest, ChildIsTerminatedOrDeleted_ParentIsTold) {
  for (const bool deleted : {false, true}) {
    StartWaitingParent();
    if (deleted) {
      EXPECT_TRUE(
          engine_
              .Delete(namespace_, Parse<wf::DeleteWorkflowExecutionRequest>("workflow_execution { workflow_id: 'c' }"))
              .ok());
    } else {
      EXPECT_TRUE(engine_
                      .Terminate(namespace_, Parse<wf::TerminateWorkflowExecutionRequest>(
                                                 "workflow_execution { workflow_id: 'c' }"))
                      .ok());
    }
    loop_.RunUntilIdle();
    EXPECT_EQ(Types(9), R"(
10 +0s ChildWorkflowExecutionTerminated
11 +0s WorkflowTaskScheduled
)");
    Do({CompleteWorkflow()});
  }
}

TEST_F(ChildTest, ChildContinuesAsNew_ParentWaitsForTheLastRun) {
  StartWaitingParent();
  DoChild({ContinueAsNew("workflow_type { name: 'Child' }")});
  loop_.RunUntilIdle();
  EXPECT_EQ(Types(9), "\n");
  DoChild({CompleteWorkflow()});
  loop_.RunUntilIdle();
  EXPECT_EQ(ParentHistory(9), R"(
10 +1s ChildWorkflowExecutionCompleted namespace=default workflow_execution={workflow_id=c} workflow_type=Child initiated_event_id=5 started_event_id=6
11 +1s WorkflowTaskScheduled task_queue=tq start_to_close_timeout=10s attempt=1
)");
  EXPECT_EQ(ChildHistory(), R"(
1 +0s WorkflowExecutionStarted workflow_type=Child parent_workflow_namespace=default parent_workflow_execution={workflow_id=w} parent_initiated_event_id=5 task_queue=ctq workflow_run_timeout=0s workflow_task_timeout=10s initiator=Workflow attempt=1 first_workflow_task_backoff=1s prev_auto_reset_points={points=[{first_workflow_task_completed_id=4 create_time=+0s expire_time=+24h resettable=true}]} workflow_id=c root_workflow_execution={workflow_id=w}
2 +1s WorkflowTaskScheduled task_queue=ctq start_to_close_timeout=10s attempt=1
3 +1s WorkflowTaskStarted scheduled_event_id=2 identity=worker
4 +1s WorkflowTaskCompleted scheduled_event_id=2 started_event_id=3 identity=worker
5 +1s WorkflowExecutionCompleted workflow_task_completed_event_id=4
)");
}

TEST_F(ChildTest, ChildContinuesAsAnotherType_ParentIsToldTheFirst) {
  for (const Command& end : {CompleteWorkflow(), FailWorkflow(), CancelWorkflow()}) {
    StartWaitingParent();
    DoChild({ContinueAsNew("workflow_type { name: 'Other' }")});
    DoChild({end});
    loop_.RunUntilIdle();
    EXPECT_EQ(Find("c")->start().workflow_type().name(), "Other");
    EXPECT_THAT(ParentHistory(9), testing::HasSubstr(" workflow_type=Child initiated_event_id=5 started_event_id=6"));
    Do({CompleteWorkflow()});
  }
}

TEST_F(ChildTest, ChildIsRetried_ParentWaitsForTheLastAttempt) {
  StartWaitingParent("retry_policy { maximum_attempts: 2 initial_interval { seconds: 3 } }");
  DoChild({FailWorkflow()});
  DoChild({FailWorkflow()});
  loop_.RunUntilIdle();
  EXPECT_EQ(ParentHistory(9), R"(
10 +3s ChildWorkflowExecutionFailed failure={message=boom application_failure_info={type=Boom}} namespace=default workflow_execution={workflow_id=c} workflow_type=Child initiated_event_id=5 started_event_id=6 retry_state=MaximumAttemptsReached
11 +3s WorkflowTaskScheduled task_queue=tq start_to_close_timeout=10s attempt=1
)");
}

TEST_F(ChildTest, EndWhileATaskRuns_IsSeenLast) {
  StartParent();
  const WorkflowTask task = Poll();
  DoChild({CompleteWorkflow()});
  loop_.RunUntilIdle();
  Signal().IgnoreError();
  EXPECT_EQ(Types(8), "\n");
  EXPECT_TRUE(Complete(task, {}).ok());
  EXPECT_EQ(ParentHistory(8), R"(
9 +0s WorkflowTaskCompleted scheduled_event_id=7 started_event_id=8 identity=worker
10 +0s WorkflowExecutionSignaled signal_name=s
11 +0s ChildWorkflowExecutionCompleted namespace=default workflow_execution={workflow_id=c} workflow_type=Child initiated_event_id=5 started_event_id=6
12 +0s WorkflowTaskScheduled task_queue=tq start_to_close_timeout=10s attempt=1
)");
}

TEST_F(ChildTest, StartAndEndWhileATaskRuns_BothKnowEachOther) {
  parent_ = Start();
  EXPECT_TRUE(Complete(Poll(), {StartChild()}, [](Completion& completion) {
                completion.set_force_create_new_workflow_task(true);
                completion.set_return_new_workflow_task(true);
              }).ok());
  const WorkflowTask task = completed_.workflow_task();
  DoChild({CompleteWorkflow()});
  loop_.RunUntilIdle();
  child_ = Find("c")->run_id();
  EXPECT_TRUE(Complete(task, {}).ok());
  EXPECT_EQ(ParentHistory(7), R"(
8 +0s WorkflowTaskCompleted scheduled_event_id=6 started_event_id=7 identity=worker
9 +0s ChildWorkflowExecutionStarted namespace=default initiated_event_id=5 workflow_execution={workflow_id=c} workflow_type=Child
10 +0s ChildWorkflowExecutionCompleted namespace=default workflow_execution={workflow_id=c} workflow_type=Child initiated_event_id=5 started_event_id=9
11 +0s WorkflowTaskScheduled task_queue=tq start_to_close_timeout=10s attempt=1
)");
}

// -- The parent's end ---------------------------------------------------------------------------------

TEST_F(ChildTest, ParentCloses_DefaultPolicyTerminates) {
  StartParent();
  const WorkflowTask task = Poll("ctq");
  Do({CompleteWorkflow()});
  loop_.RunUntilIdle();
  EXPECT_EQ(ChildHistory(3), R"(
4 +0s WorkflowTaskFailed scheduled_event_id=2 started_event_id=3 cause=ForceCloseCommand identity=history-service
5 +0s WorkflowExecutionTerminated reason="by parent close policy" identity=history-service
)");
  EXPECT_EQ(Types(9), "\n10 +0s WorkflowExecutionCompleted\n");
}

TEST_F(ChildTest, ParentCloses_RequestCancelPolicyAsks) {
  StartParent("parent_close_policy: PARENT_CLOSE_POLICY_REQUEST_CANCEL");
  DoChild({});
  Do({CompleteWorkflow()});
  loop_.RunUntilIdle();
  EXPECT_EQ(ChildHistory(4), R"(
5 +0s WorkflowExecutionCancelRequested external_workflow_execution={workflow_id=w} identity=history-service
6 +0s WorkflowTaskScheduled task_queue=ctq start_to_close_timeout=10s attempt=1
)");
}

TEST_F(ChildTest, ParentCloses_AbandonPolicyLeavesIt) {
  StartParent("parent_close_policy: PARENT_CLOSE_POLICY_ABANDON");
  Do({CompleteWorkflow()});
  loop_.RunUntilIdle();
  EXPECT_EQ(ChildTypes(2), "\n");
  DoChild({CompleteWorkflow()});
  loop_.RunUntilIdle();
  EXPECT_EQ(Types(9), "\n10 +0s WorkflowExecutionCompleted\n");
}

TEST_F(ChildTest, ParentContinuesAsNewOrTimesOut_PolicyApplies) {
  StartParent();
  Do({ContinueAsNew("workflow_type { name: 'Wf' }")});
  loop_.RunUntilIdle();
  EXPECT_EQ(Find("c")->status(), api::enums::v1::WORKFLOW_EXECUTION_STATUS_TERMINATED);
  Terminate().IgnoreError();

  StartParent("", "workflow_run_timeout { seconds: 5 }");
  Sleep(seconds(6));
  EXPECT_EQ(Find("c")->status(), api::enums::v1::WORKFLOW_EXECUTION_STATUS_TERMINATED);
  EXPECT_EQ(Elapsed(), seconds(6));
}

TEST_F(ChildTest, ParentCloses_ContinuedChildIsReached) {
  StartParent();
  DoChild({ContinueAsNew("workflow_type { name: 'Child' }")});
  Do({CompleteWorkflow()});
  loop_.RunUntilIdle();
  EXPECT_NE(Find("c")->run_id(), child_);
  EXPECT_EQ(Find("c")->status(), api::enums::v1::WORKFLOW_EXECUTION_STATUS_TERMINATED);
}

TEST_F(ChildTest, ParentCloses_LaterRunOfThatIdIsLeftAlone) {
  StartParent();
  Do({});
  DoChild({CompleteWorkflow()});
  const WorkflowTask task = Poll();
  Start("", "c");
  EXPECT_TRUE(Complete(task, {CompleteWorkflow()}).ok());
  loop_.RunUntilIdle();
  EXPECT_TRUE(Find("c")->running());
}

TEST_F(ChildTest, Family_EndsTogether) {
  StartParent();
  DoChild({MakeCommand("START_CHILD_WORKFLOW_EXECUTION", "workflow_id: 'g' workflow_type { name: 'Grandchild' }")});
  loop_.RunUntilIdle();
  Terminate().IgnoreError();
  loop_.RunUntilIdle();
  EXPECT_EQ(Find("c")->status(), api::enums::v1::WORKFLOW_EXECUTION_STATUS_TERMINATED);
  EXPECT_EQ(Find("g")->status(), api::enums::v1::WORKFLOW_EXECUTION_STATUS_TERMINATED);
}

}  // namespace
}  // namespace temporal::server
