// All and Any: waits for several futures.
#ifndef TEMPORAL_COMBINATORS_H_
#define TEMPORAL_COMBINATORS_H_

#include <coroutine>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "temporal/coroutine.h"
#include "temporal/future.h"

namespace temporal {
namespace internal {

// Counts down as futures become ready; resumes at zero, or at the first failure. The ground of All and Any.
class Countdown {
 public:
  explicit Countdown(std::vector<std::shared_ptr<FutureStateBase>> states, bool any)
      : states_(std::move(states)), any_(any) {}
  Countdown(Countdown&& other) noexcept : states_(std::move(other.states_)), any_(other.any_) {}

  bool await_ready() const {
    std::size_t pending = 0;
    for (const auto& state : states_) {
      state->CheckOwn();
      if (state->error() && !any_) return true;
      if (!state->ready()) ++pending;
    }
    return any_ ? pending < states_.size() || states_.empty() : pending == 0;
  }
  template <class P>
  void await_suspend(std::coroutine_handle<P> self) {
    dispatcher_ = &self.promise().dispatcher();
    waiter_.handle = self;
    links_ = std::make_unique<Link[]>(states_.size());
    for (std::size_t i = 0; i < states_.size(); ++i) {
      if (states_[i]->ready()) continue;
      ++pending_;
      links_[i].owner = this;
      links_[i].state = states_[i].get();
      states_[i]->Listen(links_[i]);
    }
  }
  const std::vector<std::shared_ptr<FutureStateBase>>& states() const { return states_; }
  // Throws the first failure in the order of the futures.
  void RethrowFirstFailure() const {
    for (const auto& state : states_) {
      if (state->ready() && state->error()) std::rethrow_exception(state->error());
    }
  }

 private:
  struct Link final : FutureListener {
    void OnReady() override { owner->OnReady(*state); }
    Countdown* owner = nullptr;
    FutureStateBase* state = nullptr;
  };
  void OnReady(const FutureStateBase& state) {
    --pending_;
    if (resumed_ || !(any_ || pending_ == 0 || state.error())) return;
    resumed_ = true;
    dispatcher_->Ready(waiter_);
  }

  std::vector<std::shared_ptr<FutureStateBase>> states_;
  bool any_;
  bool resumed_ = false;
  std::size_t pending_ = 0;
  std::unique_ptr<Link[]> links_;
  Dispatcher* dispatcher_ = nullptr;
  Waiter waiter_;
};

}  // namespace internal

namespace workflow {

// `co_await All{a, b}` → std::tuple of the values (std::monostate for void), `co_await All{vector}` → std::vector of
// them. Throws as soon as one fails. Braces, as they evaluate left to right on every compiler.
template <class... T>
class [[nodiscard("await it: it does nothing by itself")]] All {
 public:
  using TemporalAwaitable = void;
  explicit All(Future<T>... futures) : futures_(std::move(futures)...) {}

  auto operator co_await() && { return Awaiter(std::move(futures_)); }

 private:
  class Awaiter : public internal::Countdown {
   public:
    explicit Awaiter(std::tuple<Future<T>...> futures)
        : Countdown(std::apply(
                        [](const auto&... f) {
                          return std::vector<std::shared_ptr<internal::FutureStateBase>>{f.state()...};
                        },
                        futures),
                    false),
          futures_(std::move(futures)) {}
    std::tuple<typename Outcome<T>::Value...> await_resume() const {
      RethrowFirstFailure();
      return std::apply([](const auto&... f) { return std::tuple<typename Outcome<T>::Value...>{ValueOf(f)...}; },
                        futures_);
    }

   private:
    template <class U>
    static typename Outcome<U>::Value ValueOf(const Future<U>& future) {
      if constexpr (std::is_void_v<U>)
        return std::monostate();
      else
        return future.state()->Get();
    }
    std::tuple<Future<T>...> futures_;
  };

  std::tuple<Future<T>...> futures_;
};

template <class T>
class [[nodiscard("await it: it does nothing by itself")]] All<std::vector<Future<T>>> {
 public:
  using TemporalAwaitable = void;
  explicit All(std::vector<Future<T>> futures) : futures_(std::move(futures)) {}

  auto operator co_await() && { return Awaiter(std::move(futures_)); }

 private:
  class Awaiter : public internal::Countdown {
   public:
    explicit Awaiter(std::vector<Future<T>> futures)
        : Countdown(States(futures), false), futures_(std::move(futures)) {}
    auto await_resume() const {
      RethrowFirstFailure();
      if constexpr (!std::is_void_v<T>) {
        std::vector<T> values;
        values.reserve(futures_.size());
        for (const auto& future : futures_) values.push_back(future.state()->Get());
        return values;
      }
    }

   private:
    static std::vector<std::shared_ptr<internal::FutureStateBase>> States(const std::vector<Future<T>>& futures) {
      std::vector<std::shared_ptr<internal::FutureStateBase>> states;
      for (const auto& future : futures) states.push_back(future.state());
      return states;
    }
    std::vector<Future<T>> futures_;
  };

  std::vector<Future<T>> futures_;
};

template <class... T>
All(Future<T>...) -> All<T...>;
template <class T>
All(std::vector<Future<T>>) -> All<std::vector<Future<T>>>;

// `co_await Any{a, b}` or `Any{vector}` → the index of the first that is ready, failed ones included; of several, the
// lowest index. Throws nothing: await the future itself for its value.
class [[nodiscard("await it: it does nothing by itself")]] Any {
 public:
  using TemporalAwaitable = void;
  template <class... T>
  explicit Any(const Future<T>&... futures) : states_{futures.state()...} {}
  template <class T>
  explicit Any(const std::vector<Future<T>>& futures) {
    for (const auto& future : futures) states_.push_back(future.state());
  }

  auto operator co_await() && { return Awaiter(std::move(states_), true); }

 private:
  class Awaiter : public internal::Countdown {
   public:
    using Countdown::Countdown;
    std::size_t await_resume() const {
      for (std::size_t i = 0; i < states().size(); ++i) {
        if (states()[i]->ready()) return i;
      }
      return states().size();
    }
  };

  std::vector<std::shared_ptr<internal::FutureStateBase>> states_;
};

}  // namespace workflow
}  // namespace temporal

#endif  // TEMPORAL_COMBINATORS_H_
