// Client: starts workflows and talks to them; WorkflowHandle: one workflow.
//
// Calls block until answered: over gRPC the thread waits; in process the call runs the environment's one loop. They
// throw what temporal/errors.h lists. A client is a cheap value; copies share one connection. In process it is confined
// to the environment's thread; over gRPC it may be used from any thread. Never call one from workflow code: it throws.
#ifndef TEMPORAL_CLIENT_H_
#define TEMPORAL_CLIENT_H_

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "temporal/converter.h"
#include "temporal/errors.h"
#include "temporal/failure.h"
#include "temporal/history.h"
#include "temporal/interceptor.h"
#include "temporal/log.h"
#include "temporal/options.h"
#include "temporal/payload.h"
#include "temporal/refs.h"
#include "temporal/workflow_description.h"

namespace temporal {

namespace internal {
class ClientCore;      // sdk/client/client_core.h
struct UpdateOutcome;  // sdk/client/update_calls.h
struct StartRequest;   // sdk/client/start_request.h
struct OwnedContext;   // sdk/client/async_activity_handle.cc
}  // namespace internal

namespace client {

struct ClientOptions {
  std::string_view target = "127.0.0.1:7233";  // host:port of the frontend, no TLS
  std::string_view namespace_ = "default";
  std::string_view identity{};                         // Default: pid@host
  std::string_view default_task_queue{};               // for starts and workers that name none
  Logger* logger = nullptr;                            // Default: StderrLogger(). Must outlive the client
  DataConverter data_converter{};                      // of the client and its workers
  std::span<ClientInterceptor* const> interceptors{};  // the outermost first. They must outlive the client
};

enum class QueryRejectCondition { kNone = 1, kNotOpen = 2, kNotCompletedCleanly = 3 };

// How far an update must have come before StartUpdate returns. Same numbers as
// temporal.api.enums.v1.UpdateWorkflowExecutionLifecycleStage.
enum class UpdateStage { kAccepted = 2, kCompleted = 3 };

struct UpdateOptions {
  std::string_view id{};  // Default: a new one. One that the workflow knows names that update
  UpdateStage wait_for_stage = UpdateStage::kAccepted;
};

// An update that was asked for.
class UntypedUpdateHandle {
 public:
  UntypedUpdateHandle(std::shared_ptr<internal::ClientCore> core, std::string id, std::string workflow_id,
                      std::string run_id, std::shared_ptr<const internal::UpdateOutcome> outcome)
      : core_(std::move(core)),
        id_(std::move(id)),
        workflow_id_(std::move(workflow_id)),
        run_id_(std::move(run_id)),
        outcome_(std::move(outcome)) {}

  const std::string& id() const { return id_; }
  const std::string& workflow_id() const { return workflow_id_; }
  // Of the run that has the update; empty if the handle was made for whatever run is current.
  const std::string& run_id() const { return run_id_; }

  // Waits for the outcome. Throws UpdateFailedError.
  Payloads ResultPayloads() const;

 private:
  std::shared_ptr<internal::ClientCore> core_;
  std::string id_, workflow_id_, run_id_;
  std::shared_ptr<const internal::UpdateOutcome> outcome_;  // null: not known when the handle was made
};

template <class R>
class UpdateHandle : public UntypedUpdateHandle {
 public:
  explicit UpdateHandle(UntypedUpdateHandle untyped) : UntypedUpdateHandle(std::move(untyped)) {}

  // Waits for the result. Throws UpdateFailedError.
  R Result() const {
    Payloads payloads = ResultPayloads();
    if constexpr (!std::is_void_v<R>) return internal::DecodeResult<R>(payloads);
  }
};

// What a handle does without knowing the result type. One that comes from a start talks to whatever run of the workflow
// is current, so that it goes on working after a continue-as-new; one made for a run id talks to that run. Result,
// TryResult and FetchHistory begin at the run that was started, or at the one that the handle was made for.
class UntypedWorkflowHandle {
 public:
  UntypedWorkflowHandle(std::shared_ptr<internal::ClientCore> core, std::string id, std::string run_id,
                        std::string first_run_id)
      : core_(std::move(core)),
        id_(std::move(id)),
        run_id_(std::move(run_id)),
        first_run_id_(std::move(first_run_id)) {}

  const std::string& id() const { return id_; }
  // Of the run that was started, or that the handle was made for; empty: whatever run is current.
  const std::string& run_id() const { return run_id_; }
  const std::string& first_execution_run_id() const { return first_run_id_; }

  template <class... A>
  void Signal(const SignalRef<void(A...)>& signal, const std::type_identity_t<A>&... arguments) const {
    SignalPayloads(signal.name(), internal::EncodeArguments<A...>(arguments...));
  }
  // Answers of running and of closed runs alike. Throws QueryFailedError if the handler throws or there is none.
  template <class R, class... A>
  R Query(const QueryRef<R(A...)>& query, const std::type_identity_t<A>&... arguments) const {
    return internal::DecodeResult<R>(QueryPayloads(query.name(), internal::EncodeArguments<A...>(arguments...)));
  }
  // Sends an update and waits for its result. Throws UpdateFailedError if it is rejected or fails; RpcError NOT_FOUND
  // if the run closes before it is accepted.
  template <class R, class... A>
  R ExecuteUpdate(const UpdateRef<R(A...)>& update, const std::type_identity_t<A>&... arguments) const {
    UpdateOptions options;
    options.wait_for_stage = UpdateStage::kCompleted;
    return UpdateHandle<R>(StartUpdatePayloads(update.name(), options, internal::EncodeArguments<A...>(arguments...)))
        .Result();
  }
  // Sends an update and waits for `options.wait_for_stage`. One that is rejected throws from the handle's Result.
  template <class R, class... A>
  UpdateHandle<R> StartUpdate(const UpdateRef<R(A...)>& update, const UpdateOptions& options,
                              const std::type_identity_t<A>&... arguments) const {
    return UpdateHandle<R>(StartUpdatePayloads(update.name(), options, internal::EncodeArguments<A...>(arguments...)));
  }
  // A handle to an update that was asked for before. Asks nothing of the server.
  template <class R, class... A>
  UpdateHandle<R> GetUpdateHandle(const UpdateRef<R(A...)>&, std::string_view update_id) const {
    return UpdateHandle<R>(UntypedUpdateHandle(core_, std::string(update_id), id_, addressed_run_id(), nullptr));
  }
  // Asks the workflow to end; it may refuse, or clean up first. Does nothing to a closed run.
  void Cancel(std::string_view reason = "") const;
  // Ends it at once; its code does not run again. Throws RpcError NOT_FOUND for a closed run.
  template <class... Details>
  void Terminate(std::string_view reason = "", const Details&... details) const {
    TerminatePayloads(reason, Payloads{ToPayload(details)...});
  }
  // Begins a run again from one of its workflow tasks: a new run gets the events before that task, and what came from
  // outside since; the current run, if it is still open, is terminated. Answers a handle to the new run, which follows
  // the chain if this one does. Throws RpcError INVALID_ARGUMENT if the event is no such point.
  UntypedWorkflowHandle Reset(const ResetWorkflowOptions& options) const;
  // Deletes the run that run_id() names, or the current one, with its history; terminates it first if it is open. A
  // real server does so a little later. Throws RpcError NOT_FOUND.
  void Delete() const;
  WorkflowDescription Describe() const;
  // The events of the run so far, with payloads as the server has them: a replayer decodes them.
  WorkflowHistory FetchHistory() const;

  // By plain name, with payloads.
  void SignalPayloads(std::string_view name, Payloads input) const;
  Payloads QueryPayloads(std::string_view name, Payloads input,
                         QueryRejectCondition reject = QueryRejectCondition::kNone) const;
  UntypedUpdateHandle StartUpdatePayloads(std::string_view name, const UpdateOptions& options, Payloads input) const;
  void TerminatePayloads(std::string_view reason, Payloads details) const;
  // Waits for the end of the chain of runs (continue-as-new, retry, cron). Throws WorkflowFailedError.
  Payloads ResultPayloads() const;
  // Nothing if it has not ended; never waits for it.
  std::optional<Payloads> TryResultPayloads() const;

 private:
  // Empty: the current run.
  std::string addressed_run_id() const { return first_run_id_.empty() ? run_id_ : ""; }

  std::shared_ptr<internal::ClientCore> core_;
  std::string id_, run_id_, first_run_id_;  // the last one only of a handle that comes from a start
};

template <class R>
class WorkflowHandle : public UntypedWorkflowHandle {
 public:
  using UntypedWorkflowHandle::UntypedWorkflowHandle;
  explicit WorkflowHandle(UntypedWorkflowHandle untyped) : UntypedWorkflowHandle(std::move(untyped)) {}

  WorkflowHandle Reset(const ResetWorkflowOptions& options) const {
    return WorkflowHandle(UntypedWorkflowHandle::Reset(options));
  }
  // Waits for the end and answers the result. Follows continue-as-new, retries and cron. Throws WorkflowFailedError.
  R Result() const {
    Payloads payloads = ResultPayloads();
    if constexpr (!std::is_void_v<R>) return internal::DecodeResult<R>(payloads);
  }
  // Empty (or false, for void) if it has not ended; never waits for it.
  auto TryResult() const {
    std::optional<Payloads> payloads = TryResultPayloads();
    if constexpr (std::is_void_v<R>)
      return payloads.has_value();
    else
      return payloads ? std::optional<R>(internal::DecodeResult<R>(*payloads)) : std::nullopt;
  }
};

// A start that is made only if an update or a signal finds no running workflow (Client::WithStart). It may be used
// again. R: the workflow's result.
template <class R>
class WithStartWorkflow {
 public:
  explicit WithStartWorkflow(std::shared_ptr<const internal::StartRequest> request) : request_(std::move(request)) {}
  const internal::StartRequest& request() const { return *request_; }

 private:
  std::shared_ptr<const internal::StartRequest> request_;
};

// An activity that answered ctx.CompleteAsync(). Each call throws RpcError NOT_FOUND once the activity has ended.
class AsyncActivityHandle {
 public:
  AsyncActivityHandle(std::shared_ptr<internal::ClientCore> core, std::string task_token, std::string workflow_id,
                      std::string run_id, std::string activity_id);

  template <class T>
  void Complete(const T& result) const {
    CompletePayloads({ToPayload(result)});
  }
  void Complete() const { CompletePayloads({internal::EncodeNull()}); }
  void Fail(const Failure& failure) const;
  // Throws CanceledFailure if the activity's cancellation has been requested.
  template <class... Details>
  void Heartbeat(const Details&... details) const {
    HeartbeatPayloads(Payloads{ToPayload(details)...});
  }
  template <class... Details>
  void ReportCancellation(const Details&... details) const {
    ReportCancellationPayloads(Payloads{ToPayload(details)...});
  }

  void CompletePayloads(Payloads result) const;
  void HeartbeatPayloads(Payloads details) const;
  void ReportCancellationPayloads(Payloads details) const;

  // A handle that tells the payload codec what the activity's worker and its workflow tell it: what the activity's
  // Info().serialization_context() was. Needed by codecs alone that look at more than namespace and workflow.
  AsyncActivityHandle WithContext(const SerializationContext& context) const;

 private:
  SerializationContext context() const;

  std::shared_ptr<internal::ClientCore> core_;
  std::string task_token_, workflow_id_, run_id_, activity_id_;  // the token, or else the ids
  std::shared_ptr<const internal::OwnedContext> context_;        // null: nobody told
};

class Client {
 public:
  // Connects over gRPC. Throws RpcError if the server does not answer.
  static Client Connect(const ClientOptions& options = {});
  explicit Client(std::shared_ptr<internal::ClientCore> core) : core_(std::move(core)) {}

  // Throws WorkflowAlreadyStartedError if a run of that id is open, or the reuse policy forbids another.
  template <class R, class... A>
  WorkflowHandle<R> StartWorkflow(const WorkflowRef<R(A...)>& workflow, const StartWorkflowOptions& options,
                                  const std::type_identity_t<A>&... arguments) const {
    StartedWorkflow started = Start(workflow.name(), options, internal::EncodeArguments<A...>(arguments...));
    return WorkflowHandle<R>(core_, std::move(started.id), std::move(started.run_id),
                             std::move(started.first_execution_run_id));
  }
  // Starts it and waits for the result.
  template <class R, class... A>
  R ExecuteWorkflow(const WorkflowRef<R(A...)>& workflow, const StartWorkflowOptions& options,
                    const std::type_identity_t<A>&... arguments) const {
    return StartWorkflow(workflow, options, arguments...).Result();
  }
  // By plain name, with payloads.
  UntypedWorkflowHandle StartWorkflowPayloads(std::string_view type, const StartWorkflowOptions& options,
                                              Payloads input) const;

  // Prepares a start that goes along with an update or a signal. `options` must name an id and, for an update, an
  // id_conflict_policy: kUseExisting to update a workflow that runs, kFail to insist on a new one.
  template <class R, class... A>
  WithStartWorkflow<R> WithStart(const WorkflowRef<R(A...)>& workflow, const StartWorkflowOptions& options,
                                 const std::type_identity_t<A>&... arguments) const {
    return WithStartWorkflow<R>(PrepareStart(workflow.name(), options, internal::EncodeArguments<A...>(arguments...)));
  }
  // Starts the workflow unless it runs, sends it the update, in one call, and waits for `options.wait_for_stage`.
  // Throws WorkflowAlreadyStartedError, or RpcError.
  template <class W, class R, class... A>
  UpdateHandle<R> StartUpdateWithStart(const WithStartWorkflow<W>& start, const UpdateRef<R(A...)>& update,
                                       const UpdateOptions& options,
                                       const std::type_identity_t<A>&... arguments) const {
    return UpdateHandle<R>(
        UpdateWithStart(start.request(), update.name(), options, internal::EncodeArguments<A...>(arguments...)));
  }
  // The same, and waits for the update's result.
  template <class W, class R, class... A>
  R ExecuteUpdateWithStart(const WithStartWorkflow<W>& start, const UpdateRef<R(A...)>& update,
                           const std::type_identity_t<A>&... arguments) const {
    UpdateOptions options;
    options.wait_for_stage = UpdateStage::kCompleted;
    return StartUpdateWithStart(start, update, options, arguments...).Result();
  }
  // Starts the workflow unless it runs, and signals it, in one call: no other caller's signal or start comes between.
  // The handle's run_id is empty if the workflow ran before. Throws WorkflowAlreadyStartedError if the reuse policy
  // forbids a start.
  template <class R, class... A>
  WorkflowHandle<R> SignalWithStart(const WithStartWorkflow<R>& start, const SignalRef<void(A...)>& signal,
                                    const std::type_identity_t<A>&... arguments) const {
    StartedWorkflow started =
        SignalWithStart(start.request(), signal.name(), internal::EncodeArguments<A...>(arguments...));
    return WorkflowHandle<R>(core_, std::move(started.id), std::move(started.run_id),
                             std::move(started.first_execution_run_id));
  }

  // A handle to an existing workflow. Asks nothing of the server. An empty run id stands for the current run.
  template <class R, class... A>
  WorkflowHandle<R> GetWorkflowHandle(const WorkflowRef<R(A...)>&, std::string_view id,
                                      std::string_view run_id = "") const {
    return WorkflowHandle<R>(core_, std::string(id), std::string(run_id), "");
  }
  UntypedWorkflowHandle GetWorkflowHandle(std::string_view id, std::string_view run_id = "") const {
    return UntypedWorkflowHandle(core_, std::string(id), std::string(run_id), "");
  }

  // Finds workflows by a visibility query, such as "WorkflowType = 'Order' AND ExecutionStatus = 'Running'"; all for an
  // empty one. A real server shows what has happened after a short while, the embedded one at once.
  WorkflowList ListWorkflows(std::string_view query = "", const ListWorkflowsOptions& options = {}) const;
  // How many there are; of "… GROUP BY ExecutionStatus" also in each group.
  WorkflowCount CountWorkflows(std::string_view query = "") const;

  AsyncActivityHandle GetAsyncActivityHandle(std::string_view task_token) const;
  AsyncActivityHandle GetAsyncActivityHandle(std::string_view workflow_id, std::string_view run_id,
                                             std::string_view activity_id) const;

  const std::shared_ptr<internal::ClientCore>& core() const { return core_; }

 private:
  std::shared_ptr<const internal::StartRequest> PrepareStart(std::string_view type, const StartWorkflowOptions& options,
                                                             Payloads input) const;
  UntypedUpdateHandle UpdateWithStart(const internal::StartRequest& start, std::string_view name,
                                      const UpdateOptions& options, Payloads input) const;
  StartedWorkflow SignalWithStart(const internal::StartRequest& start, std::string_view name, Payloads input) const;
  StartedWorkflow Start(std::string_view type, const StartWorkflowOptions& options, Payloads input) const;

  std::shared_ptr<internal::ClientCore> core_;
};

}  // namespace client
}  // namespace temporal

#endif  // TEMPORAL_CLIENT_H_
