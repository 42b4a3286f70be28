// The options of calls: aggregates for designated initialisers, each field with a default.
//
// They are trivially copyable (asserted below), so that a temporary of one is safe inside a `co_await` expression on
// every compiler; strings and spans are borrowed for the call. Durations that are zero are not set.
#ifndef TEMPORAL_OPTIONS_H_
#define TEMPORAL_OPTIONS_H_

#include <array>
#include <cstdint>
#include <source_location>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include "temporal/payload.h"
#include "temporal/search_attributes.h"
#include "temporal/time.h"

namespace temporal {

// Up to eight strings written in place; empty ones do not count.
using StringList = std::array<std::string_view, 8>;

// When and how often a failed attempt is repeated: temporal.api.common.v1.RetryPolicy. All zero means not set: for
// activities the server's defaults (for ever, 1 s doubling to 100 s), for workflows no retry.
struct RetryPolicy {
  Duration initial_interval{};             // before the second attempt. Default: 1 s
  double backoff_coefficient = 0;          // each interval is the last one times this. Default: 2
  Duration maximum_interval{};             // Default: 100 times the initial one
  int maximum_attempts = 0;                // the first one included; 0: no limit
  StringList non_retryable_error_types{};  // ApplicationFailure types that end it at once

  constexpr bool is_set() const {
    return initial_interval.count() != 0 || backoff_coefficient != 0 || maximum_interval.count() != 0 ||
           maximum_attempts != 0 || !non_retryable_error_types[0].empty();
  }
};

// Which tasks of one queue come first: temporal.api.common.v1.Priority. What is not set is inherited: by an activity
// from its workflow, by a child and the next run from the run before.
struct Priority {
  int priority_key = 0;             // 1 is the most urgent, 5 the least. Default: the server's, 3
  std::string_view fairness_key{};  // tasks of different keys take turns. At most 64 bytes
  float fairness_weight = 0;        // how often the key has its turn. Default: 1

  constexpr bool is_set() const { return priority_key != 0 || !fairness_key.empty() || fairness_weight != 0; }
};

// What a run does when its worker deployment gets a new version: temporal.api.enums.v1.VersioningBehavior.
enum class VersioningBehavior {
  kUnspecified = 0,
  kPinned = 1,      // it ends on the version that it began on
  kAutoUpgrade = 2  // it goes over to the new one with its next workflow task
};

// One version of a worker deployment. Empty: none.
struct WorkerDeploymentVersion {
  std::string_view deployment_name{};
  std::string_view build_id{};

  constexpr bool is_set() const { return !deployment_name.empty() || !build_id.empty(); }
};

// A worker as one version of a deployment.
struct WorkerDeploymentOptions {
  WorkerDeploymentVersion version{};
  // True: the server gives this worker the runs of its version, as their versioning behaviour says, and every workflow
  // needs one. False: the version is only told.
  bool use_worker_versioning = false;
  VersioningBehavior default_versioning_behavior = VersioningBehavior::kUnspecified;  // of workflows that name none
};

// How a workflow is registered.
struct RegisterWorkflowOptions {
  VersioningBehavior versioning_behavior = VersioningBehavior::kUnspecified;  // Default: the worker's default
};

// Instead of what the workflow's type and the deployment's current version say. kPinned needs a version.
struct VersioningOverride {
  VersioningBehavior behavior = VersioningBehavior::kUnspecified;  // Default: no override
  WorkerDeploymentVersion pinned_version{};
};

// How a chain's next run chooses its version: temporal.api.enums.v1.ContinueAsNewVersioningBehavior.
enum class ContinueAsNewVersioningBehavior { kUnspecified = 0, kAutoUpgrade = 1, kUseRampingVersion = 2 };

// What awaiting a cancelled activity does. Where it throws, that is an ActivityFailure caused by a CanceledFailure.
enum class ActivityCancellationType {
  kTryCancel,                  // ask the activity to stop; the call throws at once
  kWaitCancellationCompleted,  // ask it to stop; the call ends as the activity does
  kAbandon,                    // do not ask; the call throws at once
};

struct ActivityOptions {
  Duration start_to_close_timeout{};     // one attempt. This or the next must be set
  Duration schedule_to_close_timeout{};  // all attempts together
  Duration schedule_to_start_timeout{};  // waiting for a worker, each attempt
  Duration heartbeat_timeout{};          // between heartbeats
  RetryPolicy retry_policy{};
  std::string_view task_queue{};   // Default: the workflow's
  std::string_view activity_id{};  // Default: a number, unique in the run
  ActivityCancellationType cancellation_type = ActivityCancellationType::kTryCancel;
  std::string_view summary{};                                       // one line for the UI
  Priority priority{};                                              // Default: the workflow's
  bool disable_eager_execution = false;                             // true: always by way of the task queue
  std::source_location location = std::source_location::current();  // shown in reports and mismatches
};

// Runs in the worker itself, within the workflow task.
struct LocalActivityOptions {
  Duration start_to_close_timeout{};     // one attempt. This or the next must be set
  Duration schedule_to_close_timeout{};  // all attempts together, and the waits between them
  Duration schedule_to_start_timeout{};  // waiting for a slot of the worker, each attempt
  RetryPolicy retry_policy{};            // Default: the server's for activities
  // A longer wait before the next attempt is a timer of the workflow; a shorter one is waited for in the worker, which
  // keeps the workflow task.
  Duration local_retry_threshold = std::chrono::minutes(1);
  ActivityCancellationType cancellation_type = ActivityCancellationType::kTryCancel;
  std::string_view activity_id{};  // Default: a number, unique in the run
  std::string_view summary{};      // one line for the UI
  std::source_location location = std::source_location::current();
};

// What awaiting a cancelled Nexus operation does, beyond asking it to stop.
enum class NexusOperationCancellationType {
  kWaitCancellationCompleted,  // the call ends as the operation does
  kTryCancel,                  // the call throws at once
  kAbandon,                    // do not ask; the call throws at once
};

struct NexusOperationOptions {
  std::string_view endpoint{};  // as registered with the server
  std::string_view service{};
  std::string_view operation{};
  Duration schedule_to_close_timeout{};  // Default: the server's
  NexusOperationCancellationType cancellation_type = NexusOperationCancellationType::kWaitCancellationCompleted;
  std::string_view summary{};  // one line for the UI
  std::source_location location = std::source_location::current();
};

struct TimerOptions {
  std::string_view summary{};  // one line for the UI
  std::source_location location = std::source_location::current();
};

// May a workflow id be used again once its last run is closed? temporal.api.enums.v1.WorkflowIdReusePolicy.
enum class WorkflowIdReusePolicy {
  kUnspecified = 0,
  kAllowDuplicate = 1,
  kAllowDuplicateFailedOnly = 2,
  kRejectDuplicate = 3
};
// What a start does while a run of that id is open: temporal.api.enums.v1.WorkflowIdConflictPolicy.
enum class WorkflowIdConflictPolicy { kUnspecified = 0, kFail = 1, kUseExisting = 2, kTerminateExisting = 3 };

using MemoEntry = std::pair<std::string_view, Payload>;

struct StartWorkflowOptions {
  std::string_view id{};          // Default: a UUID
  std::string_view task_queue{};  // Default: the client's default_task_queue
  Duration execution_timeout{};   // the whole chain of runs
  Duration run_timeout{};         // one run
  Duration task_timeout{};        // one workflow task. Default: 10 s
  WorkflowIdReusePolicy id_reuse_policy = WorkflowIdReusePolicy::kUnspecified;           // Default: allow duplicates
  WorkflowIdConflictPolicy id_conflict_policy = WorkflowIdConflictPolicy::kUnspecified;  // Default: fail
  RetryPolicy retry_policy{};         // of the run as a whole. Default: no retry
  Duration start_delay{};             // before the first workflow task. Not with a cron schedule
  std::string_view cron_schedule{};   // "0 12 * * MON-FRI": run after run at these times
  std::span<const MemoEntry> memo{};  // over a named variable
  std::span<const SearchAttributeUpdate> search_attributes{};  // over a named variable
  std::string_view static_summary{};                           // one line for the UI; what it is about
  std::string_view static_details{};                           // several, in Markdown
  Priority priority{};
  VersioningOverride versioning_override{};
  std::string_view request_id{};  // Default: a UUID; the same one again does not start another run
};

// Where a run that is reset begins again: as temporal.api.common.v1.ResetOptions and the CLI's `--type`.
enum class ResetPoint {
  kEventId,            // where ResetWorkflowOptions::event_id says
  kFirstWorkflowTask,  // with nothing done yet
  kLastWorkflowTask,   // with the last answer of the workflow's code forgotten
};
// What came from outside after that point and is not told to the new run again:
// temporal.api.enums.v1.ResetReapplyExcludeType, same numbers.
enum class ResetReapplyExcludeType { kUnspecified = 0, kSignal = 1, kUpdate = 2, kNexus = 3 };

struct ResetWorkflowOptions {
  ResetPoint point = ResetPoint::kEventId;
  // Of the end of a workflow task, or of its start: the new run has the events before it.
  std::int64_t event_id = 0;
  std::string_view reason{};
  std::string_view request_id{};                                   // Default: a UUID
  std::array<ResetReapplyExcludeType, 3> reapply_exclude_types{};  // Default: none
};

struct ListWorkflowsOptions {
  int page_size = 0;       // that is asked for at once. Default: the server's, 1,000
  std::int64_t limit = 0;  // of the whole list. Default: none
};

// What becomes of a child when its parent's run closes, by continue-as-new too:
// temporal.api.enums.v1.ParentClosePolicy, same numbers.
enum class ParentClosePolicy { kTerminate = 1, kAbandon = 2, kRequestCancel = 3 };

// What awaiting a cancelled child does. Where it throws, that is a ChildWorkflowFailure caused by a CanceledFailure.
enum class ChildWorkflowCancellationType {
  kWaitCancellationCompleted,  // ask the child to cancel; the call ends as the child does
  kWaitCancellationRequested,  // ask it; the call throws when the request has arrived
  kTryCancel,                  // ask it; the call throws at once
  kAbandon,                    // do not ask; the call throws at once
};

struct ChildWorkflowOptions {
  std::string_view id{};          // Default: a UUID, the same on replay
  std::string_view task_queue{};  // Default: the parent's
  Duration execution_timeout{};   // the whole chain of runs
  Duration run_timeout{};         // one run
  Duration task_timeout{};        // one workflow task. Default: 10 s
  ParentClosePolicy parent_close_policy = ParentClosePolicy::kTerminate;
  ChildWorkflowCancellationType cancellation_type = ChildWorkflowCancellationType::kWaitCancellationCompleted;
  WorkflowIdReusePolicy id_reuse_policy = WorkflowIdReusePolicy::kUnspecified;  // Default: allow duplicates
  RetryPolicy retry_policy{};                                       // of the run as a whole. Default: no retry
  std::string_view cron_schedule{};                                 // "0 12 * * MON-FRI": run after run at these times
  std::span<const MemoEntry> memo{};                                // over a named variable
  std::span<const SearchAttributeUpdate> search_attributes{};       // over a named variable
  std::string_view summary{};                                       // one line for the UI
  std::string_view static_details{};                                // several, in Markdown
  Priority priority{};                                              // Default: the parent's
  std::source_location location = std::source_location::current();  // shown in reports and mismatches
};

struct ContinueAsNewOptions {
  std::string_view task_queue{};                               // Default: the same
  Duration run_timeout{};                                      // Default: the same
  Duration task_timeout{};                                     // Default: the same
  Duration backoff_start_interval{};                           // before the next run's first task. Default: none
  RetryPolicy retry_policy{};                                  // Default: the same
  std::span<const MemoEntry> memo{};                           // Default: the same
  std::span<const SearchAttributeUpdate> search_attributes{};  // Default: the same
  ContinueAsNewVersioningBehavior initial_versioning_behavior = ContinueAsNewVersioningBehavior::kUnspecified;
};

// What becomes of a handler that is under way when the workflow ends. It is cut short in any case.
enum class HandlerUnfinishedPolicy {
  kWarnAndAbandon,  // a warning in the log names it
  kAbandon,         // nothing is said
};

// Of a handler of signals, queries or updates.
struct HandlerOptions {
  std::string_view description{};                                                        // for the UI: what it is for
  HandlerUnfinishedPolicy unfinished_policy = HandlerUnfinishedPolicy::kWarnAndAbandon;  // not of queries
};

static_assert(std::is_trivially_copyable_v<LocalActivityOptions> &&
              std::is_trivially_copyable_v<NexusOperationOptions>);
static_assert(std::is_trivially_copyable_v<ActivityOptions> && std::is_trivially_copyable_v<TimerOptions> &&
              std::is_trivially_copyable_v<StartWorkflowOptions> &&
              std::is_trivially_copyable_v<ResetWorkflowOptions> &&
              std::is_trivially_copyable_v<ListWorkflowsOptions> &&
              std::is_trivially_copyable_v<ChildWorkflowOptions> &&
              std::is_trivially_copyable_v<ContinueAsNewOptions> && std::is_trivially_copyable_v<HandlerOptions>);

}  // namespace temporal

#endif  // TEMPORAL_OPTIONS_H_
