// What every transaction ends with.
#include "fake-server/history/transaction.h"

#include "fake-server/history/activity_lifecycle.h"
#include "fake-server/history/child_workflows.h"
#include "fake-server/history/history_context.h"
#include "fake-server/history/run_lifecycle.h"
#include "fake-server/history/user_timers.h"
#include "fake-server/history/workflow_task_lifecycle.h"

namespace temporal::server {
namespace {

constexpr std::int64_t kMaxBufferedBytes = 2 * 1024 * 1024;

// A worker that holds its task while more and more happens loses it.
void LimitBuffer(MutableState& run) {
  const auto buffered = static_cast<std::int64_t>(run.builder.buffered().size());
  if (!run.workflow_task.started() ||
      (buffered <= run.context.config.max_buffered_events && run.builder.buffered_bytes() <= kMaxBufferedBytes)) {
    return;
  }
  FailWorkflowTask(
      run, {.cause = api::enums::v1::WORKFLOW_TASK_FAILED_CAUSE_FORCE_CLOSE_COMMAND, .identity = "history-service"});
  run.FlushBuffer();
  ScheduleWorkflowTask(run);
}

void LimitHistory(MutableState& run) {
  const DynamicConfig& config = run.context.config;
  const bool too_many = run.next_event_id() - 1 > config.max_history_events;
  if (!too_many && run.builder.bytes() <= config.max_history_bytes) return;
  WriteTermination(
      run, {.reason = too_many ? "Workflow history count exceeds limit." : "Workflow history size exceeds limit.",
            .identity = "history-service"});
}

void LeaveClosed(MutableState& run) {
  run.builder.DropBuffered();
  WithdrawWorkflowTask(run);
  WithdrawActivities(run);
  run.CancelTimers();
  run.updates.Abort(run.new_run_id.empty() ? UpdateRegistry::AbortReason::kClosed
                                           : UpdateRegistry::AbortReason::kContinuing);
  FollowClose(run);
}

}  // namespace

void CloseTransaction(MutableState& run) {
  if (run.running()) {
    LimitBuffer(run);
    WriteSpeculativeTask(run);
    if (!run.workflow_task.started()) run.FlushBuffer();
    LimitHistory(run);
  }
  if (run.running()) {
    SetUserTimer(run);
    SetActivityTimer(run);
  } else {
    LeaveClosed(run);
  }
  run.builder.EndBatch();
  ++run.state_transitions;
  run.committed_bytes = run.builder.bytes();
  run.NotifyChanged();
}

}  // namespace temporal::server
