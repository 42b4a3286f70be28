// The thread that looks, which is there as long as the process once there was something to look at.
#include "sdk/worker/watchdog.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <thread>
#include <utility>
#include <vector>

namespace temporal::internal {

class Watchdog {
 public:
  // Never destroyed: its thread may be looking when the process ends.
  static Watchdog& Instance() {
    static Watchdog& instance = *new Watchdog;
    return instance;
  }

  void Add(Watch& watch) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const bool shortest = watches_.empty() || watch.limit_ < Interval() * kLooksPerLimit;
    watches_.push_back(&watch);
    if (!std::exchange(started_, true)) std::thread([this] { Look(); }).detach();
    if (shortest) changed_.notify_all();
  }
  void Remove(Watch& watch) {
    const std::lock_guard<std::mutex> lock(mutex_);
    watches_.erase(std::find(watches_.begin(), watches_.end(), &watch));
  }

 private:
  static constexpr int kLooksPerLimit = 8;

  Duration Interval() const {
    const auto shorter = [](const Watch* a, const Watch* b) { return a->limit_ < b->limit_; };
    return (*std::min_element(watches_.begin(), watches_.end(), shorter))->limit_ / kLooksPerLimit;
  }

  void Look() {
    std::unique_lock<std::mutex> lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return !watches_.empty(); });
      const Duration interval = Interval();
      // Woken early: there is a shorter interval now.
      if (changed_.wait_for(lock, interval) == std::cv_status::no_timeout) continue;
      for (Watch* watch : watches_) watch->Look(interval);
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Watch*> watches_;
  bool started_ = false;
};

namespace {

bool Debugging() {
  const char* debug = std::getenv("TEMPORAL_DEBUG");
  return debug != nullptr && *debug != '\0';
}

}  // namespace

Watch::Watch(Duration limit, std::function<void(const UserCode&)> blocked)
    : limit_(Debugging() ? Duration::zero() : limit), blocked_(std::move(blocked)) {
  if (limit_ > Duration::zero()) Watchdog::Instance().Add(*this);
}

Watch::~Watch() {
  if (limit_ > Duration::zero()) Watchdog::Instance().Remove(*this);
}

void Watch::Look(Duration passed) {
  std::uint64_t running = running_.load(std::memory_order_acquire);
  if (running != seen_) {
    seen_ = running;
    age_ = Duration::zero();
    return;
  }
  if (running == 0 || (running & kReported) != 0 || (age_ += passed) < limit_) return;
  const std::lock_guard<std::mutex> lock(reporting_);
  // From here to the end of the report the code cannot leave.
  if (!running_.compare_exchange_strong(running, running | kReported)) return;
  blocked_(code_);
}

}  // namespace temporal::internal
