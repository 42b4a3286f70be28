// Cancelled and terminated runs.
#include "tests/conformance/scenarios/common.h"

namespace temporal::conformance {
namespace {

Task<std::string> SleepLong(workflow::Context& ctx, std::string) {
  co_await ctx.Sleep(1h);
  co_return "slept";
}

// Cleans up with an activity that is not cancelled with the run.
Task<std::string> CleanUp(workflow::Context& ctx, std::string text) {
  const auto outcome = co_await workflow::Try(ctx.Sleep(1h));
  if (outcome.ok()) co_return "not cancelled";
  auto detached = workflow::CancellationScope::Detached(ctx);
  std::string cleaned = co_await detached->ExecuteActivity(kEcho, {.start_to_close_timeout = 10s}, text);
  outcome.value();
  co_return cleaned;
}

Task<std::string> Refuse(workflow::Context& ctx, std::string) {
  co_await ctx.WaitCancelled();
  co_return "refused";
}

Task<std::string> WaitForCondition(workflow::Context& ctx, std::string) {
  co_await ctx.WaitCondition([] { return false; });
  co_return "never";
}

void WaitForFirstTask(Stage& stage, const client::UntypedWorkflowHandle& handle) {
  stage.WaitForEvent(handle, "WorkflowTaskCompleted");
}

void CancelRun(Stage& stage) {
  auto handle = stage.Start(kTextWorkflow, {}, "clean");
  WaitForFirstTask(stage, handle);
  handle.Cancel("enough");
  stage.Finish(handle);
  stage.CompareDescription(handle);
  stage.Try("cancel a closed run", [&] { handle.Cancel(); });
}

void CancelBeforeTheFirstTask(Stage& stage) {
  auto handle = stage.Start(kTextWorkflow, {}, "");
  handle.Cancel("early");
  handle.Cancel("twice");
  stage.StartWorker();
  stage.Finish(handle);
}

void TerminateRun(Stage& stage) {
  auto handle = stage.Start(kTextWorkflow, {}, "");
  WaitForFirstTask(stage, handle);
  handle.Terminate("out of patience", std::string("detail"), 7);
  stage.Finish(handle);
  stage.CompareDescription(handle);
  stage.Try("terminate again", [&] { handle.Terminate(); });
}

void TerminateWithoutWorker(Stage& stage) {
  auto handle = stage.Start(kTextWorkflow, {}, "");
  handle.Terminate();
  stage.Finish(handle);
}

void CallsOfUnknownRuns(Stage& stage) {
  const auto nobody = stage.client().GetWorkflowHandle(stage.Id("nobody"));
  const auto malformed = stage.client().GetWorkflowHandle(stage.Id("nobody"), "not-a-uuid");
  stage.Try("cancel", [&] { nobody.Cancel(); });
  stage.Try("terminate", [&] { nobody.Terminate(); });
  stage.Try("signal", [&] { nobody.Signal(kFinish); });
  stage.Try("describe", [&] { nobody.Describe(); });
  stage.Try("history", [&] { nobody.FetchHistory(); });
  stage.Try("cancel, malformed run id", [&] { malformed.Cancel(); });
  stage.Try("terminate, malformed run id", [&] { malformed.Terminate(); });
  stage.Try("signal, malformed run id", [&] { malformed.Signal(kFinish); });
  stage.Try("describe, malformed run id", [&] { malformed.Describe(); });
  stage.CompareCall<rpc::DescribeWorkflowExecution>("describe nothing", {});
  stage.CompareCall<rpc::TerminateWorkflowExecution>("terminate nothing", {});
  stage.CompareCall<rpc::RequestCancelWorkflowExecution>("cancel nothing", {});
  stage.CompareCall<rpc::SignalWorkflowExecution>("signal nothing", {});
  stage.CompareCall<rpc::GetWorkflowExecutionHistory>("history of nothing", {});
  stage.CompareCall<rpc::QueryWorkflow>("query nothing", {});
}

}  // namespace

std::vector<Scenario> CancellationScenarios() {
  return {
      {"cancel.unhandled", [](Definitions& d) { d.Workflow(kTextWorkflow, SleepLong); }, CancelRun},
      {"cancel.cleaned_up", [](Definitions& d) { d.Workflow(kTextWorkflow, CleanUp).Activity(kEcho, Echo); },
       CancelRun},
      {"cancel.refused", [](Definitions& d) { d.Workflow(kTextWorkflow, Refuse); }, CancelRun},
      {"cancel.in_condition", [](Definitions& d) { d.Workflow(kTextWorkflow, WaitForCondition); }, CancelRun},
      {"cancel.before_first_task", [](Definitions& d) { d.Workflow(kTextWorkflow, SleepLong); },
       CancelBeforeTheFirstTask, false},
      {"cancel.unknown_runs", nullptr, CallsOfUnknownRuns},
      {"terminate.waiting", [](Definitions& d) { d.Workflow(kTextWorkflow, SleepLong); }, TerminateRun},
      {"terminate.without_worker", nullptr, TerminateWithoutWorker},
  };
}

}  // namespace temporal::conformance
