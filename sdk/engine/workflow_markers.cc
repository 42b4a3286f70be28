// What markers keep for the code: patches, side effects, results of local activities.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "sdk/converter/failure_converter.h"
#include "sdk/converter/payload_converter.h"
#include "sdk/engine/workflow_instance.h"

namespace temporal::internal {
namespace {

// What a local activity failed with. The marker holds the failure itself, or the activity failure around it.
std::exception_ptr LocalActivityError(const api::failure::v1::Failure& recorded, const std::string& type,
                                      const std::string& id) {
  const std::shared_ptr<const Failure> failure = FromProto(recorded);
  if (dynamic_cast<const ActivityFailure*>(failure.get()) != nullptr) return ToException(*failure);
  ActivityFailure::Fields fields;
  fields.activity_type = type;
  fields.activity_id = id;
  ActivityFailure error("Local Activity failed", std::move(fields));
  error.set_cause(failure);
  return std::make_exception_ptr(std::move(error));
}

}  // namespace

void WorkflowInstance::Disagree(const std::string& found, const std::source_location& where) {
  const std::string place = Place(where);
  const absl::Status status =
      completed_ != nullptr
          ? Nondeterminism(*completed_, found, place)
          : absl::FailedPreconditionError(absl::StrCat("[TMPRL1100] Nondeterminism error: the workflow's code ", found,
                                                       place.empty() ? "" : " at ", place));
  problem_ = std::make_exception_ptr(Disagreement{status});
  std::rethrow_exception(problem_);
}

void WorkflowInstance::GiveMarker(MarkerKind kind, const std::string& id, const std::source_location& where,
                                  std::unique_ptr<api::command::v1::Command> command) {
  auto machine = std::make_unique<MarkerMachine>(kind, id, where);
  machine->command = std::move(command);
  machines_.Give(std::move(machine));
}

bool WorkflowInstance::Patched(std::string_view id, bool deprecated, const std::source_location& where) {
  if (!MayCommand(deprecated ? "DeprecatePatch" : "Patched")) {
    const auto known = patches_.find(id);
    return known != patches_.end() && known->second.taken;
  }
  const std::string name(id);
  const auto [found, first] = patches_.try_emplace(name);
  Patch& patch = found->second;
  if (first) patch.where = where;
  if (first) patch.taken = !info_.replaying || recorded_patches_.contains(name);
  if (!patch.taken || patch.given) return patch.taken;
  patch.given = true;
  if (info_.replaying) {
    GiveMarker(MarkerKind::kPatch, name, where, nullptr);
    return true;
  }
  GiveMarker(MarkerKind::kPatch, name, where, PatchMarker(name, deprecated));
  recorded_patches_.insert(name);
  if (auto upsert = ChangeVersionUpsert(recorded_patches_)) {
    auto machine = std::make_unique<RecordMachine>(Family::kUpsertSearchAttributes, where);
    machine->command = std::move(upsert);
    machines_.Give(std::move(machine));
  }
  return true;
}

void WorkflowInstance::CheckPatches() {
  for (const RecordedMarker& marker : markers_) {
    if (marker.kind != MarkerKind::kPatch || marker.dialect != MarkerDialect::kJava || marker.version < 0) continue;
    const auto found = patches_.find(marker.id);
    if (found == patches_.end() || found->second.taken) continue;
    completed_ = marker.event;
    Disagree(absl::StrCat("asked for the patch ", marker.id, " earlier, when it was not recorded,"),
             found->second.where);
  }
}

std::optional<Payload> WorkflowInstance::RecordedSideEffect(const std::source_location& where) {
  if (!MayCommand("SideEffect")) return std::nullopt;
  ++side_effects_;
  if (!info_.replaying) return std::nullopt;
  const auto found = std::find_if(markers_.begin(), markers_.end(),
                                  [](const RecordedMarker& marker) { return marker.kind == MarkerKind::kSideEffect; });
  if (found == markers_.end()) Disagree("has a side effect whose value was not recorded", where);
  Payload value = found->result != nullptr ? FromProto(found->result->payloads(0)) : EncodeNull();
  GiveMarker(MarkerKind::kSideEffect, found->id, where, nullptr);
  markers_.erase(found);
  return value;
}

void WorkflowInstance::RecordSideEffect(Payload value, const std::source_location& where) {
  if (dropped_ || problem_) return;
  const std::string id = absl::StrCat(side_effects_);
  GiveMarker(MarkerKind::kSideEffect, id, where, SideEffectMarker(id, ToProto(value)));
}

void WorkflowInstance::ScheduleLocalActivity(std::string_view type, const LocalActivityOptions& options, Payloads input,
                                             Scope& scope, std::shared_ptr<FutureStateBase> result) {
  if (!MayCommand("ExecuteLocalActivity")) return;
  if (options.start_to_close_timeout.count() <= 0 && options.schedule_to_close_timeout.count() <= 0) {
    throw std::invalid_argument(absl::StrCat("local activity ", std::string(type),
                                             " has neither start_to_close_timeout nor schedule_to_close_timeout, at ",
                                             Place(options.location)));
  }
  const std::uint32_t number = ++activities_;
  if (scope.cancelled()) return result->Fail(PendingActivity::CancelledError(absl::StrCat(number), type, 0));
  LocalActivity& activity = local_activities_.emplace_back();
  activity.instance = this;
  activity.type = type;
  activity.input = std::move(input);
  activity.where = options.location;
  activity.number = number;
  activity.local_number = ++local_activities_started_;
  activity.result = std::move(result);
}

// Core and Go number them. Java's ids are made from a counter of all kinds of things: there, the oldest one of the type
// is meant, of several one with the same arguments.
WorkflowInstance::LocalActivities::iterator WorkflowInstance::LocalActivityOf(const RecordedMarker& marker) {
  const auto find = [this](const auto& is) {
    return std::find_if(local_activities_.begin(), local_activities_.end(),
                        [&is](const LocalActivity& activity) { return activity.backoff == nullptr && is(activity); });
  };
  if (marker.dialect == MarkerDialect::kCore) {
    return find([&](const LocalActivity& activity) { return marker.id == absl::StrCat(activity.number); });
  }
  if (marker.dialect == MarkerDialect::kGo) {
    return find([&](const LocalActivity& activity) { return marker.id == absl::StrCat(activity.local_number); });
  }
  const auto of_type = [&](const LocalActivity& activity) { return activity.type == marker.activity_type; };
  if (marker.input != nullptr) {
    const Payloads input = FromProto(*marker.input);
    const auto same = find([&](const LocalActivity& activity) { return of_type(activity) && activity.input == input; });
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
  if (!marker->activity_type.empty() && marker->activity_type != found->type) {
    completed_ = marker->event;
    Disagree(absl::StrCat("runs the local activity ", found->type), found->where);
  }
  const RecordedMarker recorded = *marker;
  markers_.erase(marker);
  now_ = std::max(now_, recorded.complete_time);
  GiveMarker(MarkerKind::kLocalActivity, recorded.id, found->where, nullptr);
  if (recorded.backoff) {
    found->backoff = std::make_shared<FutureState<void>>();
    found->backoff->Listen(*found);
    TimerOptions timer;
    timer.location = found->where;
    StartTimer(*recorded.backoff, timer, root_scope_, found->backoff);
    return true;
  }
  const auto result = std::move(found->result);
  const std::string type = found->type;
  local_activities_.erase(found);
  if (recorded.failure != nullptr)
    result->Fail(LocalActivityError(*recorded.failure, type, recorded.id));
  else
    result->ResolvePayloads(recorded.result != nullptr ? FromProto(*recorded.result) : Payloads());
  return true;
}

void WorkflowInstance::RetryLocalActivity(LocalActivity& activity) {
  activity.backoff.reset();
  activity.number = ++activities_;
  activity.local_number = ++local_activities_started_;
}

}  // namespace temporal::internal
