// What the markers mean that SDKs write into histories.
#ifndef TEMPORAL_SDK_BASE_MARKER_KIND_H_
#define TEMPORAL_SDK_BASE_MARKER_KIND_H_

#include <cstdint>

namespace temporal::internal {

enum class MarkerKind : std::uint8_t { kUnknown, kPatch, kLocalActivity, kSideEffect, kMutableSideEffect };

// Who has written it: sdk-core and what stands on it, this SDK included; Go; Java.
enum class MarkerDialect : std::uint8_t { kCore, kGo, kJava };

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_BASE_MARKER_KIND_H_
