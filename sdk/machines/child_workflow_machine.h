// The machine of one child workflow: initiated, started or not, closed; cancelled in one of four ways.
//
// The request to cancel a child is a command of its own, with a machine of its own (external_machines.h).
#ifndef TEMPORAL_SDK_MACHINES_CHILD_WORKFLOW_MACHINE_H_
#define TEMPORAL_SDK_MACHINES_CHILD_WORKFLOW_MACHINE_H_

#include <string>
#include <utility>

#include "sdk/machines/machine.h"

namespace temporal::internal {

class ChildWorkflowMachine : public Machine {
 public:
  enum class State : std::uint8_t {
    kCommandGiven,  // not sent, or sent and not yet seen in the history
    kInitiated,     // the server is about to start it
    kStarted,
    kForgotten,  // the code has been told that it is cancelled; what else happens to it is of no interest
    kClosed,
    kDropped,  // cancelled before it was sent: never was
  };
  static const TransitionTable& Table();

  const std::string& workflow_id() const { return workflow_id_; }
  const std::string& workflow_type() const { return workflow_type_; }
  std::string Describe() const override;

 protected:
  ChildWorkflowMachine(std::string workflow_id, std::string workflow_type, const std::source_location& where)
      : Machine(Family::kChildWorkflow, Table(), where),
        workflow_id_(std::move(workflow_id)),
        workflow_type_(std::move(workflow_type)) {}

  std::string Differs(const api::history::v1::HistoryEvent& event, bool compare_ids) override;

 private:
  std::string workflow_id_, workflow_type_;
};

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_MACHINES_CHILD_WORKFLOW_MACHINE_H_
