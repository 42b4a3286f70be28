// Whether what failed is tried again, and when: one rule for activities, one for workflows. Pure.
#ifndef TEMPORAL_FAKE_SERVER_HISTORY_RETRY_POLICY_H_
#define TEMPORAL_FAKE_SERVER_HISTORY_RETRY_POLICY_H_

#include <cstdint>
#include <string_view>

#include "sdk/base/scheduler.h"
#include "temporal/api/common/v1/message.pb.h"
#include "temporal/api/enums/v1/workflow.pb.h"
#include "temporal/api/failure/v1/message.pb.h"

namespace temporal::server {

// What the maximum interval is by default: 100 times the initial one, before either is capped. Overflows as the real
// server's does: negative or too small then, which validation refuses.
internal::Duration DefaultMaximumInterval(internal::Duration initial);

// Defaults for what is unset, field by field; intervals are at most 100 years.
void FillRetryDefaults(api::common::v1::RetryPolicy& policy);

struct RetryDecision {
  api::enums::v1::RetryState state{};  // IN_PROGRESS: again
  internal::Duration delay{};          // from now, if again
};

// What a failed attempt was.
struct FailedAttempt {
  std::int32_t attempt = 1;
  const api::failure::v1::Failure* failure = nullptr;  // null counts as one that may be retried
  internal::TimePoint now{};
  internal::TimePoint expiration = internal::TimePoint::max();  // nothing may begin after it
};

// A delay that the failure asks for replaces interval and maximum; one of zero ends the retries.
RetryDecision NextActivityAttempt(const api::common::v1::RetryPolicy& policy, const FailedAttempt& failed);

// How long after its predecessor an attempt whose options were changed is due; counted from the attempt itself, unlike
// the retry before, as the real server does.
internal::Duration ChangedInterval(const api::common::v1::RetryPolicy& policy, std::int32_t attempt);

// A delay that the failure asks for replaces the interval and is capped like it.
RetryDecision NextWorkflowAttempt(const api::common::v1::RetryPolicy& policy, const FailedAttempt& failed);

// "activity StartToClose timeout"
api::failure::v1::Failure ActivityTimeoutFailure(api::enums::v1::TimeoutType type);

// What the server says itself.
api::failure::v1::Failure ServerFailure(std::string_view message, bool non_retryable);

// What is kept of a failure that is too large for an event, in bytes.
inline constexpr std::int64_t kMaxShownFailure = 512 * 1024;

// A failure too large to be kept: the server's own, with the beginning of it as its cause.
api::failure::v1::Failure TooLargeFailure(const api::failure::v1::Failure& failure, std::int64_t limit,
                                          bool non_retryable);

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_HISTORY_RETRY_POLICY_H_
