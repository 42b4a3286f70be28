// One run in a worker's or a replayer's hands: takes workflow tasks, answers what to tell the server.
//
// Sans-I/O: no transport, no thread, no clock. The caller fetches history pages and sends answers. Loop-confined.
// Destroying it destroys the user's object and its coroutines wherever they wait.
#ifndef TEMPORAL_SDK_ENGINE_WORKFLOW_RUN_H_
#define TEMPORAL_SDK_ENGINE_WORKFLOW_RUN_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "sdk/base/user_code.h"
#include "sdk/engine/local_activity.h"
#include "sdk/engine/workflow_registry.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"
#include "temporal/interceptor.h"
#include "temporal/log.h"

namespace temporal::internal {

struct WorkflowRunOptions {
  const WorkflowRegistry* registry = nullptr;  // must outlive the run
  std::string namespace_name;
  std::string task_queue;  // the worker's; what activities go to that name none
  Logger* logger = nullptr;
  UserCodeObserver* observer = nullptr;
  bool disable_eager_activities = false;
  bool describe_commands = false;                        // make commands while replaying as well, for messages
  std::vector<worker::WorkerInterceptor*> interceptors;  // the outermost first
  // Why the worker cannot run local activities of a type; empty if it can. Null: it runs none.
  std::function<std::string(const std::string& type)> refuse_local_activity;
};

// The worker has only a part of the history and no run that knows the rest: fetch it from event 1 and come again.
struct HistoryNeeded {};

// The answer comes when the local activities that the code waits for have ended: see WorkflowRun::Continue.
struct LocalActivitiesUnderWay {};

// What to send. Task token, namespace, identity, sticky queue and version stamps are left to the caller.
using TaskAnswer = std::variant<api::workflowservice::v1::RespondWorkflowTaskCompletedRequest,
                                api::workflowservice::v1::RespondWorkflowTaskFailedRequest,
                                api::workflowservice::v1::RespondQueryTaskCompletedRequest,  // of a direct query
                                HistoryNeeded, LocalActivitiesUnderWay>;

// A coroutine that waits.
struct WaitingCoroutine {
  std::string what;  // "Run", "signal approve", "spawned"
  std::string file;  // of the co_await
  int line = 0;
};

class WorkflowRun {
 public:
  explicit WorkflowRun(const WorkflowRunOptions& options);
  ~WorkflowRun();
  WorkflowRun(const WorkflowRun&) = delete;
  WorkflowRun& operator=(const WorkflowRun&) = delete;

  // Handles one task: applies its events, runs the workflow's code, and answers. `task` is a whole poll response:
  // history pages after the first have been appended to task->history(). A history that begins at event 1 is taken also
  // when a part of it is known. The run is of no use after a RespondWorkflowTaskFailedRequest, or once closed.
  TaskAnswer Handle(std::unique_ptr<api::workflowservice::v1::PollWorkflowTaskQueueResponse> task);

  // What the worker is to do about local activities, since the last call. To be asked for after each call that answers.
  std::vector<LocalActivityRequest> TakeLocalActivityRequests();
  // One has ended, during a task or between two: keeps it for Continue, or for the next task.
  void LocalActivityEnded(LocalActivityEnd end);
  // Of a task that was answered LocalActivitiesUnderWay: tells the code what has ended meanwhile.
  TaskAnswer Continue();
  // The same task would time out: answers what there is so far, and that another one must follow.
  api::workflowservice::v1::RespondWorkflowTaskCompletedRequest Heartbeat();
  // Of its workflow tasks.
  Duration task_timeout() const;

  // The server has dropped the speculative task that was answered last: forget it
  // (RespondWorkflowTaskCompletedResponse:: reset_history_event_id).
  void RollBackTo(std::int64_t started_event_id);

  // A closing command has been given, or a closing event seen.
  bool closed() const;
  // The last event that has been applied.
  std::int64_t last_event_id() const;

  const std::string& workflow_id() const;
  const std::string& run_id() const;
  const std::string& workflow_type() const;

  // Where the code waits now, in order of start; empty once closed.
  std::vector<WaitingCoroutine> Waiting() const;
  // The names of signals that have come and have no handler, each once; and those that have one.
  std::vector<std::string> UnhandledSignals() const;
  std::vector<std::string> KnownSignals() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_ENGINE_WORKFLOW_RUN_H_
