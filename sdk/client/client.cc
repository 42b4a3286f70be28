// Starting workflows, and handles to what the client does not start itself.
#include "temporal/client.h"

#include <utility>

#include "sdk/base/intercept.h"
#include "sdk/client/client_core.h"
#include "sdk/client/start_request.h"
#include "sdk/converter/payload_converter.h"
#include "sdk/transport/rpcs.h"

namespace temporal::client {
namespace {

using internal::ClientCore;
namespace rpc = internal::rpc;

StartedWorkflow Send(ClientCore& core, const StartWorkflowCall& call) {
  const rpc::StartWorkflowExecution::Request request =
      internal::MakeStartRequest(core, call.workflow_type, call.options, call.input, call.headers);
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

StartedWorkflow Send(ClientCore& core, const internal::StartRequest& start, const SignalWithStartCall& call) {
  rpc::SignalWithStartWorkflowExecution::Request request = internal::WithoutSignal(start.request);
  if (!start.names_request) request.set_request_id(core.NewUuid());
  request.set_signal_name(call.signal);
  if (!call.input.empty()) *request.mutable_signal_input() = internal::ToProto(call.input);
  internal::SetHeader(call.headers, request);
  try {
    const auto response = core.Call<rpc::SignalWithStartWorkflowExecution>(request);
    // Of one that ran before, the first run of the chain is not told: such a handle follows the current run.
    const std::string run_id = response.started() ? response.run_id() : "";
    return {call.workflow_id, run_id, run_id};
  } catch (const WorkflowAlreadyStartedError& error) {
    throw WorkflowAlreadyStartedError(error.message(), call.workflow_id, error.run_id());
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
  prepared->names_request = !options.request_id.empty();
  prepared->request = internal::MakeStartRequest(*core_, type, options, input, {});
  return prepared;
}

StartedWorkflow Client::SignalWithStart(const internal::StartRequest& start, std::string_view name,
                                        Payloads input) const {
  SignalWithStartCall call;
  call.workflow_id = start.request.workflow_id();
  call.workflow_type = start.request.workflow_type().name();
  call.signal = name;
  call.input = std::move(input);
  return internal::Intercept<StartedWorkflow>(
      core_->interceptors(), 0, &ClientInterceptor::SignalWithStart, std::move(call),
      [core = core_.get(), &start](const SignalWithStartCall& last) { return Send(*core, start, last); });
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
