// Worker: runs workflows and activities of one task queue.
#ifndef TEMPORAL_WORKER_H_
#define TEMPORAL_WORKER_H_

#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "temporal/client.h"
#include "temporal/interceptor.h"
#include "temporal/options.h"
#include "temporal/refs.h"
#include "temporal/registration.h"

namespace temporal {

namespace internal {
class WorkerCore;  // sdk/worker/worker_core.h
}

namespace worker {

struct WorkerOptions {
  std::string_view task_queue{};  // Default: the client's default_task_queue
  int max_concurrent_workflow_tasks = 100;
  int max_concurrent_activities = 100;        // over gRPC: as many threads at most
  int max_concurrent_local_activities = 100;  // the same, on threads of their own
  int max_concurrent_workflow_polls = 5;      // over gRPC
  int max_concurrent_activity_polls = 5;      // over gRPC
  int max_cached_workflows = 1000;  // runs kept between workflow tasks; 0: each task replays the whole history
  Duration sticky_schedule_to_start_timeout = std::chrono::seconds(10);
  Duration max_heartbeat_throttle_interval = std::chrono::seconds(60);
  Duration default_heartbeat_throttle_interval = std::chrono::seconds(30);
  Duration graceful_shutdown_timeout{};  // zero: running activities are waited for
  // Workflow code that keeps its thread for so long in one go has a bug: over gRPC the workflow task fails, in process
  // the test program ends; both name the run and the line. Zero: never. Not in force while TEMPORAL_DEBUG is set.
  Duration deadlock_detection_timeout = std::chrono::seconds(2);
  bool disable_eager_activities = false;
  std::string_view build_id{};                         // Default: that of the deployment's version
  WorkerDeploymentOptions deployment{};                // Default: the worker is of no deployment
  std::span<WorkerInterceptor* const> interceptors{};  // the outermost first. They must outlive the worker
};

// Neither copyable nor movable. Registration before Start only. Over gRPC, polls run until Shutdown; workflow code runs
// on the worker's one loop thread, which also polls and reports, activities on threads of their own. So a workflow that
// blocks holds up all of its worker until it goes on, heartbeats of activities included, but no other worker and no
// client. Give activities a worker of their own where that matters.
class Worker {
 public:
  explicit Worker(const client::Client& client, const WorkerOptions& options = {});
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  // Shuts down if that has not been done.
  ~Worker();

  // T is constructed from workflow::Context& (and maybe Run's arguments) and has Task<R> Run(A…).
  template <class T, class R, class... A>
  Worker& RegisterWorkflow(const WorkflowRef<R(A...)>& workflow, const RegisterWorkflowOptions& options = {}) {
    return Add(internal::MakeWorkflow<T>(workflow, options));
  }
  // A free coroutine Task<R> F(workflow::Context&, A…).
  template <class R, class... A, class F>
  Worker& RegisterWorkflow(const WorkflowRef<R(A...)>& workflow, F function,
                           const RegisterWorkflowOptions& options = {}) {
    return Add(internal::MakeWorkflowFunction(workflow, std::move(function), options));
  }
  // A callable R(A…) or R(activity::Context&, A…). It is called from several threads at once over gRPC.
  template <class R, class... A, class F>
  Worker& RegisterActivity(const ActivityRef<R(A...)>& activity, F function) {
    return Add(internal::MakeActivity(activity, std::move(function)));
  }

  // What runs workflows or activities of a type that is not registered: Task<Payload> F(workflow::Context&, Payloads),
  // which is a free coroutine, and Payload F(activity::Context&, Payloads). Info() tells the type. One of each.
  template <class F>
  Worker& RegisterDynamicWorkflow(F function) {
    return Add(internal::MakeDynamicWorkflow(std::move(function)));
  }
  template <class F>
  Worker& RegisterDynamicActivity(F function) {
    return Add(internal::MakeDynamicActivity(std::move(function)));
  }

  // Throws std::logic_error for a name registered twice (as does registering it), for a worker without anything to do,
  // and if the options of its deployment are not whole.
  void Start();
  // Starts, and blocks until Shutdown is called from another thread or a signal handler's thread.
  void Run();
  // Stops polling, waits for what runs (activities are cancelled after the graceful period), drops the cache.
  // Idempotent.
  void Shutdown();

  // For the test kit.
  internal::WorkerCore& core() const { return *core_; }
  Worker& Add(internal::WorkflowDefinition definition);
  Worker& Add(internal::ActivityDefinition definition);

 private:
  std::unique_ptr<internal::WorkerCore> core_;
};

}  // namespace worker
}  // namespace temporal

#endif  // TEMPORAL_WORKER_H_
