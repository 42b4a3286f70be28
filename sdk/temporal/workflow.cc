// What of workflow::Context needs no template.
#include "temporal/workflow.h"

#include <stdexcept>

namespace temporal::internal {

void FutureStateBase::ThrowForeign() {
  throw std::logic_error(
      "a workflow waits for a future that another workflow has made: only its own can resume it. To hear from another "
      "one, let it send a signal, or start it as a child and await that");
}

}  // namespace temporal::internal

namespace temporal::workflow {

std::int64_t Random::Uniform(std::int64_t low, std::int64_t high) {
  const std::uint64_t values = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low) + 1;
  if (values == 0) return static_cast<std::int64_t>(runtime_.NextRandom());  // the whole range
  const std::uint64_t threshold = (0 - values) % values;  // the few draws that would make small results likelier
  std::uint64_t drawn;
  do {
    drawn = runtime_.NextRandom();
  } while (drawn < threshold);
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + drawn % values);
}

Future<void> WorkflowTarget::Send(std::string_view signal, Payloads input) const {
  auto state = std::make_shared<internal::FutureState<void>>();
  runtime_->SignalExternalWorkflow(target_, signal, std::move(input), std::source_location(), scope_, state);
  return Future<void>(std::move(state));
}

Future<void> ExternalWorkflowHandle::Cancel(const std::string& reason, std::source_location where) const {
  auto state = std::make_shared<internal::FutureState<void>>();
  runtime_->CancelExternalWorkflow(target_, reason, where, state);
  return Future<void>(std::move(state));
}

void Context::ThrowContinueAsNew(std::string_view type, const ContinueAsNewOptions& options, Payloads input) {
  runtime_.MayCommand("ContinueAsNew");
  internal::ContinueAsNewCommand command;
  command.workflow_type = type;
  command.options = options;
  command.task_queue = options.task_queue;
  for (const std::string_view name : options.retry_policy.non_retryable_error_types) {
    if (!name.empty()) command.non_retryable_error_types.emplace_back(name);
  }
  for (const auto& [key, value] : options.memo) command.memo.insert_or_assign(std::string(key), value);
  for (const auto& [key, value] : options.search_attributes) {
    command.search_attributes.insert_or_assign(std::string(key), value);
  }
  command.input = std::move(input);
  // Nobody may follow the borrowed ones any longer.
  command.options.task_queue = {};
  command.options.retry_policy.non_retryable_error_types = {};
  command.options.memo = {};
  command.options.search_attributes = {};
  throw command;
}

}  // namespace temporal::workflow
