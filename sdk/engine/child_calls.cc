// WorkflowRuntime on the instance: what calls about other workflows do.
#include "absl/strings/str_cat.h"
#include "sdk/converter/payload_converter.h"
#include "sdk/converter/priority_converter.h"
#include "sdk/converter/retry_policy_converter.h"
#include "sdk/engine/child_operations.h"
#include "sdk/engine/commands.h"
#include "sdk/engine/workflow_instance.h"

// The namespace of another workflow is deprecated, but what servers still read.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace temporal::internal {
namespace {

void FillChildOptions(const ChildWorkflowOptions& options,
                      api::command::v1::StartChildWorkflowExecutionCommandAttributes& attributes) {
  using Attributes = api::command::v1::StartChildWorkflowExecutionCommandAttributes;
  SetUnlessZero(options.execution_timeout, attributes, &Attributes::mutable_workflow_execution_timeout);
  SetUnlessZero(options.run_timeout, attributes, &Attributes::mutable_workflow_run_timeout);
  SetUnlessZero(options.task_timeout, attributes, &Attributes::mutable_workflow_task_timeout);
  attributes.set_parent_close_policy(static_cast<api::enums::v1::ParentClosePolicy>(options.parent_close_policy));
  attributes.set_workflow_id_reuse_policy(static_cast<api::enums::v1::WorkflowIdReusePolicy>(options.id_reuse_policy));
  if (options.retry_policy.is_set()) *attributes.mutable_retry_policy() = ToProto(options.retry_policy);
  for (const auto& [key, value] : options.memo) {
    (*attributes.mutable_memo()->mutable_fields())[std::string(key)] = ToProto(value);
  }
  attributes.set_cron_schedule(std::string(options.cron_schedule));
  for (const auto& [key, value] : options.search_attributes) {
    (*attributes.mutable_search_attributes()->mutable_indexed_fields())[std::string(key)] = ToProto(value);
  }
  if (options.priority.is_set()) *attributes.mutable_priority() = ToProto(options.priority);
}

}  // namespace

void WorkflowInstance::StartChildWorkflow(std::string_view type, const ChildWorkflowOptions& given, Payloads input,
                                          std::shared_ptr<ChildWorkflowState> state,
                                          std::shared_ptr<FutureStateBase> started,
                                          std::shared_ptr<FutureStateBase> result) {
  if (!MayCommand("StartChildWorkflow")) return;
  worker::StartChildWorkflowCall call{.workflow_type = std::string(type),
                                      .workflow_id = state->workflow_id,
                                      .options = given,
                                      .input = std::move(input),
                                      .headers = {}};
  for (const auto& interceptor : interceptors_) interceptor->OnStartChildWorkflow(call);
  const ChildWorkflowOptions& options = call.options;
  auto child = std::make_unique<PendingChild>(machines_, static_cast<PendingChild::Asker&>(*this), info_.namespace_,
                                              call.workflow_type, options, state,
                                              PendingChild::Futures{std::move(started), std::move(result)});
  if (state->scope.cancelled()) return child->FailAsNeverSent(state->scope.reason());
  child->has_random_id = given.id.empty();
  if (makes_commands()) {
    child->command = NewCommand(api::enums::v1::COMMAND_TYPE_START_CHILD_WORKFLOW_EXECUTION);
    auto& attributes = *child->command->mutable_start_child_workflow_execution_command_attributes();
    attributes.set_namespace_(info_.namespace_);
    attributes.set_workflow_id(state->workflow_id);
    attributes.mutable_workflow_type()->set_name(call.workflow_type);
    attributes.mutable_task_queue()->set_name(options.task_queue.empty() ? info_.task_queue
                                                                         : std::string(options.task_queue));
    if (!call.input.empty()) *attributes.mutable_input() = ToProto(call.input);
    SetHeader(call.headers, attributes);
    FillChildOptions(options, attributes);
    SetSummary(options.summary, *child->command);
    SetDetails(options.static_details, *child->command);
  }
  state->scope.Add(*child);
  machines_.Give(std::move(child));
}

// The current run of the child's chain is asked, so no run id is named.
void WorkflowInstance::AskChildToCancel(PendingChild& child, const std::string& reason) {
  auto cancel = std::make_unique<PendingCancel>(child);
  if (makes_commands()) {
    cancel->command = NewCommand(api::enums::v1::COMMAND_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION);
    auto& attributes = *cancel->command->mutable_request_cancel_external_workflow_execution_command_attributes();
    attributes.set_namespace_(info_.namespace_);
    attributes.set_workflow_id(child.workflow_id());
    attributes.set_child_workflow_only(true);
    attributes.set_reason(reason);
  }
  machines_.Give(std::move(cancel));
}

void WorkflowInstance::SignalExternalWorkflow(const ExternalWorkflow& target, std::string_view signal, Payloads input,
                                              const std::source_location& where, std::shared_ptr<Scope> scope,
                                              std::shared_ptr<FutureState<void>> result) {
  if (!MayCommand("Signal")) return;
  worker::SignalExternalWorkflowCall call;
  call.workflow_id = target.workflow_id;
  call.run_id = target.run_id;
  call.child = target.child;
  call.signal = signal;
  call.input = std::move(input);
  for (const auto& interceptor : interceptors_) interceptor->OnSignalExternalWorkflow(call);
  auto pending =
      std::make_unique<PendingSignal>(machines_, call.workflow_id, where, std::move(scope), std::move(result));
  if (makes_commands()) {
    pending->command = NewCommand(api::enums::v1::COMMAND_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION);
    auto& attributes = *pending->command->mutable_signal_external_workflow_execution_command_attributes();
    attributes.set_namespace_(info_.namespace_);
    attributes.mutable_execution()->set_workflow_id(call.workflow_id);
    attributes.mutable_execution()->set_run_id(call.run_id);
    attributes.set_signal_name(call.signal);
    if (!call.input.empty()) *attributes.mutable_input() = ToProto(call.input);
    SetHeader(call.headers, attributes);
    attributes.set_child_workflow_only(target.child);
  }
  machines_.Give(std::move(pending));
}

void WorkflowInstance::CancelExternalWorkflow(const ExternalWorkflow& target, const std::string& reason,
                                              const std::source_location& where,
                                              std::shared_ptr<FutureState<void>> result) {
  if (!MayCommand("Cancel")) return;
  worker::CancelExternalWorkflowCall call{target.workflow_id, target.run_id, reason};
  for (const auto& interceptor : interceptors_) interceptor->OnCancelExternalWorkflow(call);
  auto pending = std::make_unique<PendingCancel>(call.workflow_id, where, std::move(result));
  if (makes_commands()) {
    pending->command = NewCommand(api::enums::v1::COMMAND_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION);
    auto& attributes = *pending->command->mutable_request_cancel_external_workflow_execution_command_attributes();
    attributes.set_namespace_(info_.namespace_);
    attributes.set_workflow_id(call.workflow_id);
    attributes.set_run_id(call.run_id);
    attributes.set_reason(
        absl::StrCat("Cancel requested by workflow with run id ", info_.run_id, " with reason: ", call.reason));
  }
  machines_.Give(std::move(pending));
}

}  // namespace temporal::internal
