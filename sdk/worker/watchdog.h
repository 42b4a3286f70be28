// Notices threads that do one thing for too long: one thread of the process looks at all of them now and then.
#ifndef TEMPORAL_SDK_WORKER_WATCHDOG_H_
#define TEMPORAL_SDK_WORKER_WATCHDOG_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>

#include "sdk/base/scheduler.h"
#include "sdk/base/user_code.h"

namespace temporal::internal {

// One thread that runs workflow code. Enter and Leave cost an atomic operation each.
class Watch {
 public:
  // `blocked` is called on the watchdog's thread, once for a piece of code that has run for about `limit` (up to a
  // quarter more); what the code borrows stays until it returns. Time during which the process stood still, as in a
  // debugger, does not count. A limit of zero, or the environment variable TEMPORAL_DEBUG, watches nothing.
  Watch(Duration limit, std::function<void(const UserCode&)> blocked);
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  void Enter(const UserCode& code) {
    code_ = code;
    running_.store(++entered_ << 1, std::memory_order_release);
  }
  // Whether it has been reported; waits for the report.
  bool Leave() {
    if ((running_.exchange(0, std::memory_order_acq_rel) & kReported) == 0) return false;
    const std::lock_guard<std::mutex> lock(reporting_);
    return true;
  }

 private:
  friend class Watchdog;
  static constexpr std::uint64_t kReported = 1;

  // The watchdog has looked once more, `passed` after the last time.
  void Look(Duration passed);

  const Duration limit_;
  const std::function<void(const UserCode&)> blocked_;
  UserCode code_;
  std::uint64_t entered_ = 0;
  std::atomic<std::uint64_t> running_{0};  // the number of what runs, twice, plus kReported; zero: nothing
  std::mutex reporting_;
  std::uint64_t seen_ = 0;  // by the watchdog, as what follows
  Duration age_{};
};

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_WORKER_WATCHDOG_H_
