// The machine of one activity: scheduled, started, closed; cancelled in one of three ways.
#ifndef TEMPORAL_SDK_MACHINES_ACTIVITY_MACHINE_H_
#define TEMPORAL_SDK_MACHINES_ACTIVITY_MACHINE_H_

#include <string>

#include "sdk/machines/machine.h"

namespace temporal::internal {

class ActivityMachine : public Machine {
 public:
  enum class State : std::uint8_t {
    kCommandGiven,        // not sent, or sent and not yet seen in the history
    kScheduled,           // waits for a worker
    kStarted,             // an attempt began; seen only together with its end
    kTryCancelGiven,      // the code has been told that it is cancelled; the request is on its way
    kTryCancelRecorded,   // the request is in the history; whatever closes the activity is of no interest
    kWaitCancelGiven,     // the request is on its way; the code waits for what closes the activity
    kWaitCancelRecorded,  // the request is in the history
    kAbandoned,           // nobody waits for it
    kClosed,
    kDropped,  // cancelled before it was sent: never was
  };
  static const TransitionTable& Table();

  const std::string& activity_id() const { return activity_id_; }
  const std::string& activity_type() const { return activity_type_; }
  std::string Describe() const override;

 protected:
  ActivityMachine(std::string activity_id, std::string activity_type, const std::source_location& where)
      : Machine(Family::kActivity, Table(), where),
        activity_id_(std::move(activity_id)),
        activity_type_(std::move(activity_type)) {}

  std::string Differs(const api::history::v1::HistoryEvent& event, bool compare_ids) override;
  void FillCancelCommand(api::command::v1::Command& command) const override;

 private:
  std::string activity_id_, activity_type_;
};

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_MACHINES_ACTIVITY_MACHINE_H_
