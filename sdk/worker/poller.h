// Keeps polls for tasks of one queue under way, as many as there are slots for what they may bring.
#ifndef TEMPORAL_SDK_WORKER_POLLER_H_
#define TEMPORAL_SDK_WORKER_POLLER_H_

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sdk/worker/worker_context.h"

namespace temporal::internal {

// How many tasks of one kind may still be taken. A poll under way holds one, and hands it to the task that it brings.
class Slots {
 public:
  explicit Slots(int free) : free_(free) {}
  bool Take() {
    if (free_ <= 0) return false;
    --free_;
    return true;
  }
  void GiveBack() { ++free_; }
  // For a task that nobody polled: taken though there may be none free.
  void TakeBeyond() { --free_; }

 private:
  int free_;
};

// Loop-confined. A poll that is answered without a task is sent again; one that fails is logged and sent again after a
// wait, for ever.
template <class Rpc>
class Poller : public std::enable_shared_from_this<Poller<Rpc>> {
 public:
  using Task = typename Rpc::Response;
  struct Options {
    typename Rpc::Request request{};
    int maximum = 1;  // polls under way
    // Gets a task and its slot.
    std::function<void(std::unique_ptr<Task>)> handle{};
    // A poll has ended after Stop.
    std::function<void()> ended{};
  };

  Poller(const WorkerContext& context, Slots& slots, Options options)
      : context_(context), slots_(slots), options_(std::move(options)) {}

  // Polls as much as maximum and slots allow; call it again whenever slots have come free.
  void Fill() {
    while (!stopped_ && static_cast<int>(polls_.size()) < options_.maximum && slots_.Take()) Poll();
  }

  // No poll begins any more; those under way go on.
  void Stop() { stopped_ = true; }
  // Gives up those under way. A task that comes nevertheless is handled.
  void CancelPolls() {
    const auto polls = polls_;
    for (const auto& [id, cancel] : polls) cancel->Cancel();
  }
  // Nothing is handled or told any more.
  void Abandon() {
    abandoned_ = stopped_ = true;
    CancelPolls();
  }

  int polls() const { return static_cast<int>(polls_.size()); }

 private:
  // Longer than the server holds a poll.
  static constexpr Duration kPollTimeout = std::chrono::seconds(70);
  static constexpr Duration kFirstWait = std::chrono::seconds(1);
  static constexpr Duration kLongestWait = std::chrono::seconds(60);

  void Poll() {
    const std::uint64_t id = ++last_poll_;
    CallOptions call = context_.client->NewCallOptions(kPollTimeout);
    call.cancel = polls_[id] = std::make_shared<CallCancel>();
    Invoke<Rpc>(context_.service(), options_.request, std::move(call),
                [weak = this->weak_from_this(), id](absl::StatusOr<std::unique_ptr<Task>> got) {
                  if (auto self = weak.lock()) self->Answered(id, std::move(got));
                });
  }

  void Answered(std::uint64_t id, absl::StatusOr<std::unique_ptr<Task>> got) {
    if (abandoned_) return;
    if (!got.ok() && !stopped_) return Failed(id, got.status());
    polls_.erase(id);
    if (got.ok()) wait_ = kFirstWait;
    if (got.ok() && !(*got)->task_token().empty()) {
      Fill();  // the poll's own place
      options_.handle(*std::move(got));
    } else {
      slots_.GiveBack();
      Fill();
    }
    if (stopped_) options_.ended();
  }

  // The failed poll keeps its place until the wait is over.
  void Failed(std::uint64_t id, const absl::Status& status) {
    if (status.code() != absl::StatusCode::kDeadlineExceeded) {
      // Not by operator+: g++ 12 warns falsely at -O2 of a string of known length that grows (array-bounds).
      const absl::string_view name(Rpc::kMethod.name.data(), Rpc::kMethod.name.size());
      context_.Log(LogLevel::kWarning, absl::StrCat(name, " failed, is tried again: ", Describe(status)));
    }
    const TimePoint when = context_.loop().Now() + wait_;
    wait_ = std::min(2 * wait_, kLongestWait);
    // Cancelling ends the wait: the timer is then forgotten by whoever it finds.
    const auto end_wait = [weak = this->weak_from_this(), id] {
      if (auto self = weak.lock()) self->EndWait(id);
    };
    const TimerId timer = context_.loop().PostAt(when, TimerKind::kIdle, end_wait);
    polls_[id]->OnCancel([weak = this->weak_from_this(), timer, end_wait] {
      auto self = weak.lock();
      if (self == nullptr) return;
      self->context_.loop().Cancel(timer);
      self->context_.loop().Post(end_wait);
    });
  }

  void EndWait(std::uint64_t id) {
    if (abandoned_ || polls_.erase(id) == 0) return;
    slots_.GiveBack();
    Fill();
    if (stopped_) options_.ended();
  }

  const WorkerContext& context_;
  Slots& slots_;
  const Options options_;
  std::map<std::uint64_t, std::shared_ptr<CallCancel>> polls_;
  std::uint64_t last_poll_ = 0;
  Duration wait_ = kFirstWait;  // after the next failure
  bool stopped_ = false;
  bool abandoned_ = false;
};

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_WORKER_POLLER_H_
