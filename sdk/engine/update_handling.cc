// Updates in a run: each is judged when its turn comes, accepted or rejected, handled, and answered.
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sdk/base/intercept.h"
#include "sdk/converter/failure_converter.h"
#include "sdk/converter/payload_converter.h"
#include "sdk/engine/workflow_instance.h"
#include "temporal/errors.h"

namespace temporal::internal {

namespace update_api = api::update::v1;

void WorkflowInstance::StartUpdate(UpdateRequest update) {
  auto kept = std::make_shared<const UpdateRequest>(std::move(update));
  next_root_kind_ = "update";
  next_root_name_ = kept->request->input().name();
  HandlerCall about{
      .name = std::string(next_root_name_), .event_id = 0, .update_id = kept->update_id, .unfinished_policy = {}};
  if (const auto* entry = FindUpdateHandler(next_root_name_)) about.unfinished_policy = entry->unfinished_policy;
  auto run = StartRoot(*this, RunUpdate(std::move(kept))).state();
  next_root_kind_ = "spawned";
  next_root_name_ = {};
  Watch(nullptr, std::move(run), std::move(about));
}

WorkflowInstance::HandlerEntry<UpdateHandler>* WorkflowInstance::FindUpdateHandler(std::string_view name) {
  auto found = updates_.find(name);
  if (found == updates_.end()) found = updates_.find(std::string_view());
  return found == updates_.end() ? nullptr : &found->second;
}

// The coroutine of one update. What leaves it that is no Failure fails the task.
Task<void> WorkflowInstance::RunUpdate(std::shared_ptr<const UpdateRequest> update) {
  const workflow::UpdateInfo info{.id = update->update_id, .name = update->request->input().name()};
  HandlerEntry<UpdateHandler>* const entry = FindUpdateHandler(info.name);
  // Kept, for it may be replaced while it runs.
  const std::shared_ptr<UpdateHandler> handler = entry == nullptr ? nullptr : entry->handler;
  worker::HandleUpdateCall call;
  call.update = info.name;
  call.update_id = info.id;
  call.input = FromProto(update->request->input().args());
  call.headers = FromProto(update->request->input().header().fields());
  const std::exception_ptr rejection = Judge(*update, handler.get(), info, call);
  if (rejection) {
    Reject(*update, rejection);
    co_return;
  }
  UpdateMachine& accepted = Accept(*update);
  update_api::Outcome outcome;
  try {
    auto task = Intercept<Task<Payload>>(
        interceptors_, 0, &worker::WorkflowInterceptor::HandleUpdate, std::move(call),
        [&handler, &info](worker::HandleUpdateCall last) { return handler->Handle(info, std::move(last.input)); });
    const Payload result = co_await std::move(task);
    *outcome.mutable_success()->add_payloads() = ToProto(result);
  } catch (const Failure& failure) {
    *outcome.mutable_failure() = ToProto(failure);
  }
  Respond(*update, accepted, std::move(outcome));
}

std::exception_ptr WorkflowInstance::Judge(const UpdateRequest& update, UpdateHandler* handler,
                                           const workflow::UpdateInfo& info, const worker::HandleUpdateCall& call) {
  if (handler == nullptr && update.accepted) {
    Disagree(absl::StrCat("has no handler for the update ", info.name), std::source_location());
  }
  Forbid forbid(forbidden_, "an update validator: it may only read");
  try {
    if (handler == nullptr) {
      std::string known;
      for (const auto& [name, other] : updates_) absl::StrAppend(&known, known.empty() ? "" : ", ", name);
      throw ApplicationFailure(
          absl::StrCat("Update handler for '", info.name, "' expected but not found, known updates: [", known, "]"));
    }
    if (update.accepted) return nullptr;
    Intercept<void>(interceptors_, 0, &worker::WorkflowInterceptor::ValidateUpdate, call,
                    [handler, &info](const worker::HandleUpdateCall& last) { handler->Validate(info, last.input); });
    return nullptr;
  } catch (const ReadOnlyContextError&) {
    throw;
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

void WorkflowInstance::SetUpdateHandler(std::string_view name, std::unique_ptr<UpdateHandler> handler,
                                        const HandlerOptions& options) {
  if (!MayCommand("OnUpdate")) return;
  HandlerEntry<UpdateHandler>& entry = updates_[std::string(name)];
  entry = {std::move(handler), std::string(options.description), options.unfinished_policy};
}

bool WorkflowInstance::AllHandlersFinished() const {
  for (const TopLevel& top_level : top_level_) {
    if (top_level.handler != nullptr) return false;
  }
  return true;
}

void WorkflowInstance::WarnOfUnfinishedHandlers() const {
  if (info_.replaying || problem_ || !machines_.ended()) return;
  std::string updates;
  std::map<std::string, int> signals;
  for (const TopLevel& top_level : top_level_) {
    const HandlerCall& call = top_level.call;
    if (top_level.handler == nullptr || call.unfinished_policy == HandlerUnfinishedPolicy::kAbandon) continue;
    if (call.update_id.empty())
      ++signals[call.name];
    else
      absl::StrAppend(&updates, updates.empty() ? "" : ", ", call.name, " (id ", call.update_id, ")");
  }
  constexpr char kAdvice[] =
      " Wait for ctx.AllHandlersFinished() before the workflow ends, or register the handler with "
      "HandlerUnfinishedPolicy::kAbandon.";
  if (!updates.empty()) {
    Log().Warning(
        absl::StrCat("[TMPRL1102] The workflow has ended while update handlers were under way; who waits for "
                     "these updates gets a failure: ",
                     updates, ".", kAdvice));
  }
  if (signals.empty()) return;
  std::string names;
  for (const auto& [name, count] : signals) {
    absl::StrAppend(&names, names.empty() ? "" : ", ", name, " (", count, ")");
  }
  Log().Warning(
      absl::StrCat("[TMPRL1102] The workflow has ended while signal handlers were under way, whose work is cut "
                   "short: ",
                   names, ".", kAdvice));
}

}  // namespace temporal::internal
