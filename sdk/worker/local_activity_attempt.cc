// Starts the code and waits for it.
#include "sdk/worker/local_activity_attempt.h"

#include <utility>

#include "sdk/base/proto_time.h"

namespace temporal::internal {

LocalActivityAttempt::LocalActivityAttempt(std::shared_ptr<const WorkerContext> context, ActivityExecutor& executor,
                                           activity::Info info, Payloads input)
    : context_(std::move(context)),
      executor_(executor),
      info_(std::move(info)),
      input_(std::move(input)),
      log_fields_{{{"workflow_id", info_.workflow_id},
                   {"run_id", info_.run_id},
                   {"workflow_type", info_.workflow_type},
                   {"activity_id", info_.activity_id},
                   {"activity_type", info_.activity_type}}} {}

void LocalActivityAttempt::Start(std::shared_ptr<const ActivityDefinition> definition,
                                 std::function<void(ActivityOutcome)> ended) {
  const bool may_wait = definition->takes_context || definition->waits_if_local;
  executor_.Start(
      may_wait,
      [self = shared_from_this(), definition = std::move(definition)] {
        self->outcome_ = RunActivityCode(*self->context_, *definition, *self, self->input_);
      },
      [self = shared_from_this(), ended = std::move(ended)] { ended(std::move(self->outcome_)); });
}

bool LocalActivityAttempt::WaitCancelled(Duration at_most) {
  return executor_.WaitUntil([this] { return cancelled_.load(); }, SaturatedAdd(Now(), at_most));
}

}  // namespace temporal::internal
