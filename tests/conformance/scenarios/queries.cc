// Queries of running and of closed runs.
#include "tests/conformance/scenarios/common.h"

namespace temporal::conformance {
namespace {

constexpr QueryRef<std::string()> kUnknown{"unknown"};

void Ask(Stage& stage, const client::UntypedWorkflowHandle& handle, const std::string& when) {
  stage.Try(when + ": known", [&] { stage.Say(when + ": answer", handle.Query(Collector::kText)); });
  stage.Try(when + ": unknown", [&] { (void)handle.Query(kUnknown); });
  stage.Try(when + ": handler fails", [&] { (void)handle.Query(Collector::kBroken, "on purpose"); });
}

void RunningAndClosed(Stage& stage) {
  auto handle = stage.Start(kTextWorkflow, {}, "a");
  stage.WaitForEvent(handle, "WorkflowTaskCompleted");
  Ask(stage, handle, "running");
  handle.Signal(kAdd, "b");
  stage.WaitForEvent(handle, "WorkflowTaskCompleted", 2);
  Ask(stage, handle, "signalled");
  handle.Signal(kFinish);
  stage.Finish(handle);
  Ask(stage, handle, "closed");
}

void RightAfterStart(Stage& stage) {
  auto handle = stage.Start(kTextWorkflow, {}, "a");
  Ask(stage, handle, "at once");
  handle.Signal(kFinish);
  stage.Finish(handle);
}

void Rejected(Stage& stage) {
  auto handle = stage.Start(kTextWorkflow, {}, "a");
  stage.WaitForEvent(handle, "WorkflowTaskCompleted");
  const auto ask = [&](const char* label, client::QueryRejectCondition reject) {
    stage.Try(label, [&] { handle.QueryPayloads("text", {}, reject); });
  };
  ask("running, not open", client::QueryRejectCondition::kNotOpen);
  handle.Signal(kFinish);
  stage.Finish(handle);
  ask("completed, not open", client::QueryRejectCondition::kNotOpen);
  ask("completed, not completed cleanly", client::QueryRejectCondition::kNotCompletedCleanly);
}

void OfNobody(Stage& stage) {
  const auto nobody = stage.client().GetWorkflowHandle(stage.Id("nobody"));
  stage.Try("no such workflow", [&] { (void)nobody.Query(Collector::kText); });
}

}  // namespace

std::vector<Scenario> QueryScenarios() {
  return {
      {"query.running_and_closed", DefineCollector, RunningAndClosed},
      {"query.right_after_start", DefineCollector, RightAfterStart},
      {"query.rejected", DefineCollector, Rejected},
      {"query.of_nobody", nullptr, OfNobody},
  };
}

}  // namespace temporal::conformance
