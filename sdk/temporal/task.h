// Task<T>: the coroutine type of workflow code.
//
// Lazy: it starts when it is awaited (once) or handed to ctx.Spawn. Linear: movable, not copyable; destroying it
// destroys the coroutine wherever it is suspended. Inside it only Temporal's own awaitables compile: tasks, futures,
// and what a workflow::Context answers.
#ifndef TEMPORAL_TASK_H_
#define TEMPORAL_TASK_H_

#include <optional>
#include <utility>

#include "temporal/coroutine.h"

namespace temporal {

template <class T = void>
class Task;

namespace internal {

template <class T>
class TaskPromise : public PromiseBase {
 public:
  Task<T>* owner = nullptr;  // the task in the awaiter of whoever awaits this

  Task<T> get_return_object();
  template <class V>
    requires std::is_convertible_v<V&&, T>
  void return_value(V&& value) {
    value_.emplace(std::forward<V>(value));
  }
  T TakeResult() {
    RethrowIfFailed();
    return std::move(*value_);
  }

 private:
  std::optional<T> value_;
};

template <>
class TaskPromise<void> : public PromiseBase {
 public:
  Task<void>* owner = nullptr;

  Task<void> get_return_object();
  void return_void() {}
  void TakeResult() { RethrowIfFailed(); }
};

}  // namespace internal

template <class T>
class [[nodiscard("a Task does nothing until it is awaited or spawned")]] Task {
 public:
  using promise_type = internal::TaskPromise<T>;
  using TemporalAwaitable = void;
  using value_type = T;

  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }

  // `co_await Helper(ctx)` or `co_await std::move(task)`: the await owns the coroutine.
  auto operator co_await() && { return Awaiter(std::move(*this)); }

 private:
  friend promise_type;
  class Awaiter {
   public:
    explicit Awaiter(Task task) : task_(std::move(task)) {}
    bool await_ready() const { return false; }
    template <class P>
    void await_suspend(std::coroutine_handle<P> parent) {
      promise_type& promise = task_.handle_.promise();
      promise.Attach(parent.promise().dispatcher(), &parent.promise(), parent);
      promise.owner = &task_;
      promise.set_destroy([](internal::PromiseBase& base) {
        std::exchange(static_cast<promise_type&>(base).owner->handle_, nullptr).destroy();
      });
      parent.promise().dispatcher().SwitchTo(task_.handle_);
    }
    T await_resume() { return task_.handle_.promise().TakeResult(); }

   private:
    Task task_;
  };

  explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}

  std::coroutine_handle<promise_type> handle_;
};

namespace internal {

template <class T>
Task<T> TaskPromise<T>::get_return_object() {
  return Task<T>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}

inline Task<void> TaskPromise<void>::get_return_object() {
  return Task<void>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}

}  // namespace internal
}  // namespace temporal

#endif  // TEMPORAL_TASK_H_
