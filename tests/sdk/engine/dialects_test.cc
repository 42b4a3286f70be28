// The order in which code is told what a task brings, as this SDK has it and as histories of others tell it.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "temporal/workflow.h"
#include "tests/support/engine_harness.h"

namespace temporal::internal {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr ActivityRef<void()> kFirst{"First"}, kAfterActivity{"AfterActivity"}, kAfterSignal{"AfterSignal"};
constexpr ActivityRef<void()> kOfSignal{"OfSignal"}, kOfUpdate{"OfUpdate"}, kOfRun{"OfRun"};
constexpr WorkflowRef<void()> kRun{"Run"};
constexpr SignalRef<void(int)> kSignal{"signal"};
constexpr UpdateRef<void()> kUpdate{"update"};

constexpr ActivityOptions kTimeout{.start_to_close_timeout = 10s};

HistoryBuilder WrittenBy(const char* sdk, std::vector<unsigned> flags) {
  HistoryBuilder history("Run");
  history.sdk_name = sdk;
  history.language_flags = std::move(flags);
  return history;
}

// Empty if the code gives the history's commands.
std::string Mismatch(const EngineHarness& engine, const HistoryBuilder& history) {
  const ReplayReport report = Replay(engine.options, history.data());
  return report.mismatch ? report.mismatch->message : "";
}

// -- Batches of jobs ----------------------------------------------------------------------------------

class TwoBranches {
 public:
  explicit TwoBranches(workflow::Context& ctx) : ctx_(ctx) {
    ctx.OnSignal(kSignal, [this](int) { signalled_ = true; });
  }
  Task<void> Run() {
    auto one = ctx_.Spawn(AfterActivity());
    auto two = ctx_.Spawn(AfterSignal());
    co_await one;
    co_await two;
  }

 private:
  Task<void> AfterActivity() {
    co_await ctx_.ExecuteActivity(kFirst, kTimeout);
    co_await ctx_.ExecuteActivity(kAfterActivity, kTimeout);
  }
  Task<void> AfterSignal() {
    co_await ctx_.WaitCondition([this] { return signalled_; });
    co_await ctx_.ExecuteActivity(kAfterSignal, kTimeout);
  }

  workflow::Context& ctx_;
  bool signalled_ = false;
};

// The result of an activity and a signal in one task, and what the code does then.
HistoryBuilder WithBoth(HistoryBuilder history, const char* first, const char* second) {
  history.Task();
  const auto scheduled = history.ActivityScheduled("1", "First");
  history.ActivityCompleted(scheduled, nullptr);
  history.Signaled("signal", 1);
  history.Task();
  history.ActivityScheduled("2", first);
  history.ActivityScheduled("3", second);
  return history;
}

TEST(JobBatches, SignalAndResult_GoTogetherUnlessTheSdkHadTwoBatches) {
  EngineHarness engine;
  engine.Register<TwoBranches>(kRun);
  const auto mismatch = [&](const char* sdk, std::vector<unsigned> flags, const char* first, const char* second) {
    return Mismatch(engine, WithBoth(WrittenBy(sdk, std::move(flags)), first, second));
  };
  EXPECT_EQ(mismatch("temporal-cpp", {}, "AfterActivity", "AfterSignal"), "");
  EXPECT_EQ(mismatch("temporal-python", {2}, "AfterActivity", "AfterSignal"), "");
  EXPECT_EQ(mismatch("temporal-python", {}, "AfterSignal", "AfterActivity"), "");
  EXPECT_EQ(mismatch("temporal-typescript", {1}, "AfterSignal", "AfterActivity"), "");
  EXPECT_THAT(mismatch("temporal-python", {}, "AfterActivity", "AfterSignal"), HasSubstr("AfterSignal"));
  EXPECT_THAT(mismatch("temporal-python", {2}, "AfterSignal", "AfterActivity"), HasSubstr("AfterActivity"));
}

class SignalsFirst {
 public:
  explicit SignalsFirst(workflow::Context& ctx) : ctx_(ctx) {
    ctx.OnSignal(kSignal, [this](int) { return OnSignal(); });
  }
  Task<void> Run() { co_await ctx_.ExecuteActivity(kOfRun, kTimeout); }

 private:
  Task<void> OnSignal() {
    ++signals_;
    co_await ctx_.WaitCondition([this] { return signals_ == 2; });
    co_await ctx_.ExecuteActivity(kOfSignal, kTimeout);
  }

  workflow::Context& ctx_;
  int signals_ = 0;
};

TEST(JobBatches, SignalsBeforeTheFirstTask_RunUntilAllWait_IfTheSdkHadTwoBatches) {
  EngineHarness engine;
  engine.Register<SignalsFirst>(kRun);
  const auto mismatch = [&](HistoryBuilder history, std::initializer_list<const char*> activities) {
    history.Signaled("signal", 1);
    history.Signaled("signal", 2);
    history.Task();
    int id = 0;
    for (const char* activity : activities) history.ActivityScheduled(std::to_string(++id), activity);
    return Mismatch(engine, history);
  };
  EXPECT_EQ(mismatch(WrittenBy("temporal-cpp", {}), {"OfSignal", "OfRun", "OfSignal"}), "");
  EXPECT_EQ(mismatch(WrittenBy("temporal-python", {}), {"OfSignal", "OfSignal", "OfRun"}), "");
  EXPECT_NE(mismatch(WrittenBy("temporal-python", {}), {"OfSignal", "OfRun", "OfSignal"}), "");
}

// -- Conditions ---------------------------------------------------------------------------------------

class OneToken {
 public:
  explicit OneToken(workflow::Context& ctx) : ctx_(ctx) {
    ctx.OnSignal(kSignal, [this](int) { free_ = true; });
  }
  Task<void> Run() {
    auto one = ctx_.Spawn(Take());
    auto two = ctx_.Spawn(Take());
    co_await one;
    co_await two;
  }

 private:
  Task<void> Take() {
    co_await ctx_.WaitCondition([this] { return free_; });
    free_ = false;
    co_await ctx_.ExecuteActivity(kOfSignal, kTimeout);
  }

  workflow::Context& ctx_;
  bool free_ = false;
};

TEST(ConditionSweeps, WhatOneTakes_IsGoneForTheOther_ButNotInPythonsSweep) {
  EngineHarness engine;
  engine.Register<OneToken>(kRun);
  const auto mismatch = [&](HistoryBuilder history, int activities) {
    history.Task();
    history.Signaled("signal", 1);
    history.Task();
    for (int id = 1; id <= activities; ++id) history.ActivityScheduled(std::to_string(id), "OfSignal");
    history.Signaled("unknown");
    history.Task();
    return Mismatch(engine, history);
  };
  EXPECT_EQ(mismatch(WrittenBy("temporal-cpp", {}), 1), "");
  EXPECT_NE(mismatch(WrittenBy("temporal-cpp", {}), 2), "");
  EXPECT_EQ(mismatch(WrittenBy("temporal-python", {2}), 2), "");
  EXPECT_NE(mismatch(WrittenBy("temporal-python", {2}), 1), "");
}

Task<void> WaitsAtOnceThenSleeps(workflow::Context& ctx) {
  EXPECT_TRUE(co_await ctx.WaitCondition([] { return true; }, 1h));
  co_await ctx.Sleep(1s);
}

TEST(Conditions, TimedWaitThatHoldsAtOnce_CountsItsTimer) {
  EngineHarness engine;
  engine.Register(kRun, WaitsAtOnceThenSleeps);
  HistoryBuilder history("Run");
  history.OpenTask();
  EXPECT_EQ(EngineHarness::Commands(engine.Answer(history)), "StartTimer timer_id=2 start_to_fire_timeout=1s");
}

// -- Signals and updates ------------------------------------------------------------------------------

class Both {
 public:
  explicit Both(workflow::Context& ctx) : ctx_(ctx) {
    ctx.OnSignal(kSignal, [this](int) { return OnSignal(); });
    ctx.OnUpdate(kUpdate, [this] { return OnUpdate(); });
  }
  Task<void> Run() { co_await ctx_.WaitCancelled(); }

 private:
  Task<void> OnSignal() { co_await ctx_.ExecuteActivity(kOfSignal, kTimeout); }
  Task<void> OnUpdate() { co_await ctx_.ExecuteActivity(kOfUpdate, kTimeout); }

  workflow::Context& ctx_;
};

// As a reset brings them again.
void Admitted(HistoryBuilder& history, const char* id) {
  auto& request = *history.Add(api::enums::v1::EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ADMITTED)
                       .mutable_workflow_execution_update_admitted_event_attributes()
                       ->mutable_request();
  request.mutable_meta()->set_update_id(id);
  request.mutable_input()->set_name("update");
}

TEST(Messages, UpdatesAndSignals_BeginInTheOrderInWhichTheyCame) {
  EngineHarness engine;
  engine.Register<Both>(kRun);
  HistoryBuilder history("Run");
  Admitted(history, "u1");
  history.Signaled("signal", 1);
  Admitted(history, "u2");
  history.OpenTask();
  const std::string commands = EngineHarness::Commands(engine.Answer(history));
  std::vector<std::string> activities;
  for (std::size_t at = 0; (at = commands.find("activity_type=Of", at)) != std::string::npos; ++at) {
    activities.push_back(commands.substr(at + 14, 8));
  }
  EXPECT_THAT(activities, ElementsAre("OfUpdate", "OfSignal", "OfUpdate")) << commands;
}

// -- What a history must hold -------------------------------------------------------------------------

Task<void> Sleeps(workflow::Context& ctx) { co_await ctx.Sleep(1s); }

TEST(Histories, ThatEndWithAStartedTask_AreCheckedUpToIt) {
  EngineHarness engine;
  engine.Register(kRun, Sleeps);
  HistoryBuilder history("Run");
  history.Task();
  history.ActivityScheduled("1", "Other");
  history.Signaled("signal", 1);
  history.OpenTask();
  EXPECT_THAT(engine.Mismatch(history), HasSubstr("event 5: the history has `5 ActivityTaskScheduled"));
}

TEST(Histories, ThatEndBetweenTasks_HoldTheCommandsOfTheLast) {
  EngineHarness engine;
  engine.Register(kRun, Sleeps);
  HistoryBuilder history("Run");
  history.Task();
  EXPECT_EQ(engine.Mismatch(history), "") << "they may have been cut off";
  history.Signaled("signal", 1);
  EXPECT_THAT(engine.Mismatch(history), HasSubstr("event 5: the history has `5 WorkflowExecutionSignaled"));
}

TEST(Histories, CommandApartFromItsCompletedTask_IsMalformed) {
  EngineHarness engine;
  engine.Register<Both>(kRun);
  HistoryBuilder history("Run");
  history.Task();
  history.Signaled("unknown");
  history.TimerStarted("1", 1s);
  history.Task();
  EXPECT_THAT(engine.Mismatch(history),
              HasSubstr("an event of a command must follow the WorkflowTaskCompleted that brought it"));
}

}  // namespace
}  // namespace temporal::internal
