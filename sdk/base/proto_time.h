// Between std::chrono and the protos of time. Out-of-range protos saturate at the ends of 64-bit nanoseconds (292
// years).
#ifndef TEMPORAL_SDK_BASE_PROTO_TIME_H_
#define TEMPORAL_SDK_BASE_PROTO_TIME_H_

#include <algorithm>
#include <cstdint>
#include <limits>

#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "sdk/base/scheduler.h"

namespace temporal::internal {

inline std::int64_t SaturatedNanos(std::int64_t seconds, std::int32_t nanos) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  std::int64_t count = 0;
  if (__builtin_mul_overflow(seconds, kSecond, &count) || __builtin_add_overflow(count, std::int64_t{nanos}, &count)) {
    return seconds < 0 ? -kMax : kMax;
  }
  return std::max(count, -kMax);  // so that every duration has its opposite
}

inline Duration FromProto(const google::protobuf::Duration& value) {
  return Duration(SaturatedNanos(value.seconds(), value.nanos()));
}

inline TimePoint FromProto(const google::protobuf::Timestamp& value) {
  return TimePoint(Duration(SaturatedNanos(value.seconds(), value.nanos())));
}

inline google::protobuf::Duration ToProto(Duration value) {
  google::protobuf::Duration proto;
  proto.set_seconds(value.count() / 1'000'000'000);
  proto.set_nanos(static_cast<std::int32_t>(value.count() % 1'000'000'000));
  return proto;
}

// The nanoseconds of a timestamp count forward, also before 1970.
inline google::protobuf::Timestamp ToProto(TimePoint value) {
  const std::int64_t count = value.time_since_epoch().count();
  std::int64_t seconds = count / 1'000'000'000;
  std::int64_t nanos = count % 1'000'000'000;
  if (nanos < 0) {
    nanos += 1'000'000'000;
    --seconds;
  }
  google::protobuf::Timestamp proto;
  proto.set_seconds(seconds);
  proto.set_nanos(static_cast<std::int32_t>(nanos));
  return proto;
}

// The sum, or the end or the beginning of time where it does not fit.
inline TimePoint SaturatedAdd(TimePoint time, Duration duration) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(time.time_since_epoch().count(), duration.count(), &sum)) {
    return duration < Duration::zero() ? TimePoint::min() : TimePoint::max();
  }
  return TimePoint(Duration(sum));
}

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_BASE_PROTO_TIME_H_
