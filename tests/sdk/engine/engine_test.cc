// What workflow code does becomes commands; every history is met in every way (see the harness), and all ways agree.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "temporal/workflow.h"
#include "tests/support/engine_harness.h"

namespace temporal::internal {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr ActivityRef<int(int)> kCharge{"Charge"};
constexpr ActivityRef<int(int)> kRefund{"Refund"};
constexpr WorkflowRef<int(int)> kNumber{"Number"};
constexpr WorkflowRef<std::string()> kText{"Text"};

constexpr ActivityOptions kTimeout{.start_to_close_timeout = 10s};

// --- Activities ---

Task<int> TwoCharges(workflow::Context& ctx, int cents) {
  const int first = co_await ctx.ExecuteActivity(kCharge, kTimeout, cents);
  const int second = co_await ctx.ExecuteActivity(
      kRefund, {.schedule_to_close_timeout = 60s, .retry_policy = {.maximum_attempts = 3}, .summary = "back"}, first);
  co_return first + second;
}

TEST(Engine, ActivitiesInSequence_GiveOneCommandATask) {
  EngineHarness engine;
  engine.Register(kNumber, TwoCharges);
  HistoryBuilder history("Number", 5);
  history.Task();
  history.ActivityCompleted(history.ActivityScheduled("1", "Charge"), 10);
  history.Task();
  history.ActivityCompleted(history.ActivityScheduled("2", "Refund"), 3);
  history.Task();
  history.Completed(13);
  EXPECT_THAT(engine.Run(history),
              ElementsAre("ScheduleActivityTask activity_id=1 activity_type=Charge task_queue=queue "
                          "input=[5] start_to_close_timeout=10s",
                          "ScheduleActivityTask activity_id=2 activity_type=Refund task_queue=queue "
                          "input=[10] schedule_to_close_timeout=1m retry_policy={maximum_attempts=3}",
                          "CompleteWorkflowExecution result=[13]"));
}

Task<std::string> DescribeFailure(workflow::Context& ctx) {
  auto outcome = co_await workflow::Try(ctx.ExecuteActivity(kCharge, kTimeout, 1));
  co_return outcome.failure()->Describe();
}

TEST(Engine, FailedActivity_ThrowsWithItsCause) {
  EngineHarness engine;
  engine.Register(kText, DescribeFailure);
  HistoryBuilder history("Text");
  history.Task();
  history.ActivityFailed(history.ActivityScheduled("1", "Charge"), "card expired", "Expired");
  history.Task();
  history.Completed("");
  EXPECT_THAT(engine.Run(history).back(), HasSubstr("ActivityFailure (Charge): Activity task failed; caused by "
                                                    "ApplicationFailure (Expired): card expired"));
}

TEST(Engine, TimedOutActivity_ThrowsWithTheTimeout) {
  EngineHarness engine;
  engine.Register(kText, DescribeFailure);
  HistoryBuilder history("Text");
  history.Task();
  history.ActivityTimedOut(history.ActivityScheduled("1", "Charge"));
  history.Task();
  history.Completed("");
  EXPECT_THAT(engine.Run(history).back(),
              HasSubstr("Activity task timed out; caused by TimeoutFailure (ScheduleToStart)"));
}

Task<int> NoTimeout(workflow::Context& ctx, int n) { co_return co_await ctx.ExecuteActivity(kCharge, {}, n); }

TEST(Engine, ActivityWithoutATimeout_FailsTheTaskAtTheCall) {
  EngineHarness engine;
  engine.Register(kNumber, NoTimeout);
  HistoryBuilder history("Number", 5);
  history.OpenTask();
  const TaskAnswer answer = engine.Answer(history);
  EXPECT_THAT(EngineHarness::Commands(answer),
              AllOf(HasSubstr("activity Charge has neither start_to_close_timeout nor schedule_to_close_timeout"),
                    HasSubstr("engine_test.cc:")));
  EXPECT_EQ(std::get<EngineHarness::Failed>(answer).cause(),
            api::enums::v1::WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE);
}

// --- All, Any, tasks ---

Task<int> Parallel(workflow::Context& ctx, int n) {
  std::vector<Future<int>> futures;
  for (int i = 0; i < n; ++i) futures.push_back(ctx.ExecuteActivity(kCharge, kTimeout, i));
  int sum = 0;
  for (const int value : co_await workflow::All{futures}) sum = sum * 10 + value;
  co_return sum;
}

TEST(Engine, AllOfSeveral_WaitsForTheLast_AndKeepsTheirOrder) {
  EngineHarness engine;
  engine.Register(kNumber, Parallel);
  HistoryBuilder history("Number", 3);
  history.Task();
  const auto a = history.ActivityScheduled("1", "Charge");
  const auto b = history.ActivityScheduled("2", "Charge");
  const auto c = history.ActivityScheduled("3", "Charge");
  history.ActivityCompleted(c, 3);
  history.Task();
  history.ActivityCompleted(a, 1);
  history.ActivityCompleted(b, 2);
  history.Task();
  history.Completed(123);
  EXPECT_THAT(engine.Run(history), ElementsAre(testing::_, "", "CompleteWorkflowExecution result=[123]"));
}

Task<std::string> Race(workflow::Context& ctx) {
  auto timer = ctx.Sleep(1h);
  auto charge = ctx.ExecuteActivity(kCharge, kTimeout, 1);
  const std::size_t first = co_await workflow::Any{timer, charge};
  co_return first == 0 ? "timer" : "charge";
}

TEST(Engine, AnyOfTwo_AnswersTheFirst) {
  for (const bool timer_first : {true, false}) {
    EngineHarness engine;
    engine.Register(kText, Race);
    HistoryBuilder history("Text");
    history.Task();
    const auto timer = history.TimerStarted("1", 1h);
    const auto charge = history.ActivityScheduled("1", "Charge");
    if (timer_first)
      history.TimerFired(timer, "1");
    else
      history.ActivityCompleted(charge, 1);
    history.Task();
    history.Completed("");
    EXPECT_THAT(engine.Run(history).back(), HasSubstr(timer_first ? "timer" : "charge"));
  }
}

Task<int> Recursive(workflow::Context& ctx, int depth) {
  if (depth == 0) co_return 0;
  co_return 1 + co_await Recursive(ctx, depth - 1);
}

Task<void> Nothing() { co_return; }

Task<int> ManyAwaits(workflow::Context& ctx, int n) {
  for (int i = 0; i < n; ++i) {
    auto nothing = Nothing();
    co_await std::move(nothing);
  }
  co_return co_await Recursive(ctx, n / 10);
}

TEST(Engine, AMillionAwaits_UseConstantStack) {
  EngineHarness engine;
  engine.Register(kNumber, ManyAwaits);
  HistoryBuilder history("Number", 1'000'000);
  history.OpenTask();
  EXPECT_EQ(EngineHarness::Commands(engine.Answer(history)), "CompleteWorkflowExecution result=[100000]");
}

Task<int> SleepsAtTheBottom(workflow::Context& ctx, int depth) {
  if (depth > 0) co_return 1 + co_await SleepsAtTheBottom(ctx, depth - 1);
  co_await ctx.Sleep(1h);
  co_return 0;
}

TEST(Engine, ALongChainOfAwaits_IsEvictedWithConstantStack) {
  EngineHarness engine;
  engine.Register(kNumber, SleepsAtTheBottom);
  HistoryBuilder history("Number", 300'000);
  history.OpenTask();
  EXPECT_EQ(EngineHarness::Commands(engine.Answer(history)), "StartTimer timer_id=1 start_to_fire_timeout=1h");
  engine.run.reset();
}

Task<std::string> Spawns(workflow::Context& ctx) {
  std::string order;
  const auto step = [](workflow::Context& ctx, std::string& order, const char* name) -> Task<int> {
    order += name;
    co_await ctx.Sleep(1s);
    order += name;
    co_return 0;
  };
  auto a = ctx.Spawn(step(ctx, order, "a"));
  auto b = ctx.Spawn(step(ctx, order, "b"));
  order += "main ";
  co_await a;
  co_await b;
  co_return order;
}

TEST(Engine, SpawnedTasks_StartWhenTheCallerWaits_InOrder) {
  EngineHarness engine;
  engine.Register(kText, Spawns);
  HistoryBuilder history("Text");
  history.Task();
  const auto a = history.TimerStarted("1", 1s);
  const auto b = history.TimerStarted("2", 1s);
  history.TimerFired(b, "2");
  history.TimerFired(a, "1");
  history.Task();
  history.Completed("");
  EXPECT_THAT(engine.Run(history).back(), HasSubstr("main abba"));
}

// --- Time ---

Task<std::string> Times(workflow::Context& ctx) {
  const TimePoint start = ctx.Now();
  co_await ctx.Sleep(-5s);
  const auto passed = std::chrono::duration_cast<std::chrono::seconds>(ctx.Now() - start).count();
  co_return std::to_string(passed) + " " + std::to_string(ctx.Info().history_length);
}

TEST(Engine, TimeIsThatOfTheTask_AndANegativeSleepIsATimerOfZero) {
  EngineHarness engine;
  engine.Register(kText, Times);
  HistoryBuilder history("Text");
  history.Task();
  const auto timer = history.TimerStarted("1", 0s);
  history.Advance(7s);
  history.TimerFired(timer, "1");
  history.Task();
  history.Completed("");
  EXPECT_THAT(engine.Run(history),
              ElementsAre("StartTimer timer_id=1 start_to_fire_timeout=0s", HasSubstr("[\"7 8\"]")));
}

// --- Spawned tasks ---

Task<void> Throws(int what) {
  if (what == 0) throw std::logic_error("a bug");
  if (what == 1) throw ApplicationFailure("a failure");
  throw CanceledFailure("cancelled");
  co_return;
}

// Drops the future of what it spawns, keeps it, or awaits it.
Task<int> SpawnsThrower(workflow::Context& ctx, int what) {
  if (what < 10) {
    (void)ctx.Spawn(Throws(what));
    co_await ctx.Sleep(1s);
    co_return 0;
  }
  auto kept = ctx.Spawn(Throws(what - 10));
  co_await ctx.Sleep(1s);
  auto outcome = co_await workflow::Try(kept);
  co_return outcome.ok() ? 1 : 2;
}

std::string AnswerOfThrower(int what) {
  EngineHarness engine;
  engine.Register(kNumber, SpawnsThrower);
  HistoryBuilder history("Number", what);
  history.OpenTask();
  return EngineHarness::Commands(engine.Answer(history));
}

TEST(Spawned, FailureThatNobodyCanAskFor_FailsTheTask) {
  EXPECT_EQ(AnswerOfThrower(0), "failed: a bug");
  EXPECT_EQ(AnswerOfThrower(1), "failed: a failure");
}

TEST(Spawned, CancelledOrAwaitedLater_IsNoLoss) {
  const std::string sleeps = "StartTimer timer_id=1 start_to_fire_timeout=1s";
  EXPECT_EQ(AnswerOfThrower(2), sleeps);
  EXPECT_EQ(AnswerOfThrower(11), sleeps);
}

}  // namespace
}  // namespace temporal::internal
