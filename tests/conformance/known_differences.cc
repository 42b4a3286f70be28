// The differences from the real server that are meant, each with its reason.
#include "tests/conformance/compare.h"

namespace temporal::conformance {

namespace {
constexpr std::string_view kSignalRace =
    "a signal right after the start comes before or after the first task's start: the real server promises no order";
constexpr std::string_view kResetPointExpiry = "workflow_execution_info.auto_reset_points.points[0].expire_time";
constexpr std::string_view kNoRetention = "closed runs are kept for ever, so nothing tells when a reset point goes";
}  // namespace

const std::vector<KnownDifference>& KnownDifferences() {
  static const std::vector<KnownDifference> known = {
      {"continue_as_new.signalled", "WorkflowExecutionSignaled", "event_type", kSignalRace},
      {"continue_as_new.signalled", "WorkflowExecutionStarted",
       "prev_auto_reset_points.points[0].first_workflow_task_completed_id", kSignalRace},
      {"start.same_request", "WorkflowTaskFailed", "event_type",
       "the run is terminated before or after its worker has answered: the real server promises no order"},
      {"continue_as_new.chain", "describe the first run", kResetPointExpiry, kNoRetention},
      {"continue_as_new.options", "describe the first run", kResetPointExpiry, kNoRetention},
  };
  return known;
}

}  // namespace temporal::conformance
