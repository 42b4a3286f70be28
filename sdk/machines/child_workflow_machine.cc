// The child workflow's transitions.
#include "sdk/machines/child_workflow_machine.h"

#include "absl/strings/str_cat.h"

namespace temporal::internal {
namespace {

using S = ChildWorkflowMachine::State;

constexpr Transition kRows[] = {
    Row(S::kCommandGiven, Input::kInitiated, kNothing, S::kInitiated),
    Row(S::kCommandGiven, Input::kCancelTry, kDropCommand | kTellCancelled, S::kDropped),
    Row(S::kCommandGiven, Input::kCancelWait, kDropCommand | kTellCancelled, S::kDropped),
    Row(S::kCommandGiven, Input::kCancelWaitRequested, kDropCommand | kTellCancelled, S::kDropped),
    Row(S::kCommandGiven, Input::kCancelAbandon, kDropCommand | kTellCancelled, S::kDropped),

    Row(S::kInitiated, Input::kStarted, kTellProgress, S::kStarted),
    Row(S::kInitiated, Input::kStartFailed, kTellOutcome | kEnd, S::kClosed),
    Row(S::kInitiated, Input::kCancelTry, kAskCancel | kTellCancelled, S::kForgotten),
    Row(S::kInitiated, Input::kCancelWait, kAskCancel, S::kInitiated),
    Row(S::kInitiated, Input::kCancelWaitRequested, kAskCancel, S::kInitiated),
    Row(S::kInitiated, Input::kCancelArrived, kTellCancelled, S::kForgotten),
    Row(S::kInitiated, Input::kCancelAbandon, kTellCancelled, S::kForgotten),

    Row(S::kStarted, Input::kCompleted, kTellOutcome | kEnd, S::kClosed),
    Row(S::kStarted, Input::kFailed, kTellOutcome | kEnd, S::kClosed),
    Row(S::kStarted, Input::kTimedOut, kTellOutcome | kEnd, S::kClosed),
    Row(S::kStarted, Input::kCanceled, kTellOutcome | kEnd, S::kClosed),
    Row(S::kStarted, Input::kTerminated, kTellOutcome | kEnd, S::kClosed),
    Row(S::kStarted, Input::kCancelTry, kAskCancel | kTellCancelled, S::kForgotten),
    Row(S::kStarted, Input::kCancelWait, kAskCancel, S::kStarted),
    Row(S::kStarted, Input::kCancelWaitRequested, kAskCancel, S::kStarted),
    Row(S::kStarted, Input::kCancelArrived, kTellCancelled, S::kForgotten),
    Row(S::kStarted, Input::kCancelAbandon, kTellCancelled, S::kForgotten),

    Row(S::kForgotten, Input::kStarted, kNothing, S::kForgotten),
    Row(S::kForgotten, Input::kStartFailed, kEnd, S::kClosed),
    Row(S::kForgotten, Input::kCompleted, kEnd, S::kClosed),
    Row(S::kForgotten, Input::kFailed, kEnd, S::kClosed),
    Row(S::kForgotten, Input::kTimedOut, kEnd, S::kClosed),
    Row(S::kForgotten, Input::kCanceled, kEnd, S::kClosed),
    Row(S::kForgotten, Input::kTerminated, kEnd, S::kClosed),
};

constexpr const char* kStates[] = {"CommandGiven", "Initiated", "Started", "Forgotten", "Closed", "Dropped"};

}  // namespace

const TransitionTable& ChildWorkflowMachine::Table() {
  static const TransitionTable table("child workflow", kRows, kStates);
  return table;
}

std::string ChildWorkflowMachine::Describe() const {
  return absl::StrCat("child workflow ", workflow_type_, " (id ", workflow_id_, ")");
}

std::string ChildWorkflowMachine::Differs(const api::history::v1::HistoryEvent& event, bool compare_ids) {
  const auto& initiated = event.start_child_workflow_execution_initiated_event_attributes();
  if (!SameType(initiated.workflow_type().name(), workflow_type_, compare_ids)) return "starts another workflow type";
  if (initiated.workflow_id() == workflow_id_) return "";
  if (compare_ids) return "starts it under another id";
  workflow_id_ = initiated.workflow_id();
  return "";
}

}  // namespace temporal::internal
