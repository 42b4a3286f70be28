// What a worker answers to updates: the messages of a workflow task's completion, each at the place of the command that
// names it, or after all commands.
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "fake-server/history/command_handler.h"
#include "fake-server/history/service_errors.h"

namespace temporal::server {
namespace {

namespace enums = api::enums::v1;
namespace update_api = api::update::v1;
using State = Update::State;

constexpr CommandHandler::Result kHandled = std::nullopt;
constexpr char kUpdateProtocol[] = "temporal.api.update.v1.";

CommandFailure Bad(std::string text) {
  return CommandFailure{.cause = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_UPDATE_WORKFLOW_EXECUTION_MESSAGE,
                        .message = std::move(text)};
}

// "temporal.api.update.v1.Acceptance"
std::string TypeOf(const api::protocol::v1::Message& message) {
  const std::string& url = message.body().type_url();
  return url.substr(url.rfind('/') + 1);
}

// The real server's name for the type of a message of this protocol.
std::string GoName(const api::protocol::v1::Message& message) {
  return "*update." + TypeOf(message).substr(sizeof(kUpdateProtocol) - 1);
}

CommandFailure WrongState(const Update& update, const api::protocol::v1::Message& message) {
  const std::string_view state = update.StateName();
  return Bad(absl::StrCat("invalid state transition attempted for Update ", update.id, ": received ", GoName(message),
                          " message while in state ", absl::string_view(state.data(), state.size())));
}

// The blank after the colon is the real server's, one that does not break.
CommandFailure Unreadable() {
  return Bad("unable to unmarshal request: proto:\u00a0cannot parse invalid wire-format data");
}

CommandFailure Missing(const api::protocol::v1::Message& message, const char* field) {
  return Bad(absl::StrCat("invalid ", GoName(message), ": ", field, " is not set"));
}

}  // namespace

CommandHandler::Result CommandHandler::ProtocolMessage(const Command& command) {
  if (!command.has_protocol_message_command_attributes()) {
    return Bad("ProtocolMessageCommandAttributes is not set on ProtocolMessageCommand.");
  }
  const std::string& id = command.protocol_message_command_attributes().message_id();
  if (id.empty()) return Bad("MessageID is not set on ProtocolMessageCommand.");
  const auto found = messages_.find(id);
  if (found == messages_.end()) return Bad(absl::StrCat("ProtocolMessageCommand referenced absent message ID ", id));
  const Message& message = *found->second;
  messages_.erase(found);
  return HandleMessage(message);
}

CommandHandler::Result CommandHandler::HandleRemainingMessages() {
  for (const Message& message : request_.messages()) {
    const auto found = messages_.find(message.id());
    if (found == messages_.end()) continue;
    const Message& last_of_id = *found->second;
    messages_.erase(found);
    if (Result failure = HandleMessage(last_of_id)) return failure;
  }
  return kHandled;
}

CommandHandler::Result CommandHandler::HandleMessage(const Message& message) {
  if (!message.has_body()) return CommandFailure{.rpc = InvalidArgument("nil message body")};
  const std::string type = TypeOf(message);
  if (TooLarge(message.body().ByteSizeLong())) {
    CommandFailure oversized = Bad(absl::StrCat("Message type ", type, " exceeds size limit."));
    oversized.terminates = true;
    return oversized;
  }
  if (!absl::StartsWith(type, kUpdateProtocol)) {
    return Bad(absl::StrCat("unsupported protocol type ", type.substr(0, type.rfind('.'))));
  }
  UpdateRegistry::UpdatePtr update = run_.updates.Find(message.protocol_instance_id(), run_.events());
  if (update == nullptr) update = ResurrectUpdate(message);
  if (update == nullptr) {
    return Bad(absl::StrCat("update ", message.protocol_instance_id(),
                            " wasn't found on the server. This is most likely a transient error which will be "
                            "resolved automatically by retries"));
  }
  const bool rejection = message.body().Is<update_api::Rejection>();
  // The run has closed by a command before this; its updates are aborted later.
  if (!run_.running() && !rejection) return kHandled;
  if (rejection) return Reject(update, message);
  if (message.body().Is<update_api::Acceptance>()) return Accept(update, message);
  if (message.body().Is<update_api::Response>()) return RespondToUpdate(update, message);
  return Bad(absl::StrCat("Message type ", GoName(message), " not supported"));
}

// An update that this server has forgotten, from what the worker says of it. Null if that does not suffice.
UpdateRegistry::UpdatePtr CommandHandler::ResurrectUpdate(const Message& message) {
  update_api::Acceptance acceptance;
  update_api::Rejection rejection;
  const update_api::Request* request = nullptr;
  if (message.body().UnpackTo(&acceptance) && acceptance.has_accepted_request()) {
    request = &acceptance.accepted_request();
  } else if (message.body().UnpackTo(&rejection) && rejection.has_rejected_request()) {
    request = &rejection.rejected_request();
  }
  if (request == nullptr) return nullptr;
  auto update = run_.updates.Resurrect(message.protocol_instance_id(), *request);
  undo_.emplace_back([this, update] { run_.updates.Remove(update); });
  return update;
}

void CommandHandler::UndoLater(const UpdateRegistry::UpdatePtr& update) {
  undo_.emplace_back([update, state = update->state, accepted = update->accepted_event_id] {
    update->state = state;
    update->accepted_event_id = accepted;
    update->completed_event_id = 0;
    update->outcome.reset();
  });
}

CommandHandler::Result CommandHandler::Accept(const UpdateRegistry::UpdatePtr& update, const Message& message) {
  update_api::Acceptance acceptance;
  if (!message.body().UnpackTo(&acceptance)) return Unreadable();
  if (!update->Is(State::kSent, State::kAdmitted)) return WrongState(*update, message);
  if (acceptance.accepted_request_sequencing_event_id() == 0) {
    return Missing(message, "accepted_request_sequencing_event_id");
  }
  if (acceptance.accepted_request_message_id().empty()) return Missing(message, "accepted_request_message_id");
  auto event = HistoryBuilder::Make(enums::EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED, now_);
  auto& attributes = *event->mutable_workflow_execution_update_accepted_event_attributes();
  attributes.set_protocol_instance_id(update->id);
  attributes.set_accepted_request_message_id(update->id + "/request");
  attributes.set_accepted_request_sequencing_event_id(acceptance.accepted_request_sequencing_event_id());
  if (!update->by_event) *attributes.mutable_accepted_request() = *update->request;
  UndoLater(update);
  update->accepted_event_id = run_.builder.Add(std::move(event));
  update->state = State::kProvisionallyAccepted;
  return kHandled;
}

CommandHandler::Result CommandHandler::Reject(const UpdateRegistry::UpdatePtr& update, const Message& message) {
  update_api::Rejection rejection;
  if (!message.body().UnpackTo(&rejection)) return Unreadable();
  if (!update->Is(State::kSent, State::kAdmitted)) return WrongState(*update, message);
  auto outcome = std::make_shared<Update::Outcome>();
  *outcome->mutable_failure() = rejection.failure();
  UndoLater(update);
  update->outcome = std::move(outcome);
  update->state = State::kProvisionallyCompleted;
  return kHandled;
}

CommandHandler::Result CommandHandler::RespondToUpdate(const UpdateRegistry::UpdatePtr& update,
                                                       const Message& message) {
  update_api::Response response;
  if (!message.body().UnpackTo(&response)) return Unreadable();
  if (!update->Is(State::kProvisionallyAccepted, State::kAccepted)) return WrongState(*update, message);
  if (!response.has_meta()) return Missing(message, "meta");
  if (response.meta().update_id().empty()) return Missing(message, "meta.update_id");
  if (response.meta().update_id() != update->id) {
    return Bad(absl::StrCat("invalid ", GoName(message), ": meta.update_id != ", update->id));
  }
  if (!response.has_outcome()) return Missing(message, "outcome");
  auto event = HistoryBuilder::Make(enums::EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED, now_);
  auto& attributes = *event->mutable_workflow_execution_update_completed_event_attributes();
  *attributes.mutable_meta() = response.meta();
  attributes.set_accepted_event_id(update->accepted_event_id);
  *attributes.mutable_outcome() = response.outcome();
  UndoLater(update);
  update->completed_event_id = run_.builder.Add(std::move(event));
  update->outcome = std::make_shared<Update::Outcome>(response.outcome());
  update->state = State::kProvisionallyCompleted;
  return kHandled;
}

}  // namespace temporal::server
