// The one transition of each end.
#include "sdk/machines/terminal_machine.h"

namespace temporal::internal {
namespace {

using S = TerminalMachine::State;

constexpr Transition kRows[] = {
    Row(S::kCommandGiven, Input::kInitiated, kEnd, S::kRecorded),
};

constexpr const char* kStates[] = {"CommandGiven", "Recorded"};

}  // namespace

const TransitionTable& TerminalMachine::Table() {
  static const TransitionTable table("terminal", kRows, kStates);
  return table;
}

std::string TerminalMachine::Describe() const {
  switch (family()) {
    case Family::kComplete:
      return "completion of the workflow";
    case Family::kFail:
      return "failure of the workflow";
    case Family::kCancel:
      return "cancellation of the workflow";
    default:
      return "continue-as-new";
  }
}

}  // namespace temporal::internal
