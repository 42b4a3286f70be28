// A queue of activities and the threads that take from it.
#include "sdk/worker/thread_pool_executor.h"

#include <utility>

namespace temporal::internal {

ThreadPoolExecutor::~ThreadPoolExecutor() {
  std::deque<Job> dropped;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
    dropped.swap(queue_);
  }
  work_.notify_all();
  dropped.clear();  // before the wait: what they hold is let go
  for (std::thread& thread : threads_) thread.join();
}

void ThreadPoolExecutor::Start(bool, Closure body, Closure done) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    queue_.push_back({std::move(body), std::move(done)});
    if (idle_ < static_cast<int>(queue_.size()) && static_cast<int>(threads_.size()) < limit_) {
      threads_.emplace_back([this] { Work(); });
    }
  }
  work_.notify_one();
}

void ThreadPoolExecutor::Work() {
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    ++idle_;
    work_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    --idle_;
    if (stopping_) return;
    Job job = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    job.body();
    job.body = nullptr;
    loop_.Post(std::move(job.done));
    lock.lock();
  }
}

void ThreadPoolExecutor::OnLoop(absl::FunctionRef<void()> work) { loop_.RunOnLoop(work); }

bool ThreadPoolExecutor::WaitUntil(absl::FunctionRef<bool()> ready, TimePoint deadline) {
  // The empty task makes the loop look at who waits.
  const TimerId alarm = loop_.PostAt(deadline, TimerKind::kHistory, [] {});
  bool answer = false;
  loop_.BlockUntil([&] { return (answer = ready()) || loop_.Now() >= deadline; }, Skip::kAllowed);
  loop_.Cancel(alarm);
  return answer;
}

}  // namespace temporal::internal
