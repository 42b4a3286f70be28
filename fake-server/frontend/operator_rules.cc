// What operators ask about pending activities, and about the options of runs.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "fake-server/frontend/request_rules.h"
#include "fake-server/history/field_rules.h"
#include "fake-server/history/service_errors.h"

namespace temporal::server {
namespace {

absl::Status CheckExecutionIds(const api::common::v1::WorkflowExecution& execution) {
  if (execution.workflow_id().empty()) return InvalidArgument("WorkflowId is not set on request.");
  if (!execution.run_id().empty() && !IsUuid(execution.run_id())) return InvalidArgument("RunId is not valid UUID.");
  return absl::OkStatus();
}

template <class Request>
absl::Status CheckActivity(const Request& request) {
  TEMPORAL_RETURN_IF_ERROR(CheckExecutionIds(request.execution()));
  if (request.activity_case() != Request::ACTIVITY_NOT_SET) return absl::OkStatus();
  return InvalidArgument("Either Activity.Id or Activity.Type should be set on request.");
}

bool IsPath(const google::protobuf::Descriptor* message, const std::string& path) {
  for (const absl::string_view name : absl::StrSplit(path, '.')) {
    const auto* field = message == nullptr ? nullptr : message->FindFieldByName(std::string(name));
    if (field == nullptr) return false;
    message = field->message_type();
  }
  return true;
}

}  // namespace

absl::Status CheckPauseActivity(const wf::PauseActivityRequest& request, const ValidationContext&) {
  return CheckActivity(request);
}

absl::Status CheckUnpauseActivity(const wf::UnpauseActivityRequest& request, const ValidationContext&) {
  return CheckActivity(request);
}

absl::Status CheckResetActivity(const wf::ResetActivityRequest& request, const ValidationContext&) {
  return CheckActivity(request);
}

absl::Status CheckActivityOptions(const wf::UpdateActivityOptionsRequest& request, const ValidationContext&) {
  TEMPORAL_RETURN_IF_ERROR(CheckActivity(request));
  if (request.restore_original()) {
    if (request.has_update_mask()) return InvalidArgument("Both UpdateMask and RestoreOriginal are provided");
    return absl::OkStatus();
  }
  if (!request.has_activity_options()) return InvalidArgument("ActivityOptions are not provided");
  if (!request.has_update_mask()) return InvalidArgument("UpdateMask is not provided");
  return absl::OkStatus();
}

absl::Status CheckWorkflowOptions(const wf::UpdateWorkflowExecutionOptionsRequest& request, const ValidationContext&) {
  TEMPORAL_RETURN_IF_ERROR(CheckExecutionIds(request.workflow_execution()));
  const auto& options = request.workflow_execution_options();
  if (!request.has_workflow_execution_options()) {
    if (!request.has_update_mask()) return InvalidArgument("UpdateMask is required");
    return InvalidArgument("WorkflowExecutionOptions is required");
  }
  if (!request.has_update_mask()) return InvalidArgument("UpdateMask is required");
  for (const std::string& path : request.update_mask().paths()) {
    if (IsPath(options.GetDescriptor(), path)) continue;
    // The blank after the colon is the real server's, one that does not break.
    return InvalidArgument(absl::StrCat("error parsing UpdateMask: proto:\u00a0invalid path \"", path,
                                        "\" for message \"", options.GetDescriptor()->full_name(), "\""));
  }
  TEMPORAL_RETURN_IF_ERROR(ValidatePriority(options.priority()));
  return options.has_versioning_override() ? CheckOverride(options.versioning_override()) : absl::OkStatus();
}

}  // namespace temporal::server
