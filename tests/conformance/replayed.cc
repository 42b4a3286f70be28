// Replays histories in every mode.
#include "tests/conformance/replayed.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "sdk/converter/history_data.h"
#include "sdk/engine/replay.h"
#include "tests/conformance/stage.h"

namespace temporal::conformance {
namespace {

bool HasCompletedTask(const WorkflowHistory& history) {
  const auto& events = history.data().history.events();
  return std::any_of(events.begin(), events.end(),
                     [](const auto& event) { return event.has_workflow_task_completed_event_attributes(); });
}

}  // namespace

std::vector<std::string> Mismatches(const Scenario& scenario, const std::vector<WorkflowHistory>& histories) {
  Definitions definitions;
  scenario.define(definitions);
  internal::WorkflowRegistry registry;
  for (auto& definition : definitions.workflows) registry.Add(std::move(definition));
  internal::WorkflowRunOptions options;
  options.registry = &registry;
  options.namespace_name = Stage::kNamespace;
  options.task_queue = std::string(scenario.name);
  std::vector<std::string> mismatches;
  for (const WorkflowHistory& history : histories) {
    if (!HasCompletedTask(history)) continue;
    for (const auto mode :
         {internal::ReplayMode::kFull, internal::ReplayMode::kIncremental, internal::ReplayMode::kEvicted}) {
      const internal::ReplayReport report = internal::Replay(options, history.data(), mode);
      if (report.mismatch)
        mismatches.push_back(
            absl::StrCat("mode ", static_cast<int>(mode), ": ", report.mismatch->message, "\n", history.Print()));
    }
  }
  return mismatches;
}

}  // namespace temporal::conformance
