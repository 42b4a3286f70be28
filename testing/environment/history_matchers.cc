// Looks at a history's events by name.
#include "temporal/testing/history_matchers.h"

#include "absl/strings/str_join.h"
#include "sdk/base/history_printer.h"
#include "sdk/converter/history_data.h"

namespace temporal::test {

std::vector<std::string> EventTypes(const WorkflowHistory& history) {
  std::vector<std::string> types;
  for (const auto& event : history.data().history.events()) {
    const std::string line = internal::PrintEvent(event, {.attributes = false});
    types.push_back(line.substr(line.find(' ') + 1));
  }
  return types;
}

namespace internal_matchers {

bool HasEventsMatcher::MatchAndExplain(const WorkflowHistory& history, std::ostream* out) const {
  std::size_t found = 0;
  const std::vector<std::string> types = EventTypes(history);
  for (const std::string& type : types) {
    if (found < types_.size() && type == types_[found]) ++found;
  }
  if (found == types_.size()) return true;
  if (out != nullptr) *out << "which has no " << types_[found] << " there:\n" << absl::StrJoin(types, "\n");
  return false;
}

void HasEventsMatcher::DescribeTo(std::ostream* out) const {
  *out << "has the events " << absl::StrJoin(types_, ", ") << " in this order";
}

void HasEventsMatcher::DescribeNegationTo(std::ostream* out) const {
  *out << "has not the events " << absl::StrJoin(types_, ", ") << " in this order";
}

bool ClosedWithMatcher::MatchAndExplain(const WorkflowHistory& history, std::ostream* out) const {
  const std::vector<std::string> types = EventTypes(history);
  const std::string last = types.empty() ? "nothing" : types.back();
  if (last == type_) return true;
  if (out != nullptr) *out << "which ends with " << last;
  return false;
}

}  // namespace internal_matchers
}  // namespace temporal::test
