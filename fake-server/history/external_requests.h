// What runs ask of other workflows: signals and cancellation. Each request and each answer is a transaction of its own,
// which follows from the one before.
#ifndef TEMPORAL_FAKE_SERVER_HISTORY_EXTERNAL_REQUESTS_H_
#define TEMPORAL_FAKE_SERVER_HISTORY_EXTERNAL_REQUESTS_H_

#include <cstdint>
#include <string>

#include "fake-server/history/mutable_state.h"

namespace temporal::server {

// Carries out what the event initiated and tells `source` what has come of it. Nothing, if `source` has closed by then.
void FollowWithSignal(MutableState& source, std::int64_t initiated_event_id);
void FollowWithCancel(MutableState& source, std::int64_t initiated_event_id);

// `source` asks the run to cancel. Does nothing if it has closed or was asked before. The caller closes the
// transaction. Zero: no event of `source` stands for it.
void WriteCancelRequest(MutableState& run, const MutableState& source, std::int64_t initiated_event_id,
                        const std::string& reason);

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_HISTORY_EXTERNAL_REQUESTS_H_
