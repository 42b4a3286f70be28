// Pages of a run's history, as GetWorkflowExecutionHistory and the tasks of workers show them. A page's size counts the
// transactions that wrote the events, which it never splits.
#ifndef TEMPORAL_FAKE_SERVER_HISTORY_HISTORY_PAGE_H_
#define TEMPORAL_FAKE_SERVER_HISTORY_HISTORY_PAGE_H_

#include <cstdint>
#include <string>

#include "fake-server/history/event_store.h"

namespace temporal::server {

class MutableState;

// Appends the events from `first` on to `out`, at most `batches` transactions of them. Answers the id of the event that
// the next page begins with, or zero if there is none: `out` ends with the last event then, and was not full.
std::int64_t CopyPage(const EventStore& events, std::int64_t first, int batches, EventStore::Events& out);

// The same backwards: from the transaction that ends before `end` on, newest event first. Answers the id before which
// the next page ends, or zero.
std::int64_t CopyPageReverse(const EventStore& events, std::int64_t end, int batches, EventStore::Events& out);

// Fills the history of a workflow task that shows the events from `first` on, with those of a transient task at its
// end. Answers the token for the rest, empty if it is complete.
std::string CopyTaskHistory(const MutableState& run, std::int64_t first, int batches, api::history::v1::History& out);

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_HISTORY_HISTORY_PAGE_H_
