// The machine of one timer.
#ifndef TEMPORAL_SDK_MACHINES_TIMER_MACHINE_H_
#define TEMPORAL_SDK_MACHINES_TIMER_MACHINE_H_

#include <string>

#include "sdk/machines/machine.h"

namespace temporal::internal {

class TimerMachine : public Machine {
 public:
  enum class State : std::uint8_t {
    kCommandGiven,  // not sent, or sent and not yet seen in the history
    kStarted,
    kFired,
    kCancelGiven,  // the code has been told; the request is on its way
    kCanceled,
    kDropped,  // cancelled before it was sent: never was
  };
  static const TransitionTable& Table();

  const std::string& timer_id() const { return timer_id_; }
  std::string Describe() const override;
  // In the history it has an id as Go (the number of the event) or Java (a UUID) choose them.
  bool HasForeignId() const;

 protected:
  TimerMachine(std::string timer_id, const std::source_location& where)
      : Machine(Family::kTimer, Table(), where), timer_id_(std::move(timer_id)) {}

  std::string Differs(const api::history::v1::HistoryEvent& event, bool compare_ids) override;
  void FillCancelCommand(api::command::v1::Command& command) const override;

 private:
  std::string timer_id_;
};

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_MACHINES_TIMER_MACHINE_H_
