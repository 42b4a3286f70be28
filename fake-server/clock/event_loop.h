// The one loop that runs server, client and workers of one process, in two makes: with a virtual clock that jumps, and
// with the wall clock. Both run the same code: ready tasks in the order in which they were posted, then timers that are
// due, in order of (deadline, order of posting), one at a time, draining what each brings about before the next.
//
// The virtual clock jumps only when nothing is ready and the blocked caller allows it, and only to the next timer of
// kind kHistory. Idle timers that were pending when the jump began fire on the way at their own times; idle timers set
// during the jump (a long poll that expired and was sent again) wait for its end, so that a jump of years costs as much
// as one of seconds. With nothing to jump to, a caller is told kStalled at once. A jump ends with the timer that it led
// to, and with the call that waited.
//
// Threads: Post from any thread; all else by the thread that runs the loop (or the one it handed over to).
#ifndef TEMPORAL_FAKE_SERVER_CLOCK_EVENT_LOOP_H_
#define TEMPORAL_FAKE_SERVER_CLOCK_EVENT_LOOP_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <utility>
#include <vector>

#include "fake-server/clock/timer_queue.h"
#include "sdk/base/scheduler.h"

namespace temporal::server {

// What both makes share. Tasks that are still pending at destruction are destroyed unrun.
class EventLoop : public internal::Scheduler {
 public:
  void Post(internal::Closure task) override;
  internal::TimerId PostAt(internal::TimePoint when, internal::TimerKind kind, internal::Closure task) override;
  void Cancel(internal::TimerId timer) override;
  internal::BlockResult BlockUntil(absl::FunctionRef<bool()> done, internal::Skip skip) override;

  // Runs what is ready or due; returns kDone when nothing is, kBudget when the budget of tasks is used up. Never jumps,
  // never waits.
  internal::BlockResult RunUntilIdle();

  // The number of tasks run so far, timers included.
  std::uint64_t tasks_run() const { return tasks_run_; }

  // Runs `hook`, which must not throw, after each task: for those who wait for a condition without pumping. Null: none.
  void SetAfterTask(internal::Closure hook) { after_task_ = std::move(hook); }

  // Whether a blocking call is under way: the caller is a task of it, or what a task waits for.
  bool blocking() const { return depth_ > 0; }

  // Destroys all tasks and timers unrun, and those that their destruction brings about: for an owner whose other parts
  // are gone. REQUIRES: not inside a task.
  void DropPending();

 protected:
  enum class Waited { kSomethingToDo, kNothingWillCome, kBudget };

  // Called when no task is ready and no timer is due, outside any task: makes one due, or tells why not.
  virtual Waited WaitForWork(internal::Skip skip) = 0;
  virtual void Woken() {}                                       // after each Post; any thread
  virtual void BlockBegins([[maybe_unused]] bool outermost) {}  // of BlockUntil and RunUntilIdle
  virtual void BlockEnds() {}
  virtual void HistoryTimerFires() {}
  virtual bool BudgetUsedUp() const { return false; }
  // Whether due timers get a turn while tasks are ready: where time passes by itself, they would wait for ever
  // otherwise.
  virtual bool TimersTakeTurns() const { return false; }

  TimerQueue& history_timers() { return history_timers_; }
  TimerQueue& idle_timers() { return idle_timers_; }
  internal::TimerId next_timer_id() const { return next_timer_id_; }
  std::mutex& mutex() { return mutex_; }
  bool posted_nonempty_locked() const { return !posted_.empty(); }

 private:
  class Blocking;

  bool RunOne();
  bool TakePosted();
  bool RunDueTimer();
  void RunTask(internal::Closure task);

  std::mutex mutex_;
  std::vector<internal::Closure> posted_;  // guarded by mutex_

  std::vector<internal::Closure> ready_;  // taken from posted_ as a whole; run from ready_head_ on
  std::size_t ready_head_ = 0;
  bool timer_had_turn_ = false;
  TimerQueue history_timers_;
  TimerQueue idle_timers_;
  internal::TimerId next_timer_id_ = 1;
  std::uint64_t tasks_run_ = 0;
  internal::Closure after_task_;
  int depth_ = 0;               // of nested BlockUntil
  std::exception_ptr escaped_;  // of the task that stopped the pump; leaves by the outermost BlockUntil
};

struct VirtualLoopOptions {
  internal::TimePoint start{std::chrono::seconds(1767225600)};  // 2026-01-01T00:00:00Z
  // One blocking call from outside gives up with kBudget after so much.
  internal::Duration max_time = std::chrono::hours(24 * 3652);
  std::uint64_t max_tasks = 1'000'000;
};

// The clock of tests.
class VirtualLoop final : public EventLoop {
 public:
  explicit VirtualLoop(VirtualLoopOptions options = {}) : options_(options), now_(options.start) {}

  internal::TimePoint Now() const override { return now_; }

  // `guard` is asked before each jump that a BlockUntil wants; false: there is none, and the caller is told kStalled.
  // Null: always. RunUntil is not subject to it.
  void SetJumpGuard(absl::AnyInvocable<bool()> guard) { jump_guard_ = std::move(guard); }

  // Lets time pass until `when`, jumping from timer to timer; returns with the clock at `when` (at once if it has
  // passed). kBudget only for the budget of tasks.
  internal::BlockResult RunUntil(internal::TimePoint when);

  // While one is alive, the clock does not jump, whatever callers allow: around callbacks whose calls must not need
  // time.
  class SkipLock {
   public:
    explicit SkipLock(VirtualLoop& loop) : loop_(loop) { ++loop_.skip_locks_; }
    ~SkipLock() { --loop_.skip_locks_; }
    SkipLock(const SkipLock&) = delete;
    SkipLock& operator=(const SkipLock&) = delete;

   private:
    VirtualLoop& loop_;
  };

 protected:
  Waited WaitForWork(internal::Skip skip) override;
  void BlockBegins(bool outermost) override;
  void BlockEnds() override { jumping_ = false; }
  void HistoryTimerFires() override { jumping_ = false; }
  bool BudgetUsedUp() const override;

 private:
  const VirtualLoopOptions options_;
  internal::TimePoint now_;
  internal::TimePoint time_limit_ = internal::TimePoint::max();
  std::uint64_t task_limit_ = ~0ULL;
  bool unlimited_time_ = false;
  absl::AnyInvocable<bool()> jump_guard_;
  int skip_locks_ = 0;
  bool jumping_ = false;                // between the start of a jump and its history timer
  internal::TimerId jump_started_ = 0;  // idle timers from this id on wait for the end of the jump
};

// The clock of the executable. Run() serves until Stop(); posting from any thread wakes it.
class WallLoop final : public EventLoop {
 public:
  internal::TimePoint Now() const override;

  // Runs tasks and timers until Stop. An exception of a task leaves by it.
  void Run();
  // Thread-safe.
  void Stop();

 protected:
  Waited WaitForWork(internal::Skip skip) override;
  void Woken() override { wake_.notify_one(); }
  bool TimersTakeTurns() const override { return true; }

 private:
  std::condition_variable wake_;
  std::atomic<bool> stopped_{false};
};

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_CLOCK_EVENT_LOOP_H_
