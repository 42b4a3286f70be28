// Hands the right to run to an activity's thread and takes it back.
#include "testing/environment/activity_thread.h"

#include <algorithm>
#include <utility>

#include "sdk/base/check.h"
#include "temporal/failure.h"

namespace temporal::test {

using internal::Closure;
using internal::TimePoint;
using internal::TimerKind;

namespace {

thread_local ActivityThread* current_thread = nullptr;

// An activity that goes on waiting while its environment ends is let down gently so many times, then by force.
constexpr int kPatience = 1000;

}  // namespace

ActivityThread::ActivityThread() : thread_([this] { Run(); }) {}

ActivityThread::~ActivityThread() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    quit_ = true;
    body_has_turn_ = true;
  }
  turn_changed_.notify_all();
  thread_.join();
}

ActivityThread* ActivityThread::Current() { return current_thread; }

void ActivityThread::Begin(Closure body) {
  body_ = std::move(body);
  busy_ = true;
  Resume();
}

void ActivityThread::Resume() {
  std::unique_lock<std::mutex> lock(mutex_);
  body_has_turn_ = true;
  turn_changed_.notify_all();
  turn_changed_.wait(lock, [this] { return !body_has_turn_; });
}

void ActivityThread::Wait() {
  std::unique_lock<std::mutex> lock(mutex_);
  body_has_turn_ = false;
  turn_changed_.notify_all();
  turn_changed_.wait(lock, [this] { return body_has_turn_; });
}

void ActivityThread::Run() {
  current_thread = this;
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    turn_changed_.wait(lock, [this] { return body_has_turn_; });
    if (quit_) return;
    lock.unlock();
    std::exchange(body_, nullptr)();
    lock.lock();
    busy_ = false;
    body_has_turn_ = false;
    turn_changed_.notify_all();
  }
}

bool WaitingActivities::WaitUntil(absl::FunctionRef<bool()> ready, TimePoint deadline) {
  ActivityThread* thread = ActivityThread::Current();
  TEMPORAL_CHECK(thread != nullptr) << "an activity that runs as one step cannot wait";
  if (ready()) return true;
  if (deadline <= loop_.Now()) return false;
  internal::TimerId timer = 0;
  if (deadline != TimePoint::max()) {
    timer = loop_.PostAt(deadline, TimerKind::kHistory, [this, thread] { Resume(thread); });
  }
  if (waiters_.empty()) loop_.SetAfterTask([this] { ResumeReady(); });
  waiters_.push_back({thread, ready, timer, false});
  thread->Wait();
  return ready();
}

void WaitingActivities::ResumeReady() {
  for (Waiter& waiter : waiters_) {
    if (waiter.resuming || !waiter.ready()) continue;
    waiter.resuming = true;
    loop_.Cancel(waiter.timer);
    loop_.Post([this, thread = waiter.thread] { Resume(thread); });
  }
}

void WaitingActivities::Resume(ActivityThread* thread) {
  const auto found =
      std::find_if(waiters_.begin(), waiters_.end(), [&](const Waiter& w) { return w.thread == thread; });
  if (found == waiters_.end()) return;
  loop_.Cancel(found->timer);
  waiters_.erase(found);
  if (waiters_.empty()) loop_.SetAfterTask(nullptr);
  thread->Resume();
}

void WaitingActivities::Wake(ActivityThread& thread) { Resume(&thread); }

HandOffExecutor::~HandOffExecutor() {
  stopping_ = true;
  *alive_ = false;
  queue_.clear();
  for (const auto& thread : pool_) {
    while (thread->busy()) waiting_.Wake(*thread);
  }
}

void HandOffExecutor::Start(bool may_wait, Closure body, Closure done) {
  loop_.Post([this, alive = alive_, may_wait, body = std::move(body), done = std::move(done)]() mutable {
    if (!*alive) return;
    if (may_wait) return RunOnThread({std::move(body), std::move(done)});
    body();
    loop_.Post(std::move(done));
  });
}

void HandOffExecutor::RunOnThread(Job job) {
  if (busy_threads() >= threads_) {
    queue_.push_back(std::move(job));
    return;
  }
  FreeThread().Begin([this, job = std::move(job)]() mutable {
    job.body();
    if (stopping_) return;
    loop_.Post([this, alive = alive_, done = std::move(job.done)]() mutable {
      done();
      if (!*alive || queue_.empty()) return;
      Job next = std::move(queue_.front());
      queue_.pop_front();
      RunOnThread(std::move(next));
    });
  });
}

bool HandOffExecutor::WaitUntil(absl::FunctionRef<bool()> ready, TimePoint deadline) {
  if (!stopping_) {
    const bool answer = waiting_.WaitUntil(ready, deadline);
    if (!stopping_) return answer;
  }
  if (++waits_while_stopping_ > kPatience) throw CanceledFailure("the test environment has ended");
  return ready();
}

int HandOffExecutor::busy_threads() const {
  return static_cast<int>(std::count_if(pool_.begin(), pool_.end(), [](const auto& thread) { return thread->busy(); }));
}

ActivityThread& HandOffExecutor::FreeThread() {
  for (const auto& thread : pool_) {
    if (!thread->busy()) return *thread;
  }
  pool_.push_back(std::make_unique<ActivityThread>());
  return *pool_.back();
}

}  // namespace temporal::test
