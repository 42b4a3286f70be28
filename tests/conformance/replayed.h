// Histories replayed by the workflow code of the scenario that they are of.
#ifndef TEMPORAL_TESTS_CONFORMANCE_REPLAYED_H_
#define TEMPORAL_TESTS_CONFORMANCE_REPLAYED_H_

#include <string>
#include <vector>

#include "temporal/history.h"
#include "tests/conformance/scenario.h"

namespace temporal::conformance {

// Replays each in every mode: all at once, task by task, evicted before each task. Answers what does not match; a
// history in which no workflow task was completed matches anything. The scenario must have workflow code.
std::vector<std::string> Mismatches(const Scenario& scenario, const std::vector<WorkflowHistory>& histories);

}  // namespace temporal::conformance

#endif  // TEMPORAL_TESTS_CONFORMANCE_REPLAYED_H_
