// What a test gets without asking: every run replayed at the end; and the replayer that one asks for.
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest-spi.h"
#include "gtest/gtest.h"
#include "temporal/testing/testing.h"
#include "tests/testing/sample_workflows.h"

namespace temporal::test {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Return;

// Schedules a timer, or with `changed` an activity.
Task<void> Changing(workflow::Context& ctx, bool changed) {
  const std::string input = "x";
  if (changed) {
    const ActivityOptions options = WorkOptions();
    co_await ctx.ExecuteActivity(kWork, options, input);
  } else {
    co_await ctx.Sleep(1h);
  }
}

std::string RecordSleeper() {
  WorkflowEnvironment env({.seed = 3});
  env.RegisterWorkflow(kSleeper, RunSleeper);
  auto sleeper = env.client().StartWorkflow(kSleeper, {.id = "s"}, 2);
  sleeper.Result();
  return sleeper.FetchHistory().ToJson();
}

TEST(ReplayCheck, DeterministicRuns_AreReplayedInFullAndEvicted) {
  WorkflowEnvironment env;
  env.RegisterWorkflow(kSleeper, RunSleeper).RegisterWorkflow<Listener>(kListener);
  env.client().ExecuteWorkflow(kSleeper, {.id = "s"}, 3);
  env.client().StartWorkflow(kListener, {.id = "l"});
  env.RunUntilIdle();
  const ReplayCheckReport report = env.CheckReplays();
  EXPECT_EQ(report.runs, 2);
  EXPECT_EQ(report.replays, 4);
  EXPECT_THAT(report.mismatches, Each(""));
}

TEST(ReplayCheck, LongRun_IsEvictedBeforeTasksChosenByTheSeed) {
  WorkflowEnvironment env;
  env.RegisterWorkflow(kSleeper, RunSleeper);
  env.client().ExecuteWorkflow(kSleeper, {.id = "s"}, 500);
  const ReplayCheckReport report = env.CheckReplays();
  EXPECT_EQ(report.replays, 3);
  EXPECT_LT(report.events, 10'000);
  EXPECT_THAT(report.mismatches, Each(""));
}

TEST(ReplayCheck, CodeThatReadsTheWorld_FailsTheTestWithEventAndLine) {
  ::testing::TestPartResultArray results;
  {
    const ::testing::ScopedFakeTestPartResultReporter reporter(
        ::testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &results);
    bool changed = false;
    WorkflowEnvironment env;
    env.RegisterWorkflow(kSleeper, [&](workflow::Context& ctx, int) { return Changing(ctx, changed); });
    env.client().ExecuteWorkflow(kSleeper, {.id = "s"}, 1);
    changed = true;
  }
  ASSERT_GE(results.size(), 1);
  const std::string message = results.GetTestPartResult(0).message();
  EXPECT_THAT(message, HasSubstr("Sleeper s, replayed from its history: "));
  EXPECT_THAT(message, HasSubstr("TimerStarted"));
  EXPECT_THAT(message, HasSubstr("replay_check_test.cc:"));
}

TEST(ReplayCheck, SwitchedOff_SaysNothing) {
  bool changed = false;
  WorkflowEnvironment env({.check_replay = false});
  env.RegisterWorkflow(kSleeper, [&](workflow::Context& ctx, int) { return Changing(ctx, changed); });
  env.client().ExecuteWorkflow(kSleeper, {.id = "s"}, 1);
  changed = true;
}

TEST(Determinism, SameSeed_SameBytesOfAllHistories) {
  const auto run = [](std::uint64_t seed) {
    WorkflowEnvironment env({.seed = seed});
    env.RegisterWorkflow(kWorker, RunWorker).RegisterWorkflow(kSleeper, RunSleeper);
    EXPECT_CALL(env.MockActivity(kWork), Call("a")).WillOnce(After(5s, Return("b")));
    env.client().StartWorkflow(kSleeper, {}, 2);
    env.client().ExecuteWorkflow(kWorker, {.id = "w"}, "a");
    env.Sleep(72h);
    std::string text;
    for (const WorkflowHistory& history : env.Histories()) text += history.run_id() + "\n" + history.ToJson();
    return text;
  };
  const std::string first = run(1);
  EXPECT_EQ(first, run(1));
  EXPECT_NE(first, run(2));
}

TEST(WorkflowReplayer, RecordedHistory_ReplaysWithItsOutcome) {
  WorkflowReplayer replayer;
  replayer.RegisterWorkflow(kSleeper, RunSleeper);
  const ReplayResult result = replayer.ReplayJson(RecordSleeper(), "recorded");
  EXPECT_THAT(result, ReplaysCleanly());
  EXPECT_EQ(result.state, ReplayResult::State::kCompleted);
  EXPECT_EQ(result.source, "recorded");
}

TEST(WorkflowReplayer, ChangedCode_IsAMismatchWithAnEventId) {
  WorkflowReplayer replayer;
  replayer.RegisterWorkflow(kSleeper, [](workflow::Context& ctx, int) { return Changing(ctx, true); });
  const ReplayResult result = replayer.ReplayJson(RecordSleeper());
  EXPECT_THAT(result, Not(ReplaysCleanly()));
  EXPECT_TRUE(result.nondeterminism);
  EXPECT_EQ(result.event_id, 5);
}

TEST(WorkflowReplayer, UnknownTypeAndMalformedText_AreMismatchesToo) {
  const WorkflowReplayer replayer;
  EXPECT_THAT(replayer.ReplayJson(RecordSleeper()).mismatch, HasSubstr("Sleeper"));
  EXPECT_THAT(replayer.ReplayJson("{", "broken.json").mismatch, HasSubstr("broken.json"));
  EXPECT_THAT(replayer.ReplayFile("/no/such.json").mismatch, HasSubstr("/no/such.json"));
}

TEST(WorkflowReplayer, Directory_IsCollectedOrFailsFast) {
  const std::filesystem::path folder = std::filesystem::path(::testing::TempDir()) / "replayer_directory";
  std::filesystem::create_directories(folder);
  const std::string good = RecordSleeper();
  for (const char* name : {"1.json", "3.json"}) std::ofstream(folder / name) << good;
  std::ofstream(folder / "2.json") << "{}";
  WorkflowReplayer replayer;
  replayer.RegisterWorkflow(kSleeper, RunSleeper);
  const ReplayReport all = replayer.ReplayDirectory(folder.string());
  EXPECT_EQ(all.results.size(), 3u);
  EXPECT_FALSE(all.clean());
  EXPECT_THAT(all.Print(), HasSubstr("3.json: replays cleanly, "));
  EXPECT_EQ(replayer.ReplayDirectory(folder.string(), OnMismatch::kFailFast).results.size(), 2u);
  std::filesystem::remove_all(folder);
  EXPECT_FALSE(replayer.ReplayDirectory(folder.string()).clean());
}

TEST(HistoryMatchers, EventsAndEnd_AreTold) {
  const WorkflowHistory history = WorkflowHistory::FromJson(RecordSleeper());
  EXPECT_THAT(history, HasEvents("WorkflowExecutionStarted", "TimerStarted", "TimerFired", "TimerStarted"));
  EXPECT_THAT(history, Not(HasEvents("TimerFired", "WorkflowExecutionStarted")));
  EXPECT_THAT(history, ClosedWith("WorkflowExecutionCompleted"));
  EXPECT_THAT(EventTypes(history), Contains("TimerFired").Times(2));
}

}  // namespace
}  // namespace temporal::test
