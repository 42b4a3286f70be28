// Cancelled children: each cancellation type, from before the server knows of them until after they have ended; and
// what of other workflows that are cancelled more than once.
#include "tests/conformance/scenarios/conducted.h"

namespace temporal::conformance {
namespace {

constexpr WorkflowRef<std::string(std::string)> kChild{"Child"};

ChildWorkflowOptions ChildOptions(std::string_view kind, std::string_view id) {
  using Type = ChildWorkflowCancellationType;
  ChildWorkflowOptions options;
  options.id = id;
  options.parent_close_policy = ParentClosePolicy::kAbandon;
  if (kind == "try") options.cancellation_type = Type::kTryCancel;
  if (kind == "requested") options.cancellation_type = Type::kWaitCancellationRequested;
  if (kind == "abandon") options.cancellation_type = Type::kAbandon;
  return options;
}
std::string ChildId(workflow::Context& ctx) { return ctx.Info().workflow_id + "/child"; }
client::UntypedWorkflowHandle ChildOf(Stage& stage, const client::UntypedWorkflowHandle& parent) {
  return stage.client().GetWorkflowHandle(parent.id() + "/child");
}

// Ends when it is told to, whatever is asked of it before.
class Ignores : Conducted {
 public:
  using Conducted::Conducted;
  Task<std::string> Run(std::string text) {
    co_await UntilFinishInAnyCase();
    co_return text;
  }
};
// Cleans up when it is told to, if it is cancelled.
class CleansUp : Conducted {
 public:
  using Conducted::Conducted;
  Task<std::string> Run(std::string text) {
    co_await UntilFinishInAnyCase();
    if (!ctx_.IsCancelled()) co_return text;
    auto detached = workflow::CancellationScope::Detached(ctx_);
    const std::string cleaned = co_await detached->ExecuteActivity(kEcho, {.start_to_close_timeout = 10s}, text);
    throw CanceledFailure(cleaned);
  }
};
// Obeys after a while, when its parent waits for nothing else.
Task<std::string> ObeyLater(workflow::Context& ctx, std::string text) {
  const auto slept = co_await workflow::Try(ctx.Sleep(1h));
  auto detached = workflow::CancellationScope::Detached(ctx);
  co_await detached->Sleep(500ms);
  if (!slept.ok()) throw CanceledFailure("obeyed");
  co_return text;
}

class Parent : Conducted {
 public:
  using Conducted::Conducted;
  Task<std::string> Run(std::string kind) {
    const std::string id = ChildId(ctx_);
    const auto child = co_await ctx_.StartChildWorkflow(kChild, ChildOptions(kind, id), "child");
    co_await UntilCancel();
    child.Cancel("enough");
    child.Cancel("twice");
    const auto outcome = co_await workflow::Try(child.Result());
    co_await UntilFinish();
    co_return Told(outcome);
  }
};

Task<std::string> InTheSameTask(workflow::Context& ctx, std::string kind) {
  const std::string id = ChildId(ctx);
  workflow::CancellationScope scope(ctx);
  auto result = scope->ExecuteChildWorkflow(kChild, ChildOptions(kind, id), "child");
  scope.Cancel("at once");
  const auto outcome = co_await workflow::Try(result);
  co_await ctx.Sleep(50ms);
  co_return Told(outcome);
}

// The local activity keeps its task, so that the server knows of the child and the workflow not yet of its start.
class BeforeItsStart : Conducted {
 public:
  using Conducted::Conducted;
  Task<std::string> Run(std::string kind) {
    const std::string id = ChildId(ctx_);
    workflow::CancellationScope scope(ctx_);
    auto result = scope->ExecuteChildWorkflow(kChild, ChildOptions(kind, id), "child");
    co_await ctx_.ExecuteLocalActivity(kWork, {.start_to_close_timeout = 10s}, 2400);
    scope.Cancel("enough");
    const auto outcome = co_await workflow::Try(result);
    co_await UntilFinish();
    co_return Told(outcome);
  }
};

Task<std::string> CancelledWithTheRun(workflow::Context& ctx, std::string kind) {
  const std::string id = ChildId(ctx);
  co_return co_await ctx.ExecuteChildWorkflow(kChild, ChildOptions(kind, id), "child");
}

void CompareChildren(Stage& stage, const Handles& parents) {
  for (const auto& parent : parents) stage.Compare(ChildOf(stage, parent));
}

// Tells the child of `parent` to end, and the parent when it knows.
void EndChild(Stage& stage, const client::UntypedWorkflowHandle& parent, std::string_view kind) {
  const auto child = ChildOf(stage, parent);
  if (kind != "abandon") {
    stage.WaitUntilHandled(parent, "ExternalWorkflowExecutionCancelRequested");
    stage.WaitUntilHandled(child, "WorkflowExecutionCancelRequested");
  }
  child.Signal(kFinish);
  const bool completed = stage.Finish(child, "child of " + std::string(kind));
  stage.WaitUntilHandled(parent, completed ? "ChildWorkflowExecutionCompleted" : "ChildWorkflowExecutionCanceled");
  parent.Signal(kFinish);
}

// Cancels the children, each of which then ends when it is told to.
void CancelStarted(Stage& stage) {
  const Handles parents = StartEach(stage, kChildKinds);
  for (std::size_t i = 0; i < parents.size(); ++i) {
    const auto& parent = parents[i];
    const auto child = ChildOf(stage, parent);
    stage.WaitUntilHandled(parent, "ChildWorkflowExecutionStarted");
    stage.WaitUntilHandled(child, "WorkflowTaskCompleted");
    parent.Signal(kCancelNow);
    stage.WaitUntilHandled(parent, "WorkflowTaskCompleted", 3);
    EndChild(stage, parent, kChildKinds[i]);
  }
  FinishEach(stage, kChildKinds, parents);
  CompareChildren(stage, parents);
}

void CancelAsItCompletes(Stage& stage) {
  const Handles parents = StartEach(stage, kChildKinds);
  for (const auto& parent : parents) {
    const auto child = ChildOf(stage, parent);
    stage.WaitUntilHandled(parent, "ChildWorkflowExecutionStarted");
    stage.WaitUntilHandled(child, "WorkflowTaskCompleted");
    parent.Signal(kHold, 1500);
    stage.WaitForEvent(parent, "WorkflowTaskStarted", 3);
    child.Signal(kFinish);
    stage.Finish(child, "child");
    stage.Sleep(200ms);  // until the parent has been told
    parent.Signal(kCancelNow);
    parent.Signal(kFinish);
  }
  FinishEach(stage, kChildKinds, parents);
  CompareChildren(stage, parents);
}

void RunEach(Stage& stage) { FinishEach(stage, kChildKinds, StartEach(stage, kChildKinds)); }

void CancelInitiated(Stage& stage) {
  const Handles parents = StartEach(stage, kChildKinds, {.task_timeout = 2s});
  for (std::size_t i = 0; i < parents.size(); ++i) {
    stage.WaitUntilHandled(parents[i], "ChildWorkflowExecutionStarted");
    EndChild(stage, parents[i], kChildKinds[i]);
  }
  FinishEach(stage, kChildKinds, parents);
  CompareChildren(stage, parents);
}

// The request of "try" comes to nothing, as the run that asks is closed. Not of "requested", whose parent ends while
// the child has not.
void CancelRuns(Stage& stage) {
  constexpr std::string_view kKinds[] = {"try", "wait", "abandon"};
  const Handles parents = StartEach(stage, kKinds);
  for (std::size_t i = 0; i < parents.size(); ++i) {
    const auto child = ChildOf(stage, parents[i]);
    stage.WaitUntilHandled(parents[i], "ChildWorkflowExecutionStarted");
    stage.WaitUntilHandled(child, "WorkflowTaskCompleted");
    parents[i].Cancel("enough");
    stage.Finish(parents[i], kKinds[i]);
    if (kKinds[i] != "wait") child.Terminate("the scenario is over");
    stage.Finish(child, "child of " + std::string(kKinds[i]));
  }
  CompareChildren(stage, parents);
}

// Asks another one three times, the last time when it has closed.
Task<std::string> AskThrice(workflow::Context& ctx, std::string other) {
  const auto handle = ctx.GetExternalWorkflowHandle(other);
  co_await handle.Cancel("enough");
  co_await handle.Cancel("twice");
  co_await handle.Signal(kFinish);
  co_await ctx.Sleep(500ms);
  const auto cancelled = co_await workflow::Try(handle.Cancel("too late"));
  const auto signalled = co_await workflow::Try(handle.Signal(kFinish));
  co_return (cancelled.ok() ? "asked; " : cancelled.failure()->Describe() + "; ") +
      (signalled.ok() ? "told" : signalled.failure()->Describe());
}
void AskThriceFor(Stage& stage) {
  auto other = stage.Start(kChild, {.id = "other"}, "other");
  stage.WaitUntilHandled(other, "WorkflowTaskCompleted");
  stage.Finish(stage.Start(kTextWorkflow, {}, stage.Id("other")));
  stage.Finish(other, "other");
}

template <class P, class C>
void Define(Definitions& define) {
  define.Workflow<P>(kTextWorkflow).template Workflow<C>(kChild).Activity(kEcho, Echo).Activity(kWork, Work);
}

}  // namespace

std::vector<Scenario> ChildCancellationScenarios() {
  return {
      {"child_cancel.same_task",
       [](Definitions& d) { d.Workflow(kTextWorkflow, InTheSameTask).Workflow(kChild, ObeyLater); }, RunEach},
      {"child_cancel.initiated", Define<BeforeItsStart, Ignores>, CancelInitiated},
      {"child_cancel.ignored", Define<Parent, Ignores>, CancelStarted},
      {"child_cancel.cleaned_up", Define<Parent, CleansUp>, CancelStarted},
      {"child_cancel.as_it_completes", Define<Parent, Ignores>, CancelAsItCompletes},
      {"child_cancel.with_the_run",
       [](Definitions& d) { d.Workflow(kTextWorkflow, CancelledWithTheRun).Workflow(kChild, ObeyLater); }, CancelRuns},
      {"external.cancelled_again",
       [](Definitions& d) { d.Workflow(kTextWorkflow, AskThrice).Workflow<Ignores>(kChild); }, AskThriceFor},
  };
}

}  // namespace temporal::conformance
