// Chains of runs.
#include "tests/conformance/scenarios/common.h"

namespace temporal::conformance {
namespace {

constexpr WorkflowRef<int(int)> kCountdown{"Countdown"};

Task<int> CountDown(workflow::Context& ctx, int left) {
  if (left > 0) ctx.ContinueAsNew(kCountdown, {}, left - 1);
  co_return left;
}

Task<int> CountDownWithOptions(workflow::Context& ctx, int left) {
  co_await ctx.Sleep(50ms);
  if (left > 0) ctx.ContinueAsNew(kCountdown, {.run_timeout = 30s, .task_timeout = 5s}, left - 1);
  co_return static_cast<int>(ctx.Info().run_timeout / 1s);
}

class CountDownOnSignal {
 public:
  explicit CountDownOnSignal(workflow::Context& ctx) : ctx_(ctx) {
    ctx.OnSignal(kFinish, [this] { finished_ = true; });
  }
  Task<int> Run(int left) {
    co_await ctx_.WaitCondition([this] { return finished_; });
    if (left > 0) ctx_.ContinueAsNew(kCountdown, {}, left - 1);
    co_return left;
  }

 private:
  workflow::Context& ctx_;
  bool finished_ = false;
};

void Finish(Stage& stage) {
  auto handle = stage.Start(kCountdown, {.execution_timeout = 60s}, 2);
  stage.Finish(handle);
  stage.CompareDescription(handle, "describe the first run");
}

void SignalEachRun(Stage& stage) {
  auto first = stage.Start(kCountdown, {}, 1);
  stage.WaitForEvent(first, "WorkflowTaskCompleted");
  first.Signal(kFinish);
  stage.WaitForEvent(first, "WorkflowExecutionContinuedAsNew");
  // The next run's first task is due a second after the last one's, so this comes before it.
  const auto current = stage.client().GetWorkflowHandle(first.id());
  current.Signal(kFinish);
  stage.Finish(first, "following the chain");
  stage.Try("signal the first run", [&] { first.Signal(kFinish); });
}

}  // namespace

std::vector<Scenario> ContinueAsNewScenarios() {
  return {
      {"continue_as_new.chain", [](Definitions& d) { d.Workflow(kCountdown, CountDown); }, Finish},
      {"continue_as_new.options", [](Definitions& d) { d.Workflow(kCountdown, CountDownWithOptions); }, Finish},
      {"continue_as_new.signalled", [](Definitions& d) { d.Workflow<CountDownOnSignal>(kCountdown); }, SignalEachRun},
  };
}

}  // namespace temporal::conformance
