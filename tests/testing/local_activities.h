// What the tests of local activities share.
#ifndef TEMPORAL_TESTS_TESTING_LOCAL_ACTIVITIES_H_
#define TEMPORAL_TESTS_TESTING_LOCAL_ACTIVITIES_H_

#include <string>
#include <string_view>

#include "sdk/base/history_printer.h"
#include "sdk/converter/history_data.h"
#include "temporal/testing/testing.h"
#include "tests/support/failure_chain.h"
#include "tests/testing/sample_workflows.h"

namespace temporal::test {

inline constexpr ActivityRef<std::string(std::string)> kEcho{"Echo"};
inline constexpr ActivityRef<std::string()> kSlow{"Slow"};
inline constexpr WorkflowRef<std::string()> kText{"Text"};

// The types of the events, with their times since the first.
inline std::string EventsOf(const WorkflowEnvironment& env, std::string_view id) {
  const WorkflowHistory history = env.client().GetWorkflowHandle(id).FetchHistory();
  return internal::PrintHistory(history.data().history, {.times = true, .attributes = false});
}

inline std::string RunText(const WorkflowEnvironment& env) { return env.client().ExecuteWorkflow(kText, {.id = "w"}); }

// Takes 20 s, unless it is cancelled.
inline std::string Slow(activity::Context& ctx) {
  return ctx.WaitCancelled(20s) ? throw CanceledFailure("gave way") : std::string("slow");
}

}  // namespace temporal::test

#endif  // TEMPORAL_TESTS_TESTING_LOCAL_ACTIVITIES_H_
