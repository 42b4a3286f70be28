// Reads the names of activities out of events, commands and descriptions.
#include "sdk/converter/activity_contexts.h"

#include <optional>
#include <utility>

#include "sdk/converter/marker_codec.h"

namespace temporal::internal {

using api::command::v1::Command;
using api::history::v1::HistoryEvent;

SerializationContext ActivityContexts::Narrowed(const SerializationContext& around, const std::string& id,
                                                const std::string& type, const std::string& task_queue) const {
  SerializationContext context = around;
  context.workflow_type = workflow_type_;
  context.activity_id = id;
  context.activity_type = type;
  context.activity_task_queue = task_queue;
  return context;
}

SerializationContext ActivityContexts::OfScheduled(std::int64_t scheduled_event_id,
                                                   const SerializationContext& around) {
  const auto found = scheduled_.find(scheduled_event_id);
  if (found == scheduled_.end()) return around;
  const Activity& activity = found->second;
  return Narrowed(around, activity.id, activity.type, activity.task_queue);
}

template <class Marker>
SerializationContext ActivityContexts::OfMarker(const Marker& marker, const SerializationContext& around) {
  auto names = LocalActivityNamed(marker.marker_name(), marker.details());
  if (!names) return around;
  local_ = {std::move(names->id), std::move(names->type), ""};
  SerializationContext context = Narrowed(around, local_.id, local_.type, task_queue_);
  context.is_local = true;
  return context;
}

SerializationContext ActivityContexts::Of(const HistoryEvent& event, const SerializationContext& around) {
  if (ended_ != 0) scheduled_.erase(std::exchange(ended_, 0));
  switch (event.attributes_case()) {
    case HistoryEvent::kWorkflowExecutionStartedEventAttributes: {
      const auto& started = event.workflow_execution_started_event_attributes();
      if (workflow_type_.empty()) workflow_type_ = started.workflow_type().name();
      if (task_queue_.empty()) task_queue_ = started.task_queue().name();
      return around;
    }
    case HistoryEvent::kActivityTaskScheduledEventAttributes: {
      const auto& scheduled = event.activity_task_scheduled_event_attributes();
      scheduled_[event.event_id()] = {scheduled.activity_id(), scheduled.activity_type().name(),
                                      scheduled.task_queue().name()};
      return OfScheduled(event.event_id(), around);
    }
    case HistoryEvent::kActivityTaskStartedEventAttributes:
      return OfScheduled(event.activity_task_started_event_attributes().scheduled_event_id(), around);
    case HistoryEvent::kActivityTaskCompletedEventAttributes:
      ended_ = event.activity_task_completed_event_attributes().scheduled_event_id();
      return OfScheduled(ended_, around);
    case HistoryEvent::kActivityTaskFailedEventAttributes:
      ended_ = event.activity_task_failed_event_attributes().scheduled_event_id();
      return OfScheduled(ended_, around);
    case HistoryEvent::kActivityTaskTimedOutEventAttributes:
      ended_ = event.activity_task_timed_out_event_attributes().scheduled_event_id();
      return OfScheduled(ended_, around);
    case HistoryEvent::kActivityTaskCanceledEventAttributes:
      ended_ = event.activity_task_canceled_event_attributes().scheduled_event_id();
      return OfScheduled(ended_, around);
    case HistoryEvent::kMarkerRecordedEventAttributes:
      return OfMarker(event.marker_recorded_event_attributes(), around);
    default:
      return around;
  }
}

SerializationContext ActivityContexts::Of(const Command& command, const SerializationContext& around) {
  if (command.has_record_marker_command_attributes()) {
    return OfMarker(command.record_marker_command_attributes(), around);
  }
  if (!command.has_schedule_activity_task_command_attributes()) return around;
  const auto& schedule = command.schedule_activity_task_command_attributes();
  return Narrowed(around, schedule.activity_id(), schedule.activity_type().name(), schedule.task_queue().name());
}

SerializationContext ActivityContexts::Of(const api::workflow::v1::PendingActivityInfo& activity,
                                          const SerializationContext& around) const {
  return Narrowed(around, activity.activity_id(), activity.activity_type().name(),
                  activity.activity_options().task_queue().name());
}

}  // namespace temporal::internal
