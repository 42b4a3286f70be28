// The operator's calls about search attributes.
#include "fake-server/frontend/handlers.h"
#include "fake-server/history/service_errors.h"
#include "sdk/transport/rpcs.h"

namespace temporal::server {
namespace {

namespace rpc = internal::rpc;
namespace operator_service = api::operatorservice::v1;

absl::Status CheckNamespace(const ServerParts& parts, const std::string& name) {
  if (name.empty()) return InvalidArgument("Namespace is not set on request.");
  return parts.namespaces.Find(name) == nullptr ? NamespaceNotFound(name) : absl::OkStatus();
}

absl::StatusOr<operator_service::AddSearchAttributesResponse> Add(
    const ServerParts& parts, const operator_service::AddSearchAttributesRequest& request) {
  if (request.search_attributes().empty()) return InvalidArgument("SearchAttributes are not set on request.");
  if (absl::Status status = CheckNamespace(parts, request.namespace_()); !status.ok()) return status;
  SearchAttributeRegistry::Types types;
  for (const auto& [name, type] : request.search_attributes()) types[name] = type;
  if (absl::Status status = parts.search_attributes.Add(request.namespace_(), types); !status.ok()) return status;
  return operator_service::AddSearchAttributesResponse();
}

absl::StatusOr<operator_service::RemoveSearchAttributesResponse> Remove(
    const ServerParts& parts, const operator_service::RemoveSearchAttributesRequest& request) {
  if (request.search_attributes().empty()) return InvalidArgument("SearchAttributes are not set on request.");
  if (absl::Status status = CheckNamespace(parts, request.namespace_()); !status.ok()) return status;
  for (const std::string& name : request.search_attributes()) {
    if (absl::Status status = parts.search_attributes.Remove(request.namespace_(), name); !status.ok()) return status;
  }
  return operator_service::RemoveSearchAttributesResponse();
}

absl::StatusOr<operator_service::ListSearchAttributesResponse> List(
    const ServerParts& parts, const operator_service::ListSearchAttributesRequest& request) {
  if (absl::Status status = CheckNamespace(parts, request.namespace_()); !status.ok()) return status;
  operator_service::ListSearchAttributesResponse response;
  for (const auto& [name, type] : parts.search_attributes.Custom(request.namespace_())) {
    (*response.mutable_custom_attributes())[name] = type;
  }
  for (const auto& [name, type] : SearchAttributeRegistry::System()) {
    (*response.mutable_system_attributes())[name] = type;
  }
  return response;
}

}  // namespace

void AddSearchAttributeHandlers(const ServerParts& parts, HandlerTable& table) {
  table.Add<rpc::AddSearchAttributes>(
      [&parts](const auto& request, const CallContext&) { return Add(parts, request); });
  table.Add<rpc::RemoveSearchAttributes>(
      [&parts](const auto& request, const CallContext&) { return Remove(parts, request); });
  table.Add<rpc::ListSearchAttributes>(
      [&parts](const auto& request, const CallContext&) { return List(parts, request); });
}

}  // namespace temporal::server
