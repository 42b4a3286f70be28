// What is said of workflow code that blocks, and to whom.
#include "sdk/worker/watched_code.h"

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sdk/transport/rpcs.h"
#include "sdk/worker/version_stamp.h"

namespace temporal::internal {

std::string BlockReport(const UserCode& code, Duration limit) {
  std::string report =
      absl::StrCat("[TMPRL1101] Potential deadlock detected: workflow ", *code.run, " didn't yield within ",
                   std::chrono::duration<double>(limit).count(), " second(s). The coroutine that runs ");
  const std::source_location where = code.resumed_at->load(std::memory_order_relaxed);
  if (where.line() == 0) return report + "has not waited yet";
  absl::StrAppend(&report, "was resumed at ", where.file_name(), ":", where.line());
  return report;
}

WatchedCode::WatchedCode(std::shared_ptr<const WorkerContext> context)
    : context_(std::move(context)),
      next_(context_->client->host().user_code_observer()),
      watch_(context_->options.deadlock_detection_timeout, [this](const UserCode& code) { Blocked(code); }) {}

void WatchedCode::BeginTask(std::string token) {
  token_ = std::move(token);
  blocked_ = false;
}

bool WatchedCode::EndTask() {
  token_.clear();
  return std::exchange(blocked_, false);
}

void WatchedCode::EnterUserCode(const UserCode& code) {
  if (next_ != nullptr) next_->EnterUserCode(code);
  watch_.Enter(code);
}

void WatchedCode::LeaveUserCode() {
  if (watch_.Leave()) blocked_ = true;
  if (next_ != nullptr) next_->LeaveUserCode();
}

void WatchedCode::Blocked(const UserCode& code) {
  const std::string report = BlockReport(code, context_->options.deadlock_detection_timeout);
  context_->Log(LogLevel::kError, report);
  rpc::RespondWorkflowTaskFailed::Request request;
  request.set_task_token(token_);
  request.set_namespace_(context_->client->namespace_name());
  request.set_identity(context_->client->identity());
  SetVersion(*context_, request);
  request.set_cause(api::enums::v1::WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE);
  request.mutable_failure()->set_message(report);
  request.mutable_failure()->set_source("CppSDK");
  request.mutable_failure()->mutable_application_failure_info()->set_type("PotentialDeadlock");
  context_->client->host().WorkflowBlocks(report, token_.empty() ? nullptr : &request);
}

}  // namespace temporal::internal
