// Turns histories and answers into lists of fields that two servers can agree on: what depends on the moment or on
// chance is replaced by its order of first appearance, everything else is kept.
#ifndef TEMPORAL_TESTS_CONFORMANCE_NORMALISE_H_
#define TEMPORAL_TESTS_CONFORMANCE_NORMALISE_H_

#include <string>
#include <utility>
#include <vector>

#include "tests/conformance/stage.h"

namespace temporal::conformance {

// An event or an answer.
struct NormalItem {
  std::string kind;  // "ActivityTaskScheduled", or the label of an answer
  std::vector<std::pair<std::string, std::string>> fields;

  // On one line.
  std::string Print() const;
};

struct NormalRecord {
  std::vector<std::vector<NormalItem>> histories;
  std::vector<NormalItem> answers;
};

// `suffix` is cut out of all strings. Replaced: uuids, tokens, times, sticky queues. Left out: identities, build ids,
// sizes, stack traces, task ids.
NormalRecord Normalise(const Record& record, const std::string& suffix);

}  // namespace temporal::conformance

#endif  // TEMPORAL_TESTS_CONFORMANCE_NORMALISE_H_
