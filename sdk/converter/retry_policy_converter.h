// Retry policies as protos.
#ifndef TEMPORAL_SDK_CONVERTER_RETRY_POLICY_CONVERTER_H_
#define TEMPORAL_SDK_CONVERTER_RETRY_POLICY_CONVERTER_H_

#include "temporal/api/common/v1/message.pb.h"
#include "temporal/options.h"

namespace temporal::internal {

// What is not set is left to the server's defaults.
api::common::v1::RetryPolicy ToProto(const RetryPolicy& policy);
// Borrows the names of the error types, of which it takes as many as a StringList holds.
RetryPolicy FromProto(const api::common::v1::RetryPolicy& proto);

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_CONVERTER_RETRY_POLICY_CONVERTER_H_
