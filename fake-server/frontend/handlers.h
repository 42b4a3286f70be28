// The RPCs that the server offers, by what they are about. Each function puts its handlers into the table; `parts` must
// outlive the last call.
#ifndef TEMPORAL_FAKE_SERVER_FRONTEND_HANDLERS_H_
#define TEMPORAL_FAKE_SERVER_FRONTEND_HANDLERS_H_

#include <string_view>

#include "fake-server/frontend/handler_table.h"
#include "fake-server/frontend/history_reads.h"
#include "fake-server/frontend/namespace_registry.h"
#include "fake-server/frontend/query_service.h"
#include "fake-server/frontend/update_service.h"
#include "fake-server/history/workflow_engine.h"
#include "fake-server/matching/matching.h"
#include "fake-server/visibility/search_attributes.h"
#include "sdk/base/random.h"
#include "temporal/fake_server.h"

namespace temporal::server {

// What handlers work with. Borrowed.
struct ServerParts {
  internal::Scheduler& scheduler;
  internal::Random& random;
  const DynamicConfig& config;
  NamespaceRegistry& namespaces;
  SearchAttributeRegistry& search_attributes;
  Matching& matching;
  WorkflowEngine& engine;
  HistoryReads& history_reads;
  QueryService& queries;
  UpdateService& updates;
};

void AddWorkflowHandlers(const ServerParts& parts, HandlerTable& table);         // workflow_handlers.cc
void AddTaskQueueHandlers(const ServerParts& parts, HandlerTable& table);        // task_queue_handlers.cc
void AddHistoryHandlers(const ServerParts& parts, HandlerTable& table);          // history_handlers.cc
void AddDescribeHandlers(const ServerParts& parts, HandlerTable& table);         // describe_handlers.cc
void AddQueryHandlers(const ServerParts& parts, HandlerTable& table);            // query_handlers.cc
void AddUpdateHandlers(const ServerParts& parts, HandlerTable& table);           // update_handlers.cc
void AddNamespaceHandlers(const ServerParts& parts, HandlerTable& table);        // namespace_handlers.cc
void AddSystemHandlers(const ServerParts& parts, HandlerTable& table);           // system_handlers.cc
void AddSearchAttributeHandlers(const ServerParts& parts, HandlerTable& table);  // search_attribute_handlers.cc
void AddVisibilityHandlers(const ServerParts& parts, HandlerTable& table);       // visibility_handlers.cc

// The namespace of a call that was judged: it exists.
inline const Namespace& NamespaceOf(const ServerParts& parts, std::string_view name) {
  return *parts.namespaces.Find(name);
}

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_FRONTEND_HANDLERS_H_
