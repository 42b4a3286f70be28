// Takes workflow tasks, has runs handle them, and answers: polls, cache, what the server says to the answers.
#ifndef TEMPORAL_SDK_WORKER_WORKFLOW_WORKER_H_
#define TEMPORAL_SDK_WORKER_WORKFLOW_WORKER_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "sdk/engine/workflow_registry.h"
#include "sdk/transport/rpcs.h"
#include "sdk/worker/activity_worker.h"
#include "sdk/worker/history_fetcher.h"
#include "sdk/worker/local_activity_worker.h"
#include "sdk/worker/poller.h"
#include "sdk/worker/run_cache.h"
#include "sdk/worker/watched_code.h"
#include "sdk/worker/worker_context.h"

namespace temporal::internal {

// Loop-confined. One task of a run is under way at a time: from its arrival to the answer of the server to its answer.
class WorkflowWorker : public std::enable_shared_from_this<WorkflowWorker> {
 public:
  // `registry` and `activities`, which takes eager tasks and knows the code of local ones, outlive the worker.
  // `changed` is called when a task or a poll has ended.
  WorkflowWorker(std::shared_ptr<const WorkerContext> context, const WorkflowRegistry& registry,
                 ActivityWorker& activities, std::function<void()> changed);

  // `local_activities` runs those; it outlives them.
  void Start(ActivityExecutor& local_activities);
  void StopPolling();
  void CancelPolls();
  // The worker shuts down, and is tired of waiting for them.
  void CancelLocalActivities();
  // Ends everything: nothing more is answered.
  void Abandon();
  void DropCache() { cache_.Clear(); }

  // No task and no poll is under way.
  bool idle() const;
  const RunCache& cache() const { return cache_; }

 private:
  using Poll = Poller<rpc::PollWorkflowTaskQueue>;
  // What of a task is still needed when it has been handled.
  struct TaskInfo {
    std::string workflow_id, workflow_type, run_id, token;
    int attempt = 1;
    TimePoint began{};
  };
  // A task whose answer waits for local activities, and when it is to be answered nevertheless.
  struct OpenTask {
    TaskInfo info;
    TimerId heartbeat = 0;
  };

  std::shared_ptr<Poll> MakePoller(bool sticky, int maximum);
  void Fill();

  void Take(std::unique_ptr<WorkflowTask> task);
  void Begin(std::unique_ptr<WorkflowTask> task);
  bool NeedsAllHistory(const CachedRun& entry, const WorkflowTask& task) const;
  void Handle(std::unique_ptr<WorkflowTask> task, TimePoint began);
  // Runs workflow code under the eyes of the watchdog, and answers as it says.
  void Run(const TaskInfo& task, bool query, absl::FunctionRef<TaskAnswer()> code);
  WorkflowRunOptions RunOptions();
  static constexpr auto kUnhandledFailure =
      api::enums::v1::WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE;
  static constexpr char kConversionError[] = "ConversionError";
  // The answer that the worker itself fails a task with.
  static api::workflowservice::v1::RespondWorkflowTaskFailedRequest Refusal(
      api::enums::v1::WorkflowTaskFailedCause cause, std::string message, const char* type);
  // Applies the data converter to what is sent for a task. Answers why it could not.
  std::optional<std::string> Encode(const TaskInfo& task, google::protobuf::Message& request);

  // What a run of the task's type does when its deployment gets a new version.
  api::enums::v1::VersioningBehavior BehaviorOf(const TaskInfo& task) const;
  void Answer(const TaskInfo& task, api::workflowservice::v1::RespondWorkflowTaskCompletedRequest request);
  void Answer(const TaskInfo& task, api::workflowservice::v1::RespondWorkflowTaskFailedRequest request);
  void Answer(const TaskInfo& task, api::workflowservice::v1::RespondQueryTaskCompletedRequest request);
  void Answer(const TaskInfo& task, HistoryNeeded);
  void Answer(const TaskInfo& task, LocalActivitiesUnderWay);

  // Of local activities.
  void LocalActivityEnded(const std::string& run_id, std::optional<LocalActivityEnd> end);
  void SendHeartbeat(const std::string& run_id);
  // The task that waits, which does so no longer.
  TaskInfo CloseTask(const std::string& run_id);
  // What is known of the run is of no use.
  void DropRun(const std::string& run_id, CachedRun& entry);

  int ReserveEager(api::workflowservice::v1::RespondWorkflowTaskCompletedRequest& request);
  // `goes_on`: the server was asked for another task at once.
  void Accepted(const TaskInfo& task, int reserved, bool goes_on,
                std::unique_ptr<api::workflowservice::v1::RespondWorkflowTaskCompletedResponse> response);
  void Refused(const TaskInfo& task, const absl::Status& status);
  void Evict(const std::string& run_id);
  void Finish(const std::string& run_id);

  const std::shared_ptr<const WorkerContext> context_;
  const WorkflowRegistry& registry_;
  ActivityWorker& activities_;
  const std::function<void()> changed_;
  Slots slots_;
  std::shared_ptr<Poll> normal_, sticky_;  // no sticky one without a cache
  WatchedCode code_;                       // outlives the runs
  RunCache cache_;
  std::shared_ptr<LocalActivityWorker> local_activities_;
  std::map<std::string, OpenTask> open_tasks_;  // by run id
  int tasks_ = 0;                               // under way, or waiting for one of the same run
  bool abandoned_ = false;
};

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_WORKER_WORKFLOW_WORKER_H_
