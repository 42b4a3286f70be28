// What an update may ask for, alone or with a start.
#include <vector>

#include "fake-server/frontend/request_rules.h"
#include "fake-server/history/field_rules.h"
#include "fake-server/history/service_errors.h"
#include "sdk/base/proto_time.h"
#include "temporal/api/enums/v1/update.pb.h"
#include "temporal/api/update/v1/message.pb.h"

namespace temporal::server {
namespace {

absl::Status CheckStartPart(const wf::StartWorkflowExecutionRequest& start, const std::string& name_space,
                            const ValidationContext& context) {
  if (!start.namespace_().empty() && start.namespace_() != name_space) {
    return InvalidArgument("Operation namespace did not match request's namespace.");
  }
  TEMPORAL_RETURN_IF_ERROR(CheckStart(start, context));
  if (!start.cron_schedule().empty()) return InvalidArgument("CronSchedule is not allowed.");
  if (start.request_eager_execution()) return InvalidArgument("RequestEagerExecution is not supported.");
  if (internal::FromProto(start.workflow_start_delay()).count() > 0) {
    return InvalidArgument("WorkflowStartDelay is not supported.");
  }
  return absl::OkStatus();
}

absl::Status CheckUpdatePart(const wf::UpdateWorkflowExecutionRequest& update, const std::string& name_space,
                             const ValidationContext& context) {
  if (!update.namespace_().empty() && update.namespace_() != name_space) {
    return InvalidArgument("Operation namespace did not match request's namespace.");
  }
  TEMPORAL_RETURN_IF_ERROR(CheckUpdate(update, context));
  if (!update.first_execution_run_id().empty()) return InvalidArgument("FirstExecutionRunId is not allowed.");
  if (!update.workflow_execution().run_id().empty()) return InvalidArgument("RunId is not allowed.");
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckUpdate(const wf::UpdateWorkflowExecutionRequest& request, const ValidationContext& context) {
  TEMPORAL_RETURN_IF_ERROR(CheckExecution(request.has_workflow_execution(), request.workflow_execution()));
  const auto& asked = request.request();
  if (!asked.has_meta()) return InvalidArgument("Update meta is not set on request.");
  if (TooLong(asked.meta().update_id(), context)) return InvalidArgument("UpdateId length exceeds limit.");
  if (!asked.has_input()) return InvalidArgument("Update input is not set on request.");
  if (asked.input().name().empty()) return InvalidArgument("Update name is not set on request.");
  if (request.wait_policy().lifecycle_stage() == api::enums::v1::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ADMITTED) {
    return PermissionDenied(
        "UpdateWorkflowExecution issued asynchronously and waiting on update admitted is not supported.");
  }
  return CheckLinks(asked.links());
}

absl::Status CheckPollUpdate(const wf::PollWorkflowExecutionUpdateRequest& request, const ValidationContext&) {
  if (!request.has_update_ref()) return InvalidArgument("UpdateRef is not set on request.");
  const auto& execution = request.update_ref().workflow_execution();
  if (execution.workflow_id().empty()) return InvalidArgument("Can't load workflow execution.  WorkflowId not set.");
  if (!execution.run_id().empty() && !IsUuid(execution.run_id())) return InvalidArgument("RunId is not valid UUID.");
  return absl::OkStatus();
}

absl::Status CheckMultiOperation(const wf::ExecuteMultiOperationRequest& request, const ValidationContext& context) {
  const auto& operations = request.operations();
  if (operations.size() != 2 || !operations[0].has_start_workflow() || !operations[1].has_update_workflow()) {
    return InvalidArgument("Operations have to be exactly [Start, Update].");
  }
  const auto& start = operations[0].start_workflow();
  const auto& update = operations[1].update_workflow();
  const absl::Status start_error = CheckStartPart(start, request.namespace_(), context);
  absl::Status update_error = CheckUpdatePart(update, request.namespace_(), context);
  if (start_error.ok() && update_error.ok() && start.workflow_id() != update.workflow_execution().workflow_id()) {
    update_error = InvalidArgument("WorkflowId is not consistent with previous operation(s).");
  }
  if (start_error.ok() && update_error.ok()) return absl::OkStatus();
  const absl::Status aborted = MultiOperationAborted();
  return UpdateWithStartFailed(start_error.ok() ? aborted : start_error, update_error.ok() ? aborted : update_error);
}

}  // namespace temporal::server
