// Closures ordered by deadline, first come first served among equals. Passive: it is asked for the next deadline and
// told to give up what is due; it has no clock. Add, Cancel and Pop are O(log n). Loop-confined.
#ifndef TEMPORAL_FAKE_SERVER_CLOCK_TIMER_QUEUE_H_
#define TEMPORAL_FAKE_SERVER_CLOCK_TIMER_QUEUE_H_

#include <utility>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "sdk/base/scheduler.h"

namespace temporal::server {

class TimerQueue {
 public:
  // The order of firing.
  struct Key {
    internal::TimePoint when;
    internal::TimerId id = 0;
    friend bool operator<(const Key& a, const Key& b) { return a.when != b.when ? a.when < b.when : a.id < b.id; }
  };

  // `id` must be new and larger than those before it, as it breaks ties.
  void Add(internal::TimerId id, internal::TimePoint when, internal::Closure task) {
    queue_.emplace(Key{when, id}, std::move(task));
    deadlines_.emplace(id, when);
  }

  // False if there is no such timer (any more).
  bool Cancel(internal::TimerId id) {
    const auto deadline = deadlines_.find(id);
    if (deadline == deadlines_.end()) return false;
    const auto found = queue_.find(Key{deadline->second, id});
    deadlines_.erase(deadline);
    // What the closure holds may come back to this queue when it goes, so it goes last.
    const internal::Closure task = std::move(found->second);
    queue_.erase(found);
    return true;
  }

  bool empty() const { return queue_.empty(); }

  // The timer that fires next. REQUIRES: not empty.
  Key Next() const { return queue_.begin()->first; }

  // The first timer in firing order whose id is below `limit`, or {max, 0}.
  Key NextBelow(internal::TimerId limit) const {
    for (const auto& [key, task] : queue_) {
      if (key.id < limit) return key;
    }
    return {internal::TimePoint::max(), 0};
  }

  // Takes out a timer that is in the queue.
  internal::Closure Take(Key key) {
    const auto found = queue_.find(key);
    internal::Closure task = std::move(found->second);
    queue_.erase(found);
    deadlines_.erase(key.id);
    return task;
  }

 private:
  absl::btree_map<Key, internal::Closure> queue_;
  absl::flat_hash_map<internal::TimerId, internal::TimePoint> deadlines_;  // never iterated
};

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_CLOCK_TIMER_QUEUE_H_
