// How local activities end, on virtual time: failures, retries, timeouts, cancellation.
#include <functional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "temporal/testing/testing.h"
#include "tests/testing/local_activities.h"

namespace temporal::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// -- Failures, timeouts, retries ----------------------------------------------------------------------

TEST(LocalActivityEnds, Retries_WaitInTheWorker) {
  std::vector<std::string> attempts;
  WorkflowEnvironment env;
  env.RegisterActivity(
         kSlow,
         [&attempts, first = TimePoint()](activity::Context& ctx) mutable -> std::string {
           const activity::Info& info = ctx.Info();
           EXPECT_TRUE(info.is_local);
           EXPECT_EQ(info.workflow_id, "w");
           EXPECT_EQ(info.activity_id, "1");
           if (info.attempt == 1) first = ctx.Now();
           attempts.push_back(std::to_string(info.attempt) + " at " + internal::PrintDuration(ctx.Now() - first));
           if (info.attempt < 4) throw ApplicationFailure("not yet");
           return "done";
         })
      .RegisterWorkflow(kText, [](workflow::Context& ctx) -> Task<std::string> {
        co_return co_await ctx.ExecuteLocalActivity(kSlow, {.start_to_close_timeout = 5s});
      });
  EXPECT_EQ(RunText(env), "done");
  EXPECT_THAT(attempts, ElementsAre("1 at 0s", "2 at 1s", "3 at 3s", "4 at 7s"));
  EXPECT_THAT(EventsOf(env, "w"), Not(HasSubstr("Timer")));
}

TEST(LocalActivityEnds, LongBackoff_IsATimerOfTheWorkflow) {
  WorkflowEnvironment env;
  env.RegisterActivity(kSlow,
                       [](activity::Context& ctx) -> std::string {
                         if (ctx.Info().attempt < 3) throw ApplicationFailure("not yet", {.next_retry_delay = 2min});
                         return "attempt " + std::to_string(ctx.Info().attempt) + ", id " + ctx.Info().activity_id +
                                ", " + internal::PrintDuration(ctx.Now() - ctx.Info().scheduled_time) + " later";
                       })
      .RegisterWorkflow(kText, [](workflow::Context& ctx) -> Task<std::string> {
        co_return co_await ctx.ExecuteLocalActivity(kSlow, {.start_to_close_timeout = 5s});
      });
  EXPECT_EQ(RunText(env), "attempt 3, id 3, 4m later");
  EXPECT_EQ(EventsOf(env, "w"), R"(1 +0s WorkflowExecutionStarted
2 +0s WorkflowTaskScheduled
3 +0s WorkflowTaskStarted
4 +0s WorkflowTaskCompleted
5 +0s MarkerRecorded
6 +0s TimerStarted
7 +2m TimerFired
8 +2m WorkflowTaskScheduled
9 +2m WorkflowTaskStarted
10 +2m WorkflowTaskCompleted
11 +2m MarkerRecorded
12 +2m TimerStarted
13 +4m TimerFired
14 +4m WorkflowTaskScheduled
15 +4m WorkflowTaskStarted
16 +4m WorkflowTaskCompleted
17 +4m MarkerRecorded
18 +4m WorkflowExecutionCompleted
)");
}

struct Ending {
  const char* name;
  LocalActivityOptions options;
  std::function<std::string(activity::Context&)> code;
  std::string chain;
  Duration after;
};

class LocalActivityEndings : public ::testing::TestWithParam<Ending> {};

TEST_P(LocalActivityEndings, FailureHasItsChain) {
  const Ending& ending = GetParam();
  WorkflowEnvironment env;
  env.RegisterActivity(kSlow, ending.code)
      .RegisterWorkflow(kText, [options = ending.options](workflow::Context& ctx) -> Task<std::string> {
        const auto outcome = co_await workflow::Try(ctx.ExecuteLocalActivity(kSlow, options));
        co_return ChainOf(outcome) + ", " + internal::PrintDuration(ctx.Now() - ctx.Info().start_time);
      });
  EXPECT_EQ(RunText(env), ending.chain + ", " + internal::PrintDuration(ending.after));
}

std::string Fails(activity::Context&) { throw ApplicationFailure("boom", {.type = "Bad"}); }
std::string FailsForGood(activity::Context&) { throw ApplicationFailure("boom", {.non_retryable = true}); }

INSTANTIATE_TEST_SUITE_P(
    All, LocalActivityEndings,
    ::testing::Values(
        Ending{"AttemptsUsedUp",
               {.start_to_close_timeout = 5s, .retry_policy = {.maximum_attempts = 3}},
               Fails,
               "Local Activity failed < boom",
               3s},
        Ending{"NonRetryable", {.start_to_close_timeout = 5s}, FailsForGood, "Local Activity failed < boom", 0s},
        Ending{"TypeOfThePolicy_InAnyCase",
               {.start_to_close_timeout = 5s, .retry_policy = {.non_retryable_error_types = {"BAD"}}},
               Fails,
               "Local Activity failed < boom",
               0s},
        Ending{"StartToClose_IsRetried",
               {.start_to_close_timeout = 4s, .retry_policy = {.maximum_attempts = 2}},
               Slow,
               "Local Activity timed out < Activity timed out",
               4s + 1s + 4s},
        Ending{"ScheduleToClose",
               {.schedule_to_close_timeout = 3s},
               Slow,
               "Local Activity timed out < Activity timed out",
               3s},
        Ending{"ScheduleToClose_EndsTheWaitBetweenAttempts",
               {.schedule_to_close_timeout = 2s},
               Fails,
               "Local Activity timed out < Activity timed out",
               2s},
        Ending{"Asynchronous",
               {.start_to_close_timeout = 5s},
               [](activity::Context& ctx) -> std::string { return ctx.CompleteAsync(); },
               "Local Activity failed < A local activity cannot complete asynchronously",
               0s},
        Ending{"CanceledByItself",
               {.start_to_close_timeout = 5s},
               [](activity::Context&) -> std::string { throw CanceledFailure("by itself"); },
               "Local Activity cancelled < by itself",
               0s}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(LocalActivityEnds, NoSlotInTime_ScheduleToStart) {
  WorkflowEnvironment env({.worker = {.max_concurrent_local_activities = 1}});
  env.RegisterActivity(kSlow, Slow).RegisterWorkflow(kText, [](workflow::Context& ctx) -> Task<std::string> {
    auto first = ctx.ExecuteLocalActivity(kSlow, {.start_to_close_timeout = 60s});
    const auto second = co_await workflow::Try(
        ctx.ExecuteLocalActivity(kSlow, {.start_to_close_timeout = 60s, .schedule_to_start_timeout = 5s}));
    const std::string after = internal::PrintDuration(ctx.Now() - ctx.Info().start_time);
    auto third = ctx.ExecuteLocalActivity(kSlow, {.start_to_close_timeout = 60s});
    const auto a = co_await first;
    const auto b = co_await third;
    co_return ChainOf(second) + " " + after + " " + internal::PrintDuration(ctx.Now() - ctx.Info().start_time);
  });
  EXPECT_EQ(RunText(env), "Local Activity timed out < Activity timed out 5s 40s");
}

TEST(LocalActivityEnds, Unregistered_FailsTheTaskWithWhatThereIs) {
  WorkflowEnvironment env;
  env.RegisterActivity(kEcho, [](std::string text) { return text; })
      .RegisterWorkflow(kText, [](workflow::Context& ctx) -> Task<std::string> {
        co_return co_await ctx.ExecuteLocalActivity(kSlow, {.start_to_close_timeout = 60s});
      });
  try {
    RunText(env);
    ADD_FAILURE() << "it should have stalled";
  } catch (const StalledError& stalled) {
    EXPECT_THAT(stalled.what(),
                HasSubstr("Activity function Slow is not registered on this worker, available activities: Echo; Slow "
                          "was asked for at "));
  }
}

// -- Cancellation -------------------------------------------------------------------------------------

struct Cancel {
  ActivityCancellationType type;
  std::string outcome;
  Duration after;
};

class LocalActivityCancellation : public ::testing::TestWithParam<Cancel> {};

// A second one ends after 3 s; then the first is cancelled, which takes its time to obey.
TEST_P(LocalActivityCancellation, WhileItRuns) {
  std::string seen = "nothing";
  WorkflowEnvironment env;
  env.RegisterActivity(kSlow,
                       [&seen](activity::Context& ctx) -> std::string {
                         if (!ctx.WaitCancelled(5s)) return "was not told";
                         seen = "cancelled";
                         return "obeyed";
                       })
      .RegisterActivity(kEcho,
                        [](activity::Context& ctx, std::string text) {
                          ctx.WaitCancelled(3s);
                          return text;
                        })
      .RegisterWorkflow(kText, [type = GetParam().type](workflow::Context& ctx) -> Task<std::string> {
        auto scope = workflow::CancellationScope(ctx);
        auto slow = scope->ExecuteLocalActivity(kSlow, {.start_to_close_timeout = 60s, .cancellation_type = type});
        co_await ctx.ExecuteLocalActivity(kEcho, {.start_to_close_timeout = 60s}, "x");
        scope.Cancel();
        const auto outcome = co_await workflow::Try(slow);
        const auto after = internal::PrintDuration(ctx.Now() - ctx.Info().start_time);
        co_await ctx.Sleep(10s);
        co_return (outcome.ok() ? outcome.value() : ChainOf(outcome)) + " at " + after;
      });
  EXPECT_EQ(RunText(env), GetParam().outcome + " at " + internal::PrintDuration(GetParam().after));
  EXPECT_EQ(seen, GetParam().type == ActivityCancellationType::kAbandon ? "nothing" : "cancelled");
}

INSTANTIATE_TEST_SUITE_P(
    All, LocalActivityCancellation,
    ::testing::Values(Cancel{ActivityCancellationType::kTryCancel, "Local Activity cancelled < Activity cancelled", 3s},
                      Cancel{ActivityCancellationType::kWaitCancellationCompleted, "obeyed", 3s},
                      Cancel{ActivityCancellationType::kAbandon, "Local Activity cancelled < Activity cancelled", 3s}));

TEST(LocalActivityEnds, CancelledInTheTaskThatAskedForIt_NeverRuns) {
  for (const auto type : {ActivityCancellationType::kTryCancel, ActivityCancellationType::kWaitCancellationCompleted,
                          ActivityCancellationType::kAbandon}) {
    bool ran = false;
    WorkflowEnvironment env;
    env.RegisterActivity(kSlow,
                         [&ran]() -> std::string {
                           ran = true;
                           return "ran";
                         })
        .RegisterWorkflow(kText, [type](workflow::Context& ctx) -> Task<std::string> {
          auto scope = workflow::CancellationScope(ctx);
          auto slow = scope->ExecuteLocalActivity(kSlow, {.start_to_close_timeout = 60s, .cancellation_type = type});
          scope.Cancel();
          const auto outcome = co_await workflow::Try(slow);
          co_return ChainOf(outcome);
        });
    EXPECT_EQ(RunText(env), "Local Activity cancelled < Activity cancelled");
    EXPECT_FALSE(ran);
    EXPECT_THAT(EventsOf(env, "w"), HasSubstr("MarkerRecorded"));
  }
}

TEST(LocalActivityEnds, CancelledWhileItBacksOff_EndsWithItsTimer) {
  WorkflowEnvironment env;
  env.RegisterActivity(kSlow, Fails).RegisterWorkflow(kText, [](workflow::Context& ctx) -> Task<std::string> {
    auto scope = workflow::CancellationScope(ctx);
    auto slow =
        scope->ExecuteLocalActivity(kSlow, {.start_to_close_timeout = 5s, .retry_policy = {.initial_interval = 5min}});
    co_await ctx.Sleep(1min);
    scope.Cancel();
    const auto outcome = co_await workflow::Try(slow);
    co_return ChainOf(outcome);
  });
  const TimePoint start = env.CurrentTime();
  EXPECT_EQ(RunText(env), "Local Activity cancelled < Activity cancelled");
  EXPECT_EQ(env.CurrentTime() - start, 1min);
  EXPECT_THAT(EventsOf(env, "w"), HasSubstr("TimerCanceled"));
}

TEST(LocalActivityEnds, RunCancelledFromOutside_IsSeenAtTheNextHeartbeat) {
  WorkflowEnvironment env;
  env.RegisterActivity(kSlow, Slow).RegisterWorkflow(kText, [](workflow::Context& ctx) -> Task<std::string> {
    co_return co_await ctx.ExecuteLocalActivity(kSlow, {.start_to_close_timeout = 60s});
  });
  auto handle = env.client().StartWorkflow(kText, {.id = "w"});
  const TimePoint start = env.CurrentTime();
  env.Sleep(5s);
  handle.Cancel();
  EXPECT_THROW(handle.Result(), WorkflowFailedError);
  EXPECT_EQ(env.CurrentTime() - start, 8s);
  EXPECT_THAT(handle.FetchHistory(), FailsWith<CanceledFailure>());
}

TEST(LocalActivityEnds, RunEnds_WhatRunsIsCancelledAndForgotten) {
  bool cancelled = false;
  WorkflowEnvironment env;
  env.RegisterActivity(kSlow,
                       [&cancelled](activity::Context& ctx) -> std::string {
                         cancelled = ctx.WaitCancelled(1h);
                         return "";
                       })
      .RegisterActivity(kEcho, [](std::string text) { return text; })
      .RegisterWorkflow(kText, [](workflow::Context& ctx) -> Task<std::string> {
        auto slow = ctx.ExecuteLocalActivity(kSlow, {.start_to_close_timeout = 2h});
        co_return co_await ctx.ExecuteLocalActivity(kEcho, {.start_to_close_timeout = 60s}, "ended");
      });
  const TimePoint start = env.CurrentTime();
  EXPECT_EQ(RunText(env), "ended");
  env.RunUntilIdle();
  EXPECT_EQ(env.CurrentTime(), start);
  EXPECT_TRUE(cancelled);
}

}  // namespace
}  // namespace temporal::test
