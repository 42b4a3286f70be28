// How a run ends: what its code returned or threw becomes the command that closes it, or fails the task.
#include "sdk/base/proto_time.h"
#include "sdk/converter/failure_converter.h"
#include "sdk/converter/payload_converter.h"
#include "sdk/converter/retry_policy_converter.h"
#include "sdk/engine/commands.h"
#include "sdk/engine/workflow_instance.h"
#include "sdk/machines/terminal_machine.h"

namespace temporal::internal {
namespace {

// A cancellation, or an operation that was cancelled.
bool IsCancellation(const Failure& failure) {
  const auto canceled = [](const Failure* at) { return dynamic_cast<const CanceledFailure*>(at) != nullptr; };
  if (canceled(&failure)) return true;
  const bool wraps = dynamic_cast<const ActivityFailure*>(&failure) != nullptr ||
                     dynamic_cast<const ChildWorkflowFailure*>(&failure) != nullptr;
  return wraps && canceled(failure.cause().get());
}

}  // namespace

void WorkflowInstance::GiveTerminal(Family family, std::unique_ptr<api::command::v1::Command> command) {
  auto machine = std::make_unique<TerminalMachine>(family, std::source_location());
  if (makes_commands()) machine->command = std::move(command);
  machines_.Give(std::move(machine));
}

void WorkflowInstance::Complete(const Payload& result) {
  auto command = NewCommand(api::enums::v1::COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION);
  auto& attributes = *command->mutable_complete_workflow_execution_command_attributes();
  *attributes.mutable_result()->add_payloads() = ToProto(result);
  GiveTerminal(Family::kComplete, std::move(command));
}

void WorkflowInstance::EndWith(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const ContinueAsNewCommand& continued) {
    GiveTerminal(Family::kContinueAsNew, ContinueAsNewCommandFor(continued));
  } catch (const Failure& failure) {
    if (root_scope_.cancelled() && IsCancellation(failure)) {
      auto command = NewCommand(api::enums::v1::COMMAND_TYPE_CANCEL_WORKFLOW_EXECUTION);
      command->mutable_cancel_workflow_execution_command_attributes();
      GiveTerminal(Family::kCancel, std::move(command));
    } else {
      auto command = NewCommand(api::enums::v1::COMMAND_TYPE_FAIL_WORKFLOW_EXECUTION);
      *command->mutable_fail_workflow_execution_command_attributes()->mutable_failure() = ToProto(failure);
      GiveTerminal(Family::kFail, std::move(command));
    }
  } catch (...) {
    if (!problem_) problem_ = error;
  }
}

void WorkflowInstance::SpawnedEnded(Spawned& spawned) {
  if (spawned.result->failed_unasked()) failed_spawned_.push_back(std::move(spawned.result));
  spawned_.erase(spawned.self);
}

// A spawned task that failed, and of which nobody can ask any more, is not lost. One that was cancelled has ended as it
// should.
void WorkflowInstance::CheckSpawned() {
  if (failed_spawned_.empty()) return;
  std::vector<std::shared_ptr<FutureStateBase>> failed;
  failed.swap(failed_spawned_);
  for (auto& result : failed) {
    if (!result->failed_unasked()) continue;
    if (result.use_count() > 1 && !machines_.ended()) {
      failed_spawned_.push_back(std::move(result));
      continue;
    }
    try {
      std::rethrow_exception(result->error());
    } catch (const ContinueAsNewCommand&) {
      EndWith(result->error());
    } catch (const Failure& failure) {
      if (!IsCancellation(failure) && !problem_) problem_ = result->error();
    } catch (...) {
      if (!problem_) problem_ = result->error();
    }
  }
}

// The next run inherits from the server neither memo nor search attributes nor the retry policy: they are sent again.
std::unique_ptr<api::command::v1::Command> WorkflowInstance::ContinueAsNewCommandFor(
    const ContinueAsNewCommand& given) const {
  worker::ContinueAsNewCall call;
  call.workflow_type = given.workflow_type;
  call.input = given.input;
  for (const auto& interceptor : interceptors_) interceptor->OnContinueAsNew(call);
  auto command = NewCommand(api::enums::v1::COMMAND_TYPE_CONTINUE_AS_NEW_WORKFLOW_EXECUTION);
  auto& attributes = *command->mutable_continue_as_new_workflow_execution_command_attributes();
  attributes.mutable_workflow_type()->set_name(call.workflow_type);
  attributes.mutable_task_queue()->set_name(given.task_queue.empty() ? info_.task_queue : given.task_queue);
  if (!call.input.empty()) *attributes.mutable_input() = ToProto(call.input);
  SetHeader(call.headers, attributes);
  using Attributes = api::command::v1::ContinueAsNewWorkflowExecutionCommandAttributes;
  SetUnlessZero(given.options.run_timeout, attributes, &Attributes::mutable_workflow_run_timeout);
  SetUnlessZero(given.options.task_timeout, attributes, &Attributes::mutable_workflow_task_timeout);
  if (given.options.retry_policy.is_set() || !given.non_retryable_error_types.empty()) {
    *attributes.mutable_retry_policy() = ToProto(given.options.retry_policy);
    for (const std::string& type : given.non_retryable_error_types) {
      attributes.mutable_retry_policy()->add_non_retryable_error_types(type);
    }
  } else if (started_.has_retry_policy()) {
    *attributes.mutable_retry_policy() = started_.retry_policy();
  }
  for (const auto& [key, value] : given.memo.empty() ? info_.memo : given.memo) {
    (*attributes.mutable_memo()->mutable_fields())[key] = ToProto(value);
  }
  for (const auto& [key, value] : given.search_attributes.empty() ? info_.search_attributes : given.search_attributes) {
    (*attributes.mutable_search_attributes()->mutable_indexed_fields())[key] = ToProto(value);
  }
  SetUnlessZero(given.options.backoff_start_interval, attributes, &Attributes::mutable_backoff_start_interval);
  attributes.set_initial_versioning_behavior(
      static_cast<api::enums::v1::ContinueAsNewVersioningBehavior>(given.options.initial_versioning_behavior));
  return command;
}

}  // namespace temporal::internal
