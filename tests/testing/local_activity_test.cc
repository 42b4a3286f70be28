// Local activities end to end, on virtual time; every run is replayed at the end of each test.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sdk/base/history_printer.h"
#include "sdk/converter/history_data.h"
#include "sdk/worker/worker_core.h"
#include "temporal/as_completed.h"
#include "temporal/testing/testing.h"
#include "tests/testing/sample_workflows.h"

namespace temporal::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Return;

constexpr ActivityRef<std::string(std::string)> kEcho{"Echo"};
constexpr ActivityRef<std::string()> kSlow{"Slow"};
constexpr WorkflowRef<std::string()> kText{"Text"};

// The types of the events, with their times since the first.
std::string EventsOf(const WorkflowEnvironment& env, std::string_view id) {
  const WorkflowHistory history = env.client().GetWorkflowHandle(id).FetchHistory();
  return internal::PrintHistory(history.data().history, {.times = true, .attributes = false});
}

std::string RunText(const WorkflowEnvironment& env) { return env.client().ExecuteWorkflow(kText, {.id = "w"}); }

// Takes 20 s, unless it is cancelled.
std::string Slow(activity::Context& ctx) {
  return ctx.WaitCancelled(20s) ? throw CanceledFailure("gave way") : std::string("slow");
}

// What an outcome's failure is: its chain, outermost first.
template <class T>
std::string ChainOf(const Outcome<T>& outcome) {
  std::string text;
  for (const Failure* at = outcome.failure(); at != nullptr; at = at->cause().get()) {
    text += (text.empty() ? "" : " < ") + at->message();
  }
  return text.empty() ? "no failure" : text;
}

TEST(LocalActivities, Result_IsAMarkerOfTheOneTask) {
  WorkflowEnvironment env;
  env.RegisterActivity(kEcho, [](std::string text) { return text + "!"; })
      .RegisterWorkflow(kText, [](workflow::Context& ctx) -> Task<std::string> {
        co_return co_await ctx.ExecuteLocalActivity(kEcho, {.start_to_close_timeout = 5s, .summary = "says hello"},
                                                    "hello");
      });
  EXPECT_EQ(RunText(env), "hello!");
  EXPECT_EQ(EventsOf(env, "w"), R"(1 +0s WorkflowExecutionStarted
2 +0s WorkflowTaskScheduled
3 +0s WorkflowTaskStarted
4 +0s WorkflowTaskCompleted
5 +0s MarkerRecorded
6 +0s WorkflowExecutionCompleted
)");
  EXPECT_THAT(
      env.client().GetWorkflowHandle("w").FetchHistory().Print(),
      HasSubstr(
          R"(5 MarkerRecorded marker_name=core_local_activity details={data=[{"seq":1,"attempt":1,"activity_id":"1","activity_type":"Echo","complete_time":{"seconds":1767225600,"nanos":0},"backoff":null,"original_schedule_time":{"seconds":1767225600,"nanos":0}}] result=["hello!"]})"));
}

TEST(LocalActivities, SeveralAtOnce_EndInTheirOwnOrder) {
  WorkflowEnvironment env;
  constexpr ActivityRef<int(int)> kWait{"Wait"};
  env.RegisterActivity(kWait,
                       [](activity::Context& ctx, int seconds) {
                         ctx.WaitCancelled(std::chrono::seconds(seconds));
                         return seconds;
                       })
      .RegisterWorkflow(kText, [kWait](workflow::Context& ctx) -> Task<std::string> {
        std::vector<Future<int>> waits;
        for (const int seconds : {3, 1, 2}) {
          waits.push_back(ctx.ExecuteLocalActivity(kWait, {.start_to_close_timeout = 5s}, seconds));
        }
        std::string order;
        workflow::AsCompleted completed(waits);
        while (auto next = co_await completed.Next()) order += std::to_string(co_await *next);
        co_return order + " at " + internal::PrintDuration(ctx.Now() - ctx.Info().start_time);
      });
  const TimePoint start = env.CurrentTime();
  EXPECT_EQ(RunText(env), "123 at 3s");
  EXPECT_EQ(env.CurrentTime() - start, 3s);
}

// -- Heartbeats of the workflow task ------------------------------------------------------------------

TEST(LocalActivities, LongerThanTheTask_KeepsItAlive) {
  WorkflowEnvironment env;
  env.RegisterActivity(kSlow, Slow).RegisterWorkflow(kText, [](workflow::Context& ctx) -> Task<std::string> {
    const TimePoint before = ctx.Now();
    auto text = co_await ctx.ExecuteLocalActivity(kSlow, {.start_to_close_timeout = 60s});
    co_return text + " after " + internal::PrintDuration(ctx.Now() - before);
  });
  EXPECT_EQ(RunText(env), "slow after 20s");
  EXPECT_EQ(EventsOf(env, "w"), R"(1 +0s WorkflowExecutionStarted
2 +0s WorkflowTaskScheduled
3 +0s WorkflowTaskStarted
4 +8s WorkflowTaskCompleted
5 +8s WorkflowTaskScheduled
6 +8s WorkflowTaskStarted
7 +16s WorkflowTaskCompleted
8 +16s WorkflowTaskScheduled
9 +16s WorkflowTaskStarted
10 +20s WorkflowTaskCompleted
11 +20s MarkerRecorded
12 +20s WorkflowExecutionCompleted
)");
}

TEST(LocalActivities, LongerThanTheTask_WithoutACacheAsWell) {
  int runs = 0;
  WorkflowEnvironment env({.worker = {.max_cached_workflows = 0}});
  env.RegisterActivity(kSlow,
                       [&runs](activity::Context& ctx) {
                         ++runs;
                         return Slow(ctx);
                       })
      .RegisterWorkflow(kText, [](workflow::Context& ctx) -> Task<std::string> {
        co_return co_await ctx.ExecuteLocalActivity(kSlow, {.start_to_close_timeout = 60s});
      });
  const TimePoint start = env.CurrentTime();
  EXPECT_EQ(RunText(env), "slow");
  EXPECT_EQ(env.CurrentTime() - start, 20s);
  EXPECT_EQ(runs, 1);
}

class Hears {
 public:
  explicit Hears(workflow::Context& ctx) : ctx_(ctx) {
    ctx.OnSignal(kTell, [this](std::string what) { heard_ += what + " at " + Since() + ", "; });
    ctx.OnQuery(kHeard, [this] { return heard_; });
  }
  Task<std::string> Run() {
    auto slow = ctx_.ExecuteLocalActivity(kSlow, {.start_to_close_timeout = 60s});
    co_await ctx_.Sleep(1s);
    heard_ += "timer at " + Since() + ", ";
    auto text = co_await slow;
    co_return heard_ + text + " at " + Since();
  }

 private:
  std::string Since() const { return internal::PrintDuration(ctx_.Now() - ctx_.Info().start_time); }
  workflow::Context& ctx_;
  std::string heard_;
};

// The timer begins with the first heartbeat. What comes while a task is open waits for the next one.
TEST(LocalActivities, TaskThatIsKeptAlive_BringsSignalsAndTimers) {
  WorkflowEnvironment env;
  env.RegisterActivity(kSlow, Slow).RegisterWorkflow<Hears>(kText);
  auto handle = env.client().StartWorkflow(kText, {.id = "w"});
  env.Sleep(10s);
  handle.Signal(kTell, std::string("news"));
  EXPECT_EQ(handle.Result(), "news at 16s, timer at 16s, slow at 20s");
}

// The server hands a query out with the next task, which the worker asks for when the time of this one is nearly over.
TEST(LocalActivities, QueryMeanwhile_IsAnsweredAtTheNextHeartbeat) {
  WorkflowEnvironment env = WorkflowEnvironment::WallClock();
  env.RegisterActivity(kSlow,
                       [](activity::Context& ctx) -> std::string {
                         ctx.WaitCancelled(600ms);
                         return "slow";
                       })
      .RegisterWorkflow<Hears>(kText);
  auto handle = env.client().StartWorkflow(kText, {.id = "w", .task_timeout = 500ms});
  handle.Signal(kTell, std::string("news"));
  EXPECT_THAT(handle.Query(kHeard), HasSubstr("news at "));
  handle.Terminate("seen");
}

TEST(LocalActivities, QueryMeanwhile_OnVirtualTime_StallsAsItWouldHaveToJump) {
  WorkflowEnvironment env;
  env.RegisterActivity(kSlow, Slow).RegisterWorkflow<Hears>(kText);
  auto handle = env.client().StartWorkflow(kText, {.id = "w"});
  env.Sleep(1s);
  EXPECT_THROW((void)handle.Query(kHeard), StalledError);
  handle.Result();
}

TEST(LocalActivities, KeptAliveTooLong_TheServerGivesTheTaskUp_AndTheyRunAgain) {
  int runs = 0;
  WorkflowEnvironment env;
  env.RegisterActivity(kSlow,
                       [&runs](activity::Context& ctx) -> std::string {
                         const bool cancelled = ctx.WaitCancelled(++runs == 1 ? Duration(1h) : Duration(1s));
                         return cancelled ? "cancelled" : "at last";
                       })
      .RegisterWorkflow(kText, [](workflow::Context& ctx) -> Task<std::string> {
        co_return co_await ctx.ExecuteLocalActivity(kSlow, {.start_to_close_timeout = 2h});
      });
  const TimePoint start = env.CurrentTime();
  EXPECT_EQ(RunText(env), "at last");
  EXPECT_EQ(env.CurrentTime() - start, 30min + 8s + 1s) << "the first heartbeat after half an hour, and the second run";
  EXPECT_EQ(runs, 2);
  EXPECT_THAT(EventsOf(env, "w"), HasSubstr("+30m8s WorkflowTaskTimedOut"));
}

TEST(LocalActivities, WorkerLost_AnotherOneRunsThemAgain) {
  int runs = 0;
  WorkflowEnvironment env;
  const auto slow = [&runs](activity::Context& ctx) {
    ++runs;
    return Slow(ctx);
  };
  const auto text = [](workflow::Context& ctx) -> Task<std::string> {
    co_return co_await ctx.ExecuteLocalActivity(kSlow, {.start_to_close_timeout = 60s});
  };
  env.RegisterActivity(kSlow, slow).RegisterWorkflow(kText, text);
  auto handle = env.client().StartWorkflow(kText, {.id = "w"});
  const TimePoint start = env.CurrentTime();
  env.Sleep(3s);
  env.default_worker().core().Abandon();
  env.NewWorker("test").RegisterActivity(kSlow, slow).RegisterWorkflow(kText, text);
  EXPECT_EQ(handle.Result(), "slow");
  EXPECT_EQ(env.CurrentTime() - start, 10s + 20s) << "the task has timed out first";
  EXPECT_EQ(runs, 2);
}

// -- Failures, timeouts, retries ----------------------------------------------------------------------

TEST(LocalActivities, Retries_WaitInTheWorker) {
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

TEST(LocalActivities, LongBackoff_IsATimerOfTheWorkflow) {
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

TEST(LocalActivities, NoSlotInTime_ScheduleToStart) {
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

TEST(LocalActivities, Unregistered_FailsTheTaskWithWhatThereIs) {
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

TEST(LocalActivities, CancelledInTheTaskThatAskedForIt_NeverRuns) {
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

TEST(LocalActivities, CancelledWhileItBacksOff_EndsWithItsTimer) {
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

TEST(LocalActivities, RunCancelledFromOutside_IsSeenAtTheNextHeartbeat) {
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

TEST(LocalActivities, RunEnds_WhatRunsIsCancelledAndForgotten) {
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

// -- Testing ------------------------------------------------------------------------------------------

TEST(LocalActivities, Mocks_PlayTheirScriptsInTheWorker) {
  WorkflowEnvironment env;
  EXPECT_CALL(env.MockActivity(kEcho), Call("x"))
      .WillOnce(Throw(ApplicationFailure("not yet")))
      .WillOnce(TimesOut(TimeoutType::kStartToClose))
      .WillOnce(After(2s, Return("y")));
  env.RegisterWorkflow(kText, [](workflow::Context& ctx) -> Task<std::string> {
    co_return co_await ctx.ExecuteLocalActivity(kEcho, {.start_to_close_timeout = 4s}, "x");
  });
  const TimePoint start = env.CurrentTime();
  EXPECT_EQ(RunText(env), "y");
  EXPECT_EQ(env.CurrentTime() - start, 1s + 4s + 2s + 2s);
}

class Doubles final : public worker::WorkerInterceptor {
 public:
  Payload ExecuteActivity(activity::Context& ctx, worker::ExecuteActivityCall call,
                          std::function<Payload(worker::ExecuteActivityCall)> next) override {
    EXPECT_TRUE(ctx.Info().is_local);
    EXPECT_EQ(FromPayload<std::string>(call.headers.at("trace")), "t-1");
    return ToPayload("<" + FromPayload<std::string>(next(std::move(call))) + ">");
  }
  std::unique_ptr<worker::WorkflowInterceptor> InterceptWorkflow(workflow::Context&) override {
    class Outbound final : public worker::WorkflowInterceptor {
      void OnScheduleLocalActivity(worker::ScheduleLocalActivityCall& call) override {
        call.headers["trace"] = ToPayload("t-1");
      }
    };
    return std::make_unique<Outbound>();
  }
};

TEST(LocalActivities, Interceptors_SeeThem) {
  Doubles doubles;
  worker::WorkerInterceptor* interceptors[] = {&doubles};
  WorkflowEnvironment env({.worker = {.interceptors = interceptors}});
  env.RegisterActivity(kEcho, [](std::string text) { return text; })
      .RegisterWorkflow(kText, [](workflow::Context& ctx) -> Task<std::string> {
        co_return co_await ctx.ExecuteLocalActivity(kEcho, {.start_to_close_timeout = 5s}, "x");
      });
  EXPECT_EQ(RunText(env), "<x>");
}

}  // namespace
}  // namespace temporal::test
