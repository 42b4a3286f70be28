// A call that cannot be answered fails with a report that says why.
#include <future>
#include <stdexcept>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "temporal/testing/testing.h"
#include "tests/testing/sample_workflows.h"

namespace temporal::test {
namespace {

using ::testing::HasSubstr;

template <class F>
std::string Stall(F call) {
  try {
    call();
  } catch (const StalledError& error) {
    return error.what();
  }
  return "did not stall";
}

constexpr char kFile[] = "tests/testing/stall_test.cc";
int wait_line = 0;

// Waits for ever, with a timer and an activity pending.
Task<std::string> Wait(workflow::Context& ctx, std::string input) {
  auto work = ctx.ExecuteActivity(kWork, {.schedule_to_close_timeout = 48h, .task_queue = "nobody"}, input);
  auto timer = ctx.Sleep(72h);
  co_await ctx.Sleep(1h);
  wait_line = __LINE__ + 1;
  co_await ctx.WaitCondition([] { return false; });
  co_return co_await work;
}

TEST(Stall, NothingCanMakeProgress_ReportsWhereTheCodeWaits) {
  WorkflowEnvironment env;
  env.RegisterWorkflow<Listener>(kListener);
  auto listener = env.client().StartWorkflow(kListener, {.id = "l"});
  const std::string report = Stall([&] { listener.Result(); });
  EXPECT_THAT(report, HasSubstr("Result has stalled 0s after the start: nothing that runs can make progress.\n"
                                "Open workflows:\n"
                                "  Listener l\n"
                                "    Run waits at tests/testing/sample_workflows.h:"));
}

TEST(Stall, ReportInTheMiddle_ShowsTimersAndActivitiesWithoutAWorker) {
  WorkflowEnvironment env;
  env.RegisterWorkflow(kWorker, Wait);
  auto handle = env.client().StartWorkflow(kWorker, {.id = "w"}, "a");
  env.Sleep(1h);
  const AutoTimeSkippingDisabled disabled(env);
  const std::string report = Stall([&] { handle.Result(); });
  EXPECT_EQ(report,
            "Result has stalled 1h after the start: nothing is left to do, and time skipping is disabled: "
            "Sleep lets time pass.\n"
            "Open workflows:\n"
            "  Worker w\n"
            "    Run waits at " +
                std::string(kFile) + ":" + std::to_string(wait_line) +
                "\n"
                "    timer 1 fires in 71h\n"
                "    activity 1 Work waits for a worker (attempt 1): no worker polls task queue \"nobody\": "
                "env.NewWorker(\"nobody\") makes one, which polls when something is registered with it\n"
                "Tasks that nobody polls for:\n"
                "  activity tasks of \"nobody\": 1\n");
}

TEST(Stall, ActivityThatNobodyPolls_DoesNotHoldTheClock) {
  WorkflowEnvironment env;
  env.RegisterWorkflow(kWorker, [](workflow::Context& ctx, std::string input) -> Task<std::string> {
    co_return co_await ctx.ExecuteActivity(
        kWork, {.start_to_close_timeout = 1s, .schedule_to_start_timeout = 1h, .task_queue = "nobody"}, input);
  });
  const TimePoint start = env.CurrentTime();
  EXPECT_THROW(env.client().ExecuteWorkflow(kWorker, {.id = "w"}, "a"), WorkflowFailedError);
  EXPECT_EQ(env.CurrentTime() - start, 1h);
}

TEST(Stall, UnknownWorkflowType_StallsTheResultAtOnceAndLetsTheRestGoOn) {
  WorkflowEnvironment env;
  env.RegisterWorkflow<Listener>(kListener);
  auto sleeper = env.client().StartWorkflow(kSleeper, {.id = "s"}, 1);
  const std::string report = Stall([&] { sleeper.Result(); });
  EXPECT_THAT(report, HasSubstr("0s after the start: time would not mend this:\n"
                                "  no worker of task queue \"test\" knows workflow type Sleeper: call RegisterWorkflow "
                                "before the first client call\n"));
  EXPECT_EQ(sleeper.Describe().status, client::WorkflowStatus::kRunning);
  EXPECT_THAT(sleeper.FetchHistory(), HasEvents("WorkflowTaskFailed"));
}

TEST(Stall, UnknownActivityType_StallsAtOnce) {
  WorkflowEnvironment env;
  env.RegisterWorkflow(kWorker, RunWorker);
  env.RegisterActivity(ActivityRef<void()>("Other"), [] {});
  auto handle = env.client().StartWorkflow(kWorker, {.id = "w"}, "a");
  const std::string report = Stall([&] { handle.Result(); });
  EXPECT_THAT(report, HasSubstr("0s after the start"));
  EXPECT_THAT(report, HasSubstr("no worker of task queue \"test\" knows activity type Work: call RegisterActivity or "
                                "MockActivity\n"));
}

TEST(Stall, NoWorkerAtAll_IsNamed) {
  WorkflowEnvironment env;
  auto sleeper = env.client().StartWorkflow(kSleeper, {.id = "s"}, 1);
  EXPECT_THAT(Stall([&] { sleeper.Result(); }), HasSubstr("no worker polls task queue \"test\""));
}

TEST(Stall, WorkflowThatThrowsAgainAndAgain_StallsWithItsText) {
  WorkflowEnvironment env;
  env.RegisterWorkflow(kSleeper, [](workflow::Context& ctx, int) -> Task<void> {
    co_await ctx.Sleep(1s);
    throw std::runtime_error("forgot something");
  });
  auto handle = env.client().StartWorkflow(kSleeper, {.id = "s"}, 1);
  const std::string report = Stall([&] { handle.Result(); });
  EXPECT_THAT(report, HasSubstr("the workflow task of Sleeper s has failed 10 times: forgot something"));
}

TEST(Stall, WorkflowThatThrowsAgainAndAgain_EndsByItsTimeoutIfItHasOne) {
  WorkflowEnvironment env;
  env.RegisterWorkflow(kSleeper, [](workflow::Context& ctx, int) -> Task<void> {
    co_await ctx.Sleep(1s);
    throw std::runtime_error("forgot something");
  });
  auto handle = env.client().StartWorkflow(kSleeper, {.id = "s", .execution_timeout = 2h}, 1);
  const TimePoint begin = env.CurrentTime();
  EXPECT_THROW(handle.Result(), WorkflowFailedError);
  EXPECT_EQ(env.CurrentTime() - begin, 2h);
  EXPECT_EQ(handle.Describe().status, client::WorkflowStatus::kTimedOut);
}

TEST(Stall, ProgressForEver_MeetsTheBudget) {
  WorkflowEnvironment env({.max_time = 1h});
  env.RegisterWorkflow(kWorker, [](workflow::Context& ctx, std::string input) -> Task<std::string> {
    co_return co_await ctx.ExecuteActivity(kWork, {.start_to_close_timeout = 1s}, input);
  });
  env.RegisterActivity(kWork, [](std::string) -> std::string { throw ApplicationFailure("never"); });
  auto handle = env.client().StartWorkflow(kWorker, {.id = "w"}, "a");
  const std::string report = Stall([&] { handle.Result(); });
  EXPECT_THAT(report, HasSubstr("it has used up the environment's budget"));
  EXPECT_THAT(report, HasSubstr("activity 1 Work is tried again in "));
}

// A call of an activity is not stalled while time brings something: at the latest the end of its own attempts.
TEST(Stall, CallInAnActivity_WaitsWhileTheActivityTimesOut) {
  int ended = 0;
  WorkflowEnvironment env;
  env.RegisterWorkflow(kWorker, RunWorker).RegisterWorkflow<Listener>(kListener);
  env.RegisterActivity(kWork, [&](activity::Context&, std::string) {
    const struct Ends {
      ~Ends() { ++ended; }
      int& ended;
    } ends{ended};
    return env.client().GetWorkflowHandle(kListener, "l").Result();
  });
  auto listener = env.client().StartWorkflow(kListener, {.id = "l"});
  const TimePoint start = env.CurrentTime();
  auto handle = env.client().StartWorkflow(kWorker, {.id = "w"}, "a");
  EXPECT_THAT([&] { handle.Result(); }, FailsWith<TimeoutFailure>());
  EXPECT_EQ(env.CurrentTime() - start, 3 * 60s + 1s + 2s);  // three attempts and two waits between them
  EXPECT_EQ(ended, 0);
  listener.Signal(kTell, "at last");
  EXPECT_EQ(listener.Result(), "at last");
  env.RunUntilIdle();
  EXPECT_EQ(ended, 3);
}

TEST(Stall, CallInAnActivityThatNobodyCanAnswer_LeavesByTheTestsCall) {
  WorkflowEnvironment env;
  env.RegisterWorkflow(kWorker, RunWorker);
  env.RegisterActivity(kWork, [&](activity::Context&, std::string) {
    env.client().ExecuteWorkflow(kSleeper, {.id = "s"}, 1);
    return std::string();
  });
  auto handle = env.client().StartWorkflow(kWorker, {.id = "w"}, "a");
  const std::string report = Stall([&] { handle.Result(); });
  EXPECT_THAT(report, HasSubstr("Result has stalled 0s after the start: time would not mend this:\n"
                                "  no worker of task queue \"test\" knows workflow type Sleeper"));
  EXPECT_THAT(report, HasSubstr("    activity 1 Work is running (attempt 1)\n"));
}

// Without a context the activity is one step of the loop, which its call runs on, nested.
TEST(Stall, CallInAStep_LeavesByTheTestsCallAsWell) {
  WorkflowEnvironment env;
  env.RegisterWorkflow(kWorker, RunWorker);
  env.RegisterActivity(kWork, [&](std::string) {
    env.client().ExecuteWorkflow(kSleeper, {.id = "s"}, 1);
    return std::string();
  });
  auto handle = env.client().StartWorkflow(kWorker, {.id = "w"}, "a");
  EXPECT_THAT(Stall([&] { handle.Result(); }),
              HasSubstr("Result has stalled 0s after the start: time would not mend this:\n"
                        "  no worker of task queue \"test\" knows workflow type Sleeper"));
}

TEST(Stall, CallInAStepThatStallsAfterTheAnswer_LeavesTheNextCallAlone) {
  std::string inner;
  WorkflowEnvironment env;
  env.RegisterWorkflow(kWorker, RunWorker).RegisterWorkflow<Listener>(kListener).RegisterWorkflow(kSleeper, RunSleeper);
  env.RegisterActivity(kWork, [&](std::string) {
    inner = Stall([&] { env.client().GetWorkflowHandle(kListener, "l").Result(); });
    return std::string();
  });
  env.client().StartWorkflow(kListener, {.id = "l"});
  auto handle = env.client().StartWorkflow(kWorker, {.id = "w"}, "a");
  EXPECT_THAT([&] { handle.Result(); }, FailsWith<TimeoutFailure>());
  EXPECT_THAT(inner, HasSubstr("  Listener l\n"));
  env.client().ExecuteWorkflow(kSleeper, {.id = "s"}, 1);
}

TEST(Stall, EnvironmentThatEnds_FailsTheCallsThatActivitiesStillMake) {
  std::string inner;
  {
    WorkflowEnvironment env;
    env.RegisterWorkflow(kWorker, RunWorker).RegisterWorkflow<Listener>(kListener);
    env.RegisterActivity(kWork, [&](activity::Context&, std::string) {
      inner = Stall([&] { env.client().GetWorkflowHandle(kListener, "l").Result(); });
      return std::string();
    });
    env.client().StartWorkflow(kListener, {.id = "l"});
    env.client().StartWorkflow(kWorker, {.id = "w"}, "a");
    env.RunUntilIdle();
    EXPECT_EQ(inner, "");
  }
  EXPECT_THAT(inner, HasSubstr("the worker of the activity that called it is going"));
}

Task<std::string> Blocks(workflow::Context& ctx, std::string) {
  wait_line = __LINE__ + 1;
  co_await ctx.Sleep(1h);
  std::promise<void> never;
  never.get_future().wait();
  co_return "";
}

TEST(StallDeathTest, WorkflowCodeThatBlocks_EndsTheProgram_NamingRunAndLine) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto run = [] {
    WorkflowEnvironment env({.worker = {.deadlock_detection_timeout = 100ms}});
    env.RegisterWorkflow(kWorker, Blocks);
    env.client().ExecuteWorkflow(kWorker, {.id = "b"}, "");
  };
  EXPECT_DEATH(run(),
               "Potential deadlock detected: workflow Worker b didn't yield within 0.1 second.s.. The coroutine that "
               "runs was resumed at tests/testing/stall_test.cc:[0-9]+");
}

}  // namespace
}  // namespace temporal::test
