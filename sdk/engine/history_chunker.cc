// Where a logical workflow task ends. The rules are those of sdk-core, as its histories must group the same way here.
#include "sdk/engine/history_chunker.h"

#include <vector>

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

// Of the update that the task accepted first of all, or brings.
std::int64_t SequencingIdOfUpdate(const HistoryEvents& events, int first_command, int end, std::int64_t pending) {
  if (first_command >= end || events[first_command].event_type() != EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED) {
    return pending;
  }
  return events[first_command]
      .workflow_execution_update_accepted_event_attributes()
      .accepted_request_sequencing_event_id();
}

}  // namespace

HistoryChunk NextChunk(const HistoryEvents& events, int begin, int end, std::int64_t pending_update) {
  bool saw_command = false;
  std::vector<int> passed;  // tasks that counted and were taken for heartbeats
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
    if (!heartbeat) {
      const std::int64_t update = SequencingIdOfUpdate(events, at + 2, end, at + 1 == end ? pending_update : 0);
      for (auto before = passed.rbegin(); update != 0 && before != passed.rend(); ++before) {
        if (events[*before].event_id() < update) return {begin, *before + 1, HistoryChunk::End::kTaskStarted};
      }
      return {begin, at + 1, HistoryChunk::End::kTaskStarted};
    }
    passed.push_back(at);
  }
  return {begin, end, HistoryChunk::End::kOpen};
}

}  // namespace temporal::internal
