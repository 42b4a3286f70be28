// The host of a client, or of a worker, that talks to a server over gRPC: one loop thread, one channel.
#ifndef TEMPORAL_SDK_WORKER_GRPC_HOST_H_
#define TEMPORAL_SDK_WORKER_GRPC_HOST_H_

#include <memory>

#include "sdk/client/host.h"
#include "sdk/transport/grpc_workflow_service.h"

namespace temporal::internal {

// Connects lazily, repeats calls that fail for a passing reason. May be released on any thread, its own loop's too.
std::shared_ptr<Host> MakeGrpcHost(GrpcOptions options);

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_WORKER_GRPC_HOST_H_
