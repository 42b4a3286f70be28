// What a mock's action says should happen after the call, and the player that makes it happen on the loop, as an
// activity that completes asynchronously would.
#ifndef TEMPORAL_TESTING_ENVIRONMENT_ACTIVITY_SCRIPT_H_
#define TEMPORAL_TESTING_ENVIRONMENT_ACTIVITY_SCRIPT_H_

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "sdk/client/client_core.h"
#include "temporal/activity.h"
#include "temporal/api/failure/v1/message.pb.h"

namespace temporal::test {

struct ActivityScript {
  struct Wait {
    Duration delay;
  };
  struct Heartbeat {
    Payloads details;
  };
  // How it ends, unless the server ends it first.
  struct Never {};
  struct TimesOut {
    TimeoutType type;
  };
  using Step = std::variant<Wait, Heartbeat>;
  using End = std::variant<Never, TimesOut, Payload, api::failure::v1::Failure>;

  std::vector<Step> steps;
  End end = Never{};
};

// Begins to play; may be called from the thread that runs the activity. The attempt is the one of `info`.
void PlayScript(internal::ClientCore& core, const activity::Info& info, ActivityScript script);

// Empty if an attempt like this one can time out so; else why not.
std::string WhyCannotTimeOut(const activity::Info& info, TimeoutType type);

}  // namespace temporal::test

#endif  // TEMPORAL_TESTING_ENVIRONMENT_ACTIVITY_SCRIPT_H_
