// The table of event types.
#include "sdk/machines/event_table.h"

#include <array>

namespace temporal::internal {
namespace {

using namespace api::enums::v1;  // NOLINT: only for the names of the table's rows

struct Row {
  EventType type;
  EventTraits traits;
};

constexpr Row kRows[] = {
    {EVENT_TYPE_WORKFLOW_EXECUTION_STARTED, {Role::kStarted}},
    {EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED, {Role::kSignal}},
    {EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED, {Role::kCancelRequest}},
    {EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED, {Role::kClosedByServer, Family::kNone, Input::kCount, true}},
    {EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT, {Role::kClosedByServer, Family::kNone, Input::kCount, true}},

    {EVENT_TYPE_WORKFLOW_TASK_SCHEDULED, {Role::kWorkflowTask, Family::kWorkflowTask, Input::kInitiated}},
    {EVENT_TYPE_WORKFLOW_TASK_STARTED, {Role::kWorkflowTask, Family::kWorkflowTask, Input::kStarted}},
    {EVENT_TYPE_WORKFLOW_TASK_COMPLETED, {Role::kWorkflowTask, Family::kWorkflowTask, Input::kCompleted}},
    {EVENT_TYPE_WORKFLOW_TASK_FAILED, {Role::kWorkflowTask, Family::kWorkflowTask, Input::kFailed}},
    {EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT, {Role::kWorkflowTask, Family::kWorkflowTask, Input::kTimedOut}},

    {EVENT_TYPE_ACTIVITY_TASK_SCHEDULED, {Role::kCommand, Family::kActivity, Input::kInitiated}},
    {EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED, {Role::kCommand, Family::kActivity, Input::kCancelRecorded}},
    {EVENT_TYPE_ACTIVITY_TASK_STARTED, {Role::kRouted, Family::kActivity, Input::kStarted}},
    {EVENT_TYPE_ACTIVITY_TASK_COMPLETED, {Role::kRouted, Family::kActivity, Input::kCompleted}},
    {EVENT_TYPE_ACTIVITY_TASK_FAILED, {Role::kRouted, Family::kActivity, Input::kFailed}},
    {EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT, {Role::kRouted, Family::kActivity, Input::kTimedOut}},
    {EVENT_TYPE_ACTIVITY_TASK_CANCELED, {Role::kRouted, Family::kActivity, Input::kCanceled}},

    {EVENT_TYPE_TIMER_STARTED, {Role::kCommand, Family::kTimer, Input::kInitiated}},
    {EVENT_TYPE_TIMER_CANCELED, {Role::kCommand, Family::kTimer, Input::kCancelRecorded}},
    {EVENT_TYPE_TIMER_FIRED, {Role::kRouted, Family::kTimer, Input::kFired}},

    {EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED, {Role::kCommand, Family::kChildWorkflow, Input::kInitiated}},
    {EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_FAILED, {Role::kRouted, Family::kChildWorkflow, Input::kStartFailed}},
    {EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED, {Role::kRouted, Family::kChildWorkflow, Input::kStarted}},
    {EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED, {Role::kRouted, Family::kChildWorkflow, Input::kCompleted}},
    {EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_FAILED, {Role::kRouted, Family::kChildWorkflow, Input::kFailed}},
    {EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TIMED_OUT, {Role::kRouted, Family::kChildWorkflow, Input::kTimedOut}},
    {EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_CANCELED, {Role::kRouted, Family::kChildWorkflow, Input::kCanceled}},
    {EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TERMINATED, {Role::kRouted, Family::kChildWorkflow, Input::kTerminated}},

    {EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED,
     {Role::kCommand, Family::kSignalExternal, Input::kInitiated}},
    {EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED, {Role::kRouted, Family::kSignalExternal, Input::kFailed}},
    {EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_SIGNALED, {Role::kRouted, Family::kSignalExternal, Input::kCompleted}},
    {EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED,
     {Role::kCommand, Family::kCancelExternal, Input::kInitiated}},
    {EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED,
     {Role::kRouted, Family::kCancelExternal, Input::kFailed}},
    {EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_CANCEL_REQUESTED,
     {Role::kRouted, Family::kCancelExternal, Input::kCompleted}},

    {EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED, {Role::kCommand, Family::kComplete, Input::kInitiated, true}},
    {EVENT_TYPE_WORKFLOW_EXECUTION_FAILED, {Role::kCommand, Family::kFail, Input::kInitiated, true}},
    {EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED, {Role::kCommand, Family::kCancel, Input::kInitiated, true}},
    {EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW, {Role::kCommand, Family::kContinueAsNew, Input::kInitiated, true}},

    {EVENT_TYPE_MARKER_RECORDED, {Role::kCommand, Family::kMarker, Input::kInitiated}},
    {EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES,
     {Role::kCommand, Family::kUpsertSearchAttributes, Input::kInitiated}},
    {EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED, {Role::kCommand, Family::kModifyProperties, Input::kInitiated}},

    {EVENT_TYPE_NEXUS_OPERATION_SCHEDULED, {Role::kCommand, Family::kNexusOperation, Input::kInitiated}},
    {EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUESTED, {Role::kCommand, Family::kNexusOperation, Input::kCancelRecorded}},
    {EVENT_TYPE_NEXUS_OPERATION_STARTED, {Role::kRouted, Family::kNexusOperation, Input::kStarted}},
    {EVENT_TYPE_NEXUS_OPERATION_COMPLETED, {Role::kRouted, Family::kNexusOperation, Input::kCompleted}},
    {EVENT_TYPE_NEXUS_OPERATION_FAILED, {Role::kRouted, Family::kNexusOperation, Input::kFailed}},
    {EVENT_TYPE_NEXUS_OPERATION_CANCELED, {Role::kRouted, Family::kNexusOperation, Input::kCanceled}},
    {EVENT_TYPE_NEXUS_OPERATION_TIMED_OUT, {Role::kRouted, Family::kNexusOperation, Input::kTimedOut}},
    {EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUEST_COMPLETED, {Role::kInformation}},
    {EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUEST_FAILED, {Role::kInformation}},

    {EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ADMITTED, {Role::kUpdateAdmitted}},
    {EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED, {Role::kCommand, Family::kUpdate, Input::kInitiated}},
    {EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED, {Role::kCommand, Family::kUpdate, Input::kResponded}},

    // Traces of commands that this SDK does not give: where one stands, the code must have given another.
    {EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_REJECTED, {Role::kCommand, Family::kOther}},

    {EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED_EXTERNALLY, {Role::kInformation}},
    {EVENT_TYPE_ACTIVITY_PROPERTIES_MODIFIED_EXTERNALLY, {Role::kInformation}},
    {EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED, {Role::kInformation}},
    {EVENT_TYPE_WORKFLOW_EXECUTION_PAUSED, {Role::kInformation}},
    {EVENT_TYPE_WORKFLOW_EXECUTION_UNPAUSED, {Role::kInformation}},
    {EVENT_TYPE_WORKFLOW_EXECUTION_TIME_SKIPPING_TRANSITIONED, {Role::kInformation}},
};

constexpr int kTypes = 128;  // more than there are

constexpr std::array<EventTraits, kTypes> MakeTable() {
  std::array<EventTraits, kTypes> table{};
  for (const Row& row : kRows) table[static_cast<std::size_t>(row.type)] = row.traits;
  return table;
}

constexpr std::array<EventTraits, kTypes> kTable = MakeTable();
constexpr EventTraits kUnknown;

}  // namespace

const EventTraits& TraitsOf(EventType type) {
  const int number = static_cast<int>(type);
  return number >= 0 && number < kTypes ? kTable[static_cast<std::size_t>(number)] : kUnknown;
}

std::int64_t InitiatingEventId(const api::history::v1::HistoryEvent& event) {
  switch (event.event_type()) {
    case EVENT_TYPE_ACTIVITY_TASK_STARTED:
      return event.activity_task_started_event_attributes().scheduled_event_id();
    case EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
      return event.activity_task_completed_event_attributes().scheduled_event_id();
    case EVENT_TYPE_ACTIVITY_TASK_FAILED:
      return event.activity_task_failed_event_attributes().scheduled_event_id();
    case EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT:
      return event.activity_task_timed_out_event_attributes().scheduled_event_id();
    case EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED:
      return event.activity_task_cancel_requested_event_attributes().scheduled_event_id();
    case EVENT_TYPE_ACTIVITY_TASK_CANCELED:
      return event.activity_task_canceled_event_attributes().scheduled_event_id();
    case EVENT_TYPE_TIMER_FIRED:
      return event.timer_fired_event_attributes().started_event_id();
    case EVENT_TYPE_TIMER_CANCELED:
      return event.timer_canceled_event_attributes().started_event_id();
    case EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUESTED:
      return event.nexus_operation_cancel_requested_event_attributes().scheduled_event_id();
    case EVENT_TYPE_NEXUS_OPERATION_STARTED:
      return event.nexus_operation_started_event_attributes().scheduled_event_id();
    case EVENT_TYPE_NEXUS_OPERATION_COMPLETED:
      return event.nexus_operation_completed_event_attributes().scheduled_event_id();
    case EVENT_TYPE_NEXUS_OPERATION_FAILED:
      return event.nexus_operation_failed_event_attributes().scheduled_event_id();
    case EVENT_TYPE_NEXUS_OPERATION_CANCELED:
      return event.nexus_operation_canceled_event_attributes().scheduled_event_id();
    case EVENT_TYPE_NEXUS_OPERATION_TIMED_OUT:
      return event.nexus_operation_timed_out_event_attributes().scheduled_event_id();
    case EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_FAILED:
      return event.start_child_workflow_execution_failed_event_attributes().initiated_event_id();
    case EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED:
      return event.child_workflow_execution_started_event_attributes().initiated_event_id();
    case EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED:
      return event.child_workflow_execution_completed_event_attributes().initiated_event_id();
    case EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_FAILED:
      return event.child_workflow_execution_failed_event_attributes().initiated_event_id();
    case EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TIMED_OUT:
      return event.child_workflow_execution_timed_out_event_attributes().initiated_event_id();
    case EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_CANCELED:
      return event.child_workflow_execution_canceled_event_attributes().initiated_event_id();
    case EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TERMINATED:
      return event.child_workflow_execution_terminated_event_attributes().initiated_event_id();
    case EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED:
      return event.signal_external_workflow_execution_failed_event_attributes().initiated_event_id();
    case EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_SIGNALED:
      return event.external_workflow_execution_signaled_event_attributes().initiated_event_id();
    case EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED:
      return event.request_cancel_external_workflow_execution_failed_event_attributes().initiated_event_id();
    case EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_CANCEL_REQUESTED:
      return event.external_workflow_execution_cancel_requested_event_attributes().initiated_event_id();
    case EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED:
      return event.workflow_execution_update_completed_event_attributes().accepted_event_id();
    default:
      return 0;
  }
}

}  // namespace temporal::internal
