// What handles of updates, and starts that go along with updates, keep behind the public headers.
#ifndef TEMPORAL_SDK_CLIENT_UPDATE_CALLS_H_
#define TEMPORAL_SDK_CLIENT_UPDATE_CALLS_H_

#include "temporal/api/update/v1/message.pb.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"

namespace temporal::internal {

struct UpdateOutcome {
  api::update::v1::Outcome outcome;
};

struct StartRequest {
  api::workflowservice::v1::StartWorkflowExecutionRequest request;
};

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_CLIENT_UPDATE_CALLS_H_
