// Rules about single fields that requests and commands share, in the real server's words. Each answers INVALID_ARGUMENT
// with a text that callers may put into one of their own, or OK. Pure.
#ifndef TEMPORAL_FAKE_SERVER_HISTORY_FIELD_RULES_H_
#define TEMPORAL_FAKE_SERVER_HISTORY_FIELD_RULES_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "google/protobuf/duration.pb.h"
#include "sdk/base/scheduler.h"

namespace temporal::api::common::v1 {
class Priority;
class RetryPolicy;
}  // namespace temporal::api::common::v1
namespace temporal::api::taskqueue::v1 {
class TaskQueue;
}

namespace temporal::server {

// "negative duration", or seconds and nanos with different signs. Too long ones are not an error.
absl::Status ValidateDuration(const google::protobuf::Duration& duration);

// The four timeouts of an activity, of the command or of its options; one of two must be set.
absl::Status ValidateActivityTimeouts(const google::protobuf::Duration& schedule_to_close,
                                      const google::protobuf::Duration& schedule_to_start,
                                      const google::protobuf::Duration& start_to_close,
                                      const google::protobuf::Duration& heartbeat, std::string_view id,
                                      std::string_view type);
template <class Options>
absl::Status ValidateActivityTimeouts(const Options& options, std::string_view id, std::string_view type) {
  return ValidateActivityTimeouts(options.schedule_to_close_timeout(), options.schedule_to_start_timeout(),
                                  options.start_to_close_timeout(), options.heartbeat_timeout(), id, type);
}

// At most a hundred years of 365 days.
google::protobuf::Duration CapDuration(const google::protobuf::Duration& duration);

// `duration` as a message: `given` itself, if that is as long. What a client writes in more nanoseconds than a second
// has stays so.
google::protobuf::Duration AsGiven(const google::protobuf::Duration& given, internal::Duration duration);

// With defaults where fields are unset. A policy of one attempt is never wrong, as none of it is used.
absl::Status ValidateRetryPolicy(const api::common::v1::RetryPolicy& policy);

absl::Status ValidatePriority(const api::common::v1::Priority& priority);

// The name must be set, at most `max_length` bytes long and not one of the server's own. Lower-case "taskQueue" in
// texts is the real server's spelling.
absl::Status ValidateTaskQueue(const api::taskqueue::v1::TaskQueue& queue, std::int64_t max_length);

// The queue as events keep it: a kind that is not given is the normal one.
api::taskqueue::v1::TaskQueue KeptTaskQueue(api::taskqueue::v1::TaskQueue given);

// The form of a UUID as Go's parser takes it: hyphenated, or 32 digits, or in braces, or with "urn:uuid:" before it.
bool IsUuid(std::string_view text);
// The one form in which UUIDs are compared, of any of those; other text as it is.
std::string CanonicalUuid(std::string_view text);

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_HISTORY_FIELD_RULES_H_
