// Workflow tasks from their scheduling to their end.
#include "fake-server/history/workflow_task_lifecycle.h"

#include <algorithm>
#include <utility>

#include "fake-server/history/derived_attributes.h"
#include "fake-server/history/history_context.h"
#include "fake-server/history/history_page.h"
#include "fake-server/history/names.h"
#include "fake-server/history/reset_points.h"
#include "fake-server/history/task_token.h"
#include "fake-server/history/transaction.h"
#include "fake-server/history/workflow_task_events.h"
#include "fake-server/matching/matching.h"
#include "sdk/base/check.h"
#include "sdk/base/proto_time.h"
#include "temporal/api/update/v1/message.pb.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"

namespace temporal::server {
namespace {

namespace enums = api::enums::v1;
namespace wf = api::workflowservice::v1;
using internal::Duration;
using internal::FromProto;
using internal::TimePoint;
using internal::ToProto;

constexpr int kLastAttemptInDefaultTime = 3;
constexpr Duration kFirstBackoff = std::chrono::seconds(5);
constexpr Duration kMaxBackoff = std::chrono::minutes(10);
// Without stickiness too, a speculative task waits only so long for a worker.
constexpr Duration kSpeculativeScheduleToStart = std::chrono::seconds(5);
// A speculative task that brought so many events leaves its trace, so that they are not sent again and again.
constexpr std::int64_t kMaxDiscardedEvents = 10;

// How long an attempt may take. Repeated failures give the worker more and more time, which paces them.
Duration StartToClose(const MutableState& run, std::int32_t attempt) {
  const Duration timeout = FromProto(run.start().workflow_task_timeout());
  if (attempt <= kLastAttemptInDefaultTime) return timeout;
  const int doublings = std::min(attempt - kLastAttemptInDefaultTime - 1, 20);
  const Duration backoff = std::min<Duration>(kFirstBackoff * (1LL << doublings), kMaxBackoff);
  const double jittered = static_cast<double>(backoff.count()) * (0.8 + 0.2 * run.context.random.Double());
  return timeout + Duration(static_cast<std::int64_t>(jittered));
}

void CancelTimer(MutableState& run) { run.context.scheduler.Cancel(std::exchange(run.workflow_task_timer, 0)); }

void Withdraw(MutableState& run) {
  const MatchingTaskId offer = std::exchange(run.workflow_task.offer, 0);
  if (offer == 0) return;
  run.context.matching.workflow_tasks.Withdraw({run.name_space().id, run.workflow_task.queue}, offer);
}

// The task has closed; the next one will be of this attempt.
void Forget(MutableState& run, std::int32_t next_attempt) {
  CancelTimer(run);
  Withdraw(run);
  run.workflow_task = WorkflowTask{};
  run.workflow_task.attempt = next_attempt;
  run.close_attempted = false;
}

// The attempt after one that failed or timed out. Stickiness takes the blame first.
std::int32_t AttemptAfterFailure(MutableState& run) {
  const std::int32_t next = run.sticky() ? run.workflow_task.attempt : run.workflow_task.attempt + 1;
  ClearSticky(run);
  return next;
}

// Gives the events of a speculative task their place in the history. Who started it is not always told.
void Write(MutableState& run, std::string_view identity) {
  WorkflowTask& task = run.workflow_task;
  if (!task.pending() || !task.speculative) return;
  task.speculative = false;
  task.scheduled_event_id = run.builder.Add(ScheduledEvent(run));
  run.context.scheduler.Cancel(std::exchange(run.first_task_backoff_timer, 0));
  if (!task.started()) return;
  auto started = StartedEvent(run, task.scheduled_event_id);
  started->mutable_workflow_task_started_event_attributes()->set_identity(std::string(identity));
  task.started_event_id = run.builder.Add(std::move(started));
  run.builder.EndBatch();
}

// Whether the completion of a speculative task needs no place in the history: it brings nothing but rejections.
bool LeavesNoTrace(const MutableState& run, const wf::RespondWorkflowTaskCompletedRequest& request) {
  if (!run.workflow_task.speculative || !request.commands().empty() || request.force_create_new_workflow_task()) {
    return false;
  }
  const std::int64_t allowed =
      request.capabilities().discard_speculative_workflow_task_with_events() ? kMaxDiscardedEvents : 0;
  if (run.next_event_id() > run.previous_started_event_id + 2 + allowed) return false;
  return std::all_of(request.messages().begin(), request.messages().end(),
                     [](const auto& message) { return message.body().template Is<api::update::v1::Rejection>(); });
}

void TimeOut(MutableState& run, enums::TimeoutType type) {
  run.workflow_task_timer = 0;
  Write(run, "");
  const bool written = run.workflow_task.written();
  auto event = HistoryBuilder::Make(enums::EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT, run.Now());
  auto& attributes = *event->mutable_workflow_task_timed_out_event_attributes();
  attributes.set_scheduled_event_id(run.workflow_task.scheduled_event_id);
  attributes.set_timeout_type(type);
  if (type == enums::TIMEOUT_TYPE_START_TO_CLOSE) {
    attributes.set_started_event_id(run.workflow_task.started_event_id);
    ReportTaskTimedOut(run);
    if (run.last_task_failure.empty()) run.last_task_failure = "workflow task timed out";
    Forget(run, AttemptAfterFailure(run));
  } else {
    ClearSticky(run);
    Forget(run, run.workflow_task.attempt);
  }
  if (written) run.builder.Add(std::move(event));
  ScheduleWorkflowTask(run);
  CloseTransaction(run);
}

void SetTimer(MutableState& run, Duration after, internal::TimerKind kind, enums::TimeoutType type) {
  const TimePoint due = internal::SaturatedAdd(run.context.scheduler.Now(), after);
  run.workflow_task_timer = run.context.scheduler.PostAt(due, kind, [&run, type] { TimeOut(run, type); });
}

// Workers still send what the protos call deprecated.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
std::string BuildIdOf(const wf::PollWorkflowTaskQueueRequest& poll) {
  const auto& told = poll.worker_version_capabilities();
  const bool of_deployment = told.use_versioning() && !told.deployment_series_name().empty();
  return of_deployment ? "" : told.build_id();
}
#pragma GCC diagnostic pop

bool TakeOffer(MutableState& run, std::uint64_t stamp, const wf::PollWorkflowTaskQueueRequest& poll,
               wf::PollWorkflowTaskQueueResponse& response) {
  if (!run.running() || run.workflow_task.state != WorkflowTask::State::kScheduled ||
      run.workflow_task.stamp != stamp) {
    return false;
  }
  run.workflow_task.offer = 0;
  const bool sticky = poll.task_queue().kind() == enums::TASK_QUEUE_KIND_STICKY;
  if (!sticky) ClearSticky(run);
  StartWorkflowTask(run, poll.identity(), run.context.random.Uuid(), BuildIdOf(poll));
  if (!run.workflow_task.speculative) CloseTransaction(run);
  FillWorkflowTask(run, {.only_new_events = sticky}, response);
  return true;
}

}  // namespace

void ScheduleWorkflowTask(MutableState& run) {
  ScheduleWorkflowTask(run, TimePoint{});
  OfferWorkflowTask(run);
}

namespace {

// The pending task is new; its events come later.
void BeginTask(MutableState& run, TimePoint original) {
  WorkflowTask& task = run.workflow_task;
  task.state = WorkflowTask::State::kScheduled;
  task.on_sticky_queue = run.sticky();
  task.stamp = run.context.next_stamp++;
  task.scheduled_time = run.Now();
  task.original_scheduled_time = original == TimePoint{} ? task.scheduled_time : original;
  task.start_to_close = StartToClose(run, task.attempt);
}

}  // namespace

void ScheduleWorkflowTask(MutableState& run, TimePoint original) {
  if (!run.running() || run.workflow_task.pending()) return;
  // New events make it the first attempt at something new.
  if (run.builder.HasBuffered()) {
    run.workflow_task.attempt = 1;
    run.FlushBuffer();
  }
  run.context.scheduler.Cancel(std::exchange(run.first_task_backoff_timer, 0));
  BeginTask(run, original);
  WorkflowTask& task = run.workflow_task;
  task.scheduled_event_id = task.transient() ? run.next_event_id() : run.builder.Add(ScheduledEvent(run));
  if (run.sticky()) {
    SetTimer(run, run.sticky_schedule_to_start, internal::TimerKind::kIdle, enums::TIMEOUT_TYPE_SCHEDULE_TO_START);
  }
}

void ScheduleSpeculativeTask(MutableState& run) {
  BeginTask(run, TimePoint{});
  run.workflow_task.speculative = true;
  run.workflow_task.scheduled_event_id = run.next_event_id();
  SetTimer(run, run.sticky() ? run.sticky_schedule_to_start : kSpeculativeScheduleToStart, internal::TimerKind::kIdle,
           enums::TIMEOUT_TYPE_SCHEDULE_TO_START);
}

void WriteSpeculativeTask(MutableState& run) { Write(run, ""); }

void LoseSpeculativeTask(MutableState& run) {
  if (!run.workflow_task.pending() || !run.workflow_task.speculative) return;
  DropWorkflowTask(run);
  if (!run.updates.HasOutgoing()) return;
  ScheduleSpeculativeTask(run);
  OfferWorkflowTask(run);
}

void OfferWorkflowTask(MutableState& run) {
  WorkflowTask& task = run.workflow_task;
  if (task.state != WorkflowTask::State::kScheduled || task.offer != 0) return;
  Matching& matching = run.context.matching;
  QueueKey queue{run.name_space().id, run.sticky_queue};
  if (!run.sticky() || !matching.workflow_tasks.HasRecentPoller(queue, run.context.config.sticky_worker_window)) {
    queue.name = run.start().task_queue().name();
  }
  task.queue = queue.name;
  task.offer = matching.AddWorkflowTask(
      queue, [weak = run.weak_from_this(), stamp = task.stamp](const wf::PollWorkflowTaskQueueRequest& poll,
                                                               wf::PollWorkflowTaskQueueResponse& response) {
        const std::shared_ptr<MutableState> run = weak.lock();
        return run != nullptr && TakeOffer(*run, stamp, poll, response);
      });
}

void StartWorkflowTask(MutableState& run, std::string_view identity, std::string request_id, std::string build_id) {
  WorkflowTask& task = run.workflow_task;
  TEMPORAL_CHECK(task.state == WorkflowTask::State::kScheduled) << run.workflow_id();
  CancelTimer(run);
  Withdraw(run);
  // Events that came since make a transient task a normal one.
  if (!task.written() && task.scheduled_event_id != run.next_event_id()) {
    task.attempt = 1;
    task.speculative = false;
    task.scheduled_time = run.Now();
    task.scheduled_event_id = run.builder.Add(ScheduledEvent(run));
  }
  const DynamicConfig& config = run.context.config;
  task.state = WorkflowTask::State::kStarted;
  task.started_time = run.Now();
  task.identity = std::string(identity);
  task.request_id = std::move(request_id);
  task.worker_build_id = task.transient() ? "" : std::move(build_id);
  task.history_bytes = run.committed_bytes;
  task.too_large = task.history_bytes >= config.suggest_continue_as_new_bytes;
  task.too_many_events = run.next_event_id() >= config.suggest_continue_as_new_events;
  task.too_many_updates = run.updates.SuggestsContinueAsNew();
  task.suggest_continue_as_new = task.too_large || task.too_many_events || task.too_many_updates;
  task.started_event_id =
      task.written() ? run.builder.Add(StartedEvent(run, task.scheduled_event_id)) : task.scheduled_event_id + 1;
  SetTimer(run, task.start_to_close, internal::TimerKind::kHistory, enums::TIMEOUT_TYPE_START_TO_CLOSE);
}

void FillWorkflowTask(MutableState& run, TaskContents contents, wf::PollWorkflowTaskQueueResponse& response) {
  const WorkflowTask& task = run.task();
  TaskToken token;
  token.kind = TaskToken::Kind::kWorkflowTask;
  token.run_id = run.run_id();
  token.scheduled_event_id = task.scheduled_event_id;
  token.started_event_id = task.started_event_id;
  token.attempt = task.attempt;
  token.stamp = task.stamp;
  response.set_task_token(token.Encode());
  *response.mutable_workflow_execution() = run.execution();
  *response.mutable_workflow_type() = run.start().workflow_type();
  response.set_previous_started_event_id(run.previous_started_event_id);
  response.set_started_event_id(task.started_event_id);
  response.set_attempt(task.attempt);
  *response.mutable_workflow_execution_task_queue() = run.normal_task_queue();
  *response.mutable_scheduled_time() = ToProto(task.scheduled_time);
  *response.mutable_started_time() = ToProto(task.started_time);
  run.queries.AttachTo(*response.mutable_queries());
  run.updates.Send(!contents.only_unsent_updates, task.started_event_id, *response.mutable_messages());

  const std::int64_t first = contents.only_new_events ? run.previous_started_event_id + 1 : 1;
  response.set_next_page_token(
      CopyTaskHistory(run, first, run.context.config.history_page_size, *response.mutable_history()));
}

std::int64_t CompleteWorkflowTask(MutableState& run, const wf::RespondWorkflowTaskCompletedRequest& request) {
  std::int64_t scheduled = run.workflow_task.scheduled_event_id;
  std::int64_t started = run.workflow_task.started_event_id;
  if (LeavesNoTrace(run, request)) {
    run.workflow_task = WorkflowTask{};
    run.close_attempted = false;
    return 0;
  }
  if (!run.workflow_task.written()) {
    scheduled = run.builder.Add(ScheduledEvent(run));
    started = run.builder.Add(StartedEvent(run, scheduled));
    run.builder.EndBatch();  // as if it had been written when it started: one could reset to here
  }
  const std::int64_t completed = run.builder.Add(CompletedEvent(run, request, scheduled, started));
  // Its timer goes when nothing can bring the task back.
  run.workflow_task = WorkflowTask{};
  run.close_attempted = false;
  run.previous_started_event_id = started;
  return completed;
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
void TaskCompletedForGood(MutableState& run, const wf::RespondWorkflowTaskCompletedRequest& request,
                          std::int64_t completed) {
  CancelTimer(run);
  if (completed == 0) return;
  run.context.scheduler.Cancel(std::exchange(run.first_task_backoff_timer, 0));
  run.last_task_failure.clear();
  ForgetReportedProblems(run);
  if (request.has_worker_version_stamp()) run.last_worker_version = request.worker_version_stamp();
  NoteWorkerVersion(run, run.events().at(completed).workflow_task_completed_event_attributes());
  AddResetPoint(run, completed);
}
#pragma GCC diagnostic pop

void FailWorkflowTask(MutableState& run, const WorkflowTaskFailure& failure) {
  Write(run, failure.identity);
  const bool written = run.workflow_task.written();
  auto event = HistoryBuilder::Make(enums::EVENT_TYPE_WORKFLOW_TASK_FAILED, run.Now());
  auto& attributes = *event->mutable_workflow_task_failed_event_attributes();
  attributes.set_scheduled_event_id(run.workflow_task.scheduled_event_id);
  attributes.set_started_event_id(run.workflow_task.started_event_id);
  attributes.set_cause(failure.cause);
  attributes.set_identity(std::string(failure.identity));
  if (failure.failure != nullptr) *attributes.mutable_failure() = *failure.failure;
  attributes.set_base_run_id(std::string(failure.base_run_id));
  attributes.set_new_run_id(std::string(failure.new_run_id));
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  attributes.set_binary_checksum(std::string(failure.binary_checksum));
#pragma GCC diagnostic pop
  if (written) run.builder.Add(std::move(event));

  ReportTaskFailed(run, failure.cause);
  run.last_task_failure = failure.failure != nullptr ? failure.failure->message() : CauseName(failure.cause);
  Forget(run, AttemptAfterFailure(run));
  if (failure.cause == enums::WORKFLOW_TASK_FAILED_CAUSE_RESET_WORKFLOW ||
      failure.cause == enums::WORKFLOW_TASK_FAILED_CAUSE_FAILOVER_CLOSE_COMMAND) {
    run.workflow_task.attempt = 1;
  }
  run.close_attempted = failure.cause == enums::WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND;
}

void ForceCloseWorkflowTask(MutableState& run) {
  if (run.workflow_task.started()) {
    FailWorkflowTask(run,
                     {.cause = enums::WORKFLOW_TASK_FAILED_CAUSE_FORCE_CLOSE_COMMAND, .identity = "history-service"});
  }
  run.FlushBuffer();
}

void DropWorkflowTask(MutableState& run) { Forget(run, 1); }

void WithdrawWorkflowTask(MutableState& run) {
  CancelTimer(run);
  Withdraw(run);
}

void ClearSticky(MutableState& run) {
  run.sticky_queue.clear();
  run.sticky_schedule_to_start = {};
}

std::string CauseName(enums::WorkflowTaskFailedCause cause) {
  return ShortName(enums::WorkflowTaskFailedCause_Name(cause), "WORKFLOW_TASK_FAILED_CAUSE_");
}

}  // namespace temporal::server
