// The events of workflow tasks, as they are written or shown, without id.
#ifndef TEMPORAL_FAKE_SERVER_HISTORY_WORKFLOW_TASK_EVENTS_H_
#define TEMPORAL_FAKE_SERVER_HISTORY_WORKFLOW_TASK_EVENTS_H_

#include <cstdint>
#include <memory>

#include "fake-server/history/mutable_state.h"

namespace temporal::api::workflowservice::v1 {
class RespondWorkflowTaskCompletedRequest;
}

namespace temporal::server {

// Those of the pending task.
std::unique_ptr<api::history::v1::HistoryEvent> ScheduledEvent(const MutableState& run);
std::unique_ptr<api::history::v1::HistoryEvent> StartedEvent(const MutableState& run, std::int64_t scheduled_event_id);

std::unique_ptr<api::history::v1::HistoryEvent> CompletedEvent(
    const MutableState& run, const api::workflowservice::v1::RespondWorkflowTaskCompletedRequest& request,
    std::int64_t scheduled_event_id, std::int64_t started_event_id);

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_HISTORY_WORKFLOW_TASK_EVENTS_H_
