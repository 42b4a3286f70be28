// Updates in a run: each is judged when its turn comes, accepted or rejected, handled, and answered.
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sdk/converter/failure_converter.h"
#include "sdk/converter/payload_converter.h"
#include "sdk/engine/workflow_instance.h"

namespace temporal::internal {

namespace update_api = api::update::v1;

void WorkflowInstance::StartUpdate(UpdateRequest update) {
  auto kept = std::make_shared<const UpdateRequest>(std::move(update));
  next_root_kind_ = "update";
  next_root_name_ = kept->request->input().name();
  auto run = StartRoot(*this, RunUpdate(std::move(kept))).state();
  next_root_kind_ = "spawned";
  next_root_name_ = {};
  Watch(nullptr, std::move(run));
}

// The coroutine of one update. What leaves it that is no Failure fails the task.
Task<void> WorkflowInstance::RunUpdate(std::shared_ptr<const UpdateRequest> update) {
  const auto found = updates_.find(update->request->input().name());
  UpdateHandler* const handler = found == updates_.end() ? nullptr : found->second.get();
  Payloads input = FromProto(update->request->input().args());
  const std::exception_ptr rejection = Judge(*update, handler, input);
  if (rejection) {
    Reject(*update, rejection);
    co_return;
  }
  UpdateMachine& accepted = Accept(*update);
  update_api::Outcome outcome;
  try {
    auto task = handler->Handle(std::move(input));
    const Payload result = co_await std::move(task);
    *outcome.mutable_success()->add_payloads() = ToProto(result);
  } catch (const Failure& failure) {
    *outcome.mutable_failure() = ToProto(failure);
  }
  Respond(*update, accepted, std::move(outcome));
}

std::exception_ptr WorkflowInstance::Judge(const UpdateRequest& update, UpdateHandler* handler, const Payloads& input) {
  if (handler == nullptr && update.accepted) {
    Disagree(absl::StrCat("has no handler for the update ", update.request->input().name()), std::source_location());
  }
  Forbid forbid(forbidden_, "an update validator: it may only read");
  try {
    if (handler == nullptr) {
      std::string known;
      for (const auto& [name, other] : updates_) absl::StrAppend(&known, known.empty() ? "" : ", ", name);
      throw ApplicationFailure(absl::StrCat("Update handler for '", update.request->input().name(),
                                            "' expected but not found, known updates: [", known, "]"));
    }
    if (!update.accepted) handler->Validate(input);
    return nullptr;
  } catch (...) {
    return std::current_exception();
  }
}

UpdateMachine& WorkflowInstance::Accept(const UpdateRequest& update) {
  auto machine = std::make_unique<UpdateMachine>(update.update_id, update.request->input().name(), update.message_id);
  UpdateMachine& accepted = *machine;
  if (!info_.replaying) {
    const std::string id = UpdateMachine::AcceptanceId(update.message_id);
    machine->command = std::make_unique<api::command::v1::Command>();
    UpdateMachine::FillMessageCommand(id, *machine->command);
    update_api::Acceptance acceptance;
    acceptance.set_accepted_request_message_id(update.message_id);
    acceptance.set_accepted_request_sequencing_event_id(update.sequencing_event_id);
    *acceptance.mutable_accepted_request() = *update.request;
    Say(id, update, acceptance);
  }
  machines_.Give(std::move(machine));
  return accepted;
}

void WorkflowInstance::Reject(const UpdateRequest& update, const std::exception_ptr& error) {
  update_api::Rejection rejection;
  rejection.set_rejected_request_message_id(update.message_id);
  rejection.set_rejected_request_sequencing_event_id(update.sequencing_event_id);
  *rejection.mutable_rejected_request() = *update.request;
  *rejection.mutable_failure() = ExceptionToProto(error);
  Say(UpdateMachine::RejectionId(update.message_id), update, rejection);
}

void WorkflowInstance::Respond(const UpdateRequest& update, UpdateMachine& accepted, update_api::Outcome outcome) {
  if (!info_.replaying) {
    update_api::Response response;
    *response.mutable_meta() = update.request->meta();
    *response.mutable_outcome() = std::move(outcome);
    Say(UpdateMachine::ResponseId(update.message_id), update, response);
  }
  machines_.Cancel(accepted, Input::kRespond);
}

void WorkflowInstance::Say(const std::string& id, const UpdateRequest& update, const google::protobuf::Message& body) {
  auto& message = *messages_.Add();
  message.set_id(id);
  message.set_protocol_instance_id(update.update_id);
  message.mutable_body()->PackFrom(body);
}

void WorkflowInstance::SetUpdateHandler(std::string_view name, std::unique_ptr<UpdateHandler> handler) {
  if (!MayCommand("OnUpdate")) return;
  std::unique_ptr<UpdateHandler>& place = updates_[std::string(name)];
  if (place != nullptr) replaced_updates_.push_back(std::move(place));
  place = std::move(handler);
}

bool WorkflowInstance::AllHandlersFinished() const {
  for (const TopLevel& top_level : top_level_) {
    if (top_level.handler != nullptr) return false;
  }
  return true;
}

}  // namespace temporal::internal
