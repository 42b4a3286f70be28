// Updates on virtual time: how a worker gets them, what becomes of the speculative tasks that bring them, what callers
// are told, and how runs that end take them along.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "tests/fake-server/frontend/update_fixture.h"

namespace temporal::server {
namespace {

using testing::HasSubstr;

TEST_F(UpdateTest, RunIsIdle_BroughtByATaskThatItsAcceptanceWrites) {
  BeginRun();
  const auto update = Update();
  EXPECT_EQ(History(), "\n");
  const Task task = server_.Poll();
  ASSERT_EQ(task.messages_size(), 1);
  EXPECT_EQ(task.messages(0).id(), "u1/request");
  EXPECT_EQ(task.messages(0).protocol_instance_id(), "u1");
  EXPECT_EQ(task.messages(0).event_id(), 5);
  EXPECT_EQ(task.started_event_id(), 6);
  EXPECT_EQ(task.history().events_size(), 6);
  EXPECT_EQ(History(), "\n");
  Answer(task);
  EXPECT_EQ(Told(update), "Completed: result");
  EXPECT_EQ(History(), R"(
5 WorkflowTaskScheduled task_queue=queue start_to_close_timeout=10s attempt=1
6 WorkflowTaskStarted scheduled_event_id=5 identity=worker
7 WorkflowTaskCompleted scheduled_event_id=5 started_event_id=6 identity=worker
8 WorkflowExecutionUpdateAccepted protocol_instance_id=u1 accepted_request_message_id=u1/request accepted_request_sequencing_event_id=5 accepted_request={meta={update_id=u1} input={name=upd}}
9 WorkflowExecutionUpdateCompleted meta={update_id=u1} outcome={success=[result]} accepted_event_id=8
)");
}

TEST_F(UpdateTest, Rejected_LeavesNoTraceAndTellsTheWorkerWhereToGoBack) {
  BeginRun();
  const auto update = Update();
  Completion completion = For(server_.Poll());
  Reject(completion, "u1");
  EXPECT_EQ(Send(completion).reset_history_event_id(), 3);
  EXPECT_EQ(Told(update), "Completed: failure no");
  EXPECT_EQ(History(), "\n");
  // It is forgotten: the same id is another update.
  const auto again = Update();
  Answer(server_.Poll());
  EXPECT_EQ(Told(again), "Completed: result");
}

TEST_F(UpdateTest, NotAnswered_RejectedForTheWorker) {
  BeginRun();
  const auto update = Update();
  EXPECT_EQ(Send(For(server_.Poll())).reset_history_event_id(), 3);
  EXPECT_THAT(Told(update), HasSubstr("wasn't processed by worker"));
}

TEST_F(UpdateTest, SignalWhileTheTaskWaits_MakesItANormalOne) {
  BeginRun();
  const auto update = Update();
  ASSERT_TRUE(server_.Signal("w").ok());
  const Task task = server_.Poll();
  EXPECT_EQ(task.messages(0).event_id(), 6);
  Completion completion = For(task);
  Reject(completion, "u1");
  EXPECT_EQ(Send(completion).reset_history_event_id(), 0);
  EXPECT_EQ(History(), R"(
5 WorkflowTaskScheduled task_queue=queue start_to_close_timeout=10s attempt=1
6 WorkflowExecutionSignaled signal_name=signal
7 WorkflowTaskStarted scheduled_event_id=5 identity=worker
8 WorkflowTaskCompleted scheduled_event_id=5 started_event_id=7 identity=worker
)");
  EXPECT_EQ(Told(update), "Completed: failure no");
}

TEST_F(UpdateTest, SignalWhileTheTaskIsStarted_WritesItWithoutItsWorker) {
  BeginRun();
  const auto update = Update();
  const Task task = server_.Poll();
  ASSERT_TRUE(server_.Signal("w").ok());
  EXPECT_EQ(History(), R"(
5 WorkflowTaskScheduled task_queue=queue start_to_close_timeout=10s attempt=1
6 WorkflowTaskStarted scheduled_event_id=5
)");
  Answer(task);
  EXPECT_EQ(Told(update), "Completed: result");
  EXPECT_EQ(server_.Poll().history().events_size(), 12);
}

TEST_F(UpdateTest, NobodyTakesTheTask_TimesOutAndANormalOneFollows) {
  BeginRun();
  const auto update = Update();
  server_.Run(seconds(6));
  EXPECT_EQ(History(), R"(
5 WorkflowTaskScheduled task_queue=queue start_to_close_timeout=10s attempt=1
6 WorkflowTaskTimedOut scheduled_event_id=5 timeout_type=ScheduleToStart
7 WorkflowTaskScheduled task_queue=queue start_to_close_timeout=10s attempt=1
)");
  Answer(server_.Poll());
  EXPECT_EQ(Told(update), "Completed: result");
}

TEST_F(UpdateTest, WorkerFailsTheTask_SentAgainWithTheNext) {
  BeginRun();
  const auto update = Update();
  ASSERT_TRUE(server_.FailTask(server_.Poll()).ok());
  const Task task = server_.Poll();
  ASSERT_EQ(task.messages_size(), 1);
  Answer(task);
  EXPECT_EQ(Told(update), "Completed: result");
}

TEST_F(UpdateTest, CompletionIsRefused_TheUpdateIsAbortedAndNothingStays) {
  BeginRun();
  const auto update = Update();
  const Task task = server_.Poll();
  Completion completion = For(task);
  Accept(completion, "u1", 5);
  Respond(completion, "u2");
  const auto refused = server_.Call<rpc::RespondWorkflowTaskCompleted>(completion);
  EXPECT_EQ(refused.status().message(),
            "BadUpdateWorkflowExecutionMessage: update u2 wasn't found on the server. This is most likely a transient "
            "error which will be resolved automatically by retries");
  EXPECT_EQ(Told(update), "Unable to perform workflow execution update due to unexpected workflow task failure.");
  EXPECT_EQ(server_.Poll().messages_size(), 0);
}

TEST_F(UpdateTest, CompletionIsRefusedUnread_AnotherTaskBringsTheUpdate) {
  BeginRun();
  const auto update = Update();
  Task task = server_.Poll();
  Completion without_body = For(task);
  without_body.add_messages()->set_id("m");
  Completion goes_on = For(task);
  goes_on.add_commands()->set_command_type(api::enums::v1::COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION);
  goes_on.add_commands()->set_command_type(api::enums::v1::COMMAND_TYPE_START_TIMER);
  for (Completion* wrong : {&without_body, &goes_on}) {
    wrong->set_task_token(task.task_token());
    EXPECT_EQ(server_.Call<rpc::RespondWorkflowTaskCompleted>(*wrong).status().code(),
              absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(server_.Call<rpc::RespondWorkflowTaskCompleted>(For(task)).status().code(), absl::StatusCode::kNotFound)
        << "the task is gone";
    EXPECT_EQ(History(), "\n");
    EXPECT_EQ(Told(update), "nothing");
    task = server_.Poll();
    ASSERT_EQ(task.messages_size(), 1);
    EXPECT_EQ(task.started_event_id(), 6);
  }
  Answer(task);
  EXPECT_EQ(Told(update), "Completed: result");
}

TEST_F(UpdateTest, WaitIsLong_TheCallerIsToldTheStage) {
  BeginRun();
  const auto admitted = Update();
  server_.Run(seconds(21));
  EXPECT_EQ(Told(admitted), "Admitted");
  EXPECT_EQ(admitted->when, seconds(20));
  const auto accepted = PollUpdate("u1", kAccepted);
  const Task task = server_.Poll();
  Completion completion = For(task);
  Accept(completion, "u1", task.started_event_id() - 1);
  Send(completion);
  EXPECT_EQ(Told(accepted), "Accepted");
  const auto completed = PollUpdate("u1", kCompleted);
  server_.Run(seconds(21));
  EXPECT_EQ(Told(completed), "Accepted");
  EXPECT_EQ(Told(PollUpdate("other", kCompleted)), "update \"other\" not found");
}

TEST_F(UpdateTest, SameIdTwice_IsOneUpdate) {
  BeginRun();
  const auto first = Update();
  const auto second = Update();
  const Task task = server_.Poll();
  EXPECT_EQ(task.messages_size(), 1);
  Answer(task);
  EXPECT_EQ(Told(first), "Completed: result");
  EXPECT_EQ(Told(second), "Completed: result");
  EXPECT_EQ(Told(Update()), "Completed: result");
}

TEST_F(UpdateTest, RunCloses_AcceptedOnesFailAndOthersAreAborted) {
  BeginRun();
  const auto accepted = Update();
  const Task task = server_.Poll();
  const auto waiting = Update("u2");
  Completion completion = For(task);
  Accept(completion, "u1", 5);
  *completion.add_commands() = ServerHarness::CompleteWorkflow();
  Send(completion);
  EXPECT_EQ(Told(accepted),
            "Completed: failure Workflow Update failed because the Workflow completed before the Update completed.");
  EXPECT_EQ(Told(waiting), "workflow update was aborted by closing workflow");
  EXPECT_EQ(Told(Update("u3")), "workflow execution already completed");
}

TEST_F(UpdateTest, CameDuringATask_TheNextOneBringsIt) {
  BeginRun();
  const auto first = Update();
  const Task task = server_.Poll();
  const auto second = Update("u2");
  Completion completion = For(task);
  Accept(completion, "u1", 5);
  Respond(completion, "u1");
  completion.set_return_new_workflow_task(true);
  const auto response = Send(completion);
  ASSERT_EQ(response.workflow_task().messages_size(), 1);
  EXPECT_EQ(response.workflow_task().messages(0).id(), "u2/request");
  Completion rejecting = For(response.workflow_task());
  Reject(rejecting, "u2");
  // The events of the task before came along: not every worker can take them twice.
  rejecting.mutable_capabilities()->set_discard_speculative_workflow_task_with_events(true);
  EXPECT_EQ(Send(rejecting).reset_history_event_id(), 6);
  EXPECT_EQ(Told(first), "Completed: result");
  EXPECT_EQ(Told(second), "Completed: failure no");
  EXPECT_EQ(server_.server().History(run_id_).events_size(), 9);
}

TEST_F(UpdateTest, TooManyAtOnce_ResourceExhausted) {
  BeginRun();
  std::vector<UpdateCall> updates;
  for (int i = 0; i < 10; ++i) updates.push_back(Update("u" + std::to_string(i)));
  const auto refused = Update("one too many");
  EXPECT_EQ(refused->status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(Told(refused), "limit on number of concurrent in-flight updates has been reached (10)");
  EXPECT_EQ(server_.Poll().messages_size(), 10);
}

TEST_F(UpdateTest, WithStart_TheFirstTaskBringsItAndASecondCallJoins) {
  wf::ExecuteMultiOperationRequest request;
  auto& start = *request.add_operations()->mutable_start_workflow();
  start.set_workflow_id("w");
  start.mutable_workflow_type()->set_name("Type");
  start.mutable_task_queue()->set_name(ServerHarness::kQueue);
  start.set_workflow_id_conflict_policy(api::enums::v1::WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING);
  *request.add_operations()->mutable_update_workflow() = Request("u1", kCompleted);
  const auto call = server_.Begin<rpc::ExecuteMultiOperation>(request);
  const Task task = server_.Poll();
  ASSERT_EQ(task.messages_size(), 1);
  EXPECT_EQ(task.messages(0).event_id(), 2);
  Answer(task);
  ASSERT_TRUE(call->answered());
  EXPECT_TRUE(call->response().responses(0).start_workflow().started());
  EXPECT_EQ(call->response().responses(1).update_workflow().stage(), kCompleted);
  const auto again = server_.Begin<rpc::ExecuteMultiOperation>(request);
  ASSERT_TRUE(again->answered());
  EXPECT_FALSE(again->response().responses(0).start_workflow().started());

  request.mutable_operations(0)->mutable_start_workflow()->set_workflow_id_conflict_policy(
      api::enums::v1::WORKFLOW_ID_CONFLICT_POLICY_FAIL);
  request.mutable_operations(1)->mutable_update_workflow()->mutable_request()->mutable_meta()->set_update_id("u2");
  const auto fails = server_.Begin<rpc::ExecuteMultiOperation>(request);
  EXPECT_EQ(fails->status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(fails->status().message(), "Update-with-Start could not be executed.");
}

}  // namespace
}  // namespace temporal::server
