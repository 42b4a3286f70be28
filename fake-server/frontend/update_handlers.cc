// UpdateWorkflowExecution, alone or with a start, and waiting for an update.
#include "fake-server/frontend/handlers.h"
#include "sdk/transport/rpcs.h"

namespace temporal::server {

namespace rpc = internal::rpc;

void AddUpdateHandlers(const ServerParts& parts, HandlerTable& table) {
  table.AddAsync<rpc::UpdateWorkflowExecution>([&parts](const auto& request, const CallContext& context, auto reply) {
    parts.updates.Start(NamespaceOf(parts, request.namespace_()), request, context, std::move(reply));
  });
  table.AddAsync<rpc::PollWorkflowExecutionUpdate>(
      [&parts](const auto& request, const CallContext& context, auto reply) {
        parts.updates.Poll(NamespaceOf(parts, request.namespace_()), request, context, std::move(reply));
      });
  table.AddAsync<rpc::ExecuteMultiOperation>([&parts](const auto& request, const CallContext& context, auto reply) {
    parts.updates.StartWithUpdate(NamespaceOf(parts, request.namespace_()), request, context, std::move(reply));
  });
}

}  // namespace temporal::server
