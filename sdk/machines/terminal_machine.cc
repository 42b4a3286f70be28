// Words for messages.
#include "sdk/machines/terminal_machine.h"

namespace temporal::internal {
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
