// How outcomes of activities, timers and Nexus operations reach the futures.
#include "sdk/engine/operations.h"

#include "sdk/converter/failure_converter.h"
#include "sdk/converter/payload_converter.h"

namespace temporal::internal {
namespace {

using api::history::v1::HistoryEvent;

Input InputOf(ActivityCancellationType type) {
  switch (type) {
    case ActivityCancellationType::kWaitCancellationCompleted:
      return Input::kCancelWait;
    case ActivityCancellationType::kAbandon:
      return Input::kCancelAbandon;
    default:
      return Input::kCancelTry;
  }
}

std::exception_ptr MakeError(const char* message, ActivityFailure::Fields fields,
                             std::shared_ptr<const Failure> cause) {
  ActivityFailure failure(message, std::move(fields));
  failure.set_cause(std::move(cause));
  return std::make_exception_ptr(std::move(failure));
}

}  // namespace

PendingActivity::PendingActivity(WorkflowMachines& machines, std::string id, std::string_view type,
                                 const ActivityOptions& options, std::shared_ptr<FutureStateBase> result)
    : ActivityMachine(std::move(id), std::string(type), options.location),
      machines_(machines),
      cancellation_type_(options.cancellation_type),
      result_(std::move(result)) {}

void PendingActivity::OnCancel(const std::string&) { machines_.Cancel(*this, InputOf(cancellation_type_)); }

std::exception_ptr PendingActivity::CancelledError(const std::string& id, std::string_view type,
                                                   std::int64_t scheduled_event_id) {
  ActivityFailure::Fields fields;
  fields.scheduled_event_id = scheduled_event_id;
  fields.activity_type = type;
  fields.activity_id = id;
  fields.retry_state = RetryState::kCancelRequested;
  return MakeError("Activity cancelled", std::move(fields), std::make_shared<CanceledFailure>("Activity cancelled"));
}

void PendingActivity::OnCancelled() {
  Unlink();
  const auto result = std::move(result_);
  result->Fail(CancelledError(activity_id(), activity_type(), initiating_event_id()));
}

void PendingActivity::OnOutcome(const HistoryEvent& event) {
  Unlink();
  const auto result = std::move(result_);
  ActivityFailure::Fields fields;
  const auto take = [&](const auto& attributes, RetryState retry_state) {
    fields.scheduled_event_id = attributes.scheduled_event_id();
    fields.started_event_id = attributes.started_event_id();
    fields.activity_type = activity_type();
    fields.activity_id = activity_id();
    fields.retry_state = retry_state;
  };
  switch (event.event_type()) {
    case api::enums::v1::EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
      return result->ResolvePayloads(FromProto(event.activity_task_completed_event_attributes().result()),
                                     "activity " + activity_type());
    case api::enums::v1::EVENT_TYPE_ACTIVITY_TASK_FAILED: {
      const auto& failed = event.activity_task_failed_event_attributes();
      take(failed, static_cast<RetryState>(failed.retry_state()));
      fields.identity = failed.identity();
      return result->Fail(MakeError("Activity task failed", std::move(fields), FromProto(failed.failure())));
    }
    case api::enums::v1::EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT: {
      const auto& timed_out = event.activity_task_timed_out_event_attributes();
      take(timed_out, static_cast<RetryState>(timed_out.retry_state()));
      return result->Fail(MakeError("Activity task timed out", std::move(fields), FromProto(timed_out.failure())));
    }
    default: {
      const auto& canceled = event.activity_task_canceled_event_attributes();
      take(canceled, RetryState::kCancelRequested);
      fields.identity = canceled.identity();
      return result->Fail(
          MakeError("Activity cancelled", std::move(fields),
                    std::make_shared<CanceledFailure>("Activity cancelled", FromProto(canceled.details()))));
    }
  }
}

PendingNexusOperation::PendingNexusOperation(WorkflowMachines& machines, const NexusOperationOptions& options,
                                             std::shared_ptr<FutureStateBase> result)
    : NexusOperationMachine(std::string(options.service), std::string(options.operation), options.location),
      machines_(machines),
      cancellation_type_(options.cancellation_type),
      result_(std::move(result)) {}

void PendingNexusOperation::OnCancel(const std::string&) {
  Input how = Input::kCancelWait;
  if (cancellation_type_ == NexusOperationCancellationType::kTryCancel) how = Input::kCancelTry;
  if (cancellation_type_ == NexusOperationCancellationType::kAbandon) how = Input::kCancelAbandon;
  machines_.Cancel(*this, how);
}

std::exception_ptr PendingNexusOperation::CancelledError() {
  return std::make_exception_ptr(CanceledFailure("Nexus operation cancelled"));
}

void PendingNexusOperation::OnCancelled() {
  Unlink();
  const auto result = std::move(result_);
  result->Fail(CancelledError());
}

void PendingNexusOperation::OnOutcome(const HistoryEvent& event) {
  Unlink();
  const auto result = std::move(result_);
  const auto fail = [&result](const auto& attributes) { result->Fail(ToException(*FromProto(attributes.failure()))); };
  switch (event.event_type()) {
    case api::enums::v1::EVENT_TYPE_NEXUS_OPERATION_COMPLETED:
      return result->ResolvePayloads({FromProto(event.nexus_operation_completed_event_attributes().result())},
                                     "Nexus operation");
    case api::enums::v1::EVENT_TYPE_NEXUS_OPERATION_FAILED:
      return fail(event.nexus_operation_failed_event_attributes());
    case api::enums::v1::EVENT_TYPE_NEXUS_OPERATION_CANCELED:
      return fail(event.nexus_operation_canceled_event_attributes());
    default:
      return fail(event.nexus_operation_timed_out_event_attributes());
  }
}

PendingTimer::PendingTimer(WorkflowMachines& machines, TimersByFuture& timers, std::string id,
                           const TimerOptions& options, std::shared_ptr<FutureState<void>> result)
    : TimerMachine(std::move(id), options.location), machines_(machines), timers_(timers), result_(std::move(result)) {
  timers_.emplace(result_.get(), this);
}

void PendingTimer::OnCancel(const std::string&) { machines_.Cancel(*this, Input::kCancel); }

std::exception_ptr PendingTimer::CancelledError() {
  return std::make_exception_ptr(CanceledFailure("Timer cancelled"));
}

void PendingTimer::OnCancelled() {
  Unlink();
  timers_.erase(result_.get());
  const auto result = std::move(result_);
  result->Fail(CancelledError());
}

void PendingTimer::OnOutcome(const HistoryEvent&) {
  Unlink();
  timers_.erase(result_.get());
  const auto result = std::move(result_);
  result->Resolve();
}

}  // namespace temporal::internal
