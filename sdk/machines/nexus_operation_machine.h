// The machine of one Nexus operation: scheduled, started, closed; cancelled in one of three ways.
#ifndef TEMPORAL_SDK_MACHINES_NEXUS_OPERATION_MACHINE_H_
#define TEMPORAL_SDK_MACHINES_NEXUS_OPERATION_MACHINE_H_

#include <string>

#include "sdk/machines/machine.h"

namespace temporal::internal {

class NexusOperationMachine : public Machine {
 public:
  enum class State : std::uint8_t {
    kCommandGiven,        // not sent, or sent and not yet seen in the history
    kScheduled,           // the handler has not answered
    kStarted,             // the handler has answered that it works on it
    kTryCancelGiven,      // the code has been told that it is cancelled; the request is on its way
    kTryCancelRecorded,   // whatever closes the operation is of no interest
    kWaitCancelGiven,     // the request is on its way; the code waits for what closes the operation
    kWaitCancelRecorded,  // the request is in the history
    kAbandoned,           // nobody waits for it
    kClosed,
    kDropped,  // cancelled before it was sent: never was
  };
  static const TransitionTable& Table();

  std::string Describe() const override;

 protected:
  NexusOperationMachine(std::string service, std::string operation, const std::source_location& where)
      : Machine(Family::kNexusOperation, Table(), where),
        service_(std::move(service)),
        operation_(std::move(operation)) {}

  std::string Differs(const api::history::v1::HistoryEvent& event, bool compare_ids) override;
  void FillCancelCommand(api::command::v1::Command& command) const override;

 private:
  std::string service_, operation_;
};

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_MACHINES_NEXUS_OPERATION_MACHINE_H_
