// Adding points, and handing them on.
#include "fake-server/history/reset_points.h"

#include <string>

#include "fake-server/history/derived_attributes.h"
#include "sdk/base/proto_time.h"

// Workers still send what the protos call deprecated.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace temporal::server {
namespace {

constexpr int kMaxAutoResetPoints = 20;

// Nothing that was begun before the task and has not ended.
bool IsResettable(const MutableState& run, std::int64_t completed_event_id) {
  const auto begun_before = [&](const auto& ids) { return !ids.empty() && *ids.begin() < completed_event_id; };
  const bool child = !run.children.empty() && run.children.begin()->first < completed_event_id;
  return !child && !begun_before(run.external_signals) && !begun_before(run.external_cancels);
}

}  // namespace

void AddResetPoint(MutableState& run, std::int64_t completed_event_id) {
  const auto& event = run.events().at(completed_event_id);
  const auto& completed = event.workflow_task_completed_event_attributes();
  const bool versioned = completed.has_deployment_version();
  const std::string& build =
      versioned ? completed.deployment_version().build_id() : completed.worker_version().build_id();
  const std::string& checksum = completed.binary_checksum();
  if (!versioned) AddBuildId(run, build);  // a version is shown otherwise
  if (run.reset_points == nullptr) run.reset_points = std::make_unique<api::workflow::v1::ResetPoints>();
  auto& points = *run.reset_points->mutable_points();
  for (const auto& point : points) {
    if (point.build_id() == build && point.binary_checksum() == checksum) return;
  }
  if (points.size() == kMaxAutoResetPoints) points.DeleteSubrange(0, 1);
  auto& point = *points.Add();
  point.set_build_id(build);
  point.set_binary_checksum(checksum);
  point.set_run_id(run.run_id());
  point.set_first_workflow_task_completed_id(completed_event_id);
  *point.mutable_create_time() = event.event_time();
  point.set_resettable(IsResettable(run, completed_event_id));
  if (!checksum.empty()) AddBinaryChecksum(run, checksum);
}

void RollResetPoints(MutableState& run, MutableState::StartedAttributes& next) {
  next.clear_prev_auto_reset_points();
  next.mutable_prev_auto_reset_points();  // there, and empty, after a run that timed out before a task was completed
  if (run.reset_points == nullptr) return;
  for (auto& point : *run.reset_points->mutable_points()) {
    if (point.run_id() != run.run_id()) continue;
    *point.mutable_expire_time() = internal::ToProto(internal::SaturatedAdd(run.Now(), run.name_space().retention));
  }
  *next.mutable_prev_auto_reset_points() = *run.reset_points;
}

}  // namespace temporal::server
