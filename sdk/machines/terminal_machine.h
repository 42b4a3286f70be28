// The machine of what ends a run: complete, fail, cancel, continue as new. Only its kind is compared with the history.
#ifndef TEMPORAL_SDK_MACHINES_TERMINAL_MACHINE_H_
#define TEMPORAL_SDK_MACHINES_TERMINAL_MACHINE_H_

#include <string>

#include "sdk/machines/record_machine.h"

namespace temporal::internal {

class TerminalMachine final : public RecordMachine {
 public:
  static bool IsTerminal(Family family) { return family >= Family::kComplete && family <= Family::kContinueAsNew; }

  // `family` is one of kComplete, kFail, kCancel, kContinueAsNew.
  TerminalMachine(Family family, const std::source_location& where) : RecordMachine(family, where) {}

  std::string Describe() const override;
};

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_MACHINES_TERMINAL_MACHINE_H_
