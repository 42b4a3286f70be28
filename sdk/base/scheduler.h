// The seam of time and order: the only source of "now" and of "what runs next", for the SDK and for the server.
//
// Implementations: the virtual loop and the wall-clock loop (fake-server/clock), and the threaded loop of the gRPC
// client and worker (sdk/worker/threaded_loop.h). Code above this seam never asks which one it runs on.
//
// Threads: everything here is called by the one thread that runs the loop, except Post, which any thread may call.
#ifndef TEMPORAL_SDK_BASE_SCHEDULER_H_
#define TEMPORAL_SDK_BASE_SCHEDULER_H_

#include <chrono>
#include <cstdint>

#include "absl/functional/any_invocable.h"
#include "absl/functional/function_ref.h"

namespace temporal::internal {

using Duration = std::chrono::nanoseconds;
using TimePoint = std::chrono::sys_time<std::chrono::nanoseconds>;
using Closure = absl::AnyInvocable<void()>;

// Identifies a pending timer; never reused within one scheduler. Zero is no timer.
using TimerId = std::uint64_t;

enum class TimerKind {
  kHistory,  // timers of histories and of activity code: a virtual clock jumps to them
  kIdle,     // long-poll expiry, RPC deadlines, sticky queues, heartbeat sending: never a reason to jump, never progress
};

// Whether a blocked caller lets a virtual clock jump. A wall clock ignores it.
enum class Skip { kAllowed, kForbidden };

enum class BlockResult {
  kDone,     // the predicate holds
  kStalled,  // nothing is ready, and no timer that the caller allows to jump to is pending: it would wait for ever
  kBudget,   // the loop's budget of virtual time or of tasks is used up
};

class Scheduler {
 public:
  virtual ~Scheduler() = default;

  // The current time. Stands still while one task runs on a virtual clock.
  virtual TimePoint Now() const = 0;

  // Runs `task` after every task posted before it. Never runs it inside this call. Thread-safe.
  virtual void Post(Closure task) = 0;

  // Runs `task` when `when` has come (at once, but never inside this call, if it has passed). Timers of the same time
  // run in the order in which they were posted.
  virtual TimerId PostAt(TimePoint when, TimerKind kind, Closure task) = 0;

  // Forgets a timer that has not run; does nothing for one that has, or for zero.
  virtual void Cancel(TimerId timer) = 0;

  // Runs the loop (or waits for the thread that runs it) until `done()` is true. May nest. `done` is evaluated between
  // tasks. An exception that a task let escape leaves by the outermost BlockUntil.
  virtual BlockResult BlockUntil(absl::FunctionRef<bool()> done, Skip skip) = 0;
};

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_BASE_SCHEDULER_H_
