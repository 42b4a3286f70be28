// The production implementation of the service seam: a gRPC channel to a Temporal server.
#ifndef TEMPORAL_SDK_TRANSPORT_GRPC_WORKFLOW_SERVICE_H_
#define TEMPORAL_SDK_TRANSPORT_GRPC_WORKFLOW_SERVICE_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sdk/transport/workflow_service.h"

namespace temporal::internal {

struct GrpcOptions {
  std::string target = "127.0.0.1:7233";                       // HOST:PORT, or any name that gRPC resolves
  std::string name_space = "default";                          // sent as `temporal-namespace` with calls that name none
  std::vector<std::pair<std::string, std::string>> headers{};  // sent with each call; keys in lower case
};

// A channel to a server.
class GrpcConnection : public WorkflowService {
 public:
  // Cancels what is pending and waits until gRPC has let go of it; the callbacks then still run, with CANCELLED, if the
  // loop goes on. Calls that come later end the same way at once. For an owner of the loop whose calls may outlive it
  // otherwise: whoever repeats a call holds the connection. Any thread.
  virtual void Close() = 0;
};

// Connects lazily: a server that cannot be reached shows as UNAVAILABLE of the calls. No transport security.
//
// Call may be used from any thread; callbacks are posted to `loop`, which must outlive the connection unless it has
// been closed. Destroying it closes it.
std::shared_ptr<GrpcConnection> ConnectGrpc(Scheduler& loop, GrpcOptions options);

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_TRANSPORT_GRPC_WORKFLOW_SERVICE_H_
