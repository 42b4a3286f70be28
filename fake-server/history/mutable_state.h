// The state of one run, apart from its history: what is pending, and how it stands. Changed only by the lifecycles of
// this folder, inside transactions of the workflow engine; everybody else reads.
//
// Loop-confined. Held by shared_ptr, so that what waits elsewhere (tasks in matching, closures on the loop) can hold a
// weak_ptr and find out that the run is gone.
#ifndef TEMPORAL_FAKE_SERVER_HISTORY_MUTABLE_STATE_H_
#define TEMPORAL_FAKE_SERVER_HISTORY_MUTABLE_STATE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "fake-server/clock/run_clock.h"
#include "fake-server/history/history_builder.h"
#include "fake-server/history/namespace.h"
#include "fake-server/history/query_registry.h"
#include "fake-server/history/update_registry.h"
#include "fake-server/history/worker_version.h"
#include "sdk/base/scheduler.h"
#include "temporal/api/common/v1/message.pb.h"
#include "temporal/api/enums/v1/common.pb.h"
#include "temporal/api/enums/v1/workflow.pb.h"
#include "temporal/api/failure/v1/message.pb.h"
#include "temporal/api/history/v1/message.pb.h"
#include "temporal/api/taskqueue/v1/message.pb.h"
#include "temporal/api/workflow/v1/message.pb.h"

namespace temporal::server {

struct HistoryContext;

// The workflow task that is pending, if any. Of a transient one (attempt above 1) and of a speculative one (which only
// brings updates) the events have no place in the history yet: its ids are those that they would get now.
struct WorkflowTask {
  enum class State : std::uint8_t { kNone, kScheduled, kStarted };

  State state = State::kNone;
  bool on_sticky_queue = false;
  bool speculative = false;
  bool suggest_continue_as_new = false;
  bool too_many_events = false;  // why it is suggested
  bool too_large = false;
  bool too_many_updates = false;
  std::int32_t attempt = 1;  // of the pending one, or of the next
  std::int64_t scheduled_event_id = 0;
  std::int64_t started_event_id = 0;
  std::int64_t history_bytes = 0;
  std::uint64_t stamp = 0;  // another one for each task that is scheduled: tells tokens and offers apart
  internal::Duration start_to_close{};
  std::string queue{};      // on which it was offered
  std::uint64_t offer = 0;  // its task there; zero: none
  internal::TimePoint scheduled_time{};
  internal::TimePoint original_scheduled_time{};  // of the first in a row of heartbeats
  internal::TimePoint started_time{};
  std::string identity{};  // of who started it
  std::string request_id{};
  std::string worker_build_id{};  // of the worker, if it says one

  bool pending() const { return state != State::kNone; }
  bool started() const { return state == State::kStarted; }
  bool transient() const { return attempt > 1; }
  // Whether its events are in the history.
  bool written() const { return !transient() && !speculative; }
};

// Who has paused an activity, when and why.
struct ActivityPause {
  internal::TimePoint time{};
  std::string identity{};
  std::string reason{};
};

// An activity that has not closed. What was asked for stands in its ActivityTaskScheduled event, unless it was changed.
struct Activity {
  std::int64_t scheduled_event_id = 0;
  std::string id{};
  std::int32_t attempt = 1;
  bool started = false;
  bool cancel_requested = false;
  std::uint64_t offer = 0;                     // the task that waits in matching; zero: none
  std::uint64_t stamp = 0;                     // another one for each attempt
  std::int64_t cancel_requested_event_id = 0;  // the first
  internal::TimePoint first_scheduled_time{};
  internal::TimePoint scheduled_time{};  // of this attempt: in the future while backing off
  internal::TimePoint started_time{};
  internal::TimePoint last_heartbeat_time{};         // also in earlier attempts; zero: none
  internal::TimePoint last_attempt_complete_time{};  // of the last one that a worker answered as failed; zero: none
  internal::TimePoint last_attempt_end_time{};       // of the last one that failed or timed out; zero: none
  std::string identity{};                            // of who started this attempt, or the one before
  std::string request_id{};
  std::unique_ptr<api::common::v1::Payloads> heartbeat_details{};  // the last ones, also of earlier attempts
  std::unique_ptr<api::failure::v1::Failure> last_failure{};       // of the attempt before
  internal::TimerId retry_timer = 0;                               // while backing off
  std::optional<ActivityPause> pause{};                            // offers nothing, and no timeout runs
  bool reset = false;                                              // while started: the next heartbeat tells
  bool reset_heartbeat = false;                                    // the next attempt begins without heartbeat details
  std::string worker_build_id{};                                   // of who completed or failed it, if he said so
  std::unique_ptr<api::history::v1::ActivityTaskScheduledEventAttributes> updated{};  // null: as it was scheduled

  bool backing_off() const { return retry_timer != 0; }
};

// A child that was initiated and has not closed. What was asked for stands in its StartChildWorkflowExecutionInitiated
// event.
struct Child {
  std::int64_t started_event_id = 0;  // zero: not started, or not to be seen yet
  std::string run_id{};               // of the first of its chain; empty: not started
};

struct UserTimer {
  std::int64_t started_event_id = 0;
  internal::TimePoint expiry{};
};

// When one of an activity's timeouts is due. In the order in which they are looked at.
struct ActivityTimeout {
  internal::TimePoint due{};
  std::int64_t scheduled_event_id = 0;
  api::enums::v1::TimeoutType type{};

  friend bool operator<(const ActivityTimeout& a, const ActivityTimeout& b) {
    return std::tie(a.due, a.scheduled_event_id, a.type) < std::tie(b.due, b.scheduled_event_id, b.type);
  }
};

class MutableState : public std::enable_shared_from_this<MutableState> {
 public:
  using StartedAttributes = api::history::v1::WorkflowExecutionStartedEventAttributes;
  using ActivityScheduledAttributes = api::history::v1::ActivityTaskScheduledEventAttributes;
  using ChildInitiatedAttributes = api::history::v1::StartChildWorkflowExecutionInitiatedEventAttributes;
  using Status = api::enums::v1::WorkflowExecutionStatus;

  MutableState(HistoryContext& context, const Namespace& name_space, std::string workflow_id, std::string run_id);
  ~MutableState();
  MutableState(const MutableState&) = delete;
  MutableState& operator=(const MutableState&) = delete;

  // -- What it is ------------------------------------------------------------------------------------

  const Namespace& name_space() const { return namespace_; }
  const std::string& workflow_id() const { return workflow_id_; }
  const std::string& run_id() const { return run_id_; }
  api::common::v1::WorkflowExecution execution() const;

  // What was asked for at the start: type, task queue, timeouts, policies, input. Stays where it is.
  const StartedAttributes& start() const { return events().at(1).workflow_execution_started_event_attributes(); }
  const api::history::v1::HistoryEvent& start_event() const { return events().at(1); }
  const std::string& start_request_id() const { return request_ids.front().request_id; }
  bool first_of_chain() const { return start().first_execution_run_id() == run_id_; }

  RunClock clock() const;
  internal::TimePoint Now() const { return clock().Now(); }

  // -- How it stands ---------------------------------------------------------------------------------

  Status status() const { return status_; }
  bool running() const { return status_ == api::enums::v1::WORKFLOW_EXECUTION_STATUS_RUNNING; }
  internal::TimePoint start_time() const { return start_time_; }
  // When the first workflow task was due: the start, plus its delay.
  internal::TimePoint execution_time() const { return execution_time_; }
  internal::TimePoint close_time() const { return close_time_; }                      // zero while it runs
  internal::TimePoint run_expiration() const { return run_expiration_; }              // max: never
  internal::TimePoint execution_expiration() const { return execution_expiration_; }  // of the whole chain; max: never

  // The events that have ids; those of a transient workflow task and buffered ones are not among them.
  const EventStore& events() const { return builder.events(); }
  std::int64_t next_event_id() const { return builder.next_event_id(); }
  std::int64_t history_bytes() const { return committed_bytes; }

  // The events of the transient or speculative workflow task that is pending, one or two, with the ids that they have
  // for the moment. Empty if there is no such task. To be shown after the last event.
  std::vector<std::unique_ptr<api::history::v1::HistoryEvent>> TransientEvents(bool with_identity = false) const;

  const WorkflowTask& task() const { return workflow_task; }
  // The first workflow task waits: start delay, cron, retry, or continue-as-new within a second.
  bool in_first_task_backoff() const { return first_task_backoff_timer != 0; }
  // Whether a workflow task was ever started and completed.
  bool has_completed_task() const { return previous_started_event_id != 0; }

  // The queue that tasks without stickiness go to, as events show it.
  api::taskqueue::v1::TaskQueue normal_task_queue() const;
  // Where the next workflow task goes.
  api::taskqueue::v1::TaskQueue workflow_task_queue() const;
  bool sticky() const { return !sticky_queue.empty(); }

  const Activity* FindActivity(std::int64_t scheduled_event_id) const;
  const Activity* FindActivity(std::string_view activity_id) const;
  // The options that hold now.
  const ActivityScheduledAttributes& scheduled(const Activity& activity) const;
  // REQUIRES: the event is a StartChildWorkflowExecutionInitiated.
  const ChildInitiatedAttributes& initiated_child(std::int64_t initiated_event_id) const {
    return events().at(initiated_event_id).start_child_workflow_execution_initiated_event_attributes();
  }
  // Those of the command.
  const ActivityScheduledAttributes& first_scheduled(const Activity& activity) const;
  const api::common::v1::Priority* priority() const;  // null: none

  // Calls back once, by posting, after the next transaction that changed what can be seen, and when the run is deleted.
  // Answers a handle for Forget.
  std::uint64_t OnChange(internal::Closure changed);
  void Forget(std::uint64_t handle);
  void NotifyChanged();

  // -- For the lifecycles (and read by others) -------------------------------------------------------

  // A request id that the run knows, and the event that shows it (zero if that event is buffered).
  struct RequestId {
    std::string request_id;
    api::enums::v1::EventType event_type{};
    std::int64_t event_id = 0;
  };

  HistoryContext& context;
  HistoryBuilder builder;
  WorkflowTask workflow_task;
  std::int64_t previous_started_event_id = 0;  // of the last completed workflow task
  std::string sticky_queue{};                  // empty: none
  internal::Duration sticky_schedule_to_start{};
  std::int64_t committed_bytes = 0;
  std::int64_t state_transitions = 0;
  std::int64_t signal_count = 0;
  bool cancel_requested = false;
  std::string cancel_request_id{};
  bool close_attempted = false;     // the last completion met UnhandledCommand
  std::string last_task_failure{};  // message of the failure of the attempt before; empty after a success

  absl::btree_map<std::int64_t, Activity> activities{};  // by scheduled event
  absl::btree_map<std::string, std::int64_t, std::less<>> activity_ids{};
  absl::btree_set<ActivityTimeout> activity_timeouts{};
  absl::btree_map<std::string, UserTimer, std::less<>> timers{};                     // by timer id
  absl::btree_set<std::pair<internal::TimePoint, std::int64_t>> timers_by_expiry{};  // with the started event

  absl::btree_map<std::int64_t, Child> children{};   // by initiated event
  absl::btree_set<std::int64_t> external_signals{};  // initiated, without an answer
  absl::btree_set<std::int64_t> external_cancels{};  // the same

  // What the start gave, with upserts. Null: empty.
  std::unique_ptr<api::common::v1::Memo> memo{};
  std::unique_ptr<api::common::v1::SearchAttributes> search_attributes{};
  std::unique_ptr<api::workflow::v1::ResetPoints> reset_points{};
  std::vector<RequestId> request_ids{};  // the start's first, then those of signals and attached ones
  // Lists that search attributes show.
  std::vector<std::string> paused_types{};  // of activities
  std::vector<std::string> build_ids{};
  std::vector<std::string> binary_checksums{};
  api::common::v1::WorkerVersionStamp last_worker_version{};  // of who completed the last workflow task
  std::unique_ptr<WorkerVersion> worker_version{};            // the same, as its deployment; null: of none
  std::string new_run_id{};                                   // of the run that follows this one
  std::string reset_run_id{};                                 // of the last that a reset has made of this one
  bool closed_by_reset = false;                               // of its workflow id: nobody is told, nothing follows
  internal::TimePoint original_start_time{};                  // of a run that a reset has made: of the first of them
  internal::TimePoint last_reset_time{};                      // the same: when
  std::unique_ptr<api::common::v1::Priority> updated_priority{};                 // null: the start's
  std::unique_ptr<api::workflow::v1::VersioningOverride> versioning_override{};  // null: none
  QueryRegistry queries{};
  UpdateRegistry updates;

  // Timers on the loop, zero if not set.
  internal::TimerId workflow_task_timer = 0;  // start-to-close, or schedule-to-start of a sticky queue
  internal::TimerId user_timer = 0;           // for the earliest in timers_by_expiry
  internal::TimePoint user_timer_due{};
  internal::TimerId activity_timer = 0;  // for the earliest in activity_timeouts
  internal::TimePoint activity_timer_due{};
  internal::TimerId run_timer = 0;
  internal::TimerId execution_timer = 0;
  internal::TimerId first_task_backoff_timer = 0;

  const RequestId* FindRequestId(std::string_view request_id) const;
  // What the id stood for before is forgotten.
  void AddRequestId(std::string request_id, api::enums::v1::EventType type, std::int64_t event_id);
  // Gives ids to what is buffered.
  void FlushBuffer();

  Activity* MutableActivity(std::int64_t scheduled_event_id);

  // Called once each, by what starts and closes runs.
  void SetStart(internal::TimePoint start, internal::TimePoint execution, internal::TimePoint run_expiration,
                internal::TimePoint execution_expiration);
  void SetClosed(Status status, internal::TimePoint when);
  void Reopen();  // undoes SetClosed

  // Cancels every timer on the loop.
  void CancelTimers();

 private:
  const Namespace& namespace_;
  const std::string workflow_id_;
  const std::string run_id_;
  Status status_ = api::enums::v1::WORKFLOW_EXECUTION_STATUS_RUNNING;
  internal::TimePoint start_time_{};
  internal::TimePoint execution_time_{};
  internal::TimePoint close_time_{};
  internal::TimePoint run_expiration_ = internal::TimePoint::max();
  internal::TimePoint execution_expiration_ = internal::TimePoint::max();
  std::vector<std::pair<std::uint64_t, internal::Closure>> waiters_;
  std::uint64_t next_waiter_ = 1;
  absl::flat_hash_map<std::string, std::size_t> request_id_index_;  // never iterated
  bool has_unresolved_request_ids_ = false;                         // of events that are buffered
};

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_HISTORY_MUTABLE_STATE_H_
