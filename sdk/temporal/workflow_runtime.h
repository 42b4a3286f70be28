// What workflow::Context stands on: one abstract runtime for each run, implemented by the engine.
//
// Internal; public only because Context's calls are templates. Loop-confined.
#ifndef TEMPORAL_WORKFLOW_RUNTIME_H_
#define TEMPORAL_WORKFLOW_RUNTIME_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <source_location>
#include <span>
#include <string>
#include <string_view>

#include "temporal/future.h"
#include "temporal/log.h"
#include "temporal/options.h"
#include "temporal/payload.h"
#include "temporal/scope.h"
#include "temporal/search_attributes.h"
#include "temporal/task.h"

namespace temporal::workflow {
class Context;
struct Info;
struct UpdateInfo;
}  // namespace temporal::workflow

namespace temporal::internal {

// A signal handler, type-erased. The task runs as a coroutine of the run.
class SignalHandler {
 public:
  virtual ~SignalHandler() = default;
  // `name` outlives the coroutine.
  virtual Task<void> Handle(std::string_view name, Payloads input) = 0;
};

// A query handler, type-erased. Must not change the workflow.
class QueryHandler {
 public:
  virtual ~QueryHandler() = default;
  virtual Payload Answer(std::string_view name, const Payloads& input) = 0;
};

// An update handler with its validator, type-erased.
class UpdateHandler {
 public:
  virtual ~UpdateHandler() = default;
  // Throws what the update is rejected with. Must not change the workflow. Not called on replay.
  virtual void Validate(const workflow::UpdateInfo& update, const Payloads& input) = 0;
  // The task runs as a coroutine of the run; `update` outlives it. The result is one payload; null for void.
  virtual Task<Payload> Handle(const workflow::UpdateInfo& update, Payloads input) = 0;
};

// A wait for a predicate: evaluated after the coroutines have run until all wait, in the order of registration; the
// first that holds is resumed (all that hold, in histories of SDKs that did so), then everything runs again.
class Condition : public ListNode {
 public:
  virtual bool Holds() = 0;
  // Puts the waiting coroutine into the dispatcher's queue. Called once, after the node has left the list.
  virtual void Wake() = 0;

 protected:
  ~Condition() = default;
};

// A workflow that another one signals or cancels.
struct ExternalWorkflow {
  std::string workflow_id;
  std::string run_id;  // empty: the current run
  bool child = false;  // only if it is a child of this run
};

struct ChildWorkflowState;  // temporal/child_workflow.h

// What Context::ContinueAsNew throws. Not an exception of the std tree, so that a `catch (const std::exception&)` in
// workflow code lets it pass.
struct ContinueAsNewCommand {
  std::string workflow_type;
  ContinueAsNewOptions options;  // its borrowed strings are copied below
  std::string task_queue;
  std::vector<std::string> non_retryable_error_types;
  std::map<std::string, Payload, std::less<>> memo;
  SearchAttributes search_attributes;
  Payloads input;
};

// A workflow's main coroutine, a handler or a spawned task: owned by the run, destroyed with it.
class RootCoroutine;

class WorkflowRuntime {
 public:
  virtual const workflow::Info& GetInfo() const = 0;
  virtual TimePoint Now() const = 0;
  virtual std::uint64_t NextRandom() = 0;
  virtual std::string NewUuid() = 0;
  virtual ScopedLog Log() const = 0;
  virtual Dispatcher& dispatcher() = 0;

  // Records the command at once; `result` is resolved or fails later, or at once in a cancelled scope. Options are
  // borrowed. Throws std::invalid_argument if neither start_to_close nor schedule_to_close is set.
  virtual void ScheduleActivity(std::string_view type, const ActivityOptions& options, Payloads input, Scope& scope,
                                std::shared_ptr<FutureStateBase> result) = 0;
  virtual void ScheduleLocalActivity(std::string_view type, const LocalActivityOptions& options, Payloads input,
                                     Scope& scope, std::shared_ptr<FutureStateBase> result) = 0;
  virtual void ScheduleNexusOperation(const NexusOperationOptions& options, Payload input, Scope& scope,
                                      std::shared_ptr<FutureStateBase> result) = 0;
  // Zero or negative durations fire in a later task, as on the server. `result` may be cancelled with CancelTimer,
  // which makes it fail with CanceledFailure. That is for the timer of a wait that has ended: SDKs that left such a
  // timer running are replayed so.
  // Counts a timer that is over before it has begun: the numbers of later ones are those that other SDKs would give.
  virtual void SkipTimer() = 0;
  virtual void StartTimer(Duration after, const TimerOptions& options, Scope& scope,
                          std::shared_ptr<FutureState<void>> result) = 0;
  virtual void CancelTimer(const FutureState<void>& timer) = 0;
  // Records the command at once. `started` becomes ready when the child has started, `result` when it has ended; both
  // fail if it could not be started, or was cancelled before. Its workflow id and scope are in `child`.
  virtual void StartChildWorkflow(std::string_view type, const ChildWorkflowOptions& options, Payloads input,
                                  std::shared_ptr<ChildWorkflowState> child, std::shared_ptr<FutureStateBase> started,
                                  std::shared_ptr<FutureStateBase> result) = 0;
  // Record the command at once; `result` is resolved, or fails, when the answer is there. A signal that was not sent
  // yet ends with `scope`, unless that was cancelled before.
  virtual void SignalExternalWorkflow(const ExternalWorkflow& target, std::string_view signal, Payloads input,
                                      const std::source_location& where, std::shared_ptr<Scope> scope,
                                      std::shared_ptr<FutureState<void>> result) = 0;
  virtual void CancelExternalWorkflow(const ExternalWorkflow& target, const std::string& reason,
                                      const std::source_location& where, std::shared_ptr<FutureState<void>> result) = 0;
  virtual void AddCondition(Condition& condition) = 0;
  // condition.Holds(), which may not change the workflow.
  virtual bool Evaluate(Condition& condition) = 0;

  virtual bool Patched(std::string_view id, bool deprecated, const std::source_location& where) = 0;
  // What the history holds for the next side effect; nothing if it is to be made now and told to RecordSideEffect.
  virtual std::optional<Payload> RecordedSideEffect(const std::source_location& where) = 0;
  virtual void RecordSideEffect(Payload value, const std::source_location& where) = 0;
  virtual void UpsertSearchAttributes(std::span<const SearchAttributeUpdate> updates,
                                      const std::source_location& where) = 0;
  virtual void UpsertMemo(std::span<const MemoEntry> entries, const std::source_location& where) = 0;

  // An empty name stands for all names that have no handler of their own.
  virtual void SetSignalHandler(std::string_view name, std::unique_ptr<SignalHandler> handler,
                                const HandlerOptions& options) = 0;
  virtual void SetQueryHandler(std::string_view name, std::unique_ptr<QueryHandler> handler,
                               const HandlerOptions& options) = 0;

  virtual void SetCurrentDetails(std::string details) = 0;
  virtual const std::string& CurrentDetails() const = 0;

  // A task that the code has spawned: if it fails and nobody asks, the workflow task fails with it.
  virtual void WatchSpawned(std::shared_ptr<FutureStateBase> result) = 0;
  virtual void SetUpdateHandler(std::string_view name, std::unique_ptr<UpdateHandler> handler,
                                const HandlerOptions& options) = 0;
  // Whether no handler of a signal or of an update is under way.
  virtual bool AllHandlersFinished() const = 0;

  // Roots run in the order in which they were added, after what is ready.
  virtual void AddRoot(RootCoroutine& root) = 0;

  // Throws ReadOnlyContextError naming `what` where commands are forbidden: in a query handler, in a condition and in a
  // validator; std::logic_error outside of the run's own code. False while the run is being destroyed, and once its
  // task has failed: the call does nothing then. Every call above that changes the workflow asks first.
  virtual bool MayCommand(const char* what) = 0;

 protected:
  ~WorkflowRuntime() = default;
};

// The promise of a root coroutine: registers itself with the run, destroys itself at the end.
class RootCoroutine : public PromiseBase, public ListNode {
 public:
  Waiter& waiter() { return waiter_; }
  void Destroy() { waiter_.handle.destroy(); }

  // For reports: "Run", "signal" and "update" with their names, "spawned". Both must outlive it.
  const char* kind = "spawned";
  std::string_view name;

 protected:
  ~RootCoroutine() = default;
  Waiter waiter_;
};

struct Root {
  struct promise_type final : RootCoroutine {
    Root get_return_object() {
      waiter_.handle = std::coroutine_handle<promise_type>::from_promise(*this);
      return Root{this};
    }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }  // RunRoot catches everything
  };
  RootCoroutine* coroutine;
};

template <class T>
Root RunRoot(Task<T> task, std::shared_ptr<FutureState<T>> state) {
  try {
    if constexpr (std::is_void_v<T>) {
      co_await std::move(task);
      state->Resolve();
    } else {
      state->Resolve(co_await std::move(task));
    }
  } catch (...) {
    state->Fail(std::current_exception());
  }
}

// Starts `task` as a coroutine of the run.
template <class T>
Future<T> StartRoot(WorkflowRuntime& runtime, Task<T> task) {
  auto state = std::make_shared<FutureState<T>>();
  Root root = RunRoot(std::move(task), state);
  root.coroutine->Attach(runtime.dispatcher(), nullptr, nullptr);
  runtime.AddRoot(*root.coroutine);
  return Future<T>(std::move(state));
}

}  // namespace temporal::internal

#endif  // TEMPORAL_WORKFLOW_RUNTIME_H_
