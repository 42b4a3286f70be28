// What markers keep for the code: patches and side effects.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "sdk/converter/payload_converter.h"
#include "sdk/engine/workflow_instance.h"

namespace temporal::internal {
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

}  // namespace temporal::internal
