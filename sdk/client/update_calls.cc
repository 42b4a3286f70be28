// Updates as a client sees them: sent, awaited in calls as long as the server holds them, sent with a start.
#include "sdk/client/update_calls.h"

#include <chrono>
#include <utility>

#include "sdk/base/intercept.h"
#include "sdk/client/client_core.h"
#include "sdk/client/start_request.h"
#include "sdk/converter/failure_converter.h"
#include "sdk/converter/payload_converter.h"
#include "sdk/transport/rpcs.h"
#include "temporal/client.h"

namespace temporal::client {
namespace {

using internal::ClientCore;
using internal::Skip;
using internal::ToProto;
using internal::UpdateOutcome;
namespace rpc = internal::rpc;
namespace enums = api::enums::v1;

// Longer than a server holds such a call.
constexpr Duration kUpdateTimeout = std::chrono::seconds(70);

// Of either kind of call.
template <class Call>
api::update::v1::Request UpdateOf(ClientCore& core, const Call& call) {
  api::update::v1::Request update;
  update.mutable_meta()->set_update_id(call.update_id);
  update.mutable_meta()->set_identity(core.identity());
  update.mutable_input()->set_name(call.update);
  if (!call.input.empty()) *update.mutable_input()->mutable_args() = ToProto(call.input);
  internal::SetHeader(call.headers, *update.mutable_input());
  return update;
}

enums::UpdateWorkflowExecutionLifecycleStage ToProto(UpdateStage stage) {
  return static_cast<enums::UpdateWorkflowExecutionLifecycleStage>(stage);
}

// Whoever waits for the end lets time pass.
Skip SkipFor(UpdateStage wait_for) { return wait_for == UpdateStage::kCompleted ? Skip::kAllowed : Skip::kForbidden; }

bool Accepted(const rpc::UpdateWorkflowExecution::Response& response) {
  return response.stage() >= enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ACCEPTED;
}

template <class Response>
std::shared_ptr<const UpdateOutcome> OutcomeOf(Response& response) {
  if (!response.has_outcome()) return nullptr;
  auto outcome = std::make_shared<UpdateOutcome>();
  outcome->outcome = std::move(*response.mutable_outcome());
  return outcome;
}

UntypedUpdateHandle HandleFor(std::shared_ptr<ClientCore> core, rpc::UpdateWorkflowExecution::Response& response) {
  const auto& ref = response.update_ref();
  auto outcome = OutcomeOf(response);
  return UntypedUpdateHandle(std::move(core), ref.update_id(), ref.workflow_execution().workflow_id(),
                             ref.workflow_execution().run_id(), std::move(outcome));
}

UntypedUpdateHandle Send(const std::shared_ptr<ClientCore>& core, const UpdateWorkflowCall& call,
                         UpdateStage wait_for) {
  rpc::UpdateWorkflowExecution::Request request;
  request.set_namespace_(core->namespace_name());
  internal::SetExecution(request.mutable_workflow_execution(), call.workflow_id, call.run_id);
  request.set_first_execution_run_id(call.first_execution_run_id);
  request.mutable_wait_policy()->set_lifecycle_stage(ToProto(wait_for));
  *request.mutable_request() = UpdateOf(*core, call);
  for (;;) {
    // The server holds a call only so long; the id tells it that this is the same update.
    auto response = core->Call<rpc::UpdateWorkflowExecution>(request, SkipFor(wait_for), kUpdateTimeout);
    if (Accepted(response)) return HandleFor(core, response);
  }
}

UntypedUpdateHandle Send(const std::shared_ptr<ClientCore>& core, const internal::StartRequest& start,
                         const UpdateWithStartCall& call, UpdateStage wait_for) {
  rpc::ExecuteMultiOperation::Request request;
  request.set_namespace_(core->namespace_name());
  auto& starting = *request.add_operations()->mutable_start_workflow();
  starting = start.request;
  internal::SetHeader(call.headers, starting);
  auto& updating = *request.add_operations()->mutable_update_workflow();
  updating.set_namespace_(core->namespace_name());
  internal::SetExecution(updating.mutable_workflow_execution(), call.workflow_id, "");
  updating.mutable_wait_policy()->set_lifecycle_stage(ToProto(wait_for));
  *updating.mutable_request() = UpdateOf(*core, call);
  try {
    for (;;) {
      auto response = core->Call<rpc::ExecuteMultiOperation>(request, SkipFor(wait_for), kUpdateTimeout);
      auto& updated = *response.mutable_responses(1)->mutable_update_workflow();
      if (Accepted(updated)) return HandleFor(core, updated);
    }
  } catch (const WorkflowAlreadyStartedError& error) {
    throw WorkflowAlreadyStartedError(error.message(), call.workflow_id, error.run_id());
  }
}

std::string IdFor(ClientCore& core, const UpdateOptions& options) {
  return options.id.empty() ? core.NewUuid() : std::string(options.id);
}

}  // namespace

UntypedUpdateHandle ClientInterceptor::StartUpdate(UpdateWorkflowCall call,
                                                   std::function<UntypedUpdateHandle(UpdateWorkflowCall)> next) {
  return next(std::move(call));
}

UntypedUpdateHandle ClientInterceptor::UpdateWithStart(UpdateWithStartCall call,
                                                       std::function<UntypedUpdateHandle(UpdateWithStartCall)> next) {
  return next(std::move(call));
}

UntypedUpdateHandle UntypedWorkflowHandle::StartUpdatePayloads(std::string_view name, const UpdateOptions& options,
                                                               Payloads input) const {
  UpdateWorkflowCall call;
  call.workflow_id = id_;
  call.run_id = addressed_run_id();
  call.first_execution_run_id = first_run_id_;
  call.update = name;
  call.update_id = IdFor(*core_, options);
  call.input = std::move(input);
  return internal::Intercept<UntypedUpdateHandle>(
      core_->interceptors(), 0, &ClientInterceptor::StartUpdate, std::move(call),
      [core = core_, stage = options.wait_for_stage](const UpdateWorkflowCall& last) {
        return Send(core, last, stage);
      });
}

Payloads UntypedUpdateHandle::ResultPayloads() const {
  std::shared_ptr<const UpdateOutcome> known = outcome_;
  rpc::PollWorkflowExecutionUpdate::Request request;
  request.set_namespace_(core_->namespace_name());
  request.mutable_update_ref()->mutable_workflow_execution()->set_workflow_id(workflow_id_);
  request.mutable_update_ref()->mutable_workflow_execution()->set_run_id(run_id_);
  request.mutable_update_ref()->set_update_id(id_);
  request.set_identity(core_->identity());
  request.mutable_wait_policy()->set_lifecycle_stage(enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED);
  while (known == nullptr) {
    auto response = core_->Call<rpc::PollWorkflowExecutionUpdate>(request, Skip::kAllowed, kUpdateTimeout);
    known = OutcomeOf(response);
  }
  if (known->outcome.has_failure()) throw UpdateFailedError(internal::FromProto(known->outcome.failure()));
  return internal::FromProto(known->outcome.success());
}

UntypedUpdateHandle Client::UpdateWithStart(const internal::StartRequest& start, std::string_view name,
                                            const UpdateOptions& options, Payloads input) const {
  UpdateWithStartCall call;
  call.workflow_id = start.request.workflow_id();
  call.workflow_type = start.request.workflow_type().name();
  call.update = name;
  call.update_id = IdFor(*core_, options);
  call.input = std::move(input);
  return internal::Intercept<UntypedUpdateHandle>(
      core_->interceptors(), 0, &ClientInterceptor::UpdateWithStart, std::move(call),
      [core = core_, &start, stage = options.wait_for_stage](const UpdateWithStartCall& last) {
        return Send(core, start, last, stage);
      });
}

}  // namespace temporal::client
