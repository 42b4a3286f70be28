// Workflows of the Go, Java and TypeScript SDKs that start children.
#include <optional>
#include <string>

#include "temporal/temporal.h"
#include "tests/replay/foreign/rewrites.h"

namespace temporal::replay {
namespace {

using namespace std::chrono_literals;

Task<void> ParentOfGo(workflow::Context& ctx) {
  auto child = co_await ctx.StartChildWorkflow("testReplayWorkflowFromFile", {.id = "child_workflow"});
  co_await child.Signal("test-signal");
  co_await child.Result();
}

Task<std::string> ChildWithMemo(workflow::Context& ctx, std::string value) {
  const MemoEntry memo[] = {{"test-memo-key", ToPayload(value)}};
  auto result = co_await ctx.ExecuteChildWorkflow<std::string>("MemoChildWorkflowJSON", {.memo = memo});
  ctx.UpsertMemo("parent-memo-key", "parent-" + value);
  co_return result;
}

Task<std::string> ChildOfReset(workflow::Context& ctx) {
  co_return co_await ctx.ExecuteChildWorkflow<std::string>("TestChildWorkflow", {}, "CHILD INPUT");
}

// The child is cancelled with its parent; what cleans up is not.
Task<std::string> LocalActivityAfterCancel(workflow::Context& ctx, std::string) {
  auto child = co_await workflow::Try(ctx.ExecuteChildWorkflow<std::string>("TestWorkflowReturnString", {}));
  auto detached = workflow::CancellationScope::Detached(ctx);
  co_await detached->ExecuteLocalActivity<int>("customActivity1", {.schedule_to_close_timeout = 5s}, 10);
  co_return child.value();
}

Task<std::string> Greeting(workflow::Context& ctx, std::string name) {
  auto child = co_await ctx.StartChildWorkflow<std::string>("topSecretGreetingChild", {}, name);
  auto timer = ctx.Sleep(1ms);
  auto approval = child.Signal("approve");
  auto greeting = co_await child.Result();
  co_await approval;
  co_await timer;
  co_return greeting;
}

Task<void> ChildToUnblock(workflow::Context& ctx) {
  auto child = co_await ctx.StartChildWorkflow("signalTarget", {});
  co_await child.Signal("unblock");
  co_await child.Result();
}

// A bit of everything. Where the timer stands among the commands depends on what the interceptors of the time awaited.
template <bool timer_first>
Task<void> Smorgasbord(workflow::Context& ctx, int) {
  ctx.OnSignal(SignalRef<void()>("activityStarted"), [] {});
  constexpr ActivityOptions kOptions{.start_to_close_timeout = 1min};
  std::optional<Future<void>> timer;
  if (timer_first) timer = ctx.Sleep(1s);
  auto progress = ctx.ExecuteActivity("fakeProgress", kOptions, 100, 10);
  auto query = ctx.ExecuteActivity<Payload>("queryOwnWf", kOptions, "step");
  if (!timer_first) timer = ctx.Sleep(1s);
  auto child = ctx.Spawn(ChildToUnblock(ctx));
  auto echo = ctx.ExecuteLocalActivity<std::string>("echo", {.start_to_close_timeout = 1min}, "local-activity");
  co_await child;
  co_await echo;
  co_await query;
  co_await *timer;
  co_await progress;
}

// Random ids of children, before and after the run was reset.
Task<void> RandomChildren(workflow::Context& ctx) {
  bool unblocked = false;
  ctx.OnSignal(SignalRef<void()>("randomStreamResetUnblock"), [&unblocked] { unblocked = true; });
  for (int i = 0; i < 4; ++i) {
    ctx.Uuid4();
    (void)co_await ctx.StartChildWorkflow("randomStreamResetChild", {});
    co_await ctx.Sleep(1ms);
  }
  co_await ctx.WaitCondition([&unblocked] { return unblocked; });
}

}  // namespace

void AddChildren(Rewrites& rewrites) {
  rewrites.push_back(Function("sdk-go", "testReplayWorkflowFromFileParent", ParentOfGo));
  rewrites.push_back(Function("sdk-go", "MemoEncodingWorkflowJSON", ChildWithMemo));
  rewrites.push_back(Function("sdk-go", "ResetWorkflowWithChild", ChildOfReset));
  rewrites.push_back(Function("sdk-java", "TestWorkflow1", LocalActivityAfterCancel, "testLocalActivityAfterCancel"));
  rewrites.push_back(Function("sdk-typescript", "topSecretGreeting", Greeting));
  rewrites.push_back(Function("sdk-typescript", "smorgasbord", Smorgasbord<true>, "otel_smorgasbord_1_13_1"));
  rewrites.push_back(Function("sdk-typescript", "smorgasbord", Smorgasbord<false>, "otel_smorgasbord_1_13_2"));
  rewrites.push_back(Function("sdk-typescript", "directRandomAndUuidResetWorkflow", RandomChildren));
}

}  // namespace temporal::replay
