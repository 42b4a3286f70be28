// Local activities of a run: asked of the worker when the code has run, resolved by what the worker answers or by what
// the history has recorded of them.
#include <algorithm>
#include <stdexcept>

#include "absl/strings/str_cat.h"
#include "sdk/base/proto_time.h"
#include "sdk/converter/failure_converter.h"
#include "sdk/converter/payload_converter.h"
#include "sdk/converter/retry_policy_converter.h"
#include "sdk/engine/commands.h"
#include "sdk/engine/workflow_instance.h"

namespace temporal::internal {
namespace {

using ProtoFailure = api::failure::v1::Failure;

ProtoFailure CancelledFailure() {
  ProtoFailure failure;
  failure.set_message("Activity cancelled");
  failure.mutable_canceled_failure_info();
  return failure;
}

// What a local activity failed with. The marker holds the failure itself, or the activity failure around it.
std::exception_ptr LocalActivityError(const ProtoFailure& recorded, const RunLocalActivity& request) {
  const std::shared_ptr<const Failure> failure = FromProto(recorded);
  if (dynamic_cast<const ActivityFailure*>(failure.get()) != nullptr) return ToException(*failure);
  ActivityFailure::Fields fields;
  fields.activity_type = request.info.activity_type;
  fields.activity_id = request.info.activity_id;
  const char* message = "Local Activity failed";
  if (recorded.has_timeout_failure_info()) {
    message = "Local Activity timed out";
    fields.retry_state = RetryState::kTimeout;
  } else if (recorded.has_canceled_failure_info()) {
    message = "Local Activity cancelled";
    fields.retry_state = RetryState::kCancelRequested;
  }
  ActivityFailure error(message, std::move(fields));
  error.set_cause(failure);
  return std::make_exception_ptr(std::move(error));
}

void CheckTimeouts(std::string_view type, const LocalActivityOptions& options) {
  const char* wrong = nullptr;
  if (options.start_to_close_timeout.count() < 0 || options.schedule_to_close_timeout.count() < 0 ||
      options.schedule_to_start_timeout.count() < 0) {
    wrong = "has a negative timeout";
  } else if (options.start_to_close_timeout.count() == 0 && options.schedule_to_close_timeout.count() == 0) {
    wrong = "has neither start_to_close_timeout nor schedule_to_close_timeout";
  }
  if (wrong == nullptr) return;
  throw std::invalid_argument(
      absl::StrCat("local activity ", std::string(type), " ", wrong, ", at ", Place(options.location)));
}

// No part of it lasts longer than the whole.
Duration AtMost(Duration part, Duration whole) {
  if (whole.count() == 0) return part;
  return part.count() == 0 ? whole : std::min(part, whole);
}

}  // namespace

void WorkflowInstance::ScheduleLocalActivity(std::string_view type, const LocalActivityOptions& given, Payloads input,
                                             Scope& scope, std::shared_ptr<FutureStateBase> result) {
  if (!MayCommand("ExecuteLocalActivity")) return;
  worker::ScheduleLocalActivityCall call;
  call.activity_type = type;
  call.options = given;
  call.input = std::move(input);
  for (const auto& interceptor : interceptors_) interceptor->OnScheduleLocalActivity(call);
  const LocalActivityOptions& options = call.options;
  CheckTimeouts(call.activity_type, options);
  LocalActivity& activity = local_activities_.emplace_back();
  activity.instance = this;
  activity.has_own_id = !options.activity_id.empty();
  activity.cancellation_type = options.cancellation_type;
  activity.summary = options.summary;
  activity.where = options.location;
  activity.result = std::move(result);
  RunLocalActivity& request = activity.request;
  request.info.activity_id = options.activity_id;
  request.info.activity_type = std::move(call.activity_type);
  request.info.schedule_to_close_timeout = options.schedule_to_close_timeout;
  request.info.start_to_close_timeout = AtMost(options.start_to_close_timeout, options.schedule_to_close_timeout);
  request.info.headers = std::move(call.headers);
  request.input = std::move(call.input);
  request.schedule_to_start_timeout = options.schedule_to_start_timeout;
  request.retry_policy = ToProto(options.retry_policy);
  request.local_retry_threshold = options.local_retry_threshold;
  NumberLocalActivity(activity);
  if (!scope.cancelled()) return scope.Add(activity);
  --local_activities_started_;
  const ProtoFailure cancelled = CancelledFailure();
  SettleLocalActivity(std::prev(local_activities_.end()), {.failure = &cancelled});
}

void WorkflowInstance::NumberLocalActivity(LocalActivity& activity) {
  activity.request.number = ++activities_;
  activity.local_number = ++local_activities_started_;
  if (!activity.has_own_id) activity.request.info.activity_id = absl::StrCat(activity.request.number);
}

void WorkflowInstance::AskForLocalActivities() {
  if (info_.replaying || problem_ || machines_.ended()) return;
  for (LocalActivity& activity : local_activities_) {
    if (activity.asked || activity.backoff != nullptr) continue;
    const std::string& type = activity.request.info.activity_type;
    std::string refusal;
    if (!local_activities_recorded_) {
      refusal = options_.refuse_local_activity == nullptr ? "this worker runs no local activities"
                                                          : options_.refuse_local_activity(type);
    }
    if (!refusal.empty()) {
      throw std::logic_error(absl::StrCat(refusal, "; ", type, " was asked for at ", Place(activity.where)));
    }
    activity.asked = true;
    activity.request.asked_at = now_;
    activity.request.cancelled = activity.cancel_requested;
    local_requests_.emplace_back(activity.request);
  }
}

bool WorkflowInstance::HasLocalActivitiesUnderWay() const {
  return !machines_.ended() && std::any_of(local_activities_.begin(), local_activities_.end(),
                                           [](const LocalActivity& activity) { return activity.asked; });
}

void WorkflowInstance::EndLocalActivity(const LocalActivityEnd& end) {
  const auto found = std::find_if(
      local_activities_.begin(), local_activities_.end(),
      [&end](const LocalActivity& activity) { return activity.asked && activity.request.number == end.number; });
  if (found == local_activities_.end()) return;
  RunCode(true, [&] {
    LocalResult settled;
    settled.failure = std::get_if<ProtoFailure>(&end.outcome);
    settled.attempt = end.attempt;
    settled.original_schedule_time = end.original_schedule_time;
    if (!found->cancel_requested) settled.backoff = end.backoff;
    now_ = std::max(now_, SaturatedAdd(found->request.asked_at, end.ran));
    LocalActivityRecord record;
    record.attempt = end.attempt;
    record.complete_time = now_;
    record.backoff = settled.backoff;
    record.original_schedule_time = end.original_schedule_time;
    record.failure = settled.failure;
    api::common::v1::Payload result;
    if (const auto* payload = std::get_if<Payload>(&end.outcome)) {
      result = ToProto(*payload);
      record.result = &result;
      settled.result = {*payload};
    }
    GiveLocalMarker(*found, &record);
    SettleLocalActivity(found, std::move(settled));
  });
}

// The command that has made the marker; none while replaying.
std::unique_ptr<api::command::v1::Command> WorkflowInstance::Again(const RecordedMarker& marker) const {
  if (info_.replaying) return nullptr;
  const auto& recorded = marker.event->marker_recorded_event_attributes();
  auto command = std::make_unique<api::command::v1::Command>();
  command->set_command_type(api::enums::v1::COMMAND_TYPE_RECORD_MARKER);
  auto& attributes = *command->mutable_record_marker_command_attributes();
  attributes.set_marker_name(recorded.marker_name());
  *attributes.mutable_details() = recorded.details();
  if (recorded.has_failure()) *attributes.mutable_failure() = recorded.failure();
  return command;
}

// `record` is null while replaying: the history has it.
void WorkflowInstance::GiveLocalMarker(const LocalActivity& activity, const LocalActivityRecord* record) {
  std::unique_ptr<api::command::v1::Command> command;
  if (record != nullptr) {
    LocalActivityRecord whole = *record;
    whole.number = activity.request.number;
    whole.activity_id = activity.request.info.activity_id;
    whole.activity_type = activity.request.info.activity_type;
    command = LocalActivityMarker(whole);
    SetSummary(activity.summary, *command);
  }
  GiveMarker(MarkerKind::kLocalActivity, absl::StrCat(activity.request.number), activity.where, std::move(command));
}

void WorkflowInstance::SettleLocalActivity(LocalActivities::iterator activity, LocalResult settled) {
  if (settled.backoff) {
    activity->asked = false;
    activity->request.info.attempt = settled.attempt + 1;
    activity->request.info.scheduled_time = settled.original_schedule_time;
    activity->backoff = std::make_shared<FutureState<void>>();
    activity->backoff->Listen(*activity);
    TimerOptions timer;
    timer.location = activity->where;
    return StartTimer(*settled.backoff, timer, backoff_scope_, activity->backoff);
  }
  const auto result = std::move(activity->result);
  const std::exception_ptr error =
      settled.failure == nullptr ? nullptr : LocalActivityError(*settled.failure, activity->request);
  const std::string what = "local activity " + activity->request.info.activity_type;
  local_activities_.erase(activity);
  error ? result->Fail(error) : result->ResolvePayloads(settled.result, what);
}

void WorkflowInstance::LocalBackoffEnded(LocalActivity& activity) {
  const bool cancelled = std::exchange(activity.backoff, nullptr)->error() != nullptr;
  if (!cancelled) return NumberLocalActivity(activity);
  const auto self = std::find_if(local_activities_.begin(), local_activities_.end(),
                                 [&activity](const LocalActivity& other) { return &other == &activity; });
  const ProtoFailure failure = CancelledFailure();
  SettleLocalActivity(self, {.failure = &failure});
}

void WorkflowInstance::CancelLocal(LocalActivity& activity) {
  if (activity.backoff != nullptr) {  // ends with its timer
    machines_.Cancel(*timers_.find(activity.backoff.get())->second, Input::kCancel);
    return;
  }
  const std::uint32_t number = activity.request.number;
  if (activity.cancellation_type == ActivityCancellationType::kWaitCancellationCompleted) {
    activity.cancel_requested = true;
    if (activity.asked) local_requests_.emplace_back(CancelLocalActivity{number});
    return;
  }
  const auto self = std::find_if(local_activities_.begin(), local_activities_.end(),
                                 [&activity](const LocalActivity& other) { return &other == &activity; });
  const ProtoFailure failure = CancelledFailure();
  if (!info_.replaying && !local_activities_recorded_) {
    LocalActivityRecord record;
    record.failure = &failure;
    record.original_schedule_time = activity.asked ? activity.request.asked_at : now_;
    GiveLocalMarker(activity, &record);
    const bool abandon = activity.cancellation_type == ActivityCancellationType::kAbandon;
    if (activity.asked) local_requests_.emplace_back(CancelLocalActivity{number, abandon});
  } else {
    const auto marker = std::find_if(markers_.begin(), markers_.end(), [&](const RecordedMarker& recorded) {
      return recorded.kind == MarkerKind::kLocalActivity && LocalActivityOf(recorded) == self;
    });
    if (marker != markers_.end()) {
      const bool cancelled = marker->failure != nullptr && marker->failure->has_canceled_failure_info();
      if (!cancelled) return;  // it had ended before: see ResolveNextLocalActivity
      GiveMarker(MarkerKind::kLocalActivity, marker->id, activity.where, Again(*marker));
      markers_.erase(marker);
    }
  }
  SettleLocalActivity(self, {.failure = &failure});
}

// Core and Go number them. Java's ids are made from a counter of all kinds of things: there, the oldest one of the type
// is meant, of several one with the same arguments.
WorkflowInstance::LocalActivities::iterator WorkflowInstance::LocalActivityOf(const RecordedMarker& marker) {
  const auto find = [this](const auto& is) {
    return std::find_if(local_activities_.begin(), local_activities_.end(),
                        [&is](const LocalActivity& activity) { return activity.backoff == nullptr && is(activity); });
  };
  if (marker.dialect == MarkerDialect::kCore) {
    return find([&](const LocalActivity& activity) { return marker.id == absl::StrCat(activity.request.number); });
  }
  if (marker.dialect == MarkerDialect::kGo) {
    return find([&](const LocalActivity& activity) { return marker.id == absl::StrCat(activity.local_number); });
  }
  const auto of_type = [&](const LocalActivity& activity) {
    return activity.request.info.activity_type == marker.activity_type;
  };
  if (marker.input != nullptr) {
    const Payloads input = FromProto(*marker.input);
    const auto same =
        find([&](const LocalActivity& activity) { return of_type(activity) && activity.request.input == input; });
    if (same != local_activities_.end()) return same;
  }
  return find(of_type);
}

bool WorkflowInstance::ResolveNextLocalActivity() {
  auto found = local_activities_.end();
  const auto marker = std::find_if(markers_.begin(), markers_.end(), [&](const RecordedMarker& candidate) {
    if (candidate.kind != MarkerKind::kLocalActivity) return false;
    found = LocalActivityOf(candidate);
    return found != local_activities_.end();
  });
  if (marker == markers_.end()) return false;
  const std::string& type = found->request.info.activity_type;
  if (!marker->activity_type.empty() && marker->activity_type != type) {
    completed_ = marker->event;
    Disagree(absl::StrCat("runs the local activity ", type), found->where);
  }
  const RecordedMarker recorded = *marker;
  markers_.erase(marker);
  now_ = std::max(now_, recorded.complete_time);
  GiveMarker(MarkerKind::kLocalActivity, recorded.id, found->where, Again(recorded));
  LocalResult settled;
  settled.failure = recorded.failure;
  settled.backoff = recorded.backoff;
  settled.attempt = recorded.attempt;
  settled.original_schedule_time = recorded.original_schedule_time;
  if (recorded.result != nullptr) settled.result = FromProto(*recorded.result);
  SettleLocalActivity(found, std::move(settled));
  return true;
}

}  // namespace temporal::internal
