// The machine of workflow tasks: the frame in which commands appear. It finds histories that are out of order.
#ifndef TEMPORAL_SDK_MACHINES_WORKFLOW_TASK_MACHINE_H_
#define TEMPORAL_SDK_MACHINES_WORKFLOW_TASK_MACHINE_H_

#include "sdk/machines/machine.h"

namespace temporal::internal {

class WorkflowTaskMachine {
 public:
  enum class State : std::uint8_t { kNone, kScheduled, kStarted };
  static const TransitionTable& Table();

  absl::Status Apply(const api::history::v1::HistoryEvent& event, Input input);
  // The server has dropped the task that was started last.
  void Forget() { state_ = 0; }
  // Its code may have run, and its end has not been seen.
  bool started() const { return state_ == static_cast<std::uint8_t>(State::kStarted); }

 private:
  std::uint8_t state_ = 0;
};

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_MACHINES_WORKFLOW_TASK_MACHINE_H_
