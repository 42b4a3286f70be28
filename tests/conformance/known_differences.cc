// The differences from the real server that are meant, each with its reason.
#include "tests/conformance/compare.h"

namespace temporal::conformance {

namespace {
constexpr std::string_view kSignalRace =
    "a signal right after the start comes before or after the first task's start: the real server promises no order";
}  // namespace

const std::vector<KnownDifference>& KnownDifferences() {
  static const std::vector<KnownDifference> known = {
      {"continue_as_new.signalled", "WorkflowExecutionSignaled", "event_type", kSignalRace, true},
      {"continue_as_new.signalled", "WorkflowExecutionStarted",
       "prev_auto_reset_points.points[0].first_workflow_task_completed_id", kSignalRace, true},
      {"start.same_request", "WorkflowTaskFailed", "event_type",
       "the run is terminated before or after its worker has answered: the real server promises no order", true},
  };
  return known;
}

}  // namespace temporal::conformance
