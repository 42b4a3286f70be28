// The machine of an update that the code has accepted: the events of its acceptance and of its response. Rejections
// leave no event, and have no machine.
#ifndef TEMPORAL_SDK_MACHINES_UPDATE_MACHINE_H_
#define TEMPORAL_SDK_MACHINES_UPDATE_MACHINE_H_

#include <string>

#include "sdk/machines/machine.h"

namespace temporal::internal {

class UpdateMachine final : public Machine {
 public:
  enum class State : std::uint8_t {
    kAcceptanceGiven,  // its event has not been seen
    kBothGiven,        // and so has the response, in the same task
    kAccepted,         // the handler runs
    kResponseGiven,
    kCompleted,
  };
  static const TransitionTable& Table();

  // `name` is the handler's, for messages; `message_id` that of the request's message.
  UpdateMachine(std::string update_id, std::string name, std::string message_id)
      : Machine(Family::kUpdate, Table(), std::source_location()),
        update_id_(std::move(update_id)),
        name_(std::move(name)),
        message_id_(std::move(message_id)) {}

  const std::string& update_id() const { return update_id_; }
  std::string Describe() const override;

  // The ids of the messages that commands of an update name; `request_id` is that of its request's message.
  static std::string AcceptanceId(const std::string& request_id) { return request_id + "/accept"; }
  static std::string RejectionId(const std::string& request_id) { return request_id + "/reject"; }
  static std::string ResponseId(const std::string& request_id) { return request_id + "/complete"; }
  static void FillMessageCommand(std::string message_id, api::command::v1::Command& command);

 private:
  std::string Differs(const api::history::v1::HistoryEvent& event, bool compare_ids) override;
  // The command of its response.
  void FillCancelCommand(api::command::v1::Command& command) const override;
  void OnOutcome(const api::history::v1::HistoryEvent&) override {}

  std::string update_id_, name_, message_id_;
};

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_MACHINES_UPDATE_MACHINE_H_
