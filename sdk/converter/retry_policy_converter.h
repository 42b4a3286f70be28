// Retry policies as protos.
#ifndef TEMPORAL_SDK_CONVERTER_RETRY_POLICY_CONVERTER_H_
#define TEMPORAL_SDK_CONVERTER_RETRY_POLICY_CONVERTER_H_

#include "temporal/api/common/v1/message.pb.h"
#include "temporal/options.h"

namespace temporal::internal {

// What is not set is left to the server's defaults.
api::common::v1::RetryPolicy ToProto(const RetryPolicy& policy);

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_CONVERTER_RETRY_POLICY_CONVERTER_H_
