// Tells whose code blocks, and ends the process.
#include "testing/environment/watched_replay.h"

#include <cstdlib>
#include <iostream>
#include <utility>

#include "sdk/worker/watched_code.h"

namespace temporal::test {

WatchedReplay::WatchedReplay(internal::Duration limit, std::function<void(const std::string& report)> blocked)
    : watch_(limit, [limit, blocked = std::move(blocked)](const internal::UserCode& code) {
        blocked(internal::BlockReport(code, limit));
      }) {}

void AbortBlocked(const std::string& report, const char* option) {
  std::cerr << "Failure: " << report
            << "\nWorkflow code may only wait for what its context offers; what blocks belongs into an activity. Set "
               "the environment variable TEMPORAL_DEBUG, or "
            << option << " to zero, to wait for it.\n"
            << std::flush;
  std::abort();
}

}  // namespace temporal::test
