// When a local activity is tried again: sdk-core's rules, which differ from the server's in small things.
#ifndef TEMPORAL_SDK_WORKER_LOCAL_RETRY_H_
#define TEMPORAL_SDK_WORKER_LOCAL_RETRY_H_

#include <optional>

#include "sdk/base/scheduler.h"
#include "temporal/api/common/v1/message.pb.h"
#include "temporal/api/failure/v1/message.pb.h"

namespace temporal::internal {

// How long after attempt number `attempt` (from 1) has failed the next one begins; empty: there is none. What the
// policy does not set, or sets to nonsense, is the default: 1 s, doubling, at most 100 times the first. The
// schedule-to-close timeout is the caller's to watch.
std::optional<Duration> NextLocalRetry(const api::common::v1::RetryPolicy& policy, int attempt,
                                       const api::failure::v1::Failure& failure);

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_WORKER_LOCAL_RETRY_H_
