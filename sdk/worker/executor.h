// Where activities run: a pool of threads in production; one step of the loop, or a thread of its own with strict
// hand-off, in process.
#ifndef TEMPORAL_SDK_WORKER_EXECUTOR_H_
#define TEMPORAL_SDK_WORKER_EXECUTOR_H_

#include "absl/functional/any_invocable.h"
#include "absl/functional/function_ref.h"
#include "sdk/base/scheduler.h"

namespace temporal::internal {

class ActivityExecutor {
 public:
  // Waits for what runs: the owner has asked it to stop.
  virtual ~ActivityExecutor() = default;

  // Runs `body` soon, never inside this call; `body` must not throw. `may_wait`: it has an activity::Context and may
  // call OnLoop and WaitUntil. `done` is posted to the loop afterwards.
  virtual void Start(bool may_wait, Closure body, Closure done) = 0;

  // From within a body: runs `work` where loop-confined things may be touched, and returns when it has run.
  virtual void OnLoop(absl::FunctionRef<void()> work) = 0;

  // From within a body that may wait: returns when `ready()`, which is evaluated on the loop, or at `deadline`, on the
  // loop's clock. Answers ready().
  virtual bool WaitUntil(absl::FunctionRef<bool()> ready, TimePoint deadline) = 0;
};

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_WORKER_EXECUTOR_H_
