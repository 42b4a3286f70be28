// Which failures are tried again, and the arithmetic of intervals.
#include "sdk/worker/local_retry.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/match.h"
#include "sdk/base/proto_time.h"

namespace temporal::internal {
namespace {

using api::common::v1::RetryPolicy;
using api::failure::v1::Failure;

constexpr Duration kDefaultInitialInterval = std::chrono::seconds(1);
constexpr double kDefaultCoefficient = 2;
constexpr int kDefaultMaximumFactor = 100;

bool IsRetryable(const RetryPolicy& policy, const Failure& failure) {
  switch (failure.failure_info_case()) {
    case Failure::kCanceledFailureInfo:
    case Failure::kTerminatedFailureInfo:
      return false;
    case Failure::kTimeoutFailureInfo:
      return failure.timeout_failure_info().timeout_type() == api::enums::v1::TIMEOUT_TYPE_START_TO_CLOSE;
    case Failure::kServerFailureInfo:
      return !failure.server_failure_info().non_retryable();
    case Failure::kApplicationFailureInfo: {
      const auto& info = failure.application_failure_info();
      const auto& types = policy.non_retryable_error_types();
      return !info.non_retryable() && std::none_of(types.begin(), types.end(), [&](const std::string& type) {
        return absl::EqualsIgnoreCase(type, info.type());
      });
    }
    default:
      return true;
  }
}

Duration Interval(const RetryPolicy& policy, int attempt) {
  Duration initial = FromProto(policy.initial_interval());
  if (initial.count() <= 0) initial = kDefaultInitialInterval;
  Duration maximum = FromProto(policy.maximum_interval());
  if (maximum.count() <= 0 || maximum < initial) {
    const bool fits = initial < Duration::max() / kDefaultMaximumFactor;
    maximum = policy.has_maximum_interval() && maximum.count() > 0 ? initial
              : fits                                               ? initial * kDefaultMaximumFactor
                                                                   : Duration::max();
  }
  const double coefficient = policy.backoff_coefficient() < 1 ? kDefaultCoefficient : policy.backoff_coefficient();
  const double nanos = static_cast<double>(initial.count()) * std::pow(coefficient, attempt - 1);
  if (!(nanos < static_cast<double>(maximum.count()))) return maximum;
  return Duration(static_cast<Duration::rep>(nanos));
}

}  // namespace

std::optional<Duration> NextLocalRetry(const RetryPolicy& policy, int attempt, const Failure& failure) {
  if (policy.maximum_attempts() > 0 && attempt >= policy.maximum_attempts()) return std::nullopt;
  if (!IsRetryable(policy, failure)) return std::nullopt;
  if (failure.application_failure_info().has_next_retry_delay()) {
    return std::max(FromProto(failure.application_failure_info().next_retry_delay()), Duration(0));
  }
  return Interval(policy, attempt);
}

}  // namespace temporal::internal
