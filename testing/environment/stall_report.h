// The report of a call that cannot be answered: each open workflow and where its code waits, timers, activities,
// queues.
#ifndef TEMPORAL_TESTING_ENVIRONMENT_STALL_REPORT_H_
#define TEMPORAL_TESTING_ENVIRONMENT_STALL_REPORT_H_

#include <string>
#include <vector>

#include "sdk/base/scheduler.h"
#include "sdk/worker/worker_core.h"
#include "temporal/fake_server.h"

namespace temporal::test {

// A workflow task that has failed so often will fail for ever.
inline constexpr int kHopelessWorkflowTaskAttempts = 10;

// What no passing of time mends, one line each: types that no worker of their queue knows, workflow tasks that fail
// again and again. Empty if there is nothing.
std::string FindHopeless(const server::Snapshot& snapshot, const std::vector<internal::WorkerCore*>& workers);

// The body of the report, each line indented and ended by a newline.
std::string DescribeWorld(const server::Snapshot& snapshot, const std::vector<internal::WorkerCore*>& workers,
                          internal::TimePoint now);

}  // namespace temporal::test

#endif  // TEMPORAL_TESTING_ENVIRONMENT_STALL_REPORT_H_
