// Children of runs: how they start, how their end gets to the parent, and what becomes of them when the parent ends.
// Each step is a transaction of its own, which follows from the one before.
#ifndef TEMPORAL_FAKE_SERVER_HISTORY_CHILD_WORKFLOWS_H_
#define TEMPORAL_FAKE_SERVER_HISTORY_CHILD_WORKFLOWS_H_

#include <cstdint>

#include "fake-server/history/mutable_state.h"

namespace temporal::server {

// Starts the child that the event initiated: creates it, tells the parent, and only then schedules the child's first
// task. Or tells the parent that its workflow id is taken. Nothing, if the parent has closed by then.
void FollowWithChild(MutableState& parent, std::int64_t initiated_event_id);

// The run has closed: its parent is told, unless another run follows it, and its children are dealt with as the policy
// of each says. A run that was closed by a reset leaves both to the one that takes its place.
void FollowClose(MutableState& run);

// Whether `run` is of a chain that the run `parent` started.
bool IsChildOf(const MutableState& run, const MutableState& parent);

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_HISTORY_CHILD_WORKFLOWS_H_
