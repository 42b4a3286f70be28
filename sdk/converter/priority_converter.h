// Priorities as protos.
#ifndef TEMPORAL_SDK_CONVERTER_PRIORITY_CONVERTER_H_
#define TEMPORAL_SDK_CONVERTER_PRIORITY_CONVERTER_H_

#include <string>

#include "temporal/api/common/v1/message.pb.h"
#include "temporal/options.h"

namespace temporal::internal {

inline api::common::v1::Priority ToProto(const Priority& priority) {
  api::common::v1::Priority proto;
  proto.set_priority_key(priority.priority_key);
  proto.set_fairness_key(std::string(priority.fairness_key));
  proto.set_fairness_weight(priority.fairness_weight);
  return proto;
}

// Borrows the fairness key.
inline Priority FromProto(const api::common::v1::Priority& proto) {
  return {.priority_key = proto.priority_key(),
          .fairness_key = proto.fairness_key(),
          .fairness_weight = proto.fairness_weight()};
}

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_CONVERTER_PRIORITY_CONVERTER_H_
