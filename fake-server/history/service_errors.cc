// Builds the service's errors with their details.
#include "fake-server/history/service_errors.h"

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "temporal/api/errordetails/v1/message.pb.h"
#include "temporal/api/failure/v1/message.pb.h"

namespace temporal::server {

namespace details = api::errordetails::v1;

namespace {
absl::string_view View(std::string_view text) { return {text.data(), text.size()}; }
}  // namespace

absl::Status WithDetail(absl::Status status, const google::protobuf::Message& detail) {
  status.SetPayload(absl::StrCat("type.googleapis.com/", detail.GetDescriptor()->full_name()),
                    absl::Cord(absl::string_view(detail.SerializeAsString())));
  return status;
}

absl::Status NotFound(std::string_view text) {
  return WithDetail(absl::NotFoundError(View(text)), details::NotFoundFailure());
}

absl::Status NamespaceNotFound(std::string_view name) {
  details::NamespaceNotFoundFailure detail;
  detail.set_namespace_(std::string(name));
  return WithDetail(absl::NotFoundError(absl::StrCat("Namespace ", View(name), " is not found.")), detail);
}

absl::Status NamespaceAlreadyExists(std::string_view name) {
  return WithDetail(absl::AlreadyExistsError(absl::StrCat("Namespace \"", View(name), "\" already exists")),
                    details::NamespaceAlreadyExistsFailure());
}

absl::Status NamespaceDeprecated(std::string_view name) {
  details::NamespaceInvalidStateFailure detail;
  detail.set_namespace_(std::string(name));
  detail.set_state(api::enums::v1::NAMESPACE_STATE_DEPRECATED);
  detail.add_allowed_states(api::enums::v1::NAMESPACE_STATE_REGISTERED);
  return WithDetail(absl::FailedPreconditionError("Namespace has invalid state: Deprecated. Must be Registered."),
                    detail);
}

absl::Status WorkflowNotReady(std::string_view text) {
  return WithDetail(absl::FailedPreconditionError(View(text)), details::WorkflowNotReadyFailure());
}

namespace {
absl::Status Exhausted(std::string_view text, api::enums::v1::ResourceExhaustedCause cause) {
  details::ResourceExhaustedFailure detail;
  detail.set_cause(cause);
  detail.set_scope(api::enums::v1::RESOURCE_EXHAUSTED_SCOPE_NAMESPACE);
  return WithDetail(absl::ResourceExhaustedError(View(text)), detail);
}
}  // namespace

absl::Status BusyWorkflow(std::string_view text) {
  return Exhausted(text, api::enums::v1::RESOURCE_EXHAUSTED_CAUSE_BUSY_WORKFLOW);
}

absl::Status ConcurrentLimit(std::string_view text) {
  return Exhausted(text, api::enums::v1::RESOURCE_EXHAUSTED_CAUSE_CONCURRENT_LIMIT);
}

absl::Status QueryFailed(std::string_view text, const api::failure::v1::Failure* failure) {
  details::QueryFailedFailure detail;
  if (failure != nullptr) *detail.mutable_failure() = *failure;
  return WithDetail(absl::InvalidArgumentError(View(text)), detail);
}

absl::Status AlreadyStarted(std::string_view text, std::string_view start_request_id, std::string_view run_id,
                            std::string_view first_run_id) {
  details::WorkflowExecutionAlreadyStartedFailure detail;
  detail.set_start_request_id(std::string(start_request_id));
  detail.set_run_id(std::string(run_id));
  detail.set_first_execution_run_id(std::string(first_run_id));
  return WithDetail(absl::AlreadyExistsError(View(text)), detail);
}

absl::Status WorkflowAlreadyCompleted() { return NotFound("workflow execution already completed"); }

absl::Status PermissionDenied(std::string_view text) {
  return WithDetail(absl::PermissionDeniedError(View(text)), details::PermissionDeniedFailure());
}

absl::Status MultiOperationAborted() {
  return WithDetail(absl::AbortedError("Operation was aborted."), api::failure::v1::MultiOperationExecutionAborted());
}

absl::Status UpdateWithStartFailed(const absl::Status& start, const absl::Status& update) {
  details::MultiOperationExecutionFailure detail;
  const absl::Status aborted = MultiOperationAborted();
  absl::StatusCode code = absl::StatusCode::kAborted;
  for (const absl::Status* status : {&update, &start}) {
    if (!status->ok() && *status != aborted) code = status->code();
  }
  for (const absl::Status* status : {&start, &update}) {
    auto& shown = *detail.add_statuses();
    shown.set_code(static_cast<int>(status->code()));
    shown.set_message(std::string(status->message()));
    status->ForEachPayload([&](absl::string_view type_url, const absl::Cord& payload) {
      auto& any = *shown.add_details();
      any.set_type_url(std::string(type_url));
      any.set_value(std::string(payload));
    });
  }
  return WithDetail(absl::Status(code, "Update-with-Start could not be executed."), detail);
}

absl::Status WorkflowClosing() {
  return BusyWorkflow("workflow operation can not be applied because workflow is closing");
}

absl::Status UpdateAbortedByClosing() { return NotFound("workflow update was aborted by closing workflow"); }

absl::Status WorkflowTaskNotFound() { return NotFound("Workflow task not found."); }

absl::Status PendingActivityNotFound() {
  return NotFound("Can't find pending activity with such ID. Invalid activityID or activity already completed");
}

absl::Status ActivityTaskNotFound() {
  return NotFound("invalid activityID or activity already timed out or invoking workflow is completed");
}

absl::Status Stumbled() { return absl::InternalError("something went wrong, please retry"); }

}  // namespace temporal::server
