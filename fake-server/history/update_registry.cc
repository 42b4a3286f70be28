// States of updates, limits, and what becomes of them when their run or its workflow task ends.
#include "fake-server/history/update_registry.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "fake-server/history/service_errors.h"
#include "temporal/fake_server.h"

namespace temporal::server {
namespace {

namespace enums = api::enums::v1;
using State = Update::State;
using Outcome = Update::Outcome;

constexpr double kSuggestContinueAsNewShare = 0.9;  // of all updates that a run may have

std::shared_ptr<const Outcome> ServerFailureOutcome(const char* type, const char* message) {
  auto outcome = std::make_shared<Outcome>();
  auto& failure = *outcome->mutable_failure();
  failure.set_message(message);
  failure.set_source("Server");
  failure.mutable_application_failure_info()->set_type(type);
  failure.mutable_application_failure_info()->set_non_retryable(true);
  return outcome;
}

absl::Status AbortError(UpdateRegistry::AbortReason reason) {
  switch (reason) {
    case UpdateRegistry::AbortReason::kClosed:
      return UpdateAbortedByClosing();
    case UpdateRegistry::AbortReason::kContinuing:
      return WorkflowClosing();
    case UpdateRegistry::AbortReason::kTaskFailed:
      break;
  }
  return WorkflowNotReady("Unable to perform workflow execution update due to unexpected workflow task failure.");
}

}  // namespace

std::string_view Update::StateName() const {
  static constexpr std::array<std::string_view, 7> kNames = {
      "Admitted", "Sent", "ProvisionallyAccepted", "Accepted", "ProvisionallyCompleted", "Completed", "Aborted"};
  return kNames[static_cast<std::size_t>(state)];
}

bool Update::Reached(Stage wait) const {
  if (state == State::kCompleted || state == State::kAborted || waiters_dismissed) return true;
  // Nobody waits for a stage that does not exist.
  if (wait > api::enums::v1::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED) return true;
  return wait <= stage();
}

Update::Stage Update::stage() const {
  switch (state) {
    case State::kAdmitted:
    case State::kSent:
    case State::kProvisionallyAccepted:
      return enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ADMITTED;
    case State::kAccepted:
      return enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ACCEPTED;
    case State::kProvisionallyCompleted:
      return accepted_event_id == 0 ? enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ADMITTED
                                    : enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ACCEPTED;
    case State::kCompleted:
    case State::kAborted:
      break;
  }
  return enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED;
}

std::uint64_t Update::OnChange(internal::Closure changed) {
  waiters_.emplace_back(next_waiter_, std::move(changed));
  return next_waiter_++;
}

void Update::Forget(std::uint64_t handle) {
  std::erase_if(waiters_, [&](const auto& waiter) { return waiter.first == handle; });
}

void Update::NotifyChanged() {
  for (auto& [handle, changed] : std::exchange(waiters_, {})) scheduler_.Post(std::move(changed));
}

UpdateRegistry::UpdatePtr UpdateRegistry::Find(std::string_view id, const EventStore& events) const {
  for (const UpdatePtr& update : pending_) {
    if (update->id == id) return update;
  }
  const auto completed = completed_.find(id);
  if (completed == completed_.end()) return nullptr;
  auto update = std::make_shared<Update>(scheduler_);
  update->id = std::string(id);
  update->state = State::kCompleted;
  const auto& event = events.at(completed->second).workflow_execution_update_completed_event_attributes();
  update->accepted_event_id = event.accepted_event_id();
  update->completed_event_id = completed->second;
  update->outcome = std::make_shared<Outcome>(event.outcome());
  return update;
}

absl::Status UpdateRegistry::CheckLimits(const Update::Request& request) const {
  const auto in_flight = static_cast<std::int64_t>(pending_.size());
  if (config_.max_in_flight_updates != 0 && in_flight >= config_.max_in_flight_updates) {
    return ConcurrentLimit(absl::StrCat("limit on number of concurrent in-flight updates has been reached (",
                                        config_.max_in_flight_updates, ")"));
  }
  if (config_.max_total_updates != 0 &&
      in_flight + static_cast<std::int64_t>(completed_.size()) >= config_.max_total_updates) {
    return absl::FailedPreconditionError(absl::StrCat(
        "The limit on the total number of distinct updates in this workflow has been reached (",
        config_.max_total_updates,
        "). Make sure any duplicate updates share an Update ID so the server can deduplicate them, and consider "
        "rejecting updates that you aren't going to process. You can also Continue-as-New to avoid this; we recommend "
        "you check Continue-as-New Suggested in your Workflow."));
  }
  std::size_t bytes = request.ByteSizeLong();
  for (const UpdatePtr& update : pending_) {
    bytes += update->id.size() * 2 + (update->request == nullptr ? 0 : update->request->ByteSizeLong());
  }
  if (config_.max_in_flight_update_bytes == 0 || bytes < static_cast<std::size_t>(config_.max_in_flight_update_bytes)) {
    return absl::OkStatus();
  }
  return ConcurrentLimit(absl::StrCat("limit on total payload size of in-flight updates has been reached (",
                                      config_.max_in_flight_update_bytes, " bytes)"));
}

absl::StatusOr<UpdateRegistry::UpdatePtr> UpdateRegistry::Admit(const Update::Request& request) {
  if (absl::Status status = CheckLimits(request); !status.ok()) return status;
  return Resurrect(request.meta().update_id(), request);
}

UpdateRegistry::UpdatePtr UpdateRegistry::Resurrect(const std::string& id, const Update::Request& request) {
  auto update = std::make_shared<Update>(scheduler_);
  update->id = id;
  update->request = std::make_unique<Update::Request>(request);
  pending_.push_back(update);
  return update;
}

void UpdateRegistry::Remove(const UpdatePtr& update) { std::erase(pending_, update); }

void UpdateRegistry::AdmitByEvent(const Update::Request& request) {
  Resurrect(request.meta().update_id(), request)->by_event = true;
}

void UpdateRegistry::RestoreAccepted(const std::string& id, std::int64_t accepted_event_id) {
  std::erase_if(pending_, [&](const UpdatePtr& update) { return update->id == id; });
  const UpdatePtr update = pending_.emplace_back(std::make_shared<Update>(scheduler_));
  update->id = id;
  update->accepted_event_id = accepted_event_id;
  update->state = State::kAccepted;
}

void UpdateRegistry::RestoreCompleted(const std::string& id, std::int64_t completed_event_id) {
  std::erase_if(pending_, [&](const UpdatePtr& update) { return update->id == id; });
  completed_[id] = completed_event_id;
}

bool UpdateRegistry::HasOutgoing() const {
  return std::any_of(pending_.begin(), pending_.end(), [](const UpdatePtr& update) {
    return !update->by_event && update->Is(State::kAdmitted, State::kSent);
  });
}

void UpdateRegistry::Send(bool include_already_sent, std::int64_t started_event_id, Messages& messages) {
  for (const UpdatePtr& update : pending_) {
    const bool again = include_already_sent && update->state == State::kSent;
    if (update->by_event || (update->state != State::kAdmitted && !again)) continue;
    update->state = State::kSent;
    auto& message = *messages.Add();
    message.set_id(update->id + "/request");
    message.set_protocol_instance_id(update->id);
    message.set_event_id(started_event_id - 1);
    message.mutable_body()->PackFrom(*update->request);
  }
}

std::vector<UpdateRegistry::UpdatePtr> UpdateRegistry::RejectUnprocessed() {
  static const auto* const kUnprocessed = new std::shared_ptr<const Outcome>(
      ServerFailureOutcome("UnprocessedUpdate",
                           "Workflow Update is rejected because it wasn't processed by worker. Probably, Workflow "
                           "Update is not supported by "
                           "the worker."));
  std::vector<UpdatePtr> rejected;
  for (const UpdatePtr& update : pending_) {
    if (update->state != State::kSent) continue;
    update->state = State::kProvisionallyCompleted;
    update->outcome = *kUnprocessed;
    rejected.push_back(update);
  }
  return rejected;
}

void UpdateRegistry::Commit() {
  for (const UpdatePtr& update : pending_) {
    if (update->state == State::kProvisionallyAccepted) {
      update->state = State::kAccepted;
    } else if (update->state == State::kProvisionallyCompleted) {
      update->state = State::kCompleted;
      if (update->completed_event_id != 0) completed_[update->id] = update->completed_event_id;
    } else {
      continue;
    }
    update->request.reset();
    update->NotifyChanged();
  }
  std::erase_if(pending_, [](const UpdatePtr& update) { return update->state == State::kCompleted; });
}

void UpdateRegistry::AbortOne(Update& update, AbortReason reason) {
  static const auto* const kClosedAfterAccepted = new std::shared_ptr<const Outcome>(
      ServerFailureOutcome("AcceptedUpdateCompletedWorkflow",
                           "Workflow Update failed because the Workflow completed before the Update completed."));
  const bool accepted = update.state == State::kAccepted;
  if (reason != AbortReason::kTaskFailed) {
    if (update.state == State::kAborted) return;
    update.state = State::kAborted;
    if (accepted) update.outcome = *kClosedAfterAccepted;
    if (!accepted) update.error = AbortError(reason);
  } else if (update.state == State::kSent) {
    update.state = State::kAborted;
    update.error = AbortError(reason);
  } else if (accepted) {
    update.waiters_dismissed = true;
  }
  // An update that no worker has seen waits for the next workflow task.
}

void UpdateRegistry::Abort(AbortReason reason) {
  for (UpdatePtr& update : pending_) {
    AbortOne(*update, reason);
    update->NotifyChanged();
    if (!update->waiters_dismissed) continue;
    // Those who come from now on wait for its like.
    auto next = std::make_shared<Update>(scheduler_);
    next->id = update->id;
    next->state = update->state;
    next->accepted_event_id = update->accepted_event_id;
    update = std::move(next);
  }
  if (reason != AbortReason::kTaskFailed) return;  // those of a closed run are remembered
  std::erase_if(pending_, [](const UpdatePtr& update) { return update->state == State::kAborted; });
}

bool UpdateRegistry::SuggestsContinueAsNew() const {
  const auto threshold =
      static_cast<std::size_t>(std::ceil(static_cast<double>(config_.max_total_updates) * kSuggestContinueAsNewShare));
  return threshold != 0 && pending_.size() + completed_.size() >= threshold;
}

}  // namespace temporal::server
