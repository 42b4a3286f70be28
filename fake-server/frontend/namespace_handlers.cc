// Namespaces: register, describe, list, update, deprecate.
#include <chrono>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "fake-server/frontend/handlers.h"
#include "fake-server/history/field_rules.h"
#include "fake-server/history/service_errors.h"
#include "sdk/base/proto_time.h"
#include "sdk/transport/rpcs.h"

namespace temporal::server {
namespace {

namespace rpc = internal::rpc;
using api::enums::v1::ARCHIVAL_STATE_DISABLED;
using internal::Duration;

constexpr Duration kMinRetention = std::chrono::hours(1);
constexpr std::int64_t kMaxCompletionBytes = 40 * 1024 * 1024;
constexpr char kCluster[] = "active";

absl::Status CheckRetention(const google::protobuf::Duration& retention) {
  if (ValidateDuration(retention).ok() && internal::FromProto(retention) >= kMinRetention) return absl::OkStatus();
  return InvalidArgument("A valid retention period is not set on request.");
}

absl::Status CheckName(std::string_view name, const DynamicConfig& config) {
  if (name.empty()) return InvalidArgument("Namespace not set on request.");
  if (static_cast<std::int64_t>(name.size()) > config.max_id_length) {
    return InvalidArgument("Namespace length exceeds limit.");
  }
  return absl::OkStatus();
}

api::enums::v1::NamespaceState StateOf(const Namespace& entry) {
  switch (entry.state) {
    case Namespace::State::kRegistered:
      return api::enums::v1::NAMESPACE_STATE_REGISTERED;
    case Namespace::State::kDeprecated:
      return api::enums::v1::NAMESPACE_STATE_DEPRECATED;
    case Namespace::State::kDeleted:
      break;
  }
  return api::enums::v1::NAMESPACE_STATE_DELETED;
}

void FillCapabilities(const DynamicConfig& config, api::namespace_::v1::NamespaceInfo::Capabilities& out) {
  out.set_eager_workflow_start(config.eager_workflow_start);
  out.set_sync_update(true);
  out.set_async_update(true);
  out.set_worker_heartbeats(true);
  out.set_reported_problems_search_attribute(true);
  out.set_workflow_pause(true);
  out.set_standalone_activities(true);
  out.set_worker_poll_complete_on_shutdown(true);
  out.set_poller_autoscaling(true);
  out.set_standalone_nexus_operation(true);
  out.set_workflow_update_callbacks(true);
  out.set_standalone_activity_start_delay(true);
  out.set_standalone_activity_batch_operations(true);
  out.set_standalone_activity_operator_commands(true);
}

// Both answers have the same three parts.
template <class Response>
void Fill(const Namespace& entry, const DynamicConfig& config, Response& response) {
  auto& info = *response.mutable_namespace_info();
  info.set_name(entry.name);
  info.set_id(entry.id);
  info.set_state(StateOf(entry));
  info.set_description(entry.description);
  info.set_owner_email(entry.owner_email);
  for (const auto& [key, value] : entry.data) (*info.mutable_data())[key] = value;
  info.set_supports_schedules(true);
  FillCapabilities(config, *info.mutable_capabilities());
  info.mutable_limits()->set_blob_size_limit_error(config.max_blob_bytes);
  info.mutable_limits()->set_memo_size_limit_error(config.max_blob_bytes);
  info.mutable_limits()->set_workflow_task_completion_size_limit_error(kMaxCompletionBytes);

  auto& shown = *response.mutable_config();
  *shown.mutable_workflow_execution_retention_ttl() = internal::ToProto(entry.retention);
  shown.mutable_bad_binaries();
  shown.set_history_archival_state(ARCHIVAL_STATE_DISABLED);
  shown.set_visibility_archival_state(ARCHIVAL_STATE_DISABLED);

  auto& replication = *response.mutable_replication_config();
  replication.set_active_cluster_name(kCluster);
  replication.add_clusters()->set_cluster_name(kCluster);
  replication.set_state(api::enums::v1::REPLICATION_STATE_NORMAL);
}

absl::StatusOr<wf::RegisterNamespaceResponse> Register(const ServerParts& parts,
                                                       const wf::RegisterNamespaceRequest& request) {
  if (absl::Status status = CheckName(request.namespace_(), parts.config); !status.ok()) return status;
  if (absl::Status status = CheckRetention(request.workflow_execution_retention_period()); !status.ok()) return status;
  if (parts.namespaces.Find(request.namespace_()) != nullptr) return NamespaceAlreadyExists(request.namespace_());
  Namespace entry;
  entry.name = request.namespace_();
  entry.id = parts.random.Uuid();
  entry.retention = internal::FromProto(request.workflow_execution_retention_period());
  entry.description = request.description();
  entry.owner_email = request.owner_email();
  entry.data.insert(request.data().begin(), request.data().end());
  parts.namespaces.Add(std::move(entry));
  return wf::RegisterNamespaceResponse();
}

absl::StatusOr<Namespace*> Named(const ServerParts& parts, const std::string& name) {
  if (absl::Status status = CheckName(name, parts.config); !status.ok()) return status;
  Namespace* const found = parts.namespaces.Find(name);
  if (found == nullptr) return NamespaceNotFound(name);
  return found;
}

absl::StatusOr<wf::DescribeNamespaceResponse> Describe(const ServerParts& parts,
                                                       const wf::DescribeNamespaceRequest& request) {
  const Namespace* found = nullptr;
  if (request.namespace_().empty() && !request.id().empty()) {
    found = std::as_const(parts.namespaces).FindById(request.id());
    if (found == nullptr) return NamespaceNotFound(request.id());
  } else {
    const auto named = Named(parts, request.namespace_());
    if (!named.ok()) return named.status();
    found = *named;
  }
  wf::DescribeNamespaceResponse response;
  Fill(*found, parts.config, response);
  return response;
}

// Tokens are the index of the entry that comes next.
absl::StatusOr<wf::ListNamespacesResponse> List(const ServerParts& parts, const wf::ListNamespacesRequest& request) {
  constexpr int kDefaultPageSize = 100;
  const auto& entries = parts.namespaces.entries();
  std::size_t at = 0;
  if (!request.next_page_token().empty() && !absl::SimpleAtoi(request.next_page_token(), &at)) at = 0;
  const int page_size = request.page_size() > 0 ? request.page_size() : kDefaultPageSize;
  wf::ListNamespacesResponse response;
  for (; at < entries.size() && response.namespaces_size() < page_size; ++at) {
    const Namespace& entry = *entries[at];
    if (entry.state == Namespace::State::kDeleted && !request.namespace_filter().include_deleted()) continue;
    Fill(entry, parts.config, *response.add_namespaces());
  }
  if (at < entries.size()) response.set_next_page_token(absl::StrCat(at));
  return response;
}

absl::StatusOr<wf::UpdateNamespaceResponse> UpdateOne(const ServerParts& parts,
                                                      const wf::UpdateNamespaceRequest& request) {
  const auto named = Named(parts, request.namespace_());
  if (!named.ok()) return named.status();
  Namespace& entry = **named;
  if (request.has_config() && request.config().has_workflow_execution_retention_ttl()) {
    const auto& retention = request.config().workflow_execution_retention_ttl();
    if (absl::Status status = CheckRetention(retention); !status.ok()) return status;
    entry.retention = internal::FromProto(retention);
  }
  if (request.has_update_info()) {
    const auto& info = request.update_info();
    if (!info.description().empty()) entry.description = info.description();
    if (!info.owner_email().empty()) entry.owner_email = info.owner_email();
    for (const auto& [key, value] : info.data()) entry.data[key] = value;
    if (info.state() == api::enums::v1::NAMESPACE_STATE_DEPRECATED) entry.state = Namespace::State::kDeprecated;
  }
  wf::UpdateNamespaceResponse response;
  Fill(entry, parts.config, response);
  return response;
}

absl::StatusOr<wf::DeprecateNamespaceResponse> Deprecate(const ServerParts& parts,
                                                         const wf::DeprecateNamespaceRequest& request) {
  const auto named = Named(parts, request.namespace_());
  if (!named.ok()) return named.status();
  (*named)->state = Namespace::State::kDeprecated;
  return wf::DeprecateNamespaceResponse();
}

}  // namespace

void AddNamespaceHandlers(const ServerParts& parts, HandlerTable& table) {
  table.Add<rpc::RegisterNamespace>(
      [&parts](const auto& request, const CallContext&) { return Register(parts, request); });
  table.Add<rpc::DescribeNamespace>(
      [&parts](const auto& request, const CallContext&) { return Describe(parts, request); });
  table.Add<rpc::ListNamespaces>([&parts](const auto& request, const CallContext&) { return List(parts, request); });
  table.Add<rpc::UpdateNamespace>(
      [&parts](const auto& request, const CallContext&) { return UpdateOne(parts, request); });
  table.Add<rpc::DeprecateNamespace>(
      [&parts](const auto& request, const CallContext&) { return Deprecate(parts, request); });
}

}  // namespace temporal::server
