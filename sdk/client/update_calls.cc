// Updates as a client sees them: sent, awaited in calls as long as the server holds them, sent with a start.
#include "sdk/client/update_calls.h"

#include <chrono>
#include <utility>

#include "sdk/client/client_core.h"
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

struct Target {
  std::string workflow_id, run_id, first_run_id;
};

rpc::UpdateWorkflowExecution::Request UpdateRequest(ClientCore& core, const Target& target, std::string_view name,
                                                    const UpdateOptions& options, const Payloads& input) {
  rpc::UpdateWorkflowExecution::Request request;
  request.set_namespace_(core.namespace_name());
  request.mutable_workflow_execution()->set_workflow_id(target.workflow_id);
  request.mutable_workflow_execution()->set_run_id(target.run_id);
  request.set_first_execution_run_id(target.first_run_id);
  request.mutable_wait_policy()->set_lifecycle_stage(
      static_cast<enums::UpdateWorkflowExecutionLifecycleStage>(options.wait_for_stage));
  auto& update = *request.mutable_request();
  update.mutable_meta()->set_update_id(options.id.empty() ? core.NewUuid() : std::string(options.id));
  update.mutable_meta()->set_identity(core.identity());
  update.mutable_input()->set_name(std::string(name));
  if (!input.empty()) *update.mutable_input()->mutable_args() = ToProto(input);
  return request;
}

// Whoever waits for the end lets time pass.
Skip SkipFor(const UpdateOptions& options) {
  return options.wait_for_stage == UpdateStage::kCompleted ? Skip::kAllowed : Skip::kForbidden;
}

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

}  // namespace

UntypedUpdateHandle UntypedWorkflowHandle::StartUpdatePayloads(std::string_view name, const UpdateOptions& options,
                                                               Payloads input) const {
  const auto request = UpdateRequest(*core_, {id_, addressed_run_id(), first_run_id_}, name, options, input);
  for (;;) {
    // The server holds a call only so long; the id tells it that this is the same update.
    auto response = core_->Call<rpc::UpdateWorkflowExecution>(request, SkipFor(options), kUpdateTimeout);
    if (Accepted(response)) return HandleFor(core_, response);
  }
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
  rpc::ExecuteMultiOperation::Request request;
  request.set_namespace_(core_->namespace_name());
  *request.add_operations()->mutable_start_workflow() = start.request;
  *request.add_operations()->mutable_update_workflow() =
      UpdateRequest(*core_, {start.request.workflow_id(), "", ""}, name, options, input);
  try {
    for (;;) {
      auto response = core_->Call<rpc::ExecuteMultiOperation>(request, SkipFor(options), kUpdateTimeout);
      auto& updated = *response.mutable_responses(1)->mutable_update_workflow();
      if (Accepted(updated)) return HandleFor(core_, updated);
    }
  } catch (const WorkflowAlreadyStartedError& error) {
    throw WorkflowAlreadyStartedError(error.message(), start.request.workflow_id(), error.run_id());
  }
}

}  // namespace temporal::client
