// Starting workflows, and handles to what the client does not start itself.
#include "temporal/client.h"

#include <utility>

#include "sdk/base/proto_time.h"
#include "sdk/client/client_core.h"
#include "sdk/converter/payload_converter.h"
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

rpc::StartWorkflowExecution::Request StartRequest(ClientCore& core, std::string_view type,
                                                  const StartWorkflowOptions& options, const Payloads& input) {
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
  for (const auto& [key, value] : options.memo) {
    (*request.mutable_memo()->mutable_fields())[std::string(key)] = ToProto(value);
  }
  return request;
}

}  // namespace

Client::Started Client::Start(std::string_view type, const StartWorkflowOptions& options, Payloads input) const {
  rpc::StartWorkflowExecution::Request request = StartRequest(*core_, type, options, input);
  try {
    const auto response = core_->Call<rpc::StartWorkflowExecution>(request);
    // Older servers do not tell the first run of the chain: take the one that they do tell.
    const std::string& first = response.first_execution_run_id();
    return {request.workflow_id(), response.run_id(), first.empty() ? response.run_id() : first};
  } catch (const WorkflowAlreadyStartedError& error) {
    // The service names the run, and leaves the id to who asked.
    throw WorkflowAlreadyStartedError(error.message(), request.workflow_id(), error.run_id());
  }
}

UntypedWorkflowHandle Client::StartWorkflowPayloads(std::string_view type, const StartWorkflowOptions& options,
                                                    Payloads input) const {
  Started started = Start(type, options, std::move(input));
  return UntypedWorkflowHandle(core_, std::move(started.id), std::move(started.run_id),
                               std::move(started.first_run_id));
}

AsyncActivityHandle Client::GetAsyncActivityHandle(std::string_view task_token) const {
  return AsyncActivityHandle(core_, std::string(task_token), "", "", "");
}

AsyncActivityHandle Client::GetAsyncActivityHandle(std::string_view workflow_id, std::string_view run_id,
                                                   std::string_view activity_id) const {
  return AsyncActivityHandle(core_, "", std::string(workflow_id), std::string(run_id), std::string(activity_id));
}

}  // namespace temporal::client
