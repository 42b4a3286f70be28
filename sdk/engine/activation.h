// What the code of a run is told at once, in the order in which it is told.
#ifndef TEMPORAL_SDK_ENGINE_ACTIVATION_H_
#define TEMPORAL_SDK_ENGINE_ACTIVATION_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sdk/base/scheduler.h"
#include "sdk/converter/marker_codec.h"
#include "sdk/engine/internal_flags.h"
#include "sdk/machines/workflow_machines.h"
#include "temporal/api/history/v1/message.pb.h"
#include "temporal/api/update/v1/message.pb.h"

namespace temporal::internal {

// An update that the code is asked for.
struct UpdateRequest {
  std::string message_id;  // of the message that brings it
  std::string update_id;
  std::int64_t sequencing_event_id = 0;
  std::shared_ptr<const api::update::v1::Request> request;
  bool accepted = false;  // as the history says: it is not judged again
};

// Events are borrowed from the history of the task.
struct Activation {
  // The jobs, class by class; in a class in the order of history.
  const api::history::v1::HistoryEvent* started = nullptr;     // begin the run: after the handlers of both
  std::string new_seed;                                        // the run was reset: new random numbers; empty: none
  std::vector<const api::history::v1::HistoryEvent*> signals;  // handlers begin
  std::vector<UpdateRequest> updates;                          // handlers begin
  std::vector<UpdateRequest> admitted;                         // came by events: of `updates` if the task is new
  WorkflowMachines::Outcomes outcomes;                         // futures become ready, the run is cancelled

  // What the commands of this very task have recorded, while replaying: patches, side effects, local activities. The
  // code must know it before it gives those commands.
  std::vector<RecordedMarker> markers;
  // Not replaying, and yet there are such markers, of local activities alone: they stand for the worker that ran them.
  bool local_activities_recorded = false;
  const api::history::v1::HistoryEvent* completed = nullptr;  // the end of the task that is replayed; null: none

  // Of the task as a whole.
  TimePoint now{};
  bool replaying = false;
  std::int64_t history_length = 0;
  std::int64_t history_size_bytes = 0;
  bool continue_as_new_suggested = false;
  bool move_terminal_commands = true;  // see InternalFlags
  WaitTimers wait_timers = WaitTimers::kCancelled;
  JobBatches job_batches = JobBatches::kTogether;
  ConditionSweeps condition_sweeps = ConditionSweeps::kFirst;
  bool target_worker_deployment_version_changed = false;

  // Forgets the jobs, for the next task.
  void Clear() {
    started = nullptr;
    new_seed.clear();
    signals.clear();
    updates.clear();
    admitted.clear();
    outcomes.clear();
    markers.clear();
    completed = nullptr;
    local_activities_recorded = false;
  }
};

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_ENGINE_ACTIVATION_H_
