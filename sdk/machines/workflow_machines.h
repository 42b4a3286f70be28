// All machines of one run: matches the commands that the code gives with the events that the history has for them, and
// routes the other events to the machine of their initiating event.
#ifndef TEMPORAL_SDK_MACHINES_WORKFLOW_MACHINES_H_
#define TEMPORAL_SDK_MACHINES_WORKFLOW_MACHINES_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "sdk/machines/machine.h"
#include "sdk/machines/record_machine.h"
#include "sdk/machines/workflow_task_machine.h"

namespace temporal::internal {

class WorkflowMachines {
 public:
  // An outcome that waits for its turn: the machine, and the event that brings it (borrowed from the history).
  struct Outcome {
    Machine* machine;  // null: the cancellation of the run
    const api::history::v1::HistoryEvent* event;
    std::unique_ptr<Machine> ended{};  // the machine, if nothing follows; otherwise it stays open
  };
  using Outcomes = std::vector<Outcome>;
  using Commands = google::protobuf::RepeatedPtrField<api::command::v1::Command>;

  // The code gives a command.
  void Give(std::unique_ptr<Machine> machine);
  // The code cancels. Does nothing where the table has no row: what is closed stays closed. Answers the effects taken.
  int Cancel(Machine& machine, Input how);
  // The code has run until it waits: nothing follows the first command that ends the run. What was given after it goes
  // before it if `move`, as all newer SDKs do, and is dropped otherwise.
  void EndActivation(bool move);

  // Applies an event of role kCommand, kRouted or kWorkflowTask. What the code must be told is added to `outcomes`.
  absl::Status Apply(const api::history::v1::HistoryEvent& event, const EventTraits& traits, Outcomes& outcomes);
  // Applies a MarkerRecorded.
  absl::Status ApplyMarker(const api::history::v1::HistoryEvent& event, const MarkerKey& key);
  // Every command that was given must have had its event before `event`.
  absl::Status CheckAllMatched(const api::history::v1::HistoryEvent& event) const;

  // Moves the commands that wait to be sent into `commands`; they then wait for their events.
  void FillCommands(Commands& commands);

  // Whether ids of activities and timers must be those of the history, or are adopted from it.
  void set_compare_ids(bool compare) { compare_ids_ = compare; }
  // Whether the history is this SDK's: only there are ids that were drawn at random drawn again.
  void set_own(bool own) { own_ = own; }
  // Whether what is given from now on stands in the history already.
  void set_replaying(bool replaying) { replaying_ = replaying; }
  void ForgetLastTask() { task_.Forget(); }
  // A workflow task has been started whose end was not seen.
  bool in_task() const { return task_.started(); }
  // A terminal command has been given.
  bool ended() const { return ended_; }

 private:
  struct Given {
    Machine* machine;
    bool cancel;                     // its cancel command, or the response to an update
    std::unique_ptr<Machine> owned;  // until its event is seen
    bool replayed = false;           // given while replaying: it is not sent
  };

  absl::Status Match(const api::history::v1::HistoryEvent& event, const EventTraits& traits);
  absl::Status MatchCancel(const api::history::v1::HistoryEvent& event, const EventTraits& traits, Outcomes& outcomes);
  // `began` is the id of the event that began what `event` is about.
  absl::Status Route(const api::history::v1::HistoryEvent& event, const EventTraits& traits, std::int64_t began,
                     Outcomes& outcomes);
  // The next command, those passed over that were dropped; null if there is none.
  Given* Next();
  // A patch that the code asks for while replaying: the history need not have it here, it may stand elsewhere.
  static bool MayBeMissing(const Given& given);
  // The next command, such patches passed over, too.
  Given* NextRequired();
  void Recorded(std::deque<Given>::iterator given, const api::history::v1::HistoryEvent& event, const Transition& row);
  // The list of patches among the search attributes, which no code upserts: whoever gave a patch's marker gave it.
  bool TakeChangeVersions(const api::history::v1::HistoryEvent& event);
  absl::Status Mismatch(const api::history::v1::HistoryEvent& event, const Given* next) const;

  std::deque<Given> given_;  // in order; the events of commands come in the same order
  absl::flat_hash_map<std::int64_t, std::unique_ptr<Machine>> open_;  // by initiating event; never iterated
  WorkflowTaskMachine task_;
  bool compare_ids_ = true;
  bool own_ = true;
  bool ended_ = false;
  bool replaying_ = false;
};

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_MACHINES_WORKFLOW_MACHINES_H_
