// The server's face: judges each call, gives it to its handler, and posts the answer. Deadlines and cancellation are
// looked after here, so that handlers need only stop what they have parked.
#ifndef TEMPORAL_FAKE_SERVER_FRONTEND_CALL_DISPATCHER_H_
#define TEMPORAL_FAKE_SERVER_FRONTEND_CALL_DISPATCHER_H_

#include <memory>

#include "fake-server/frontend/handler_table.h"
#include "fake-server/frontend/namespace_registry.h"
#include "fake-server/visibility/search_attributes.h"
#include "sdk/transport/workflow_service.h"
#include "temporal/fake_server.h"

namespace temporal::server {

// Loop-confined. After its destruction no callback runs any more; calls that are pending then are never answered.
class CallDispatcher final : public internal::WorkflowService {
 public:
  // All must outlive this.
  CallDispatcher(internal::Scheduler& scheduler, const NamespaceRegistry& namespaces,
                 const SearchAttributeRegistry& search_attributes, const DynamicConfig& config)
      : scheduler_(scheduler), namespaces_(namespaces), search_attributes_(search_attributes), config_(config) {}

  HandlerTable& handlers() { return handlers_; }

  void Call(const internal::RpcMethod& method, const google::protobuf::Message& request, internal::CallOptions options,
            internal::ServiceCallback callback) override;

 private:
  internal::Scheduler& scheduler_;
  const NamespaceRegistry& namespaces_;
  const SearchAttributeRegistry& search_attributes_;
  const DynamicConfig& config_;
  HandlerTable handlers_;
  const std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // watched by answers that are posted
};

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_FRONTEND_CALL_DISPATCHER_H_
