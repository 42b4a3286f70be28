// Runs ready tasks, then due timers; the makes differ in what they do when there is neither.
#include "fake-server/clock/event_loop.h"

#include <algorithm>
#include <utility>

#include "sdk/base/proto_time.h"

namespace temporal::server {

using internal::BlockResult;
using internal::Closure;
using internal::Skip;
using internal::TimePoint;
using internal::TimerId;
using internal::TimerKind;

void EventLoop::Post(Closure task) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    posted_.push_back(std::move(task));
  }
  Woken();
}

TimerId EventLoop::PostAt(TimePoint when, TimerKind kind, Closure task) {
  const TimerId id = next_timer_id_++;
  (kind == TimerKind::kHistory ? history_timers_ : idle_timers_).Add(id, when, std::move(task));
  return id;
}

void EventLoop::Cancel(TimerId timer) {
  if (timer != 0 && !history_timers_.Cancel(timer)) idle_timers_.Cancel(timer);
}

// One blocking call, from its begin to its end, however it ends.
class EventLoop::Blocking {
 public:
  explicit Blocking(EventLoop& loop) : loop_(loop) { loop_.BlockBegins(loop_.depth_++ == 0); }
  ~Blocking() {
    --loop_.depth_;
    loop_.BlockEnds();
  }

 private:
  EventLoop& loop_;
};

BlockResult EventLoop::BlockUntil(absl::FunctionRef<bool()> done, Skip skip) {
  BlockResult result = BlockResult::kDone;
  {
    const Blocking blocking(*this);
    while (escaped_ == nullptr && !done()) {
      if (BudgetUsedUp()) {
        result = BlockResult::kBudget;
        break;
      }
      if (RunOne()) continue;
      const Waited waited = WaitForWork(skip);
      if (waited == Waited::kSomethingToDo) continue;
      result = waited == Waited::kBudget ? BlockResult::kBudget : BlockResult::kStalled;
      break;
    }
  }
  if (escaped_ == nullptr) return result;
  if (depth_ == 0) std::rethrow_exception(std::exchange(escaped_, nullptr));
  return BlockResult::kStalled;
}

BlockResult EventLoop::RunUntilIdle() {
  bool idle = false;
  {
    const Blocking blocking(*this);
    while (escaped_ == nullptr && !idle && !BudgetUsedUp()) idle = !RunOne();
  }
  if (escaped_ != nullptr && depth_ == 0) std::rethrow_exception(std::exchange(escaped_, nullptr));
  return idle ? BlockResult::kDone : BlockResult::kBudget;
}

bool EventLoop::TakePosted() {
  ready_.clear();
  ready_head_ = 0;
  const std::lock_guard<std::mutex> lock(mutex_);
  ready_.swap(posted_);
  return !ready_.empty();
}

bool EventLoop::RunOne() {
  if (ready_head_ == ready_.size()) {
    timer_had_turn_ = TimersTakeTurns() && !timer_had_turn_ && RunDueTimer();
    if (timer_had_turn_) return true;
    if (!TakePosted()) return RunDueTimer();
  }
  RunTask(std::move(ready_[ready_head_++]));
  return true;
}

bool EventLoop::RunDueTimer() {
  const bool history = !history_timers_.empty(), idle = !idle_timers_.empty();
  if (!history && !idle) return false;
  const bool take_history = history && (!idle || history_timers_.Next() < idle_timers_.Next());
  TimerQueue& queue = take_history ? history_timers_ : idle_timers_;
  const TimerQueue::Key next = queue.Next();
  if (next.when > Now()) return false;
  if (take_history) HistoryTimerFires();
  RunTask(queue.Take(next));
  return true;
}

void EventLoop::RunTask(Closure task) {
  ++tasks_run_;
  try {
    task();
  } catch (...) {
    // The first one wins: those of tasks that a nested pump ran came before the one that waited for them.
    if (escaped_ == nullptr) escaped_ = std::current_exception();
  }
  if (after_task_) after_task_();
}

void EventLoop::DropPending() {
  for (bool dropped = true; dropped;) {
    // What a closure holds may post or cancel when it goes: it goes after it has left the queues.
    std::vector<Closure> doomed = std::exchange(ready_, {});
    ready_head_ = 0;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      for (Closure& task : posted_) doomed.push_back(std::move(task));
      posted_.clear();
    }
    for (TimerQueue* queue : {&history_timers_, &idle_timers_}) {
      while (!queue->empty()) doomed.push_back(queue->Take(queue->Next()));
    }
    dropped = !doomed.empty();
  }
}

void VirtualLoop::BlockBegins(bool outermost) {
  jumping_ = false;
  if (!outermost) return;
  time_limit_ = unlimited_time_ ? TimePoint::max() : internal::SaturatedAdd(now_, options_.max_time);
  task_limit_ = tasks_run() + options_.max_tasks;
}

bool VirtualLoop::BudgetUsedUp() const { return tasks_run() >= task_limit_; }

EventLoop::Waited VirtualLoop::WaitForWork(Skip skip) {
  if (skip == Skip::kForbidden || skip_locks_ > 0 || history_timers().empty()) return Waited::kNothingWillCome;
  if (!jumping_) {
    if (jump_guard_ && !unlimited_time_ && !jump_guard_()) return Waited::kNothingWillCome;
    jumping_ = true;
    jump_started_ = next_timer_id();
  }
  TimePoint target = history_timers().Next().when;
  const TimerQueue::Key idle = idle_timers().NextBelow(jump_started_);
  if (idle.id != 0 && idle.when < target) {
    // Idle timers of this jump itself may stand before it in the queue, with deadlines that have not come: the clock
    // goes to the older one's deadline all the same, and those due by then run with it.
    target = idle.when;
  }
  if (target > time_limit_) return Waited::kBudget;
  now_ = std::max(now_, target);
  return Waited::kSomethingToDo;
}

BlockResult VirtualLoop::RunUntil(TimePoint when) {
  if (when <= now_) return BlockResult::kDone;
  bool reached = false;
  const TimerId alarm = PostAt(when, TimerKind::kHistory, [&reached] { reached = true; });
  unlimited_time_ = true;
  BlockResult result = BlockResult::kStalled;
  try {
    result = BlockUntil([&reached] { return reached; }, Skip::kAllowed);
  } catch (...) {
    unlimited_time_ = false;
    Cancel(alarm);
    throw;
  }
  unlimited_time_ = false;
  Cancel(alarm);
  return result;
}

TimePoint WallLoop::Now() const {
  return std::chrono::time_point_cast<internal::Duration>(std::chrono::system_clock::now());
}

void WallLoop::Run() {
  while (!stopped_) BlockUntil([this] { return stopped_.load(); }, Skip::kForbidden);
}

void WallLoop::Stop() {
  stopped_ = true;
  const std::lock_guard<std::mutex> lock(mutex());
  wake_.notify_all();
}

EventLoop::Waited WallLoop::WaitForWork(Skip) {
  TimePoint next = TimePoint::max();
  for (TimerQueue* queue : {&history_timers(), &idle_timers()}) {
    if (!queue->empty()) next = std::min(next, queue->Next().when);
  }
  std::unique_lock<std::mutex> lock(mutex());
  const auto woken = [this] { return posted_nonempty_locked() || stopped_; };
  if (next == TimePoint::max()) {
    wake_.wait(lock, woken);
  } else {
    wake_.wait_until(lock, next, woken);
  }
  return Waited::kSomethingToDo;
}

}  // namespace temporal::server
