// A decorator of the service seam that repeats calls which failed for a passing reason.
#ifndef TEMPORAL_SDK_TRANSPORT_RPC_RETRY_H_
#define TEMPORAL_SDK_TRANSPORT_RPC_RETRY_H_

#include <cstdint>
#include <memory>

#include "sdk/transport/workflow_service.h"

namespace temporal::internal {

struct RpcRetryOptions {
  Duration initial_interval = std::chrono::milliseconds(100);
  double multiplier = 1.7;
  double jitter = 0.2;  // each wait is drawn from this part below to this part above
  Duration maximum_interval = std::chrono::seconds(5);
  Duration maximum_elapsed = std::chrono::seconds(10);  // counted from the first attempt; no retry begins after it
  int maximum_attempts = 10;
  Duration resource_exhausted_interval = std::chrono::seconds(1);  // at least this long after RESOURCE_EXHAUSTED

  // Polls for tasks (PollWorkflowTaskQueue and the like) are repeated without limit, with waits of their own. What
  // would be final for another call is repeated too for the first while: a server that is starting answers oddly.
  Duration poll_initial_interval = std::chrono::milliseconds(200);
  double poll_multiplier = 2.0;
  Duration poll_maximum_interval = std::chrono::seconds(10);
  Duration poll_grace = std::chrono::seconds(60);

  std::uint64_t seed = 1;  // of the jitter
};

// The wait after failed attempt number `attempt`, counted from one, before jitter.
Duration BackOff(Duration initial, double multiplier, Duration maximum, int attempt);

// Loop-confined. Repeats DATA_LOSS, INTERNAL, UNKNOWN, RESOURCE_EXHAUSTED, ABORTED, OUT_OF_RANGE and UNAVAILABLE; of
// long polls also a deadline that passed; never what says that the request is too large or not to be read.
// CallOptions::timeout bounds each attempt by itself. A call whose CallCancel was used is not repeated, and one that
// waits for its next attempt ends with CANCELLED at once. After the decorator is destroyed no attempt begins: a call
// under way still answers, and one that waits ends with CANCELLED when its wait is over.
std::shared_ptr<WorkflowService> RetryRpcs(Scheduler& loop, std::shared_ptr<WorkflowService> service,
                                           RpcRetryOptions options = {});

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_TRANSPORT_RPC_RETRY_H_
