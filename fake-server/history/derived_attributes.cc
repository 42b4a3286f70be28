// Keyword lists that grow and go.
#include "fake-server/history/derived_attributes.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "fake-server/history/workflow_task_lifecycle.h"

namespace temporal::server {
namespace {

constexpr int kAttemptsBeforeReport = 5;
constexpr char kProblems[] = "TemporalReportedProblems";
constexpr char kBuildIds[] = "BuildIds";
constexpr char kUnversioned[] = "unversioned";

api::common::v1::SearchAttributes& Attributes(MutableState& run) {
  if (run.search_attributes == nullptr) run.search_attributes = std::make_unique<api::common::v1::SearchAttributes>();
  return *run.search_attributes;
}

void SetList(MutableState& run, const char* name, const std::vector<std::string>& words) {
  auto& payload = (*Attributes(run).mutable_indexed_fields())[name];
  (*payload.mutable_metadata())["encoding"] = "json/plain";
  (*payload.mutable_metadata())["type"] = "KeywordList";
  payload.set_data(absl::StrCat("[\"", absl::StrJoin(words, "\",\""), "\"]"));
}

void Report(MutableState& run, std::string category, std::string cause) {
  if (run.workflow_task.attempt < kAttemptsBeforeReport) return;
  SetList(run, kProblems, {absl::StrCat("category=", category), absl::StrCat("cause=", cause)});
}

}  // namespace

void AddBuildId(MutableState& run, std::string_view build_id) {
  if (build_id.empty()) return SetList(run, kBuildIds, {kUnversioned});
  SetList(run, kBuildIds, {kUnversioned, std::string(kUnversioned).append(":").append(build_id)});
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
