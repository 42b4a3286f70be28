// Reset: what the new run begins with, what it takes over, and what becomes of the old one. Measured on the real
// server.
#include "tests/fake-server/history/reset_fixture.h"

namespace temporal::server {
namespace {

TEST_F(ResetTest, NewRun_HasTheEventsBeforeAndTheFailedTask) {
  const std::string base = Start();
  Do({StartTimer("t", 60)});
  Sleep(seconds(7));
  const std::string reset = Reset(4);
  EXPECT_EQ(History(0, reset), R"(
1 +0s WorkflowExecutionStarted workflow_type=Wf task_queue=tq workflow_task_timeout=10s attempt=1 first_workflow_task_backoff=0s workflow_id=w
2 +0s WorkflowTaskScheduled task_queue=tq start_to_close_timeout=10s attempt=1
3 +0s WorkflowTaskStarted scheduled_event_id=2 identity=worker
4 +7s WorkflowTaskFailed scheduled_event_id=2 started_event_id=3 cause=ResetWorkflow failure={message=because reset_workflow_failure_info={}} identity=history-service
5 +7s WorkflowTaskScheduled task_queue=tq start_to_close_timeout=10s attempt=1
)");
  const auto& failed = Run(reset).events().at(4).workflow_task_failed_event_attributes();
  EXPECT_EQ(failed.base_run_id(), base);
  EXPECT_EQ(failed.new_run_id(), reset);
  EXPECT_EQ(Run(reset).start().original_execution_run_id(), base);
  EXPECT_EQ(Run().run_id(), reset) << "it is the current one";
  EXPECT_EQ(History(5, base), R"(
6 +7s WorkflowExecutionTerminated reason=because identity=history-resetter
)");
  EXPECT_EQ(Run(base).reset_run_id, reset);
  Do({CompleteWorkflow()});
  EXPECT_EQ(Types(5), R"(
6 +7s WorkflowTaskStarted
7 +7s WorkflowTaskCompleted
8 +7s WorkflowExecutionCompleted
)");
}

TEST_F(ResetTest, TaskNotStartedAtThePoint_IsStartedByTheServer) {
  Start();
  Do({});
  const std::string reset = Reset(3);
  EXPECT_EQ(Types(1, reset), R"(
2 +0s WorkflowTaskScheduled
3 +0s WorkflowTaskStarted
4 +0s WorkflowTaskFailed
5 +0s WorkflowTaskScheduled
)");
  const auto& started = Run(reset).events().at(3).workflow_task_started_event_attributes();
  EXPECT_EQ(started.identity(), "history-service");
  EXPECT_EQ(started.request_id(), "emptyUuid");
}

TEST_F(ResetTest, PointsThatAreNone_AreRefused) {
  Start();
  EXPECT_EQ(Refusal(3), "Workflow task finish ID must be > 1 && <= workflow last event ID.") << "no 3 yet";
  Do({StartTimer("t", 60)});
  for (const int id : {-1, 0, 1, 6, 99}) {
    EXPECT_EQ(Refusal(id), "Workflow task finish ID must be > 1 && <= workflow last event ID.") << id;
  }
  EXPECT_EQ(Refusal(2),
            "StateRebuilder unable to Rebuild mutable state to event ID: 1, version: 0, this event must be at the "
            "boundary");
  EXPECT_EQ(Refusal(5),
            "StateRebuilder unable to Rebuild mutable state to event ID: 4, version: 0, this event must be at the "
            "boundary");
  EXPECT_TRUE(Signal().ok());
  EXPECT_EQ(Refusal(6),
            "Can only reset workflow to event ID in range [WorkflowTaskScheduled +1, WorkflowTaskStarted + 1]: 6");
  EXPECT_EQ(Refusal(3, "post_reset_operations {}"), "unsupported post reset operation: <nil>");
  EXPECT_TRUE(Run().running()) << "nothing has happened";
}

TEST_F(ResetTest, SameRequestAgain_ResetsAgainUnlessItIsTheStarts) {
  const std::string first = Start("request_id: 'r'");
  Do({});
  EXPECT_EQ(Reset(4, "request_id: 'r'"), first);
  const std::string second = Reset(4);
  EXPECT_NE(second, first);
  EXPECT_NE(Reset(4), second);
  EXPECT_EQ(Start("request_id: 'r'"), Run().run_id()) << "the run has the request id of the first";
}

TEST_F(ResetTest, AttemptAfterAFailure_IsAPointBeforeAndAfterItStarts) {
  const std::string base = Start();
  EXPECT_TRUE(FailTask(Poll()).ok());
  Do({StartTimer("t", 60)});
  const std::string of_base = "workflow_execution { run_id: '" + base + "' }";
  for (const int id : {5, 7}) {
    EXPECT_EQ(Types(4, Reset(id, of_base)), R"(
5 +0s WorkflowTaskScheduled
6 +0s WorkflowTaskStarted
7 +0s WorkflowTaskFailed
8 +0s WorkflowTaskScheduled
)") << id;
  }
}

TEST_F(ResetTest, LaterRunsWereDeleted_ResetsTheOneThatIsLeft) {
  const std::string first = Start();
  Do({CompleteWorkflow()});
  Start();
  EXPECT_TRUE(engine_
                  .Delete(namespace_, Parse<wf::DeleteWorkflowExecutionRequest>("workflow_execution { workflow_id: 'w' "
                                                                                "}"))
                  .ok());
  const std::string reset = Reset(4, "workflow_execution { run_id: '" + first + "' }");
  EXPECT_TRUE(Run().running());
  EXPECT_EQ(Run().run_id(), reset);
}

// -- What is taken over -------------------------------------------------------------------------------

TEST_F(ResetTest, SignalsSince_AreAppliedInOrderAndCancelIsNot) {
  const std::string base = Start();
  Do({});
  EXPECT_TRUE(Signal("a", "ra").ok());
  Poll();
  EXPECT_TRUE(Signal("b", "rb").ok());
  EXPECT_TRUE(Cancel().ok());
  Sleep(seconds(1));
  const std::string reset = Reset(4);
  EXPECT_EQ(Types(6, base), R"(
7 +0s WorkflowTaskStarted
8 +1s WorkflowTaskFailed
9 +0s WorkflowExecutionSignaled
10 +0s WorkflowExecutionCancelRequested
11 +1s WorkflowExecutionTerminated
)");
  EXPECT_EQ(History(4, reset), R"(
5 +1s WorkflowExecutionSignaled signal_name=a
6 +1s WorkflowExecutionSignaled signal_name=b
7 +1s WorkflowTaskScheduled task_queue=tq start_to_close_timeout=10s attempt=1
)");
  EXPECT_FALSE(Run(reset).cancel_requested);
  EXPECT_EQ(Run(reset).FindRequestId("rb")->event_id, 6);
}

struct Exclusion {
  std::string given;
  std::string taken_over;
};

TEST_F(ResetTest, KindsThatAreExcluded_AreNotTakenOver) {
  const std::vector<Exclusion> cases = {
      {"", "5 WorkflowExecutionSignaled 6 WorkflowExecutionUpdateAdmitted 7 WorkflowExecutionOptionsUpdated "},
      {"reset_reapply_exclude_types: RESET_REAPPLY_EXCLUDE_TYPE_SIGNAL",
       "5 WorkflowExecutionUpdateAdmitted 6 WorkflowExecutionOptionsUpdated "},
      {"reset_reapply_exclude_types: RESET_REAPPLY_EXCLUDE_TYPE_UPDATE",
       "5 WorkflowExecutionSignaled 6 WorkflowExecutionOptionsUpdated "},
      {"reset_reapply_type: RESET_REAPPLY_TYPE_SIGNAL",
       "5 WorkflowExecutionSignaled 6 WorkflowExecutionOptionsUpdated "},
      {"reset_reapply_type: RESET_REAPPLY_TYPE_NONE", "5 WorkflowExecutionOptionsUpdated "},
      {"reset_reapply_exclude_types: [1, 2, 3, 4]", ""},
  };
  for (const Exclusion& exclusion : cases) {
    Start("workflow_id_conflict_policy: WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING");
    Do({});
    EXPECT_TRUE(Signal().ok());
    const auto update = engine_.AdmitUpdate(
        namespace_,
        Parse<wf::UpdateWorkflowExecutionRequest>(
            "workflow_execution { workflow_id: 'w' } request { meta { update_id: 'u' } input { name: 'u' } }"));
    ASSERT_TRUE(update.ok()) << update.status();
    const WorkflowTask task = Poll();
    EXPECT_TRUE(Complete(task, {}, [](Completion& request) {
                  auto& message = *request.add_messages();
                  message.set_id("m");
                  message.set_protocol_instance_id("u");
                  message.mutable_body()->PackFrom(Parse<api::update::v1::Acceptance>(
                      "accepted_request_message_id: 'u/request' accepted_request_sequencing_event_id: 6"));
                }).ok());
    EXPECT_TRUE(engine_
                    .UpdateWorkflowExecutionOptions(
                        namespace_, Parse<wf::UpdateWorkflowExecutionOptionsRequest>(
                                        "workflow_execution { workflow_id: 'w' } workflow_execution_options { priority "
                                        "{ priority_key: 3 } } update_mask { paths: 'priority' }"))
                    .ok());
    const std::string reset = Reset(4, exclusion.given);
    std::string taken_over;
    for (std::int64_t id = 5; id < Run(reset).next_event_id() - 1; ++id) {
      taken_over += internal::PrintEvent(Run(reset).events().at(id), {.attributes = false}) + " ";
    }
    EXPECT_EQ(taken_over, exclusion.taken_over) << exclusion.given;
    EXPECT_EQ(Run(reset).priority() != nullptr, !exclusion.taken_over.empty());
  }
}

TEST_F(ResetTest, RunsThatContinuedIt_AreTakenOverToo) {
  const std::string first = Start();
  Do({});
  EXPECT_TRUE(Signal("a").ok());
  Do({ContinueAsNew()});
  Sleep(seconds(1));
  Do({});
  EXPECT_TRUE(Signal("b").ok());
  const std::string second = Run().run_id();
  const std::string reset = Reset(4, "workflow_execution { run_id: '" + first + "' }");
  EXPECT_EQ(History(4, reset), R"(
5 +1s WorkflowExecutionSignaled signal_name=a
6 +1s WorkflowExecutionSignaled signal_name=b
7 +1s WorkflowTaskScheduled task_queue=tq start_to_close_timeout=10s attempt=1
)");
  EXPECT_EQ(Run(second).status(), api::enums::v1::WORKFLOW_EXECUTION_STATUS_TERMINATED);
  EXPECT_EQ(Run(first).reset_run_id, reset);
}

TEST_F(ResetTest, CurrentRunOfAnotherChain_EndsAndIsNotTakenOver) {
  const std::string first = Start();
  Do({});
  EXPECT_TRUE(Signal("a").ok());
  EXPECT_TRUE(Terminate().ok());
  const std::string second = Start();
  EXPECT_TRUE(Signal("b").ok());
  const std::string reset = Reset(4, "workflow_execution { run_id: '" + first + "' }");
  EXPECT_EQ(History(4, reset), R"(
5 +0s WorkflowExecutionSignaled signal_name=a
6 +0s WorkflowTaskScheduled task_queue=tq start_to_close_timeout=10s attempt=1
)");
  EXPECT_FALSE(Run(second).running());
}

// An update that was accepted comes again, by its event alone.
TEST_F(ResetTest, UpdateThatWasAccepted_IsAdmittedAgain) {
  const auto request = Parse<wf::UpdateWorkflowExecutionRequest>(
      "workflow_execution { workflow_id: 'w' } request { meta { update_id: 'u' } input { name: 'n' } }");
  const auto answer = [&](const WorkflowTask& task) {
    return Complete(task, {}, [](Completion& completion) {
      auto& acceptance = *completion.add_messages();
      acceptance.set_id("a");
      acceptance.set_protocol_instance_id("u");
      acceptance.mutable_body()->PackFrom(Parse<api::update::v1::Acceptance>(
          "accepted_request_message_id: 'u/request' accepted_request_sequencing_event_id: 5"));
      auto& response = *completion.add_messages();
      response.set_id("r");
      response.set_protocol_instance_id("u");
      response.mutable_body()->PackFrom(
          Parse<api::update::v1::Response>("meta { update_id: 'u' } outcome { success {} }"));
    });
  };
  Start();
  Do({});
  ASSERT_TRUE(engine_.AdmitUpdate(namespace_, request).ok());
  EXPECT_TRUE(answer(Poll()).ok());
  const std::string reset = Reset(4);
  EXPECT_EQ(History(4, reset), R"(
5 +0s WorkflowExecutionUpdateAdmitted request={meta={update_id=u} input={name=n}} origin=Reapply
6 +0s WorkflowTaskScheduled task_queue=tq start_to_close_timeout=10s attempt=1
)");
  const auto again = engine_.AdmitUpdate(namespace_, request);
  ASSERT_TRUE(again.ok());
  EXPECT_FALSE(again->update->Reached(api::enums::v1::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ACCEPTED));
  const WorkflowTask task = Poll();
  EXPECT_EQ(task.messages_size(), 0);
  EXPECT_TRUE(answer(task).ok());
  EXPECT_EQ(History(8, reset), R"(
9 +0s WorkflowExecutionUpdateAccepted protocol_instance_id=u accepted_request_message_id=u/request accepted_request_sequencing_event_id=5
10 +0s WorkflowExecutionUpdateCompleted meta={update_id=u} outcome={success=[]} accepted_event_id=9
)");
  EXPECT_EQ(again->update->state, Update::State::kCompleted);
}

}  // namespace
}  // namespace temporal::server
