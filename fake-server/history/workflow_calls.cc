// What clients ask of one run: signal, cancel, terminate, delete.
#include <utility>

#include "fake-server/history/run_lifecycle.h"
#include "fake-server/history/service_errors.h"
#include "fake-server/history/transaction.h"
#include "fake-server/history/workflow_engine.h"
#include "fake-server/history/workflow_task_lifecycle.h"

namespace temporal::server {
namespace {

namespace enums = api::enums::v1;

constexpr char kDefaultTerminateReason[] = "terminated by user via frontend";
constexpr char kFrontendIdentity[] = "frontend-service";
constexpr char kDeleteReason[] = "Delete workflow execution";

}  // namespace

absl::StatusOr<std::shared_ptr<MutableState>> WorkflowEngine::FindRunning(
    const Namespace& name_space, const api::common::v1::WorkflowExecution& execution) const {
  auto found = Find(name_space, execution);
  if (!found.ok()) return found.status();
  if (!(*found)->running()) return WorkflowAlreadyCompleted();
  return *std::move(found);
}

absl::Status WorkflowEngine::CheckSignalFits(const MutableState& run, const std::string& request_id) const {
  if (!run.running()) return WorkflowAlreadyCompleted();
  if (run.close_attempted && run.workflow_task.started()) {
    return WorkflowClosing();
  }
  if (run.signal_count >= context_.config.max_signals && run.FindRequestId(request_id) == nullptr) {
    return InvalidArgument("exceeded workflow execution limit for signal events");
  }
  return absl::OkStatus();
}

void WorkflowEngine::WriteSignal(MutableState& run, const SignalDetails& signal) {
  const MutableState::RequestId* known = signal.request_id.empty() ? nullptr : run.FindRequestId(signal.request_id);
  if (known != nullptr && known->event_type == enums::EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED) return;
  auto event = HistoryBuilder::Make(enums::EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED, run.Now());
  auto& attributes = *event->mutable_workflow_execution_signaled_event_attributes();
  attributes.set_signal_name(signal.name);
  if (signal.input != nullptr) *attributes.mutable_input() = *signal.input;
  if (signal.header != nullptr) *attributes.mutable_header() = *signal.header;
  attributes.set_identity(signal.identity);
  attributes.set_request_id(signal.request_id);
  *event->mutable_links() = *signal.links;
  run.builder.Add(std::move(event));
  ++run.signal_count;
  if (!signal.request_id.empty()) {
    run.AddRequestId(signal.request_id, enums::EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED, 0);
  }
}

absl::StatusOr<wf::SignalWorkflowExecutionResponse> WorkflowEngine::Signal(
    const Namespace& name_space, const wf::SignalWorkflowExecutionRequest& request) {
  const auto found = Find(name_space, request.workflow_execution());
  if (!found.ok()) return found.status();
  MutableState& run = **found;
  if (auto status = CheckSignalFits(run, request.request_id()); !status.ok()) return status;
  WriteSignal(run, {.name = request.signal_name(),
                    .input = request.has_input() ? &request.input() : nullptr,
                    .header = request.has_header() ? &request.header() : nullptr,
                    .identity = request.identity(),
                    .request_id = request.request_id(),
                    .links = &request.links()});
  if (!run.in_first_task_backoff()) ScheduleWorkflowTask(run);
  CloseTransaction(run);
  wf::SignalWorkflowExecutionResponse response;
  LinkToRequest(run, request.request_id(), enums::EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED, *response.mutable_link());
  return response;
}

absl::StatusOr<wf::RequestCancelWorkflowExecutionResponse> WorkflowEngine::RequestCancel(
    const Namespace& name_space, const wf::RequestCancelWorkflowExecutionRequest& request) {
  const auto found = Find(name_space, request.workflow_execution());
  if (!found.ok()) return found.status();
  MutableState& run = **found;
  const std::string& first = request.first_execution_run_id();
  if (!first.empty() && first != run.start().first_execution_run_id()) return NotFound("workflow execution not found");
  if (!run.running() || run.cancel_requested) return wf::RequestCancelWorkflowExecutionResponse();
  auto event = HistoryBuilder::Make(enums::EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED, run.Now());
  auto& attributes = *event->mutable_workflow_execution_cancel_requested_event_attributes();
  attributes.set_cause(request.reason());
  attributes.set_identity(request.identity());
  *event->mutable_links() = request.links();
  run.builder.Add(std::move(event));
  run.cancel_requested = true;
  run.cancel_request_id = request.request_id();
  ScheduleWorkflowTask(run);
  CloseTransaction(run);
  return wf::RequestCancelWorkflowExecutionResponse();
}

absl::StatusOr<wf::TerminateWorkflowExecutionResponse> WorkflowEngine::Terminate(
    const Namespace& name_space, const wf::TerminateWorkflowExecutionRequest& request) {
  const auto found = Find(name_space, request.workflow_execution());
  if (!found.ok()) return found.status();
  MutableState& run = **found;
  const std::string& first = request.first_execution_run_id();
  if (!first.empty() && first != run.start().first_execution_run_id()) return NotFound("workflow execution not found");
  if (!run.running()) return WorkflowAlreadyCompleted();
  WriteTermination(run, {.reason = request.reason().empty() ? kDefaultTerminateReason : request.reason().c_str(),
                         .identity = request.identity().empty() ? kFrontendIdentity : request.identity().c_str(),
                         .details = request.has_details() ? &request.details() : nullptr,
                         .links = &request.links()});
  CloseTransaction(run);
  return wf::TerminateWorkflowExecutionResponse();
}

absl::StatusOr<wf::DeleteWorkflowExecutionResponse> WorkflowEngine::Delete(
    const Namespace& name_space, const wf::DeleteWorkflowExecutionRequest& request) {
  const auto found = Find(name_space, request.workflow_execution());
  if (!found.ok()) return found.status();
  if ((*found)->running()) {
    WriteTermination(**found, {.reason = kDeleteReason, .identity = "history-service"});
    CloseTransaction(**found);
  }
  Remove(*found);
  return wf::DeleteWorkflowExecutionResponse();
}

absl::StatusOr<wf::ResetStickyTaskQueueResponse> WorkflowEngine::ResetStickyTaskQueue(
    const Namespace& name_space, const wf::ResetStickyTaskQueueRequest& request) {
  const auto found = Find(name_space, request.execution());
  if (!found.ok()) return found.status();
  if (!(*found)->running()) return WorkflowAlreadyCompleted();
  ClearSticky(**found);
  CloseTransaction(**found);
  return wf::ResetStickyTaskQueueResponse();
}

}  // namespace temporal::server
