// Updates at the edges: which rejections leave no trace, and what hardly any worker or client sends.
#include <string>

#include "tests/fake-server/frontend/update_fixture.h"

namespace temporal::server {
namespace {

class UpdateEdgesTest : public UpdateTest {
 protected:
  // A rejection after a task whose completion started so many timers.
  void RejectAfterTimers(int timers, bool discards) {
    run_id_ = server_.Start("w");
    Completion first = For(server_.Poll());
    for (int i = 0; i < timers; ++i) {
      auto& command = *first.add_commands();
      command.set_command_type(api::enums::v1::COMMAND_TYPE_START_TIMER);
      command.mutable_start_timer_command_attributes()->set_timer_id(std::to_string(i));
      command.mutable_start_timer_command_attributes()->mutable_start_to_fire_timeout()->set_seconds(100);
    }
    Send(first);
    const auto update = Update();
    Completion rejecting = For(server_.Poll());
    Reject(rejecting, "u1");
    rejecting.mutable_capabilities()->set_discard_speculative_workflow_task_with_events(discards);
    Send(rejecting);
    EXPECT_EQ(Told(update), "Completed: failure no");
  }
};

TEST_F(UpdateEdgesTest, RejectedAfterTenEvents_WorkersThatDiscardThemLeaveNoTrace) {
  RejectAfterTimers(10, /*discards=*/true);
  EXPECT_EQ(server_.server().History(run_id_).events_size(), 4 + 10);
}

TEST_F(UpdateEdgesTest, RejectedAfterElevenEvents_TheTaskIsWritten) {
  RejectAfterTimers(11, /*discards=*/true);
  EXPECT_EQ(server_.server().History(run_id_).events_size(), 4 + 11 + 3);
}

TEST_F(UpdateEdgesTest, RejectedWithoutEvents_NoWorkerNeedsToDiscardAny) {
  RejectAfterTimers(0, /*discards=*/false);
  EXPECT_EQ(server_.server().History(run_id_).events_size(), 4);
}

TEST_F(UpdateEdgesTest, RejectedAfterAnEvent_OtherWorkersSeeTheTaskWritten) {
  RejectAfterTimers(1, /*discards=*/false);
  EXPECT_EQ(server_.server().History(run_id_).events_size(), 4 + 1 + 3);
}

TEST_F(UpdateEdgesTest, StageThatDoesNotExist_IsNotWaitedFor) {
  BeginRun();
  for (const int stage : {4, 99}) {
    EXPECT_EQ(Told(Update("u1", static_cast<Stage>(stage))), "Admitted");
    EXPECT_EQ(Told(PollUpdate("u1", static_cast<Stage>(stage))), "Admitted");
  }
}

TEST_F(UpdateEdgesTest, Poll_NeedsAWorkflowAndAUuid) {
  wf::PollWorkflowExecutionUpdateRequest request;
  auto& execution = *request.mutable_update_ref()->mutable_workflow_execution();
  const auto ask = [&] {
    return std::string(server_.Call<rpc::PollWorkflowExecutionUpdate>(request).status().message());
  };
  execution.set_run_id("zz");
  EXPECT_EQ(ask(), "Can't load workflow execution.  WorkflowId not set.");
  execution.set_workflow_id("w");
  EXPECT_EQ(ask(), "RunId is not valid UUID.");
}

TEST_F(UpdateEdgesTest, RejectedWithoutAFailure_LinksAsIfAccepted) {
  BeginRun();
  const auto update = Update();
  Completion rejecting = For(server_.Poll());
  Add(rejecting, "u1", "/reject", update_api::Rejection(), false);
  Send(rejecting);
  ASSERT_TRUE(update->answered());
  EXPECT_TRUE(update->response().outcome().has_failure());
  EXPECT_EQ(update->response().link().workflow_event().request_id_ref().event_type(),
            api::enums::v1::EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED);
}

TEST_F(UpdateEdgesTest, MessageThatCannotBeRead_FailsTheTask) {
  BeginRun();
  const auto update = Update();
  Completion completion = For(server_.Poll());
  Accept(completion, "u1", 5);
  completion.mutable_messages(0)->mutable_body()->mutable_value()->pop_back();
  EXPECT_EQ(server_.Call<rpc::RespondWorkflowTaskCompleted>(completion).status().message(),
            "BadUpdateWorkflowExecutionMessage: unable to unmarshal request: proto:\u00a0cannot parse invalid "
            "wire-format data");
}

}  // namespace
}  // namespace temporal::server
