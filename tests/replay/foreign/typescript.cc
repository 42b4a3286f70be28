// Workflows that the TypeScript SDK replays in its own tests.
#include <string>

#include "temporal/temporal.h"
#include "tests/replay/foreign/rewrites.h"

namespace temporal::replay {
namespace {

using namespace std::chrono_literals;

Task<std::string> SignalStart(workflow::Context& ctx) {
  std::string order;
  ctx.OnSignal(SignalRef<void()>("startSignal"), [] {});
  for (const char* type : {"a", "b", "c"}) {
    order += co_await ctx.ExecuteLocalActivity<std::string>(type, {.start_to_close_timeout = 10s});
  }
  co_return order;
}

Task<void> CancelProgress(workflow::Context& ctx) {
  bool started = false;
  ctx.OnSignal(SignalRef<void()>("activityStarted"), [&started] { started = true; });
  workflow::CancellationScope scope(ctx);
  ActivityOptions options{.start_to_close_timeout = 200s};
  options.cancellation_type = ActivityCancellationType::kWaitCancellationCompleted;
  auto progress = scope->ExecuteActivity("fakeProgress", options);
  co_await ctx.WaitCondition([&started] { return started; });
  scope.Cancel();
  (void)co_await workflow::Try(progress);
}

Task<void> ActivityWithTimeout(workflow::Context& ctx) {
  workflow::CancellationScope timer(ctx);
  auto timeout = timer->Sleep(10s);
  co_await ctx.ExecuteActivity("noopActivity", {.schedule_to_close_timeout = 30s});
  timer.Cancel();
  (void)co_await workflow::Try(timeout);
}

}  // namespace

void AddTypescript(Rewrites& rewrites) {
  rewrites.push_back(Function("sdk-typescript", "signalStartOtel", SignalStart));
  rewrites.push_back(Function("sdk-typescript", "cancelFakeProgress", CancelProgress));
  rewrites.push_back(Function("sdk-typescript", "langFlagsReplayCorrectly", ActivityWithTimeout));
}

}  // namespace temporal::replay
