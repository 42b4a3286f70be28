// workflow::Context: everything that workflow code may do. Explicit, never ambient: outside a workflow it does not
// compile.
//
// A workflow is a class constructed from a Context& (it registers its handlers there) with `Task<R> Run(A…)`, or a free
// coroutine `Task<R> F(workflow::Context&, A…)`. Its code must be deterministic: time, randomness, waiting and logging
// come from the context, everything else from activities. All calls are made on the one thread that runs the workflow.
#ifndef TEMPORAL_WORKFLOW_H_
#define TEMPORAL_WORKFLOW_H_

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "temporal/child_workflow.h"
#include "temporal/failure.h"
#include "temporal/future.h"
#include "temporal/log.h"
#include "temporal/options.h"
#include "temporal/payload.h"
#include "temporal/refs.h"
#include "temporal/scope.h"
#include "temporal/search_attributes.h"
#include "temporal/task.h"
#include "temporal/workflow_runtime.h"

namespace temporal {
namespace internal {

// g++ 12 to 14 destroy a lambda that captures a non-trivial value twice when it is a temporary in a co_await
// expression; through std::function as well.
template <class F>
inline constexpr bool kSafeCallable =
    std::is_lvalue_reference_v<F> || std::is_trivially_destructible_v<std::remove_cvref_t<F>>;

template <class T>
inline constexpr bool kIsTask = false;
template <class T>
inline constexpr bool kIsTask<Task<T>> = true;

template <class F, class... A>
class TypedSignalHandler final : public SignalHandler {
 public:
  explicit TypedSignalHandler(F handler) : handler_(std::move(handler)) {}
  Task<void> Handle(std::string_view, Payloads input) override {
    auto arguments = DecodeArguments<A...>(input);
    if constexpr (kIsTask<std::invoke_result_t<F&, A...>>) {
      auto task = std::apply(handler_, std::move(arguments));
      co_await std::move(task);
    } else {
      std::apply(handler_, std::move(arguments));
      co_return;
    }
  }

 private:
  F handler_;
};

template <class F, class R, class... A>
class TypedQueryHandler final : public QueryHandler {
 public:
  explicit TypedQueryHandler(F handler) : handler_(std::move(handler)) {}
  Payload Answer(std::string_view, const Payloads& input) override {
    return ToPayload<R>(std::apply(handler_, DecodeArguments<A...>(input)));
  }

 private:
  F handler_;
};

template <class F>
class DynamicSignalHandler final : public SignalHandler {
 public:
  explicit DynamicSignalHandler(F handler) : handler_(std::move(handler)) {}
  Task<void> Handle(std::string_view name, Payloads input) override {
    if constexpr (kIsTask<std::invoke_result_t<F&, std::string, Payloads>>) {
      auto task = handler_(std::string(name), std::move(input));
      co_await std::move(task);
    } else {
      handler_(std::string(name), std::move(input));
      co_return;
    }
  }

 private:
  F handler_;
};

template <class F>
class DynamicQueryHandler final : public QueryHandler {
 public:
  explicit DynamicQueryHandler(F handler) : handler_(std::move(handler)) {}
  Payload Answer(std::string_view name, const Payloads& input) override {
    return ToPayload(handler_(std::string(name), input));
  }

 private:
  F handler_;
};

// The validator of updates that are always accepted.
struct AcceptAll {
  template <class... A>
  void operator()(const A&...) const {}
};

template <class F, class V, class R, class... A>
class TypedUpdateHandler final : public UpdateHandler {
 public:
  TypedUpdateHandler(F handler, V validator) : handler_(std::move(handler)), validator_(std::move(validator)) {}
  void Validate(const Payloads& input) override { std::apply(validator_, DecodeArguments<A...>(input)); }
  Task<Payload> Handle(Payloads input) override {
    auto arguments = DecodeArguments<A...>(input);
    if constexpr (kIsTask<std::invoke_result_t<F&, A...>>) {
      auto task = std::apply(handler_, std::move(arguments));
      if constexpr (std::is_void_v<R>) {
        co_await std::move(task);
        co_return EncodeNull();
      } else {
        R result = co_await std::move(task);
        co_return ToPayload<R>(result);
      }
    } else if constexpr (std::is_void_v<R>) {
      std::apply(handler_, std::move(arguments));
      co_return EncodeNull();
    } else {
      R result = std::apply(handler_, std::move(arguments));
      co_return ToPayload<R>(result);
    }
  }

 private:
  F handler_;
  V validator_;
};

}  // namespace internal

namespace workflow {

// One run of a workflow.
struct Execution {
  std::string workflow_id, run_id;
};

// What is known of the run. Valid as long as the context; the last group changes with each workflow task.
struct Info {
  std::string namespace_, workflow_id, run_id, workflow_type, task_queue;
  std::string first_execution_run_id;      // of the chain of continue-as-new, retry and cron
  std::string continued_execution_run_id;  // the run before this one; empty for the first
  std::string original_execution_run_id;   // this run, unless it was reset
  std::optional<Execution> parent, root;   // of a child: who started it, and the first above it that is no child
  int attempt = 1;                         // of the workflow's retry policy
  TimePoint start_time{};
  Duration execution_timeout{}, run_timeout{}, task_timeout{};
  std::optional<TimePoint> execution_expiration_time;  // when the chain of runs times out
  RetryPolicy retry_policy{};                          // of the run as a whole; not set: none
  std::string cron_schedule;                           // empty: none
  Priority priority{};
  std::map<std::string, Payload, std::less<>> memo;
  SearchAttributes search_attributes;
  std::map<std::string, Payload, std::less<>> headers;  // what the caller's interceptors sent along
  Payloads last_completion_result;                      // of the last run of a schedule or cron that completed
  std::shared_ptr<const Failure> last_failure;          // of the run before, if that failed; else null

  bool replaying = false;  // for logging and metrics only: never decide by it
  std::int64_t history_length = 0;
  std::int64_t history_size_bytes = 0;
  bool continue_as_new_suggested = false;
  bool target_worker_deployment_version_changed = false;

  // Value `key` of the memo. Nothing if it is not there. Throws ConversionError.
  template <class T>
  std::optional<T> Memo(std::string_view key) const {
    const auto found = memo.find(key);
    return found == memo.end() ? std::nullopt : std::optional<T>(FromPayload<T>(found->second));
  }
  // What the last run of this schedule or cron that completed has returned. Nothing if there is none.
  template <class T>
  std::optional<T> LastCompletionResult() const {
    return last_completion_result.empty() ? std::nullopt
                                          : std::optional<T>(FromPayload<T>(last_completion_result.front()));
  }
};

// A source of random numbers that is the same on replay. Meets UniformRandomBitGenerator; std::shuffle and the standard
// distributions differ between libraries, so Uniform is the portable one.
class Random {
 public:
  using result_type = std::uint64_t;
  explicit Random(internal::WorkflowRuntime& runtime) : runtime_(runtime) {}
  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return std::numeric_limits<result_type>::max(); }
  result_type operator()() { return runtime_.NextRandom(); }
  // Uniform in [low, high]. Requires low <= high.
  std::int64_t Uniform(std::int64_t low, std::int64_t high);

 private:
  internal::WorkflowRuntime& runtime_;
};

namespace detail {

template <class F>
class ConditionAwaiter;

}  // namespace detail

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
    static_assert((internal::kSafeTemporary<Given> && ...),
                  "name this argument in a variable before the call: this compiler destroys it twice otherwise");
    return Schedule<R>(activity.name(), options, internal::EncodeArguments<A...>(given...));
  }
  // The same by plain name: R is the result type, the arguments are encoded as they are.
  template <class R = void, class... Given>
  Future<R> ExecuteActivity(std::string_view type, const ActivityOptions& options, Given&&... given) {
    static_assert((internal::kSafeTemporary<Given> && ...),
                  "name this argument in a variable before the call: this compiler destroys it twice otherwise");
    return Schedule<R>(type, options, internal::EncodeArguments<std::decay_t<Given>...>(given...));
  }

  // Runs an activity in this worker, within the workflow task; its result is a marker in the history. Such results are
  // replayed, of any SDK; the workers of this one run none themselves: a task that would have to start one fails.
  template <class R, class... A, class... Given>
  Future<R> ExecuteLocalActivity(const ActivityRef<R(A...)>& activity, const LocalActivityOptions& options,
                                 Given&&... given) {
    static_assert((internal::kSafeTemporary<Given> && ...),
                  "name this argument in a variable before the call: this compiler destroys it twice otherwise");
    return ScheduleLocal<R>(activity.name(), options, internal::EncodeArguments<A...>(given...));
  }
  template <class R = void, class... Given>
  Future<R> ExecuteLocalActivity(std::string_view type, const LocalActivityOptions& options, Given&&... given) {
    static_assert((internal::kSafeTemporary<Given> && ...),
                  "name this argument in a variable before the call: this compiler destroys it twice otherwise");
    return ScheduleLocal<R>(type, options, internal::EncodeArguments<std::decay_t<Given>...>(given...));
  }

  // Calls an operation of a Nexus service; throws what it failed with when awaited.
  template <class R, class Given>
  Future<R> ExecuteNexusOperation(const NexusOperationOptions& options, Given&& input) {
    static_assert(internal::kSafeTemporary<Given>,
                  "name this argument in a variable before the call: this compiler destroys it twice otherwise");
    auto state = std::make_shared<internal::FutureState<R>>();
    runtime_.ScheduleNexusOperation(options, ToPayload<std::decay_t<Given>>(input), scope_, state);
    return Future<R>(std::move(state));
  }

  // Starts a child workflow at once; await the future for its result. Throws ChildWorkflowFailure when awaited, with
  // the cause below; also when the child could not be started.
  template <class R, class... A, class... Given>
  Future<R> ExecuteChildWorkflow(const WorkflowRef<R(A...)>& workflow, const ChildWorkflowOptions& options,
                                 Given&&... given) {
    static_assert((internal::kSafeTemporary<Given> && ...),
                  "name this argument in a variable before the call: this compiler destroys it twice otherwise");
    return StartChild<R>(workflow.name(), options, internal::EncodeArguments<A...>(given...)).result;
  }
  // The same by plain name: R is the result type, the arguments are encoded as they are.
  template <class R = void, class... Given>
  Future<R> ExecuteChildWorkflow(std::string_view type, const ChildWorkflowOptions& options, Given&&... given) {
    static_assert((internal::kSafeTemporary<Given> && ...),
                  "name this argument in a variable before the call: this compiler destroys it twice otherwise");
    return StartChild<R>(type, options, internal::EncodeArguments<std::decay_t<Given>...>(given...)).result;
  }
  // The same, but the future is ready when the child has started, and holds its handle. Throws ChildWorkflowFailure
  // when awaited if it could not be started.
  template <class R, class... A, class... Given>
  Future<ChildWorkflowHandle<R>> StartChildWorkflow(const WorkflowRef<R(A...)>& workflow,
                                                    const ChildWorkflowOptions& options, Given&&... given) {
    static_assert((internal::kSafeTemporary<Given> && ...),
                  "name this argument in a variable before the call: this compiler destroys it twice otherwise");
    return StartChild<R>(workflow.name(), options, internal::EncodeArguments<A...>(given...)).started;
  }
  template <class R = void, class... Given>
  Future<ChildWorkflowHandle<R>> StartChildWorkflow(std::string_view type, const ChildWorkflowOptions& options,
                                                    Given&&... given) {
    static_assert((internal::kSafeTemporary<Given> && ...),
                  "name this argument in a variable before the call: this compiler destroys it twice otherwise");
    return StartChild<R>(type, options, internal::EncodeArguments<std::decay_t<Given>...>(given...)).started;
  }

  // A handle to another workflow of the namespace, to signal or cancel it. Asks nothing of the server. An empty run id
  // stands for the current run.
  ExternalWorkflowHandle GetExternalWorkflowHandle(std::string_view id, std::string_view run_id = "") const {
    return ExternalWorkflowHandle(runtime_, id, run_id);
  }

  // A durable timer.
  Future<void> Sleep(Duration duration, const TimerOptions& options = {}) {
    runtime_.CheckMayCommand("Sleep");
    auto state = std::make_shared<internal::FutureState<void>>();
    runtime_.StartTimer(duration, options, scope_, state);
    return Future<void>(std::move(state));
  }

  // Waits until `predicate()` is true. It is evaluated whenever the workflow's code has run; it must only read. Throws
  // CanceledFailure if the scope is cancelled first.
  template <class F>
  auto WaitCondition(F&& predicate, std::source_location where = std::source_location::current()) {
    static_assert(
        internal::kSafeCallable<F>,
        "name this lambda in a variable before the call: this compiler destroys its captures twice otherwise");
    return detail::ConditionAwaiter<std::decay_t<F>>(*this, std::forward<F>(predicate), where);
  }
  // The same, at most `timeout`, by a durable timer; answers whether the predicate holds. No timer if it holds at once.
  template <class F>
  auto WaitCondition(F&& predicate, Duration timeout, const TimerOptions& options = {}) {
    static_assert(
        internal::kSafeCallable<F>,
        "name this lambda in a variable before the call: this compiler destroys its captures twice otherwise");
    return
        typename detail::ConditionAwaiter<std::decay_t<F>>::Timed(*this, std::forward<F>(predicate), timeout, options);
  }

  // Runs a task concurrently with the caller: it starts when the caller waits next. If it fails and its future is
  // dropped without anyone having awaited it, the workflow task fails.
  template <class T>
  Future<T> Spawn(Task<T> task) {
    runtime_.CheckMayCommand("Spawn");
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
  // replaces the first. The handler lives as long as the run.
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
  // rejects the update, which then leaves no trace in the history; it is not called on replay.
  template <class R, class... A, class F>
  void OnUpdate(const UpdateRef<R(A...)>& update, F handler) {
    OnUpdate(update, std::move(handler), internal::AcceptAll());
  }
  template <class R, class... A, class F, class V>
  void OnUpdate(const UpdateRef<R(A...)>& update, F handler, V validator) {
    static_assert(std::is_invocable_v<F&, A...>, "the handler does not take the update's arguments");
    static_assert(std::is_invocable_v<V&, A...>, "the validator does not take the update's arguments");
    using Result = std::invoke_result_t<F&, A...>;
    static_assert(std::is_same_v<Result, Task<R>> || std::is_void_v<R> || std::is_convertible_v<Result, R>,
                  "an update handler returns the update's result type R, or Task<R>");
    runtime_.SetUpdateHandler(update.name(), std::make_unique<internal::TypedUpdateHandler<F, V, R, A...>>(
                                                 std::move(handler), std::move(validator)));
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
  // Waits for that without throwing.
  auto WaitCancelled(std::source_location where = std::source_location::current());

  // For the engine and for what is built on the context.
  internal::WorkflowRuntime& runtime() const { return runtime_; }
  internal::Scope& scope() const { return scope_; }

 private:
  template <class R>
  Future<R> Schedule(std::string_view type, const ActivityOptions& options, Payloads input) {
    runtime_.CheckMayCommand("ExecuteActivity");
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
    runtime_.CheckMayCommand("StartChildWorkflow");
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
    context_.runtime().CheckMayCommand("Cancel");
    static_cast<internal::Cancellable&>(scope_).Unlink();
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

namespace detail {

// The awaiter of WaitCondition. Lives in the coroutine's frame; leaves every list when that is destroyed.
template <class F>
class ConditionAwaiter : public internal::Condition, public internal::Cancellable {
 public:
  using TemporalAwaitable = void;

  ConditionAwaiter(Context& ctx, F predicate, std::source_location where)
      : ctx_(ctx), predicate_(std::move(predicate)), where_(where) {}
  ConditionAwaiter(ConditionAwaiter&& other) noexcept
      : ctx_(other.ctx_), predicate_(std::move(other.predicate_)), where_(other.where_) {}

  ConditionAwaiter&& operator co_await() && { return std::move(*this); }

  bool await_ready() {
    ctx_.runtime().CheckMayCommand("WaitCondition");
    if (ctx_.scope().cancelled()) {
      cancelled_ = true;
      return true;
    }
    return ctx_.runtime().Evaluate(*this);
  }
  template <class P>
  void await_suspend(std::coroutine_handle<P> self) {
    waiter_.handle = self;
    ctx_.runtime().AddCondition(*this);
    ctx_.scope().Add(*this);
  }
  void await_resume() {
    if (cancelled_) throw CanceledFailure("Condition wait was cancelled");
  }

  bool Holds() override { return predicate_(); }
  void Wake() override {
    static_cast<internal::Cancellable*>(this)->Unlink();
    ctx_.runtime().dispatcher().Ready(waiter_);
  }
  void OnCancel(const std::string&) override {
    static_cast<internal::Condition*>(this)->Unlink();
    cancelled_ = true;
    ctx_.runtime().dispatcher().Ready(waiter_);
  }

  class Timed;

 protected:
  Context& ctx_;
  F predicate_;
  std::source_location where_;
  bool cancelled_ = false;
  internal::Waiter waiter_;
};

template <class F>
class ConditionAwaiter<F>::Timed final : public ConditionAwaiter<F>, private internal::FutureListener {
 public:
  Timed(Context& ctx, F predicate, Duration timeout, const TimerOptions& options)
      : ConditionAwaiter<F>(ctx, std::move(predicate), options.location), timeout_(timeout), options_(options) {}
  Timed(Timed&& other) noexcept
      : ConditionAwaiter<F>(std::move(other)), timeout_(other.timeout_), options_(other.options_) {}

  Timed&& operator co_await() && { return std::move(*this); }

  template <class P>
  void await_suspend(std::coroutine_handle<P> self) {
    ConditionAwaiter<F>::await_suspend(self);
    timer_ = std::make_shared<internal::FutureState<void>>();
    this->ctx_.runtime().StartTimer(timeout_, options_, timer_scope_, timer_);
    timer_->Listen(*this);
  }
  // Whether the predicate holds now: a signal that came in the same task as the timer's firing counts.
  bool await_resume() {
    if (timer_ != nullptr && !timer_->ready()) {
      static_cast<internal::FutureListener*>(this)->Unlink();
      this->ctx_.runtime().CancelTimer(*timer_);
    }
    ConditionAwaiter<F>::await_resume();
    return this->ctx_.runtime().Evaluate(*this);
  }

 private:
  void OnReady() override {
    if (!static_cast<internal::Condition*>(this)->linked()) return;  // satisfied or cancelled in this very task
    static_cast<internal::Condition*>(this)->Unlink();
    static_cast<internal::Cancellable*>(this)->Unlink();
    this->ctx_.runtime().dispatcher().Ready(this->waiter_);
  }

  Duration timeout_;
  TimerOptions options_;
  internal::Scope timer_scope_{nullptr};  // the wait itself hears of the cancellation, not its timer
  std::shared_ptr<internal::FutureState<void>> timer_;
};

// Only the cancellation itself ends this wait: there is nothing to evaluate.
class CancelledAwaiter final : public internal::Cancellable {
 public:
  using TemporalAwaitable = void;

  CancelledAwaiter(Context& ctx, std::source_location where) : ctx_(ctx), where_(where) {}
  CancelledAwaiter(CancelledAwaiter&& other) noexcept : ctx_(other.ctx_), where_(other.where_) {}

  CancelledAwaiter&& operator co_await() && { return std::move(*this); }

  bool await_ready() const {
    ctx_.runtime().CheckMayCommand("WaitCancelled");
    return ctx_.scope().cancelled();
  }
  template <class P>
  void await_suspend(std::coroutine_handle<P> self) {
    waiter_.handle = self;
    ctx_.scope().Add(*this);
  }
  void await_resume() const {}

  void OnCancel(const std::string&) override { ctx_.runtime().dispatcher().Ready(waiter_); }

 private:
  Context& ctx_;
  std::source_location where_;
  internal::Waiter waiter_;
};

}  // namespace detail

inline auto Context::WaitCancelled(std::source_location where) { return detail::CancelledAwaiter(*this, where); }

}  // namespace workflow
}  // namespace temporal

#endif  // TEMPORAL_WORKFLOW_H_
