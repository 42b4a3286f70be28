// What a real server left behind, kept in files: NAME.json, NAME.2.json … for the runs, NAME.answers for the answers.
#ifndef TEMPORAL_TESTS_CONFORMANCE_RECORDED_H_
#define TEMPORAL_TESTS_CONFORMANCE_RECORDED_H_

#include <optional>
#include <string>

#include "tests/conformance/normalise.h"

namespace temporal::conformance {

struct Recorded {
  std::vector<WorkflowHistory> histories;
  NormalRecord normal;
};

void Save(const std::string& folder, std::string_view scenario, const Record& record);
// The histories alone; none if there are none. Throws ConversionError.
std::vector<WorkflowHistory> LoadHistories(const std::string& folder, std::string_view scenario);
// Nothing if the scenario has not been recorded. Throws ConversionError for a file that is malformed.
std::optional<Recorded> Load(const std::string& folder, std::string_view scenario);

}  // namespace temporal::conformance

#endif  // TEMPORAL_TESTS_CONFORMANCE_RECORDED_H_
