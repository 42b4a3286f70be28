// Where a logical workflow task ends. The rules are those of sdk-core, as its histories must group the same way here.
#include "sdk/engine/history_chunker.h"

#include "sdk/machines/event_table.h"

namespace temporal::internal {
namespace {

using namespace api::enums::v1;  // NOLINT: event types only

// The task that was started came to nothing.
bool Undoes(EventType type) {
  return type == EVENT_TYPE_WORKFLOW_TASK_FAILED || type == EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT ||
         type == EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT || type == EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED ||
         type == EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED;
}

}  // namespace

HistoryChunk NextChunk(const HistoryEvents& events, int begin, int end) {
  bool saw_command = false;
  for (int at = begin; at < end; ++at) {
    const EventType type = events[at].event_type();
    const EventTraits& traits = TraitsOf(type);
    if (traits.role == Role::kCommand) saw_command = true;
    if (traits.closes) return {begin, at + 1, HistoryChunk::End::kClosed};
    if (type != EVENT_TYPE_WORKFLOW_TASK_STARTED) continue;
    if (at + 1 < end && Undoes(events[at + 1].event_type())) continue;
    // Completed with nothing and scheduled again: it only kept itself alive.
    const bool heartbeat = at + 2 < end && !saw_command &&
                           events[at + 1].event_type() == EVENT_TYPE_WORKFLOW_TASK_COMPLETED &&
                           events[at + 2].event_type() == EVENT_TYPE_WORKFLOW_TASK_SCHEDULED;
    if (!heartbeat) return {begin, at + 1, HistoryChunk::End::kTaskStarted};
  }
  return {begin, end, HistoryChunk::End::kOpen};
}

}  // namespace temporal::internal
