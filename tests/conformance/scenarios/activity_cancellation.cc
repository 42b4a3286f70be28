// Cancelled activities: each cancellation type, from before the server knows of them until after they have ended.
#include "tests/conformance/scenarios/conducted.h"

namespace temporal::conformance {
namespace {

constexpr ActivityRef<std::string()> kLong{"Long"};
constexpr std::string_view kNobodysQueue = "nobody polls this";

// Obeys its cancellation, which it learns of by heartbeats.
std::string ObeyCancellation(activity::Context& ctx) {
  for (int i = 0; i < 100; ++i) {
    ctx.Heartbeat(i);
    if (ctx.WaitCancelled(50ms)) throw CanceledFailure("obeyed");
  }
  return "never cancelled";
}

// Never heartbeats, so that it is not told; the scenario completes it.
std::string StayUnaware(activity::Context& ctx) { return ctx.CompleteAsync(); }

std::string FailAlways() { throw ApplicationFailure("not yet", {.type = "Flaky"}); }

Task<std::string> WhileItHeartbeats(workflow::Context& ctx, std::string kind) {
  workflow::CancellationScope scope(ctx);
  auto result = scope->ExecuteActivity(
      kLong, {.start_to_close_timeout = 10s, .heartbeat_timeout = 300ms, .cancellation_type = ActivityKind(kind)});
  co_await ctx.Sleep(200ms);
  scope.Cancel("no longer needed");
  const auto outcome = co_await workflow::Try(result);
  co_return outcome.ok() ? outcome.value() : std::string(outcome.failure()->Describe());
}

Task<std::string> InTheSameTask(workflow::Context& ctx, std::string kind) {
  workflow::CancellationScope scope(ctx);
  auto result = scope->ExecuteActivity(kLong, {.start_to_close_timeout = 10s, .cancellation_type = ActivityKind(kind)});
  scope.Cancel();
  const auto outcome = co_await workflow::Try(result);
  co_await ctx.Sleep(50ms);
  co_return Told(outcome);
}

// Calls an activity, on a queue of its own if there is one, and cancels it when told; lives on.
class CancelsOnce : Conducted {
 public:
  using Conducted::Conducted;
  Task<std::string> Run(std::string kind) { return Call(kind, ""); }

 protected:
  Task<std::string> Call(std::string kind, std::string_view queue) {
    workflow::CancellationScope scope(ctx_);
    auto result = scope->ExecuteActivity(kLong, {.schedule_to_close_timeout = 1h,
                                                 .retry_policy = {.initial_interval = 30min},
                                                 .task_queue = queue,
                                                 .cancellation_type = ActivityKind(kind)});
    co_await UntilCancel();
    scope.Cancel();
    scope.Cancel("twice");
    const auto outcome = co_await workflow::Try(result);
    co_await UntilFinish();
    co_return Told(outcome);
  }
};
class CancelsUnstarted : CancelsOnce {
 public:
  using CancelsOnce::CancelsOnce;
  Task<std::string> Run(std::string kind) { return Call(kind, kNobodysQueue); }
};

Task<std::string> CancelledWithTheRun(workflow::Context& ctx, std::string kind) {
  co_return co_await ctx.ExecuteActivity(kLong,
                                         {.start_to_close_timeout = 1h, .cancellation_type = ActivityKind(kind)});
}

template <auto kActivity, class T>
void DefineConducted(Definitions& define) {
  define.Workflow<T>(kTextWorkflow).Activity(kLong, kActivity).Activity(kWork, Work);
}
template <auto kActivity, auto kWorkflow>
void Define(Definitions& define) {
  define.Workflow(kTextWorkflow, kWorkflow).Activity(kLong, kActivity);
}

void Run(Stage& stage) { FinishEach(stage, kActivityKinds, StartEach(stage, kActivityKinds)); }

void CancelUnstarted(Stage& stage) {
  const Handles handles = StartEach(stage, kActivityKinds);
  for (const auto& handle : handles) {
    stage.WaitUntilHandled(handle, "ActivityTaskScheduled");
    handle.Signal(kCancelNow);
    stage.WaitUntilHandled(handle, "WorkflowTaskCompleted", 2);
    handle.Signal(kFinish);
  }
  FinishEach(stage, kActivityKinds, handles);
}

void WaitForActivity(Stage& stage, const client::UntypedWorkflowHandle& handle,
                     const std::function<bool(const client::PendingActivity&)>& holds) {
  stage.WaitUntil("the activity", [&] {
    const auto pending = handle.Describe().pending_activities;
    return pending.size() == 1 && holds(pending.front());
  });
}
void WaitForStart(Stage& stage, const client::UntypedWorkflowHandle& handle) {
  WaitForActivity(stage, handle, [](const auto& activity) { return activity.state == "Started"; });
  // An activity that is completed from outside must have told its worker so before.
  stage.Sleep(50ms);
}
void Complete(Stage& stage, const client::UntypedWorkflowHandle& handle) {
  stage.client().GetAsyncActivityHandle(handle.id(), handle.run_id(), "1").Complete(std::string("done"));
}

void CancelStarted(Stage& stage) {
  const Handles handles = StartEach(stage, kActivityKinds);
  for (std::size_t i = 0; i < handles.size(); ++i) {
    WaitForStart(stage, handles[i]);
    handles[i].Signal(kCancelNow);
    stage.WaitUntilHandled(handles[i], "WorkflowTaskCompleted", 2);
    stage.CompareDescription(handles[i], "describe " + std::string(kActivityKinds[i]));
    Complete(stage, handles[i]);
    stage.WaitUntilHandled(handles[i], "ActivityTaskCompleted");
    handles[i].Signal(kFinish);
  }
  FinishEach(stage, kActivityKinds, handles);
}

void CancelInBackoff(Stage& stage) {
  const Handles handles = StartEach(stage, kActivityKinds);
  for (const auto& handle : handles) {
    WaitForActivity(stage, handle, [](const auto& activity) { return activity.attempt == 2; });
    handle.Signal(kCancelNow);
    stage.WaitUntilHandled(handle, "WorkflowTaskCompleted", 2);
    handle.Signal(kFinish);
  }
  FinishEach(stage, kActivityKinds, handles);
}

// What completes while a task is held comes with the signal that cancels it.
void CancelAsItCompletes(Stage& stage) {
  const Handles handles = StartEach(stage, kActivityKinds);
  for (const auto& handle : handles) WaitForStart(stage, handle);
  for (const auto& handle : handles) {
    handle.Signal(kHold, 1500);
    stage.WaitForEvent(handle, "WorkflowTaskStarted", 2);
    Complete(stage, handle);
    handle.Signal(kCancelNow);
    handle.Signal(kFinish);
  }
  FinishEach(stage, kActivityKinds, handles);
}

void CancelRuns(Stage& stage) {
  const Handles handles = StartEach(stage, kActivityKinds);
  for (std::size_t i = 0; i < handles.size(); ++i) {
    WaitForStart(stage, handles[i]);
    handles[i].Cancel("enough");
    stage.WaitUntilHandled(handles[i], "WorkflowTaskCompleted", 2);
    handles[i].Cancel("twice");
    if (kActivityKinds[i] == "wait") Complete(stage, handles[i]);
    stage.Finish(handles[i], kActivityKinds[i]);
    stage.Try("complete", [&] { Complete(stage, handles[i]); });
  }
}

}  // namespace

std::vector<Scenario> ActivityCancellationScenarios() {
  return {
      {"activity_cancel.heartbeating", Define<ObeyCancellation, WhileItHeartbeats>, Run},
      {"activity_cancel.same_task", Define<ObeyCancellation, InTheSameTask>, Run},
      {"activity_cancel.unstarted", DefineConducted<ObeyCancellation, CancelsUnstarted>, CancelUnstarted},
      {"activity_cancel.started", DefineConducted<StayUnaware, CancelsOnce>, CancelStarted},
      {"activity_cancel.backoff", DefineConducted<FailAlways, CancelsOnce>, CancelInBackoff},
      {"activity_cancel.as_it_completes", DefineConducted<StayUnaware, CancelsOnce>, CancelAsItCompletes},
      {"activity_cancel.with_the_run", Define<StayUnaware, CancelledWithTheRun>, CancelRuns},
  };
}

}  // namespace temporal::conformance
