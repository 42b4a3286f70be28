// Matchers over histories, replays and how workflows fail, for EXPECT_THAT.
#ifndef TEMPORAL_TESTING_HISTORY_MATCHERS_H_
#define TEMPORAL_TESTING_HISTORY_MATCHERS_H_

#include <functional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "gmock/gmock.h"
#include "temporal/failure.h"
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

using FailurePredicate = std::function<bool(const Failure&)>;
// Whether the run of a history has failed, or a call does, with a chain of failures in which one satisfies `wanted`.
bool FailureMatches(const WorkflowHistory& history, const FailurePredicate& wanted, std::ostream* out);
bool FailureMatches(const std::function<void()>& call, const FailurePredicate& wanted, std::ostream* out);

template <class F>
class FailsWithMatcher {
 public:
  using is_gtest_matcher = void;
  explicit FailsWithMatcher(::testing::Matcher<const F&> wanted) : wanted_(std::move(wanted)) {}
  template <class HistoryOrCall>
  bool MatchAndExplain(const HistoryOrCall& what, std::ostream* out) const {
    const auto matches = [this](const Failure& failure) {
      const F* found = dynamic_cast<const F*>(&failure);
      return found != nullptr && wanted_.Matches(*found);
    };
    return FailureMatches(what, matches, out);
  }
  void DescribeTo(std::ostream* out) const {
    *out << "fails with a failure of the type asked for, which ";
    wanted_.DescribeTo(out);
  }
  void DescribeNegationTo(std::ostream* out) const {
    *out << "does not fail with a failure of the type asked for, which ";
    wanted_.DescribeTo(out);
  }

 private:
  ::testing::Matcher<const F&> wanted_;
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

// EXPECT_THAT([&] { order.Result(); }, FailsWith<ApplicationFailure>(HasSubstr("not approved")));
// EXPECT_THAT(order.FetchHistory(), FailsWith<TimeoutFailure>());
//
// The call throws a WorkflowFailedError, an UpdateFailedError or a Failure, or the history's run has ended in one, and
// it or one of its causes is an F whose message matches `message` (a string or a matcher of strings) and which itself
// matches `failure`.
template <class F = Failure, class Message = ::testing::internal::AnythingMatcher,
          class Matches = ::testing::internal::AnythingMatcher>
auto FailsWith(const Message& message = ::testing::_, const Matches& failure = ::testing::_) {
  return internal_matchers::FailsWithMatcher<F>(
      ::testing::AllOf(::testing::Property("message", &Failure::message, message), failure));
}

}  // namespace temporal::test

#endif  // TEMPORAL_TESTING_HISTORY_MATCHERS_H_
