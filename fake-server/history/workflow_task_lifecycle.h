// Workflow tasks of one run: scheduled, offered to workers, started, and closed by completion, failure or timeout.
//
// A task of an attempt above the first is transient: its events are not written before it completes, and never if it
// fails. A speculative task brings updates to a run that has nothing else to do: its events are not written if all that
// comes of it is rejections; any other transaction on the run makes it a normal one. Each function is a step of a
// transaction that the caller closes (transaction.h).
#ifndef TEMPORAL_FAKE_SERVER_HISTORY_WORKFLOW_TASK_LIFECYCLE_H_
#define TEMPORAL_FAKE_SERVER_HISTORY_WORKFLOW_TASK_LIFECYCLE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "fake-server/history/mutable_state.h"
#include "temporal/api/enums/v1/failed_cause.pb.h"

namespace temporal::api::workflowservice::v1 {
class PollWorkflowTaskQueueResponse;
class RespondWorkflowTaskCompletedRequest;
}  // namespace temporal::api::workflowservice::v1

namespace temporal::server {

// Schedules a task and offers it to workers, unless one is pending or the run has closed. What is buffered comes before
// it.
void ScheduleWorkflowTask(MutableState& run);
// The same without the offer. The task of a worker that only asks for more time has the age of the first in the row,
// which was scheduled at `original`; zero for others.
void ScheduleWorkflowTask(MutableState& run, internal::TimePoint original);

// A speculative task, without the offer. REQUIRES: none is pending, and nothing is buffered.
void ScheduleSpeculativeTask(MutableState& run);
// Makes the pending task, if it is speculative, a normal one.
void WriteSpeculativeTask(MutableState& run);
// Drops the pending task if it is speculative, without a trace. Another one brings the updates that wait.
void LoseSpeculativeTask(MutableState& run);

// Puts the scheduled task into its queue; into the normal one, too, when the worker of the sticky one has gone.
void OfferWorkflowTask(MutableState& run);

// REQUIRES: a task is scheduled. `build_id` is the worker's, if it says one.
void StartWorkflowTask(MutableState& run, std::string_view identity, std::string request_id, std::string build_id = {});

struct TaskContents {
  bool only_new_events = false;      // for a worker that has the run in its cache; else the history or its first page
  bool only_unsent_updates = false;  // a worker that asked for more time still has the others
};

// What a worker gets with the started task.
void FillWorkflowTask(MutableState& run, TaskContents contents,
                      api::workflowservice::v1::PollWorkflowTaskQueueResponse& response);

// Closes the started task as completed, and answers the id of its event; zero for a speculative task that leaves no
// trace. What this changes is in the history, in
// `workflow_task`, `previous_started_event_id` and `close_attempted`, and can be undone. Commands are not looked at.
std::int64_t CompleteWorkflowTask(MutableState& run,
                                  const api::workflowservice::v1::RespondWorkflowTaskCompletedRequest& request);

// What else a completion brings about, when its commands have been accepted: the end of the task's timer, a point to
// reset to.
void TaskCompletedForGood(MutableState& run,
                          const api::workflowservice::v1::RespondWorkflowTaskCompletedRequest& request,
                          std::int64_t completed_event_id);

struct WorkflowTaskFailure {
  api::enums::v1::WorkflowTaskFailedCause cause{};
  const api::failure::v1::Failure* failure = nullptr;  // may be null
  std::string_view identity{};
  std::string_view base_run_id{};  // of a reset
  std::string_view new_run_id{};
  std::string_view binary_checksum{};  // of the worker that answered
};

// Closes the started task as failed. The next one is not scheduled.
void FailWorkflowTask(MutableState& run, const WorkflowTaskFailure& failure);

// Before a run is closed from outside: fails the task if one is started, and lets the buffer be seen.
void ForceCloseWorkflowTask(MutableState& run);

// Forgets the pending task.
void DropWorkflowTask(MutableState& run);

// No worker gets the pending task any more, though it can still be seen: its run has closed.
void WithdrawWorkflowTask(MutableState& run);

// Tasks go to the normal queue again.
void ClearSticky(MutableState& run);

// "BadScheduleActivityAttributes"
std::string CauseName(api::enums::v1::WorkflowTaskFailedCause cause);

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_HISTORY_WORKFLOW_TASK_LIFECYCLE_H_
