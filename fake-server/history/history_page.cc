// See history_page.h.
#include "fake-server/history/history_page.h"

#include "fake-server/history/mutable_state.h"
#include "fake-server/history/task_token.h"

namespace temporal::server {

std::int64_t CopyPage(const EventStore& events, std::int64_t first, int batches, EventStore::Events& out) {
  const std::int64_t last = events.next_event_id();
  std::int64_t end = first;
  int copied = 0;
  for (; copied < batches && end < last; ++copied) end = events.BatchEnd(end);
  events.CopyTo(first, end, out);
  // A page that is just full has a next one, though it may be empty.
  return copied == batches ? end : 0;
}

std::int64_t CopyPageReverse(const EventStore& events, std::int64_t end, int batches, EventStore::Events& out) {
  std::int64_t first = end;
  for (int copied = 0; copied < batches && first > 1; ++copied) first = events.BatchBegin(first - 1);
  for (std::int64_t id = end - 1; id >= first; --id) out.Add()->CopyFrom(events.at(id));
  return first > 1 ? first : 0;
}

std::string CopyTaskHistory(const MutableState& run, std::int64_t first, int batches, api::history::v1::History& out) {
  if (const std::int64_t next = CopyPage(run.events(), first, batches, *out.mutable_events()); next != 0) {
    HistoryToken token;
    token.run_id = run.run_id();
    token.next_event_id = next;
    return token.Encode();
  }
  for (auto& event : run.TransientEvents(/*with_identity=*/true)) out.mutable_events()->AddAllocated(event.release());
  return "";
}

}  // namespace temporal::server
