// Lists and counts. A real server shows what has happened a little later.
#include "tests/conformance/scenarios/common.h"

namespace temporal::conformance {
namespace {

void Found(Stage& stage) {
  const client::Client& client = stage.client();
  auto open = stage.Start(kTextWorkflow, {.id = "open"}, "0");
  auto closed = stage.Start(kTextWorkflow, {.id = "closed"}, "1");
  stage.WaitForEvent(open, "WorkflowTaskCompleted");
  stage.WaitForEvent(closed, "WorkflowTaskCompleted");
  closed.Signal(kFinish);
  stage.Finish(closed, "closed");
  const std::string ours = "TaskQueue = '" + stage.queue() + "'";
  stage.WaitUntil("both runs are shown", [&] {
    return client.CountWorkflows(ours).count == 2 &&
           client.CountWorkflows(ours + " AND ExecutionStatus = 'Completed'").count == 1;
  });
  for (const auto& found : client.ListWorkflows(ours, {.page_size = 1})) {
    stage.Say("found", found.workflow_type + " " + std::string(client::ToString(found.status)));
  }
  for (const auto& found : client.ListWorkflows(ours + " AND CloseTime IS NOT NULL AND HistoryLength > 3")) {
    stage.Say("closed", std::string(client::ToString(found.status)));
  }
  const auto count = client.CountWorkflows(ours + " GROUP BY ExecutionStatus");
  stage.Say("groups", std::to_string(count.groups.size()) + " of " + std::to_string(count.count));
  stage.Try("no query", [&] { (void)client.CountWorkflows("TaskQueue = "); });
  stage.Try("unknown attribute", [&] { (void)client.CountWorkflows("Nothing = 'x'"); });
  open.Signal(kFinish);
  stage.Finish(open, "open");
}

}  // namespace

std::vector<Scenario> VisibilityScenarios() { return {{"visibility.found", DefineCollector, Found}}; }

}  // namespace temporal::conformance
