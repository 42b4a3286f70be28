// Replays under the eyes of the watchdog, and how a program ends whose workflow code blocks.
#ifndef TEMPORAL_TESTING_ENVIRONMENT_WATCHED_REPLAY_H_
#define TEMPORAL_TESTING_ENVIRONMENT_WATCHED_REPLAY_H_

#include <functional>
#include <string>

#include "sdk/worker/watchdog.h"

namespace temporal::test {

// The observer of runs that are replayed on one thread.
class WatchedReplay final : public internal::UserCodeObserver {
 public:
  // `blocked` is called on the watchdog's thread when code has run for `limit` in one go (zero: never), and must end
  // the process: the thread cannot be freed.
  WatchedReplay(internal::Duration limit, std::function<void(const std::string& report)> blocked);

  void EnterUserCode(const internal::UserCode& code) override { watch_.Enter(code); }
  void LeaveUserCode() override { watch_.Leave(); }

 private:
  internal::Watch watch_;
};

// Prints the report, and that `option` set to zero waits for the code.
[[noreturn]] void AbortBlocked(const std::string& report, const char* option);

}  // namespace temporal::test

#endif  // TEMPORAL_TESTING_ENVIRONMENT_WATCHED_REPLAY_H_
