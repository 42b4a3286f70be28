// The scheduler of a process that talks to a server over gRPC: one thread of its own, on the wall clock.
#ifndef TEMPORAL_SDK_WORKER_THREADED_LOOP_H_
#define TEMPORAL_SDK_WORKER_THREADED_LOOP_H_

#include <condition_variable>
#include <deque>
#include <exception>
#include <list>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "sdk/base/scheduler.h"

namespace temporal::internal {

// Tasks and timers run on the loop's thread, one at a time, in the order of the scheduler's contract. Every member may
// be called from any thread. `kind` and `skip` mean nothing here.
//
// BlockUntil from another thread waits; from the loop's own thread (a task that makes a blocking call) it runs the
// tasks that come, nested. `done` is always evaluated on the loop's thread. An exception that a task lets escape leaves
// by the BlockUntil that is outermost: a nested one lets it pass on to the task that called it, and from the thread's
// bottom it goes to whoever has waited longest, or to the next who waits.
//
// The destructor finishes the task that is running and destroys the others unrun. Nobody may be waiting then, and it
// must not run on the loop's own thread.
class ThreadedLoop final : public Scheduler {
 public:
  ThreadedLoop();
  ~ThreadedLoop() override;
  ThreadedLoop(const ThreadedLoop&) = delete;
  ThreadedLoop& operator=(const ThreadedLoop&) = delete;

  TimePoint Now() const override;
  void Post(Closure task) override;
  TimerId PostAt(TimePoint when, TimerKind kind, Closure task) override;
  void Cancel(TimerId timer) override;

  // Never kBudget; kStalled only if the loop is being destroyed.
  BlockResult BlockUntil(absl::FunctionRef<bool()> done, Skip skip) override;

  // Runs `work` on the loop's thread and waits for it; at once if that is the caller's. Exceptions come back. Not run
  // if the loop is being destroyed.
  void RunOnLoop(absl::FunctionRef<void()> work);

  // Whether the caller is on the loop's thread.
  bool OnLoopThread() const { return std::this_thread::get_id() == thread_.get_id(); }

 private:
  // A thread that waits in BlockUntil; lives in its frame.
  struct Waiter {
    absl::FunctionRef<bool()> done;
    bool finished = false;
    std::exception_ptr failure;
  };
  using Lock = std::unique_lock<std::mutex>;

  void Main();
  Closure Next(Lock& lock);
  BlockResult Pump(absl::FunctionRef<bool()> done);
  void WakeWaiters(Lock& lock);
  std::list<Waiter*>::iterator Finish(std::list<Waiter*>::iterator at, std::exception_ptr failure);
  void Fail(std::exception_ptr failure);

  mutable std::mutex mutex_;
  std::condition_variable work_;      // a task, a timer or a waiter has come, or the loop stops
  std::condition_variable finished_;  // a waiter has been finished
  std::deque<Closure> ready_;
  std::map<std::pair<TimePoint, TimerId>, Closure> timers_;
  std::map<TimerId, TimePoint> due_;
  TimerId last_timer_ = 0;
  std::list<Waiter*> waiters_;  // the longest waiting first
  bool waiter_came_ = false;
  std::exception_ptr failure_;  // of a task, when nobody waited
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_WORKER_THREADED_LOOP_H_
