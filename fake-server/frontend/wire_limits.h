// What gRPC refuses before anyone looks at a request. Over gRPC its size and its parser see to that; requests that come
// in process have never been bytes.
#ifndef TEMPORAL_FAKE_SERVER_FRONTEND_WIRE_LIMITS_H_
#define TEMPORAL_FAKE_SERVER_FRONTEND_WIRE_LIMITS_H_

#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace temporal::server {

// What grpc-go receives at most by default, and what the real frontend leaves it at.
constexpr std::size_t kMaxRequestBytes = 4 * 1024 * 1024;

// What gRPC's Go side answers to a request of so many bytes.
inline absl::Status CheckRequestBytes(std::size_t bytes) {
  if (bytes <= kMaxRequestBytes) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("grpc: received message larger than max (", bytes, " vs. ", kMaxRequestBytes, ")"));
}

// The same to one with a text field that is not UTF-8.
inline absl::Status InvalidUtf8() {
  return absl::InternalError("grpc: error unmarshalling request: string field contains invalid UTF-8");
}

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_FRONTEND_WIRE_LIMITS_H_
