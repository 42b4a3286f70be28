// QueryWorkflow, and the answers of workers to it.
#include "fake-server/frontend/handlers.h"
#include "sdk/transport/rpcs.h"

namespace temporal::server {

namespace rpc = internal::rpc;

void AddQueryHandlers(const ServerParts& parts, HandlerTable& table) {
  table.AddAsync<rpc::QueryWorkflow>([&parts](const auto& request, const CallContext& context, auto reply) {
    parts.queries.Query(NamespaceOf(parts, request.namespace_()), request, context, std::move(reply));
  });
  table.Add<rpc::RespondQueryTaskCompleted>(
      [&parts](const auto& request, const CallContext&) { return parts.queries.RespondCompleted(request); });
}

}  // namespace temporal::server
