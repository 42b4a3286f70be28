// What a run says to other workflows.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "temporal/workflow.h"
#include "tests/support/engine_harness.h"

namespace temporal::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr WorkflowRef<std::string()> kText{"Text"};
constexpr SignalRef<void(std::string)> kNote{"note"};

std::string Told(const Outcome<void>& outcome) { return outcome.ok() ? "done" : outcome.failure()->Describe(); }

Task<std::string> AsksOthers(workflow::Context& ctx) {
  const auto other = ctx.GetExternalWorkflowHandle("o", "run-o");
  const auto signal = other.Signal(kNote, std::string("hello"));
  const auto cancel = other.Cancel("why");
  const auto signalled = co_await workflow::Try(signal);
  const auto cancelled = co_await workflow::Try(cancel);
  co_return Told(signalled) + " " + Told(cancelled);
}

TEST(EngineExternal, SignalAndCancel_Arrive) {
  EngineHarness engine;
  engine.Register(kText, AsksOthers);
  HistoryBuilder history("Text");
  history.Task();
  const auto signal = history.SignalInitiated("o"), cancel = history.CancelInitiated("o");
  history.ExternalSignaled(signal);
  history.ExternalCancelRequested(cancel);
  history.Task();
  history.Completed("");
  EXPECT_THAT(engine.Run(history),
              ElementsAre("SignalExternalWorkflowExecution namespace=default execution={workflow_id=o} "
                          "signal_name=note input=[\"hello\"]; RequestCancelExternalWorkflowExecution "
                          "namespace=default workflow_id=o reason=\"Cancel requested by workflow with run "
                          "id run-1 with reason: why\"",
                          "CompleteWorkflowExecution result=[\"done done\"]"));
}

TEST(EngineExternal, NobodyThere_Throws) {
  EngineHarness engine;
  engine.Register(kText, AsksOthers);
  HistoryBuilder history("Text");
  history.Task();
  const auto signal = history.SignalInitiated("o"), cancel = history.CancelInitiated("o");
  history.SignalFailed(signal);
  history.CancelFailed(cancel);
  history.Task();
  history.Completed("");
  EXPECT_EQ(engine.Run(history).back(),
            "CompleteWorkflowExecution result=[\"ApplicationFailure (ExternalWorkflowExecutionNotFound): Unable to "
            "signal external workflow because it was not found ApplicationFailure "
            "(ExternalWorkflowExecutionNotFound): Unable to cancel external workflow because not found\"]");
}

TEST(EngineExternal, SignalCancelledInItsOwnTask_WasNeverSent) {
  EngineHarness engine;
  engine.Register(kText, [](workflow::Context& ctx) -> Task<std::string> {
    workflow::CancellationScope scope(ctx);
    const auto lost = scope->GetExternalWorkflowHandle("lost").Signal("note", 1);
    const auto kept = ctx.GetExternalWorkflowHandle("kept").Signal("note", 2);
    scope.Cancel("why");
    const auto late = scope->GetExternalWorkflowHandle("late").Signal("note", 3);
    const auto of_lost = co_await workflow::Try(lost);
    const auto of_kept = co_await workflow::Try(kept);
    const auto of_late = co_await workflow::Try(late);
    const bool canceled = dynamic_cast<const CanceledFailure*>(of_lost.failure()) != nullptr;
    co_return of_lost.failure()->message() + (canceled ? ", " : " otherwise, ") + Told(of_kept) + ", " + Told(of_late);
  });
  HistoryBuilder history("Text");
  history.Task();
  const auto kept = history.SignalInitiated("kept"), late = history.SignalInitiated("late");
  history.ExternalSignaled(kept);
  history.ExternalSignaled(late);
  history.Task();
  history.Completed("");
  EXPECT_THAT(engine.Run(history),
              ElementsAre(testing::AllOf(HasSubstr("workflow_id=kept"), HasSubstr("workflow_id=late"),
                                         testing::Not(HasSubstr("workflow_id=lost"))),
                          "CompleteWorkflowExecution result=[\"Signal was cancelled before being sent, done, done\"]"));
}

TEST(EngineExternal, SignalCancelledInALaterTask_GoesOn) {
  EngineHarness engine;
  engine.Register(kText, [](workflow::Context& ctx) -> Task<std::string> {
    workflow::CancellationScope scope(ctx);
    const auto sent = scope->GetExternalWorkflowHandle("o").Signal("note", 1);
    co_await ctx.Sleep(std::chrono::seconds(1));
    scope.Cancel();
    co_return Told(co_await workflow::Try(sent));
  });
  HistoryBuilder history("Text");
  history.Task();
  const auto signal = history.SignalInitiated("o");
  const auto timer = history.TimerStarted("1", std::chrono::seconds(1));
  history.TimerFired(timer, "1");
  history.Task();
  history.ExternalSignaled(signal);
  history.Task();
  history.Completed("");
  EXPECT_EQ(engine.Run(history).back(), "CompleteWorkflowExecution result=[\"done\"]");
}

TEST(EngineExternal, SignalLimit_IsNamed) {
  EngineHarness engine;
  engine.Register(kText, [](workflow::Context& ctx) -> Task<std::string> {
    const auto outcome = co_await workflow::Try(ctx.GetExternalWorkflowHandle("o").Signal("note", 1));
    co_return outcome.failure()->Describe();
  });
  HistoryBuilder history("Text");
  history.Task();
  history.SignalFailed(history.SignalInitiated("o"), /*limit=*/true);
  history.Task();
  history.Completed("");
  EXPECT_THAT(engine.Run(history).back(), HasSubstr("SignalCountLimitExceeded"));
}

// -- Mismatches ---------------------------------------------------------------------------------------

}  // namespace
}  // namespace temporal::internal
