// A run's machines beside the history that they are shown, for the tests of each machine; and what all those tests
// together take of the machines' tables.
#ifndef TEMPORAL_TESTS_SUPPORT_MACHINE_STAGE_H_
#define TEMPORAL_TESTS_SUPPORT_MACHINE_STAGE_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "sdk/machines/workflow_machines.h"
#include "tests/support/history_builder.h"

namespace temporal::internal {

// What the code was told: the types of events, and "cancelled".
using Told = std::vector<std::string>;

// A machine of kind Base whose code writes down what it is told.
template <class Base>
class Heard final : public Base {
 public:
  template <class... A>
  explicit Heard(Told& told, A&&... arguments) : Base(std::forward<A>(arguments)...), told_(told) {
    this->command = std::make_unique<api::command::v1::Command>();
  }
  void OnOutcome(const api::history::v1::HistoryEvent& event) override {
    told_.push_back(api::enums::v1::EventType_Name(event.event_type()).substr(std::string("EVENT_TYPE_").size()));
  }

 private:
  void OnCancelled() override { told_.push_back("cancelled"); }
  Told& told_;
};

struct MachineStage {
  HistoryBuilder history{"Workflow"};
  WorkflowMachines machines;
  Told told;
  int applied = 1;  // the first event belongs to no machine

  // The code gives the command of a new machine of kind Base.
  template <class Base, class... A>
  Base& Give(A&&... arguments) {
    auto machine = std::make_unique<Heard<Base>>(told, std::forward<A>(arguments)...);
    Base& given = *machine;
    machines.Give(std::move(machine));
    return given;
  }
  // Applies what the history has got since the last call, all of it before anything is told.
  absl::Status Apply() {
    WorkflowMachines::Outcomes outcomes;
    for (; applied < history.history().events_size(); ++applied) {
      const auto& event = history.history().events(applied);
      absl::Status status = machines.Apply(event, TraitsOf(event.event_type()), outcomes);
      if (!status.ok()) return status;
    }
    for (auto& outcome : outcomes) outcome.machine->OnOutcome(*outcome.event);
    return absl::OkStatus();
  }
  int CommandsToSend() {
    WorkflowMachines::Commands commands;
    machines.FillCommands(commands);
    return commands.size();
  }
};

// What takes the rows of some tables, with its own expectations.
struct MachineScenarios {
  std::vector<const TransitionTable& (*)()> tables;
  void (*run)();
};

// Those of all tests of this executable.
inline std::vector<MachineScenarios>& AllMachineScenarios() {
  static std::vector<MachineScenarios> all;
  return all;
}

// A static one in each test of a machine registers its scenarios.
struct RegisterMachineScenarios {
  RegisterMachineScenarios(std::vector<const TransitionTable& (*)()> tables, void (*run)()) {
    AllMachineScenarios().push_back({std::move(tables), run});
  }
};

}  // namespace temporal::internal

#endif  // TEMPORAL_TESTS_SUPPORT_MACHINE_STAGE_H_
