// Cancellation of a run, of a scope and of what is in it.
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
constexpr WorkflowRef<std::string()> kText{"Text"};

constexpr ActivityOptions kTimeout{.start_to_close_timeout = 10s};

HistoryBuilder FirstTask(const char* type) {
  HistoryBuilder history(type);
  history.OpenTask();
  return history;
}

template <ActivityCancellationType type>
Task<std::string> ChargeOrCleanUp(workflow::Context& ctx) {
  Outcome<int> outcome = co_await workflow::Try(
      ctx.ExecuteActivity(kCharge, {.start_to_close_timeout = 10s, .cancellation_type = type}, 1));
  if (outcome.ok()) co_return "charged";
  auto detached = workflow::CancellationScope::Detached(ctx);
  co_await detached->Sleep(1s);
  throw outcome.failure()->CauseAs<CanceledFailure>() != nullptr ? CanceledFailure(outcome.failure()->message())
                                                                 : CanceledFailure("no");
}

HistoryBuilder CancelledWhileCharging(HistoryBuilder::Id& scheduled) {
  HistoryBuilder history("Text");
  history.Task();
  scheduled = history.ActivityScheduled("1", "Charge");
  history.CancelRequested("stop");
  history.Task();
  return history;
}

TEST(Cancellation, TryCancel_AsksAndThrowsAtOnce_ThenTheRunIsCancelled) {
  EngineHarness engine;
  engine.Register(kText, ChargeOrCleanUp<ActivityCancellationType::kTryCancel>);
  HistoryBuilder::Id scheduled = 0;
  HistoryBuilder history = CancelledWhileCharging(scheduled);
  history.ActivityCancelRequested(scheduled);
  const auto timer = history.TimerStarted("1", 1s);
  history.ActivityCanceled(scheduled);
  history.Task();
  history.TimerFired(timer, "1");
  history.Task();
  history.Plain(api::enums::v1::EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED);
  EXPECT_THAT(
      engine.Run(history),
      ElementsAre(HasSubstr("ScheduleActivityTask"),
                  "RequestCancelActivityTask scheduled_event_id=5; StartTimer timer_id=1 start_to_fire_timeout=1s", "",
                  "CancelWorkflowExecution"));
}

TEST(Cancellation, WaitCompleted_TakesWhateverClosesTheActivity) {
  EngineHarness engine;
  engine.Register(kText, ChargeOrCleanUp<ActivityCancellationType::kWaitCancellationCompleted>);
  HistoryBuilder::Id scheduled = 0;
  HistoryBuilder history = CancelledWhileCharging(scheduled);
  history.ActivityCancelRequested(scheduled);
  history.ActivityCompleted(scheduled, 1);
  history.Task();
  history.Completed("charged");
  EXPECT_THAT(engine.Run(history),
              ElementsAre(HasSubstr("ScheduleActivityTask"), "RequestCancelActivityTask scheduled_event_id=5",
                          "CompleteWorkflowExecution result=[\"charged\"]"));
}

TEST(Cancellation, Abandon_AsksNobody) {
  EngineHarness engine;
  engine.Register(kText, ChargeOrCleanUp<ActivityCancellationType::kAbandon>);
  HistoryBuilder::Id scheduled = 0;
  HistoryBuilder history = CancelledWhileCharging(scheduled);
  const auto timer = history.TimerStarted("1", 1s);
  history.ActivityCompleted(scheduled, 1);
  history.TimerFired(timer, "1");
  history.Task();
  history.Plain(api::enums::v1::EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED);
  EXPECT_THAT(engine.Run(history),
              ElementsAre(HasSubstr("ScheduleActivityTask"), "StartTimer timer_id=1 start_to_fire_timeout=1s",
                          "CancelWorkflowExecution"));
}

Task<std::string> UntilCancelled(workflow::Context& ctx) {
  co_await ctx.WaitCancelled();
  auto late = co_await workflow::Try(ctx.ExecuteActivity(kCharge, kTimeout, 1));
  co_return ctx.IsCancelled() ? late.failure()->Describe() : "not cancelled";
}

TEST(Cancellation, BeforeTheFirstTask_IsSeenAtTheFirstAwait_AndCallsInACancelledScopeFailAtOnce) {
  EngineHarness engine;
  engine.Register(kText, UntilCancelled);
  HistoryBuilder history("Text");
  history.CancelRequested();
  history.Task();
  history.Completed("");
  EXPECT_THAT(engine.Run(history), ElementsAre(AllOf(HasSubstr("CompleteWorkflowExecution"),
                                                     HasSubstr("caused by CanceledFailure: Activity cancelled"))));
}

Task<std::string> Scoped(workflow::Context& ctx) {
  workflow::CancellationScope scope(ctx);
  auto sleep = scope->Sleep(1h);
  auto other = ctx.Sleep(2h);
  co_await ctx.Sleep(1s);
  scope.Cancel("enough");
  auto outcome = co_await workflow::Try(sleep);
  co_return outcome.ok() ? "slept" : std::string(outcome.failure()->what()) + (other.ready() ? " both" : " alone");
}

TEST(Cancellation, OfAScope_StopsOnlyWhatIsInIt) {
  EngineHarness engine;
  engine.Register(kText, Scoped);
  HistoryBuilder history("Text");
  history.Task();
  const auto scoped = history.TimerStarted("1", 1h);
  history.TimerStarted("2", 2h);
  history.TimerFired(history.TimerStarted("3", 1s), "3");
  history.Task();
  history.TimerCanceled(scoped, "1");
  history.Completed("");
  EXPECT_THAT(engine.Run(history).back(),
              "CancelTimer timer_id=1; CompleteWorkflowExecution result=[\"Timer cancelled alone\"]");
}

Task<std::string> CancelsAtOnce(workflow::Context& ctx) {
  workflow::CancellationScope scope(ctx);
  auto charge = scope->ExecuteActivity(kCharge, kTimeout, 1);
  auto sleep = scope->Sleep(1h);
  scope.Cancel();
  const bool both = !(co_await workflow::Try(charge)).ok() && !(co_await workflow::Try(sleep)).ok();
  co_return both ? "both" : "no";
}

TEST(Cancellation, BeforeTheCommandsAreSent_LeavesNoTrace) {
  EngineHarness engine;
  engine.Register(kText, CancelsAtOnce);
  HistoryBuilder history("Text");
  history.Task();
  history.Completed("");
  EXPECT_THAT(engine.Run(history), ElementsAre("CompleteWorkflowExecution result=[\"both\"]"));
}

Task<std::string> ThrowsCancelled(workflow::Context&) {
  throw CanceledFailure("for no reason");
  co_return "";
}

TEST(Cancellation, ThatNobodyRequested_FailsTheRun) {
  EngineHarness engine;
  engine.Register(kText, ThrowsCancelled);
  EXPECT_THAT(EngineHarness::Commands(engine.Answer(FirstTask("Text"))), HasSubstr("FailWorkflowExecution"));
}

TEST(Cancellation, Reason_IsToldByTheContextOfEachScope) {
  EngineHarness engine;
  engine.Register(kText, [](workflow::Context& ctx) -> Task<std::string> {
    workflow::CancellationScope scope(ctx);
    const std::string before = ctx.cancellation_reason();
    scope.Cancel("too slow");
    co_await ctx.WaitCancelled();
    auto detached = workflow::CancellationScope::Detached(ctx);
    co_return before + "|" + scope->cancellation_reason() + "|" + ctx.cancellation_reason() + "|" +
        detached->cancellation_reason();
  });
  HistoryBuilder history("Text");
  history.Task();
  history.CancelRequested("stop");
  history.Task();
  history.Completed("");
  EXPECT_EQ(engine.Run(history).back(), "CompleteWorkflowExecution result=[\"|too slow|stop|\"]");
}

}  // namespace
}  // namespace temporal::internal
