// Cancelled activities: each cancellation type, before and after their start.
#include "tests/conformance/scenarios/common.h"

namespace temporal::conformance {
namespace {

constexpr ActivityRef<std::string()> kLong{"Long"};
constexpr std::string_view kNobodysQueue = "nobody polls this";

// Obeys its cancellation, which it learns of by heartbeats.
std::string ObeyCancellation(activity::Context& ctx) {
  for (int i = 0; i < 100; ++i) {
    ctx.Heartbeat(i);
    if (ctx.WaitCancelled(50ms)) throw CanceledFailure("obeyed");
  }
  return "never cancelled";
}

// Never heartbeats, so that it is not told, and completes long after.
std::string StayUnaware(activity::Context& ctx) {
  ctx.WaitCancelled(2500ms);
  return "completed";
}
Task<std::string> WaitForTheUnaware(workflow::Context& ctx, std::string) {
  workflow::CancellationScope scope(ctx);
  auto result = scope->ExecuteActivity(
      kLong,
      {.start_to_close_timeout = 10s, .cancellation_type = ActivityCancellationType::kWaitCancellationCompleted});
  co_await ctx.Sleep(200ms);
  scope.Cancel();
  const auto outcome = co_await workflow::Try(result);
  co_return outcome.ok() ? outcome.value() : std::string(outcome.failure()->Describe());
}

// Cancels the activity after a while and tells how it ended.
template <ActivityCancellationType kType>
Task<std::string> CancelAfterAWhile(workflow::Context& ctx, std::string) {
  workflow::CancellationScope scope(ctx);
  auto result = scope->ExecuteActivity(
      kLong, {.start_to_close_timeout = 10s, .heartbeat_timeout = 300ms, .cancellation_type = kType});
  co_await ctx.Sleep(200ms);
  scope.Cancel("no longer needed");
  const auto outcome = co_await workflow::Try(result);
  co_return outcome.ok() ? outcome.value() : std::string(outcome.failure()->Describe());
}

template <ActivityCancellationType kType>
Task<std::string> CancelUnstarted(workflow::Context& ctx, std::string when) {
  workflow::CancellationScope scope(ctx);
  auto result = scope->ExecuteActivity(
      kLong, {.schedule_to_close_timeout = 10s, .task_queue = kNobodysQueue, .cancellation_type = kType});
  if (when == "later") co_await ctx.Sleep(100ms);
  scope.Cancel();
  const auto outcome = co_await workflow::Try(result);
  co_return outcome.ok() ? outcome.value() : std::string(outcome.failure()->Describe());
}

template <ActivityCancellationType kType>
void DefineObedient(Definitions& define) {
  define.Workflow(kTextWorkflow, CancelAfterAWhile<kType>).Activity(kLong, ObeyCancellation);
}
template <ActivityCancellationType kType>
void DefineUnstarted(Definitions& define) {
  define.Workflow(kTextWorkflow, CancelUnstarted<kType>);
}

void Finish(Stage& stage) { stage.Finish(stage.Start(kTextWorkflow, {}, "")); }
void FinishLater(Stage& stage) { stage.Finish(stage.Start(kTextWorkflow, {}, "later")); }

constexpr auto kTry = ActivityCancellationType::kTryCancel;
constexpr auto kWait = ActivityCancellationType::kWaitCancellationCompleted;
constexpr auto kAbandon = ActivityCancellationType::kAbandon;

}  // namespace

std::vector<Scenario> ActivityCancellationScenarios() {
  return {
      {"activity_cancel.try", DefineObedient<kTry>, Finish},
      {"activity_cancel.wait", DefineObedient<kWait>, Finish},
      {"activity_cancel.wait_but_completed",
       [](Definitions& d) { d.Workflow(kTextWorkflow, WaitForTheUnaware).Activity(kLong, StayUnaware); }, Finish},
      {"activity_cancel.abandon", DefineObedient<kAbandon>, Finish},
      {"activity_cancel.unstarted_try", DefineUnstarted<kTry>, FinishLater},
      {"activity_cancel.unstarted_wait", DefineUnstarted<kWait>, FinishLater},
      {"activity_cancel.same_task", DefineUnstarted<kTry>, Finish},
  };
}

}  // namespace temporal::conformance
