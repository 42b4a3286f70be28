// Conversions at their edges.
#include "sdk/base/proto_time.h"

#include <limits>

#include "gtest/gtest.h"

namespace temporal::internal {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

google::protobuf::Duration ProtoDuration(std::int64_t seconds, std::int32_t nanos = 0) {
  google::protobuf::Duration value;
  value.set_seconds(seconds);
  value.set_nanos(nanos);
  return value;
}

TEST(ProtoTimeTest, Duration_GoesThereAndBack) {
  for (const Duration value : {Duration(0), Duration(1), Duration(-1), Duration(milliseconds(-1500)),
                               Duration(seconds(86'400)), Duration::max()}) {
    EXPECT_EQ(FromProto(ToProto(value)), value);
  }
}

TEST(ProtoTimeTest, NegativeDuration_HasBothPartsNegative) {
  const auto proto = ToProto(Duration(milliseconds(-1500)));
  EXPECT_EQ(proto.seconds(), -1);
  EXPECT_EQ(proto.nanos(), -500'000'000);
}

TEST(ProtoTimeTest, TimestampBefore1970_CountsNanosForward) {
  const auto proto = ToProto(TimePoint(milliseconds(-1500)));
  EXPECT_EQ(proto.seconds(), -2);
  EXPECT_EQ(proto.nanos(), 500'000'000);
  EXPECT_EQ(FromProto(proto), TimePoint(milliseconds(-1500)));
}

TEST(ProtoTimeTest, ValuesBeyond292Years_Saturate) {
  EXPECT_EQ(FromProto(ProtoDuration(std::numeric_limits<std::int64_t>::max())), Duration::max());
  EXPECT_EQ(FromProto(ProtoDuration(std::numeric_limits<std::int64_t>::min())), -Duration::max());
  EXPECT_EQ(FromProto(ProtoDuration(9'223'372'036, 999'999'999)), Duration::max());
  EXPECT_EQ(FromProto(ProtoDuration(9'223'372'035, 999'999'999)).count(), 9'223'372'035'999'999'999);
}

TEST(ProtoTimeTest, SecondsThatFit_SaturateWithTheirNanos) {
  constexpr std::int32_t kNanos = std::numeric_limits<std::int32_t>::max();
  EXPECT_EQ(FromProto(ProtoDuration(9'223'372'035, kNanos)), Duration::max());
  EXPECT_EQ(FromProto(ProtoDuration(9'223'372'036, 854'775'807)), Duration::max());
  EXPECT_EQ(FromProto(ProtoDuration(9'223'372'036, 854'775'806)), Duration::max() - Duration(1));
  EXPECT_EQ(FromProto(ProtoDuration(9'223'372'036)).count(), 9'223'372'036'000'000'000);
  EXPECT_EQ(FromProto(ProtoDuration(-9'223'372'035, -kNanos)), -Duration::max());
  EXPECT_EQ(FromProto(ProtoDuration(-9'223'372'036, -854'775'808)), -Duration::max()) << "it has an opposite";
}

TEST(ProtoTimeTest, SaturatedAdd_StopsAtTheEndOfTime) {
  const TimePoint now(seconds(1'767'225'600));
  EXPECT_EQ(SaturatedAdd(now, seconds(5)), now + seconds(5));
  EXPECT_EQ(SaturatedAdd(now, Duration::max()), TimePoint::max());
  EXPECT_EQ(SaturatedAdd(now, -seconds(5)), now - seconds(5));
  EXPECT_EQ(SaturatedAdd(TimePoint(-seconds(5)), Duration::max()), TimePoint(Duration::max() - seconds(5)));
  EXPECT_EQ(SaturatedAdd(TimePoint(-seconds(5)), -Duration::max()), TimePoint::min());
  EXPECT_EQ(SaturatedAdd(TimePoint::max(), Duration(1)), TimePoint::max());
}

}  // namespace
}  // namespace temporal::internal
