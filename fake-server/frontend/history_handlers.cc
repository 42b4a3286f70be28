// GetWorkflowExecutionHistory, forwards and backwards.
#include "fake-server/frontend/handlers.h"
#include "sdk/transport/rpcs.h"

namespace temporal::server {

namespace rpc = internal::rpc;

void AddHistoryHandlers(const ServerParts& parts, HandlerTable& table) {
  table.AddAsync<rpc::GetWorkflowExecutionHistory>(
      [&parts](const auto& request, const CallContext& context, auto reply) {
        parts.history_reads.Get(NamespaceOf(parts, request.namespace_()), request, context, std::move(reply));
      });
  table.Add<rpc::GetWorkflowExecutionHistoryReverse>([&parts](const auto& request, const CallContext&) {
    return parts.history_reads.GetReverse(NamespaceOf(parts, request.namespace_()), request);
  });
}

}  // namespace temporal::server
