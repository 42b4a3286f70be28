// Reads the deployment options of a completion.
#include "fake-server/history/worker_version.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "fake-server/history/derived_attributes.h"
#include "fake-server/history/mutable_state.h"

namespace temporal::server {

using Completion = api::workflowservice::v1::RespondWorkflowTaskCompletedRequest;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
api::workflow::v1::VersioningOverride InNewForm(api::workflow::v1::VersioningOverride override) {
  const bool is_new = override.auto_upgrade() || override.has_pinned();
  if (!is_new && override.behavior() == api::enums::v1::VERSIONING_BEHAVIOR_AUTO_UPGRADE) {
    override.set_auto_upgrade(true);
  } else if (!is_new) {
    auto& pinned = *override.mutable_pinned();
    pinned.set_behavior(api::workflow::v1::VersioningOverride::PINNED_OVERRIDE_BEHAVIOR_PINNED);
    const std::string& version = override.pinned_version();
    const std::size_t dot = std::min(version.find('.'), version.size());
    const bool old = override.has_deployment();
    pinned.mutable_version()->set_deployment_name(old ? override.deployment().series_name() : version.substr(0, dot));
    pinned.mutable_version()->set_build_id(old ? override.deployment().build_id()
                                               : version.substr(std::min(dot + 1, version.size())));
  }
  override.clear_behavior();
  override.clear_deployment();
  override.clear_pinned_version();
  return override;
}
#pragma GCC diagnostic pop

bool IsVersioned(const Completion& request) {
  return request.deployment_options().worker_versioning_mode() == api::enums::v1::WORKER_VERSIONING_MODE_VERSIONED;
}

void SetWorkerVersion(const Completion& request, api::history::v1::WorkflowTaskCompletedEventAttributes& attributes) {
  attributes.set_versioning_behavior(request.versioning_behavior());
  attributes.set_worker_deployment_name(request.deployment_options().deployment_name());
  if (!IsVersioned(request)) return;
  attributes.mutable_deployment_version()->set_deployment_name(request.deployment_options().deployment_name());
  attributes.mutable_deployment_version()->set_build_id(request.deployment_options().build_id());
}

void NoteWorkerVersion(MutableState& run, const api::history::v1::WorkflowTaskCompletedEventAttributes& completed) {
  if (completed.worker_deployment_name().empty()) return;
  if (run.worker_version == nullptr) run.worker_version = std::make_unique<WorkerVersion>();
  run.worker_version->deployment_name = completed.worker_deployment_name();
  auto& info = run.worker_version->info;
  info.Clear();
  if (completed.has_deployment_version()) {
    const auto& version = completed.deployment_version();
    info.set_behavior(completed.versioning_behavior());
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    info.set_version(absl::StrCat(version.deployment_name(), ".", version.build_id()));
#pragma GCC diagnostic pop
    *info.mutable_deployment_version() = version;
  }
  ShowVersion(run);
}

}  // namespace temporal::server
