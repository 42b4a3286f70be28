// One step for each type of event that says something of a run's state.
#include "fake-server/history/state_rebuilder.h"

#include <map>
#include <utility>

#include "fake-server/history/activity_lifecycle.h"
#include "fake-server/history/history_context.h"
#include "fake-server/history/reset_points.h"
#include "fake-server/history/run_lifecycle.h"
#include "fake-server/history/upserts.h"
#include "fake-server/history/user_timers.h"
#include "fake-server/history/workflow_options.h"
#include "sdk/base/proto_time.h"

namespace temporal::server {
namespace {

namespace enums = api::enums::v1;
using api::history::v1::HistoryEvent;
using internal::FromProto;
using Step = void (*)(MutableState& run, const HistoryEvent& event);

// -- Workflow tasks -----------------------------------------------------------------------------------

// Of whatever attempt it is: its events are in the history, like those of a first one.
void TaskScheduled(MutableState& run, const HistoryEvent& event) {
  const auto& attributes = event.workflow_task_scheduled_event_attributes();
  WorkflowTask& task = run.workflow_task;
  task = WorkflowTask{};
  task.state = WorkflowTask::State::kScheduled;
  task.scheduled_event_id = event.event_id();
  task.scheduled_time = FromProto(event.event_time());
  task.original_scheduled_time = task.scheduled_time;
  task.start_to_close = FromProto(attributes.start_to_close_timeout());
  task.stamp = run.context.next_stamp++;
}

void TaskStarted(MutableState& run, const HistoryEvent& event) {
  const auto& attributes = event.workflow_task_started_event_attributes();
  WorkflowTask& task = run.workflow_task;
  task.state = WorkflowTask::State::kStarted;
  task.started_event_id = event.event_id();
  task.started_time = FromProto(event.event_time());
  task.identity = attributes.identity();
  task.request_id = attributes.request_id();
}

void TaskCompleted(MutableState& run, const HistoryEvent& event) {
  const auto& attributes = event.workflow_task_completed_event_attributes();
  run.previous_started_event_id = attributes.started_event_id();
  run.workflow_task = WorkflowTask{};
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  if (attributes.has_worker_version()) run.last_worker_version = attributes.worker_version();
#pragma GCC diagnostic pop
  NoteWorkerVersion(run, attributes);
  AddResetPoint(run, event.event_id());
}

void TaskEnded(MutableState& run, const HistoryEvent&) { run.workflow_task = WorkflowTask{}; }

// -- Activities, timers, children, other runs ---------------------------------------------------------

void ActivityScheduled(MutableState& run, const HistoryEvent& event) { AddActivity(run, event.event_id()); }

void ActivityCancelRequested(MutableState& run, const HistoryEvent& event) {
  const auto& attributes = event.activity_task_cancel_requested_event_attributes();
  Activity* activity = run.MutableActivity(attributes.scheduled_event_id());
  if (activity == nullptr) return;
  activity->cancel_requested = true;
  activity->cancel_requested_event_id = event.event_id();
}

void ActivityClosed(MutableState& run, const HistoryEvent& event) { RemoveActivity(run, ClosedWork(event)); }

void TimerStarted(MutableState& run, const HistoryEvent& event) {
  const auto& attributes = event.timer_started_event_attributes();
  const auto expiry =
      internal::SaturatedAdd(FromProto(event.event_time()), FromProto(attributes.start_to_fire_timeout()));
  AddUserTimer(run, attributes.timer_id(), {event.event_id(), expiry});
}

void TimerFired(MutableState& run, const HistoryEvent& event) {
  RemoveUserTimer(run, event.timer_fired_event_attributes().timer_id());
}

void TimerCanceled(MutableState& run, const HistoryEvent& event) {
  RemoveUserTimer(run, event.timer_canceled_event_attributes().timer_id());
}

void ChildInitiated(MutableState& run, const HistoryEvent& event) { run.children.emplace(event.event_id(), Child()); }

void ChildStarted(MutableState& run, const HistoryEvent& event) {
  const auto& attributes = event.child_workflow_execution_started_event_attributes();
  run.children[attributes.initiated_event_id()] = {event.event_id(), attributes.workflow_execution().run_id()};
}

void ChildStartFailed(MutableState& run, const HistoryEvent& event) {
  run.children.erase(event.start_child_workflow_execution_failed_event_attributes().initiated_event_id());
}

void ChildClosed(MutableState& run, const HistoryEvent& event) { run.children.erase(ClosedWork(event)); }

void SignalInitiated(MutableState& run, const HistoryEvent& event) { run.external_signals.insert(event.event_id()); }

void SignalAnswered(MutableState& run, const HistoryEvent& event) {
  run.external_signals.erase(
      event.has_external_workflow_execution_signaled_event_attributes()
          ? event.external_workflow_execution_signaled_event_attributes().initiated_event_id()
          : event.signal_external_workflow_execution_failed_event_attributes().initiated_event_id());
}

void CancelInitiated(MutableState& run, const HistoryEvent& event) { run.external_cancels.insert(event.event_id()); }

void CancelAnswered(MutableState& run, const HistoryEvent& event) {
  run.external_cancels.erase(
      event.has_external_workflow_execution_cancel_requested_event_attributes()
          ? event.external_workflow_execution_cancel_requested_event_attributes().initiated_event_id()
          : event.request_cancel_external_workflow_execution_failed_event_attributes().initiated_event_id());
}

// -- The run itself -----------------------------------------------------------------------------------

void Signaled(MutableState& run, const HistoryEvent& event) {
  ++run.signal_count;
  const std::string& request_id = event.workflow_execution_signaled_event_attributes().request_id();
  if (!request_id.empty()) run.AddRequestId(request_id, event.event_type(), event.event_id());
}

void CancelRequested(MutableState& run, const HistoryEvent&) { run.cancel_requested = true; }

void OptionsUpdated(MutableState& run, const HistoryEvent& event) {
  const auto& attributes = event.workflow_execution_options_updated_event_attributes();
  TakeOptions(run, attributes);
  if (!attributes.attached_request_id().empty()) {
    run.AddRequestId(attributes.attached_request_id(), event.event_type(), event.event_id());
  }
}

void AttributesUpserted(MutableState& run, const HistoryEvent& event) {
  run.search_attributes = Merged(run.search_attributes.get(),
                                 event.upsert_workflow_search_attributes_event_attributes().search_attributes());
}

void PropertiesModified(MutableState& run, const HistoryEvent& event) {
  run.memo = Merged(run.memo.get(), event.workflow_properties_modified_event_attributes().upserted_memo());
}

void UpdateAdmitted(MutableState& run, const HistoryEvent& event) {
  run.updates.AdmitByEvent(event.workflow_execution_update_admitted_event_attributes().request());
}

void UpdateAccepted(MutableState& run, const HistoryEvent& event) {
  run.updates.RestoreAccepted(event.workflow_execution_update_accepted_event_attributes().protocol_instance_id(),
                              event.event_id());
}

void UpdateCompleted(MutableState& run, const HistoryEvent& event) {
  run.updates.RestoreCompleted(event.workflow_execution_update_completed_event_attributes().meta().update_id(),
                               event.event_id());
}

const std::map<enums::EventType, Step>& Steps() {
  static const auto* const kSteps = new std::map<enums::EventType, Step>{
      {enums::EVENT_TYPE_WORKFLOW_TASK_SCHEDULED, TaskScheduled},
      {enums::EVENT_TYPE_WORKFLOW_TASK_STARTED, TaskStarted},
      {enums::EVENT_TYPE_WORKFLOW_TASK_COMPLETED, TaskCompleted},
      {enums::EVENT_TYPE_WORKFLOW_TASK_FAILED, TaskEnded},
      {enums::EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT, TaskEnded},
      {enums::EVENT_TYPE_ACTIVITY_TASK_SCHEDULED, ActivityScheduled},
      {enums::EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED, ActivityCancelRequested},
      {enums::EVENT_TYPE_ACTIVITY_TASK_COMPLETED, ActivityClosed},
      {enums::EVENT_TYPE_ACTIVITY_TASK_FAILED, ActivityClosed},
      {enums::EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT, ActivityClosed},
      {enums::EVENT_TYPE_ACTIVITY_TASK_CANCELED, ActivityClosed},
      {enums::EVENT_TYPE_TIMER_STARTED, TimerStarted},
      {enums::EVENT_TYPE_TIMER_FIRED, TimerFired},
      {enums::EVENT_TYPE_TIMER_CANCELED, TimerCanceled},
      {enums::EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED, ChildInitiated},
      {enums::EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_FAILED, ChildStartFailed},
      {enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED, ChildStarted},
      {enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED, ChildClosed},
      {enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_FAILED, ChildClosed},
      {enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_CANCELED, ChildClosed},
      {enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TIMED_OUT, ChildClosed},
      {enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TERMINATED, ChildClosed},
      {enums::EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED, SignalInitiated},
      {enums::EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED, SignalAnswered},
      {enums::EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_SIGNALED, SignalAnswered},
      {enums::EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED, CancelInitiated},
      {enums::EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED, CancelAnswered},
      {enums::EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_CANCEL_REQUESTED, CancelAnswered},
      {enums::EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED, Signaled},
      {enums::EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED, CancelRequested},
      {enums::EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED, OptionsUpdated},
      {enums::EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES, AttributesUpserted},
      {enums::EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED, PropertiesModified},
      {enums::EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ADMITTED, UpdateAdmitted},
      {enums::EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED, UpdateAccepted},
      {enums::EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED, UpdateCompleted},
  };
  return *kSteps;
}

}  // namespace

std::shared_ptr<MutableState> RebuildRun(const MutableState& base, std::int64_t end, std::string run_id) {
  auto run = std::make_shared<MutableState>(base.context, base.name_space(), base.workflow_id(), std::move(run_id));
  run->builder.CopyFrom(base.events(), end);
  run->committed_bytes = run->builder.bytes();
  run->state_transitions = 1;
  BeginAgain(*run);
  TakeStart(*run, base.start_request_id());
  for (std::int64_t id = 1; id < end; ++id) {
    const HistoryEvent& event = run->events().at(id);
    const auto step = Steps().find(event.event_type());
    if (step != Steps().end()) step->second(*run, event);
  }
  return run;
}

}  // namespace temporal::server
