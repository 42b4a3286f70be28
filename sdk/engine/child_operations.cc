// How answers about other workflows reach the futures.
#include "sdk/engine/child_operations.h"

#include "absl/strings/str_cat.h"
#include "sdk/converter/failure_converter.h"
#include "sdk/converter/payload_converter.h"

namespace temporal::internal {
namespace {

namespace enums = api::enums::v1;
using api::history::v1::HistoryEvent;

Input InputOf(ChildWorkflowCancellationType type) {
  switch (type) {
    case ChildWorkflowCancellationType::kTryCancel:
      return Input::kCancelTry;
    case ChildWorkflowCancellationType::kAbandon:
      return Input::kCancelAbandon;
    case ChildWorkflowCancellationType::kWaitCancellationRequested:
      return Input::kCancelWaitRequested;
    default:
      return Input::kCancelWait;
  }
}

std::exception_ptr MakeError(const std::string& message, const char* type) {
  return std::make_exception_ptr(ApplicationFailure(message, {.type = type}));
}

std::shared_ptr<const Failure> StartFailure(enums::StartChildWorkflowExecutionFailedCause cause) {
  if (cause == enums::START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_WORKFLOW_ALREADY_EXISTS) {
    return std::make_shared<ApplicationFailure>("Workflow execution already started",
                                                ApplicationFailureOptions{.type = "WorkflowAlreadyStartedError"});
  }
  return std::make_shared<ApplicationFailure>(enums::StartChildWorkflowExecutionFailedCause_Name(cause),
                                              ApplicationFailureOptions{.type = "StartChildWorkflowFailed"});
}

}  // namespace

PendingChild::PendingChild(WorkflowMachines& machines, Asker& asker, std::string namespace_name, std::string_view type,
                           const ChildWorkflowOptions& options, std::shared_ptr<ChildWorkflowState> state,
                           Futures futures)
    : ChildWorkflowMachine(state->workflow_id, std::string(type), options.location),
      machines_(machines),
      asker_(asker),
      namespace_(std::move(namespace_name)),
      cancellation_type_(options.cancellation_type),
      state_(std::move(state)),
      futures_(std::move(futures)) {}

PendingChild::~PendingChild() { *link_ = nullptr; }

void PendingChild::OnCancel(const std::string& reason) {
  if ((machines_.Cancel(*this, InputOf(cancellation_type_)) & kAskCancel) != 0) asker_.AskChildToCancel(*this, reason);
}

void PendingChild::OnCancelArrived() {
  if (cancellation_type_ == ChildWorkflowCancellationType::kWaitCancellationRequested) {
    machines_.Cancel(*this, Input::kCancelArrived);
  }
}

ChildWorkflowFailure::Fields PendingChild::FieldsOf(std::int64_t started_event_id, RetryState retry_state) const {
  ChildWorkflowFailure::Fields fields;
  fields.namespace_ = namespace_;
  fields.workflow_id = workflow_id();
  fields.run_id = state_->first_run_id;
  fields.workflow_type = workflow_type();
  fields.initiated_event_id = initiating_event_id();
  fields.started_event_id = started_event_id;
  fields.retry_state = retry_state;
  return fields;
}

void PendingChild::FailBoth(const std::string& message, ChildWorkflowFailure::Fields fields,
                            std::shared_ptr<const Failure> cause) {
  Unlink();
  ChildWorkflowFailure failure(message, std::move(fields));
  failure.set_cause(std::move(cause));
  const std::exception_ptr error = std::make_exception_ptr(std::move(failure));
  const Futures futures = std::move(futures_);
  if (!futures.started->ready()) futures.started->Fail(error);
  futures.result->Fail(error);
}

void PendingChild::FailAsNeverSent(const std::string& reason) {
  std::string message = "Child Workflow Execution cancelled before scheduled";
  if (!reason.empty()) absl::StrAppend(&message, ": ", reason);
  FailBoth(message, FieldsOf(0, RetryState::kUnspecified), std::make_shared<CanceledFailure>("Cancelled"));
}

void PendingChild::OnCancelled() {
  // The child's scope is what has told it.
  if (initiating_event_id() == 0) return FailAsNeverSent(state_->scope.reason());
  FailBoth("Child Workflow execution cancelled", FieldsOf(0, RetryState::kUnspecified),
           std::make_shared<CanceledFailure>("Child Workflow execution cancelled"));
}

void PendingChild::OnOutcome(const HistoryEvent& event) {
  const auto fail = [this](const char* message, const auto& attributes, RetryState retry_state,
                           std::shared_ptr<const Failure> cause) {
    ChildWorkflowFailure::Fields fields = FieldsOf(attributes.started_event_id(), retry_state);
    fields.run_id = attributes.workflow_execution().run_id();
    FailBoth(message, std::move(fields), std::move(cause));
  };
  switch (event.event_type()) {
    case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED:
      state_->first_run_id = event.child_workflow_execution_started_event_attributes().workflow_execution().run_id();
      // Null if it was cancelled in this very task, before its turn came.
      if (futures_.started != nullptr) futures_.started->ResolvePayloads({}, {});
      return;
    case enums::EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_FAILED:
      return FailBoth("Child Workflow execution could not be started", FieldsOf(0, RetryState::kUnspecified),
                      StartFailure(event.start_child_workflow_execution_failed_event_attributes().cause()));
    case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED: {
      Unlink();
      const Futures futures = std::move(futures_);
      return futures.result->ResolvePayloads(
          FromProto(event.child_workflow_execution_completed_event_attributes().result()),
          {event.event_id(), "ChildWorkflowExecutionCompleted"});
    }
    case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_FAILED: {
      const auto& failed = event.child_workflow_execution_failed_event_attributes();
      return fail("Child Workflow execution failed", failed, static_cast<RetryState>(failed.retry_state()),
                  FromProto(failed.failure()));
    }
    case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TIMED_OUT: {
      const auto& timed_out = event.child_workflow_execution_timed_out_event_attributes();
      return fail("Child Workflow execution timed out", timed_out, static_cast<RetryState>(timed_out.retry_state()),
                  std::make_shared<TimeoutFailure>("Timed out", TimeoutType::kStartToClose));
    }
    case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TERMINATED:
      return fail("Child Workflow execution terminated", event.child_workflow_execution_terminated_event_attributes(),
                  RetryState::kUnspecified, std::make_shared<TerminatedFailure>("Child Workflow execution terminated"));
    default: {
      const auto& canceled = event.child_workflow_execution_canceled_event_attributes();
      return fail(
          "Child Workflow execution cancelled", canceled, RetryState::kUnspecified,
          std::make_shared<CanceledFailure>("Child Workflow execution cancelled", FromProto(canceled.details())));
    }
  }
}

PendingSignal::PendingSignal(WorkflowMachines& machines, std::string target, const std::source_location& where,
                             std::shared_ptr<Scope> scope, std::shared_ptr<FutureState<void>> result)
    : ExternalMachine(Family::kSignalExternal, std::move(target), where),
      machines_(machines),
      scope_(std::move(scope)),
      result_(std::move(result)) {
  if (!scope_->cancelled()) scope_->Add(*this);
}

// One that was sent cannot be taken back: there is no row for it.
void PendingSignal::OnCancel(const std::string&) { machines_.Cancel(*this, Input::kCancel); }

void PendingSignal::OnCancelled() {
  result_->Fail(std::make_exception_ptr(CanceledFailure("Signal was cancelled before being sent")));
}

void PendingSignal::OnOutcome(const HistoryEvent& event) {
  if (event.event_type() == enums::EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_SIGNALED) return result_->Resolve();
  const auto cause = event.signal_external_workflow_execution_failed_event_attributes().cause();
  if (cause == enums::SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_SIGNAL_COUNT_LIMIT_EXCEEDED) {
    return result_->Fail(
        MakeError("Unable to signal external workflow because the per-workflow signal limit was exceeded",
                  "SignalCountLimitExceeded"));
  }
  result_->Fail(
      MakeError("Unable to signal external workflow because it was not found", "ExternalWorkflowExecutionNotFound"));
}

void PendingCancel::OnOutcome(const HistoryEvent& event) {
  const bool arrived = event.event_type() == enums::EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_CANCEL_REQUESTED;
  if (result_ == nullptr) {
    // What becomes of a child whose request did not arrive is told by the event that ends it.
    if (arrived && *child_ != nullptr) (*child_)->OnCancelArrived();
    return;
  }
  if (arrived) return result_->Resolve();
  result_->Fail(MakeError("Unable to cancel external workflow because not found", "ExternalWorkflowExecutionNotFound"));
}

}  // namespace temporal::internal
