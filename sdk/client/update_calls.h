// What a handle of an update keeps behind the public header.
#ifndef TEMPORAL_SDK_CLIENT_UPDATE_CALLS_H_
#define TEMPORAL_SDK_CLIENT_UPDATE_CALLS_H_

#include "temporal/api/update/v1/message.pb.h"

namespace temporal::internal {

struct UpdateOutcome {
  api::update::v1::Outcome outcome;
};

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_CLIENT_UPDATE_CALLS_H_
