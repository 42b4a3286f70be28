// Updates on virtual time: how a worker gets them, what becomes of the speculative tasks that bring them, what callers
// are told, and how runs that end take them along.
#include <chrono>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sdk/base/history_printer.h"
#include "temporal/api/update/v1/message.pb.h"
#include "tests/support/server_harness.h"

namespace temporal::server {
namespace {

using internal::Duration;
using std::chrono::seconds;
using testing::HasSubstr;
using Task = wf::PollWorkflowTaskQueueResponse;
using UpdateCall = std::shared_ptr<Pending<rpc::UpdateWorkflowExecution>>;
using Completion = wf::RespondWorkflowTaskCompletedRequest;
namespace update_api = api::update::v1;
constexpr auto kAdmitted = api::enums::v1::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ADMITTED;
constexpr auto kAccepted = api::enums::v1::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ACCEPTED;
constexpr auto kCompleted = api::enums::v1::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED;

class UpdateTest : public testing::Test {
 protected:
  using Stage = api::enums::v1::UpdateWorkflowExecutionLifecycleStage;

  static wf::UpdateWorkflowExecutionRequest Request(const std::string& id, Stage stage) {
    wf::UpdateWorkflowExecutionRequest request;
    request.mutable_workflow_execution()->set_workflow_id("w");
    request.mutable_request()->mutable_meta()->set_update_id(id);
    request.mutable_request()->mutable_input()->set_name("upd");
    request.mutable_wait_policy()->set_lifecycle_stage(stage);
    return request;
  }
  UpdateCall Update(const std::string& id = "u1", Stage stage = kCompleted, Duration timeout = seconds(60)) {
    return server_.Begin<rpc::UpdateWorkflowExecution>(Request(id, stage), timeout);
  }
  std::shared_ptr<Pending<rpc::PollWorkflowExecutionUpdate>> PollUpdate(const std::string& id, Stage stage) {
    wf::PollWorkflowExecutionUpdateRequest request;
    request.mutable_update_ref()->mutable_workflow_execution()->set_workflow_id("w");
    request.mutable_update_ref()->set_update_id(id);
    request.mutable_wait_policy()->set_lifecycle_stage(stage);
    return server_.Begin<rpc::PollWorkflowExecutionUpdate>(request, seconds(60));
  }

  // "Accepted", "Completed: result", "Completed: failure …", or the error's text.
  template <class Rpc>
  static std::string Told(const std::shared_ptr<Pending<Rpc>>& call) {
    if (!call->answered()) return "nothing";
    if (!call->answer->ok()) return std::string(call->status().message());
    const auto& response = call->response();
    if (response.stage() == kAdmitted) return "Admitted";
    if (response.stage() == kAccepted) return "Accepted";
    return response.outcome().has_failure() ? "Completed: failure " + response.outcome().failure().message()
                                            : "Completed: " + response.outcome().success().payloads(0).data();
  }

  static void Add(Completion& completion, const std::string& update, const char* what,
                  const google::protobuf::Message& body, bool command) {
    auto& message = *completion.add_messages();
    message.set_id(update + what);
    message.set_protocol_instance_id(update);
    message.mutable_body()->PackFrom(body);
    if (!command) return;
    auto& placed = *completion.add_commands();
    placed.set_command_type(api::enums::v1::COMMAND_TYPE_PROTOCOL_MESSAGE);
    placed.mutable_protocol_message_command_attributes()->set_message_id(message.id());
  }
  static void Accept(Completion& completion, const std::string& update, std::int64_t sequencing_id) {
    update_api::Acceptance acceptance;
    acceptance.set_accepted_request_message_id(update + "/request");
    acceptance.set_accepted_request_sequencing_event_id(sequencing_id);
    Add(completion, update, "/accept", acceptance, true);
  }
  static void Reject(Completion& completion, const std::string& update) {
    update_api::Rejection rejection;
    rejection.mutable_failure()->set_message("no");
    Add(completion, update, "/reject", rejection, false);
  }
  static void Respond(Completion& completion, const std::string& update) {
    update_api::Response response;
    response.mutable_meta()->set_update_id(update);
    response.mutable_outcome()->mutable_success()->add_payloads()->set_data("result");
    Add(completion, update, "/complete", response, true);
  }
  static Completion For(const Task& task) {
    Completion completion;
    completion.set_task_token(task.task_token());
    completion.set_identity("worker");
    return completion;
  }
  wf::RespondWorkflowTaskCompletedResponse Send(const Completion& completion) {
    auto response = server_.Call<rpc::RespondWorkflowTaskCompleted>(completion);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? *std::move(response) : wf::RespondWorkflowTaskCompletedResponse();
  }
  // Accepts, and answers at once.
  void Answer(const Task& task, const std::string& update = "u1") {
    Completion completion = For(task);
    Accept(completion, update, task.started_event_id() - 1);
    Respond(completion, update);
    Send(completion);
  }
  std::string History(std::int64_t after = 4) {
    std::string text = "\n";
    const api::history::v1::History history = server_.server().History(run_id_);
    for (const auto& event : history.events()) {
      if (event.event_id() > after) text += internal::PrintEvent(event) + "\n";
    }
    return text;
  }
  void BeginRun() { run_id_ = server_.BeginRun("w"); }

  ServerHarness server_;
  std::string run_id_;
};

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
