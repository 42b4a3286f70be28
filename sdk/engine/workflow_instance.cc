// Runs the code of a run: jobs first, then every coroutine until all wait.
#include "sdk/engine/workflow_instance.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <stdexcept>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sdk/base/intercept.h"
#include "sdk/base/proto_time.h"
#include "sdk/converter/failure_converter.h"
#include "sdk/converter/payload_converter.h"
#include "sdk/converter/priority_converter.h"
#include "sdk/converter/retry_policy_converter.h"
#include "sdk/engine/builtin_queries.h"
#include "temporal/protobuf.h"

namespace temporal::internal {
namespace {

using api::history::v1::HistoryEvent;

// FNV-1a: the same on every platform.
std::uint64_t HashOf(const std::string& text) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return hash;
}

// Borrows from `started`.
workflow::Info MakeInfo(const WorkflowRunOptions& options,
                        const api::history::v1::WorkflowExecutionStartedEventAttributes& started,
                        const std::string& workflow_id, const std::string& run_id, TimePoint start_time) {
  workflow::Info info;
  info.namespace_ = options.namespace_name;
  info.workflow_id = workflow_id;
  info.run_id = run_id;
  info.workflow_type = started.workflow_type().name();
  info.task_queue = options.task_queue.empty() ? started.task_queue().name() : options.task_queue;
  info.first_execution_run_id = started.first_execution_run_id();
  info.continued_execution_run_id = started.continued_execution_run_id();
  info.original_execution_run_id = started.original_execution_run_id();
  if (info.original_execution_run_id.empty()) info.original_execution_run_id = run_id;
  const auto execution = [](const api::common::v1::WorkflowExecution& from) {
    return workflow::Execution{from.workflow_id(), from.run_id()};
  };
  if (started.has_parent_workflow_execution()) info.parent = execution(started.parent_workflow_execution());
  if (started.has_root_workflow_execution()) info.root = execution(started.root_workflow_execution());
  info.attempt = started.attempt() > 0 ? started.attempt() : 1;
  info.start_time = start_time;
  if (started.has_workflow_execution_expiration_time()) {
    info.execution_expiration_time = FromProto(started.workflow_execution_expiration_time());
  }
  if (started.has_retry_policy()) info.retry_policy = FromProto(started.retry_policy());
  info.cron_schedule = started.cron_schedule();
  if (started.has_priority()) info.priority = FromProto(started.priority());
  info.headers = FromProto(started.header().fields());
  info.last_completion_result = FromProto(started.last_completion_result());
  if (started.has_continued_failure()) info.last_failure = FromProto(started.continued_failure());
  info.execution_timeout = FromProto(started.workflow_execution_timeout());
  info.run_timeout = FromProto(started.workflow_run_timeout());
  info.task_timeout = FromProto(started.workflow_task_timeout());
  info.memo = FromProto(started.memo().fields());
  info.search_attributes = FromProto(started.search_attributes().indexed_fields());
  return info;
}

constexpr EventName kStarted{1, "WorkflowExecutionStarted"};

// `error`, which names the event if it is about the arguments that this has brought.
std::exception_ptr NamingEvent(const std::exception_ptr& error, const EventName& event) {
  try {
    std::rethrow_exception(error);
  } catch (const ArgumentError& about_arguments) {
    return ErrorAbout(event, about_arguments);
  } catch (...) {
    return error;
  }
}

}  // namespace

WorkflowInstance::WorkflowInstance(const WorkflowRunOptions& options, const WorkflowDefinition& definition,
                                   WorkflowMachines& machines, const HistoryEvent& started,
                                   const std::string& workflow_id, const std::string& run_id)
    : options_(options),
      definition_(definition),
      machines_(machines),
      started_(started.workflow_execution_started_event_attributes()),
      name_(started_.workflow_type().name() + " " + workflow_id),
      info_(MakeInfo(options, started_, workflow_id, run_id, FromProto(started.event_time()))),
      log_fields_{{"workflow_type", info_.workflow_type}, {"workflow_id", info_.workflow_id}, {"run_id", info_.run_id}},
      now_(info_.start_time),
      random_(HashOf(info_.original_execution_run_id)) {}

WorkflowInstance::~WorkflowInstance() {
  UserCodeScope user_code(options_.observer, OwnCode());
  const Dispatcher::Running running(dispatcher_);
  dropped_ = true;
  std::vector<std::shared_ptr<const SignalHandler>> kept;  // until their coroutines are gone
  for (TopLevel& top_level : top_level_) kept.push_back(std::move(top_level.keep));
  top_level_.clear();
  while (RootCoroutine* root = roots_.PopFront()) {
    root->DestroyAwaited();
    root->Destroy();
  }
  object_.reset();
}

void WorkflowInstance::Activate(Activation& activation) {
  now_ = std::max(now_, activation.now);  // a local activity may have ended later
  info_.replaying = activation.replaying;
  info_.history_length = activation.history_length;
  info_.history_size_bytes = activation.history_size_bytes;
  info_.continue_as_new_suggested = activation.continue_as_new_suggested;
  info_.target_worker_deployment_version_changed = activation.target_worker_deployment_version_changed;
  eager_activities_ = 0;
  machines_.set_replaying(activation.replaying);
  wait_timers_ = activation.wait_timers;
  condition_sweeps_ = activation.condition_sweeps;
  markers_ = std::move(activation.markers);
  local_activities_recorded_ = activation.local_activities_recorded;
  completed_ = activation.completed;
  for (const RecordedMarker& marker : markers_) {
    if (marker.kind == MarkerKind::kPatch && marker.version >= 0) recorded_patches_.insert(marker.id);
  }
  RunCode(activation.move_terminal_commands, [&] {
    CheckPatches();
    Deliver(activation);
  });
}

void WorkflowInstance::RunCode(bool move_terminal_commands, absl::FunctionRef<void()> begin) {
  UserCodeScope user_code(options_.observer, OwnCode());
  const Dispatcher::Running running(dispatcher_);
  try {
    begin();
    do {
      RunUntilAllWait();
    } while (!problem_ && ResolveNextLocalActivity());
    CheckSpawned();
    AskForLocalActivities();
    WarnOfUnfinishedHandlers();
  } catch (...) {
    if (!problem_) problem_ = std::current_exception();
  }
  machines_.EndActivation(move_terminal_commands);
}

void WorkflowInstance::Deliver(Activation& activation) {
  if (activation.started != nullptr) Construct();
  if (!activation.new_seed.empty()) random_ = Random(HashOf(activation.new_seed));
  DeliverMessages(activation);
  const bool messages = !activation.signals.empty() || !activation.updates.empty();
  if (messages && activation.job_batches == JobBatches::kByClass) RunUntilAllWait();
  if (problem_) return;
  if (activation.started != nullptr) StartMain();
  for (auto& outcome : activation.outcomes) {
    if (outcome.machine != nullptr)
      outcome.machine->OnOutcome(*outcome.event);
    else
      root_scope_.OnCancel(outcome.event->workflow_execution_cancel_requested_event_attributes().cause());
  }
}

// Signals and updates begin in the order in which they came: an update comes behind the event that it names.
void WorkflowInstance::DeliverMessages(Activation& activation) {
  std::vector<UpdateRequest>& updates = activation.updates;
  const auto before = [](const UpdateRequest& a, const UpdateRequest& b) {
    return a.sequencing_event_id < b.sequencing_event_id;
  };
  // They are few, and in order but for those that a reset brings again. Those of one id keep theirs.
  for (auto at = updates.begin(); at != updates.end(); ++at) {
    std::rotate(std::upper_bound(updates.begin(), at, *at, before), at, std::next(at));
  }
  auto update = updates.begin();
  for (const HistoryEvent* signal : activation.signals) {
    for (; update != updates.end() && update->sequencing_event_id < signal->event_id(); ++update) {
      StartUpdate(std::move(*update));
    }
    DeliverSignal(*signal);
  }
  for (; update != updates.end(); ++update) StartUpdate(std::move(*update));
}

void WorkflowInstance::Construct() {
  for (worker::WorkerInterceptor* interceptor : options_.interceptors) {
    if (auto of_this_run = interceptor->InterceptWorkflow(context_)) interceptors_.push_back(std::move(of_this_run));
  }
  try {
    object_ = definition_.create(context_, FromProto(started_.input()));
  } catch (const Failure&) {
    EndWith(std::current_exception());
  } catch (const ArgumentError& error) {
    problem_ = ErrorAbout(kStarted, error);
  }
}

void WorkflowInstance::StartMain() {
  if (object_ == nullptr) return;  // its constructor failed the run
  next_root_kind_ = "Run";
  worker::ExecuteWorkflowCall call;
  call.input = FromProto(started_.input());
  call.headers = info_.headers;
  auto run = Intercept<Task<Payload>>(
      interceptors_, 0, &worker::WorkflowInterceptor::ExecuteWorkflow, std::move(call),
      [this](worker::ExecuteWorkflowCall last) { return object_->Run(std::move(last.input)); });
  auto main = StartRoot(*this, std::move(run)).state();
  next_root_kind_ = "spawned";
  Watch(std::move(main), nullptr, {});
  started_.clear_input();
}

void WorkflowInstance::DeliverSignal(const HistoryEvent& event) {
  const auto& attributes = event.workflow_execution_signaled_event_attributes();
  SignalCall signal{event.event_id(), {}};
  signal.call.signal = attributes.signal_name();
  signal.call.input = FromProto(attributes.input());
  signal.call.headers = FromProto(attributes.header().fields());
  HandlerEntry<SignalHandler>* entry = FindSignalHandler(signal.call.signal);
  if (entry == nullptr)
    buffered_signals_.push_back(std::move(signal));
  else
    StartSignalHandler(*entry, std::move(signal));
}

WorkflowInstance::HandlerEntry<SignalHandler>* WorkflowInstance::FindSignalHandler(std::string_view name) {
  auto found = signals_.find(name);
  if (found == signals_.end()) found = signals_.find(std::string_view());
  return found == signals_.end() ? nullptr : &found->second;
}

void WorkflowInstance::StartSignalHandler(HandlerEntry<SignalHandler>& entry, SignalCall signal) {
  const std::shared_ptr<SignalHandler> handler = entry.handler;
  next_root_kind_ = "signal";
  next_root_name_ = *signal_names_.insert(signal.call.signal).first;
  HandlerCall about{.name = signal.call.signal,
                    .event_id = signal.event_id,
                    .update_id = {},
                    .unfinished_policy = entry.unfinished_policy};
  auto task =
      Intercept<Task<void>>(interceptors_, 0, &worker::WorkflowInterceptor::HandleSignal, std::move(signal.call),
                            [&handler = *handler, name = next_root_name_](worker::HandleSignalCall last) {
                              return handler.Handle(name, std::move(last.input));
                            });
  auto run = StartRoot(*this, std::move(task)).state();
  next_root_kind_ = "spawned";
  next_root_name_ = {};
  Watch(nullptr, std::move(run), std::move(about), handler);
}

void WorkflowInstance::Watch(std::shared_ptr<FutureState<Payload>> main, std::shared_ptr<FutureState<void>> handler,
                             HandlerCall call, std::shared_ptr<const SignalHandler> keep) {
  TopLevel& watched = top_level_.emplace_back();
  watched.instance = this;
  watched.main = std::move(main);
  watched.handler = std::move(handler);
  watched.call = std::move(call);
  watched.keep = std::move(keep);
  watched.self = std::prev(top_level_.end());
  FutureStateBase& state = watched.main != nullptr ? static_cast<FutureStateBase&>(*watched.main) : *watched.handler;
  state.Listen(watched);
}

void WorkflowInstance::TopLevelEnded(TopLevel& top_level) {
  const auto main = std::move(top_level.main);
  const auto handler = std::move(top_level.handler);
  const HandlerCall call = std::move(top_level.call);
  top_level_.erase(top_level.self);
  const EventName brought_by = main != nullptr ? kStarted : EventName{call.event_id, "WorkflowExecutionSignaled"};
  const std::exception_ptr& error = main != nullptr ? main->error() : handler->error();
  if (error)
    EndWith(NamingEvent(error, brought_by));
  else if (main != nullptr)
    Complete(main->Get());
}

void WorkflowInstance::RunUntilAllWait() {
  do {
    dispatcher_.Run();
  } while (!problem_ && WakeConditions());
}

bool WorkflowInstance::WakeConditions() {
  bool woke = false;
  for (Condition* condition = conditions_.front(); condition != nullptr;) {
    Condition* const next = conditions_.next(*condition);
    if (Evaluate(*condition)) {
      condition->Unlink();
      condition->Wake();
      woke = true;
      if (condition_sweeps_ == ConditionSweeps::kFirst) break;
    }
    condition = next;
  }
  return woke;
}

api::query::v1::WorkflowQueryResult WorkflowInstance::Query(const api::query::v1::WorkflowQuery& query) {
  api::query::v1::WorkflowQueryResult result;
  UserCodeScope user_code(options_.observer, OwnCode());
  const Dispatcher::Running running(dispatcher_);
  Forbid forbid(forbidden_, "a query handler: it must not change the workflow");
  try {
    *result.mutable_answer()->add_payloads() = ToProto(Answer(query));
    result.set_result_type(api::enums::v1::QUERY_RESULT_TYPE_ANSWERED);
  } catch (...) {
    result.clear_answer();
    result.set_result_type(api::enums::v1::QUERY_RESULT_TYPE_FAILED);
    *result.mutable_failure() = ExceptionToProto(std::current_exception());
    result.set_error_message(result.failure().message());
  }
  return result;
}

Payload WorkflowInstance::Answer(const api::query::v1::WorkflowQuery& query) {
  const std::string& type = query.query_type();
  if (type == kStackTraceQuery) return ToPayload(StackTrace());
  if (type == kEnhancedStackTraceQuery) return EncodeProtobufJson(EnhancedStackTrace());
  if (type == kMetadataQuery) return EncodeProtobufJson(Metadata());
  auto found = queries_.find(type);
  if (found == queries_.end()) found = queries_.find(std::string_view());
  if (found != queries_.end()) {
    worker::HandleQueryCall call;
    call.query = type;
    call.input = FromProto(query.query_args());
    call.headers = FromProto(query.header().fields());
    return Intercept<Payload>(interceptors_, 0, &worker::WorkflowInterceptor::HandleQuery, std::move(call),
                              [handler = found->second.handler.get()](const worker::HandleQueryCall& last) {
                                return handler->Answer(last.query, last.input);
                              });
  }
  std::string known;
  for (const char* name : kBuiltinQueries) absl::StrAppend(&known, known.empty() ? "" : ", ", name);
  for (const auto& [name, entry] : queries_) absl::StrAppend(&known, ", ", name);
  throw ApplicationFailure("Query handler for '" + type + "' expected but not found, known queries: [" + known + "]");
}

std::vector<std::string> WorkflowInstance::UnhandledSignals() const {
  std::set<std::string> names;
  for (const auto& signal : buffered_signals_) names.insert(signal.call.signal);
  return {names.begin(), names.end()};
}

std::vector<std::string> WorkflowInstance::KnownSignals() const {
  std::vector<std::string> names;
  for (const auto& [name, entry] : signals_) names.emplace_back(name);
  return names;
}

std::vector<WaitingCoroutine> WorkflowInstance::Waiting() {
  std::vector<WaitingCoroutine> waiting;
  for (RootCoroutine* root = roots_.front(); root != nullptr; root = roots_.next(*root)) {
    const std::source_location& where = root->Innermost().where();
    waiting.push_back({NameOf(*root), where.file_name(), static_cast<int>(where.line())});
  }
  return waiting;
}

}  // namespace temporal::internal
