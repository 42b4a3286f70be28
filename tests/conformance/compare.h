// Compares what a scenario left behind on two servers, and knows which differences are meant.
#ifndef TEMPORAL_TESTS_CONFORMANCE_COMPARE_H_
#define TEMPORAL_TESTS_CONFORMANCE_COMPARE_H_

#include <string>
#include <string_view>
#include <vector>

#include "tests/conformance/normalise.h"

namespace temporal::conformance {

struct Difference {
  std::string where;  // "run 1 event 5 ActivityTaskScheduled" or "answer describe"
  std::string kind;   // "ActivityTaskScheduled", or the label of an answer
  std::string field;
  std::string judge, ours;
};

// Event by event and field by field; a run whose events differ in type or number counts as one difference.
std::vector<Difference> Compare(const NormalRecord& judge, const NormalRecord& ours);

// Both records, one event a line, those that differ marked.
std::string PrintBoth(const NormalRecord& judge, const NormalRecord& ours);

// A difference that is meant.
struct KnownDifference {
  std::string_view scenario;
  std::string_view kind, field;  // of Difference
  std::string_view reason;
};
const std::vector<KnownDifference>& KnownDifferences();

// Takes the known ones out of `differences`. An entry for the scenario that meets none is reported in `outdated`.
void RemoveKnown(std::string_view scenario, std::vector<Difference>& differences, std::vector<std::string>& outdated);

}  // namespace temporal::conformance

#endif  // TEMPORAL_TESTS_CONFORMANCE_COMPARE_H_
