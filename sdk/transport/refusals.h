// Answers that say that a request as it is will never get through, whoever sends it again.
#ifndef TEMPORAL_SDK_TRANSPORT_REFUSALS_H_
#define TEMPORAL_SDK_TRANSPORT_REFUSALS_H_

#include "absl/status/status.h"
#include "absl/strings/match.h"

namespace temporal::internal {

// gRPC's texts, of either side.
inline bool IsMessageTooLarge(const absl::Status& status) {
  return absl::IsResourceExhausted(status) && absl::StrContains(status.message(), "essage larger than max");
}

// A text field was not UTF-8: gRPC's texts for what it cannot parse.
inline bool IsUnreadable(const absl::Status& status) {
  return absl::IsInternal(status) && absl::StrContains(status.message(), "error unmarshalling request");
}

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_TRANSPORT_REFUSALS_H_
