// What all parts of one worker know: whom it talks to and how it was set up.
#ifndef TEMPORAL_SDK_WORKER_WORKER_CONTEXT_H_
#define TEMPORAL_SDK_WORKER_WORKER_CONTEXT_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sdk/client/client_core.h"
#include "temporal/worker.h"

namespace temporal::internal {

// Immutable once the worker has been made; outlives its parts.
struct WorkerContext {
  WorkerContext(std::shared_ptr<ClientCore> the_client, const worker::WorkerOptions& the_options)
      : client(std::move(the_client)),
        options(the_options),
        task_queue(options.task_queue.empty() ? client->default_task_queue() : std::string(options.task_queue)),
        deployment_name(options.deployment.version.deployment_name),
        build_id(options.build_id.empty() ? options.deployment.version.build_id : options.build_id),
        instance_key(client->NewUuid()),
        sticky_queue(client->identity() + "-" + instance_key),
        interceptors(options.interceptors.begin(), options.interceptors.end()) {
    options.task_queue = task_queue;
    options.build_id = options.deployment.version.build_id = build_id;
    options.deployment.version.deployment_name = deployment_name;
    options.interceptors = interceptors;
  }
  WorkerContext(const WorkerContext&) = delete;
  WorkerContext& operator=(const WorkerContext&) = delete;

  Scheduler& loop() const { return client->host().loop(); }
  WorkflowService& service() const { return client->host().service(); }
  bool caches() const { return options.max_cached_workflows > 0; }

  void Log(LogLevel level, const std::string& message) const {
    const LogField fields[] = {{"task_queue", task_queue}};
    client->logger().Write(level, message, fields);
  }

  const std::shared_ptr<ClientCore> client;
  worker::WorkerOptions options;  // its strings and spans are those below
  const std::string task_queue, deployment_name, build_id, instance_key, sticky_queue;
  const std::vector<worker::WorkerInterceptor*> interceptors;
};

// "NOT_FOUND: workflow execution already completed".
std::string Describe(const absl::Status& status);

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_WORKER_WORKER_CONTEXT_H_
