// What each event of a workflow task says.
#include "fake-server/history/workflow_task_events.h"

#include "fake-server/history/field_rules.h"
#include "fake-server/history/worker_version.h"
#include "sdk/base/proto_time.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"

// Workers still send what the protos call deprecated.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace temporal::server {

namespace enums = api::enums::v1;
namespace wf = api::workflowservice::v1;
using api::history::v1::HistoryEvent;
using internal::ToProto;

std::unique_ptr<HistoryEvent> ScheduledEvent(const MutableState& run) {
  auto event = HistoryBuilder::Make(enums::EVENT_TYPE_WORKFLOW_TASK_SCHEDULED, run.workflow_task.scheduled_time);
  auto& attributes = *event->mutable_workflow_task_scheduled_event_attributes();
  *attributes.mutable_task_queue() = run.workflow_task_queue();
  *attributes.mutable_start_to_close_timeout() =
      AsGiven(run.start().workflow_task_timeout(), run.workflow_task.start_to_close);
  attributes.set_attempt(run.workflow_task.attempt);
  return event;
}

std::unique_ptr<HistoryEvent> StartedEvent(const MutableState& run, std::int64_t scheduled_event_id) {
  const WorkflowTask& task = run.workflow_task;
  auto event = HistoryBuilder::Make(enums::EVENT_TYPE_WORKFLOW_TASK_STARTED, task.started_time);
  auto& attributes = *event->mutable_workflow_task_started_event_attributes();
  attributes.set_scheduled_event_id(scheduled_event_id);
  attributes.set_identity(task.identity);
  attributes.set_request_id(task.request_id);
  attributes.set_suggest_continue_as_new(task.suggest_continue_as_new);
  attributes.set_history_size_bytes(task.history_bytes);
  if (!task.worker_build_id.empty()) attributes.mutable_worker_version()->set_build_id(task.worker_build_id);
  if (task.suggest_continue_as_new) {
    if (task.too_large)
      attributes.add_suggest_continue_as_new_reasons(enums::SUGGEST_CONTINUE_AS_NEW_REASON_HISTORY_SIZE_TOO_LARGE);
    if (task.too_many_events)
      attributes.add_suggest_continue_as_new_reasons(enums::SUGGEST_CONTINUE_AS_NEW_REASON_TOO_MANY_HISTORY_EVENTS);
    if (task.too_many_updates)
      attributes.add_suggest_continue_as_new_reasons(enums::SUGGEST_CONTINUE_AS_NEW_REASON_TOO_MANY_UPDATES);
  }
  return event;
}

std::unique_ptr<HistoryEvent> CompletedEvent(const MutableState& run,
                                             const wf::RespondWorkflowTaskCompletedRequest& request,
                                             std::int64_t scheduled, std::int64_t started) {
  auto event = HistoryBuilder::Make(enums::EVENT_TYPE_WORKFLOW_TASK_COMPLETED, run.Now());
  auto& attributes = *event->mutable_workflow_task_completed_event_attributes();
  attributes.set_scheduled_event_id(scheduled);
  attributes.set_started_event_id(started);
  attributes.set_identity(request.identity());
  attributes.set_binary_checksum(request.binary_checksum());
  if (request.has_worker_version_stamp()) *attributes.mutable_worker_version() = request.worker_version_stamp();
  if (request.has_sdk_metadata()) *attributes.mutable_sdk_metadata() = request.sdk_metadata();
  if (request.has_metering_metadata()) *attributes.mutable_metering_metadata() = request.metering_metadata();
  SetWorkerVersion(request, attributes);
  return event;
}

}  // namespace temporal::server
