// Least recently used goes first.
#include "sdk/worker/run_cache.h"

#include <utility>

namespace temporal::internal {

CachedRun& RunCache::Use(const std::string& run_id) {
  CachedRun& entry = entries_[run_id];
  if (entry.used != 0) by_use_.erase(entry.used);
  entry.used = ++last_use_;
  by_use_.emplace(entry.used, run_id);
  return entry;
}

CachedRun* RunCache::Find(const std::string& run_id) {
  const auto found = entries_.find(run_id);
  return found == entries_.end() ? nullptr : &found->second;
}

void RunCache::Erase(const std::string& run_id) {
  const auto found = entries_.find(run_id);
  if (found == entries_.end()) return;
  by_use_.erase(found->second.used);
  // The run's code may run destructors that look at this cache: it is gone from it by then.
  const CachedRun dropped = std::move(found->second);
  entries_.erase(found);
}

void RunCache::Trim() {
  auto oldest = by_use_.begin();
  while (entries_.size() > capacity_ && oldest != by_use_.end()) {
    const std::string run_id = oldest->second;
    ++oldest;
    if (!entries_.at(run_id).busy) Erase(run_id);
  }
}

void RunCache::Clear() {
  by_use_.clear();
  const auto dropped = std::exchange(entries_, {});
}

}  // namespace temporal::internal
