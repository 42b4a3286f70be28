// Time, callbacks, workers and the end of an environment.
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "temporal/testing/testing.h"
#include "tests/testing/sample_workflows.h"

namespace temporal::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Return;

template <class F>
std::string WhatOf(F call) {
  try {
    call();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(WorkflowEnvironment, Result_JumpsToTheExactEnd) {
  WorkflowEnvironment env;
  env.RegisterWorkflow(kSleeper, RunSleeper);
  const TimePoint start = env.CurrentTime();
  env.client().ExecuteWorkflow(kSleeper, {.id = "s"}, 1000);
  EXPECT_EQ(env.CurrentTime() - start, 1000 * 24h);
}

TEST(WorkflowEnvironment, StartSignalQueryDescribe_TakeNoTime) {
  WorkflowEnvironment env;
  env.RegisterWorkflow<Listener>(kListener).RegisterWorkflow(kSleeper, RunSleeper);
  const TimePoint start = env.CurrentTime();
  env.client().StartWorkflow(kSleeper, {.id = "s"}, 1);
  auto listener = env.client().StartWorkflow(kListener, {.id = "l"});
  EXPECT_EQ(listener.Query(kHeard), "");
  listener.Signal(kTell, "news");
  EXPECT_EQ(listener.Query(kHeard), "news");
  EXPECT_EQ(listener.Describe().status, client::WorkflowStatus::kCompleted);
  env.RunUntilIdle();
  EXPECT_EQ(env.CurrentTime(), start);
  EXPECT_EQ(listener.TryResult(), "news");
}

// Ends with its tenth signal: of those that come while it tries to, some make it try again.
class TenSignals {
 public:
  explicit TenSignals(workflow::Context& ctx) : ctx_(ctx) {
    ctx.OnSignal(kTell, [this](std::string) { ++count_; });
  }
  Task<std::string> Run() {
    co_await ctx_.WaitCondition([this] { return count_ >= 10; });
    co_return "done";
  }

 private:
  workflow::Context& ctx_;
  int count_ = 0;
};

TEST(WorkflowEnvironment, SignalsToARunThatIsAboutToClose_AreSentAgain) {
  WorkflowEnvironment env;
  env.RegisterWorkflow<TenSignals>(kListener);
  auto handle = env.client().StartWorkflow(kListener, {.id = "l"});
  const TimePoint start = env.CurrentTime();
  const std::string last = WhatOf([&] {
    for (int i = 0; i < 150; ++i) handle.Signal(kTell, "hello");
  });
  EXPECT_EQ(last, "NOT_FOUND: workflow execution already completed");
  EXPECT_EQ(env.CurrentTime() - start, 1s) << "the wait before the second attempt";
  EXPECT_EQ(handle.Result(), "done");
}

TEST(WorkflowEnvironment, Sleep_EndsOnTimeWithTheRunStillOpen) {
  WorkflowEnvironment env({.start_time = TimePoint(1000s)});
  env.RegisterWorkflow(kSleeper, RunSleeper);
  auto sleeper = env.client().StartWorkflow(kSleeper, {.id = "s"}, 1);
  env.Sleep(24h - 1ns);
  EXPECT_FALSE(sleeper.TryResult());
  env.Sleep(1ns);
  EXPECT_TRUE(sleeper.TryResult());
  EXPECT_EQ(env.CurrentTime(), TimePoint(1000s) + 24h);
}

TEST(WorkflowEnvironment, Callbacks_RunAtTheirTimesDuringAResult) {
  std::vector<Duration> at;
  WorkflowEnvironment env;
  env.RegisterWorkflow<Listener>(kListener);
  const TimePoint start = env.CurrentTime();
  auto listener = env.client().StartWorkflow(kListener, {.id = "l"});
  env.After(2h, [&] {
    at.push_back(env.CurrentTime() - start);
    listener.Signal(kTell, "later");
  });
  env.At(start + 1h, [&] {
    at.push_back(env.CurrentTime() - start);
    EXPECT_EQ(listener.Query(kHeard), "");
    EXPECT_EQ(listener.TryResult(), std::nullopt);
  });
  EXPECT_EQ(listener.Result(), "later");
  EXPECT_THAT(at, ElementsAre(1h, 2h));
  EXPECT_EQ(env.CurrentTime() - start, 2h);
}

TEST(WorkflowEnvironment, ResultInACallback_FailsAndNamesTryResult) {
  WorkflowEnvironment env;
  env.RegisterWorkflow(kSleeper, RunSleeper);
  auto sleeper = env.client().StartWorkflow(kSleeper, {.id = "s"}, 1);
  env.After(1h, [&] { sleeper.Result(); });
  EXPECT_THAT(WhatOf([&] { sleeper.Result(); }), HasSubstr("may not let time pass: ask TryResult"));
  sleeper.Result();  // the environment goes on
}

TEST(WorkflowEnvironment, ExceptionOfACallback_LeavesByTheOutermostCall) {
  WorkflowEnvironment env;
  env.RegisterWorkflow(kSleeper, RunSleeper);
  auto sleeper = env.client().StartWorkflow(kSleeper, {.id = "s"}, 1);
  env.After(1h, [&] {
    env.After(0h, [] { throw std::out_of_range("mine"); });
    sleeper.Describe();
    env.RunUntilIdle();
  });
  EXPECT_THROW(sleeper.Result(), std::out_of_range);
}

TEST(WorkflowEnvironment, SkippingDisabled_StallsResultsButNotSleep) {
  WorkflowEnvironment env;
  env.RegisterWorkflow(kSleeper, RunSleeper);
  const TimePoint start = env.CurrentTime();
  auto sleeper = env.client().StartWorkflow(kSleeper, {.id = "s"}, 1);
  {
    const AutoTimeSkippingDisabled disabled(env);
    EXPECT_THAT(WhatOf([&] { sleeper.Result(); }), HasSubstr("time skipping is disabled"));
    EXPECT_EQ(env.CurrentTime(), start);
    env.Sleep(1h);
  }
  sleeper.Result();
  EXPECT_EQ(env.CurrentTime() - start, 24h);
}

TEST(WorkflowEnvironment, ActivityOnAnotherQueue_RunsOnItsWorker) {
  WorkflowEnvironment env;
  env.RegisterWorkflow(kWorker, [](workflow::Context& ctx, std::string input) -> Task<std::string> {
    co_return co_await ctx.ExecuteActivity(kWork, {.start_to_close_timeout = 1s, .task_queue = "other"}, input);
  });
  worker::Worker& other = env.NewWorker("other");
  EXPECT_CALL(env.MockActivity(kWork, other), Call("a")).WillOnce(Return("b"));
  EXPECT_EQ(env.client().ExecuteWorkflow(kWorker, {.id = "w"}, "a"), "b");
}

TEST(WorkflowEnvironment, ClientInWorkflowCode_IsRefused) {
  std::string refusal;  // the workflow runs once more when the environment ends
  WorkflowEnvironment env;
  env.RegisterWorkflow(kSleeper, [&](workflow::Context&, int) -> Task<void> {
    refusal = WhatOf([&] { env.client().GetWorkflowHandle("s").Describe(); });
    co_return;
  });
  env.client().ExecuteWorkflow(kSleeper, {.id = "s"}, 0);
  EXPECT_THAT(refusal, HasSubstr("a workflow may not use a client"));
}

TEST(WorkflowEnvironment, ClientInAnActivity_MayWaitForAnotherWorkflow) {
  WorkflowEnvironment env;
  env.RegisterWorkflow(kWorker, RunWorker).RegisterWorkflow(kSleeper, RunSleeper);
  env.RegisterActivity(kWork, [&](activity::Context&, std::string input) {
    env.client().GetWorkflowHandle("s").Describe();
    return input + "!";
  });
  env.client().StartWorkflow(kSleeper, {.id = "s"}, 1);
  EXPECT_EQ(env.client().ExecuteWorkflow(kWorker, {.id = "w"}, "a"), "a!");
}

TEST(WorkflowEnvironment, WaitingActivities_InterleaveAtExactTimes) {
  std::vector<std::string> log;
  WorkflowEnvironment env;
  env.RegisterWorkflow(kWorker, RunWorker);
  const TimePoint start = env.CurrentTime();
  env.RegisterActivity(kWork, [&](activity::Context& ctx, std::string input) {
    const auto step = input == "slow" ? 3s : 2s;
    for (int i = 0; i < 2; ++i) {
      ctx.WaitCancelled(step);
      log.push_back(input + " " + std::to_string((ctx.Now() - start) / 1s));
    }
    return input;
  });
  auto slow = env.client().StartWorkflow(kWorker, {.id = "1"}, "slow");
  auto fast = env.client().StartWorkflow(kWorker, {.id = "2"}, "fast");
  EXPECT_EQ(slow.Result(), "slow");
  EXPECT_EQ(fast.Result(), "fast");
  EXPECT_THAT(log, ElementsAre("fast 2", "slow 3", "fast 4", "slow 6"));
}

TEST(WorkflowEnvironment, HeartbeatingActivity_LearnsOfItsCancellation) {
  WorkflowEnvironment env;
  env.RegisterWorkflow(kWorker, [](workflow::Context& ctx, std::string input) -> Task<std::string> {
    co_return co_await ctx.ExecuteActivity(kWork,
                                           {.start_to_close_timeout = 1h,
                                            .heartbeat_timeout = 10s,
                                            .cancellation_type = ActivityCancellationType::kWaitCancellationCompleted},
                                           input);
  });
  Duration cancelled_at{};
  const TimePoint start = env.CurrentTime();
  env.RegisterActivity(kWork, [&](activity::Context& ctx, std::string) -> std::string {
    while (!ctx.WaitCancelled(1s)) ctx.Heartbeat();
    cancelled_at = ctx.Now() - start;
    throw CanceledFailure("obeyed");
  });
  auto handle = env.client().StartWorkflow(kWorker, {.id = "w"}, "a");
  env.After(30s, [&] { handle.Cancel(); });
  EXPECT_THROW(handle.Result(), WorkflowFailedError);
  EXPECT_GE(cancelled_at, 30s);
  EXPECT_LE(cancelled_at, 40s);
}

TEST(WorkflowEnvironment, DestroyedWithEverythingInFlight_UnwindsAndLeaksNothing) {
  auto held = std::make_shared<int>(0);
  int unwound = 0;
  struct Unwind {
    int& count;
    ~Unwind() { ++count; }
  };
  {
    WorkflowEnvironment env({.check_replay = false});  // a replay would unwind them as well
    env.RegisterWorkflow(kSleeper, [&](workflow::Context& ctx, int) -> Task<void> {
      const auto keep = held;
      const Unwind unwind{unwound};
      co_await ctx.Sleep(24h);
    });
    env.RegisterWorkflow(kWorker, RunWorker);
    env.RegisterActivity(kWork, [&](activity::Context& ctx, std::string input) {
      const auto keep = held;
      const Unwind unwind{unwound};
      while (!ctx.WaitCancelled(1h)) continue;
      return input;
    });
    env.client().StartWorkflow(kSleeper, {.id = "s"}, 1);
    env.client().StartWorkflow(kWorker, {.id = "w"}, "a");
    env.After(1h, [held] {});
    env.RunUntilIdle();
  }
  EXPECT_EQ(unwound, 2);
  EXPECT_EQ(held.use_count(), 1);
}

TEST(WorkflowEnvironment, ClientAfterItsEnvironment_Throws) {
  auto env = std::make_unique<WorkflowEnvironment>();
  const client::Client client = env->client();
  env.reset();
  EXPECT_THAT(WhatOf([&] { client.GetWorkflowHandle("x").Describe(); }), HasSubstr("has ended"));
}

TEST(WorkflowEnvironment, WallClock_RunsTheSameCode) {
  WorkflowEnvironment env = WorkflowEnvironment::WallClock();
  env.RegisterWorkflow(kWorker, RunWorker);
  EXPECT_CALL(env.MockActivity(kWork), Call("a")).WillOnce(Return("b"));
  EXPECT_EQ(env.client().ExecuteWorkflow(kWorker, {.id = "w"}, "a"), "b");
  EXPECT_THROW(env.After(1s, [] {}), std::logic_error);
}

}  // namespace
}  // namespace temporal::test
