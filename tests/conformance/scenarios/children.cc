// Children and external workflows: results and failures, signals, cancellation, what the parent's end does.
#include <vector>

#include "tests/conformance/scenarios/common.h"

namespace temporal::conformance {
namespace {

constexpr WorkflowRef<std::string(std::string)> kChild{"Child"};
constexpr RetryPolicy kTwice{.initial_interval = 100ms, .maximum_attempts = 2};

std::string ChildId(workflow::Context& ctx) { return ctx.Info().workflow_id + "/child"; }

// What the call comes to, as text.
std::string Told(const Outcome<std::string>& outcome) {
  return outcome.ok() ? "completed " + outcome.value() : outcome.failure()->Describe();
}

// Each step of a child comes a while after what its parent does, as no order is promised otherwise.
Task<std::string> EchoLater(workflow::Context& ctx, std::string text) {
  co_await ctx.Sleep(300ms);
  co_return text;
}
// Long after: a real server's timers may come a second late.
Task<std::string> EchoMuchLater(workflow::Context& ctx, std::string text) {
  co_await ctx.Sleep(3s);
  co_return text;
}
Task<std::string> FailLater(workflow::Context& ctx, std::string text) {
  co_await ctx.Sleep(300ms);
  throw ApplicationFailure(text, {.type = "Broken"}, 7);
}
Task<std::string> ContinueLater(workflow::Context& ctx, std::string text) {
  co_await ctx.Sleep(300ms);
  if (text.size() < 8) ctx.ContinueAsNew(kChild, {}, text + "+");
  co_return text;
}
Task<std::string> ObeyLater(workflow::Context& ctx, std::string text) {
  co_await ctx.WaitCancelled();
  auto detached = workflow::CancellationScope::Detached(ctx);
  co_await detached->Sleep(300ms);
  throw CanceledFailure(text);
}

class CollectLater {
 public:
  explicit CollectLater(workflow::Context& ctx) : ctx_(ctx) {
    ctx.OnSignal(kAdd, [this](const std::string& text) { text_ += text; });
    ctx.OnSignal(kFinish, [this] { finished_ = true; });
  }
  Task<std::string> Run(std::string start) {
    co_await ctx_.WaitCondition([this] { return finished_; });
    co_await ctx_.Sleep(300ms);
    co_return start + text_;
  }

 private:
  workflow::Context& ctx_;
  std::string text_;
  bool finished_ = false;
};

Task<std::string> CallChild(workflow::Context& ctx, std::string text) {
  const std::string id = ChildId(ctx);
  co_return Told(co_await workflow::Try(ctx.ExecuteChildWorkflow(kChild, {.id = id}, text)));
}

Task<std::string> CallChildWithEveryOption(workflow::Context& ctx, std::string text) {
  const std::string id = ChildId(ctx);
  const std::array<MemoEntry, 1> memo{MemoEntry{"m", ToPayload(std::string("v"))}};
  const ChildWorkflowOptions options{.id = id,
                                     .execution_timeout = 3h,
                                     .run_timeout = 2h,
                                     .task_timeout = 5s,
                                     .parent_close_policy = ParentClosePolicy::kAbandon,
                                     .id_reuse_policy = WorkflowIdReusePolicy::kRejectDuplicate,
                                     .retry_policy = kTwice,
                                     .memo = memo,
                                     .summary = "one line"};
  co_return Told(co_await workflow::Try(ctx.ExecuteChildWorkflow(kChild, options, text)));
}

Task<std::string> CallRetriedChild(workflow::Context& ctx, std::string text) {
  const std::string id = ChildId(ctx);
  co_return Told(co_await workflow::Try(ctx.ExecuteChildWorkflow(kChild, {.id = id, .retry_policy = kTwice}, text)));
}

Task<std::string> CallBriefChild(workflow::Context& ctx, std::string text) {
  const std::string id = ChildId(ctx);
  co_return Told(co_await workflow::Try(ctx.ExecuteChildWorkflow(kChild, {.id = id, .run_timeout = 1s}, text)));
}

Task<std::string> SignalChild(workflow::Context& ctx, std::string text) {
  const std::string id = ChildId(ctx);
  const auto child = co_await ctx.StartChildWorkflow(kChild, {.id = id}, text);
  co_await ctx.Sleep(300ms);
  co_await child.Signal(kAdd, std::string("told"));
  co_await ctx.Sleep(300ms);
  co_await child.Signal(kFinish);
  co_return co_await child.Result();
}

template <ChildWorkflowCancellationType type>
Task<std::string> CancelChild(workflow::Context& ctx, std::string text) {
  const std::string id = ChildId(ctx);
  const auto child = co_await ctx.StartChildWorkflow(
      kChild, {.id = id, .parent_close_policy = ParentClosePolicy::kAbandon, .cancellation_type = type}, text);
  co_await ctx.Sleep(300ms);
  child.Cancel("enough");
  co_return Told(co_await workflow::Try(child.Result()));
}

template <ParentClosePolicy policy>
Task<std::string> LeaveChild(workflow::Context& ctx, std::string text) {
  const std::string id = ChildId(ctx);
  const auto child = co_await ctx.StartChildWorkflow(kChild, {.id = id, .parent_close_policy = policy}, text);
  co_await ctx.Sleep(300ms);
  co_return child.id();
}

Task<std::string> AskOther(workflow::Context& ctx, std::string other) {
  const auto handle = ctx.GetExternalWorkflowHandle(other);
  co_await handle.Signal(kAdd, std::string("from outside"));
  co_await ctx.Sleep(300ms);
  co_await handle.Cancel("enough");
  co_return "asked";
}

Task<std::string> AskNobody(workflow::Context& ctx, std::string) {
  const auto handle = ctx.GetExternalWorkflowHandle("nobody");
  const auto signal = co_await workflow::Try(handle.Signal("s", 1));
  const auto cancel = co_await workflow::Try(handle.Cancel());
  co_return signal.failure()->Describe() + "; " + cancel.failure()->Describe();
}

template <auto kParent, auto kChildFunction>
void Define(Definitions& define) {
  define.Workflow(kTextWorkflow, kParent).Workflow(kChild, kChildFunction);
}
template <auto kParent, class T>
void DefineWith(Definitions& define) {
  define.Workflow(kTextWorkflow, kParent).template Workflow<T>(kChild);
}

std::string ChildId(Stage& stage) { return stage.Id() + "/child"; }

// The parent's and the child's histories are compared.
void FinishBoth(Stage& stage) {
  stage.Finish(stage.Start(kTextWorkflow, {}, "hello"));
  const std::string id = ChildId(stage);
  const auto current = stage.client().GetWorkflowHandle(id);
  stage.WaitUntil("the child's end", [&] { return current.Describe().status != client::WorkflowStatus::kRunning; });
  stage.Compare(stage.client().GetWorkflowHandle(id, current.Describe().first_run_id));
}

void ChildIdInUse(Stage& stage) {
  const std::string id = ChildId(stage);
  auto other = stage.client().StartWorkflow(kChild, {.id = id, .task_queue = "nobody's"}, "other");
  stage.Finish(stage.Start(kTextWorkflow, {}, "hello"));
  other.Terminate("the scenario is over");
}

void AskCollector(Stage& stage) {
  auto other = stage.Start(kChild, {.id = "other"}, "");
  stage.WaitForEvent(other, "WorkflowTaskCompleted");
  stage.Finish(stage.Start(kTextWorkflow, {}, stage.Id("other")));
  stage.Finish(other, "other");
}

void Finish(Stage& stage) { stage.Finish(stage.Start(kTextWorkflow, {}, "hello")); }

void Describe(Stage& stage) {
  auto parent = stage.Start(kTextWorkflow, {}, "hello");
  stage.WaitForEvent(parent, "ChildWorkflowExecutionStarted");
  stage.Sleep(500ms);
  stage.CompareDescription(parent, "parent");
  stage.CompareDescription(stage.client().GetWorkflowHandle(ChildId(stage)), "child");
  parent.Terminate("the scenario is over");
}

}  // namespace

std::vector<Scenario> ChildScenarios() {
  using Type = ChildWorkflowCancellationType;
  return {
      {"child.completed", Define<CallChild, EchoLater>, FinishBoth},
      {"child.every_option", Define<CallChildWithEveryOption, EchoLater>, FinishBoth},
      {"child.failed", Define<CallChild, FailLater>, FinishBoth},
      {"child.retried", Define<CallRetriedChild, FailLater>, FinishBoth},
      {"child.continued", Define<CallChild, ContinueLater>, FinishBoth},
      {"child.timed_out", Define<CallBriefChild, ObeyLater>, FinishBoth},
      {"child.id_in_use", Define<CallChild, EchoLater>, ChildIdInUse},
      {"child.signalled", DefineWith<SignalChild, CollectLater>, FinishBoth},
      {"child.described", Define<CallChild, ObeyLater>, Describe},
      {"child.cancelled_and_waited_for", Define<CancelChild<Type::kWaitCancellationCompleted>, ObeyLater>, FinishBoth},
      {"child.cancelled_until_requested", Define<CancelChild<Type::kWaitCancellationRequested>, ObeyLater>, FinishBoth},
      {"child.abandoned", Define<CancelChild<Type::kAbandon>, EchoMuchLater>, FinishBoth},
      {"child.terminated_with_parent", Define<LeaveChild<ParentClosePolicy::kTerminate>, ObeyLater>, FinishBoth},
      {"child.cancelled_with_parent", Define<LeaveChild<ParentClosePolicy::kRequestCancel>, ObeyLater>, FinishBoth},
      {"external.signal_and_cancel", DefineWith<AskOther, Collector>, AskCollector},
      {"external.nobody", Define<AskNobody, EchoLater>, Finish},
  };
}

}  // namespace temporal::conformance
