// How runs begin and end.
#include "fake-server/history/run_lifecycle.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "fake-server/history/cron_schedule.h"
#include "fake-server/history/derived_attributes.h"
#include "fake-server/history/field_rules.h"
#include "fake-server/history/history_context.h"
#include "fake-server/history/reset_points.h"
#include "fake-server/history/retry_policy.h"
#include "fake-server/history/transaction.h"
#include "fake-server/history/workflow_task_lifecycle.h"
#include "sdk/base/proto_time.h"

namespace temporal::server {
namespace {

namespace enums = api::enums::v1;
using internal::Duration;
using internal::FromProto;
using internal::SaturatedAdd;
using internal::TimePoint;
using internal::ToProto;

// Ends of runs are kept in milliseconds.
TimePoint Rounded(TimePoint time) {
  if (time > TimePoint::max() - std::chrono::seconds(1)) return time;
  return TimePoint(std::chrono::round<std::chrono::milliseconds>(time.time_since_epoch()));
}

// The end of a run or chain that may take `timeout`; never for zero.
TimePoint Expiration(TimePoint from, Duration timeout) {
  return timeout == Duration::zero() ? TimePoint::max() : Rounded(SaturatedAdd(from, timeout));
}

template <class Proto>
std::unique_ptr<Proto> CopyUnlessEmpty(const Proto& proto, bool empty) {
  return empty ? nullptr : std::make_unique<Proto>(proto);
}

void TimeOutRun(MutableState& run, bool whole_chain) {
  ForceCloseWorkflowTask(run);
  const TimePoint now = run.Now();
  auto event = HistoryBuilder::Make(enums::EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT, now);
  auto& attributes = *event->mutable_workflow_execution_timed_out_event_attributes();
  attributes.set_retry_state(enums::RETRY_STATE_TIMEOUT);
  std::shared_ptr<MutableState> next;
  if (!whole_chain && now < run.execution_expiration()) {
    attributes.set_retry_state(enums::RETRY_STATE_RETRY_POLICY_NOT_SET);
    api::failure::v1::Failure failure = ActivityTimeoutFailure(enums::TIMEOUT_TYPE_START_TO_CLOSE);
    failure.set_message("workflow timeout");
    std::optional<NewRun> following;
    if (run.start().has_retry_policy()) {
      const RetryDecision decision = NextWorkflowAttempt(
          run.start().retry_policy(), {run.start().attempt(), &failure, now, run.execution_expiration()});
      attributes.set_retry_state(decision.state);
      if (decision.state == enums::RETRY_STATE_IN_PROGRESS) {
        following = RetryRun(run, &failure, decision.delay, /*keeps_last_result=*/true);
      }
    }
    if (!following.has_value() && !run.start().cron_schedule().empty()) following = CronRun(run, nullptr, &failure);
    if (following.has_value()) {
      attributes.set_new_execution_run_id(following->run_id);
      run.new_run_id = following->run_id;
      next = CreateNextRun(run, *std::move(following));
    }
  }
  run.builder.Add(std::move(event));
  run.SetClosed(enums::WORKFLOW_EXECUTION_STATUS_TIMED_OUT, now);
  CloseTransaction(run);
  if (next != nullptr) {
    ScheduleFirstWorkflowTask(*next);
    CloseTransaction(*next);
  }
}

// The next run must not begin its work within this time of the last one's.
Duration Throttled(const MutableState& run, Duration backoff) {
  const Duration lifetime = run.Now() - run.execution_time();
  const Duration least = run.context.config.min_continue_as_new_interval;
  return std::max(backoff, least - lifetime);  // their sum may be more than there is time
}

// What every run that follows another has.
NewRun FollowingRun(const MutableState& run) {
  NewRun next;
  next.name_space = &run.name_space();
  next.workflow_id = run.workflow_id();
  next.run_id = run.context.random.Uuid();
  next.request_id = run.context.random.Uuid();
  next.started = HistoryBuilder::Make(enums::EVENT_TYPE_WORKFLOW_EXECUTION_STARTED, run.Now());
  return next;
}

// One that does the same again: with what the run was started with, and how it has failed if it has.
NewRun RepeatedRun(const MutableState& run, const api::failure::v1::Failure* failure) {
  NewRun next = FollowingRun(run);
  auto& attributes = next.attributes();
  attributes = run.start();
  attributes.clear_identity();
  attributes.clear_eager_execution_accepted();
  attributes.clear_continued_failure();
  if (failure != nullptr) *attributes.mutable_continued_failure() = *failure;
  return next;
}

// The chain stays its parent's child.
void CopyParent(const MutableState::StartedAttributes& before, MutableState::StartedAttributes& next) {
  if (!before.has_parent_workflow_execution()) return;
  next.set_parent_workflow_namespace(before.parent_workflow_namespace());
  next.set_parent_workflow_namespace_id(before.parent_workflow_namespace_id());
  *next.mutable_parent_workflow_execution() = before.parent_workflow_execution();
  next.set_parent_initiated_event_id(before.parent_initiated_event_id());
  next.set_parent_initiated_event_version(before.parent_initiated_event_version());
  *next.mutable_root_workflow_execution() = before.root_workflow_execution();
}

void LinkToPredecessor(const MutableState& run, const std::string& run_id, MutableState::StartedAttributes& next) {
  next.set_continued_execution_run_id(run.run_id());
  next.set_original_execution_run_id(run_id);
  next.set_first_execution_run_id(run.start().first_execution_run_id());
  // A reset has moved it.
  next.clear_workflow_execution_expiration_time();
  if (run.execution_expiration() != TimePoint::max()) {
    *next.mutable_workflow_execution_expiration_time() = ToProto(run.execution_expiration());
  }
}

}  // namespace

Duration LesserTimeout(Duration a, Duration b) {
  if (a == Duration::zero()) return b;
  return b == Duration::zero() ? a : std::min(a, b);
}

void TakeStart(MutableState& run, std::string request_id) {
  const MutableState::StartedAttributes& start = run.start();
  run.memo = CopyUnlessEmpty(start.memo(), start.memo().fields().empty());
  run.search_attributes =
      CopyUnlessEmpty(start.search_attributes(), start.search_attributes().indexed_fields().empty());
  if (start.has_versioning_override()) {
    run.versioning_override = std::make_unique<api::workflow::v1::VersioningOverride>(start.versioning_override());
    ShowVersion(run);
  }
  run.reset_points = CopyUnlessEmpty(start.prev_auto_reset_points(), !start.has_prev_auto_reset_points());
  run.AddRequestId(std::move(request_id), enums::EVENT_TYPE_WORKFLOW_EXECUTION_STARTED, 1);
}

void BeginAgain(MutableState& run) {
  const TimePoint now = run.Now();
  const TimePoint chain_end = Expiration(now, FromProto(run.start().workflow_execution_timeout()));
  const TimePoint run_end = std::min(chain_end, Expiration(now, FromProto(run.start().workflow_run_timeout())));
  run.SetStart(now, SaturatedAdd(now, FromProto(run.start().first_workflow_task_backoff())), run_end, chain_end);
}

void SetRunTimers(MutableState& run) {
  auto& scheduler = run.context.scheduler;
  if (run.run_expiration() != TimePoint::max()) {
    run.run_timer = scheduler.PostAt(run.clock().LoopTime(run.run_expiration()), internal::TimerKind::kHistory, [&run] {
      run.run_timer = 0;
      TimeOutRun(run, false);
    });
  }
  if (run.execution_expiration() != TimePoint::max() && !run.first_of_chain()) {
    run.execution_timer =
        scheduler.PostAt(run.clock().LoopTime(run.execution_expiration()), internal::TimerKind::kHistory, [&run] {
          run.execution_timer = 0;
          TimeOutRun(run, true);
        });
  }
}

std::shared_ptr<MutableState> CreateRun(HistoryContext& context, NewRun new_run) {
  auto run = std::make_shared<MutableState>(context, *new_run.name_space, std::move(new_run.workflow_id),
                                            std::move(new_run.run_id));
  const TimePoint now = run->Now();
  MutableState::StartedAttributes& attributes = new_run.attributes();
  const TimePoint chain_end = attributes.has_workflow_execution_expiration_time()
                                  ? FromProto(attributes.workflow_execution_expiration_time())
                                  : Expiration(now, FromProto(attributes.workflow_execution_timeout()));
  if (chain_end != TimePoint::max()) *attributes.mutable_workflow_execution_expiration_time() = ToProto(chain_end);
  const TimePoint first_task = SaturatedAdd(now, FromProto(attributes.first_workflow_task_backoff()));
  const TimePoint run_end = std::min(chain_end, Expiration(first_task, FromProto(attributes.workflow_run_timeout())));
  run->SetStart(now, first_task, run_end, chain_end);
  run->builder.Add(std::move(new_run.started));
  TakeStart(*run, std::move(new_run.request_id));
  context.add_run(run);
  SetRunTimers(*run);
  return run;
}

std::shared_ptr<MutableState> CreateNextRun(MutableState& run, NewRun next) {
  RollResetPoints(run, next.attributes());
  return CreateRun(run.context, std::move(next));
}

std::shared_ptr<MutableState> ReplaceRun(HistoryContext& context, MutableState* existing, NewRun run) {
  if (existing != nullptr && existing->running()) {
    api::common::v1::Payloads details;
    auto& payload = *details.add_payloads();
    (*payload.mutable_metadata())["encoding"] = "json/plain";
    payload.set_data(absl::StrCat("\"terminated by new runID: ", run.run_id, "\""));
    WriteTermination(
        *existing,
        {.reason = "TerminateIfRunning WorkflowIdReusePolicy", .identity = "history-service", .details = &details});
    CloseTransaction(*existing);
  }
  return CreateRun(context, std::move(run));
}

bool MayReuseWorkflowId(const MutableState& closed, enums::WorkflowIdReusePolicy policy) {
  if (policy == enums::WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE) return false;
  if (policy != enums::WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY) return true;
  return closed.status() == enums::WORKFLOW_EXECUTION_STATUS_FAILED ||
         closed.status() == enums::WORKFLOW_EXECUTION_STATUS_CANCELED ||
         closed.status() == enums::WORKFLOW_EXECUTION_STATUS_TERMINATED ||
         closed.status() == enums::WORKFLOW_EXECUTION_STATUS_TIMED_OUT;
}

void ScheduleFirstWorkflowTask(MutableState& run) {
  if (run.execution_time() <= run.Now()) return ScheduleWorkflowTask(run);
  run.first_task_backoff_timer =
      run.context.scheduler.PostAt(run.clock().LoopTime(run.execution_time()), internal::TimerKind::kHistory, [&run] {
        run.first_task_backoff_timer = 0;
        ScheduleWorkflowTask(run);
        CloseTransaction(run);
      });
}

NewRun RetryRun(const MutableState& run, const api::failure::v1::Failure* failure, Duration backoff,
                bool keeps_last_result) {
  NewRun next = RepeatedRun(run, failure);
  auto& attributes = next.attributes();
  if (!keeps_last_result) attributes.clear_last_completion_result();
  attributes.set_attempt(run.start().attempt() + 1);
  attributes.set_initiator(enums::CONTINUE_AS_NEW_INITIATOR_RETRY);
  *attributes.mutable_first_workflow_task_backoff() = ToProto(Throttled(run, backoff));
  LinkToPredecessor(run, next.run_id, attributes);
  return next;
}

void BeginCron(const std::string& schedule, TimePoint now, MutableState::StartedAttributes& attributes) {
  attributes.set_cron_schedule(schedule);
  attributes.set_initiator(enums::CONTINUE_AS_NEW_INITIATOR_CRON_SCHEDULE);
  *attributes.mutable_first_workflow_task_backoff() = ToProto(CronBackoff(schedule, now, now));
}

NewRun CronRun(const MutableState& run, const api::common::v1::Payloads* result,
               const api::failure::v1::Failure* failure) {
  NewRun next = RepeatedRun(run, failure);
  auto& attributes = next.attributes();
  if (failure == nullptr) {
    attributes.clear_last_completion_result();
    if (result != nullptr) *attributes.mutable_last_completion_result() = *result;
  }
  attributes.set_attempt(1);
  attributes.set_initiator(enums::CONTINUE_AS_NEW_INITIATOR_CRON_SCHEDULE);
  const Duration backoff = CronBackoff(attributes.cron_schedule(), run.execution_time(), run.Now());
  *attributes.mutable_first_workflow_task_backoff() = ToProto(Throttled(run, backoff));
  LinkToPredecessor(run, next.run_id, attributes);
  return next;
}

NewRun ContinuedRun(const MutableState& run,
                    const api::command::v1::ContinueAsNewWorkflowExecutionCommandAttributes& command) {
  NewRun next = FollowingRun(run);
  const auto& before = run.start();
  auto& attributes = next.attributes();
  *attributes.mutable_workflow_type() = command.workflow_type();
  attributes.set_workflow_id(run.workflow_id());
  *attributes.mutable_task_queue() = command.task_queue();
  if (command.has_input()) *attributes.mutable_input() = command.input();
  if (command.has_header()) *attributes.mutable_header() = command.header();
  if (command.has_memo()) *attributes.mutable_memo() = command.memo();
  if (command.has_search_attributes()) *attributes.mutable_search_attributes() = command.search_attributes();
  if (command.has_retry_policy()) {
    *attributes.mutable_retry_policy() = command.retry_policy();
    FillRetryDefaults(*attributes.mutable_retry_policy());
  }
  if (command.has_failure()) *attributes.mutable_continued_failure() = command.failure();
  if (command.has_last_completion_result()) {
    *attributes.mutable_last_completion_result() = command.last_completion_result();
  }
  if (before.has_workflow_execution_timeout()) {
    *attributes.mutable_workflow_execution_timeout() = before.workflow_execution_timeout();
  }
  *attributes.mutable_workflow_run_timeout() = command.workflow_run_timeout();
  *attributes.mutable_workflow_task_timeout() = command.workflow_task_timeout();
  attributes.set_cron_schedule(command.cron_schedule());
  const bool given = command.initiator() != enums::CONTINUE_AS_NEW_INITIATOR_UNSPECIFIED;
  attributes.set_initiator(given ? command.initiator() : enums::CONTINUE_AS_NEW_INITIATOR_WORKFLOW);
  attributes.set_attempt(command.initiator() == enums::CONTINUE_AS_NEW_INITIATOR_RETRY ? before.attempt() + 1 : 1);
  const auto& backoff = command.backoff_start_interval();
  *attributes.mutable_first_workflow_task_backoff() = AsGiven(backoff, Throttled(run, FromProto(backoff)));
  if (run.priority() != nullptr) *attributes.mutable_priority() = *run.priority();
  *attributes.mutable_completion_callbacks() = before.completion_callbacks();
  CopyParent(before, attributes);
  LinkToPredecessor(run, next.run_id, attributes);
  return next;
}

void WriteTermination(MutableState& run, const Termination& termination) {
  ForceCloseWorkflowTask(run);
  const TimePoint now = run.Now();
  auto event = HistoryBuilder::Make(enums::EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED, now);
  auto& attributes = *event->mutable_workflow_execution_terminated_event_attributes();
  attributes.set_reason(std::string(termination.reason));
  attributes.set_identity(std::string(termination.identity));
  if (termination.details != nullptr) *attributes.mutable_details() = *termination.details;
  if (termination.links != nullptr) *event->mutable_links() = *termination.links;
  run.builder.Add(std::move(event));
  run.SetClosed(enums::WORKFLOW_EXECUTION_STATUS_TERMINATED, now);
}

}  // namespace temporal::server
