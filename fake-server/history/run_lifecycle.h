// The beginning and the end of runs, and how one follows another: retry, cron and continue-as-new.
#ifndef TEMPORAL_FAKE_SERVER_HISTORY_RUN_LIFECYCLE_H_
#define TEMPORAL_FAKE_SERVER_HISTORY_RUN_LIFECYCLE_H_

#include <memory>
#include <string>
#include <string_view>

#include "fake-server/history/mutable_state.h"
#include "temporal/api/command/v1/message.pb.h"

namespace temporal::server {

struct HistoryContext;

// A run to be made. `started` is its first event, complete but for times and what is rounded.
struct NewRun {
  const Namespace* name_space = nullptr;
  std::string workflow_id{};
  std::string run_id{};
  std::string request_id{};
  std::unique_ptr<api::history::v1::HistoryEvent> started{};

  MutableState::StartedAttributes& attributes() {
    return *started->mutable_workflow_execution_started_event_attributes();
  }
};

// Makes the run with its first event and hands it to the engine. Its first workflow task is not scheduled.
std::shared_ptr<MutableState> CreateRun(HistoryContext& context, NewRun run);

// The parts of that: what the first event, which is in the history, says of the run besides times.
void TakeStart(MutableState& run, std::string request_id);
// The times of a run that begins now with a history of its own: one that was reset.
void BeginAgain(MutableState& run);
// Sets the timers for the end of the run and of its chain.
void SetRunTimers(MutableState& run);

// The same for the run that follows `run`.
std::shared_ptr<MutableState> CreateNextRun(MutableState& run, NewRun next);

// The same, after terminating `existing`, which has the workflow id, if it is running. `existing` may be null.
std::shared_ptr<MutableState> ReplaceRun(HistoryContext& context, MutableState* existing, NewRun run);

// Whether the policy lets the workflow id of a closed run be used again.
bool MayReuseWorkflowId(const MutableState& closed, api::enums::v1::WorkflowIdReusePolicy policy);

// Schedules the first workflow task, or sets the timer that will. Part of the transaction of CreateRun.
void ScheduleFirstWorkflowTask(MutableState& run);

// The run that follows one that failed (`keeps_last_result` false) or timed out, after `backoff`.
NewRun RetryRun(const MutableState& run, const api::failure::v1::Failure* failure, internal::Duration backoff,
                bool keeps_last_result);
// The next run of a cron schedule, after one that completed with `result` or else failed or timed out with `failure`.
// Either may be null; without a failure the result is the last one, nothing too. REQUIRES: the run has a schedule.
NewRun CronRun(const MutableState& run, const api::common::v1::Payloads* result,
               const api::failure::v1::Failure* failure);
// The run that the command asks for; its options have been checked and filled in.
NewRun ContinuedRun(const MutableState& run,
                    const api::command::v1::ContinueAsNewWorkflowExecutionCommandAttributes& command);

// The first run of a chain that begins at `now` and goes by a cron schedule: its first task waits for that.
void BeginCron(const std::string& schedule, internal::TimePoint now, MutableState::StartedAttributes& attributes);

struct Termination {
  std::string_view reason{};
  std::string_view identity{};
  const api::common::v1::Payloads* details = nullptr;                                // may be null
  const google::protobuf::RepeatedPtrField<api::common::v1::Link>* links = nullptr;  // may be null
};

// Closes the run, and the workflow task that is started, if one is. The caller closes the transaction.
void WriteTermination(MutableState& run, const Termination& termination);

// The longest that a run may take, with the times that the request gives: zero is no limit.
internal::Duration LesserTimeout(internal::Duration a, internal::Duration b);

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_HISTORY_RUN_LIFECYCLE_H_
