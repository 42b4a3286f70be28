// Attempts, timeouts and the end of activities.
#include "fake-server/history/activity_lifecycle.h"

#include <algorithm>
#include <utility>

#include "fake-server/history/field_rules.h"
#include "fake-server/history/history_context.h"
#include "fake-server/history/retry_policy.h"
#include "fake-server/history/run_lifecycle.h"
#include "fake-server/history/task_token.h"
#include "fake-server/history/transaction.h"
#include "fake-server/history/workflow_task_lifecycle.h"
#include "fake-server/matching/matching.h"
#include "sdk/base/proto_time.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"

namespace temporal::server {
namespace {

namespace enums = api::enums::v1;
namespace wf = api::workflowservice::v1;
using api::failure::v1::Failure;
using internal::Duration;
using internal::FromProto;
using internal::SaturatedAdd;
using internal::TimePoint;
using internal::ToProto;

constexpr std::int64_t kMaxKeptFailure = 4 * 1024;  // bytes, between attempts

QueueKey QueueOf(const MutableState& run, const Activity& activity) {
  return {run.name_space().id, run.scheduled(activity).task_queue().name()};
}

void AddTimeout(MutableState& run, const Activity& activity, enums::TimeoutType type, TimePoint from,
                const google::protobuf::Duration& timeout) {
  const Duration duration = FromProto(timeout);
  if (duration == Duration::zero()) return;
  run.activity_timeouts.insert({SaturatedAdd(from, duration), activity.scheduled_event_id, type});
}

void RemoveTimeout(MutableState& run, const Activity& activity, enums::TimeoutType type, TimePoint from,
                   const google::protobuf::Duration& timeout) {
  run.activity_timeouts.erase({SaturatedAdd(from, FromProto(timeout)), activity.scheduled_event_id, type});
}

// Of attempts before this one nothing is counted.
TimePoint HeartbeatFrom(const Activity& activity) {
  return std::max(activity.started_time, activity.last_heartbeat_time);
}

// Calls `change` with what each timeout that runs for the activity now is counted from.
template <class Change>
void EachTimeout(MutableState& run, const Activity& activity, Change change) {
  if (activity.pause.has_value()) return;
  const auto& options = run.scheduled(activity);
  change(run, activity, enums::TIMEOUT_TYPE_SCHEDULE_TO_CLOSE, activity.first_scheduled_time,
         options.schedule_to_close_timeout());
  if (activity.started) {
    change(run, activity, enums::TIMEOUT_TYPE_START_TO_CLOSE, activity.started_time, options.start_to_close_timeout());
    change(run, activity, enums::TIMEOUT_TYPE_HEARTBEAT, HeartbeatFrom(activity), options.heartbeat_timeout());
  } else {
    change(run, activity, enums::TIMEOUT_TYPE_SCHEDULE_TO_START, activity.scheduled_time,
           options.schedule_to_start_timeout());
  }
}

bool TakeOffer(MutableState& run, std::int64_t scheduled_event_id, std::uint64_t stamp,
               const wf::PollActivityTaskQueueRequest& poll, wf::PollActivityTaskQueueResponse& response) {
  Activity* activity = run.MutableActivity(scheduled_event_id);
  if (!run.running() || activity == nullptr || activity->started || activity->stamp != stamp) return false;
  activity->offer = 0;
  StartActivity(run, *activity, poll.identity());
  CloseTransaction(run);
  FillActivityTask(run, *activity, response);
  return true;
}

TimePoint Expiration(const MutableState& run, const Activity& activity) {
  const Duration timeout = FromProto(run.scheduled(activity).schedule_to_close_timeout());
  return timeout == Duration::zero() ? TimePoint::max() : SaturatedAdd(activity.first_scheduled_time, timeout);
}

// What a reset has left for the attempt that begins.
void BeginAfterReset(Activity& activity) {
  activity.reset = false;
  if (!std::exchange(activity.reset_heartbeat, false)) return;
  activity.heartbeat_details = nullptr;
  activity.last_heartbeat_time = {};
}

void PrepareNextAttempt(MutableState& run, Activity& activity, const Failure* failure, TimePoint due) {
  EachTimeout(run, activity, RemoveTimeout);
  WithdrawActivity(run, activity);
  activity.started = false;
  activity.started_time = {};
  ++activity.attempt;
  activity.stamp = run.context.next_stamp++;
  activity.scheduled_time = due;
  activity.request_id.clear();
  BeginAfterReset(activity);
  activity.last_failure = nullptr;
  if (failure != nullptr) {
    const bool fits = static_cast<std::int64_t>(failure->ByteSizeLong()) <= kMaxKeptFailure;
    activity.last_failure =
        std::make_unique<Failure>(fits ? *failure : TooLargeFailure(*failure, kMaxKeptFailure, false));
  }
  EachTimeout(run, activity, AddTimeout);
  ResumeActivity(run, activity);
}

// The run's priority, where the activity does not give its own.
void FillPriority(const api::common::v1::Priority* of_run, const api::common::v1::Priority* of_activity,
                  wf::PollActivityTaskQueueResponse& response) {
  if (of_run != nullptr) *response.mutable_priority() = *of_run;
  if (of_activity != nullptr) response.mutable_priority()->MergeFrom(*of_activity);
}

void TimeOut(MutableState& run, Activity& activity, enums::TimeoutType type) {
  Failure failure = ActivityTimeoutFailure(type);
  if (activity.heartbeat_details != nullptr) {
    *failure.mutable_timeout_failure_info()->mutable_last_heartbeat_details() = *activity.heartbeat_details;
  }
  const enums::RetryState state = TryAgain(run, activity, &failure);
  if (state == enums::RETRY_STATE_IN_PROGRESS) return;
  if (state == enums::RETRY_STATE_TIMEOUT && type != enums::TIMEOUT_TYPE_SCHEDULE_TO_START) {
    failure.set_message(
        "Not enough time to schedule next retry before activity ScheduleToClose timeout, giving up retrying");
    failure.mutable_timeout_failure_info()->set_timeout_type(enums::TIMEOUT_TYPE_SCHEDULE_TO_CLOSE);
  }
  if (activity.last_failure != nullptr) *failure.mutable_cause() = *activity.last_failure;
  auto event = HistoryBuilder::Make(enums::EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT, run.Now());
  auto& attributes = *event->mutable_activity_task_timed_out_event_attributes();
  attributes.set_scheduled_event_id(activity.scheduled_event_id);
  *attributes.mutable_failure() = std::move(failure);
  attributes.set_retry_state(state);
  CloseActivity(run, activity, std::move(event));
}

void TimeOutDue(MutableState& run) {
  run.activity_timer = 0;
  const TimePoint now = run.Now();
  while (!run.activity_timeouts.empty() && run.activity_timeouts.begin()->due <= now) {
    const ActivityTimeout due = *run.activity_timeouts.begin();
    run.activity_timeouts.erase(run.activity_timeouts.begin());
    TimeOut(run, *run.MutableActivity(due.scheduled_event_id), due.type);
  }
  // After all of them, so that what they bring about is one task.
  if (run.builder.HasBuffered()) ScheduleWorkflowTask(run);
  CloseTransaction(run);
}

}  // namespace

Activity& AddActivity(MutableState& run, std::int64_t scheduled_event_id) {
  Activity activity;
  activity.scheduled_event_id = scheduled_event_id;
  activity.stamp = run.context.next_stamp++;
  activity.first_scheduled_time = run.Now();
  activity.scheduled_time = activity.first_scheduled_time;
  activity.id = run.scheduled(activity).activity_id();
  run.activity_ids.emplace(activity.id, scheduled_event_id);
  Activity& added = run.activities.emplace(scheduled_event_id, std::move(activity)).first->second;
  EachTimeout(run, added, AddTimeout);
  return added;
}

Activity RemoveActivity(MutableState& run, std::int64_t scheduled_event_id) {
  const auto found = run.activities.find(scheduled_event_id);
  EachTimeout(run, found->second, RemoveTimeout);
  WithdrawActivity(run, found->second);
  Activity activity = std::move(found->second);
  run.activity_ids.erase(activity.id);
  run.activities.erase(found);
  return activity;
}

void RestoreActivity(MutableState& run, Activity activity) {
  run.activity_ids.emplace(activity.id, activity.scheduled_event_id);
  EachTimeout(run, activity, AddTimeout);
  run.activities.emplace(activity.scheduled_event_id, std::move(activity));
}

void NormaliseActivityTimeouts(MutableState::ActivityScheduledAttributes& options,
                               const google::protobuf::Duration& run_timeout) {
  using Proto = google::protobuf::Duration;
  const auto is_set = [](const Proto& timeout) { return FromProto(timeout) != Duration::zero(); };
  // What is copied stays as it was written; what is computed has less than a second's nanoseconds.
  const auto lesser = [](const Proto& a, const Proto& b) { return ToProto(std::min(FromProto(a), FromProto(b))); };
  Proto& to_close = *options.mutable_schedule_to_close_timeout();
  Proto& to_start = *options.mutable_schedule_to_start_timeout();
  Proto& start_to_close = *options.mutable_start_to_close_timeout();
  Proto& heartbeat = *options.mutable_heartbeat_timeout();
  if (is_set(to_close)) {
    to_start = is_set(to_start) ? lesser(to_start, to_close) : to_close;
    start_to_close = is_set(start_to_close) ? lesser(start_to_close, to_close) : to_close;
  } else {
    to_close = run_timeout;
    if (!is_set(to_start)) to_start = run_timeout;
  }
  for (Proto* timeout : {&to_close, &to_start, &start_to_close}) {
    if (is_set(run_timeout) && FromProto(*timeout) > FromProto(run_timeout)) *timeout = run_timeout;
  }
  heartbeat = lesser(heartbeat, start_to_close);
}

void ChangeActivity(MutableState& run, Activity& activity, absl::FunctionRef<void(Activity&)> change) {
  EachTimeout(run, activity, RemoveTimeout);
  change(activity);
  EachTimeout(run, activity, AddTimeout);
}

void RescheduleActivity(MutableState& run, Activity& activity, TimePoint due) {
  WithdrawActivity(run, activity);
  ChangeActivity(run, activity, [&](Activity& changed) {
    changed.scheduled_time = due;
    changed.stamp = run.context.next_stamp++;
    changed.last_failure = nullptr;
  });
  ResumeActivity(run, activity);
}

void WithdrawActivity(MutableState& run, Activity& activity) {
  if (activity.offer != 0) {
    run.context.matching.activity_tasks.Withdraw(QueueOf(run, activity), std::exchange(activity.offer, 0));
  }
  run.context.scheduler.Cancel(std::exchange(activity.retry_timer, 0));
}

void ResumeActivity(MutableState& run, Activity& activity) {
  if (activity.pause.has_value()) return;
  if (activity.scheduled_time <= run.Now()) return OfferActivity(run, activity);
  activity.retry_timer =
      run.context.scheduler.PostAt(run.clock().LoopTime(activity.scheduled_time), internal::TimerKind::kHistory,
                                   [&run, scheduled_event_id = activity.scheduled_event_id] {
                                     Activity& due = *run.MutableActivity(scheduled_event_id);
                                     due.retry_timer = 0;
                                     OfferActivity(run, due);
                                   });
}

void OfferActivity(MutableState& run, Activity& activity) {
  activity.offer = run.context.matching.AddActivityTask(
      QueueOf(run, activity),
      [weak = run.weak_from_this(), scheduled_event_id = activity.scheduled_event_id, stamp = activity.stamp](
          const wf::PollActivityTaskQueueRequest& poll, wf::PollActivityTaskQueueResponse& response) {
        const std::shared_ptr<MutableState> run = weak.lock();
        return run != nullptr && TakeOffer(*run, scheduled_event_id, stamp, poll, response);
      });
}

void StartActivity(MutableState& run, Activity& activity, std::string_view identity) {
  EachTimeout(run, activity, RemoveTimeout);
  WithdrawActivity(run, activity);
  BeginAfterReset(activity);
  activity.started = true;
  activity.started_time = run.Now();
  activity.identity = std::string(identity);
  activity.request_id = run.context.random.Uuid();
  activity.worker_build_id.clear();
  EachTimeout(run, activity, AddTimeout);
}

void FillActivityTask(const MutableState& run, const Activity& activity, wf::PollActivityTaskQueueResponse& response) {
  // Timeouts are shown as they were scheduled, changed or not.
  const auto& options = run.first_scheduled(activity);
  TaskToken token;
  token.kind = TaskToken::Kind::kActivityTask;
  token.run_id = run.run_id();
  token.scheduled_event_id = activity.scheduled_event_id;
  token.attempt = activity.attempt;
  token.stamp = activity.stamp;
  response.set_task_token(token.Encode());
  response.set_workflow_namespace(run.name_space().name);
  *response.mutable_workflow_type() = run.start().workflow_type();
  *response.mutable_workflow_execution() = run.execution();
  *response.mutable_activity_type() = options.activity_type();
  response.set_activity_id(activity.id);
  if (options.has_header()) *response.mutable_header() = options.header();
  if (options.has_input()) *response.mutable_input() = options.input();
  if (activity.heartbeat_details != nullptr) *response.mutable_heartbeat_details() = *activity.heartbeat_details;
  *response.mutable_scheduled_time() = ToProto(activity.first_scheduled_time);
  *response.mutable_current_attempt_scheduled_time() = ToProto(activity.scheduled_time);
  *response.mutable_started_time() = ToProto(activity.started_time);
  response.set_attempt(activity.attempt);
  *response.mutable_schedule_to_close_timeout() = options.schedule_to_close_timeout();
  *response.mutable_start_to_close_timeout() = options.start_to_close_timeout();
  *response.mutable_heartbeat_timeout() = options.heartbeat_timeout();
  const auto& now = run.scheduled(activity);
  *response.mutable_retry_policy() = now.retry_policy();
  FillPriority(run.priority(), now.has_priority() ? &now.priority() : nullptr, response);
}

void RecordHeartbeat(MutableState& run, Activity& activity, const api::common::v1::Payloads* details) {
  ChangeActivity(run, activity, [&](Activity& changed) {
    changed.last_heartbeat_time = run.Now();
    changed.heartbeat_details = details == nullptr ? nullptr : std::make_unique<api::common::v1::Payloads>(*details);
  });
}

enums::RetryState TryAgain(MutableState& run, Activity& activity, const Failure* failure) {
  if (activity.cancel_requested) return enums::RETRY_STATE_CANCEL_REQUESTED;
  const TimePoint ended = run.Now();
  const RetryDecision decision = NextActivityAttempt(run.scheduled(activity).retry_policy(),
                                                     {activity.attempt, failure, ended, Expiration(run, activity)});
  if (decision.state == enums::RETRY_STATE_IN_PROGRESS) {
    activity.last_attempt_end_time = ended;
    PrepareNextAttempt(run, activity, failure, SaturatedAdd(run.Now(), decision.delay));
  }
  return decision.state;
}

void CloseActivity(MutableState& run, Activity& activity, std::unique_ptr<api::history::v1::HistoryEvent> closing) {
  if (activity.started) {
    auto event = HistoryBuilder::Make(enums::EVENT_TYPE_ACTIVITY_TASK_STARTED, activity.started_time);
    auto& attributes = *event->mutable_activity_task_started_event_attributes();
    attributes.set_scheduled_event_id(activity.scheduled_event_id);
    attributes.set_identity(activity.identity);
    attributes.set_request_id(activity.request_id);
    attributes.set_attempt(activity.attempt);
    if (activity.last_failure != nullptr) *attributes.mutable_last_failure() = *activity.last_failure;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    if (!activity.worker_build_id.empty()) attributes.mutable_worker_version()->set_build_id(activity.worker_build_id);
#pragma GCC diagnostic pop
    run.builder.Add(std::move(event));
  }
  run.builder.Add(std::move(closing));
  RemoveActivity(run, activity.scheduled_event_id);
}

void FailActivity(MutableState& run, Activity& activity, const Failure* failure, enums::RetryState state,
                  std::string_view identity) {
  auto event = HistoryBuilder::Make(enums::EVENT_TYPE_ACTIVITY_TASK_FAILED, run.Now());
  auto& attributes = *event->mutable_activity_task_failed_event_attributes();
  attributes.set_scheduled_event_id(activity.scheduled_event_id);
  if (failure != nullptr) *attributes.mutable_failure() = *failure;
  attributes.set_retry_state(state);
  attributes.set_identity(std::string(identity));
  CloseActivity(run, activity, std::move(event));
}

void SetActivityTimer(MutableState& run) {
  const bool wanted = !run.activity_timeouts.empty();
  if (wanted && run.activity_timer != 0 && run.activity_timer_due == run.activity_timeouts.begin()->due) return;
  run.context.scheduler.Cancel(std::exchange(run.activity_timer, 0));
  if (!wanted) return;
  run.activity_timer_due = run.activity_timeouts.begin()->due;
  run.activity_timer = run.context.scheduler.PostAt(run.clock().LoopTime(run.activity_timer_due),
                                                    internal::TimerKind::kHistory, [&run] { TimeOutDue(run); });
}

void WithdrawActivities(MutableState& run) {
  for (auto& [id, activity] : run.activities) WithdrawActivity(run, activity);
  run.activity_timeouts.clear();
}

}  // namespace temporal::server
