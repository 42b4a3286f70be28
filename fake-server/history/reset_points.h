// The points of a run that a reset by build would go back to: the first task that each build completed.
#ifndef TEMPORAL_FAKE_SERVER_HISTORY_RESET_POINTS_H_
#define TEMPORAL_FAKE_SERVER_HISTORY_RESET_POINTS_H_

#include <cstdint>

#include "fake-server/history/mutable_state.h"

namespace temporal::server {

// The event is a WorkflowTaskCompleted, now in the history: a point for a build that is new, which search attributes
// show as well.
void AddResetPoint(MutableState& run, std::int64_t completed_event_id);

// The points that the run after this one begins with. Those of the run that ends are kept for as long as the run is,
// which it shows itself, too.
void RollResetPoints(MutableState& run, MutableState::StartedAttributes& next);

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_HISTORY_RESET_POINTS_H_
