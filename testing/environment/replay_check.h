// Replays the runs of an environment from their histories: in full, and evicted before each workflow task as far as the
// budget goes, beyond it before tasks chosen by the seed.
#ifndef TEMPORAL_TESTING_ENVIRONMENT_REPLAY_CHECK_H_
#define TEMPORAL_TESTING_ENVIRONMENT_REPLAY_CHECK_H_

#include <cstdint>
#include <vector>

#include "sdk/worker/worker_core.h"
#include "temporal/converter.h"
#include "temporal/fake_server.h"
#include "temporal/testing/workflow_environment.h"

namespace temporal::test {

// Runs of types that no worker of their queue knows, and open runs whose last workflow task failed (which their own
// history tells), are left out.
ReplayCheckReport CheckReplays(const server::FakeServer& server, const std::vector<internal::WorkerCore*>& workers,
                               const DataConverter& converter, std::uint64_t seed);

}  // namespace temporal::test

#endif  // TEMPORAL_TESTING_ENVIRONMENT_REPLAY_CHECK_H_
