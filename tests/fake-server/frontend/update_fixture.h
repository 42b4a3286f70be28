// What tests of updates share: calls that ask for them, and completions that answer them.
#ifndef TEMPORAL_TESTS_FAKE_SERVER_FRONTEND_UPDATE_FIXTURE_H_
#define TEMPORAL_TESTS_FAKE_SERVER_FRONTEND_UPDATE_FIXTURE_H_

#include <chrono>
#include <memory>
#include <string>

#include "gtest/gtest.h"
#include "sdk/base/history_printer.h"
#include "temporal/api/update/v1/message.pb.h"
#include "tests/support/server_harness.h"

namespace temporal::server {

using internal::Duration;
using std::chrono::seconds;
using Task = wf::PollWorkflowTaskQueueResponse;
using UpdateCall = std::shared_ptr<Pending<rpc::UpdateWorkflowExecution>>;
using Completion = wf::RespondWorkflowTaskCompletedRequest;
namespace update_api = api::update::v1;
inline constexpr auto kAdmitted = api::enums::v1::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ADMITTED;
inline constexpr auto kAccepted = api::enums::v1::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ACCEPTED;
inline constexpr auto kCompleted = api::enums::v1::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED;

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

}  // namespace temporal::server

#endif  // TEMPORAL_TESTS_FAKE_SERVER_FRONTEND_UPDATE_FIXTURE_H_
