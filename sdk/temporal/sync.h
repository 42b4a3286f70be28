// Mutex and Semaphore for the coroutines of one workflow: who waits first goes first, the same on replay.
//
//   workflow::Mutex mutex;                       // a member of the workflow
//   …
//   auto lock = co_await mutex.Lock(ctx_);       // until `lock` is destroyed
//
// One coroutine runs at a time anyway; what needs them is code that awaits in between.
#ifndef TEMPORAL_SYNC_H_
#define TEMPORAL_SYNC_H_

#include <memory>
#include <stdexcept>
#include <utility>

#include "temporal/workflow.h"

namespace temporal::workflow {
namespace detail {

class Acquisition;

// Shared with the permits that are out, which may outlive the semaphore.
class SemaphoreState {
 public:
  explicit SemaphoreState(int permits) : free_(permits) {}

  bool Take() {
    if (free_ == 0) return false;
    --free_;
    return true;
  }
  // To whoever waits longest, or back to the free ones.
  inline void Release();
  int free() const { return free_; }

 private:
  friend class Acquisition;
  struct Waiting : internal::ListNode {
    Acquisition* acquisition = nullptr;
  };

  int free_;
  internal::List<Waiting> waiting_;
};

}  // namespace detail

// One of a semaphore's permits, or the lock of a mutex; given back when it is destroyed. Movable.
class [[nodiscard("it is given back at once if nobody keeps it")]] Permit {
 public:
  Permit() = default;
  explicit Permit(std::shared_ptr<detail::SemaphoreState> state) : state_(std::move(state)) {}
  Permit(Permit&& other) noexcept : state_(std::move(other.state_)) {}
  Permit& operator=(Permit&& other) noexcept {
    if (this != &other) {
      Release();
      state_ = std::move(other.state_);
    }
    return *this;
  }
  ~Permit() { Release(); }

  // Gives it back now.
  void Release() {
    if (state_ != nullptr) std::exchange(state_, nullptr)->Release();
  }
  bool held() const { return state_ != nullptr; }

 private:
  std::shared_ptr<detail::SemaphoreState> state_;
};

namespace detail {

// The awaiter of Acquire and Lock. Leaves every list when it is destroyed.
class [[nodiscard("await it: it does nothing by itself")]] Acquisition final : public internal::Cancellable {
 public:
  using TemporalAwaitable = void;

  Acquisition(Context& ctx, std::shared_ptr<SemaphoreState> state) : ctx_(ctx), state_(std::move(state)) {}
  Acquisition(Acquisition&& other) noexcept : ctx_(other.ctx_), state_(other.state_) {}
  ~Acquisition() {
    if (granted_) state_->Release();  // destroyed between the grant and the resumption
  }

  Acquisition&& operator co_await() && { return std::move(*this); }

  bool await_ready() {
    ctx_.runtime().MayCommand("Acquire");
    cancelled_ = ctx_.scope().cancelled();
    if (cancelled_) return true;
    granted_ = state_->waiting_.empty() && state_->Take();
    return granted_;
  }
  template <class P>
  void await_suspend(std::coroutine_handle<P> self) {
    waiter_.handle = self;
    link_.acquisition = this;
    state_->waiting_.PushBack(link_);
    ctx_.scope().Add(*this);
  }
  Permit await_resume() {
    if (cancelled_) throw CanceledFailure("Waiting for a permit was cancelled");
    granted_ = false;
    return Permit(state_);
  }

  void OnCancel(const std::string&) override {
    link_.Unlink();
    cancelled_ = true;
    ctx_.runtime().dispatcher().Ready(waiter_);
  }
  void Grant() {
    granted_ = true;
    static_cast<internal::Cancellable*>(this)->Unlink();
    ctx_.runtime().dispatcher().Ready(waiter_);
  }

 private:
  Context& ctx_;
  std::shared_ptr<SemaphoreState> state_;
  SemaphoreState::Waiting link_;
  internal::Waiter waiter_;
  bool granted_ = false, cancelled_ = false;
};

inline void SemaphoreState::Release() {
  if (Waiting* first = waiting_.PopFront())
    first->acquisition->Grant();
  else
    ++free_;
}

}  // namespace detail

class Semaphore {
 public:
  // Throws std::invalid_argument for less than one permit.
  explicit Semaphore(int permits) {
    if (permits < 1) throw std::invalid_argument("a semaphore needs at least one permit");
    state_ = std::make_shared<detail::SemaphoreState>(permits);
  }

  // `co_await semaphore.Acquire(ctx)` → Permit. Throws CanceledFailure if the scope of `ctx` is cancelled first.
  auto Acquire(Context& ctx) { return detail::Acquisition(ctx, state_); }
  // A permit that is not held if none is free.
  Permit TryAcquire() { return state_->Take() ? Permit(state_) : Permit(); }
  int available() const { return state_->free(); }

 private:
  std::shared_ptr<detail::SemaphoreState> state_;
};

class Mutex {
 public:
  // `co_await mutex.Lock(ctx)` → Permit. Throws CanceledFailure if the scope of `ctx` is cancelled first.
  auto Lock(Context& ctx) { return semaphore_.Acquire(ctx); }
  // A permit that is not held if it is locked.
  Permit TryLock() { return semaphore_.TryAcquire(); }
  bool locked() const { return semaphore_.available() == 0; }

 private:
  Semaphore semaphore_{1};
};

}  // namespace temporal::workflow

#endif  // TEMPORAL_SYNC_H_
