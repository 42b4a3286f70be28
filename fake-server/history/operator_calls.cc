// What operators do to activities that are pending: pause, unpause, reset, other options.
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "fake-server/history/activity_lifecycle.h"
#include "fake-server/history/derived_attributes.h"
#include "fake-server/history/field_rules.h"
#include "fake-server/history/retry_policy.h"
#include "fake-server/history/service_errors.h"
#include "fake-server/history/transaction.h"
#include "fake-server/history/workflow_engine.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/util/field_mask_util.h"
#include "sdk/base/proto_time.h"
#include "temporal/api/activity/v1/message.pb.h"

namespace temporal::server {
namespace {

namespace enums = api::enums::v1;
using google::protobuf::util::FieldMaskUtil;
using internal::FromProto;
using internal::TimePoint;
using ActivityOptions = api::activity::v1::ActivityOptions;
using ScheduledAttributes = MutableState::ActivityScheduledAttributes;

template <class Request>
constexpr bool kMayMeanAll = requires(const Request& request) { request.match_all(); } ||
                             requires(const Request& request) { request.unpause_all(); };

// The pending activities that the request means, in the order in which they were scheduled.
template <class Request>
std::vector<Activity*> Meant(MutableState& run, const Request& request) {
  std::vector<Activity*> meant;
  for (auto& [scheduled_event_id, activity] : run.activities) {
    const bool by_id = request.activity_case() == Request::kId && activity.id == request.id();
    const bool by_type =
        request.activity_case() == Request::kType && run.scheduled(activity).activity_type().name() == request.type();
    bool all = false;
    if constexpr (kMayMeanAll<Request>)
      all = request.activity_case() != Request::kId && request.activity_case() != Request::kType;
    if (by_id || by_type || all) meant.push_back(&activity);
  }
  return meant;
}

bool HasPaused(const MutableState& run, const std::string& type) {
  for (const auto& [scheduled_event_id, activity] : run.activities) {
    if (activity.pause.has_value() && run.scheduled(activity).activity_type().name() == type) return true;
  }
  return false;
}

void EndPause(MutableState& run, Activity& activity) {
  if (!activity.pause.has_value()) return;
  ChangeActivity(run, activity, [](Activity& changed) { changed.pause.reset(); });
  const std::string& type = run.scheduled(activity).activity_type().name();
  if (!HasPaused(run, type)) ShowPausedActivity(run, type, false);
}

// Now, or up to `jitter` later.
TimePoint Soon(const MutableState& run, const google::protobuf::Duration& jitter) {
  const double longest = static_cast<double>(FromProto(jitter).count());
  if (longest <= 0) return run.Now();
  return run.Now() + internal::Duration(static_cast<std::int64_t>(longest * run.context.random.Double()));
}

void ForgetHeartbeat(MutableState& run, Activity& activity) {
  ChangeActivity(run, activity, [](Activity& changed) {
    changed.heartbeat_details = nullptr;
    changed.last_heartbeat_time = {};
  });
}

void StartOver(MutableState& run, Activity& activity, const wf::ResetActivityRequest& request) {
  activity.attempt = 1;
  const bool stays_paused = request.keep_paused() && activity.pause.has_value();
  if (activity.started || stays_paused) {
    activity.reset = activity.started;
    activity.reset_heartbeat = request.reset_heartbeat();
  } else if (request.reset_heartbeat()) {
    ForgetHeartbeat(run, activity);
  }
  if (request.restore_original_options()) {
    ChangeActivity(run, activity, [](Activity& changed) { changed.updated = nullptr; });
  }
  if (stays_paused) return;
  EndPause(run, activity);
  if (!activity.started) RescheduleActivity(run, activity, Soon(run, request.jitter()));
}

// -- Options ------------------------------------------------------------------------------------------

// Paths may be written in either case; those that lead nowhere are left out.
google::protobuf::FieldMask KnownPaths(const google::protobuf::FieldMask& mask) {
  google::protobuf::FieldMask known;
  for (const std::string& path : mask.paths()) {
    std::string snake;
    for (const char c : path) {
      if (absl::ascii_isupper(static_cast<unsigned char>(c))) snake += '_';
      snake += absl::ascii_tolower(static_cast<unsigned char>(c));
    }
    if (FieldMaskUtil::IsValidPath<ActivityOptions>(snake)) known.add_paths(snake);
  }
  return known;
}

ActivityOptions OptionsOf(const ScheduledAttributes& scheduled) {
  ActivityOptions options;
  *options.mutable_task_queue() = scheduled.task_queue();
  *options.mutable_schedule_to_close_timeout() = scheduled.schedule_to_close_timeout();
  *options.mutable_schedule_to_start_timeout() = scheduled.schedule_to_start_timeout();
  *options.mutable_start_to_close_timeout() = scheduled.start_to_close_timeout();
  *options.mutable_heartbeat_timeout() = scheduled.heartbeat_timeout();
  *options.mutable_retry_policy() = scheduled.retry_policy();
  if (scheduled.has_priority()) *options.mutable_priority() = scheduled.priority();
  return options;
}

void SetOptions(const ActivityOptions& options, ScheduledAttributes& scheduled) {
  *scheduled.mutable_task_queue() = options.task_queue();
  scheduled.mutable_task_queue()->set_kind(enums::TASK_QUEUE_KIND_NORMAL);
  *scheduled.mutable_schedule_to_close_timeout() = options.schedule_to_close_timeout();
  *scheduled.mutable_schedule_to_start_timeout() = options.schedule_to_start_timeout();
  *scheduled.mutable_start_to_close_timeout() = options.start_to_close_timeout();
  *scheduled.mutable_heartbeat_timeout() = options.heartbeat_timeout();
  *scheduled.mutable_retry_policy() = options.retry_policy();
  scheduled.clear_priority();
  if (options.has_priority()) *scheduled.mutable_priority() = options.priority();
}

// What the request makes of the activity's options.
absl::StatusOr<std::unique_ptr<ScheduledAttributes>> Changed(const MutableState& run, const Activity& activity,
                                                             const wf::UpdateActivityOptionsRequest& request) {
  const auto& before = run.scheduled(activity);
  ActivityOptions options = OptionsOf(before);
  FieldMaskUtil::MergeOptions merge;
  merge.set_replace_message_fields(true);
  merge.set_replace_repeated_fields(true);
  FieldMaskUtil::MergeMessageTo(request.activity_options(), KnownPaths(request.update_mask()), merge, &options);
  if (auto status = ValidateTaskQueue(options.task_queue(), run.context.config.max_id_length); !status.ok()) {
    return status;
  }
  if (auto status = ValidateRetryPolicy(options.retry_policy()); !status.ok()) return status;
  if (auto status = ValidatePriority(options.priority()); !status.ok()) return status;
  if (auto status = ValidateActivityTimeouts(options, activity.id, before.activity_type().name()); !status.ok()) {
    return status;
  }
  auto changed = std::make_unique<ScheduledAttributes>(before);
  SetOptions(options, *changed);
  NormaliseActivityTimeouts(*changed, run.start().workflow_run_timeout());
  return changed;
}

// When the attempt that has not started is due under its options.
TimePoint DueUnderOptions(const MutableState& run, const Activity& activity) {
  if (activity.attempt == 1) return activity.scheduled_time;
  return internal::SaturatedAdd(activity.last_attempt_end_time,
                                ChangedInterval(run.scheduled(activity).retry_policy(), activity.attempt));
}

}  // namespace

absl::StatusOr<wf::PauseActivityResponse> WorkflowEngine::PauseActivity(const Namespace& name_space,
                                                                        const wf::PauseActivityRequest& request) {
  const auto found = FindRunning(name_space, request.execution());
  if (!found.ok()) return found.status();
  MutableState& run = **found;
  const std::vector<Activity*> meant = Meant(run, request);
  if (meant.empty()) return PendingActivityNotFound();
  for (const Activity* activity : meant) {
    if (activity->pause.has_value()) return absl::FailedPreconditionError("activity is already paused");
  }
  for (Activity* activity : meant) {
    WithdrawActivity(run, *activity);
    ChangeActivity(run, *activity, [&](Activity& changed) {
      changed.pause.emplace();
      changed.pause->time = run.Now();
      changed.pause->identity = request.identity();
      changed.pause->reason = request.reason();
    });
    ShowPausedActivity(run, run.scheduled(*activity).activity_type().name(), true);
  }
  CloseTransaction(run);
  return wf::PauseActivityResponse();
}

absl::StatusOr<wf::UnpauseActivityResponse> WorkflowEngine::UnpauseActivity(const Namespace& name_space,
                                                                            const wf::UnpauseActivityRequest& request) {
  const auto found = FindRunning(name_space, request.execution());
  if (!found.ok()) return found.status();
  MutableState& run = **found;
  const std::vector<Activity*> meant = Meant(run, request);
  if (meant.empty()) return PendingActivityNotFound();
  for (Activity* activity : meant) {
    if (!activity->pause.has_value()) continue;
    if (request.reset_attempts()) activity->attempt = 1;
    if (request.reset_heartbeat()) ForgetHeartbeat(run, *activity);
    if (!activity->started && std::exchange(activity->reset_heartbeat, false)) ForgetHeartbeat(run, *activity);
    EndPause(run, *activity);
    if (!activity->started) RescheduleActivity(run, *activity, Soon(run, request.jitter()));
  }
  CloseTransaction(run);
  return wf::UnpauseActivityResponse();
}

absl::StatusOr<wf::ResetActivityResponse> WorkflowEngine::ResetActivity(const Namespace& name_space,
                                                                        const wf::ResetActivityRequest& request) {
  const auto found = FindRunning(name_space, request.execution());
  if (!found.ok()) return found.status();
  MutableState& run = **found;
  const std::vector<Activity*> meant = Meant(run, request);
  if (meant.empty()) return PendingActivityNotFound();
  for (Activity* activity : meant) StartOver(run, *activity, request);
  CloseTransaction(run);
  return wf::ResetActivityResponse();
}

absl::StatusOr<wf::UpdateActivityOptionsResponse> WorkflowEngine::UpdateActivityOptions(
    const Namespace& name_space, const wf::UpdateActivityOptionsRequest& request) {
  const auto found = FindRunning(name_space, request.execution());
  if (!found.ok()) return found.status();
  MutableState& run = **found;
  const std::vector<Activity*> meant = Meant(run, request);
  if (meant.empty()) return PendingActivityNotFound();
  std::vector<std::unique_ptr<ScheduledAttributes>> changes;  // all or none
  for (const Activity* activity : meant) {
    if (request.restore_original()) {
      changes.push_back(nullptr);
      continue;
    }
    auto changed = Changed(run, *activity, request);
    if (!changed.ok()) return changed.status();
    changes.push_back(*std::move(changed));
  }
  for (std::size_t at = 0; at < meant.size(); ++at) {
    Activity& activity = *meant[at];
    const bool waits = !activity.started && !activity.pause.has_value();
    if (waits) WithdrawActivity(run, activity);  // from the queue that it had
    ChangeActivity(run, activity, [&](Activity& changed) { changed.updated = std::move(changes[at]); });
    if (waits) RescheduleActivity(run, activity, DueUnderOptions(run, activity));
  }
  CloseTransaction(run);
  wf::UpdateActivityOptionsResponse response;
  *response.mutable_activity_options() = OptionsOf(run.scheduled(*meant.front()));
  if (request.restore_original()) response.mutable_activity_options()->mutable_task_queue()->clear_kind();
  return response;
}

}  // namespace temporal::server
