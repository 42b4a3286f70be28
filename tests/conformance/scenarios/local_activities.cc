// Local activities: their markers, retries in the worker and by a timer, timeouts, and tasks that are kept alive
// meanwhile.
#include "tests/conformance/scenarios/conducted.h"

namespace temporal::conformance {
namespace {

constexpr RetryPolicy kThrice{.initial_interval = 100ms, .backoff_coefficient = 2, .maximum_attempts = 3};

std::string FailTwice(activity::Context& ctx, int) {
  const int attempt = ctx.Info().attempt;
  if (attempt < 3) throw ApplicationFailure("attempt " + std::to_string(attempt), {.type = "Flaky"}, attempt);
  return "third time";
}

void DefineWork(Definitions& define) { define.Activity(kEcho, Echo).Activity(kWork, Work); }

Task<std::string> CallEcho(workflow::Context& ctx, std::string text) {
  co_return co_await ctx.ExecuteLocalActivity(kEcho, {.start_to_close_timeout = 10s, .summary = "one line"}, text);
}

Task<std::string> CallSeveral(workflow::Context& ctx, std::string text) {
  auto slow = ctx.ExecuteLocalActivity(kWork, {.start_to_close_timeout = 10s}, 400);
  auto fast = ctx.ExecuteLocalActivity(kEcho, {.start_to_close_timeout = 10s, .activity_id = "chosen"}, text);
  const std::string first = co_await fast;
  const std::string remote = co_await ctx.ExecuteActivity(kEcho, {.start_to_close_timeout = 10s}, first);
  co_return remote + co_await slow;
}

template <int kThresholdMillis>
Task<std::string> CallFlaky(workflow::Context& ctx, std::string) {
  co_return co_await ctx.ExecuteLocalActivity(kWork,
                                              {.start_to_close_timeout = 10s,
                                               .retry_policy = kThrice,
                                               .local_retry_threshold = std::chrono::milliseconds(kThresholdMillis)},
                                              1);
}

Task<std::string> CallTooSlow(workflow::Context& ctx, std::string) {
  const auto outcome = co_await workflow::Try(ctx.ExecuteLocalActivity(
      kWork, {.start_to_close_timeout = 200ms, .retry_policy = {.maximum_attempts = 1}}, 5000));
  co_return Told(outcome);
}

// Two in a row, the second of which needs more than one workflow task.
Task<std::string> CallLong(workflow::Context& ctx, std::string text) {
  co_await ctx.ExecuteLocalActivity(kEcho, {.start_to_close_timeout = 10s}, text);
  co_return co_await ctx.ExecuteLocalActivity(kWork, {.start_to_close_timeout = 10s}, 2400);
}

class Hears {
 public:
  explicit Hears(workflow::Context& ctx) : ctx_(ctx) {
    ctx.OnSignal(kAdd, [this](const std::string& text) { text_ += text; });
  }
  Task<std::string> Run(std::string start) {
    text_ = start + text_;
    const std::string worked = co_await ctx_.ExecuteLocalActivity(kWork, {.start_to_close_timeout = 10s}, 2400);
    co_return text_ + worked;
  }

 private:
  workflow::Context& ctx_;
  std::string text_;
};

template <Task<std::string> (*kWorkflow)(workflow::Context&, std::string)>
void Define(Definitions& define) {
  DefineWork(define);
  define.Workflow(kTextWorkflow, kWorkflow);
}

template <Task<std::string> (*kWorkflow)(workflow::Context&, std::string)>
void DefineFlaky(Definitions& define) {
  define.Activity(kWork, FailTwice).Workflow(kTextWorkflow, kWorkflow);
}

void DefineHears(Definitions& define) {
  DefineWork(define);
  define.Workflow<Hears>(kTextWorkflow);
}

void Run(Stage& stage) { stage.Finish(stage.Start(kTextWorkflow, {}, "hello")); }

void RunLong(Stage& stage) { stage.Finish(stage.Start(kTextWorkflow, {.task_timeout = 2s}, "hello")); }

void RunSignalled(Stage& stage) {
  auto handle = stage.Start(kTextWorkflow, {.task_timeout = 2s}, "0");
  stage.WaitForEvent(handle, "WorkflowTaskStarted");
  stage.Sleep(300ms);
  handle.Signal(kAdd, "1");
  stage.Finish(handle);
}

}  // namespace

std::vector<Scenario> LocalActivityScenarios() {
  return {
      {"local_activity.completed", Define<CallEcho>, Run},
      {"local_activity.several", Define<CallSeveral>, Run},
      {"local_activity.retried_in_the_worker", DefineFlaky<CallFlaky<60000>>, Run},
      {"local_activity.retried_by_a_timer", DefineFlaky<CallFlaky<10>>, Run},
      {"local_activity.timed_out", Define<CallTooSlow>, Run},
      {"local_activity.longer_than_the_task", Define<CallLong>, RunLong},
      {"local_activity.signalled_meanwhile", DefineHears, RunSignalled},
  };
}

}  // namespace temporal::conformance
