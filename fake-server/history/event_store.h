// The events of one run that have ids, in order. The only way to a run's events, so that how they are kept can change
// without its readers: now as messages, each built once.
#ifndef TEMPORAL_FAKE_SERVER_HISTORY_EVENT_STORE_H_
#define TEMPORAL_FAKE_SERVER_HISTORY_EVENT_STORE_H_

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

#include "temporal/api/history/v1/message.pb.h"

namespace temporal::server {

class EventStore {
 public:
  using Event = api::history::v1::HistoryEvent;
  using Events = google::protobuf::RepeatedPtrField<Event>;

  // The id that the next event gets; one more than the number of events.
  std::int64_t next_event_id() const { return static_cast<std::int64_t>(events_.size()) + 1; }

  // REQUIRES: 1 <= id < next_event_id().
  const Event& at(std::int64_t id) const { return *events_[static_cast<std::size_t>(id - 1)]; }

  // Appends copies of the events with first <= id < end to `out`.
  void CopyTo(std::int64_t first, std::int64_t end, Events& out) const {
    out.Reserve(out.size() + static_cast<int>(end - first));
    for (std::int64_t id = first; id < end; ++id) out.Add()->CopyFrom(at(id));
  }

  // The event's id must be next_event_id().
  void Append(std::unique_ptr<Event> event) { events_.push_back(std::move(event)); }

  // Forgets the events from `id` on.
  void TruncateFrom(std::int64_t id) {
    events_.resize(static_cast<std::size_t>(id - 1));
    while (!batch_ends_.empty() && batch_ends_.back() > id) batch_ends_.pop_back();
  }

  // A transaction has ended: what was appended since the last one is a batch. The pages of a history hold whole
  // batches, and their size counts them.
  void EndBatch() {
    if (batch_ends_.empty() || batch_ends_.back() != next_event_id()) batch_ends_.push_back(next_event_id());
  }

  // The id after the last event of the batch that holds event `id`. REQUIRES: 1 <= id < next_event_id().
  std::int64_t BatchEnd(std::int64_t id) const {
    const auto end = std::upper_bound(batch_ends_.begin(), batch_ends_.end(), id);
    return end == batch_ends_.end() ? next_event_id() : *end;
  }

  bool EndsBatch(std::int64_t id) const { return BatchEnd(id) == id + 1; }

  // The id of the first event of the batch that holds event `id`.
  std::int64_t BatchBegin(std::int64_t id) const {
    const auto end = std::upper_bound(batch_ends_.begin(), batch_ends_.end(), id);
    return end == batch_ends_.begin() ? 1 : *std::prev(end);
  }

 private:
  std::vector<std::unique_ptr<Event>> events_;
  std::vector<std::int64_t> batch_ends_;  // each the id after a batch; increasing
};

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_HISTORY_EVENT_STORE_H_
