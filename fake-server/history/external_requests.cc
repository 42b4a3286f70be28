// Signals and cancel requests from run to run.
#include "fake-server/history/external_requests.h"

#include <memory>
#include <optional>
#include <utility>

#include "fake-server/history/child_workflows.h"
#include "fake-server/history/history_context.h"
#include "fake-server/history/transaction.h"
#include "fake-server/history/workflow_task_lifecycle.h"

// Controls are deprecated, but kept.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace temporal::server {
namespace {

namespace enums = api::enums::v1;
using SignalInitiated = api::history::v1::SignalExternalWorkflowExecutionInitiatedEventAttributes;
using CancelInitiated = api::history::v1::RequestCancelExternalWorkflowExecutionInitiatedEventAttributes;
using SignalCause = enums::SignalExternalWorkflowExecutionFailedCause;

constexpr char kIdentity[] = "history-service";

// The run that a request is for. Null: there is none that may be asked; a workflow never asks itself.
template <class Initiated>
std::shared_ptr<MutableState> Target(const MutableState& source, const Initiated& initiated) {
  const auto& asked = initiated.workflow_execution();
  if (asked.workflow_id() == source.workflow_id()) return nullptr;
  return source.context.find_run(source.name_space(), asked.workflow_id(), asked.run_id());
}

template <class Initiated, class Attributes>
void FillAnswer(const MutableState& source, std::int64_t initiated_event_id, const Initiated& initiated,
                Attributes& attributes) {
  attributes.set_initiated_event_id(initiated_event_id);
  attributes.set_namespace_(source.name_space().name);
  attributes.set_namespace_id(source.name_space().id);
  *attributes.mutable_workflow_execution() = initiated.workflow_execution();
}

void Answer(MutableState& source, std::unique_ptr<api::history::v1::HistoryEvent> event) {
  source.builder.Add(std::move(event));
  ScheduleWorkflowTask(source);
  CloseTransaction(source);
}

void AnswerSignal(MutableState& source, std::int64_t initiated_event_id, std::optional<SignalCause> failure) {
  const SignalInitiated& initiated =
      source.events().at(initiated_event_id).signal_external_workflow_execution_initiated_event_attributes();
  source.external_signals.erase(initiated_event_id);
  if (failure.has_value()) {
    auto event = HistoryBuilder::Make(enums::EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED, source.Now());
    auto& attributes = *event->mutable_signal_external_workflow_execution_failed_event_attributes();
    FillAnswer(source, initiated_event_id, initiated, attributes);
    attributes.set_cause(*failure);
    attributes.set_control(initiated.control());
    return Answer(source, std::move(event));
  }
  auto event = HistoryBuilder::Make(enums::EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_SIGNALED, source.Now());
  auto& attributes = *event->mutable_external_workflow_execution_signaled_event_attributes();
  FillAnswer(source, initiated_event_id, initiated, attributes);
  attributes.set_control(initiated.control());
  Answer(source, std::move(event));
}

void WriteSignal(MutableState& target, const MutableState& source, const SignalInitiated& initiated) {
  auto event = HistoryBuilder::Make(enums::EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED, target.Now());
  auto& attributes = *event->mutable_workflow_execution_signaled_event_attributes();
  attributes.set_signal_name(initiated.signal_name());
  if (initiated.has_input()) *attributes.mutable_input() = initiated.input();
  if (initiated.has_header()) *attributes.mutable_header() = initiated.header();
  attributes.set_identity(kIdentity);
  *attributes.mutable_external_workflow_execution() = source.execution();
  attributes.set_request_id(source.context.random.Uuid());
  target.AddRequestId(attributes.request_id(), enums::EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED, 0);
  target.builder.Add(std::move(event));
  ++target.signal_count;
  if (!target.in_first_task_backoff()) ScheduleWorkflowTask(target);
  CloseTransaction(target);
}

void Signal(MutableState& source, std::int64_t initiated_event_id) {
  if (!source.running()) return;
  const SignalInitiated& initiated =
      source.events().at(initiated_event_id).signal_external_workflow_execution_initiated_event_attributes();
  const auto target = Target(source, initiated);
  if (target == nullptr || !target->running() || (initiated.child_workflow_only() && !IsChildOf(*target, source))) {
    return AnswerSignal(source, initiated_event_id,
                        enums::SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_EXTERNAL_WORKFLOW_EXECUTION_NOT_FOUND);
  }
  if (target->close_attempted && target->workflow_task.started()) {
    // It is about to close, and takes no signal before it has closed or done something else.
    target->OnChange([run = source.weak_from_this(), initiated_event_id] {
      if (const auto alive = run.lock()) Signal(*alive, initiated_event_id);
    });
    return;
  }
  if (target->signal_count >= source.context.config.max_signals) {
    return AnswerSignal(source, initiated_event_id,
                        enums::SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_SIGNAL_COUNT_LIMIT_EXCEEDED);
  }
  WriteSignal(*target, source, initiated);
  AnswerSignal(source, initiated_event_id, std::nullopt);
}

void Cancel(MutableState& source, std::int64_t initiated_event_id) {
  if (!source.running()) return;
  const CancelInitiated& initiated =
      source.events().at(initiated_event_id).request_cancel_external_workflow_execution_initiated_event_attributes();
  source.external_cancels.erase(initiated_event_id);
  const auto target = Target(source, initiated);
  // That it has closed already is as good as canceled.
  if (target == nullptr || (target->running() && initiated.child_workflow_only() && !IsChildOf(*target, source))) {
    auto event =
        HistoryBuilder::Make(enums::EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED, source.Now());
    auto& attributes = *event->mutable_request_cancel_external_workflow_execution_failed_event_attributes();
    FillAnswer(source, initiated_event_id, initiated, attributes);
    attributes.set_cause(enums::CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_EXTERNAL_WORKFLOW_EXECUTION_NOT_FOUND);
    return Answer(source, std::move(event));
  }
  if (target->running() && !target->cancel_requested) {
    WriteCancelRequest(*target, source, initiated_event_id, initiated.reason());
    CloseTransaction(*target);
  }
  auto event = HistoryBuilder::Make(enums::EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_CANCEL_REQUESTED, source.Now());
  FillAnswer(source, initiated_event_id, initiated,
             *event->mutable_external_workflow_execution_cancel_requested_event_attributes());
  Answer(source, std::move(event));
}

}  // namespace

void FollowWithSignal(MutableState& source, std::int64_t initiated_event_id) {
  source.context.follow_up([run = source.shared_from_this(), initiated_event_id] { Signal(*run, initiated_event_id); });
}

void FollowWithCancel(MutableState& source, std::int64_t initiated_event_id) {
  source.context.follow_up([run = source.shared_from_this(), initiated_event_id] { Cancel(*run, initiated_event_id); });
}

void WriteCancelRequest(MutableState& run, const MutableState& source, std::int64_t initiated_event_id,
                        const std::string& reason) {
  if (!run.running() || run.cancel_requested) return;
  auto event = HistoryBuilder::Make(enums::EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED, run.Now());
  auto& attributes = *event->mutable_workflow_execution_cancel_requested_event_attributes();
  attributes.set_cause(reason);
  attributes.set_external_initiated_event_id(initiated_event_id);
  *attributes.mutable_external_workflow_execution() = source.execution();
  attributes.set_identity(kIdentity);
  run.builder.Add(std::move(event));
  run.cancel_requested = true;
  ScheduleWorkflowTask(run);
}

}  // namespace temporal::server
