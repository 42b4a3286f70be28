// The tests of the machines take every row of every table: they run here together, so that neither their order nor
// running one alone matters.
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/machine_stage.h"

namespace temporal::internal {
namespace {

using ::testing::IsEmpty;

TEST(TransitionTables, EveryRowOfEachOne_IsTakenByTheTestsOfItsMachine) {
  for (const MachineScenarios& scenarios : AllMachineScenarios()) scenarios.run();
  for (const MachineScenarios& scenarios : AllMachineScenarios()) {
    for (const auto& table : scenarios.tables) EXPECT_THAT(table().RowsNotTaken(), IsEmpty()) << "rows not taken";
  }
}

// As the sources name them: `static const TransitionTable table("timer", …`.
TEST(TransitionTables, EachOneOfTheSources_IsRegisteredByATest) {
  std::set<std::string> missing;
  const std::regex name_of_table("TransitionTable table\\(\"([^\"]+)\"");
  for (const auto& file : std::filesystem::directory_iterator(TEMPORAL_SOURCE_DIR "/sdk/machines")) {
    std::stringstream text;
    text << std::ifstream(file.path()).rdbuf();
    const std::string source = text.str();
    for (std::sregex_iterator at(source.begin(), source.end(), name_of_table), end; at != end; ++at) {
      missing.insert((*at)[1]);
    }
  }
  EXPECT_GE(missing.size(), 8u);
  for (const MachineScenarios& scenarios : AllMachineScenarios()) {
    for (const auto& table : scenarios.tables) missing.erase(table().name());
  }
  EXPECT_THAT(missing, IsEmpty()) << "tables without a test";
}

}  // namespace
}  // namespace temporal::internal
