// Keyword lists that grow and go.
#include "fake-server/history/derived_attributes.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "fake-server/history/workflow_task_lifecycle.h"
#include "temporal/api/deployment/v1/message.pb.h"

namespace temporal::server {
namespace {

constexpr int kAttemptsBeforeReport = 5;
constexpr char kProblems[] = "TemporalReportedProblems";
constexpr char kPauseInfo[] = "TemporalPauseInfo";
constexpr char kDeployment[] = "TemporalWorkerDeployment";
constexpr char kDeploymentVersion[] = "TemporalWorkerDeploymentVersion";
constexpr char kUsedVersions[] = "TemporalUsedWorkerDeploymentVersions";
constexpr char kVersioningBehavior[] = "TemporalWorkflowVersioningBehavior";
constexpr char kBinaryChecksums[] = "BinaryChecksums";
constexpr char kBuildIds[] = "BuildIds";
constexpr char kUnversioned[] = "unversioned";

api::common::v1::SearchAttributes& Attributes(MutableState& run) {
  if (run.search_attributes == nullptr) run.search_attributes = std::make_unique<api::common::v1::SearchAttributes>();
  return *run.search_attributes;
}

void SetWord(MutableState& run, const char* name, std::string_view word) {
  auto& payload = (*Attributes(run).mutable_indexed_fields())[name];
  (*payload.mutable_metadata())["encoding"] = "json/plain";
  (*payload.mutable_metadata())["type"] = "Keyword";
  payload.set_data(absl::StrCat("\"", std::string(word), "\""));
}

void SetList(MutableState& run, const char* name, const std::vector<std::string>& words) {
  auto& payload = (*Attributes(run).mutable_indexed_fields())[name];
  (*payload.mutable_metadata())["encoding"] = "json/plain";
  (*payload.mutable_metadata())["type"] = "KeywordList";
  payload.set_data(absl::StrCat("[\"", absl::StrJoin(words, "\",\""), "\"]"));
}

std::string Word(const api::deployment::v1::WorkerDeploymentVersion& version) {
  return absl::StrCat(version.deployment_name(), ":", version.build_id());
}

void Report(MutableState& run, std::string category, std::string cause) {
  if (run.workflow_task.attempt < kAttemptsBeforeReport) return;
  SetList(run, kProblems, {absl::StrCat("category=", category), absl::StrCat("cause=", cause)});
}

}  // namespace

void AddBuildId(MutableState& run, std::string_view build_id) {
  const bool first = run.build_ids.empty();
  if (first) run.build_ids.emplace_back(kUnversioned);
  const std::string word = std::string(kUnversioned).append(":").append(build_id);
  const bool known =
      build_id.empty() || std::find(run.build_ids.begin(), run.build_ids.end(), word) != run.build_ids.end();
  if (known && !first) return;
  if (!known) run.build_ids.push_back(word);
  SetList(run, kBuildIds, run.build_ids);
}

void AddBinaryChecksum(MutableState& run, const std::string& checksum) {
  run.binary_checksums.push_back(checksum);
  SetList(run, kBinaryChecksums, run.binary_checksums);
}

// An override goes before what the worker says.
void ShowVersion(MutableState& run) {
  const WorkerVersion* const worker = run.worker_version.get();
  const bool versioned = worker != nullptr && worker->info.has_deployment_version();
  const api::workflow::v1::VersioningOverride* const override = run.versioning_override.get();
  if (worker != nullptr) SetWord(run, kDeployment, worker->deployment_name);
  if (!versioned && override == nullptr) return;
  std::string version = versioned ? Word(worker->info.deployment_version()) : "";
  if (versioned) {
    auto& used = run.worker_version->used;
    if (std::find(used.begin(), used.end(), version) == used.end()) used.push_back(version);
    SetList(run, kUsedVersions, used);
  }
  bool pinned = versioned && worker->info.behavior() == api::enums::v1::VERSIONING_BEHAVIOR_PINNED;
  if (override != nullptr) {
    pinned = override->has_pinned();
    if (pinned) {
      version = Word(override->pinned().version());
      SetWord(run, kDeployment, override->pinned().version().deployment_name());
    }
  }
  if (!version.empty()) SetWord(run, kDeploymentVersion, version);
  SetWord(run, kVersioningBehavior, pinned ? "Pinned" : "AutoUpgrade");
  std::vector<std::string> builds;
  if (pinned) builds.push_back(absl::StrCat("pinned:", version));
  // Workers of SDK core tell their build id in the old way as well.
  const std::string& build = run.last_worker_version.build_id();
  if (!build.empty()) builds.push_back(std::string(kUnversioned).append(":").append(build));
  if (builds.empty()) {
    Attributes(run).mutable_indexed_fields()->erase(kBuildIds);
  } else {
    SetList(run, kBuildIds, builds);
  }
}

void ShowPausedActivity(MutableState& run, const std::string& type, bool paused) {
  const std::string word = absl::StrCat("property:activityType=", type);
  const auto found = std::find(run.paused_types.begin(), run.paused_types.end(), word);
  if (paused == (found != run.paused_types.end())) return;
  if (paused) {
    run.paused_types.push_back(word);
  } else {
    run.paused_types.erase(found);
  }
  if (run.paused_types.empty()) {
    run.search_attributes->mutable_indexed_fields()->erase(kPauseInfo);
  } else {
    SetList(run, kPauseInfo, run.paused_types);
  }
}

void ReportTaskFailed(MutableState& run, api::enums::v1::WorkflowTaskFailedCause cause) {
  Report(run, "WorkflowTaskFailed", absl::StrCat("WorkflowTaskFailedCause", CauseName(cause)));
}

void ReportTaskTimedOut(MutableState& run) {
  Report(run, "WorkflowTaskTimedOut", "WorkflowTaskTimedOutCauseStartToClose");
}

void ForgetReportedProblems(MutableState& run) {
  if (run.search_attributes != nullptr) run.search_attributes->mutable_indexed_fields()->erase(kProblems);
}

}  // namespace temporal::server
