// Starting workflows, and handles to what the client does not start itself.
#include "temporal/client.h"

#include <utility>

#include "sdk/base/intercept.h"
#include "sdk/base/proto_time.h"
#include "sdk/client/client_core.h"
#include "sdk/client/update_calls.h"
#include "sdk/converter/payload_converter.h"
#include "sdk/converter/priority_converter.h"
#include "sdk/converter/retry_policy_converter.h"
#include "sdk/transport/rpcs.h"

namespace temporal::client {
namespace {

using internal::ClientCore;
using internal::ToProto;
namespace rpc = internal::rpc;

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
    *request.mutable_user_metadata()->mutable_summary() = ToProto(internal::EncodeString(options.static_summary));
  }
  if (!options.static_details.empty()) {
    *request.mutable_user_metadata()->mutable_details() = ToProto(internal::EncodeString(options.static_details));
  }
}

rpc::StartWorkflowExecution::Request StartRequest(ClientCore& core, std::string_view type,
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
  internal::SetHeader(headers, request);
  if (options.priority.is_set()) *request.mutable_priority() = ToProto(options.priority);
  if (options.versioning_override.behavior != VersioningBehavior::kUnspecified) {
    *request.mutable_versioning_override() = ToOverride(options.versioning_override);
  }
  return request;
}

StartedWorkflow Send(ClientCore& core, const StartWorkflowCall& call) {
  const rpc::StartWorkflowExecution::Request request =
      StartRequest(core, call.workflow_type, call.options, call.input, call.headers);
  try {
    const auto response = core.Call<rpc::StartWorkflowExecution>(request);
    // Older servers do not tell the first run of the chain: take the one that they do tell.
    const std::string& first = response.first_execution_run_id();
    return {request.workflow_id(), response.run_id(), first.empty() ? response.run_id() : first};
  } catch (const WorkflowAlreadyStartedError& error) {
    // The service names the run, and leaves the id to who asked.
    throw WorkflowAlreadyStartedError(error.message(), request.workflow_id(), error.run_id());
  }
}

}  // namespace

StartedWorkflow Client::Start(std::string_view type, const StartWorkflowOptions& options, Payloads input) const {
  StartWorkflowCall call;
  call.workflow_type = type;
  call.options = options;
  call.input = std::move(input);
  return internal::Intercept<StartedWorkflow>(
      core_->interceptors(), 0, &ClientInterceptor::StartWorkflow, std::move(call),
      [core = core_.get()](const StartWorkflowCall& last) { return Send(*core, last); });
}

std::shared_ptr<const internal::StartRequest> Client::PrepareStart(std::string_view type,
                                                                   const StartWorkflowOptions& options,
                                                                   Payloads input) const {
  auto prepared = std::make_shared<internal::StartRequest>();
  prepared->request = StartRequest(*core_, type, options, input, {});
  return prepared;
}

UntypedWorkflowHandle Client::StartWorkflowPayloads(std::string_view type, const StartWorkflowOptions& options,
                                                    Payloads input) const {
  StartedWorkflow started = Start(type, options, std::move(input));
  return UntypedWorkflowHandle(core_, std::move(started.id), std::move(started.run_id),
                               std::move(started.first_execution_run_id));
}

AsyncActivityHandle Client::GetAsyncActivityHandle(std::string_view task_token) const {
  return AsyncActivityHandle(core_, std::string(task_token), "", "", "");
}

AsyncActivityHandle Client::GetAsyncActivityHandle(std::string_view workflow_id, std::string_view run_id,
                                                   std::string_view activity_id) const {
  return AsyncActivityHandle(core_, "", std::string(workflow_id), std::string(run_id), std::string(activity_id));
}

}  // namespace temporal::client
