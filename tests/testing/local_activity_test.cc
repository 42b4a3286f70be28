// Local activities end to end, on virtual time: results, heartbeats of the workflow task, test doubles. How they end is
// told by local_activity_endings_test.cc. Every run is replayed at the end of each test.
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
#include "tests/testing/local_activities.h"
#include "tests/testing/sample_workflows.h"

namespace temporal::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Return;

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
