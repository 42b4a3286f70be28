// Workflow code that blocks its thread while it is replayed: by the replayer, by its program, at the end of a test.
#include <filesystem>
#include <fstream>
#include <future>
#include <iostream>
#include <string>

#include "gtest/gtest.h"
#include "temporal/testing/replay_main.h"
#include "temporal/testing/testing.h"
#include "tests/testing/sample_workflows.h"

namespace temporal::test {
namespace {

constexpr WorkflowRef<int()> kStuck{"Stuck"};

// While it is new it goes on.
Task<int> Stuck(workflow::Context& ctx) {
  co_await ctx.Sleep(1s);
  if (ctx.Info().replaying) std::promise<void>().get_future().wait();
  co_return 1;
}

void Register(WorkflowReplayer& replayer) { replayer.RegisterWorkflow(kStuck, Stuck); }

// Of a run that slept.
std::string HistoryJson() {
  WorkflowEnvironment env({.check_replay = false});
  env.RegisterWorkflow(kStuck, Stuck);
  auto handle = env.client().StartWorkflow(kStuck, {.id = "s"});
  handle.Result();
  return handle.FetchHistory().ToJson();
}

class ReplayDeadlockDeathTest : public ::testing::Test {
 protected:
  ReplayDeadlockDeathTest() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

TEST_F(ReplayDeadlockDeathTest, InTheReplayer_EndsTheProgram_NamingHistoryRunAndLine) {
  const std::string json = HistoryJson();
  const auto run = [&json] {
    WorkflowReplayer replayer({.deadlock_detection_timeout = 100ms});
    Register(replayer);
    replayer.ReplayJson(json, "stuck.json");
  };
  EXPECT_DEATH(run(),
               "Failure: stuck.json: does not replay\n  .TMPRL1101. Potential deadlock detected: workflow Stuck s "
               "didn't yield within 0.1 second.s.. The coroutine that runs was resumed at "
               "tests/testing/replay_deadlock_test.cc:20\n.*WorkflowReplayerOptions::deadlock_detection_timeout");
}

TEST_F(ReplayDeadlockDeathTest, InAReplayProgram_ItsExitCodeIsThatOfAMismatch) {
  const std::filesystem::path file = std::filesystem::path(::testing::TempDir()) / "replay_deadlock.json";
  std::ofstream(file) << HistoryJson();
  const auto run = [&file] {
    std::cout.rdbuf(std::cerr.rdbuf());  // what is looked at
    std::string program = "replay", argument = file.string();
    char* arguments[] = {program.data(), argument.data()};
    ReplayMain(2, arguments, {Register});
  };
  EXPECT_EXIT(run(), ::testing::ExitedWithCode(1),
              "^[^\n]*replay_deadlock.json: does not replay\n  .TMPRL1101. .*replay_deadlock_test.cc:20\n$");
  std::filesystem::remove(file);
}

TEST_F(ReplayDeadlockDeathTest, AtTheEndOfATest_EndsTheProgramAsWell) {
  const auto run = [] {
    WorkflowEnvironment env({.worker = {.deadlock_detection_timeout = 100ms}});
    env.RegisterWorkflow(kStuck, Stuck);
    env.client().ExecuteWorkflow(kStuck, {.id = "s"});
  };
  EXPECT_DEATH(run(), "replayed from its history at the end of the test: .TMPRL1101. .*replay_deadlock_test.cc:20\n");
}

}  // namespace
}  // namespace temporal::test
