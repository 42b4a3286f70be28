// Timers: fired, cancelled, raced.
#include "tests/conformance/scenarios/conducted.h"

namespace temporal::conformance {
namespace {

Task<void> SleepTwice(workflow::Context& ctx) {
  co_await ctx.Sleep(100ms, {.summary = "the first"});
  co_await ctx.Sleep(50ms);
}

Task<void> CancelLater(workflow::Context& ctx) {
  workflow::CancellationScope scope(ctx);
  auto timer = scope->Sleep(1h);
  co_await ctx.Sleep(50ms);
  scope.Cancel();
  const auto outcome = co_await workflow::Try(timer);
  if (outcome.ok()) throw ApplicationFailure("the timer fired");
}

Task<void> CancelAtOnce(workflow::Context& ctx) {
  workflow::CancellationScope scope(ctx);
  auto timer = scope->Sleep(1h);
  scope.Cancel();
  const auto outcome = co_await workflow::Try(timer);
  if (outcome.ok()) throw ApplicationFailure("the timer fired");
  co_await ctx.Sleep(50ms);
}

// Twice, and once more when it has been told.
Task<void> CancelTwice(workflow::Context& ctx) {
  workflow::CancellationScope scope(ctx);
  auto timer = scope->Sleep(1h);
  co_await ctx.Sleep(50ms);
  scope.Cancel();
  scope.Cancel("twice");
  (void)co_await workflow::Try(timer);
  scope.Cancel("again");
  co_await ctx.Sleep(50ms);
}

class CancelsTimer : Conducted {
 public:
  using Conducted::Conducted;
  Task<std::string> Run(std::string) {
    workflow::CancellationScope scope(ctx_);
    auto timer = scope->Sleep(300ms);
    co_await UntilCancel();
    scope.Cancel();
    const auto outcome = co_await workflow::Try(timer);
    co_return outcome.ok() ? "fired" : "cancelled";
  }
};
// A real server's timers may come a second late.
void CancelAsItFires(Stage& stage) {
  auto handle = stage.Start(kTextWorkflow, {}, "");
  stage.WaitUntilHandled(handle, "TimerStarted");
  handle.Signal(kHold, 2500);
  stage.WaitForEvent(handle, "WorkflowTaskStarted", 2);
  stage.Sleep(1800ms);
  handle.Signal(kCancelNow);
  stage.Finish(handle);
}

// The shorter of two timers wins; the other goes on and dies with the run.
Task<void> Race(workflow::Context& ctx) {
  auto slow = ctx.Sleep(1h);
  auto fast = ctx.Sleep(100ms);
  const std::size_t first = co_await workflow::Any{slow, fast};
  if (first != 1) throw ApplicationFailure("the wrong timer");
}

// So far apart that a real server, whose timers may come a second late, does not fire two of them together.
Task<void> Concurrent(workflow::Context& ctx) {
  auto first = ctx.Sleep(100ms);
  auto last = ctx.Sleep(5s);
  auto second = ctx.Sleep(2500ms);
  co_await workflow::All{first, last, second};
}

// Random numbers and ids are no commands: they leave no event.
Task<void> Randomness(workflow::Context& ctx) {
  const auto die = ctx.Random().Uniform(1, 6);
  const std::string id = ctx.Uuid4();
  if (die < 1 || die > 6 || id.size() != 36) throw ApplicationFailure("not random");
  co_await ctx.Sleep(50ms);
}

void Finish(Stage& stage) {
  auto handle = stage.Start(kPlainWorkflow, {});
  stage.Finish(handle);
}

}  // namespace

std::vector<Scenario> TimerScenarios() {
  return {
      {"timer.fired", [](Definitions& d) { d.Workflow(kPlainWorkflow, SleepTwice); }, Finish},
      {"timer.cancelled", [](Definitions& d) { d.Workflow(kPlainWorkflow, CancelLater); }, Finish},
      {"timer.concurrent", [](Definitions& d) { d.Workflow(kPlainWorkflow, Concurrent); }, Finish},
      {"timer.cancelled_in_same_task", [](Definitions& d) { d.Workflow(kPlainWorkflow, CancelAtOnce); }, Finish},
      {"timer.cancelled_twice", [](Definitions& d) { d.Workflow(kPlainWorkflow, CancelTwice); }, Finish},
      {"timer.cancelled_as_it_fires",
       [](Definitions& d) { d.Workflow<CancelsTimer>(kTextWorkflow).Activity(kWork, Work); }, CancelAsItFires},
      {"timer.raced", [](Definitions& d) { d.Workflow(kPlainWorkflow, Race); }, Finish},
      {"timer.randomness", [](Definitions& d) { d.Workflow(kPlainWorkflow, Randomness); }, Finish},
  };
}

}  // namespace temporal::conformance
