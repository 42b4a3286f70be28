// The timer's transitions.
#include "sdk/machines/timer_machine.h"

#include "absl/strings/str_cat.h"

namespace temporal::internal {
namespace {

using S = TimerMachine::State;

// A timer that was cancelled cannot fire: the server takes back a firing that the code has not seen.
constexpr Transition kRows[] = {
    Row(S::kCommandGiven, Input::kInitiated, kNothing, S::kStarted),
    Row(S::kCommandGiven, Input::kCancel, kDropCommand | kTellCancelled, S::kDropped),
    Row(S::kStarted, Input::kFired, kTellOutcome | kEnd, S::kFired),
    Row(S::kStarted, Input::kCancel, kGiveCancel | kTellCancelled, S::kCancelGiven),
    Row(S::kCancelGiven, Input::kCancelRecorded, kEnd, S::kCanceled),
};

constexpr const char* kStates[] = {"CommandGiven", "Started", "Fired", "CancelGiven", "Canceled", "Dropped"};

}  // namespace

const TransitionTable& TimerMachine::Table() {
  static const TransitionTable table("timer", kRows, kStates);
  return table;
}

std::string TimerMachine::Describe() const { return absl::StrCat("timer ", timer_id_); }

bool TimerMachine::HasForeignId() const {
  return initiating_event_id() != 0 &&
         (timer_id_ == absl::StrCat(initiating_event_id()) || timer_id_.find('-') != std::string::npos);
}

std::string TimerMachine::Differs(const api::history::v1::HistoryEvent& event, bool compare_ids) {
  const auto& started = event.timer_started_event_attributes();
  if (started.timer_id() == timer_id_) return "";
  if (compare_ids) return "starts it under another id";
  timer_id_ = started.timer_id();
  return "";
}

void TimerMachine::FillCancelCommand(api::command::v1::Command& command) const {
  command.set_command_type(api::enums::v1::COMMAND_TYPE_CANCEL_TIMER);
  command.mutable_cancel_timer_command_attributes()->set_timer_id(timer_id_);
}

}  // namespace temporal::internal
