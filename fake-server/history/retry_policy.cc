// The arithmetic of retries, and failures that the server makes.
#include "fake-server/history/retry_policy.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "fake-server/history/field_rules.h"
#include "sdk/base/proto_time.h"

namespace temporal::server {
namespace {

namespace enums = api::enums::v1;
using api::common::v1::RetryPolicy;
using api::failure::v1::Failure;
using internal::Duration;

constexpr std::uint64_t kMaximumFactor = 100;  // of the default maximum interval
// What a cut failure is charged besides the bytes of its texts: for each text, for the kind of failure, for a cause.
constexpr std::int64_t kTextCost = 4;
constexpr std::int64_t kInfoCost = 4;
constexpr std::int64_t kCauseCost = 8;
constexpr int kMaxCauses = 20;

std::string_view TimeoutName(enums::TimeoutType type) {
  switch (type) {
    case enums::TIMEOUT_TYPE_START_TO_CLOSE:
      return "StartToClose";
    case enums::TIMEOUT_TYPE_SCHEDULE_TO_START:
      return "ScheduleToStart";
    case enums::TIMEOUT_TYPE_SCHEDULE_TO_CLOSE:
      return "ScheduleToClose";
    case enums::TIMEOUT_TYPE_HEARTBEAT:
      return "Heartbeat";
    default:
      return "Unspecified";
  }
}

bool Lists(const RetryPolicy& policy, std::string_view type) {
  const auto& types = policy.non_retryable_error_types();
  return std::find(types.begin(), types.end(), type) != types.end();
}

bool IsRetryable(const Failure* failure, const RetryPolicy& policy) {
  if (failure == nullptr) return true;
  switch (failure->failure_info_case()) {
    case Failure::kTerminatedFailureInfo:
    case Failure::kCanceledFailureInfo:
      return false;
    case Failure::kTimeoutFailureInfo: {
      const auto type = failure->timeout_failure_info().timeout_type();
      if (type != enums::TIMEOUT_TYPE_START_TO_CLOSE && type != enums::TIMEOUT_TYPE_HEARTBEAT) return false;
      return !Lists(policy, std::string("TemporalTimeout:").append(TimeoutName(type)));
    }
    case Failure::kServerFailureInfo:
      return !failure->server_failure_info().non_retryable();
    case Failure::kApplicationFailureInfo:
      return !failure->application_failure_info().non_retryable() &&
             !Lists(policy, failure->application_failure_info().type());
    default:
      return true;
  }
}

std::optional<Duration> RequestedDelay(const Failure* failure) {
  if (failure == nullptr || !failure->application_failure_info().has_next_retry_delay()) return std::nullopt;
  return internal::FromProto(failure->application_failure_info().next_retry_delay());
}

Duration Interval(const RetryPolicy& policy, std::int32_t attempt) {
  const double nanos = static_cast<double>(internal::FromProto(policy.initial_interval()).count()) *
                       std::pow(policy.backoff_coefficient(), attempt - 1);
  if (!(nanos < static_cast<double>(std::numeric_limits<std::int64_t>::max()))) return Duration::max();
  return Duration(std::max<std::int64_t>(0, static_cast<std::int64_t>(nanos)));
}

RetryDecision Decide(const RetryPolicy& policy, const FailedAttempt& failed, Duration delay, Duration maximum) {
  if (policy.maximum_attempts() > 0 && failed.attempt >= policy.maximum_attempts()) {
    return {enums::RETRY_STATE_MAXIMUM_ATTEMPTS_REACHED, {}};
  }
  if (maximum == Duration::zero()) {
    if (delay <= Duration::zero()) return {enums::RETRY_STATE_TIMEOUT, {}};
  } else if (delay <= Duration::zero() || delay > maximum) {
    delay = maximum;
  }
  if (failed.expiration != internal::TimePoint::max() &&
      internal::SaturatedAdd(failed.now, delay) > failed.expiration) {
    return {enums::RETRY_STATE_TIMEOUT, {}};
  }
  return {enums::RETRY_STATE_IN_PROGRESS, std::max(delay, Duration::zero())};  // what lies in the past is now
}

// Cuts text at `budget` bytes and takes what is left off it.
std::string Cut(const std::string& text, std::int64_t& budget) {
  const auto length = std::min<std::int64_t>(static_cast<std::int64_t>(text.size()), std::max<std::int64_t>(budget, 0));
  auto end = static_cast<std::size_t>(length);
  // Not in the middle of a character of UTF-8.
  while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  budget -= static_cast<std::int64_t>(end);
  return text.substr(0, end);
}

std::string CutText(const std::string& text, std::int64_t& budget) {
  if (text.empty()) return "";
  budget -= kTextCost;
  return Cut(text, budget);
}

Failure CutFailure(const Failure& failure, std::int64_t& budget, int causes_left) {
  Failure cut;
  if (failure.has_application_failure_info()) {
    const auto& info = failure.application_failure_info();
    cut.mutable_application_failure_info()->set_non_retryable(info.non_retryable());
    // The type is cut before it is charged for.
    cut.mutable_application_failure_info()->set_type(Cut(info.type(), budget));
    if (!info.type().empty()) budget -= kTextCost;
  } else if (failure.has_server_failure_info()) {
    cut.mutable_server_failure_info()->set_non_retryable(failure.server_failure_info().non_retryable());
  }
  budget -= kInfoCost;
  cut.set_source(CutText(failure.source(), budget));
  cut.set_message(CutText(failure.message(), budget));
  cut.set_stack_trace(CutText(failure.stack_trace(), budget));
  if (failure.has_cause() && causes_left > 0 && budget > kCauseCost) {
    budget -= kCauseCost;
    *cut.mutable_cause() = CutFailure(failure.cause(), budget, causes_left - 1);
  }
  return cut;
}

}  // namespace

Duration DefaultMaximumInterval(Duration initial) {
  return Duration(static_cast<std::int64_t>(static_cast<std::uint64_t>(initial.count()) * kMaximumFactor));
}

void FillRetryDefaults(RetryPolicy& policy) {
  if (internal::FromProto(policy.initial_interval()) == Duration::zero()) {
    policy.mutable_initial_interval()->set_seconds(1);
  }
  if (policy.backoff_coefficient() == 0) policy.set_backoff_coefficient(2.0);
  if (internal::FromProto(policy.maximum_interval()) == Duration::zero()) {
    *policy.mutable_maximum_interval() =
        internal::ToProto(DefaultMaximumInterval(internal::FromProto(policy.initial_interval())));
  }
  *policy.mutable_initial_interval() = CapDuration(policy.initial_interval());
  *policy.mutable_maximum_interval() = CapDuration(policy.maximum_interval());
}

RetryDecision NextActivityAttempt(const RetryPolicy& policy, const FailedAttempt& failed) {
  if (failed.failure != nullptr && failed.failure->has_timeout_failure_info()) {
    const auto type = failed.failure->timeout_failure_info().timeout_type();
    if (type == enums::TIMEOUT_TYPE_SCHEDULE_TO_START || type == enums::TIMEOUT_TYPE_SCHEDULE_TO_CLOSE) {
      return {enums::RETRY_STATE_TIMEOUT, {}};
    }
  }
  if (!IsRetryable(failed.failure, policy)) return {enums::RETRY_STATE_NON_RETRYABLE_FAILURE, {}};
  if (const auto requested = RequestedDelay(failed.failure)) return Decide(policy, failed, *requested, *requested);
  return Decide(policy, failed, Interval(policy, failed.attempt), internal::FromProto(policy.maximum_interval()));
}

Duration ChangedInterval(const RetryPolicy& policy, std::int32_t attempt) {
  const Duration interval = Interval(policy, attempt), maximum = internal::FromProto(policy.maximum_interval());
  return maximum > Duration::zero() ? std::min(interval, maximum) : interval;
}

RetryDecision NextWorkflowAttempt(const RetryPolicy& policy, const FailedAttempt& failed) {
  if (!IsRetryable(failed.failure, policy)) return {enums::RETRY_STATE_NON_RETRYABLE_FAILURE, {}};
  const Duration delay = RequestedDelay(failed.failure).value_or(Interval(policy, failed.attempt));
  return Decide(policy, failed, delay, internal::FromProto(policy.maximum_interval()));
}

Failure ActivityTimeoutFailure(enums::TimeoutType type) {
  Failure failure;
  failure.set_message(std::string("activity ").append(TimeoutName(type)).append(" timeout"));
  failure.set_source("Server");
  failure.mutable_timeout_failure_info()->set_timeout_type(type);
  return failure;
}

Failure ServerFailure(std::string_view message, bool non_retryable) {
  Failure failure;
  failure.set_message(std::string(message));
  failure.mutable_server_failure_info()->set_non_retryable(non_retryable);
  return failure;
}

Failure TooLargeFailure(const Failure& failure, std::int64_t limit, bool non_retryable) {
  Failure replaced = ServerFailure("Failure exceeds size limit.", non_retryable);
  *replaced.mutable_cause() = CutFailure(failure, limit, kMaxCauses);
  return replaced;
}

}  // namespace temporal::server
