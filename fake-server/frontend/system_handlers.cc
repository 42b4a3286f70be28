// What the server says of itself.
#include "fake-server/frontend/handlers.h"
#include "sdk/transport/rpcs.h"

namespace temporal::server {
namespace {

namespace rpc = internal::rpc;

// The version of the real server whose behaviour this is.
constexpr char kServerVersion[] = "1.32.0";
constexpr char kClusterId[] = "7a1d5c3e-0b0f-4b57-9c3a-0f1c2d3e4f50";

wf::GetSystemInfoResponse SystemInfo() {
  wf::GetSystemInfoResponse response;
  response.set_server_version(kServerVersion);
  auto& can = *response.mutable_capabilities();
  can.set_signal_and_query_header(true);
  can.set_internal_error_differentiation(true);
  can.set_activity_failure_include_heartbeat(true);
  can.set_supports_schedules(true);
  can.set_encoded_failure_attributes(true);
  can.set_upsert_memo(true);
  can.set_eager_workflow_start(true);
  can.set_sdk_metadata(true);
  can.set_build_id_based_versioning(true);
  can.set_count_group_by_execution_status(true);
  can.set_nexus(true);
  can.set_server_scaled_deployments(true);
  return response;
}

wf::GetClusterInfoResponse ClusterInfo() {
  wf::GetClusterInfoResponse response;
  response.set_server_version(kServerVersion);
  response.set_cluster_id(kClusterId);
  response.set_cluster_name("active");
  response.set_history_shard_count(1);
  response.set_persistence_store("sqlite");
  response.set_visibility_store("sqlite");
  response.set_initial_failover_version(1);
  response.set_failover_version_increment(10);
  auto& clients = *response.mutable_supported_clients();
  for (const char* name : {"temporal-cli", "temporal-go", "temporal-java", "temporal-php", "temporal-server",
                           "temporal-typescript", "Nexus-go-sdk"}) {
    clients[name] = "<2.0.0";
  }
  clients["temporal-ui"] = "<3.0.0";
  return response;
}

}  // namespace

void AddSystemHandlers(const ServerParts&, HandlerTable& table) {
  table.Add<rpc::GetSystemInfo>([](const auto&, const CallContext&) { return SystemInfo(); });
  table.Add<rpc::GetClusterInfo>([](const auto&, const CallContext&) { return ClusterInfo(); });
}

}  // namespace temporal::server
