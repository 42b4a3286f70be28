// Whether a request may reach the part of the server that answers it: the fields that must be set, their limits, and
// the real server's words for what is wrong, in the order in which the real server looks. Pure functions of the request
// and of what the context shows; no run is looked up here.
#ifndef TEMPORAL_FAKE_SERVER_FRONTEND_REQUEST_VALIDATION_H_
#define TEMPORAL_FAKE_SERVER_FRONTEND_REQUEST_VALIDATION_H_

#include "absl/status/status.h"
#include "fake-server/frontend/namespace_registry.h"
#include "fake-server/visibility/search_attributes.h"
#include "google/protobuf/message.h"
#include "sdk/transport/workflow_service.h"
#include "temporal/fake_server.h"

namespace temporal::server {

// What a request is judged by. Borrowed for the call.
struct ValidationContext {
  const NamespaceRegistry& namespaces;
  const SearchAttributeRegistry& search_attributes;
  const DynamicConfig& config;
  internal::Duration timeout{};  // of the call; zero: none
  internal::TimePoint now{};
};

// OK also for methods that have no rules. Unknown methods are not its business.
absl::Status ValidateRequest(const internal::RpcMethod& method, const google::protobuf::Message& request,
                             const ValidationContext& context);

// The answer for a method that this server does not have.
absl::Status NotOffered(const internal::RpcMethod& method);

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_FRONTEND_REQUEST_VALIDATION_H_
