// What a component of the server knows of a call besides its request, and how it answers. Loop-confined.
#ifndef TEMPORAL_FAKE_SERVER_CLOCK_CALL_CONTEXT_H_
#define TEMPORAL_FAKE_SERVER_CLOCK_CALL_CONTEXT_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "sdk/transport/workflow_service.h"

namespace temporal::server {

struct CallContext {
  internal::TimePoint deadline = internal::TimePoint::max();  // on the loop's clock
  internal::Duration timeout{};                               // zero: no deadline
  std::vector<std::pair<std::string, std::string>> metadata;
  // Tells whoever parks the call that nobody waits any more: the caller gave up, or the deadline has passed. The call
  // is answered then; a reply does nothing. May be null.
  std::shared_ptr<internal::CallCancel> cancel;

  // The value of a metadata key, or empty.
  std::string_view Metadata(std::string_view key) const {
    for (const auto& [name, value] : metadata) {
      if (name == key) return value;
    }
    return {};
  }
};

// Answers a call; to be called exactly once, or destroyed uncalled when the server goes.
template <class Response>
using Reply = absl::AnyInvocable<void(absl::StatusOr<std::unique_ptr<Response>>)>;

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_CLOCK_CALL_CONTEXT_H_
