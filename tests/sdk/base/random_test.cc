// The generator's numbers are part of the promise "same seed, same bytes", so they stand here.
#include "sdk/base/random.h"

#include <array>
#include <set>
#include <string>

#include "gtest/gtest.h"

namespace temporal::internal {
namespace {

TEST(RandomTest, Seed_FixesTheNumbers) {
  Random zero(0);
  EXPECT_EQ(zero.Next(), 0xe220a8397b1dcdafULL);
  EXPECT_EQ(zero.Next(), 0x6e789e6aa1b965f4ULL);
  EXPECT_EQ(zero.Next(), 0x06c45d188009454fULL);
}

TEST(RandomTest, EqualSeeds_GiveEqualUuids) {
  Random a(7), b(7), c(8);
  const std::string first = a.Uuid();
  EXPECT_EQ(first, b.Uuid());
  EXPECT_NE(first, c.Uuid());
}

TEST(RandomTest, Uuid_HasTheFormOfVersion4) {
  Random random(1);
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string uuid = random.Uuid();
    ASSERT_EQ(uuid.size(), 36u);
    for (std::size_t at = 0; at < uuid.size(); ++at) {
      if (at == 8 || at == 13 || at == 18 || at == 23) {
        EXPECT_EQ(uuid[at], '-') << uuid;
      } else {
        EXPECT_NE(std::string("0123456789abcdef").find(uuid[at]), std::string::npos) << uuid;
      }
    }
    EXPECT_EQ(uuid[14], '4') << uuid;
    EXPECT_NE(std::string("89ab").find(uuid[19]), std::string::npos) << uuid;
    EXPECT_TRUE(seen.insert(uuid).second) << uuid;
  }
}

TEST(RandomTest, Uniform_StaysBelowTheBoundAndReachesEverything) {
  Random random(3);
  std::array<int, 5> counts{};
  for (int i = 0; i < 5000; ++i) ++counts.at(random.Uniform(5));
  for (const int count : counts) {
    EXPECT_GT(count, 850);
    EXPECT_LT(count, 1150);
  }
  EXPECT_EQ(random.Uniform(1), 0u);
}

TEST(RandomTest, Double_IsAtLeastZeroAndBelowOne) {
  Random random(4);
  double sum = 0;
  for (int i = 0; i < 10'000; ++i) {
    const double value = random.Double();
    ASSERT_GE(value, 0.0);
    ASSERT_LT(value, 1.0);
    sum += value;
  }
  EXPECT_NEAR(sum / 10'000, 0.5, 0.02);
}

TEST(RandomTest, OneIn_IsTrueThatOften) {
  Random random(5);
  int hits = 0;
  for (int i = 0; i < 10'000; ++i) hits += random.OneIn(10) ? 1 : 0;
  EXPECT_NEAR(hits, 1000, 120);
  EXPECT_TRUE(random.OneIn(1));
}

TEST(RandomTest, Fork_GoesItsOwnWay) {
  Random parent(6);
  Random child = parent.Fork();
  Random twin(6);
  Random twin_child = twin.Fork();
  EXPECT_EQ(child.Next(), twin_child.Next());
  child.Next();
  EXPECT_EQ(parent.Next(), twin.Next());
}

}  // namespace
}  // namespace temporal::internal
