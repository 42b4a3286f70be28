// The gRPC listener: serves any WorkflowService to other processes. gRPC's threads only parse, and post to the loop.
#ifndef TEMPORAL_FAKE_SERVER_FRONTEND_GRPC_BINDING_H_
#define TEMPORAL_FAKE_SERVER_FRONTEND_GRPC_BINDING_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "sdk/transport/workflow_service.h"

namespace temporal::server {

struct GrpcListenerOptions {
  std::string ip = "127.0.0.1";  // the address to bind
  int port = 0;                  // 0: one that is free
};

// Loop-confined. Answers the workflow and operator services and grpc.health.v1.Health/Check; anything else, malformed
// requests and over-large ones get the codes and texts that a server of grpc-go gives.
class GrpcListener {
 public:
  // Begins to listen. `loop` and `service` must outlive the listener. UNAVAILABLE if the port cannot be bound.
  static absl::StatusOr<std::unique_ptr<GrpcListener>> Listen(internal::Scheduler& loop,
                                                              internal::WorkflowService& service,
                                                              const GrpcListenerOptions& options);

  // Stops listening and ends each call that is pending with UNAVAILABLE, whether the loop still runs or not. Tasks
  // that it has left in the loop do nothing.
  virtual ~GrpcListener() = default;

  // The port that is bound.
  virtual int port() const = 0;
};

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_FRONTEND_GRPC_BINDING_H_
