// Retry policies as protos.
#include "sdk/converter/retry_policy_converter.h"

#include "sdk/base/proto_time.h"

namespace temporal::internal {

api::common::v1::RetryPolicy ToProto(const RetryPolicy& policy) {
  api::common::v1::RetryPolicy proto;
  if (policy.initial_interval.count() != 0) *proto.mutable_initial_interval() = ToProto(policy.initial_interval);
  proto.set_backoff_coefficient(policy.backoff_coefficient);
  if (policy.maximum_interval.count() != 0) *proto.mutable_maximum_interval() = ToProto(policy.maximum_interval);
  proto.set_maximum_attempts(policy.maximum_attempts);
  for (const std::string_view type : policy.non_retryable_error_types) {
    if (!type.empty()) proto.add_non_retryable_error_types(std::string(type));
  }
  return proto;
}

}  // namespace temporal::internal
