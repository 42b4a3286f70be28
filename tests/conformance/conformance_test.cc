// The conformance scenarios without a server: in process, against what the real server left behind when it was
// recorded; and the real server's histories replayed.
#include "gtest/gtest.h"
#include "sdk/converter/history_data.h"
#include "sdk/engine/replay.h"
#include "tests/conformance/compare.h"
#include "tests/conformance/recorded.h"
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

bool HasCompletedTask(const WorkflowHistory& history) {
  for (const auto& event : history.data().history.events()) {
    if (event.has_workflow_task_completed_event_attributes()) return true;
  }
  return false;
}

TEST_P(Conformance, RecordedRealHistories_Replay) {
  if (GetParam().define == nullptr) GTEST_SKIP() << "no workflow code";
  const auto recorded = Load(kFolder, GetParam().name);
  ASSERT_TRUE(recorded) << "record it: ./run conformance --record";
  Definitions definitions;
  GetParam().define(definitions);
  internal::WorkflowRegistry registry;
  for (auto& definition : definitions.workflows) registry.Add(std::move(definition));
  internal::WorkflowRunOptions options;
  options.registry = &registry;
  options.namespace_name = Stage::kNamespace;
  options.task_queue = std::string(GetParam().name);
  for (const WorkflowHistory& history : recorded->histories) {
    if (!HasCompletedTask(history)) continue;
    for (const auto mode :
         {internal::ReplayMode::kFull, internal::ReplayMode::kIncremental, internal::ReplayMode::kEvicted}) {
      const internal::ReplayReport report = internal::Replay(options, history.data(), mode);
      EXPECT_FALSE(report.mismatch) << "mode " << static_cast<int>(mode) << ": " << report.mismatch->message << "\n"
                                    << history.Print();
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, Conformance, testing::ValuesIn(AllScenarios()), TestName);

}  // namespace
}  // namespace temporal::conformance
