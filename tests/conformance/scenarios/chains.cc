// Chains of runs: by continue-as-new, by the workflow's retry policy, by a cron schedule.
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

Task<std::string> FailOnce(workflow::Context& ctx, std::string text) {
  if (ctx.Info().attempt == 1) throw ApplicationFailure("the first time", {.type = "Flaky"}, 7);
  co_return text;
}
Task<std::string> FailAlways(workflow::Context& ctx, std::string text) {
  if (text == "hang") co_await ctx.Sleep(1h);
  throw ApplicationFailure(text, {.type = "Broken", .non_retryable = text == "for good"});
}

void Retry(Stage& stage, const char* text, const RetryPolicy& policy, Duration run_timeout = {}) {
  auto handle = stage.Start(kTextWorkflow, {.run_timeout = run_timeout, .retry_policy = policy}, text);
  stage.Finish(handle);
  stage.CompareDescription(handle);
}
constexpr RetryPolicy kTwice{.initial_interval = 100ms, .maximum_attempts = 2};
constexpr RetryPolicy kNotWhenBroken{.initial_interval = 100ms, .non_retryable_error_types = {"Broken"}};

// The first run completes, the second one fails, the third one never begins.
Task<std::string> FailSecond(workflow::Context& ctx, std::string text) {
  if (ctx.Info().LastCompletionResult<std::string>()) throw ApplicationFailure("the second time", {.type = "Flaky"});
  co_return text;
}

// So far apart that the last one is still waiting for its time when it is terminated.
void RunByCron(Stage& stage) {
  auto first = stage.Start(kTextWorkflow, {.cron_schedule = "@every 3s"}, "hello");
  stage.WaitForEvent(first, "WorkflowExecutionCompleted");
  const auto second =
      stage.client().GetWorkflowHandle(first.id(), stage.client().GetWorkflowHandle(first.id()).Describe().run_id);
  stage.WaitForEvent(second, "WorkflowExecutionFailed");
  const auto third = stage.client().GetWorkflowHandle(first.id());
  stage.CompareDescription(third, "describe the run that waits");
  third.Terminate("enough");
}

}  // namespace

std::vector<Scenario> ChainScenarios() {
  const auto define_failing = [](Definitions& d) { d.Workflow(kTextWorkflow, FailAlways); };
  return {
      {"continue_as_new.chain", [](Definitions& d) { d.Workflow(kCountdown, CountDown); }, Finish},
      {"continue_as_new.options", [](Definitions& d) { d.Workflow(kCountdown, CountDownWithOptions); }, Finish},
      {"continue_as_new.signalled", [](Definitions& d) { d.Workflow<CountDownOnSignal>(kCountdown); }, SignalEachRun},
      {"workflow_retry.completed", [](Definitions& d) { d.Workflow(kTextWorkflow, FailOnce); },
       [](Stage& stage) { Retry(stage, "hello", kTwice); }},
      {"workflow_retry.attempts_used_up", define_failing, [](Stage& stage) { Retry(stage, "again", kTwice); }},
      {"workflow_retry.non_retryable", define_failing, [](Stage& stage) { Retry(stage, "for good", kTwice); }},
      {"workflow_retry.non_retryable_type", define_failing,
       [](Stage& stage) { Retry(stage, "again", kNotWhenBroken); }},
      {"workflow_retry.timed_out", define_failing, [](Stage& stage) { Retry(stage, "hang", kTwice, 1s); }},
      {"cron.completed_and_failed", [](Definitions& d) { d.Workflow(kTextWorkflow, FailSecond); }, RunByCron},
  };
}

}  // namespace temporal::conformance
