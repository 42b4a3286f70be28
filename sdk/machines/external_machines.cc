// The transitions of what is asked of another workflow.
#include "sdk/machines/external_machines.h"

#include "absl/strings/str_cat.h"

namespace temporal::internal {
namespace {

using S = ExternalMachine::State;

constexpr Transition kRows[] = {
    Row(S::kCommandGiven, Input::kInitiated, kNothing, S::kInitiated),
    Row(S::kCommandGiven, Input::kCancel, kDropCommand | kTellCancelled, S::kDropped),
    Row(S::kInitiated, Input::kCompleted, kTellOutcome | kEnd, S::kAnswered),
    Row(S::kInitiated, Input::kFailed, kTellOutcome | kEnd, S::kAnswered),
};

constexpr const char* kStates[] = {"CommandGiven", "Initiated", "Answered", "Dropped"};

}  // namespace

const TransitionTable& ExternalMachine::Table() {
  static const TransitionTable table("external workflow", kRows, kStates);
  return table;
}

std::string ExternalMachine::Describe() const {
  return absl::StrCat(family() == Family::kSignalExternal ? "signal to workflow " : "request to cancel workflow ",
                      target_);
}

}  // namespace temporal::internal
