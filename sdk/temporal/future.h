// Future<T>: a result that is on its way; and what a wait for it comes to: Outcome and Try.
//
// Eager: what it stands for has been started. Copyable: copies stand for the same result, and any number of coroutines
// may await it. A future that is ready does not suspend. Dropping one does not stop what it stands for.
#ifndef TEMPORAL_FUTURE_H_
#define TEMPORAL_FUTURE_H_

#include <memory>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "temporal/coroutine.h"
#include "temporal/failure.h"
#include "temporal/payload.h"
#include "temporal/task.h"

namespace temporal {
namespace internal {

// Told once when a future becomes ready.
class FutureListener : public ListNode {
 public:
  virtual void OnReady() = 0;

 protected:
  ~FutureListener() = default;
};

// What the engine sees of a future: it resolves it, with payloads or with an exception, exactly once.
class FutureStateBase {
 public:
  FutureStateBase() = default;
  FutureStateBase(const FutureStateBase&) = delete;
  FutureStateBase& operator=(const FutureStateBase&) = delete;
  virtual ~FutureStateBase() = default;

  // Decodes, and makes the future ready; what cannot be decoded makes it fail with ConversionError, which says that it
  // is the result of `of`: "activity Charge".
  virtual void ResolvePayloads(const Payloads& payloads, std::string_view of) = 0;
  void Fail(std::exception_ptr error) {
    error_ = std::move(error);
    Finish();
  }

  bool ready() const { return ready_; }
  // Null unless it has failed.
  const std::exception_ptr& error() const {
    asked_ = true;
    return error_;
  }
  // Throws std::logic_error if another run has made it: that could not resume who awaits it.
  void CheckOwn() const {
    if (made_by_ != Dispatcher::Current()) ThrowForeign();
  }
  // `listener` must not be ready-checked away: only for a future that is not ready.
  void Listen(FutureListener& listener) {
    asked_ = true;
    listeners_.PushBack(listener);
  }
  // The same without asking.
  void Watch(FutureListener& listener) { listeners_.PushBack(listener); }
  // It has failed, and nobody has ever asked how it ends.
  bool failed_unasked() const { return error_ != nullptr && !asked_; }

 protected:
  void Finish() {
    ready_ = true;
    while (FutureListener* listener = listeners_.PopFront()) listener->OnReady();
  }

 private:
  [[noreturn]] static void ThrowForeign();

  const Dispatcher* const made_by_ = Dispatcher::Current();
  bool ready_ = false;
  mutable bool asked_ = false;
  std::exception_ptr error_;
  List<FutureListener> listeners_;
};

template <class T>
class FutureState final : public FutureStateBase {
 public:
  void ResolvePayloads(const Payloads& payloads, std::string_view of) override {
    try {
      value_.emplace(DecodeResult<T>(payloads));
    } catch (const ConversionError& error) {
      return Fail(ErrorAbout(of, error));
    } catch (...) {
      return Fail(std::current_exception());
    }
    Finish();
  }
  void Resolve(T value) {
    value_.emplace(std::move(value));
    Finish();
  }
  const T& Get() const {
    if (error()) std::rethrow_exception(error());
    return *value_;
  }

 private:
  std::optional<T> value_;
};

template <>
class FutureState<void> final : public FutureStateBase {
 public:
  void ResolvePayloads(const Payloads&, std::string_view) override { Finish(); }
  void Resolve() { Finish(); }
  void Get() const {
    if (error()) std::rethrow_exception(error());
  }
};

// Resumes one coroutine when one future is ready.
class FutureWaiter final : public FutureListener {
 public:
  template <class P>
  void Suspend(FutureStateBase& state, std::coroutine_handle<P> self) {
    dispatcher_ = &self.promise().dispatcher();
    waiter_.handle = self;
    state.Listen(*this);
  }
  void OnReady() override { dispatcher_->Ready(waiter_); }

 private:
  Dispatcher* dispatcher_ = nullptr;
  Waiter waiter_;
};

}  // namespace internal

template <class T>
class [[nodiscard("await the future, or keep it to await it later")]] Future {
 public:
  using TemporalAwaitable = void;
  using value_type = T;

  explicit Future(std::shared_ptr<internal::FutureState<T>> state) : state_(std::move(state)) {}

  // Whether awaiting it would not suspend.
  bool ready() const { return state_->ready(); }

  auto operator co_await() const { return Awaiter(state_); }

  const std::shared_ptr<internal::FutureState<T>>& state() const { return state_; }

 private:
  class Awaiter {
   public:
    explicit Awaiter(std::shared_ptr<internal::FutureState<T>> state) : state_(std::move(state)) {}
    bool await_ready() const {
      state_->CheckOwn();
      return state_->ready();
    }
    template <class P>
    void await_suspend(std::coroutine_handle<P> self) {
      waiter_.Suspend(*state_, self);
    }
    T await_resume() const { return state_->Get(); }

   private:
    std::shared_ptr<internal::FutureState<T>> state_;
    internal::FutureWaiter waiter_;
  };

  std::shared_ptr<internal::FutureState<T>> state_;
};

// A value or a Failure: what Try answers. co_await is illegal inside a catch, so code that compensates needs it.
template <class T>
class [[nodiscard]] Outcome {
 public:
  using Value = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

  explicit Outcome(Value value) : value_(std::move(value)) {}
  explicit Outcome(std::exception_ptr error, std::shared_ptr<const Failure> failure)
      : error_(std::move(error)), failure_(std::move(failure)) {}

  bool ok() const { return value_.has_value(); }
  // Throws the failure if there is one.
  T value() const {
    if (error_) std::rethrow_exception(error_);
    if constexpr (!std::is_void_v<T>) return *value_;
  }
  // Null if ok.
  const Failure* failure() const { return failure_.get(); }
  const std::shared_ptr<const Failure>& shared_failure() const { return failure_; }

 private:
  std::optional<Value> value_;
  std::exception_ptr error_;
  std::shared_ptr<const Failure> failure_;
};

namespace internal {

// The Failure that `error` holds, sharing it; null if it holds something else.
std::shared_ptr<const Failure> FailureOf(const std::exception_ptr& error);

template <class A>
using AwaitResult = decltype(std::declval<decltype(std::declval<A>().operator co_await())&>().await_resume());

template <class A>
class [[nodiscard("await it: it does nothing by itself")]] TryAwaitable {
 public:
  using TemporalAwaitable = void;
  using T = AwaitResult<A>;

  explicit TryAwaitable(A&& inner) : inner_(std::move(inner)) {}

  auto operator co_await() && { return Awaiter(std::move(inner_)); }

 private:
  using Inner = decltype(std::declval<A>().operator co_await());
  class Awaiter {
   public:
    explicit Awaiter(A&& inner) : inner_(std::move(inner).operator co_await()) {}
    bool await_ready() { return inner_.await_ready(); }
    template <class P>
    auto await_suspend(std::coroutine_handle<P> self) {
      return inner_.await_suspend(self);
    }
    Outcome<T> await_resume() {
      try {
        if constexpr (std::is_void_v<T>) {
          inner_.await_resume();
          return Outcome<T>(std::monostate());
        } else {
          return Outcome<T>(inner_.await_resume());
        }
      } catch (const Failure&) {
        std::exception_ptr error = std::current_exception();
        std::shared_ptr<const Failure> failure = FailureOf(error);
        return Outcome<T>(std::move(error), std::move(failure));
      }
    }

   private:
    Inner inner_;
  };

  A inner_;
};

}  // namespace internal

namespace workflow {

// `co_await Try(x)` awaits x and answers its value or its Failure as an Outcome. Other exceptions pass: they are bugs.
template <class A>
  requires internal::WorkflowAwaitable<A> && (!std::is_lvalue_reference_v<A>)
auto Try(A&& awaitable) {
  return internal::TryAwaitable<A>(std::move(awaitable));
}
template <class T>
auto Try(const Future<T>& future) {
  return internal::TryAwaitable<Future<T>>(Future<T>(future));
}

}  // namespace workflow
}  // namespace temporal

#endif  // TEMPORAL_FUTURE_H_
