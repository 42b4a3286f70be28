// The machine of what ends a run: complete, fail, cancel, continue as new. Only its kind is compared with the history.
#ifndef TEMPORAL_SDK_MACHINES_TERMINAL_MACHINE_H_
#define TEMPORAL_SDK_MACHINES_TERMINAL_MACHINE_H_

#include <string>

#include "sdk/machines/machine.h"

namespace temporal::internal {

class TerminalMachine final : public Machine {
 public:
  enum class State : std::uint8_t { kCommandGiven, kRecorded };
  static const TransitionTable& Table();
  static bool IsTerminal(Family family) { return family >= Family::kComplete && family <= Family::kContinueAsNew; }

  // `family` is one of kComplete, kFail, kCancel, kContinueAsNew.
  TerminalMachine(Family family, const std::source_location& where) : Machine(family, Table(), where) {}

  std::string Describe() const override;

 private:
  std::string Differs(const api::history::v1::HistoryEvent&, bool) override { return ""; }
  void FillCancelCommand(api::command::v1::Command&) const override {}  // nothing cancels it
  void OnCancelled() override {}
  void OnOutcome(const api::history::v1::HistoryEvent&) override {}
};

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_MACHINES_TERMINAL_MACHINE_H_
