// The runs that a worker keeps between workflow tasks, so that each task need not replay the whole history.
#ifndef TEMPORAL_SDK_WORKER_RUN_CACHE_H_
#define TEMPORAL_SDK_WORKER_RUN_CACHE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sdk/converter/activity_contexts.h"
#include "sdk/engine/workflow_run.h"

namespace temporal::internal {

// A run, and the task of it that is being worked on.
struct CachedRun {
  std::unique_ptr<WorkflowRun> run;              // null: nothing is known of it, or no longer
  std::unique_ptr<ActivityContexts> activities;  // for the payload codec; null if there is none
  bool busy = false;                             // a task is under way
  bool evict = false;                            // what is known is of no use after that task
  // Tasks that have come meanwhile.
  std::deque<std::unique_ptr<api::workflowservice::v1::PollWorkflowTaskQueueResponse>> waiting;
  std::uint64_t used = 0;  // when last, in order of use
};

// Loop-confined. Entries that are busy are never dropped: they may exceed the capacity for a while.
class RunCache {
 public:
  explicit RunCache(std::size_t capacity) : capacity_(capacity) {}

  // The entry of a run, made if there is none; it is the one most recently used now.
  CachedRun& Use(const std::string& run_id);
  // Null if there is none.
  CachedRun* Find(const std::string& run_id);
  void Erase(const std::string& run_id);
  // Drops those least recently used until the capacity is kept.
  void Trim();

  bool empty() const { return entries_.empty(); }
  // In order of run id.
  const std::map<std::string, CachedRun>& entries() const { return entries_; }
  void Clear();

 private:
  const std::size_t capacity_;
  std::map<std::string, CachedRun> entries_;
  std::map<std::uint64_t, std::string> by_use_;
  std::uint64_t last_use_ = 0;
};

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_WORKER_RUN_CACHE_H_
