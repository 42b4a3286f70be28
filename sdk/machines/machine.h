// The base of all state machines: a table of transitions as data, and what a transition does.
//
// A machine is pure: events and calls of the workflow's code go in; commands, and word to the code, come out. An input
// for which the state has no row is a nondeterminism error.
#ifndef TEMPORAL_SDK_MACHINES_MACHINE_H_
#define TEMPORAL_SDK_MACHINES_MACHINE_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <source_location>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "sdk/machines/event_table.h"
#include "temporal/api/command/v1/message.pb.h"

namespace temporal::internal {

// What a transition does, any number of them.
enum Effect : std::uint8_t {
  kNothing = 0,
  kDropCommand = 1,    // the machine's command was never sent: forget it
  kGiveCancel = 2,     // give its cancel command
  kGiveSecond = 2,     // the same for what is no cancellation: give its second command
  kTellCancelled = 4,  // tell the code now that it was cancelled
  kTellOutcome = 8,    // tell the code the outcome that the event brings, when its turn comes
  kEnd = 16,           // no event of this machine will follow
  kTellProgress = 32,  // tell the code what the event brings, when its turn comes; more will follow
  kAskCancel = 64,     // ask for its cancellation, by a machine of its own: the caller of Cancel gives it
};

struct Transition {
  std::uint8_t from;
  Input on;
  std::uint8_t effects;
  std::uint8_t to;
};

template <class State>
constexpr Transition Row(State from, Input on, int effects, State to) {
  return {static_cast<std::uint8_t>(from), on, static_cast<std::uint8_t>(effects), static_cast<std::uint8_t>(to)};
}

// A machine's table, made once; it remembers which rows have been taken.
class TransitionTable {
 public:
  static constexpr std::size_t kMostStates = 16;
  static constexpr std::size_t kMostRows = 48;

  // `rows` and `state_names` must live for ever.
  TransitionTable(const char* name, std::span<const Transition> rows, std::span<const char* const> state_names);

  // Null if there is no such row.
  const Transition* Take(std::uint8_t state, Input input) const {
    const std::int8_t at = index_[state * static_cast<std::size_t>(Input::kCount) + static_cast<std::size_t>(input)];
    if (at < 0) return nullptr;
    taken_[static_cast<std::size_t>(at)].store(true, std::memory_order_relaxed);
    return &rows_[static_cast<std::size_t>(at)];
  }

  const char* name() const { return name_; }
  const char* StateName(std::uint8_t state) const { return state_names_[state]; }
  // Those that no machine of this process has taken yet, as "Scheduled + TimedOut".
  std::vector<std::string> RowsNotTaken() const;

 private:
  const char* name_;
  std::span<const Transition> rows_;
  std::span<const char* const> state_names_;
  std::array<std::int8_t, kMostStates* static_cast<std::size_t>(Input::kCount)> index_;
  mutable std::array<std::atomic<bool>, kMostRows> taken_{};
};

const char* NameOf(Input input);

// The machine of one command and of what follows from it. The engine derives from each kind, to hear.
class Machine {
 public:
  virtual ~Machine() = default;
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  // For messages: `activity Charge (id 3)`.
  virtual std::string Describe() const = 0;
  // Tells the code the outcome that `event` brings.
  virtual void OnOutcome(const api::history::v1::HistoryEvent& event) = 0;

  Family family() const { return family_; }
  const std::source_location& where() const { return where_; }
  // Of the event of its command; zero until that was seen.
  std::int64_t initiating_event_id() const { return initiating_event_id_; }
  const char* state_name() const { return table_.StateName(state_); }

  // The command, complete; null while replaying, where none is sent (but for who describes a disagreement).
  std::unique_ptr<api::command::v1::Command> command;
  // Its id was drawn at random: no other SDK draws the same.
  bool has_random_id = false;

 protected:
  // `where` is the line of the call, for messages.
  Machine(Family family, const TransitionTable& table, const std::source_location& where)
      : table_(table), family_(family), where_(where) {}

  // Compares the event of the command with the command. Kinds are compared by the caller. Without `compare_ids` the
  // machine adopts the id that the event holds. Answers what differs, or "".
  virtual std::string Differs(const api::history::v1::HistoryEvent& event, bool compare_ids) = 0;
  // Only for machines with kGiveCancel in their tables.
  virtual void FillCancelCommand(api::command::v1::Command& command) const;
  // Tells the code that it is cancelled. Must not call the machines back. Only for machines with kTellCancelled in
  // their tables.
  virtual void OnCancelled();

 private:
  friend class WorkflowMachines;

  const TransitionTable& table_;
  std::uint8_t state_ = 0;  // the first state of each table: the command has been given
  Family family_;
  bool dropped_ = false;
  std::source_location where_;
  std::int64_t initiating_event_id_ = 0;
};

// Whether a type in the history is the one that the code names. Unless `exact`, only what stands behind the last dot
// counts: the Go SDK once wrote the package in front.
bool SameType(const std::string& recorded, const std::string& given, bool exact);

// "orders.cc:41"; empty for an unknown place.
std::string Place(const std::source_location& where);

// The attributes of a command, as in printed histories.
std::string PrintAttributes(const api::command::v1::Command& command);

// What an error of the two below says, in parts: what the history has, and what the code does.
struct DisagreementParts {
  std::string expected, found;
};
DisagreementParts PartsOf(const absl::Status& status);

// The code and the history disagree at `event`. `found` says what the code did, `where` the line at which it did so.
absl::Status Nondeterminism(const api::history::v1::HistoryEvent& event, const std::string& found,
                            const std::string& where);
// The history itself is wrong.
absl::Status MalformedHistory(const api::history::v1::HistoryEvent& event, const std::string& what);

bool IsNondeterminism(const absl::Status& status);
// The event that an error of the above is about; zero for others.
std::int64_t EventIdOf(const absl::Status& status);

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_MACHINES_MACHINE_H_
