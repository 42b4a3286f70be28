// What a start may ask for.
#include <array>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "fake-server/frontend/request_rules.h"
#include "fake-server/history/cron_schedule.h"
#include "fake-server/history/field_rules.h"
#include "fake-server/history/service_errors.h"
#include "temporal/api/common/v1/message.pb.h"
#include "temporal/api/enums/v1/workflow.pb.h"
#include "temporal/api/workflow/v1/message.pb.h"

namespace temporal::server {
namespace {

namespace enums = api::enums::v1;

constexpr std::size_t kMaxCallbackUrl = 1000;  // bytes
constexpr int kPinned = enums::VERSIONING_BEHAVIOR_PINNED;
constexpr int kAutoUpgrade = enums::VERSIONING_BEHAVIOR_AUTO_UPGRADE;

absl::Status CheckTimeout(std::string_view name, const google::protobuf::Duration& timeout) {
  const absl::Status status = ValidateDuration(timeout);
  if (status.ok()) return status;
  return InvalidArgument(absl::StrCat("An invalid ", absl::string_view(name.data(), name.size()),
                                      " is set on request. cause: ", status.message()));
}

template <class Request>
absl::Status CheckWorkflowId(const Request& request, const ValidationContext& context) {
  const std::string& id = request.workflow_id();
  if (id.empty()) return InvalidArgument("WorkflowId is not set on request.");
  if (!TooLong(id, context)) return absl::OkStatus();
  return InvalidArgument(
      absl::StrCat("WorkflowId exceeds maximum allowed length (", id.size(), "/", context.config.max_id_length, ")"));
}

template <class Request>
absl::Status CheckStartQueue(const Request& request, const ValidationContext& context) {
  if (!request.has_task_queue()) return InvalidArgument("taskQueue is not set");
  return ValidateTaskQueue(request.task_queue(), context.config.max_id_length);
}

template <class Request>
absl::Status CheckTimeouts(const Request& request) {
  TEMPORAL_RETURN_IF_ERROR(CheckTimeout("WorkflowExecutionTimeoutSeconds", request.workflow_execution_timeout()));
  TEMPORAL_RETURN_IF_ERROR(CheckTimeout("WorkflowRunTimeoutSeconds", request.workflow_run_timeout()));
  return CheckTimeout("WorkflowTaskTimeoutSeconds", request.workflow_task_timeout());
}

template <class Request>
absl::Status CheckRetryAndSchedule(const Request& request, const ValidationContext& context) {
  if (request.has_retry_policy()) TEMPORAL_RETURN_IF_ERROR(ValidateRetryPolicy(request.retry_policy()));
  if (!request.cron_schedule().empty()) {
    if (request.has_workflow_start_delay()) {
      return InvalidArgument("CronSchedule and WorkflowStartDelay may not be used together.");
    }
    TEMPORAL_RETURN_IF_ERROR(ValidateCronSchedule(request.cron_schedule(), context.now));
  }
  return CheckTimeout("WorkflowStartDelaySeconds", request.workflow_start_delay());
}

template <class Request>
absl::Status CheckIdPolicies(const Request& request) {
  const auto conflict = request.workflow_id_conflict_policy();
  const auto reuse = request.workflow_id_reuse_policy();
  // By its number: the constant is marked as deprecated.
  constexpr int kTerminateIfRunning = 4;
  if (conflict != enums::WORKFLOW_ID_CONFLICT_POLICY_UNSPECIFIED && static_cast<int>(reuse) == kTerminateIfRunning) {
    return InvalidArgument(
        "Invalid WorkflowIDReusePolicy: WORKFLOW_ID_REUSE_POLICY_TERMINATE_IF_RUNNING cannot be used together with a "
        "WorkflowIDConflictPolicy");
  }
  if (conflict == enums::WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING &&
      reuse == enums::WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE) {
    return InvalidArgument(
        "Invalid WorkflowIDReusePolicy: WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE cannot be used together with "
        "WorkflowIdConflictPolicy WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING");
  }
  return absl::OkStatus();
}

template <class Request>
absl::Status CheckSearchAttributes(const Request& request, const ValidationContext& context) {
  if (!request.has_search_attributes()) return absl::OkStatus();
  return context.search_attributes.Validate(request.namespace_(), request.search_attributes());
}

template <class Request>
absl::Status CheckInputAndMemo(const Request& request, const ValidationContext& context) {
  TEMPORAL_RETURN_IF_ERROR(CheckBlob(request.input(), context));
  if (request.memo().ByteSizeLong() <= static_cast<std::size_t>(context.config.max_blob_bytes)) return absl::OkStatus();
  return InvalidArgument("Memo size exceeds limit.");
}

absl::Status CheckCallback(const api::common::v1::Callback& callback) {
  if (callback.variant_case() == api::common::v1::Callback::VARIANT_NOT_SET) {
    return absl::UnimplementedError("unknown callback variant: <nil>");
  }
  if (!callback.has_nexus()) return InvalidArgument("unsupported callback variant: *common.Callback_Internal_");
  const std::string& url = callback.nexus().url();
  if (url == "temporal://system") return absl::OkStatus();
  if (url.size() > kMaxCallbackUrl) {
    return InvalidArgument(absl::StrCat("invalid url: url length longer than max length allowed of ", kMaxCallbackUrl));
  }
  if (!absl::StartsWithIgnoreCase(url, "http://") && !absl::StartsWithIgnoreCase(url, "https://")) {
    return InvalidArgument(absl::StrCat("invalid url: unknown scheme: ", url));
  }
  return InvalidArgument(absl::StrCat("invalid url: url does not match any configured callback address: ", url));
}

// The old form: a behaviour, with a version when it pins.
absl::Status CheckOldOverride(const api::workflow::v1::VersioningOverride& override) {
  const auto* descriptor = override.GetDescriptor();
  const auto* reflection = override.GetReflection();
  const int behavior = reflection->GetEnumValue(override, descriptor->FindFieldByName("behavior"));
  const bool has_deployment = reflection->HasField(override, descriptor->FindFieldByName("deployment"));
  const bool has_version = !reflection->GetString(override, descriptor->FindFieldByName("pinned_version")).empty();
  if (behavior == 0) return InvalidArgument("override behavior is required");
  if (behavior != kPinned && behavior != kAutoUpgrade) {
    return InvalidArgument(absl::StrCat("override behavior ", behavior, " not recognized"));
  }
  if (behavior == kPinned && !has_deployment && !has_version) {
    return InvalidArgument("must provide deployment (deprecated) or pinned version if behavior is 'PINNED'");
  }
  if (behavior != kPinned && has_deployment) return InvalidArgument("only provide deployment if behavior is 'PINNED'");
  if (behavior != kPinned && has_version) return InvalidArgument("only provide pinned version if behavior is 'PINNED'");
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckOverride(const api::workflow::v1::VersioningOverride& override) {
  if (override.auto_upgrade()) return absl::OkStatus();
  if (!override.has_pinned()) return CheckOldOverride(override);
  return override.pinned().has_version() ? absl::OkStatus()
                                         : InvalidArgument("must provide version if override is pinned.");
}

absl::Status CheckStart(const wf::StartWorkflowExecutionRequest& request, const ValidationContext& context) {
  TEMPORAL_RETURN_IF_ERROR(CheckWorkflowId(request, context));
  TEMPORAL_RETURN_IF_ERROR(CheckRetryAndSchedule(request, context));
  if (request.workflow_type().name().empty()) return InvalidArgument("WorkflowType is not set on request.");
  if (TooLong(request.workflow_type().name(), context)) return InvalidArgument("WorkflowType length exceeds limit.");
  TEMPORAL_RETURN_IF_ERROR(CheckStartQueue(request, context));
  TEMPORAL_RETURN_IF_ERROR(CheckTimeouts(request));
  TEMPORAL_RETURN_IF_ERROR(CheckRequestId(request.request_id(), context));
  TEMPORAL_RETURN_IF_ERROR(CheckIdPolicies(request));
  const auto& options = request.on_conflict_options();
  if (options.attach_completion_callbacks() && !options.attach_request_id()) {
    return InvalidArgument("attaching request ID is required for attaching completion callbacks");
  }
  TEMPORAL_RETURN_IF_ERROR(CheckSearchAttributes(request, context));
  TEMPORAL_RETURN_IF_ERROR(ValidatePriority(request.priority()));
  for (const auto& callback : request.completion_callbacks()) TEMPORAL_RETURN_IF_ERROR(CheckCallback(callback));
  TEMPORAL_RETURN_IF_ERROR(CheckLinks(request.links()));
  TEMPORAL_RETURN_IF_ERROR(CheckInputAndMemo(request, context));
  return request.has_versioning_override() ? CheckOverride(request.versioning_override()) : absl::OkStatus();
}

absl::Status CheckSignalWithStart(const wf::SignalWithStartWorkflowExecutionRequest& request,
                                  const ValidationContext& context) {
  const auto too_long = [&](std::string_view what, const std::string& value) {
    return InvalidArgument(absl::StrCat(absl::string_view(what.data(), what.size()),
                                        " exceeds maximum allowed length (", value.size(), "/",
                                        context.config.max_id_length, ")"));
  };
  TEMPORAL_RETURN_IF_ERROR(CheckWorkflowId(request, context));
  if (request.signal_name().empty()) return InvalidArgument("signal not set");
  if (TooLong(request.signal_name(), context)) return too_long("signal name", request.signal_name());
  if (request.workflow_type().name().empty()) return InvalidArgument("workflow type not set");
  if (TooLong(request.workflow_type().name(), context))
    return too_long("workflow type name", request.workflow_type().name());
  TEMPORAL_RETURN_IF_ERROR(CheckStartQueue(request, context));
  if (TooLong(request.request_id(), context)) return too_long("Request ID", request.request_id());
  TEMPORAL_RETURN_IF_ERROR(CheckTimeouts(request));
  TEMPORAL_RETURN_IF_ERROR(CheckRetryAndSchedule(request, context));
  TEMPORAL_RETURN_IF_ERROR(CheckIdPolicies(request));
  if (request.workflow_id_conflict_policy() == enums::WORKFLOW_ID_CONFLICT_POLICY_FAIL) {
    return InvalidArgument(
        "Invalid WorkflowIDConflictPolicy: WORKFLOW_ID_CONFLICT_POLICY_FAIL is not supported for this operation.");
  }
  TEMPORAL_RETURN_IF_ERROR(CheckSearchAttributes(request, context));
  TEMPORAL_RETURN_IF_ERROR(ValidatePriority(request.priority()));
  TEMPORAL_RETURN_IF_ERROR(CheckLinks(request.links()));
  TEMPORAL_RETURN_IF_ERROR(CheckInputAndMemo(request, context));
  TEMPORAL_RETURN_IF_ERROR(CheckBlob(request.signal_input(), context));
  return request.has_versioning_override() ? CheckOverride(request.versioning_override()) : absl::OkStatus();
}

}  // namespace temporal::server
