// WorkflowRuntime on the instance: what the calls of workflow::Context do.
#include <stdexcept>

#include "absl/strings/str_cat.h"
#include "sdk/converter/priority_converter.h"
#include "sdk/converter/retry_policy_converter.h"
#include "sdk/engine/commands.h"
#include "sdk/engine/workflow_instance.h"
#include "temporal/errors.h"

namespace temporal::internal {
namespace {

// As many of a task's activities may come straight back to the worker that completes it.
constexpr int kMostEagerActivities = 3;

void CheckTimeouts(std::string_view type, const ActivityOptions& options) {
  const char* wrong = nullptr;
  if (options.start_to_close_timeout.count() < 0 || options.schedule_to_close_timeout.count() < 0 ||
      options.schedule_to_start_timeout.count() < 0 || options.heartbeat_timeout.count() < 0) {
    wrong = "has a negative timeout";
  } else if (options.start_to_close_timeout.count() == 0 && options.schedule_to_close_timeout.count() == 0) {
    wrong = "has neither start_to_close_timeout nor schedule_to_close_timeout";
  }
  if (wrong == nullptr) return;
  throw std::invalid_argument(
      absl::StrCat("activity ", std::string(type), " ", wrong, ", at ", Place(options.location)));
}

}  // namespace

// Nothing may be thrown while coroutines are being destroyed: it would leave a destructor.
bool WorkflowInstance::MayCommand(const char* what) {
  if (Dispatcher::Current() != &dispatcher_) {
    throw std::logic_error(
        absl::StrCat(what, " was called on the context of workflow ", name_,
                     " by something else than its own code: another thread, another workflow, or code that runs when "
                     "the workflow does not. Use a context in its workflow's coroutines and handlers only; send the "
                     "workflow a signal or an update from elsewhere"));
  }
  if (dropped_) {
    if (options_.logger != nullptr && !std::exchange(told_dropped_, true)) {
      options_.logger->Write(
          LogLevel::kError,
          absl::StrCat(what,
                       " was called on the workflow's context in the destructor of something that a coroutine "
                       "held while its run was dropped from the cache: it does nothing, and so do further calls"),
          log_fields_);
    }
    return false;
  }
  if (problem_) return false;  // the task fails whatever is done now
  if (forbidden_ == nullptr) return true;
  throw ReadOnlyContextError(absl::StrCat(what, " was called on the workflow's context in ", forbidden_));
}

std::uint64_t WorkflowInstance::NextRandom() {
  MayCommand("Random");
  return random_.Next();
}

std::string WorkflowInstance::NewUuid() {
  MayCommand("Uuid4");
  return random_.Uuid();
}

ScopedLog WorkflowInstance::Log() const { return ScopedLog(info_.replaying ? nullptr : options_.logger, log_fields_); }

void WorkflowInstance::ScheduleActivity(std::string_view type, const ActivityOptions& options, Payloads input,
                                        Scope& scope, std::shared_ptr<FutureStateBase> result) {
  if (!MayCommand("ExecuteActivity")) return;
  worker::ScheduleActivityCall call;
  call.activity_type = type;
  call.options = options;
  call.input = std::move(input);
  for (const auto& interceptor : interceptors_) interceptor->OnScheduleActivity(call);
  CheckTimeouts(call.activity_type, call.options);
  const std::string_view given = call.options.activity_id;
  std::string id = given.empty() ? absl::StrCat(++activities_) : std::string(given);
  if (scope.cancelled()) return result->Fail(PendingActivity::CancelledError(id, call.activity_type, 0));
  auto command = makes_commands() ? ActivityCommand(id, call) : nullptr;
  auto activity =
      std::make_unique<PendingActivity>(machines_, std::move(id), call.activity_type, call.options, std::move(result));
  activity->command = std::move(command);
  scope.Add(*activity);
  machines_.Give(std::move(activity));
}

std::unique_ptr<api::command::v1::Command> WorkflowInstance::ActivityCommand(const std::string& id,
                                                                             const worker::ScheduleActivityCall& call) {
  const ActivityOptions& options = call.options;
  auto command = NewCommand(api::enums::v1::COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK);
  auto& attributes = *command->mutable_schedule_activity_task_command_attributes();
  attributes.set_activity_id(id);
  attributes.mutable_activity_type()->set_name(call.activity_type);
  const std::string queue = options.task_queue.empty() ? info_.task_queue : std::string(options.task_queue);
  attributes.mutable_task_queue()->set_name(queue);
  if (!call.input.empty()) *attributes.mutable_input() = ToProto(call.input);
  SetHeader(call.headers, attributes);
  using Attributes = api::command::v1::ScheduleActivityTaskCommandAttributes;
  SetUnlessZero(options.schedule_to_close_timeout, attributes, &Attributes::mutable_schedule_to_close_timeout);
  SetUnlessZero(options.schedule_to_start_timeout, attributes, &Attributes::mutable_schedule_to_start_timeout);
  SetUnlessZero(options.start_to_close_timeout, attributes, &Attributes::mutable_start_to_close_timeout);
  SetUnlessZero(options.heartbeat_timeout, attributes, &Attributes::mutable_heartbeat_timeout);
  if (options.retry_policy.is_set()) *attributes.mutable_retry_policy() = ToProto(options.retry_policy);
  if (options.priority.is_set()) *attributes.mutable_priority() = ToProto(options.priority);
  if (!options_.disable_eager_activities && !options.disable_eager_execution && queue == info_.task_queue &&
      eager_activities_ < kMostEagerActivities) {
    ++eager_activities_;
    attributes.set_request_eager_execution(true);
  }
  SetSummary(options.summary, *command);
  return command;
}

void WorkflowInstance::StartTimer(Duration after, const TimerOptions& given, Scope& scope,
                                  std::shared_ptr<FutureState<void>> result) {
  if (!MayCommand("Sleep")) return;
  worker::StartTimerCall call{after, given};
  for (const auto& interceptor : interceptors_) interceptor->OnStartTimer(call);
  const TimerOptions& options = call.options;
  std::string id = absl::StrCat(++timers_started_);
  if (scope.cancelled()) return result->Fail(PendingTimer::CancelledError());
  std::unique_ptr<api::command::v1::Command> command;
  if (makes_commands()) {
    command = NewCommand(api::enums::v1::COMMAND_TYPE_START_TIMER);
    auto& attributes = *command->mutable_start_timer_command_attributes();
    attributes.set_timer_id(id);
    *attributes.mutable_start_to_fire_timeout() = ToProto(std::max(call.duration, Duration(0)));
    SetSummary(options.summary, *command);
  }
  auto timer = std::make_unique<PendingTimer>(machines_, timers_, std::move(id), options, std::move(result));
  timer->command = std::move(command);
  scope.Add(*timer);
  machines_.Give(std::move(timer));
}

void WorkflowInstance::CancelTimer(const FutureState<void>& timer) {
  if (!MayCommand("Cancel")) return;
  const auto found = timers_.find(&timer);
  if (found == timers_.end() || wait_timers_ == WaitTimers::kLeftRunning) return;
  if (wait_timers_ == WaitTimers::kUnknown && found->second->HasForeignId()) return;
  machines_.Cancel(*found->second, Input::kCancel);
}

void WorkflowInstance::ScheduleNexusOperation(const NexusOperationOptions& options, Payload input, Scope& scope,
                                              std::shared_ptr<FutureStateBase> result) {
  if (!MayCommand("ExecuteNexusOperation")) return;
  if (scope.cancelled()) return result->Fail(PendingNexusOperation::CancelledError());
  auto operation = std::make_unique<PendingNexusOperation>(machines_, options, std::move(result));
  if (makes_commands()) {
    operation->command = NewCommand(api::enums::v1::COMMAND_TYPE_SCHEDULE_NEXUS_OPERATION);
    auto& attributes = *operation->command->mutable_schedule_nexus_operation_command_attributes();
    attributes.set_endpoint(std::string(options.endpoint));
    attributes.set_service(std::string(options.service));
    attributes.set_operation(std::string(options.operation));
    *attributes.mutable_input() = ToProto(input);
    SetUnlessZero(options.schedule_to_close_timeout, attributes,
                  &api::command::v1::ScheduleNexusOperationCommandAttributes::mutable_schedule_to_close_timeout);
    SetSummary(options.summary, *operation->command);
  }
  scope.Add(*operation);
  machines_.Give(std::move(operation));
}

void WorkflowInstance::UpsertSearchAttributes(std::span<const SearchAttributeUpdate> updates,
                                              const std::source_location& where) {
  if (!MayCommand("UpsertSearchAttributes")) return;
  auto machine = std::make_unique<RecordMachine>(Family::kUpsertSearchAttributes, where);
  machine->command = NewCommand(api::enums::v1::COMMAND_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES);
  auto& fields = *machine->command->mutable_upsert_workflow_search_attributes_command_attributes()
                      ->mutable_search_attributes()
                      ->mutable_indexed_fields();
  for (const SearchAttributeUpdate& update : updates) {
    if (update.name == "TemporalChangeVersion") continue;  // the patches' own
    fields[update.name] = ToProto(update.value);
    if (IsNull(update.value))
      info_.search_attributes.erase(update.name);
    else
      info_.search_attributes.insert_or_assign(update.name, update.value);
  }
  if (fields.empty()) return;
  if (!makes_commands()) machine->command.reset();
  machines_.Give(std::move(machine));
}

void WorkflowInstance::UpsertMemo(std::span<const MemoEntry> entries, const std::source_location& where) {
  if (!MayCommand("UpsertMemo") || entries.empty()) return;
  auto machine = std::make_unique<RecordMachine>(Family::kModifyProperties, where);
  machine->command = NewCommand(api::enums::v1::COMMAND_TYPE_MODIFY_WORKFLOW_PROPERTIES);
  auto& fields = *machine->command->mutable_modify_workflow_properties_command_attributes()
                      ->mutable_upserted_memo()
                      ->mutable_fields();
  for (const auto& [key, value] : entries) {
    fields[std::string(key)] = ToProto(value);
    if (IsNull(value))
      info_.memo.erase(std::string(key));
    else
      info_.memo.insert_or_assign(std::string(key), value);
  }
  if (!makes_commands()) machine->command.reset();
  machines_.Give(std::move(machine));
}

void WorkflowInstance::WatchSpawned(std::shared_ptr<FutureStateBase> result) {
  Spawned& spawned = spawned_.emplace_back();
  spawned.instance = this;
  spawned.result = std::move(result);
  spawned.self = std::prev(spawned_.end());
  spawned.result->Watch(spawned);
}

void WorkflowInstance::AddCondition(Condition& condition) {
  if (!MayCommand("WaitCondition")) return;
  conditions_.PushBack(condition);
}

bool WorkflowInstance::Evaluate(Condition& condition) {
  Forbid forbid(forbidden_, "a condition: it may only read");
  return condition.Holds();
}

void WorkflowInstance::SetSignalHandler(std::string_view name, std::unique_ptr<SignalHandler> handler,
                                        const HandlerOptions& options) {
  if (!MayCommand("OnSignal")) return;
  HandlerEntry<SignalHandler>& entry = signals_[std::string(name)];
  entry = {std::move(handler), std::string(options.description), options.unfinished_policy};
  std::vector<SignalCall> buffered = std::exchange(buffered_signals_, {});
  for (SignalCall& signal : buffered) {
    HandlerEntry<SignalHandler>* found = FindSignalHandler(signal.call.signal);
    if (found == nullptr)
      buffered_signals_.push_back(std::move(signal));
    else
      StartSignalHandler(*found, std::move(signal));
  }
}

void WorkflowInstance::SetQueryHandler(std::string_view name, std::unique_ptr<QueryHandler> handler,
                                       const HandlerOptions& options) {
  if (!MayCommand("OnQuery")) return;
  queries_.insert_or_assign(std::string(name),
                            HandlerEntry<QueryHandler>{std::move(handler), std::string(options.description)});
}

void WorkflowInstance::SetCurrentDetails(std::string details) {
  if (!MayCommand("SetCurrentDetails")) return;
  current_details_ = std::move(details);
}

void WorkflowInstance::AddRoot(RootCoroutine& root) {
  root.kind = next_root_kind_;
  root.name = next_root_name_;
  roots_.PushBack(root);
  dispatcher_.Ready(root.waiter());
}

}  // namespace temporal::internal
