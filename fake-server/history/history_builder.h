// Writes the history of one run: builds events with their times and task ids, keeps back those that must not be seen
// before the workflow task that is under way has closed, and gives ids.
//
// Kept back are all events that something outside of a workflow task's completion brings about; they are in the buffer
// until Flush, which moves what closes activities, children and Nexus operations behind the rest.
// Loop-confined, one for each run.
#ifndef TEMPORAL_FAKE_SERVER_HISTORY_HISTORY_BUILDER_H_
#define TEMPORAL_FAKE_SERVER_HISTORY_HISTORY_BUILDER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "fake-server/clock/run_clock.h"
#include "fake-server/history/event_store.h"

namespace temporal::server {

class HistoryBuilder {
 public:
  using Event = EventStore::Event;
  using EventType = api::enums::v1::EventType;

  // Marks how far a history had come, to go back there.
  struct Mark {
    std::int64_t next_event_id = 1;
    std::int64_t bytes = 0;
  };

  // `next_task_id` is shared by all runs of a server and outlives this.
  explicit HistoryBuilder(std::int64_t& next_task_id) : next_task_id_(next_task_id) {}

  const EventStore& events() const { return events_; }
  std::int64_t next_event_id() const { return events_.next_event_id(); }

  // The size of all events that have ids, serialised.
  std::int64_t bytes() const { return bytes_; }

  // A new event of this type and time, not yet in the history.
  static std::unique_ptr<Event> Make(EventType type, internal::TimePoint time);

  // Puts an event into the history or, by its type, into the buffer. Answers its id, zero if it was buffered. What is
  // appended is complete: nothing can be changed later.
  std::int64_t Add(std::unique_ptr<Event> event);

  bool HasBuffered() const { return !buffer_.empty(); }
  const std::vector<std::unique_ptr<Event>>& buffered() const { return buffer_; }
  std::int64_t buffered_bytes() const { return buffered_bytes_; }

  // Begins with copies of the events before `end` of another run. REQUIRES: nothing was added; a batch ends there.
  void CopyFrom(const EventStore& other, std::int64_t end);

  // Gives ids to what is buffered, in order, the closing events last.
  void Flush();
  // A transaction has ended.
  void EndBatch() { events_.EndBatch(); }
  // Forgets what is buffered: the run has closed.
  void DropBuffered();

  // Takes a buffered TimerFired out; `at` is its place. Null if there is none.
  std::unique_ptr<Event> TakeBufferedTimerFired(std::string_view timer_id, std::size_t& at);
  // Whether an event that closes the activity is buffered.
  bool HasBufferedActivityClose(std::int64_t scheduled_event_id) const;

  // To undo a workflow task's completion that failed: forgets the events after `mark`, puts a buffered event back into
  // its place, takes the last one out.
  Mark mark() const { return {next_event_id(), bytes_}; }
  void Rollback(const Mark& mark);
  void RestoreBuffered(std::size_t at, std::unique_ptr<Event> event);
  void DropLastBuffered();

 private:
  std::int64_t Append(std::unique_ptr<Event> event);
  void Wire(Event& event, std::vector<std::pair<std::int64_t, std::int64_t>>& started) const;

  std::int64_t& next_task_id_;
  EventStore events_;
  std::int64_t bytes_ = 0;
  std::vector<std::unique_ptr<Event>> buffer_;
  std::int64_t buffered_bytes_ = 0;
};

// The event that scheduled or initiated what this one closes: an activity or a child. Zero for other events.
std::int64_t ClosedWork(const HistoryBuilder::Event& event);

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_HISTORY_HISTORY_BUILDER_H_
