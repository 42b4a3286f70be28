// A start as the service wants it, out of the options.
#include "sdk/client/start_request.h"

#include <string>

#include "sdk/base/proto_time.h"
#include "sdk/client/client_core.h"
#include "sdk/converter/payload_converter.h"
#include "sdk/converter/priority_converter.h"
#include "sdk/converter/retry_policy_converter.h"
#include "sdk/transport/rpcs.h"

namespace temporal::internal {
namespace {

void SetTimeouts(const StartWorkflowOptions& options, rpc::StartWorkflowExecution::Request& request) {
  if (options.execution_timeout.count() != 0)
    *request.mutable_workflow_execution_timeout() = ToProto(options.execution_timeout);
  if (options.run_timeout.count() != 0) *request.mutable_workflow_run_timeout() = ToProto(options.run_timeout);
  if (options.task_timeout.count() != 0) *request.mutable_workflow_task_timeout() = ToProto(options.task_timeout);
  if (options.start_delay.count() != 0) *request.mutable_workflow_start_delay() = ToProto(options.start_delay);
}

api::workflow::v1::VersioningOverride ToOverride(const VersioningOverride& given) {
  api::workflow::v1::VersioningOverride proto;
  if (given.behavior == VersioningBehavior::kAutoUpgrade) {
    proto.set_auto_upgrade(true);
    return proto;
  }
  auto& pinned = *proto.mutable_pinned();
  pinned.set_behavior(api::workflow::v1::VersioningOverride::PINNED_OVERRIDE_BEHAVIOR_PINNED);
  pinned.mutable_version()->set_deployment_name(std::string(given.pinned_version.deployment_name));
  pinned.mutable_version()->set_build_id(std::string(given.pinned_version.build_id));
  return proto;
}

// What the UI and searches show of it.
void SetDescription(const StartWorkflowOptions& options, rpc::StartWorkflowExecution::Request& request) {
  for (const auto& [key, value] : options.memo) {
    (*request.mutable_memo()->mutable_fields())[std::string(key)] = ToProto(value);
  }
  for (const auto& [key, value] : options.search_attributes) {
    (*request.mutable_search_attributes()->mutable_indexed_fields())[std::string(key)] = ToProto(value);
  }
  if (!options.static_summary.empty()) {
    *request.mutable_user_metadata()->mutable_summary() = ToProto(EncodeString(options.static_summary));
  }
  if (!options.static_details.empty()) {
    *request.mutable_user_metadata()->mutable_details() = ToProto(EncodeString(options.static_details));
  }
}

}  // namespace

rpc::StartWorkflowExecution::Request MakeStartRequest(ClientCore& core, std::string_view type,
                                                      const StartWorkflowOptions& options, const Payloads& input,
                                                      const Headers& headers) {
  rpc::StartWorkflowExecution::Request request;
  request.set_namespace_(core.namespace_name());
  request.set_workflow_id(options.id.empty() ? core.NewUuid() : std::string(options.id));
  request.mutable_workflow_type()->set_name(std::string(type));
  request.mutable_task_queue()->set_name(options.task_queue.empty() ? core.default_task_queue()
                                                                    : std::string(options.task_queue));
  if (!input.empty()) *request.mutable_input() = ToProto(input);
  SetTimeouts(options, request);
  request.set_identity(core.identity());
  request.set_request_id(options.request_id.empty() ? core.NewUuid() : std::string(options.request_id));
  request.set_workflow_id_reuse_policy(static_cast<api::enums::v1::WorkflowIdReusePolicy>(options.id_reuse_policy));
  request.set_workflow_id_conflict_policy(
      static_cast<api::enums::v1::WorkflowIdConflictPolicy>(options.id_conflict_policy));
  if (options.retry_policy.is_set()) *request.mutable_retry_policy() = ToProto(options.retry_policy);
  request.set_cron_schedule(std::string(options.cron_schedule));
  SetDescription(options, request);
  SetHeader(headers, request);
  if (options.priority.is_set()) *request.mutable_priority() = ToProto(options.priority);
  if (options.versioning_override.behavior != VersioningBehavior::kUnspecified) {
    *request.mutable_versioning_override() = ToOverride(options.versioning_override);
  }
  return request;
}

rpc::SignalWithStartWorkflowExecution::Request WithoutSignal(const rpc::StartWorkflowExecution::Request& start) {
  rpc::SignalWithStartWorkflowExecution::Request request;
  request.set_namespace_(start.namespace_());
  request.set_workflow_id(start.workflow_id());
  *request.mutable_workflow_type() = start.workflow_type();
  *request.mutable_task_queue() = start.task_queue();
  if (start.has_input()) *request.mutable_input() = start.input();
  if (start.has_workflow_execution_timeout()) {
    *request.mutable_workflow_execution_timeout() = start.workflow_execution_timeout();
  }
  if (start.has_workflow_run_timeout()) *request.mutable_workflow_run_timeout() = start.workflow_run_timeout();
  if (start.has_workflow_task_timeout()) *request.mutable_workflow_task_timeout() = start.workflow_task_timeout();
  if (start.has_workflow_start_delay()) *request.mutable_workflow_start_delay() = start.workflow_start_delay();
  request.set_identity(start.identity());
  request.set_request_id(start.request_id());
  request.set_workflow_id_reuse_policy(start.workflow_id_reuse_policy());
  request.set_workflow_id_conflict_policy(start.workflow_id_conflict_policy());
  if (start.has_retry_policy()) *request.mutable_retry_policy() = start.retry_policy();
  request.set_cron_schedule(start.cron_schedule());
  if (start.has_memo()) *request.mutable_memo() = start.memo();
  if (start.has_search_attributes()) *request.mutable_search_attributes() = start.search_attributes();
  if (start.has_user_metadata()) *request.mutable_user_metadata() = start.user_metadata();
  if (start.has_versioning_override()) *request.mutable_versioning_override() = start.versioning_override();
  if (start.has_priority()) *request.mutable_priority() = start.priority();
  return request;
}

}  // namespace temporal::internal
