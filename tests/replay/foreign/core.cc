// Workflows that sdk-core replays in its own tests, written in Rust.
#include <string>

#include "temporal/temporal.h"
#include "tests/replay/foreign/rewrites.h"

namespace temporal::replay {
namespace {

using namespace std::chrono_literals;

Task<void> OneTimer(workflow::Context& ctx) { co_await ctx.Sleep(1s); }

Task<void> ChangeMarkers(workflow::Context& ctx) {
  co_await ctx.Sleep(ctx.Patched("integ_test_change_name") ? 100ms : 200ms);
  co_await ctx.Sleep(200ms);
  co_await ctx.Sleep(ctx.Patched("integ_test_change_name") ? 100ms : 200ms);
}

Task<void> LocalThenOther(workflow::Context& ctx) {
  co_await ctx.ExecuteLocalActivity("delay", {.start_to_close_timeout = 10s}, "hi!");
  co_await ctx.ExecuteActivity("delay", {.start_to_close_timeout = 10s}, "hi!");
}

}  // namespace

void AddCore(Rewrites& rewrites) {
  rewrites.push_back(Function("sdk-core", "timer_workflow*", OneTimer));
  rewrites.push_back(Function("sdk-core", "writes_change_markers", ChangeMarkers));
  rewrites.push_back(Function("sdk-core", "evict_while_la_running_no_interference", LocalThenOther));
}

}  // namespace temporal::replay
