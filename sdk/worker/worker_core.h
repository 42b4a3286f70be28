// One worker: its registrations, its polls, its cache of runs, its activities. Everything on the host's loop.
#ifndef TEMPORAL_SDK_WORKER_WORKER_CORE_H_
#define TEMPORAL_SDK_WORKER_WORKER_CORE_H_

#include <memory>
#include <string>
#include <vector>

#include "sdk/client/client_core.h"
#include "sdk/engine/workflow_registry.h"
#include "sdk/engine/workflow_run.h"
#include "temporal/registration.h"
#include "temporal/worker.h"

namespace temporal::internal {

class WorkerCore {
 public:
  // Throws std::logic_error if neither options nor client name a task queue.
  WorkerCore(std::shared_ptr<ClientCore> client, const worker::WorkerOptions& options);
  // Ends at once what Shutdown would have waited for: polls are given up, activities are cancelled and told so, nothing
  // more is reported. Code that has been told must return: it is waited for.
  ~WorkerCore();
  WorkerCore(const WorkerCore&) = delete;
  WorkerCore& operator=(const WorkerCore&) = delete;

  // Throws std::logic_error after Start, and for a name that is taken.
  void Add(WorkflowDefinition definition);
  void Add(ActivityDefinition definition);
  // Replaces or adds; also after Start. What mocks are.
  void Override(ActivityDefinition definition);

  // Polls for workflow tasks if there is a workflow, for activity tasks once there is an activity.
  void Start();
  void Shutdown();  // as worker::Worker::Shutdown
  // Blocks until somebody has shut it down.
  void WaitUntilStopped();
  // Ends at once what is under way: activities that wait are cancelled, nothing is reported any more. Idempotent.
  void Abandon();
  bool started() const;

  const std::string& task_queue() const;
  const WorkflowRegistry& workflows() const;
  const std::vector<worker::WorkerInterceptor*>& interceptors() const;
  std::vector<std::string> activity_types() const;
  Duration deadlock_detection_timeout() const;

  // For reports, on the loop: the runs in the cache and where each waits.
  struct CachedRun {
    std::string workflow_type, workflow_id, run_id;
    std::vector<WaitingCoroutine> waiting;
    std::vector<std::string> unhandled_signals, known_signals;
  };
  std::vector<CachedRun> CachedRuns() const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_WORKER_WORKER_CORE_H_
