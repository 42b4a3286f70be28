// Retry policies as protos.
#include "sdk/converter/retry_policy_converter.h"

#include <algorithm>

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

RetryPolicy FromProto(const api::common::v1::RetryPolicy& proto) {
  RetryPolicy policy;
  policy.initial_interval = FromProto(proto.initial_interval());
  policy.backoff_coefficient = proto.backoff_coefficient();
  policy.maximum_interval = FromProto(proto.maximum_interval());
  policy.maximum_attempts = proto.maximum_attempts();
  const int types = std::min(proto.non_retryable_error_types_size(), static_cast<int>(StringList().size()));
  for (int i = 0; i < types; ++i) {
    policy.non_retryable_error_types[static_cast<std::size_t>(i)] = proto.non_retryable_error_types(i);
  }
  return policy;
}

}  // namespace temporal::internal
