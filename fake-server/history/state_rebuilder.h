// A run's state derived from events alone.
#ifndef TEMPORAL_FAKE_SERVER_HISTORY_STATE_REBUILDER_H_
#define TEMPORAL_FAKE_SERVER_HISTORY_STATE_REBUILDER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "fake-server/history/mutable_state.h"

namespace temporal::server {

// A new run that begins now, with the events of `base` before `end`, and stands as they say: its activities are not
// offered to workers, nothing that was asked of other runs is asked, no timer is set, and the engine does not know it
// yet. REQUIRES: a transaction of `base` ends there, before the run has closed.
std::shared_ptr<MutableState> RebuildRun(const MutableState& base, std::int64_t end, std::string run_id);

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_HISTORY_STATE_REBUILDER_H_
