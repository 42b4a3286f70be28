// Polls, and what can be asked about task queues.
#include <chrono>
#include <string>

#include "absl/strings/str_cat.h"
#include "fake-server/frontend/handlers.h"
#include "fake-server/history/service_errors.h"
#include "sdk/base/proto_time.h"
#include "sdk/transport/rpcs.h"
#include "temporal/api/taskqueue/v1/message.pb.h"

namespace temporal::server {
namespace {

namespace rpc = internal::rpc;

// What the real server shows for a dev server's queue that nobody has limited.
constexpr float kSystemRateLimit = 4000;
constexpr double kPollerRate = 100000;
// Go's zero time.
constexpr std::int64_t kZeroTimeSeconds = -62135596800;
constexpr int kDefaultPriority = 3;
constexpr int kPartitions = 4;

template <class Rpc, class Kind>
void AddPoll(const ServerParts& parts, HandlerTable& table, TaskQueues<Kind>& queues) {
  table.AddAsync<Rpc>([&parts, &queues](const auto& request, const CallContext& context, auto reply) {
    queues.Poll({NamespaceOf(parts, request.namespace_()).id, request.task_queue().name()}, request, context,
                std::move(reply));
  });
}

int WaitingTasks(const std::vector<QueueInfo>& queues, const QueueKey& key) {
  for (const QueueInfo& queue : queues) {
    if (queue.key == key) return queue.waiting_tasks;
  }
  return 0;
}

// Clients still read the fields that the protos call deprecated.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
template <class Kind>
wf::DescribeTaskQueueResponse Describe(const TaskQueues<Kind>& queues, const QueueKey& key,
                                       const wf::DescribeTaskQueueRequest& request) {
  wf::DescribeTaskQueueResponse response;
  for (const PollerInfo& poller : queues.Pollers(key)) {
    auto& shown = *response.add_pollers();
    shown.set_identity(poller.identity);
    *shown.mutable_last_access_time() = internal::ToProto(poller.last_access);
    shown.set_rate_per_second(kPollerRate);
  }
  auto& versioning = *response.mutable_versioning_info();
  versioning.set_current_version("__unversioned__");
  versioning.mutable_update_time()->set_seconds(kZeroTimeSeconds);
  response.mutable_effective_rate_limit()->set_requests_per_second(kSystemRateLimit);
  response.mutable_effective_rate_limit()->set_rate_limit_source(api::enums::v1::RATE_LIMIT_SOURCE_SYSTEM);
  if (request.include_task_queue_status()) {
    response.mutable_task_queue_status()->set_backlog_count_hint(WaitingTasks(queues.Waiting(), key));
  }
  if (request.report_stats()) {
    auto& stats = *response.mutable_stats();
    stats.set_approximate_backlog_count(WaitingTasks(queues.Waiting(), key));
    stats.mutable_approximate_backlog_age();
    (*response.mutable_stats_by_priority_key())[kDefaultPriority] = stats;
  }
  return response;
}
#pragma GCC diagnostic pop

// As on a dev server; here nothing is partitioned.
void ListPartitions(const std::string& queue,
                    google::protobuf::RepeatedPtrField<api::taskqueue::v1::TaskQueuePartitionMetadata>& out) {
  out.Add()->set_key(queue);
  for (int partition = 1; partition < kPartitions; ++partition) {
    out.Add()->set_key(absl::StrCat("/_sys/", queue, "/", partition));
  }
}

wf::ShutdownWorkerResponse ShutdownWorker(const ServerParts& parts, const wf::ShutdownWorkerRequest& request) {
  const std::string& id = NamespaceOf(parts, request.namespace_()).id;
  if (!request.worker_instance_key().empty()) {
    const QueueKey key{id, request.task_queue()};
    for (const int type : request.task_queue_types()) {
      if (type == api::enums::v1::TASK_QUEUE_TYPE_WORKFLOW) {
        parts.matching.workflow_tasks.EndPolls(key, request.worker_instance_key());
      } else if (type == api::enums::v1::TASK_QUEUE_TYPE_ACTIVITY) {
        parts.matching.activity_tasks.EndPolls(key, request.worker_instance_key());
      } else if (type == api::enums::v1::TASK_QUEUE_TYPE_NEXUS) {
        parts.matching.nexus_tasks.EndPolls(key, request.worker_instance_key());
      }
    }
  }
  if (!request.sticky_task_queue().empty()) parts.matching.workflow_tasks.Kill({id, request.sticky_task_queue()});
  return {};
}

}  // namespace

void AddTaskQueueHandlers(const ServerParts& parts, HandlerTable& table) {
  AddPoll<rpc::PollWorkflowTaskQueue>(parts, table, parts.matching.workflow_tasks);
  AddPoll<rpc::PollActivityTaskQueue>(parts, table, parts.matching.activity_tasks);
  AddPoll<rpc::PollNexusTaskQueue>(parts, table, parts.matching.nexus_tasks);
  table.Add<rpc::DescribeTaskQueue>([&parts](const auto& request, const CallContext&) {
    const QueueKey key{NamespaceOf(parts, request.namespace_()).id, request.task_queue().name()};
    switch (request.task_queue_type()) {
      case api::enums::v1::TASK_QUEUE_TYPE_ACTIVITY:
        return Describe(parts.matching.activity_tasks, key, request);
      case api::enums::v1::TASK_QUEUE_TYPE_NEXUS:
        return Describe(parts.matching.nexus_tasks, key, request);
      default:
        return Describe(parts.matching.workflow_tasks, key, request);
    }
  });
  table.Add<rpc::ListTaskQueuePartitions>([](const auto& request, const CallContext&) {
    wf::ListTaskQueuePartitionsResponse response;
    ListPartitions(request.task_queue().name(), *response.mutable_activity_task_queue_partitions());
    ListPartitions(request.task_queue().name(), *response.mutable_workflow_task_queue_partitions());
    return absl::StatusOr<wf::ListTaskQueuePartitionsResponse>(std::move(response));
  });
  table.Add<rpc::ShutdownWorker>(
      [&parts](const auto& request, const CallContext&) { return ShutdownWorker(parts, request); });
  // Heartbeats of workers are taken, but there is nobody who would ask for them.
  table.Add<rpc::RecordWorkerHeartbeat>(
      [](const auto&, const CallContext&) { return wf::RecordWorkerHeartbeatResponse(); });
}

}  // namespace temporal::server
