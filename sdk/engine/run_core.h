// Applies history to one run: events to the machines, one logical workflow task after the other to the code.
//
// Under WorkflowRun, which feeds it tasks, and Replay, which feeds it whole histories. It copies no event.
// Loop-confined.
#ifndef TEMPORAL_SDK_ENGINE_RUN_CORE_H_
#define TEMPORAL_SDK_ENGINE_RUN_CORE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/status/status.h"
#include "sdk/engine/history_chunker.h"
#include "sdk/engine/internal_flags.h"
#include "sdk/engine/workflow_instance.h"
#include "temporal/api/enums/v1/failed_cause.pb.h"

namespace temporal::internal {

// Why a workflow task fails.
struct TaskFailure {
  api::enums::v1::WorkflowTaskFailedCause cause;
  api::failure::v1::Failure failure;
  std::int64_t event_id = 0;        // zero if it is not about one event
  std::string expected{}, found{};  // if the code and the history disagree
};

class RunCore {
 public:
  enum class Purpose {
    kTask,    // the last logical task is new: its commands will be sent
    kAgain,   // the same, but what its local activities gave is in the history, beyond the events to be applied
    kQuery,   // nothing is new; also what the server closed without an answer is shown
    kReplay,  // nothing is new; what no completed task has seen is left out
  };

  RunCore(const WorkflowRunOptions& options, std::string workflow_id, std::string run_id);

  // Applies the events [begin, end), those that it has seen already left out. `updates` came along with the task that
  // is new. After a failure the run is of no use.
  std::optional<TaskFailure> Apply(const HistoryEvents& events, int begin, int end, Purpose purpose,
                                   std::vector<UpdateRequest> updates = {});

  // The updates that the history says were accepted by the task that ends at `chunk_end`; it looks no further than
  // `end`.
  std::vector<UpdateRequest> AcceptedUpdates(const HistoryEvents& events, int chunk_end, int end) const;

  // A local activity has ended: runs the code, within the task that was applied last. After a failure the run is of no
  // use.
  std::optional<TaskFailure> EndLocalActivity(const LocalActivityEnd& end);

  std::int64_t last_event_id() const { return last_event_id_; }
  // The server has dropped the task that was started last.
  void ForgetLastTask();
  // The code has ended the run, or a closing event was seen.
  bool closed() const { return closed_by_ != 0 || machines_.ended(); }
  const std::string& workflow_type() const { return workflow_type_; }
  const std::string& workflow_id() const { return workflow_id_; }
  const std::string& run_id() const { return run_id_; }
  const InternalFlags& flags() const { return flags_; }
  WorkflowMachines& machines() { return machines_; }
  // Null until the first task.
  WorkflowInstance* instance() { return instance_ ? &*instance_ : nullptr; }

 private:
  using Event = api::history::v1::HistoryEvent;

  // `open`: the code will not run at its end.
  absl::Status ApplyChunk(const HistoryEvents& events, const HistoryChunk& chunk, bool open);
  absl::Status ApplyEvent(const Event& event, const EventTraits& traits);
  void NoteAdmitted(const Event& event);
  void TakeUpdates(std::vector<UpdateRequest> updates);
  absl::Status ApplyWorkflowTaskEvent(const Event& event, Input input);
  // What the commands behind `at`, the task's WorkflowTaskCompleted, have recorded; looks no further than `end`.
  absl::Status LookAhead(const HistoryEvents& events, int at, int end);
  absl::Status ApplyMarker(const Event& event);
  std::optional<TaskFailure> Activate(bool replaying);
  std::optional<TaskFailure> CreateInstance();
  // What the code has thrown.
  std::optional<TaskFailure> ProblemOfCode();
  TaskFailure FailureFor(const absl::Status& status);

  const WorkflowRunOptions& options_;
  std::string workflow_id_, run_id_, workflow_type_;
  std::int64_t last_event_id_ = 0;
  int closed_by_ = 0;  // the type of the closing event, zero if none was seen
  // Those that came by events, from a run that was reset: by update id.
  absl::btree_map<std::string, std::shared_ptr<const api::update::v1::Request>> admitted_;
  bool now_settled_ = false;  // the code has run at an earlier task of the chunk, which only kept itself alive since
  bool commands_follow_ = false;  // a task was completed: its commands' events come first
  InternalFlags flags_;
  Activation activation_;  // of the chunk that is being applied
  WorkflowMachines machines_;
  std::optional<WorkflowInstance> instance_;  // before the machines in destruction: it holds what they hold on to
};

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_ENGINE_RUN_CORE_H_
