// Activities on threads: what a process that talks to a server over gRPC uses.
#ifndef TEMPORAL_SDK_WORKER_THREAD_POOL_EXECUTOR_H_
#define TEMPORAL_SDK_WORKER_THREAD_POOL_EXECUTOR_H_

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "sdk/worker/executor.h"
#include "sdk/worker/threaded_loop.h"

namespace temporal::internal {

// Runs at most `threads` bodies at once, in the order in which they were started; threads are made when they are first
// needed and kept. All bodies run on them, whether they may wait or not: they may block.
//
// The destructor drops the bodies that have not begun and joins the threads: a body that neither returns nor asks
// whether it is cancelled is waited for for ever. It must not run on the loop's thread, which the bodies may need.
class ThreadPoolExecutor final : public ActivityExecutor {
 public:
  // `loop` must outlive the executor.
  ThreadPoolExecutor(ThreadedLoop& loop, int threads) : loop_(loop), limit_(threads) {}
  ~ThreadPoolExecutor() override;

  void Start(bool may_wait, Closure body, Closure done) override;
  void OnLoop(absl::FunctionRef<void()> work) override;
  bool WaitUntil(absl::FunctionRef<bool()> ready, TimePoint deadline) override;

 private:
  struct Job {
    Closure body, done;
  };
  void Work();

  ThreadedLoop& loop_;
  const int limit_;
  std::mutex mutex_;
  std::condition_variable work_;
  std::deque<Job> queue_;  // guarded by mutex_, as what follows
  std::vector<std::thread> threads_;
  int idle_ = 0;
  bool stopping_ = false;
};

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_WORKER_THREAD_POOL_EXECUTOR_H_
