// The awaiters of WaitCondition and WaitCancelled. Internal.
#ifndef TEMPORAL_WORKFLOW_WAITS_H_
#define TEMPORAL_WORKFLOW_WAITS_H_

#include <coroutine>
#include <memory>
#include <string>
#include <utility>

#include "temporal/failure.h"
#include "temporal/future.h"
#include "temporal/options.h"
#include "temporal/scope.h"
#include "temporal/workflow_runtime.h"

namespace temporal::workflow {

namespace detail {

// The awaiter of WaitCondition. Lives in the coroutine's frame; leaves every list when that is destroyed.
template <class F>
class [[nodiscard("await it: it does nothing by itself")]] ConditionAwaiter : public internal::Condition,
                                                                              public internal::Cancellable {
 public:
  using TemporalAwaitable = void;

  ConditionAwaiter(internal::WorkflowRuntime& runtime, internal::Scope& scope, F predicate)
      : runtime_(runtime), scope_(scope), predicate_(std::move(predicate)) {}
  ConditionAwaiter(ConditionAwaiter&& other) noexcept
      : runtime_(other.runtime_), scope_(other.scope_), predicate_(std::move(other.predicate_)) {}

  ConditionAwaiter&& operator co_await() && { return std::move(*this); }

  bool await_ready() {
    runtime_.MayCommand("WaitCondition");
    if (scope_.cancelled()) {
      cancelled_ = true;
      return true;
    }
    return runtime_.Evaluate(*this);
  }
  template <class P>
  void await_suspend(std::coroutine_handle<P> self) {
    waiter_.handle = self;
    runtime_.AddCondition(*this);
    scope_.Add(*this);
  }
  void await_resume() {
    if (cancelled_) throw CanceledFailure("Condition wait was cancelled");
  }

  bool Holds() override { return predicate_(); }
  void Wake() override {
    static_cast<internal::Cancellable*>(this)->Unlink();
    runtime_.dispatcher().Ready(waiter_);
  }
  void OnCancel(const std::string&) override {
    static_cast<internal::Condition*>(this)->Unlink();
    cancelled_ = true;
    runtime_.dispatcher().Ready(waiter_);
  }

  class Timed;

 protected:
  internal::WorkflowRuntime& runtime_;
  internal::Scope& scope_;
  F predicate_;
  bool cancelled_ = false;
  internal::Waiter waiter_;
};

template <class F>
class [[nodiscard("await it: it does nothing by itself")]] ConditionAwaiter<F>::Timed final
    : public ConditionAwaiter<F>,
      private internal::FutureListener {
 public:
  Timed(internal::WorkflowRuntime& runtime, internal::Scope& scope, F predicate, Duration timeout,
        const TimerOptions& options)
      : ConditionAwaiter<F>(runtime, scope, std::move(predicate)), timeout_(timeout), options_(options) {}
  Timed(Timed&& other) noexcept
      : ConditionAwaiter<F>(std::move(other)), timeout_(other.timeout_), options_(other.options_) {}

  Timed&& operator co_await() && { return std::move(*this); }

  template <class P>
  void await_suspend(std::coroutine_handle<P> self) {
    ConditionAwaiter<F>::await_suspend(self);
    timer_ = std::make_shared<internal::FutureState<void>>();
    this->runtime_.StartTimer(timeout_, options_, timer_scope_, timer_);
    timer_->Listen(*this);
  }
  // Whether the predicate holds now: a signal that came in the same task as the timer's firing counts.
  bool await_resume() {
    if (timer_ != nullptr && !timer_->ready()) {
      static_cast<internal::FutureListener*>(this)->Unlink();
      this->runtime_.CancelTimer(*timer_);
    }
    ConditionAwaiter<F>::await_resume();
    return this->runtime_.Evaluate(*this);
  }

 private:
  void OnReady() override {
    if (!static_cast<internal::Condition*>(this)->linked()) return;  // satisfied or cancelled in this very task
    static_cast<internal::Condition*>(this)->Unlink();
    static_cast<internal::Cancellable*>(this)->Unlink();
    this->runtime_.dispatcher().Ready(this->waiter_);
  }

  Duration timeout_;
  TimerOptions options_;
  internal::Scope timer_scope_{nullptr};  // the wait itself hears of the cancellation, not its timer
  std::shared_ptr<internal::FutureState<void>> timer_;
};

// Only the cancellation itself ends this wait: there is nothing to evaluate.
class [[nodiscard("await it: it does nothing by itself")]] CancelledAwaiter final : public internal::Cancellable {
 public:
  using TemporalAwaitable = void;

  CancelledAwaiter(internal::WorkflowRuntime& runtime, internal::Scope& scope) : runtime_(runtime), scope_(scope) {}
  CancelledAwaiter(CancelledAwaiter&& other) noexcept : runtime_(other.runtime_), scope_(other.scope_) {}

  CancelledAwaiter&& operator co_await() && { return std::move(*this); }

  bool await_ready() {
    runtime_.MayCommand("WaitCancelled");
    return scope_.cancelled();
  }
  template <class P>
  void await_suspend(std::coroutine_handle<P> self) {
    waiter_.handle = self;
    scope_.Add(*this);
  }
  void await_resume() const {}

  void OnCancel(const std::string&) override { runtime_.dispatcher().Ready(waiter_); }

 private:
  internal::WorkflowRuntime& runtime_;
  internal::Scope& scope_;
  internal::Waiter waiter_;
};

}  // namespace detail

}  // namespace temporal::workflow

#endif  // TEMPORAL_WORKFLOW_WAITS_H_
