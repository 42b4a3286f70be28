// workflow::Context: everything that workflow code may do. Explicit, never ambient: outside a workflow it does not
// compile.
//
// A workflow is a class constructed from a Context& (it registers its handlers there) with `Task<R> Run(A…)`, or a free
// coroutine `Task<R> F(workflow::Context&, A…)`. Its code must be deterministic: time, randomness, waiting and logging
// come from the context, everything else from activities. All calls are made on the one thread that runs the workflow.
#ifndef TEMPORAL_WORKFLOW_H_
#define TEMPORAL_WORKFLOW_H_

#include <initializer_list>
#include <memory>
#include <optional>
#include <source_location>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "temporal/child_workflow.h"
#include "temporal/combinators.h"
#include "temporal/failure.h"
#include "temporal/future.h"
#include "temporal/log.h"
#include "temporal/options.h"
#include "temporal/payload.h"
#include "temporal/refs.h"
#include "temporal/scope.h"
#include "temporal/search_attributes.h"
#include "temporal/task.h"
#include "temporal/temporaries.h"
#include "temporal/workflow_handlers.h"
#include "temporal/workflow_info.h"
#include "temporal/workflow_runtime.h"
#include "temporal/workflow_waits.h"

namespace temporal::workflow {

class Context {
 public:
  // For the engine.
  Context(internal::WorkflowRuntime& runtime, internal::Scope& scope) : runtime_(runtime), scope_(scope) {}
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  // Schedules an activity at once; await the future for its result. Throws ActivityFailure when awaited, with the cause
  // below; std::invalid_argument at the call (the task fails, nothing is scheduled) if neither start_to_close_timeout
  // nor schedule_to_close_timeout is set.
  template <class R, class... A, class... Given>
  Future<R> ExecuteActivity(const ActivityRef<R(A...)>& activity, const ActivityOptions& options, Given&&... given) {
    return Schedule<R>(activity.name(), options, internal::EncodeGiven<A...>(std::forward<Given>(given)...));
  }
  // The same by plain name: R is the result type, the arguments are encoded as they are.
  template <class R = void, class... Given>
  Future<R> ExecuteActivity(std::string_view type, const ActivityOptions& options, Given&&... given) {
    return Schedule<R>(type, options, internal::EncodeGiven<std::decay_t<Given>...>(std::forward<Given>(given)...));
  }

  // Runs an activity in this very worker, within the workflow task, which is kept open as long: for short ones. Its
  // result is a marker in the history. It runs again if the worker is lost before that. Throws ActivityFailure when
  // awaited, with the cause below; std::invalid_argument at the call if neither start_to_close_timeout nor
  // schedule_to_close_timeout is set. The task fails if this worker has no activity of that type.
  template <class R, class... A, class... Given>
  Future<R> ExecuteLocalActivity(const ActivityRef<R(A...)>& activity, const LocalActivityOptions& options,
                                 Given&&... given) {
    return ScheduleLocal<R>(activity.name(), options, internal::EncodeGiven<A...>(std::forward<Given>(given)...));
  }
  template <class R = void, class... Given>
  Future<R> ExecuteLocalActivity(std::string_view type, const LocalActivityOptions& options, Given&&... given) {
    return ScheduleLocal<R>(type, options,
                            internal::EncodeGiven<std::decay_t<Given>...>(std::forward<Given>(given)...));
  }

  // Calls an operation of a Nexus service; throws what it failed with when awaited.
  template <class R, class Given>
  Future<R> ExecuteNexusOperation(const NexusOperationOptions& options, Given&& input) {
    auto state = std::make_shared<internal::FutureState<R>>();
    runtime_.ScheduleNexusOperation(
        options, internal::EncodeGiven<std::decay_t<Given>>(std::forward<Given>(input)).front(), scope_, state);
    return Future<R>(std::move(state));
  }

  // Starts a child workflow at once; await the future for its result. Throws ChildWorkflowFailure when awaited, with
  // the cause below; also when the child could not be started.
  template <class R, class... A, class... Given>
  Future<R> ExecuteChildWorkflow(const WorkflowRef<R(A...)>& workflow, const ChildWorkflowOptions& options,
                                 Given&&... given) {
    return StartChild<R>(workflow.name(), options, internal::EncodeGiven<A...>(std::forward<Given>(given)...)).result;
  }
  // The same by plain name: R is the result type, the arguments are encoded as they are.
  template <class R = void, class... Given>
  Future<R> ExecuteChildWorkflow(std::string_view type, const ChildWorkflowOptions& options, Given&&... given) {
    return StartChild<R>(type, options, internal::EncodeGiven<std::decay_t<Given>...>(std::forward<Given>(given)...))
        .result;
  }
  // The same, but the future is ready when the child has started, and holds its handle. Throws ChildWorkflowFailure
  // when awaited if it could not be started.
  template <class R, class... A, class... Given>
  Future<ChildWorkflowHandle<R>> StartChildWorkflow(const WorkflowRef<R(A...)>& workflow,
                                                    const ChildWorkflowOptions& options, Given&&... given) {
    return StartChild<R>(workflow.name(), options, internal::EncodeGiven<A...>(std::forward<Given>(given)...)).started;
  }
  template <class R = void, class... Given>
  Future<ChildWorkflowHandle<R>> StartChildWorkflow(std::string_view type, const ChildWorkflowOptions& options,
                                                    Given&&... given) {
    return StartChild<R>(type, options, internal::EncodeGiven<std::decay_t<Given>...>(std::forward<Given>(given)...))
        .started;
  }

  // A handle to another workflow of the namespace, to signal or cancel it. Asks nothing of the server. An empty run id
  // stands for the current run.
  ExternalWorkflowHandle GetExternalWorkflowHandle(std::string_view id, std::string_view run_id = "") const {
    return ExternalWorkflowHandle(runtime_, scope_, id, run_id);
  }

  // A durable timer.
  Future<void> Sleep(Duration duration, const TimerOptions& options = {}) {
    auto state = std::make_shared<internal::FutureState<void>>();
    runtime_.StartTimer(duration, options, scope_, state);
    return Future<void>(std::move(state));
  }

  // Waits until `predicate()` is true. It is evaluated whenever the workflow's code has run; it must only read. Throws
  // CanceledFailure if the scope is cancelled first.
  template <class F>
  auto WaitCondition(F&& predicate) {
    static_assert(
        internal::kSafeCallable<F>,
        "name this lambda in a variable before the call: this compiler destroys its captures twice otherwise");
    return detail::ConditionAwaiter<std::decay_t<F>>(runtime_, scope_, std::forward<F>(predicate));
  }
  // The same, at most `timeout`, by a durable timer; answers whether the predicate holds. No timer if it holds at once.
  template <class F>
  auto WaitCondition(F&& predicate, Duration timeout, const TimerOptions& options = {}) {
    static_assert(
        internal::kSafeCallable<F>,
        "name this lambda in a variable before the call: this compiler destroys its captures twice otherwise");
    return typename detail::ConditionAwaiter<std::decay_t<F>>::Timed(runtime_, scope_, std::forward<F>(predicate),
                                                                     timeout, options);
  }

  // Runs a task concurrently with the caller: it starts when the caller waits next. If it fails and its future is
  // dropped without anyone having awaited it, the workflow task fails.
  template <class T>
  Future<T> Spawn(Task<T> task) {
    if (!runtime_.MayCommand("Spawn")) return Future<T>(std::make_shared<internal::FutureState<T>>());
    auto future = internal::StartRoot(runtime_, std::move(task));
    runtime_.WatchSpawned(future.state());
    return future;
  }

  // The time of the current workflow task: the same on replay.
  TimePoint Now() const { return runtime_.Now(); }
  workflow::Random Random() { return workflow::Random(runtime_); }
  // A version-4 UUID, the same on replay.
  std::string Uuid4() { return runtime_.NewUuid(); }

  // Whether this run takes the changed code path that `id` names: yes for new runs, which record it; on replay, if it
  // was recorded (by another SDK's versions, too). The answer stays the same for the whole run.
  bool Patched(std::string_view id, std::source_location where = std::source_location::current()) {
    return runtime_.Patched(id, false, where);
  }
  // No run that did not take the path is left: keeps replaying those that recorded it, so that the call can go later.
  void DeprecatePatch(std::string_view id, std::source_location where = std::source_location::current()) {
    runtime_.Patched(id, true, where);
  }
  // Calls `f`, which must be quick and may be nondeterministic, once; records its value, which replays see.
  template <class F>
  auto SideEffect(F&& f, std::source_location where = std::source_location::current()) {
    using R = std::decay_t<std::invoke_result_t<F&>>;
    if (const std::optional<Payload> recorded = runtime_.RecordedSideEffect(where)) return FromPayload<R>(*recorded);
    R value = f();
    runtime_.RecordSideEffect(ToPayload<R>(value), where);
    return value;
  }

  // Changes the run's search attributes; seen in Info() at once, by others when the task is done.
  void UpsertSearchAttributes(std::initializer_list<SearchAttributeUpdate> updates,
                              std::source_location where = std::source_location::current()) {
    runtime_.UpsertSearchAttributes(std::span(updates.begin(), updates.size()), where);
  }
  // Changes one entry of the run's memo; nullptr removes it.
  template <class T>
  void UpsertMemo(std::string_view key, const T& value, std::source_location where = std::source_location::current()) {
    const MemoEntry entry{key, ToPayload(value)};
    runtime_.UpsertMemo(std::span(&entry, 1), where);
  }
  // The same for several, over a named variable, by one command.
  void UpsertMemo(std::span<const MemoEntry> entries, std::source_location where = std::source_location::current()) {
    runtime_.UpsertMemo(entries, where);
  }

  const workflow::Info& Info() const { return runtime_.GetInfo(); }
  // Silent while replaying; carries workflow id, run id and type.
  ScopedLog Log() const { return runtime_.Log(); }

  // Handlers are registered in the workflow's constructor, so that they exist before the first signal. A signal handler
  // returns void or Task<void>; a query handler returns the answer at once and changes nothing. A second registration
  // replaces the first. The handler lives as long as the run, or until it was replaced and what it
  // runs has ended.
  template <class... A, class F>
  void OnSignal(const SignalRef<void(A...)>& signal, F handler, const HandlerOptions& options = {}) {
    static_assert(std::is_invocable_v<F&, A...>, "the handler does not take the signal's arguments");
    using Result = std::invoke_result_t<F&, A...>;
    static_assert(std::is_void_v<Result> || std::is_same_v<Result, Task<void>>,
                  "a signal handler returns void or Task<void>");
    runtime_.SetSignalHandler(signal.name(),
                              std::make_unique<internal::TypedSignalHandler<F, A...>>(std::move(handler)), options);
  }
  template <class R, class... A, class F>
  void OnQuery(const QueryRef<R(A...)>& query, F handler, const HandlerOptions& options = {}) {
    static_assert(std::is_invocable_r_v<R, F&, A...>,
                  "the handler does not take the query's arguments or does not answer its result type");
    runtime_.SetQueryHandler(query.name(),
                             std::make_unique<internal::TypedQueryHandler<F, R, A...>>(std::move(handler)), options);
  }
  // Handlers of what no other handler is named for: they take the name and the payloads. A signal that came before
  // there was a handler waits for one, and is then handled in the order of arrival.
  template <class F>
  void OnDynamicSignal(F handler, const HandlerOptions& options = {}) {
    static_assert(std::is_invocable_v<F&, std::string, Payloads>,
                  "a dynamic signal handler takes (std::string name, temporal::Payloads input)");
    using Result = std::invoke_result_t<F&, std::string, Payloads>;
    static_assert(std::is_void_v<Result> || std::is_same_v<Result, Task<void>>,
                  "a signal handler returns void or Task<void>");
    runtime_.SetSignalHandler("", std::make_unique<internal::DynamicSignalHandler<F>>(std::move(handler)), options);
  }
  template <class F>
  void OnDynamicQuery(F handler, const HandlerOptions& options = {}) {
    static_assert(std::is_invocable_v<F&, std::string, Payloads>,
                  "a dynamic query handler takes (std::string name, temporal::Payloads input)");
    runtime_.SetQueryHandler("", std::make_unique<internal::DynamicQueryHandler<F>>(std::move(handler)), options);
  }

  // What the UI shows of the run as it is now, in Markdown.
  void SetCurrentDetails(std::string details) { runtime_.SetCurrentDetails(std::move(details)); }
  const std::string& CurrentDetails() const { return runtime_.CurrentDetails(); }

  // An update handler returns the update's result, or a Task of it. A Failure that it throws is the update's outcome;
  // any other exception fails the workflow task. The validator takes the same arguments and only reads: what it throws
  // rejects the update, which then leaves no trace in the history; it is not called on replay. Either may take a
  // `const workflow::UpdateInfo&` before the arguments, which lives as long as the handler runs.
  template <class R, class... A, class F>
  void OnUpdate(const UpdateRef<R(A...)>& update, F handler, const HandlerOptions& options = {}) {
    OnUpdate(update, std::move(handler), internal::AcceptAll(), options);
  }
  template <class R, class... A, class F, class V>
  void OnUpdate(const UpdateRef<R(A...)>& update, F handler, V validator, const HandlerOptions& options = {}) {
    static_assert(std::is_invocable_v<F&, A...> || internal::kAsksForUpdate<F, A...>,
                  "the handler does not take the update's arguments");
    static_assert(std::is_invocable_v<V&, A...> || internal::kAsksForUpdate<V, A...>,
                  "the validator does not take the update's arguments");
    using Result = internal::UpdateResultOf<F, A...>;
    static_assert(std::is_same_v<Result, Task<R>> || std::is_void_v<R> || std::is_convertible_v<Result, R>,
                  "an update handler returns the update's result type R, or Task<R>");
    runtime_.SetUpdateHandler(
        update.name(),
        std::make_unique<internal::TypedUpdateHandler<F, V, R, A...>>(std::move(handler), std::move(validator)),
        options);
  }
  // The handler of updates that no other is named for, with its own validator: they take the name and the payloads.
  template <class F>
  void OnDynamicUpdate(F handler, const HandlerOptions& options = {}) {
    OnDynamicUpdate(std::move(handler), internal::AcceptAll(), options);
  }
  template <class F, class V>
  void OnDynamicUpdate(F handler, V validator, const HandlerOptions& options = {}) {
    static_assert(std::is_invocable_v<F&, std::string, Payloads> || internal::kAsksForUpdate<F, std::string, Payloads>,
                  "a dynamic update handler takes (std::string name, temporal::Payloads input)");
    static_assert(std::is_invocable_v<V&, std::string, Payloads> || internal::kAsksForUpdate<V, std::string, Payloads>,
                  "the validator of a dynamic update handler takes (std::string name, temporal::Payloads input)");
    runtime_.SetUpdateHandler(
        "", std::make_unique<internal::DynamicUpdateHandler<F, V>>(std::move(handler), std::move(validator)), options);
  }
  // Whether no handler of a signal or of an update is under way: what to wait for before the workflow ends, so that
  // every update that was accepted is answered.
  bool AllHandlersFinished() const { return runtime_.AllHandlersFinished(); }

  // Ends this run and starts the next one of the chain, with these arguments. Never returns: it throws something that
  // is no std::exception; let it pass.
  template <class R, class... A, class... Given>
  [[noreturn]] void ContinueAsNew(const WorkflowRef<R(A...)>& workflow, const ContinueAsNewOptions& options,
                                  const Given&... given) {
    ThrowContinueAsNew(workflow.name(), options, internal::EncodeArguments<A...>(given...));
  }

  // Whether this context's scope has been cancelled; for the workflow's own context: whether its cancellation was
  // requested.
  bool IsCancelled() const { return scope_.cancelled(); }
  // The reason that came with that cancellation; empty if there was none, and until it is cancelled.
  const std::string& cancellation_reason() const { return scope_.reason(); }
  // Waits for that without throwing.
  auto WaitCancelled() { return detail::CancelledAwaiter(runtime_, scope_); }

  // For the engine and for what is built on the context.
  internal::WorkflowRuntime& runtime() const { return runtime_; }
  internal::Scope& scope() const { return scope_; }

 private:
  template <class R>
  Future<R> Schedule(std::string_view type, const ActivityOptions& options, Payloads input) {
    auto state = std::make_shared<internal::FutureState<R>>();
    runtime_.ScheduleActivity(type, options, std::move(input), scope_, state);
    return Future<R>(std::move(state));
  }
  template <class R>
  Future<R> ScheduleLocal(std::string_view type, const LocalActivityOptions& options, Payloads input) {
    auto state = std::make_shared<internal::FutureState<R>>();
    runtime_.ScheduleLocalActivity(type, options, std::move(input), scope_, state);
    return Future<R>(std::move(state));
  }
  template <class R>
  struct Child {
    Future<ChildWorkflowHandle<R>> started;
    Future<R> result;
  };
  template <class R>
  Child<R> StartChild(std::string_view type, const ChildWorkflowOptions& options, Payloads input) {
    runtime_.MayCommand("StartChildWorkflow");
    auto child = std::make_shared<internal::ChildWorkflowState>(scope_);
    child->workflow_id = options.id.empty() ? runtime_.NewUuid() : std::string(options.id);
    auto result = std::make_shared<internal::FutureState<R>>();
    auto started = std::make_shared<internal::FutureState<ChildWorkflowHandle<R>>>(
        ChildWorkflowHandle<R>(runtime_, child, result));
    runtime_.StartChildWorkflow(type, options, std::move(input), child, started, result);
    return {Future<ChildWorkflowHandle<R>>(std::move(started)), Future<R>(std::move(result))};
  }
  [[noreturn]] void ThrowContinueAsNew(std::string_view type, const ContinueAsNewOptions& options, Payloads input);

  internal::WorkflowRuntime& runtime_;
  internal::Scope& scope_;
};

// A context whose waits, timers and activities can be cancelled on their own, and end when the context above is
// cancelled.
//
//   workflow::CancellationScope scope(ctx);
//   auto charge = scope->ExecuteActivity(kCharge, {…}, order);
//   …
//   scope.Cancel();
//
// What was started in it goes on when the scope object is destroyed; only Cancel stops it.
class CancellationScope {
 public:
  explicit CancellationScope(Context& above) : scope_(&above.scope()), context_(above.runtime(), scope_) {}
  // Not cancelled with the run: for cleaning up after a cancellation.
  static CancellationScope Detached(Context& any) { return CancellationScope(any, nullptr); }

  void Cancel(const std::string& reason = "") {
    if (!context_.runtime().MayCommand("Cancel")) return;
    scope_.OnCancel(reason);
  }
  Context& context() { return context_; }
  Context* operator->() { return &context_; }
  bool cancelled() const { return scope_.cancelled(); }

 private:
  CancellationScope(Context& any, std::nullptr_t) : scope_(nullptr), context_(any.runtime(), scope_) {}

  internal::Scope scope_;
  Context context_;
};

}  // namespace temporal::workflow

#endif  // TEMPORAL_WORKFLOW_H_
