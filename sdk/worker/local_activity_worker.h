// Runs the local activities of a worker's runs: attempts one after the other, their timeouts, and the short waits
// between them.
#ifndef TEMPORAL_SDK_WORKER_LOCAL_ACTIVITY_WORKER_H_
#define TEMPORAL_SDK_WORKER_LOCAL_ACTIVITY_WORKER_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sdk/engine/workflow_run.h"
#include "sdk/worker/activity_worker.h"
#include "sdk/worker/local_activity_attempt.h"

namespace temporal::internal {

// Loop-confined.
class LocalActivityWorker : public std::enable_shared_from_this<LocalActivityWorker> {
 public:
  // One of a run has ended. Never called within Handle. Null: the worker shuts down and leaves it to another one.
  using Ended = std::function<void(const std::string& run_id, std::optional<LocalActivityEnd>)>;

  // `activities` knows the code; it outlives the worker.
  LocalActivityWorker(std::shared_ptr<const WorkerContext> context, const ActivityWorker& activities, Ended ended);

  // `executor` outlives the attempts.
  void Start(ActivityExecutor& executor) { executor_ = &executor; }
  void Handle(const WorkflowRun& run, std::vector<LocalActivityRequest> requests);
  // The run is gone from the cache: what is under way is cancelled, and its end is of no interest.
  void Forget(const std::string& run_id);
  // The worker shuts down, and is tired of waiting.
  void CancelForShutdown();
  // Ends everything: nothing is told any more.
  void Abandon();

 private:
  using Key = std::pair<std::string, std::uint32_t>;  // run id and number
  struct Activity {
    RunLocalActivity request;
    int attempt = 1;
    TimePoint asked_at{}, original_schedule_time{};
    TimerId schedule_to_close = 0;
    TimerId step = 0;  // of what the attempt is at: schedule-to-start, start-to-close, or the wait for the next one
    std::uint64_t attempt_id = 0;                   // of the attempt that waits for a slot or runs; zero: none
    std::shared_ptr<LocalActivityAttempt> running;  // null while it waits for a slot, or for the next attempt
    bool cancel_requested = false;
  };
  struct Waiting {
    Key key;
    std::uint64_t attempt_id;
  };
  using Activities = std::map<Key, Activity>;

  void Begin(const WorkflowRun& run, RunLocalActivity request);
  void Cancel(const Key& key, bool abandon);
  // Of one whose code does not run: it ends soon.
  void CancelWaiting(const Key& key);
  void BeginAttempt(const Key& key);
  void FillSlots();
  void Run(const Key& key);
  void AttemptEnded(const Key& key, std::uint64_t attempt_id, ActivityOutcome outcome);
  void Failed(const Key& key, api::failure::v1::Failure failure);
  void TimedOut(const Key& key, api::enums::v1::TimeoutType type);
  // Calls the member when `when` has come, if the activity is still there.
  TimerId After(TimePoint when, const Key& key, std::function<void(LocalActivityWorker&, const Key&)> then);
  void End(const Key& key, std::variant<Payload, api::failure::v1::Failure> outcome,
           std::optional<Duration> backoff = std::nullopt);
  // Takes it out; its code is told to stop.
  Activity Remove(Activities::iterator activity);

  const std::shared_ptr<const WorkerContext> context_;
  const ActivityWorker& activities_;
  const Ended ended_;
  ActivityExecutor* executor_ = nullptr;  // null before Start
  Slots slots_;
  Activities open_;
  std::deque<Waiting> waiting_;  // for a slot
  std::uint64_t last_attempt_id_ = 0;
  bool shutting_down_ = false;
};

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_WORKER_LOCAL_ACTIVITY_WORKER_H_
