// Workflows that the Go SDK replays in its own tests, and one of its samples.
#include <string>
#include <vector>

#include "temporal/temporal.h"
#include "tests/replay/foreign/rewrites.h"

namespace temporal::replay {
namespace {

using namespace std::chrono_literals;

constexpr ActivityOptions kOptions{.start_to_close_timeout = 1min, .schedule_to_start_timeout = 1min};
constexpr ActivityRef<std::string(std::string)> kHello{"helloworldActivity"};

Task<std::string> Sample(workflow::Context& ctx, std::string name) {
  co_return co_await ctx.ExecuteActivity<std::string>("Activity", {.start_to_close_timeout = 10s}, name);
}

Task<void> Workflow1(workflow::Context& ctx, std::string name) {
  if (ctx.Patched("test-change")) co_await ctx.ExecuteActivity(kHello, kOptions, name);
  co_await ctx.ExecuteActivity(kHello, kOptions, name);
  co_await ctx.ExecuteActivity(kHello, kOptions, name);
}

Task<void> Workflow2(workflow::Context& ctx, std::string name) {
  static constexpr KeywordKey kKey{"CustomKeywordField"};
  ctx.Patched("test-change");
  ctx.UpsertSearchAttributes({kKey.Set("testkey")});
  ctx.Patched("test-change-2");
  ctx.Patched("test-change-3");
  co_await ctx.ExecuteActivity(kHello, kOptions, name);
}

Task<void> TimerAfterTimer(workflow::Context& ctx) {
  auto first = co_await workflow::Try(ctx.Sleep(10min));
  auto detached = workflow::CancellationScope::Detached(ctx);
  co_await detached->Sleep(10min);
  first.value();
}

Task<void> LocalActivity(workflow::Context& ctx, std::string name) {
  co_await ctx.ExecuteLocalActivity(kHello, {.schedule_to_close_timeout = 1min}, name);
}

Task<std::string> ParallelLocalActivities(workflow::Context& ctx) {
  std::vector<Future<int>> echoes;
  for (int i = 0; i < 10; ++i) {
    echoes.push_back(ctx.ExecuteLocalActivity<int>("Echo", {.schedule_to_close_timeout = 5s}, 0, i));
  }
  for (int i = 0; i < 10; ++i) {
    if (co_await echoes[static_cast<std::size_t>(i)] != i) throw std::logic_error("an echo of another call");
  }
  co_return "";
}

Task<void> ContinuedAsNew(workflow::Context& ctx, bool again) {
  if (again) ctx.ContinueAsNew(WorkflowRef<void(bool)>("ContinueAsNewWorkflow"), {}, false);
  co_return;
}

Task<void> ChangedMemo(workflow::Context& ctx, std::string memo) {
  ctx.UpsertMemo("Test key", memo);
  memo = co_await ctx.ExecuteActivity(kHello, kOptions, memo);
  ctx.UpsertMemo("Test key", memo);
}

Task<void> ChangedSearchAttributes(workflow::Context& ctx, std::string field) {
  static constexpr TextKey kKey{"CustomStringField"};
  ctx.UpsertSearchAttributes({kKey.Set(field)});
  field = co_await ctx.ExecuteActivity(kHello, kOptions, field);
  ctx.UpsertSearchAttributes({kKey.Set(field)});
}

Task<void> RandomSideEffect(workflow::Context& ctx, std::string field) {
  const int random = ctx.SideEffect([] { return 7; });
  if (random < 0 || random >= 100) throw std::logic_error("not what was drawn");
  co_await ctx.ExecuteActivity(kHello, kOptions, field);
}

Task<void> Empty(workflow::Context&, std::optional<std::string>) { co_return; }

Task<void> VersionLoop(workflow::Context& ctx, std::string id, int iterations) {
  for (int i = 0; i < iterations; ++i) ctx.Patched(id + ":" + std::to_string(i));
  co_await ctx.Sleep(1s);
}

Task<void> VersionLoopOverTasks(workflow::Context& ctx, std::string id, int iterations) {
  for (int i = 0; i < iterations; ++i) {
    ctx.Patched(id + ":" + std::to_string(i));
    co_await ctx.Sleep(1ms);
  }
}

Task<std::string> MemoOfASchedule(workflow::Context& ctx) {
  const auto& memo = ctx.Info().memo;
  const auto found = memo.find("schedule-memo-key");
  if (found == memo.end()) throw ApplicationFailure("memo key not found");
  co_return "schedule-read-memo: " + FromPayload<std::string>(found->second);
}

Task<void> Selected(workflow::Context& ctx) {
  co_await ctx.ExecuteActivity<std::string>("SelectorBlockingDefaultActivity", {.start_to_close_timeout = 10s},
                                            "Signal not lost");
}

// The second item is lost, as the original's channel lost it.
Task<void> ChannelWorkers(workflow::Context& ctx) { co_await ctx.ExecuteActivity(kHello, kOptions, "item-1"); }

Task<void> Trips(workflow::Context& ctx, int counter) {
  int trips = 0;
  ctx.OnSignal(SignalRef<void(Payload)>("trip_event"), [&trips](const Payload&) { ++trips; });
  co_await ctx.WaitCondition([&trips] { return trips >= 10; });
  ctx.ContinueAsNew(WorkflowRef<void(int)>("TripWorkflow"), {}, counter + trips);
}

Task<void> SetAfter(Future<void> time, bool& met) {
  co_await time;
  met = true;
}

Task<bool> AwaitWithTimeout(workflow::Context& ctx) {
  bool met = false;
  auto setter = ctx.Spawn(SetAfter(ctx.Sleep(100ms), met));
  const bool holds = co_await ctx.WaitCondition([&met] { return met; }, 10s);
  co_await setter;
  co_return holds;
}

Task<void> CancelOrder(workflow::Context& ctx) {
  auto timer = co_await workflow::Try(ctx.Sleep(5min));
  auto detached = workflow::CancellationScope::Detached(ctx);
  if (!timer.ok()) co_await detached->ExecuteActivity(kHello, kOptions, "world");
}

Task<void> CustomActivityId(workflow::Context& ctx) {
  ActivityOptions options = kOptions;
  options.activity_id = "custom-activity-id";
  co_await ctx.ExecuteActivity(kHello, options, "world");
}

// What the mutable side effects of the original record is not compared.
Task<void> MutableSideEffects(workflow::Context& ctx) {
  co_await ctx.Sleep(1s);
  co_await ctx.Sleep(1s);
}

Task<std::string> VersionAndMutableSideEffect(workflow::Context& ctx, std::string name) {
  ctx.Patched("mutable-side-effect-bug");
  co_await ctx.ExecuteActivity(kHello, kOptions, name);
  co_return "";
}

Task<int> CancelledTimers(workflow::Context& ctx, int count) {
  workflow::CancellationScope scope(ctx);
  std::vector<Future<void>> timers;
  for (int i = 0; i < count; ++i) timers.push_back(scope->Sleep(1h));
  scope.Cancel();
  co_return static_cast<int>(co_await workflow::Any{timers});
}

}  // namespace

void AddGo(Rewrites& rewrites) {
  rewrites.push_back(Function("samples-go", "Workflow", Sample));
  rewrites.push_back(Function("sdk-go", "Workflow1", Workflow1));
  rewrites.push_back(Function("sdk-go", "Workflow2", Workflow2));
  rewrites.push_back(Function("sdk-go", "TimerWf", TimerAfterTimer));
  rewrites.push_back(Function("sdk-go", "LocalActivityWorkflow", LocalActivity));
  rewrites.push_back(Function("sdk-go", "WorkflowWithParallelLocalActivities", ParallelLocalActivities));
  rewrites.push_back(Function("sdk-go", "ContinueAsNewWorkflow", ContinuedAsNew));
  rewrites.push_back(Function("sdk-go", "UpsertMemoWorkflow", ChangedMemo));
  rewrites.push_back(Function("sdk-go", "UpsertSearchAttributesWorkflow", ChangedSearchAttributes));
  rewrites.push_back(Function("sdk-go", "SideEffectWorkflow", RandomSideEffect));
  rewrites.push_back(Function("sdk-go", "EmptyWorkflow", Empty));
  rewrites.push_back(Function("sdk-go", "VersionLoopWorkflow", VersionLoop));
  rewrites.push_back(Function("sdk-go", "VersionLoopWorkflowMultipleTasks", VersionLoopOverTasks));
  rewrites.push_back(Function("sdk-go", "ScheduleMemoWorkflowJSON", MemoOfASchedule));
  rewrites.push_back(Function("sdk-go", "SelectorBlockingDefaultWorkflow", Selected));
  rewrites.push_back(Function("sdk-go", "ChannelWorkerWorkflow", ChannelWorkers));
  rewrites.push_back(Function("sdk-go", "TripWorkflow", Trips));
  rewrites.push_back(Function("sdk-go", "AwaitWithTimeoutNoTimerCancelWorkflow", AwaitWithTimeout));
  rewrites.push_back(Function("sdk-go", "MutableSideEffectWorkflow", MutableSideEffects));
  rewrites.push_back(Function("sdk-go", "VersionAndMutableSideEffectWorkflow", VersionAndMutableSideEffect));
  rewrites.push_back(Function("sdk-go", "OrderedChildCancelWorkflow", CancelledTimers));
  rewrites.push_back(Function("sdk-go", "CancelOrderSelectWorkflow", CancelOrder));
  rewrites.push_back(Function("sdk-go", "CancelActivityCompletionBeforeWorkflowTaskStarted", CustomActivityId));
}

}  // namespace temporal::replay
