// The conformance scenarios without a server: in process, against what the real server left behind when it was
// recorded; and the real server's histories replayed.
#include <algorithm>

#include "gtest/gtest.h"
#include "tests/conformance/compare.h"
#include "tests/conformance/recorded.h"
#include "tests/conformance/replayed.h"
#include "tests/conformance/worlds.h"

namespace temporal::conformance {
namespace {

const std::string kFolder = TEMPORAL_SOURCE_DIR "/fixtures/histories";

class Conformance : public testing::TestWithParam<Scenario> {};

std::string TestName(const testing::TestParamInfo<Scenario>& info) {
  std::string name(info.param.name);
  for (char& c : name) {
    if (c == '.') c = '_';
  }
  return name;
}

TEST_P(Conformance, InProcess_EqualsTheRecordedRealServer) {
  const auto recorded = Load(kFolder, GetParam().name);
  ASSERT_TRUE(recorded) << "record it: ./run conformance --record";
  const auto world = InProcessWorld(1);
  const NormalRecord ours = Normalise(Play(*world, GetParam(), ""), "");
  std::vector<Difference> differences = Compare(recorded->normal, ours);
  std::vector<std::string> outdated;
  RemoveKnown(GetParam().name, differences, outdated);
  for (const Difference& d : differences)
    ADD_FAILURE() << d.where << ": " << d.field << ": recorded " << d.judge << ", ours " << d.ours;
  for (const std::string& entry : outdated) ADD_FAILURE() << entry;
  if (!differences.empty()) GTEST_LOG_(ERROR) << "\n" << PrintBoth(recorded->normal, ours);
}

TEST_P(Conformance, RecordedRealHistories_Replay) {
  if (GetParam().define == nullptr) GTEST_SKIP() << "no workflow code";
  const auto recorded = Load(kFolder, GetParam().name);
  ASSERT_TRUE(recorded) << "record it: ./run conformance --record";
  for (const std::string& mismatch : Mismatches(GetParam(), recorded->histories)) ADD_FAILURE() << mismatch;
}

// A judge that accepts everything would be none.
TEST(Mismatches, HistoryOfAnotherScenario_DoesNotReplay) {
  const auto all = AllScenarios();
  const auto raced = std::find_if(all.begin(), all.end(), [](const Scenario& s) { return s.name == "timer.raced"; });
  ASSERT_NE(raced, all.end());
  const auto fired = LoadHistories(kFolder, "timer.fired");
  ASSERT_EQ(fired.size(), 1U);
  EXPECT_EQ(Mismatches(*raced, fired).size(), 3U) << "one for each mode";
}

INSTANTIATE_TEST_SUITE_P(All, Conformance, testing::ValuesIn(AllScenarios()), TestName);

}  // namespace
}  // namespace temporal::conformance
