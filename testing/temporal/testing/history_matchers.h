// Matchers over histories and replays, for EXPECT_THAT.
#ifndef TEMPORAL_TESTING_HISTORY_MATCHERS_H_
#define TEMPORAL_TESTING_HISTORY_MATCHERS_H_

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "gmock/gmock.h"
#include "temporal/history.h"
#include "temporal/testing/workflow_replayer.h"

namespace temporal::test {

// The names of a history's events in order: "WorkflowExecutionStarted", "WorkflowTaskScheduled" …
std::vector<std::string> EventTypes(const WorkflowHistory& history);

namespace internal_matchers {

class ReplaysCleanlyMatcher {
 public:
  using is_gtest_matcher = void;
  bool MatchAndExplain(const ReplayResult& result, std::ostream*) const { return result.clean; }
  bool MatchAndExplain(const ReplayReport& report, std::ostream*) const { return report.clean(); }
  void DescribeTo(std::ostream* out) const { *out << "replays cleanly"; }
  void DescribeNegationTo(std::ostream* out) const { *out << "does not replay cleanly"; }
};

// The events given occur in this order; others may stand between.
class HasEventsMatcher {
 public:
  using is_gtest_matcher = void;
  explicit HasEventsMatcher(std::vector<std::string> types) : types_(std::move(types)) {}
  bool MatchAndExplain(const WorkflowHistory& history, std::ostream* out) const;
  void DescribeTo(std::ostream* out) const;
  void DescribeNegationTo(std::ostream* out) const;

 private:
  std::vector<std::string> types_;
};

// The last event is of this type.
class ClosedWithMatcher {
 public:
  using is_gtest_matcher = void;
  explicit ClosedWithMatcher(std::string type) : type_(std::move(type)) {}
  bool MatchAndExplain(const WorkflowHistory& history, std::ostream* out) const;
  void DescribeTo(std::ostream* out) const { *out << "closed with " << type_; }
  void DescribeNegationTo(std::ostream* out) const { *out << "not closed with " << type_; }

 private:
  std::string type_;
};

}  // namespace internal_matchers

// Of a ReplayResult or a ReplayReport; a failure shows event, expected and found.
inline auto ReplaysCleanly() { return internal_matchers::ReplaysCleanlyMatcher(); }

// EXPECT_THAT(history, HasEvents("ActivityTaskScheduled", "TimerStarted")).
template <class... Types>
auto HasEvents(const Types&... types) {
  return internal_matchers::HasEventsMatcher({std::string(types)...});
}

// EXPECT_THAT(history, ClosedWith("WorkflowExecutionCompleted")).
inline auto ClosedWith(std::string_view type) { return internal_matchers::ClosedWithMatcher(std::string(type)); }

}  // namespace temporal::test

#endif  // TEMPORAL_TESTING_HISTORY_MATCHERS_H_
