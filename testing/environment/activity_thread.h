// Where activities of a test environment run: as one step of the loop, or, if they may wait, on a thread of their own
// with strict hand-off. Whoever resumes such a thread stands still until it waits or ends, so exactly one thread runs
// at any moment and the order of everything is the loop's.
#ifndef TEMPORAL_TESTING_ENVIRONMENT_ACTIVITY_THREAD_H_
#define TEMPORAL_TESTING_ENVIRONMENT_ACTIVITY_THREAD_H_

#include <condition_variable>
#include <deque>
#include <list>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "fake-server/clock/event_loop.h"
#include "sdk/worker/executor.h"

namespace temporal::test {

// One thread that runs bodies, one after the other, only while another thread stands still in Resume.
class ActivityThread {
 public:
  ActivityThread();
  // REQUIRES: no body is under way.
  ~ActivityThread();
  ActivityThread(const ActivityThread&) = delete;
  ActivityThread& operator=(const ActivityThread&) = delete;

  // Begins a body; returns when it waits or has ended.
  void Begin(internal::Closure body);
  // Goes on with a body that waits; returns when it waits again or has ended.
  void Resume();
  bool busy() const { return busy_; }

  // From within the body: lets whoever resumed it go on, until the next Resume.
  void Wait();
  // The one whose body calls; null on any other thread.
  static ActivityThread* Current();

 private:
  void Run();

  std::mutex mutex_;
  std::condition_variable turn_changed_;
  bool body_has_turn_ = false;  // guarded by mutex_
  bool quit_ = false;
  bool busy_ = false;
  internal::Closure body_;
  std::thread thread_;
};

// What the executors of one environment share: the activities that wait, looked at after each task of the loop.
class WaitingActivities {
 public:
  explicit WaitingActivities(server::EventLoop& loop) : loop_(loop) {}

  // As ActivityExecutor::WaitUntil, on the activity's thread.
  bool WaitUntil(absl::FunctionRef<bool()> ready, internal::TimePoint deadline);
  // Ends the wait of this thread now; does nothing if it does not wait.
  void Wake(ActivityThread& thread);

 private:
  struct Waiter {
    ActivityThread* thread;
    absl::FunctionRef<bool()> ready;
    internal::TimerId timer;
    bool resuming;  // a task that does it has been posted
  };
  void ResumeReady();
  void Resume(ActivityThread* thread);

  server::EventLoop& loop_;
  std::list<Waiter> waiters_;  // in the order in which they began to wait
};

class HandOffExecutor final : public internal::ActivityExecutor {
 public:
  HandOffExecutor(server::EventLoop& loop, WaitingActivities& waiting, int threads)
      : loop_(loop), waiting_(waiting), threads_(threads) {}
  // Activities that wait are woken until they end.
  ~HandOffExecutor() override;

  void Start(bool may_wait, internal::Closure body, internal::Closure done) override;
  void OnLoop(absl::FunctionRef<void()> work) override { work(); }
  bool WaitUntil(absl::FunctionRef<bool()> ready, internal::TimePoint deadline) override;

 private:
  struct Job {
    internal::Closure body, done;
  };
  void RunOnThread(Job job);
  ActivityThread& FreeThread();
  int busy_threads() const;

  server::EventLoop& loop_;
  WaitingActivities& waiting_;
  const int threads_;
  bool stopping_ = false;
  int waits_while_stopping_ = 0;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::deque<Job> queue_;  // those for which no thread was free
  std::vector<std::unique_ptr<ActivityThread>> pool_;
};

}  // namespace temporal::test

#endif  // TEMPORAL_TESTING_ENVIRONMENT_ACTIVITY_THREAD_H_
