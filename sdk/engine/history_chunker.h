// Cuts a history into logical workflow tasks: what the code was told at once when the run first happened.
//
// A task that failed or timed out is part of the next one, and so is a heartbeat, so that a replay groups the events as
// the tasks that counted did. An update is told with the task that brought it: what looks like a heartbeat before that
// was a task in which the code had nothing to do.
#ifndef TEMPORAL_SDK_ENGINE_HISTORY_CHUNKER_H_
#define TEMPORAL_SDK_ENGINE_HISTORY_CHUNKER_H_

#include <cstdint>

#include "temporal/api/history/v1/message.pb.h"

namespace temporal::internal {

using HistoryEvents = google::protobuf::RepeatedPtrField<api::history::v1::HistoryEvent>;

struct HistoryChunk {
  enum class End {
    kTaskStarted,  // the last event is the WorkflowTaskStarted at which the code ran
    kClosed,       // the last event closes the run
    kOpen,         // the history ends without either: what a query gets to see
  };
  int begin = 0, end = 0;  // indices into the history; the end is not included
  End ends = End::kOpen;
};

// The chunk that begins at `begin` < `end`; looks no further than `end`. `pending_update` is the sequencing id of the
// updates that came along with a history that ends with the task which brings them; zero if there are none.
HistoryChunk NextChunk(const HistoryEvents& events, int begin, int end, std::int64_t pending_update = 0);

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_ENGINE_HISTORY_CHUNKER_H_
