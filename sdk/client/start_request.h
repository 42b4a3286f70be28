// The request that starts a workflow; and one that waits to go along with an update or a signal.
#ifndef TEMPORAL_SDK_CLIENT_START_REQUEST_H_
#define TEMPORAL_SDK_CLIENT_START_REQUEST_H_

#include <string_view>

#include "temporal/api/workflowservice/v1/request_response.pb.h"
#include "temporal/interceptor.h"
#include "temporal/options.h"
#include "temporal/payload.h"

namespace temporal::internal {

class ClientCore;

struct StartRequest {
  api::workflowservice::v1::StartWorkflowExecutionRequest request;
  bool names_request = false;  // its request id is the caller's, who wants no signal twice either
};

// What `options` leave open is the client's: task queue, identity; ids are drawn.
api::workflowservice::v1::StartWorkflowExecutionRequest MakeStartRequest(ClientCore& core, std::string_view type,
                                                                         const StartWorkflowOptions& options,
                                                                         const Payloads& input, const Headers& headers);

// The same start, as what a signal brings along; the signal is left to be set.
api::workflowservice::v1::SignalWithStartWorkflowExecutionRequest WithoutSignal(
    const api::workflowservice::v1::StartWorkflowExecutionRequest& start);

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_CLIENT_START_REQUEST_H_
