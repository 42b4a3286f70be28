// AsCompleted: futures one by one, in the order in which they become ready.
//
//   workflow::AsCompleted results(std::move(futures));
//   while (auto next = co_await results.Next()) total += co_await *next;
#ifndef TEMPORAL_AS_COMPLETED_H_
#define TEMPORAL_AS_COMPLETED_H_

#include <deque>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "temporal/future.h"

namespace temporal::workflow {

// For one coroutine. Those that are ready already come first, in the order of the vector. Failed ones come like others:
// awaiting them throws.
template <class T>
class AsCompleted {
 public:
  explicit AsCompleted(std::vector<Future<T>> futures)
      : futures_(std::move(futures)), links_(std::make_unique<Link[]>(futures_.size())) {
    for (std::size_t i = 0; i < futures_.size(); ++i) {
      futures_[i].state()->CheckOwn();
      if (futures_[i].ready()) {
        ready_.push_back(i);
        continue;
      }
      links_[i].owner = this;
      links_[i].index = i;
      futures_[i].state()->Listen(links_[i]);
    }
  }
  AsCompleted(const AsCompleted&) = delete;
  AsCompleted& operator=(const AsCompleted&) = delete;

  // `co_await results.Next()` → the next future that is ready; nothing after the last one.
  auto Next() { return Awaiter(*this); }

 private:
  struct Link final : internal::FutureListener {
    void OnReady() override { owner->OnReady(index); }
    AsCompleted* owner = nullptr;
    std::size_t index = 0;
  };
  class [[nodiscard("await it: it does nothing by itself")]] Awaiter {
   public:
    using TemporalAwaitable = void;
    explicit Awaiter(AsCompleted& owner) : owner_(owner) {}
    Awaiter& operator co_await() && { return *this; }

    bool await_ready() const { return !owner_.ready_.empty() || owner_.given_ == owner_.futures_.size(); }
    template <class P>
    void await_suspend(std::coroutine_handle<P> self) {
      owner_.dispatcher_ = &self.promise().dispatcher();
      owner_.waiter_.handle = self;
    }
    std::optional<Future<T>> await_resume() const {
      if (owner_.ready_.empty()) return std::nullopt;
      const std::size_t index = owner_.ready_.front();
      owner_.ready_.pop_front();
      ++owner_.given_;
      return owner_.futures_[index];
    }

   private:
    AsCompleted& owner_;
  };

  void OnReady(std::size_t index) {
    ready_.push_back(index);
    if (dispatcher_ != nullptr) std::exchange(dispatcher_, nullptr)->Ready(waiter_);
  }

  std::vector<Future<T>> futures_;
  std::unique_ptr<Link[]> links_;
  std::deque<std::size_t> ready_;
  std::size_t given_ = 0;
  internal::Dispatcher* dispatcher_ = nullptr;  // set while somebody waits
  internal::Waiter waiter_;
};

}  // namespace temporal::workflow

#endif  // TEMPORAL_AS_COMPLETED_H_
