// The transitions of workflow tasks.
#include "sdk/machines/workflow_task_machine.h"

#include "absl/strings/str_cat.h"

namespace temporal::internal {
namespace {

using S = WorkflowTaskMachine::State;

constexpr Transition kRows[] = {
    Row(S::kNone, Input::kInitiated, kNothing, S::kScheduled),
    Row(S::kScheduled, Input::kStarted, kNothing, S::kStarted),
    Row(S::kScheduled, Input::kTimedOut, kNothing, S::kNone),  // nobody took it from the sticky queue in time
    Row(S::kStarted, Input::kCompleted, kNothing, S::kNone),
    Row(S::kStarted, Input::kFailed, kNothing, S::kNone),
    Row(S::kStarted, Input::kTimedOut, kNothing, S::kNone),
};

constexpr const char* kStates[] = {"None", "Scheduled", "Started"};

}  // namespace

const TransitionTable& WorkflowTaskMachine::Table() {
  static const TransitionTable table("workflow task", kRows, kStates);
  return table;
}

absl::Status WorkflowTaskMachine::Apply(const api::history::v1::HistoryEvent& event, Input input) {
  const Transition* row = Table().Take(state_, input);
  if (row == nullptr) {
    return MalformedHistory(event,
                            absl::StrCat("it cannot follow a workflow task in state ", Table().StateName(state_)));
  }
  state_ = row->to;
  return absl::OkStatus();
}

}  // namespace temporal::internal
