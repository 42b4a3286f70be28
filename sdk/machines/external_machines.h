// The machines of a signal to another workflow and of a request to cancel one: initiated, then answered. A signal that
// was not sent yet may be cancelled.
#ifndef TEMPORAL_SDK_MACHINES_EXTERNAL_MACHINES_H_
#define TEMPORAL_SDK_MACHINES_EXTERNAL_MACHINES_H_

#include <string>
#include <utility>

#include "sdk/machines/machine.h"

namespace temporal::internal {

class ExternalMachine : public Machine {
 public:
  enum class State : std::uint8_t {
    kCommandGiven,  // not sent, or sent and not yet seen in the history
    kInitiated,     // on its way
    kAnswered,
    kDropped,  // cancelled before it was sent: never was
  };
  static const TransitionTable& Table();

  std::string Describe() const override;

 protected:
  // `family`: kSignalExternal or kCancelExternal. `target`: a workflow id.
  ExternalMachine(Family family, std::string target, const std::source_location& where)
      : Machine(family, Table(), where), target_(std::move(target)) {}

  // As in every SDK, neither target nor signal is compared.
  std::string Differs(const api::history::v1::HistoryEvent&, bool) override { return ""; }

 private:
  std::string target_;
};

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_MACHINES_EXTERNAL_MACHINES_H_
