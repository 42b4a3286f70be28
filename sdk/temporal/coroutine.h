// The ground under Task and Future: intrusive lists, the dispatcher that resumes coroutines, and the promise base.
//
// Internal, in a public header only because coroutines are templates. Everything here belongs to one run and is used by
// the one thread that runs it.
#ifndef TEMPORAL_COROUTINE_H_
#define TEMPORAL_COROUTINE_H_

#include <atomic>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <source_location>
#include <type_traits>
#include <utility>

namespace temporal::internal {

class ListBase;

// A member of at most one list; leaves it when destroyed.
class ListNode {
 public:
  ListNode() = default;
  ListNode(const ListNode&) = delete;
  ListNode& operator=(const ListNode&) = delete;
  ~ListNode() { Unlink(); }

  bool linked() const { return next_ != nullptr; }
  void Unlink() {
    if (next_ == nullptr) return;
    prev_->next_ = next_;
    next_->prev_ = prev_;
    prev_ = next_ = nullptr;
  }

 private:
  friend class ListBase;
  ListNode* prev_ = nullptr;
  ListNode* next_ = nullptr;
};

class ListBase {
 public:
  ListBase() { head_.prev_ = head_.next_ = &head_; }
  ~ListBase() {
    while (!empty()) head_.next_->Unlink();
    head_.prev_ = head_.next_ = nullptr;
  }
  bool empty() const { return head_.next_ == &head_; }

 protected:
  void Append(ListNode& node) {
    node.Unlink();
    node.prev_ = head_.prev_;
    node.next_ = &head_;
    head_.prev_->next_ = &node;
    head_.prev_ = &node;
  }
  ListNode* Front() { return empty() ? nullptr : head_.next_; }
  ListNode* After(ListNode* node) { return node->next_ == &head_ ? nullptr : node->next_; }

 private:
  ListNode head_;
};

// A list in order of insertion that does not own its members; those that are left are unlinked when it is destroyed.
template <class T>
class List : public ListBase {
 public:
  void PushBack(T& node) { Append(node); }
  T* front() { return static_cast<T*>(Front()); }
  T* next(T& node) { return static_cast<T*>(After(&node)); }
  T* PopFront() {
    T* node = front();
    if (node != nullptr) node->Unlink();
    return node;
  }
};

// A suspended coroutine of a workflow, and where it waits.
class Suspended {
 public:
  Suspended() = default;
  Suspended(std::nullptr_t) {}  // NOLINT: as for a coroutine_handle
  template <class P>
  Suspended(std::coroutine_handle<P> handle) : handle_(handle), where_(&handle.promise().where()) {}  // NOLINT

  explicit operator bool() const { return static_cast<bool>(handle_); }
  void resume() const { handle_.resume(); }
  void destroy() const { handle_.destroy(); }
  // The co_await; line 0 if it has not run yet.
  const std::source_location& where() const { return *where_; }

 private:
  std::coroutine_handle<> handle_;
  const std::source_location* where_ = nullptr;
};

// A coroutine that will be resumed: in the dispatcher's queue, or in the list of what it waits for.
struct Waiter : ListNode {
  Suspended handle;
};

// Resumes the coroutines of one run, first in first out, until none is ready.
//
// Coroutines never resume each other: they leave the handle to run next here and return, so that the stack stays flat
// however long a chain of awaits is (symmetric transfer does not, at -O0).
class Dispatcher {
 public:
  // That of the run whose code this thread runs now; null: of none.
  static const Dispatcher* Current() { return current_; }
  // This thread runs the run's code for the length of a block.
  class Running {
   public:
    explicit Running(const Dispatcher& dispatcher) : before_(std::exchange(current_, &dispatcher)) {}
    ~Running() { current_ = before_; }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

   private:
    const Dispatcher* before_;
  };

  // Resumes `waiter` after those that are ready already.
  void Ready(Waiter& waiter) { ready_.PushBack(waiter); }
  // From within await_suspend: continue with this one before any other.
  void SwitchTo(Suspended next) { next_ = next; }
  bool idle() { return ready_.empty() && !next_; }
  // Runs until nothing is ready.
  void Run() {
    while (Waiter* waiter = ready_.PopFront()) {
      next_ = waiter->handle;
      resumed_at_.store(next_.where(), std::memory_order_relaxed);
      while (next_) {
        // One that begins stands where it is awaited.
        if (next_.where().line() != 0) resumed_at_.store(next_.where(), std::memory_order_relaxed);
        std::exchange(next_, nullptr).resume();
      }
    }
  }
  // Where the coroutine that runs now was suspended last; line 0 if nowhere yet. May be read on any thread.
  const std::atomic<std::source_location>& resumed_at() const { return resumed_at_; }

 private:
  static constinit inline thread_local const Dispatcher* current_ = nullptr;

  List<Waiter> ready_;
  Suspended next_;
  std::atomic<std::source_location> resumed_at_{};
};

// What co_await is allowed on inside a Task: types with `using TemporalAwaitable = void`.
template <class A>
concept WorkflowAwaitable = requires { typename std::remove_cvref_t<A>::TemporalAwaitable; };

// The promise of every coroutine of a workflow.
class PromiseBase {
 public:
  // The final suspension continues with whoever awaits this coroutine.
  struct FinalAwaiter {
    bool await_ready() const noexcept { return false; }
    template <class P>
    void await_suspend(std::coroutine_handle<P> self) const noexcept {
      PromiseBase& promise = self.promise();
      if (promise.parent_ == nullptr) return;
      promise.parent_->child_ = nullptr;
      promise.dispatcher_->SwitchTo(promise.continuation_);
    }
    void await_resume() const noexcept {}
  };

  PromiseBase() = default;
  PromiseBase(const PromiseBase&) = delete;
  PromiseBase& operator=(const PromiseBase&) = delete;
  ~PromiseBase() {
    if (parent_ != nullptr && parent_->child_ == this) parent_->child_ = nullptr;
  }

  std::suspend_always initial_suspend() const noexcept { return {}; }
  FinalAwaiter final_suspend() const noexcept { return {}; }
  void unhandled_exception() { exception_ = std::current_exception(); }

  // Remembers where this coroutine waits, for stall reports and mismatches.
  template <WorkflowAwaitable A>
  A&& await_transform(A&& awaitable, std::source_location where = std::source_location::current()) {
    where_ = where;
    return static_cast<A&&>(awaitable);
  }

  // `parent` (null: none) awaits this coroutine and goes on when it has ended.
  void Attach(Dispatcher& dispatcher, PromiseBase* parent, Suspended continuation) {
    dispatcher_ = &dispatcher;
    parent_ = parent;
    continuation_ = continuation;
    if (parent != nullptr) parent->child_ = this;
  }
  // How to destroy this coroutine before the task that owns it does.
  void set_destroy(void (*destroy)(PromiseBase&)) { destroy_ = destroy; }
  // Destroys all that this coroutine awaits, the innermost first. A chain of awaits may be longer than the stack is
  // deep.
  void DestroyAwaited() {
    PromiseBase* at = this;
    while (at->child_ != nullptr) at = at->child_;
    while (at != this) {
      PromiseBase* above = at->parent_;
      at->destroy_(*at);
      at = above;
    }
  }
  void RethrowIfFailed() {
    if (exception_) std::rethrow_exception(exception_);
  }

  Dispatcher& dispatcher() const { return *dispatcher_; }
  // The innermost coroutine that this one waits for, itself included.
  const PromiseBase& Innermost() const {
    const PromiseBase* promise = this;
    while (promise->child_ != nullptr) promise = promise->child_;
    return *promise;
  }
  const PromiseBase* child() const { return child_; }
  // The co_await at which it was last suspended.
  const std::source_location& where() const { return where_; }

 private:
  Dispatcher* dispatcher_ = nullptr;
  PromiseBase* parent_ = nullptr;
  PromiseBase* child_ = nullptr;
  Suspended continuation_;
  void (*destroy_)(PromiseBase&) = nullptr;
  std::exception_ptr exception_;
  std::source_location where_;
};

}  // namespace temporal::internal

#endif  // TEMPORAL_COROUTINE_H_
