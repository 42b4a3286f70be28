// Looks at a history's events by name, and at what a workflow failed with.
#include "temporal/testing/history_matchers.h"

#include <exception>

#include "absl/strings/str_join.h"
#include "sdk/base/history_printer.h"
#include "sdk/client/result_waiter.h"
#include "sdk/converter/failure_converter.h"
#include "sdk/converter/history_data.h"
#include "temporal/errors.h"

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
namespace {

bool ChainMatches(const Failure& failure, const FailurePredicate& wanted, std::ostream* out) {
  if (out != nullptr) *out << "which fails with " << failure.Describe();
  for (const Failure* at = &failure; at != nullptr; at = at->cause().get()) {
    if (wanted(*at)) return true;
  }
  return false;
}

}  // namespace

bool FailureMatches(const std::function<void()>& call, const FailurePredicate& wanted, std::ostream* out) {
  try {
    call();
  } catch (const CausedError& error) {
    return ChainMatches(error.cause(), wanted, out);
  } catch (const Failure& failure) {
    return ChainMatches(failure, wanted, out);
  }
  if (out != nullptr) *out << "which does not fail";
  return false;
}

bool FailureMatches(const WorkflowHistory& history, const FailurePredicate& wanted, std::ostream* out) {
  const auto& events = history.data().history.events();
  if (events.empty()) return FailureMatches([] {}, wanted, out);
  api::history::v1::HistoryEvent last = events[events.size() - 1];
  // The run has failed though another one goes on in its place.
  if (last.has_workflow_execution_failed_event_attributes()) {
    last.mutable_workflow_execution_failed_event_attributes()->clear_new_execution_run_id();
  } else if (last.has_workflow_execution_timed_out_event_attributes()) {
    last.mutable_workflow_execution_timed_out_event_attributes()->clear_new_execution_run_id();
  }
  const std::exception_ptr failure = temporal::internal::ReadChainEnd(last).failure;
  const auto raise = [&failure] {
    if (failure != nullptr) std::rethrow_exception(failure);
  };
  return FailureMatches(raise, wanted, out);
}

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
