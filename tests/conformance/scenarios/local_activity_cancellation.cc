// Cancelled local activities: each cancellation type, from before they run until after they have ended.
#include "tests/conformance/scenarios/conducted.h"

namespace temporal::conformance {
namespace {

Task<std::string> WhileItRuns(workflow::Context& ctx, std::string kind) {
  workflow::CancellationScope scope(ctx);
  auto work = scope->ExecuteLocalActivity(
      kWork, {.start_to_close_timeout = 10s, .cancellation_type = ActivityKind(kind)}, 1000);
  co_await ctx.ExecuteLocalActivity(kEcho, {.start_to_close_timeout = 10s}, "hello");
  scope.Cancel();
  scope.Cancel("twice");
  co_return Told(co_await workflow::Try(work));
}

Task<std::string> InTheSameTask(workflow::Context& ctx, std::string kind) {
  workflow::CancellationScope scope(ctx);
  auto work = scope->ExecuteLocalActivity(
      kWork, {.start_to_close_timeout = 10s, .cancellation_type = ActivityKind(kind)}, 1000);
  scope.Cancel();
  const auto outcome = co_await workflow::Try(work);
  const std::string next = co_await ctx.ExecuteLocalActivity(kWork, {.start_to_close_timeout = 10s}, 10);
  co_return Told(outcome) + ", then " + next;
}

Task<std::string> AfterItsEnd(workflow::Context& ctx, std::string kind) {
  workflow::CancellationScope scope(ctx);
  auto work =
      scope->ExecuteLocalActivity(kWork, {.start_to_close_timeout = 10s, .cancellation_type = ActivityKind(kind)}, 10);
  co_await ctx.ExecuteLocalActivity(kWork, {.start_to_close_timeout = 10s}, 500);
  scope.Cancel();
  co_return Told(co_await workflow::Try(work));
}

// The wait before the second attempt is cancelled, which is the worker's, or a timer of the workflow.
constexpr ActivityRef<std::string(int)> kFlaky{"Flaky"};
std::string FailAlways(activity::Context& ctx, int) {
  throw ApplicationFailure("attempt " + std::to_string(ctx.Info().attempt), {.type = "Flaky"});
}
auto CallFlaky(workflow::Context& ctx, std::string_view kind, Duration wait, Duration threshold) {
  return ctx.ExecuteLocalActivity(kFlaky,
                                  {.start_to_close_timeout = 10s,
                                   .retry_policy = {.initial_interval = wait, .maximum_attempts = 2},
                                   .local_retry_threshold = threshold,
                                   .cancellation_type = ActivityKind(kind)},
                                  1);
}
Task<std::string> InTheWorkersBackoff(workflow::Context& ctx, std::string kind) {
  workflow::CancellationScope scope(ctx);
  auto work = CallFlaky(scope.context(), kind, 2s, 60s);
  co_await ctx.ExecuteLocalActivity(kWork, {.start_to_close_timeout = 10s}, 500);
  scope.Cancel();
  co_return Told(co_await workflow::Try(work));
}
class InATimersBackoff : Conducted {
 public:
  using Conducted::Conducted;
  Task<std::string> Run(std::string kind) {
    workflow::CancellationScope scope(ctx_);
    auto work = CallFlaky(scope.context(), kind, 1h, 10ms);
    co_await UntilCancel();
    scope.Cancel();
    const auto outcome = co_await workflow::Try(work);
    co_await UntilFinish();
    co_return Told(outcome);
  }
};

// The run itself is cancelled while it keeps its task for the second time.
Task<std::string> WithTheRun(workflow::Context& ctx, std::string kind) {
  co_return co_await ctx.ExecuteLocalActivity(
      kWork, {.start_to_close_timeout = 10s, .cancellation_type = ActivityKind(kind)}, 6000);
}

template <auto kWorkflow>
void Define(Definitions& define) {
  define.Activity(kEcho, Echo).Activity(kWork, Work).Activity(kFlaky, FailAlways).Workflow(kTextWorkflow, kWorkflow);
}

void Run(Stage& stage) { FinishEach(stage, kActivityKinds, StartEach(stage, kActivityKinds)); }

void CancelTimers(Stage& stage) {
  const Handles handles = StartEach(stage, kActivityKinds);
  for (const auto& handle : handles) {
    stage.WaitUntilHandled(handle, "TimerStarted");
    handle.Signal(kCancelNow);
    stage.WaitUntilHandled(handle, "WorkflowTaskCompleted", 2);
    handle.Signal(kFinish);
  }
  FinishEach(stage, kActivityKinds, handles);
}

void CancelRuns(Stage& stage) {
  const Handles handles = StartEach(stage, kActivityKinds, {.task_timeout = 2s});
  for (const auto& handle : handles) {
    stage.WaitForEvent(handle, "WorkflowTaskStarted");
    handle.Cancel();
  }
  FinishEach(stage, kActivityKinds, handles);
}

}  // namespace

std::vector<Scenario> LocalActivityCancellationScenarios() {
  return {
      {"local_activity_cancel.running", Define<WhileItRuns>, Run},
      {"local_activity_cancel.same_task", Define<InTheSameTask>, Run},
      {"local_activity_cancel.ended", Define<AfterItsEnd>, Run},
      {"local_activity_cancel.workers_backoff", Define<InTheWorkersBackoff>, Run},
      {"local_activity_cancel.timers_backoff",
       [](Definitions& d) { d.Activity(kFlaky, FailAlways).Workflow<InATimersBackoff>(kTextWorkflow); }, CancelTimers},
      {"local_activity_cancel.with_the_run", Define<WithTheRun>, CancelRuns},
  };
}

}  // namespace temporal::conformance
