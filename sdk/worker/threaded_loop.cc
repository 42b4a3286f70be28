// One thread that takes tasks in order, and the hand-over between it and the threads that wait.
#include "sdk/worker/threaded_loop.h"

#include <chrono>
#include <iterator>

namespace temporal::internal {

ThreadedLoop::ThreadedLoop() {
  Lock lock(mutex_);  // the thread must not look at thread_ before it is assigned
  thread_ = std::thread([this] { Main(); });
}

ThreadedLoop::~ThreadedLoop() {
  {
    Lock lock(mutex_);
    stopping_ = true;
  }
  work_.notify_all();
  thread_.join();
  // What the unrun tasks own may post once more while it is destroyed.
  while (true) {
    std::deque<Closure> ready;
    std::map<std::pair<TimePoint, TimerId>, Closure> timers;
    {
      Lock lock(mutex_);
      ready.swap(ready_);
      timers.swap(timers_);
      due_.clear();
    }
    if (ready.empty() && timers.empty()) return;
  }
}

TimePoint ThreadedLoop::Now() const { return std::chrono::system_clock::now(); }

void ThreadedLoop::Post(Closure task) {
  {
    Lock lock(mutex_);
    ready_.push_back(std::move(task));
  }
  work_.notify_all();
}

TimerId ThreadedLoop::PostAt(TimePoint when, TimerKind, Closure task) {
  TimerId id = 0;
  {
    Lock lock(mutex_);
    id = ++last_timer_;
    timers_.emplace(std::pair(when, id), std::move(task));
    due_.emplace(id, when);
  }
  work_.notify_all();
  return id;
}

void ThreadedLoop::Cancel(TimerId timer) {
  Closure forgotten;  // destroyed without the lock
  Lock lock(mutex_);
  const auto due = due_.find(timer);
  if (due == due_.end()) return;
  const auto entry = timers_.find({due->second, timer});
  forgotten = std::move(entry->second);
  timers_.erase(entry);
  due_.erase(due);
  lock.unlock();
}

BlockResult ThreadedLoop::BlockUntil(absl::FunctionRef<bool()> done, Skip) {
  if (OnLoopThread()) return Pump(done);
  Waiter waiter{done, false, nullptr};
  Lock lock(mutex_);
  if (failure_ != nullptr) std::rethrow_exception(std::exchange(failure_, nullptr));
  waiters_.push_back(&waiter);
  waiter_came_ = true;
  work_.notify_all();
  finished_.wait(lock, [&] { return waiter.finished || stopping_; });
  if (!waiter.finished) waiters_.remove(&waiter);
  if (waiter.failure != nullptr) std::rethrow_exception(waiter.failure);
  return waiter.finished ? BlockResult::kDone : BlockResult::kStalled;
}

void ThreadedLoop::RunOnLoop(absl::FunctionRef<void()> work) {
  if (OnLoopThread()) return work();
  bool done = false;
  std::exception_ptr failure;
  Post([&] {
    try {
      work();
    } catch (...) {
      failure = std::current_exception();
    }
    done = true;
  });
  BlockUntil([&] { return done; }, Skip::kForbidden);
  if (failure != nullptr) std::rethrow_exception(failure);
}

// The next task that is due, waiting for it; a null one if a waiter has come or the loop stops.
Closure ThreadedLoop::Next(Lock& lock) {
  while (true) {
    if (stopping_ || std::exchange(waiter_came_, false)) return nullptr;
    while (!timers_.empty() && timers_.begin()->first.first <= Now()) {
      due_.erase(timers_.begin()->first.second);
      ready_.push_back(std::move(timers_.begin()->second));
      timers_.erase(timers_.begin());
    }
    if (!ready_.empty()) {
      Closure task = std::move(ready_.front());
      ready_.pop_front();
      return task;
    }
    if (timers_.empty()) {
      work_.wait(lock);
    } else {
      const auto until = std::chrono::ceil<std::chrono::system_clock::duration>(timers_.begin()->first.first);
      work_.wait_until(lock, until);
    }
  }
}

void ThreadedLoop::Main() {
  Lock lock(mutex_);
  while (!stopping_) {
    Closure task = Next(lock);
    lock.unlock();
    try {
      if (task != nullptr) task();
      task = nullptr;
      lock.lock();
      WakeWaiters(lock);
    } catch (...) {
      if (!lock.owns_lock()) lock.lock();
      Fail(std::current_exception());
    }
  }
  finished_.notify_all();
}

BlockResult ThreadedLoop::Pump(absl::FunctionRef<bool()> done) {
  while (!done()) {
    Lock lock(mutex_);
    if (stopping_) return BlockResult::kStalled;
    Closure task = Next(lock);
    lock.unlock();
    if (task != nullptr) task();
    lock.lock();
    WakeWaiters(lock);
  }
  return BlockResult::kDone;
}

// Evaluates the predicates of all who wait, without the lock: they may post, and may throw. A waiter leaves the list
// here or in Fail, on this thread, before its own thread may go on.
void ThreadedLoop::WakeWaiters(Lock& lock) {
  for (auto at = waiters_.begin(); at != waiters_.end();) {
    Waiter* const waiter = *at;
    lock.unlock();
    bool done = false;
    std::exception_ptr failure;
    try {
      done = waiter->done();
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    at = done || failure != nullptr ? Finish(at, std::move(failure)) : std::next(at);
  }
}

std::list<ThreadedLoop::Waiter*>::iterator ThreadedLoop::Finish(std::list<Waiter*>::iterator at,
                                                                std::exception_ptr failure) {
  (*at)->failure = std::move(failure);
  (*at)->finished = true;
  finished_.notify_all();
  return waiters_.erase(at);
}

void ThreadedLoop::Fail(std::exception_ptr failure) {
  if (!waiters_.empty()) {
    Finish(waiters_.begin(), std::move(failure));
  } else if (failure_ == nullptr) {
    failure_ = std::move(failure);
  }
}

}  // namespace temporal::internal
