// The update's transitions.
#include "sdk/machines/update_machine.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace temporal::internal {
namespace {

using S = UpdateMachine::State;

constexpr Transition kRows[] = {
    Row(S::kAcceptanceGiven, Input::kInitiated, kNothing, S::kAccepted),
    Row(S::kAcceptanceGiven, Input::kRespond, kGiveSecond, S::kBothGiven),
    Row(S::kBothGiven, Input::kInitiated, kNothing, S::kResponseGiven),
    Row(S::kAccepted, Input::kRespond, kGiveSecond, S::kResponseGiven),
    Row(S::kResponseGiven, Input::kResponded, kEnd, S::kCompleted),
};

constexpr const char* kStates[] = {"AcceptanceGiven", "BothGiven", "Accepted", "ResponseGiven", "Completed"};

}  // namespace

const TransitionTable& UpdateMachine::Table() {
  static const TransitionTable table("update", kRows, kStates);
  return table;
}

std::string UpdateMachine::Describe() const { return absl::StrCat("update ", name_, " (id ", update_id_, ")"); }

// Ids of updates are their callers': another one is another update.
std::string UpdateMachine::Differs(const api::history::v1::HistoryEvent& event, bool) {
  const std::string& id = event.workflow_execution_update_accepted_event_attributes().protocol_instance_id();
  return id == update_id_ ? "" : "accepts another update";
}

void UpdateMachine::FillMessageCommand(std::string message_id, api::command::v1::Command& command) {
  command.set_command_type(api::enums::v1::COMMAND_TYPE_PROTOCOL_MESSAGE);
  command.mutable_protocol_message_command_attributes()->set_message_id(std::move(message_id));
}

void UpdateMachine::FillCancelCommand(api::command::v1::Command& command) const {
  FillMessageCommand(ResponseId(message_id_), command);
}

}  // namespace temporal::internal
