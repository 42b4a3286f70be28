// Checks of single fields.
#include "fake-server/history/field_rules.h"

#include <array>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "fake-server/history/retry_policy.h"
#include "fake-server/history/service_errors.h"
#include "sdk/base/proto_time.h"
#include "temporal/api/common/v1/message.pb.h"
#include "temporal/api/taskqueue/v1/message.pb.h"

namespace temporal::server {
namespace {

constexpr std::size_t kMaxFairnessKey = 64;  // bytes
// A non-retryable error type with this prefix names a kind of timeout.
constexpr char kTimeoutPrefix[] = "TemporalTimeout:";
constexpr std::array<std::string_view, 5> kTimeoutTypes = {"Unspecified", "StartToClose", "ScheduleToStart",
                                                           "ScheduleToClose", "Heartbeat"};

bool IsTimeoutType(std::string_view name) {
  for (const std::string_view known : kTimeoutTypes) {
    if (known == name) return true;
  }
  return false;
}

// The digits of a UUID in any of its forms, in lower case.
std::optional<std::string> UuidDigits(std::string_view text) {
  if (text.size() == 45) {
    if (absl::AsciiStrToLower(absl::string_view(text.data(), 9)) != "urn:uuid:") return std::nullopt;
    text.remove_prefix(9);
  } else if (text.size() == 38) {
    text = text.substr(1, 36);
  }
  const bool hyphens = text.size() == 36;
  if (!hyphens && text.size() != 32) return std::nullopt;
  std::string digits;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto c = static_cast<unsigned char>(text[at]);
    if (hyphens && (at == 8 || at == 13 || at == 18 || at == 23)) {
      if (c != '-') return std::nullopt;
    } else if (!absl::ascii_isxdigit(c)) {
      return std::nullopt;
    } else {
      digits += absl::ascii_tolower(c);
    }
  }
  return digits;
}

absl::Status Prefixed(std::string_view prefix, const absl::Status& status) {
  return InvalidArgument(absl::StrCat(absl::string_view(prefix.data(), prefix.size()), status.message()));
}

}  // namespace

absl::Status ValidateDuration(const google::protobuf::Duration& duration) {
  const bool mixed =
      (duration.seconds() > 0 && duration.nanos() < 0) || (duration.seconds() < 0 && duration.nanos() > 0);
  if (mixed) return InvalidArgument("duration has seconds and nanos with different signs");
  if (duration.seconds() < 0 || duration.nanos() < 0) return InvalidArgument("negative duration");
  return absl::OkStatus();
}

absl::Status ValidateActivityTimeouts(const google::protobuf::Duration& schedule_to_close,
                                      const google::protobuf::Duration& schedule_to_start,
                                      const google::protobuf::Duration& start_to_close,
                                      const google::protobuf::Duration& heartbeat, std::string_view id,
                                      std::string_view type) {
  const std::pair<const char*, const google::protobuf::Duration*> timeouts[] = {
      {"ScheduleToCloseTimeout", &schedule_to_close},
      {"ScheduleToStartTimeout", &schedule_to_start},
      {"StartToCloseTimeout", &start_to_close},
      {"HeartbeatTimeout", &heartbeat},
  };
  for (const auto& [name, timeout] : timeouts) {
    if (auto status = ValidateDuration(*timeout); !status.ok()) {
      return Prefixed(std::string("invalid ").append(name).append(": "), status);
    }
  }
  constexpr internal::Duration kNone = internal::Duration::zero();
  if (internal::FromProto(schedule_to_close) != kNone || internal::FromProto(start_to_close) != kNone) {
    return absl::OkStatus();
  }
  return InvalidArgument(
      std::string("a valid StartToCloseTimeout or ScheduleToCloseTimeout must be set on the activity. ActivityId=")
          .append(id)
          .append(" ActivityType=")
          .append(type));
}

google::protobuf::Duration CapDuration(const google::protobuf::Duration& duration) {
  constexpr internal::Duration kLongest = std::chrono::hours(24 * 365 * 100);
  return internal::FromProto(duration) > kLongest ? internal::ToProto(kLongest) : duration;
}

google::protobuf::Duration AsGiven(const google::protobuf::Duration& given, internal::Duration duration) {
  return internal::FromProto(given) == duration ? given : internal::ToProto(duration);
}

absl::Status ValidateRetryPolicy(const api::common::v1::RetryPolicy& policy) {
  if (policy.maximum_attempts() == 1) return absl::OkStatus();
  if (auto status = ValidateDuration(policy.initial_interval()); !status.ok()) {
    return Prefixed("invalid InitialInterval set on retry policy: ", status);
  }
  if (policy.backoff_coefficient() != 0 && policy.backoff_coefficient() < 1) {
    return InvalidArgument("BackoffCoefficient cannot be less than 1 on retry policy.");
  }
  internal::Duration initial = std::chrono::seconds(1);
  internal::Duration default_maximum = DefaultMaximumInterval(initial);
  if (policy.has_initial_interval()) {
    default_maximum = DefaultMaximumInterval(internal::FromProto(policy.initial_interval()));
    initial = internal::FromProto(CapDuration(policy.initial_interval()));
  }
  if (policy.has_maximum_interval()) {
    if (auto status = ValidateDuration(policy.maximum_interval()); !status.ok()) {
      return Prefixed("invalid MaximumInterval set on retry policy: ", status);
    }
    const internal::Duration maximum = internal::FromProto(policy.maximum_interval());
    if (maximum != internal::Duration::zero() && maximum < initial) {
      return InvalidArgument("MaximumInterval cannot be less than InitialInterval on retry policy.");
    }
  } else if (default_maximum < internal::Duration::zero()) {
    return InvalidArgument("invalid MaximumInterval set on retry policy: negative duration");
  } else if (default_maximum < initial) {
    return InvalidArgument("MaximumInterval cannot be less than InitialInterval on retry policy.");
  }
  if (policy.maximum_attempts() < 0) return InvalidArgument("MaximumAttempts cannot be negative on retry policy.");
  for (const std::string& type : policy.non_retryable_error_types()) {
    absl::string_view rest = type;
    if (absl::ConsumePrefix(&rest, kTimeoutPrefix) && !IsTimeoutType({rest.data(), rest.size()})) {
      return InvalidArgument(absl::StrCat("Invalid timeout type value: ", rest, "."));
    }
  }
  return absl::OkStatus();
}

absl::Status ValidatePriority(const api::common::v1::Priority& priority) {
  if (priority.priority_key() < 0) return InvalidArgument("priority key can't be negative");
  if (priority.fairness_key().size() > kMaxFairnessKey) return InvalidArgument("fairness key length exceeds limit");
  if (priority.fairness_weight() < 0) return InvalidArgument("must be greater than zero");
  return absl::OkStatus();
}

absl::Status ValidateTaskQueue(const api::taskqueue::v1::TaskQueue& queue, std::int64_t max_length) {
  if (queue.name().empty()) return InvalidArgument("missing task queue name");
  if (queue.name().size() > static_cast<std::size_t>(max_length))
    return InvalidArgument("taskQueue length exceeds limit");
  if (queue.name().starts_with("/_sys/")) {
    return InvalidArgument("task queue name cannot start with reserved prefix /_sys/");
  }
  return absl::OkStatus();
}

api::taskqueue::v1::TaskQueue KeptTaskQueue(api::taskqueue::v1::TaskQueue given) {
  if (given.kind() == api::enums::v1::TASK_QUEUE_KIND_UNSPECIFIED)
    given.set_kind(api::enums::v1::TASK_QUEUE_KIND_NORMAL);
  return given;
}

bool IsUuid(std::string_view text) { return UuidDigits(text).has_value(); }

std::string CanonicalUuid(std::string_view text) {
  const std::optional<std::string> digits = UuidDigits(text);
  if (!digits.has_value()) return std::string(text);
  const std::string& d = *digits;
  return absl::StrCat(d.substr(0, 8), "-", d.substr(8, 4), "-", d.substr(12, 4), "-", d.substr(16, 4), "-",
                      d.substr(20));
}

}  // namespace temporal::server
