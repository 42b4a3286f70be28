// Timers that a workflow starts. All that are due fire in one transaction, in the order of (expiry, start).
#ifndef TEMPORAL_FAKE_SERVER_HISTORY_USER_TIMERS_H_
#define TEMPORAL_FAKE_SERVER_HISTORY_USER_TIMERS_H_

#include <cstdint>
#include <string>

#include "fake-server/history/mutable_state.h"

namespace temporal::server {

// REQUIRES: no timer of this id is pending.
void AddUserTimer(MutableState& run, const std::string& id, UserTimer timer);
void RemoveUserTimer(MutableState& run, const std::string& id);

// Sets the one timer on the loop for the earliest; none for one beyond the run's end.
void SetUserTimer(MutableState& run);

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_HISTORY_USER_TIMERS_H_
