// The differences from the real server that are meant, each with its reason.
#include "tests/conformance/compare.h"

namespace temporal::conformance {

const std::vector<KnownDifference>& KnownDifferences() {
  static const std::vector<KnownDifference> known = {};
  return known;
}

}  // namespace temporal::conformance
