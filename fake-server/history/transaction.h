// The end of every transaction on a run.
#ifndef TEMPORAL_FAKE_SERVER_HISTORY_TRANSACTION_H_
#define TEMPORAL_FAKE_SERVER_HISTORY_TRANSACTION_H_

#include "fake-server/history/mutable_state.h"

namespace temporal::server {

// Lets what is buffered be seen unless a workflow task is started, enforces the limits of a history, sets the timers
// for what is due next, and tells those who wait for a change. A closed run has no timers and no tasks after it.
void CloseTransaction(MutableState& run);

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_HISTORY_TRANSACTION_H_
