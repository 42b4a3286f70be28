// Workflows that the Java SDK replays in its own tests.
#include <string>

#include "temporal/temporal.h"
#include "tests/replay/foreign/rewrites.h"

namespace temporal::replay {
namespace {

using namespace std::chrono_literals;

constexpr ActivityOptions kOptions{.start_to_close_timeout = 1min};
constexpr ActivityRef<int(int)> kActivity1{"customActivity1"};
constexpr ActivityRef<std::string(std::string, int)> kActivity2{"Activity2"};

Task<std::string> Await(workflow::Context& ctx) {
  bool unblocked = false;
  ctx.OnSignal(SignalRef<void()>("unblock"), [&unblocked] { unblocked = true; });
  const bool holds = co_await ctx.WaitCondition([&unblocked] { return unblocked; }, 1h);
  co_return holds ? "condition satisfied" : "timed out";
}

Task<void> ActivityAndTimerCancelled(workflow::Context& ctx) {
  auto activity = ctx.ExecuteActivity("DoActivity", kOptions);
  auto timer = ctx.Sleep(5min);
  co_await activity;
  co_await timer;
}

Task<std::string> Versions(workflow::Context& ctx, std::string) {
  std::string result;
  if (ctx.Patched("test_change")) {
    result += co_await ctx.ExecuteActivity(kActivity2, kOptions, "activity2", 2);
  } else {
    result += "activity" + std::to_string(co_await ctx.ExecuteActivity(kActivity1, kOptions, 1));
  }
  ctx.Patched("test_change");
  result += "activity" + std::to_string(co_await ctx.ExecuteActivity(kActivity1, kOptions, 1));
  if (ctx.Patched("test_change_2")) {
    result += co_await ctx.ExecuteActivity(kActivity2, kOptions, "activity2", 2);
  } else {
    result += "activity" + std::to_string(co_await ctx.ExecuteActivity(kActivity1, kOptions, 1));
  }
  co_await ctx.Sleep(1s);
  result += "activity" + std::to_string(co_await ctx.ExecuteActivity(kActivity1, kOptions, 1));
  co_return result;
}

Task<std::string> VersionTwice(workflow::Context& ctx, std::string) {
  ctx.Patched("changeId");
  ctx.Patched("changeId");
  co_await ctx.Sleep(1s);
  ctx.Patched("changeId");
  co_return "activity" + std::to_string(co_await ctx.ExecuteActivity(kActivity1, kOptions, 1));
}

Task<std::string> VersionInSignal(workflow::Context& ctx) {
  std::string signals;
  ctx.OnSignal(SignalRef<void(std::string)>("testSignal"), [&](const std::string& value) {
    ctx.Patched("some-id");
    signals += value;
  });
  co_await ctx.Sleep(5s);
  co_return "[" + signals + "]";
}

Task<std::string> VersionsInSignals(workflow::Context& ctx) {
  bool closed = false;
  std::string signals;
  ctx.OnSignal(SignalRef<void(std::string)>("testSignal"), [&](const std::string& value) {
    ctx.Patched(value);
    signals += value;
  });
  ctx.OnSignal(SignalRef<void()>("close"), [&closed] { closed = true; });
  co_await ctx.WaitCondition([&closed] { return closed; });
  co_return signals;
}

Task<void> OneLocalActivity(workflow::Context& ctx) {
  co_await ctx.ExecuteLocalActivity("Execute", {.schedule_to_close_timeout = 10s});
}

}  // namespace

void AddJava(Rewrites& rewrites) {
  rewrites.push_back(Function("sdk-java", "TestAwaitWorkflow", Await));
  rewrites.push_back(Function("sdk-java", "TestWorkflow", ActivityAndTimerCancelled));
  rewrites.push_back(Function("sdk-java", "TestWorkflow1", Versions, "testGetVersionHistory"));
  rewrites.push_back(Function("sdk-java", "TestWorkflow1", VersionTwice, "testGetVersionMultipleCalls"));
  rewrites.push_back(Function("sdk-java", "TestSignaledWorkflow", VersionInSignal, "testGetVersionInSignal"));
  rewrites.push_back(Function("sdk-java", "TestSignaledWorkflow", VersionsInSignals, "testMultipleLargeGetVersion"));
  rewrites.push_back(Function("sdk-java", "MyWorkflow", OneLocalActivity));
}

}  // namespace temporal::replay
