// The activity's transitions.
#include "sdk/machines/activity_machine.h"

#include "absl/strings/str_cat.h"

namespace temporal::internal {
namespace {

using S = ActivityMachine::State;

constexpr Transition kRows[] = {
    Row(S::kCommandGiven, Input::kInitiated, kNothing, S::kScheduled),
    Row(S::kCommandGiven, Input::kCancelTry, kDropCommand | kTellCancelled, S::kDropped),
    Row(S::kCommandGiven, Input::kCancelWait, kDropCommand | kTellCancelled, S::kDropped),
    Row(S::kCommandGiven, Input::kCancelAbandon, kDropCommand | kTellCancelled, S::kDropped),

    Row(S::kScheduled, Input::kStarted, kNothing, S::kStarted),
    Row(S::kScheduled, Input::kTimedOut, kTellOutcome | kEnd, S::kClosed),
    Row(S::kScheduled, Input::kCancelTry, kGiveCancel | kTellCancelled, S::kTryCancelGiven),
    Row(S::kScheduled, Input::kCancelWait, kGiveCancel, S::kWaitCancelGiven),
    Row(S::kScheduled, Input::kCancelAbandon, kTellCancelled, S::kAbandoned),

    Row(S::kStarted, Input::kCompleted, kTellOutcome | kEnd, S::kClosed),
    Row(S::kStarted, Input::kFailed, kTellOutcome | kEnd, S::kClosed),
    Row(S::kStarted, Input::kTimedOut, kTellOutcome | kEnd, S::kClosed),
    Row(S::kStarted, Input::kCanceled, kTellOutcome | kEnd, S::kClosed),
    Row(S::kStarted, Input::kCancelTry, kGiveCancel | kTellCancelled, S::kTryCancelGiven),
    Row(S::kStarted, Input::kCancelWait, kGiveCancel, S::kWaitCancelGiven),
    Row(S::kStarted, Input::kCancelAbandon, kTellCancelled, S::kAbandoned),

    Row(S::kTryCancelGiven, Input::kCancelRecorded, kNothing, S::kTryCancelRecorded),
    Row(S::kTryCancelRecorded, Input::kStarted, kNothing, S::kTryCancelRecorded),
    Row(S::kTryCancelRecorded, Input::kCompleted, kEnd, S::kClosed),
    Row(S::kTryCancelRecorded, Input::kFailed, kEnd, S::kClosed),
    Row(S::kTryCancelRecorded, Input::kTimedOut, kEnd, S::kClosed),
    Row(S::kTryCancelRecorded, Input::kCanceled, kEnd, S::kClosed),

    Row(S::kWaitCancelGiven, Input::kCancelRecorded, kNothing, S::kWaitCancelRecorded),
    Row(S::kWaitCancelRecorded, Input::kStarted, kNothing, S::kWaitCancelRecorded),
    Row(S::kWaitCancelRecorded, Input::kCompleted, kTellOutcome | kEnd, S::kClosed),
    Row(S::kWaitCancelRecorded, Input::kFailed, kTellOutcome | kEnd, S::kClosed),
    Row(S::kWaitCancelRecorded, Input::kTimedOut, kTellOutcome | kEnd, S::kClosed),
    Row(S::kWaitCancelRecorded, Input::kCanceled, kTellOutcome | kEnd, S::kClosed),

    Row(S::kAbandoned, Input::kStarted, kNothing, S::kAbandoned),
    Row(S::kAbandoned, Input::kCompleted, kEnd, S::kClosed),
    Row(S::kAbandoned, Input::kFailed, kEnd, S::kClosed),
    Row(S::kAbandoned, Input::kTimedOut, kEnd, S::kClosed),
};

constexpr const char* kStates[] = {
    "CommandGiven",    "Scheduled",          "Started",   "TryCancelGiven", "TryCancelRecorded",
    "WaitCancelGiven", "WaitCancelRecorded", "Abandoned", "Closed",         "Dropped"};

}  // namespace

const TransitionTable& ActivityMachine::Table() {
  static const TransitionTable table("activity", kRows, kStates);
  return table;
}

std::string ActivityMachine::Describe() const {
  return absl::StrCat("activity ", activity_type_, " (id ", activity_id_, ")");
}

std::string ActivityMachine::Differs(const api::history::v1::HistoryEvent& event, bool compare_ids) {
  const auto& scheduled = event.activity_task_scheduled_event_attributes();
  if (!SameType(scheduled.activity_type().name(), activity_type_, compare_ids))
    return "schedules another activity type";
  if (scheduled.activity_id() == activity_id_) return "";
  if (compare_ids) return "schedules it under another id";
  activity_id_ = scheduled.activity_id();
  return "";
}

void ActivityMachine::FillCancelCommand(api::command::v1::Command& command) const {
  command.set_command_type(api::enums::v1::COMMAND_TYPE_REQUEST_CANCEL_ACTIVITY_TASK);
  command.mutable_request_cancel_activity_task_command_attributes()->set_scheduled_event_id(initiating_event_id());
}

}  // namespace temporal::internal
