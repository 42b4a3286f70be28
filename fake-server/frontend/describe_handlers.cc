// DescribeWorkflowExecution: a run as its state shows it.
#include "absl/strings/str_cat.h"
#include "fake-server/frontend/execution_info.h"
#include "fake-server/frontend/handlers.h"
#include "sdk/base/proto_time.h"
#include "sdk/transport/rpcs.h"

namespace temporal::server {
namespace {

namespace rpc = internal::rpc;
using internal::TimePoint;
using internal::ToProto;

// Go's zero time, which stands for no time where the real server has no better word.
constexpr std::int64_t kZeroTimeSeconds = -62135596800;

void FillConfig(const MutableState& run, api::workflow::v1::WorkflowExecutionConfig& out) {
  const auto& start = run.start();
  *out.mutable_task_queue() = run.normal_task_queue();
  if (start.has_workflow_execution_timeout()) {
    *out.mutable_workflow_execution_timeout() = start.workflow_execution_timeout();
  }
  if (start.has_workflow_run_timeout()) *out.mutable_workflow_run_timeout() = start.workflow_run_timeout();
  *out.mutable_default_workflow_task_timeout() = start.workflow_task_timeout();
  if (run.start_event().has_user_metadata()) *out.mutable_user_metadata() = run.start_event().user_metadata();
}

// Clients still read the fields that the protos call deprecated.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
void FillVersioning(const MutableState& run, api::workflow::v1::WorkflowExecutionInfo& out) {
  if (!run.last_worker_version.build_id().empty()) {
    *out.mutable_most_recent_worker_version_stamp() = run.last_worker_version;
  }
  if (run.worker_version != nullptr) {
    out.set_worker_deployment_name(run.worker_version->deployment_name);
    if (run.worker_version->info.has_deployment_version()) *out.mutable_versioning_info() = run.worker_version->info;
  }
  if (run.versioning_override == nullptr) return;
  auto& shown = *out.mutable_versioning_info()->mutable_versioning_override();
  shown = *run.versioning_override;
  if (shown.auto_upgrade()) shown.set_behavior(api::enums::v1::VERSIONING_BEHAVIOR_AUTO_UPGRADE);
  if (shown.has_pinned()) {
    const auto& version = shown.pinned().version();
    shown.set_behavior(api::enums::v1::VERSIONING_BEHAVIOR_PINNED);
    shown.set_pinned_version(absl::StrCat(version.deployment_name(), ".", version.build_id()));
  }
}
#pragma GCC diagnostic pop

void FillInfo(const MutableState& run, api::workflow::v1::WorkflowExecutionInfo& out) {
  FillExecutionInfo(run, out);
  FillSizes(run, out);
  if (run.start().has_parent_workflow_execution()) {
    out.set_parent_namespace_id(run.start().parent_workflow_namespace_id());
  }
  out.set_first_run_id(run.start().first_execution_run_id());
  out.mutable_auto_reset_points();
  if (run.reset_points != nullptr) *out.mutable_auto_reset_points() = *run.reset_points;
  if (run.priority() != nullptr) *out.mutable_priority() = *run.priority();
  FillVersioning(run, out);
}

void FillWorkflowTask(const WorkflowTask& task, api::workflow::v1::PendingWorkflowTaskInfo& out) {
  out.set_state(task.started() ? api::enums::v1::PENDING_WORKFLOW_TASK_STATE_STARTED
                               : api::enums::v1::PENDING_WORKFLOW_TASK_STATE_SCHEDULED);
  *out.mutable_scheduled_time() = ToProto(task.scheduled_time);
  *out.mutable_original_scheduled_time() = ToProto(task.original_scheduled_time);
  if (task.started()) *out.mutable_started_time() = ToProto(task.started_time);
  out.set_attempt(task.attempt);
}

api::enums::v1::PendingActivityState StateOf(const Activity& activity) {
  if (activity.cancel_requested) return api::enums::v1::PENDING_ACTIVITY_STATE_CANCEL_REQUESTED;
  if (activity.pause.has_value()) {
    return activity.started ? api::enums::v1::PENDING_ACTIVITY_STATE_PAUSE_REQUESTED
                            : api::enums::v1::PENDING_ACTIVITY_STATE_PAUSED;
  }
  return activity.started ? api::enums::v1::PENDING_ACTIVITY_STATE_STARTED
                          : api::enums::v1::PENDING_ACTIVITY_STATE_SCHEDULED;
}

void FillAttempts(const MutableState& run, const Activity& activity, api::workflow::v1::PendingActivityInfo& out) {
  const auto& scheduled = run.scheduled(activity);
  out.set_attempt(activity.attempt);
  out.set_maximum_attempts(scheduled.retry_policy().maximum_attempts());
  if (const auto limit = internal::FromProto(scheduled.schedule_to_close_timeout()); limit.count() > 0) {
    *out.mutable_expiration_time() = ToProto(internal::SaturatedAdd(activity.first_scheduled_time, limit));
  }
  if (activity.last_failure != nullptr) *out.mutable_last_failure() = *activity.last_failure;
  if (activity.last_attempt_complete_time != TimePoint()) {
    *out.mutable_last_attempt_complete_time() = ToProto(activity.last_attempt_complete_time);
  }
  if (!activity.backing_off()) return;
  *out.mutable_next_attempt_schedule_time() = ToProto(activity.scheduled_time);
  const bool beyond_time = activity.scheduled_time == TimePoint::max();
  *out.mutable_current_retry_interval() =
      ToProto(beyond_time ? internal::Duration::max() : activity.scheduled_time - activity.last_attempt_end_time);
}

void FillOptions(const MutableState::ActivityScheduledAttributes& scheduled, api::activity::v1::ActivityOptions& out) {
  out.mutable_task_queue()->set_name(scheduled.task_queue().name());
  out.mutable_task_queue()->set_normal_name(scheduled.task_queue().name());
  *out.mutable_schedule_to_close_timeout() = scheduled.schedule_to_close_timeout();
  *out.mutable_schedule_to_start_timeout() = scheduled.schedule_to_start_timeout();
  *out.mutable_start_to_close_timeout() = scheduled.start_to_close_timeout();
  *out.mutable_heartbeat_timeout() = scheduled.heartbeat_timeout();
  *out.mutable_retry_policy() = scheduled.retry_policy();
  if (scheduled.has_priority()) *out.mutable_priority() = scheduled.priority();
}

void FillActivity(const MutableState& run, const Activity& activity, api::workflow::v1::PendingActivityInfo& out) {
  const auto& scheduled = run.scheduled(activity);
  out.set_activity_id(activity.id);
  *out.mutable_activity_type() = scheduled.activity_type();
  out.set_state(StateOf(activity));
  if (activity.heartbeat_details != nullptr) *out.mutable_heartbeat_details() = *activity.heartbeat_details;
  if (activity.last_heartbeat_time != TimePoint()) {
    *out.mutable_last_heartbeat_time() = ToProto(activity.last_heartbeat_time);
  }
  if (activity.started_time != TimePoint()) *out.mutable_last_started_time() = ToProto(activity.started_time);
  *out.mutable_scheduled_time() = ToProto(activity.scheduled_time);
  out.set_last_worker_identity(activity.identity);
  if (scheduled.has_priority()) *out.mutable_priority() = scheduled.priority();
  if (activity.pause.has_value()) {
    out.set_paused(true);
    auto& pause = *out.mutable_pause_info();
    *pause.mutable_pause_time() = ToProto(activity.pause->time);
    pause.mutable_manual()->set_identity(activity.pause->identity);
    pause.mutable_manual()->set_reason(activity.pause->reason);
  }
  FillAttempts(run, activity, out);
  FillOptions(scheduled, *out.mutable_activity_options());
}

void FillChild(const MutableState& run, std::int64_t initiated_event_id, const Child& child,
               api::workflow::v1::PendingChildExecutionInfo& out) {
  const auto& initiated = run.initiated_child(initiated_event_id);
  out.set_workflow_id(initiated.workflow_id());
  out.set_run_id(child.run_id);
  out.set_workflow_type_name(initiated.workflow_type().name());
  out.set_initiated_id(initiated_event_id);
  out.set_parent_close_policy(initiated.parent_close_policy());
}

void FillExtended(const MutableState& run, api::workflow::v1::WorkflowExecutionExtendedInfo& out) {
  if (run.execution_expiration() != TimePoint::max()) {
    *out.mutable_execution_expiration_time() = ToProto(run.execution_expiration());
  }
  if (run.run_expiration() == TimePoint::max()) {
    out.mutable_run_expiration_time()->set_seconds(kZeroTimeSeconds);
  } else {
    *out.mutable_run_expiration_time() = ToProto(run.run_expiration());
  }
  out.set_cancel_requested(run.cancel_requested);
  const bool was_reset = run.last_reset_time != TimePoint();
  *out.mutable_original_start_time() = ToProto(was_reset ? run.original_start_time : run.start_time());
  if (was_reset) *out.mutable_last_reset_time() = ToProto(run.last_reset_time);
  out.set_reset_run_id(run.reset_run_id);
  for (const auto& known : run.request_ids) {
    auto& info = (*out.mutable_request_id_infos())[known.request_id];
    info.set_event_type(known.event_type);
    info.set_event_id(known.event_id);
    info.set_buffered(known.event_id == 0);
  }
}

absl::StatusOr<wf::DescribeWorkflowExecutionResponse> Describe(const ServerParts& parts,
                                                               const wf::DescribeWorkflowExecutionRequest& request) {
  const auto found = parts.engine.Find(NamespaceOf(parts, request.namespace_()), request.execution());
  if (!found.ok()) return found.status();
  const MutableState& run = **found;
  wf::DescribeWorkflowExecutionResponse response;
  FillConfig(run, *response.mutable_execution_config());
  FillInfo(run, *response.mutable_workflow_execution_info());
  FillExtended(run, *response.mutable_workflow_extended_info());
  if (run.task().pending()) FillWorkflowTask(run.task(), *response.mutable_pending_workflow_task());
  for (const auto& [scheduled_event_id, activity] : run.activities) {
    FillActivity(run, activity, *response.add_pending_activities());
  }
  for (const auto& [initiated_event_id, child] : run.children) {
    FillChild(run, initiated_event_id, child, *response.add_pending_children());
  }
  return response;
}

}  // namespace

void AddDescribeHandlers(const ServerParts& parts, HandlerTable& table) {
  table.Add<rpc::DescribeWorkflowExecution>(
      [&parts](const auto& request, const CallContext&) { return Describe(parts, request); });
}

}  // namespace temporal::server
