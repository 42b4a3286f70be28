// Interceptors: what sees, and may change, the calls of a client about workflows; a workflow's run, its signals,
// queries and updates, its activities, timers, children, continue-as-new and what it says to other workflows; and the
// execution of activities. For tracing, authorisation, and handing a context from caller to callee in headers.
//
// A call goes through the interceptors in their order, each of which calls `next` to let it go on, with what it was
// given or something else, once or not at all. Whatever is not overridden lets everything pass. Those of a worker must
// be as deterministic as the workflow itself where they see into it: they run on replay as well.
#ifndef TEMPORAL_INTERCEPTOR_H_
#define TEMPORAL_INTERCEPTOR_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "temporal/options.h"
#include "temporal/payload.h"
#include "temporal/task.h"

namespace temporal {

// What travels beside the arguments. The payload codec does not touch it.
using Headers = std::map<std::string, Payload, std::less<>>;

namespace activity {
class Context;
}
namespace workflow {
class Context;
}

namespace client {

struct StartWorkflowCall {
  std::string workflow_type;
  StartWorkflowOptions options;  // its strings and spans are borrowed until the call returns
  Payloads input;
  Headers headers;
};
struct StartedWorkflow {
  std::string id, run_id, first_execution_run_id;
};
struct SignalWorkflowCall {
  std::string workflow_id, run_id, signal;
  Payloads input;
  Headers headers;
};
struct QueryWorkflowCall {
  std::string workflow_id, run_id, query;
  Payloads input;
  Headers headers;
};
struct UpdateWorkflowCall {
  std::string workflow_id, run_id, first_execution_run_id, update, update_id;
  Payloads input;
  Headers headers;
};
// Of a signal or an update that may start its workflow. `headers` go with the signal or update, and with the start.
struct SignalWithStartCall {
  std::string workflow_id, workflow_type, signal;
  Payloads input;
  Headers headers;
};
struct UpdateWithStartCall {
  std::string workflow_id, workflow_type, update, update_id;
  Payloads input;
  Headers headers;
};
struct CancelWorkflowCall {
  std::string workflow_id, run_id, reason;
};
struct TerminateWorkflowCall {
  std::string workflow_id, run_id, reason;
  Payloads details;
};
struct ResetWorkflowCall {
  std::string workflow_id, run_id;
  ResetWorkflowOptions options;  // its strings are borrowed until the call returns
};
struct DeleteWorkflowCall {
  std::string workflow_id, run_id;
};
struct ListWorkflowsCall {
  std::string query;
  ListWorkflowsOptions options;
};
struct CountWorkflowsCall {
  std::string query;
};
class UntypedUpdateHandle;  // temporal/client.h
class WorkflowList;         // temporal/client.h
struct WorkflowCount;       // temporal/client.h

// Called on the thread that makes the call.
class ClientInterceptor {
 public:
  virtual ~ClientInterceptor() = default;
  virtual StartedWorkflow StartWorkflow(StartWorkflowCall call,
                                        std::function<StartedWorkflow(StartWorkflowCall)> next) {
    return next(std::move(call));
  }
  virtual void SignalWorkflow(SignalWorkflowCall call, std::function<void(SignalWorkflowCall)> next) {
    next(std::move(call));
  }
  virtual Payloads QueryWorkflow(QueryWorkflowCall call, std::function<Payloads(QueryWorkflowCall)> next) {
    return next(std::move(call));
  }
  virtual UntypedUpdateHandle StartUpdate(UpdateWorkflowCall call,
                                          std::function<UntypedUpdateHandle(UpdateWorkflowCall)> next);
  virtual StartedWorkflow SignalWithStart(SignalWithStartCall call,
                                          std::function<StartedWorkflow(SignalWithStartCall)> next) {
    return next(std::move(call));
  }
  virtual UntypedUpdateHandle UpdateWithStart(UpdateWithStartCall call,
                                              std::function<UntypedUpdateHandle(UpdateWithStartCall)> next);
  virtual void CancelWorkflow(CancelWorkflowCall call, std::function<void(CancelWorkflowCall)> next) {
    next(std::move(call));
  }
  virtual void TerminateWorkflow(TerminateWorkflowCall call, std::function<void(TerminateWorkflowCall)> next) {
    next(std::move(call));
  }
  // Answers the new run's id.
  virtual std::string ResetWorkflow(ResetWorkflowCall call, std::function<std::string(ResetWorkflowCall)> next) {
    return next(std::move(call));
  }
  virtual void DeleteWorkflow(DeleteWorkflowCall call, std::function<void(DeleteWorkflowCall)> next) {
    next(std::move(call));
  }
  // When the list is made; what goes through it asks for its pages later.
  virtual WorkflowList ListWorkflows(ListWorkflowsCall call, std::function<WorkflowList(ListWorkflowsCall)> next);
  virtual WorkflowCount CountWorkflows(CountWorkflowsCall call, std::function<WorkflowCount(CountWorkflowsCall)> next);
};

}  // namespace client

namespace worker {

struct ExecuteWorkflowCall {
  Payloads input;
  Headers headers;
};
struct HandleSignalCall {
  std::string signal;
  Payloads input;
  Headers headers;
};
struct HandleQueryCall {
  std::string query;
  Payloads input;
  Headers headers;
};
struct HandleUpdateCall {
  std::string update, update_id;
  Payloads input;
  Headers headers;
};
struct ScheduleActivityCall {
  std::string activity_type;
  ActivityOptions options;  // what is put into it must outlive the interceptor's call
  Payloads input;
  Headers headers;
};
struct ScheduleLocalActivityCall {
  std::string activity_type;
  LocalActivityOptions options;  // what is put into it must outlive the interceptor's call
  Payloads input;
  Headers headers;
};
struct StartTimerCall {
  Duration duration;
  TimerOptions options;
};
struct StartChildWorkflowCall {
  std::string workflow_type;
  std::string workflow_id;       // to look at: it has been chosen
  ChildWorkflowOptions options;  // what is put into it must outlive the interceptor's call
  Payloads input;
  Headers headers;
};
struct SignalExternalWorkflowCall {
  std::string workflow_id, run_id;
  bool child = false;  // of this run: its handle was signalled
  std::string signal;
  Payloads input;
  Headers headers;
};
struct CancelExternalWorkflowCall {
  std::string workflow_id, run_id, reason;
};
struct ContinueAsNewCall {
  std::string workflow_type;
  Payloads input;
  Headers headers;
};

// Of one run; lives as long as it.
class WorkflowInterceptor {
 public:
  virtual ~WorkflowInterceptor() = default;

  // Into the workflow. Each may be a coroutine.
  virtual Task<Payload> ExecuteWorkflow(ExecuteWorkflowCall call,
                                        std::function<Task<Payload>(ExecuteWorkflowCall)> next) {
    return next(std::move(call));
  }
  virtual Task<void> HandleSignal(HandleSignalCall call, std::function<Task<void>(HandleSignalCall)> next) {
    return next(std::move(call));
  }
  virtual Payload HandleQuery(HandleQueryCall call, std::function<Payload(HandleQueryCall)> next) {
    return next(std::move(call));
  }

  // Like an update's handler and its validator; the latter only reads, and is not called on replay.
  virtual Task<Payload> HandleUpdate(HandleUpdateCall call, std::function<Task<Payload>(HandleUpdateCall)> next) {
    return next(std::move(call));
  }
  virtual void ValidateUpdate(HandleUpdateCall call, std::function<void(HandleUpdateCall)> next) {
    next(std::move(call));
  }

  // Out of it: what is about to be given as a command, to look at and to change.
  virtual void OnScheduleActivity(ScheduleActivityCall&) {}
  virtual void OnScheduleLocalActivity(ScheduleLocalActivityCall&) {}
  virtual void OnStartTimer(StartTimerCall&) {}
  virtual void OnStartChildWorkflow(StartChildWorkflowCall&) {}
  virtual void OnSignalExternalWorkflow(SignalExternalWorkflowCall&) {}
  virtual void OnCancelExternalWorkflow(CancelExternalWorkflowCall&) {}
  virtual void OnContinueAsNew(ContinueAsNewCall&) {}
};

struct ExecuteActivityCall {
  std::string activity_type;
  Payloads input;
  Headers headers;
};

class WorkerInterceptor {
 public:
  virtual ~WorkerInterceptor() = default;
  // Called before the workflow's object is made, on the loop. `ctx` is the run's. Null: this run is not intercepted.
  virtual std::unique_ptr<WorkflowInterceptor> InterceptWorkflow(workflow::Context&) { return nullptr; }
  // On the activity's thread; several at once; local ones as well, of which Info() tells. What it throws fails the
  // attempt.
  virtual Payload ExecuteActivity(activity::Context&, ExecuteActivityCall call,
                                  std::function<Payload(ExecuteActivityCall)> next) {
    return next(std::move(call));
  }
};

}  // namespace worker
}  // namespace temporal

#endif  // TEMPORAL_INTERCEPTOR_H_
