// Pages of histories, one call after the other.
#include "sdk/worker/history_fetcher.h"

#include <utility>

#include "sdk/transport/rpcs.h"

namespace temporal::internal {
namespace {

using History = api::history::v1::History;
using HistoryResponse = api::workflowservice::v1::GetWorkflowExecutionHistoryResponse;

constexpr Duration kPageTimeout = std::chrono::seconds(10);

void AppendNewer(History& from, History& to) {
  const std::int64_t last = to.events().empty() ? 0 : to.events().rbegin()->event_id();
  for (auto& event : *from.mutable_events()) {
    if (event.event_id() > last) to.add_events()->Swap(&event);
  }
}

// Kept alive by the call under way.
class Fetch : public std::enable_shared_from_this<Fetch> {
 public:
  Fetch(std::shared_ptr<const WorkerContext> context, std::unique_ptr<WorkflowTask> task, CompletedHistory done)
      : context_(std::move(context)), task_(std::move(task)), done_(std::move(done)) {
    token_ = task_->next_page_token();
  }

  void FromTheStart() {
    polled_.Swap(task_->mutable_history());
    token_.clear();
    Next();
  }

  void Next() {
    rpc::GetWorkflowExecutionHistory::Request request;
    request.set_namespace_(context_->client->namespace_name());
    *request.mutable_execution() = task_->workflow_execution();
    request.set_next_page_token(token_);
    Invoke<rpc::GetWorkflowExecutionHistory>(
        context_->service(), request, context_->client->NewCallOptions(kPageTimeout),
        [self = shared_from_this()](absl::StatusOr<std::unique_ptr<HistoryResponse>> got) {
          self->Answered(std::move(got));
        });
  }

 private:
  void Answered(absl::StatusOr<std::unique_ptr<HistoryResponse>> got) {
    if (!got.ok()) return done_(got.status(), nullptr);
    AppendNewer(*(*got)->mutable_history(), *task_->mutable_history());
    token_ = (*got)->next_page_token();
    if (!token_.empty()) return Next();
    AppendNewer(polled_, *task_->mutable_history());
    task_->clear_next_page_token();
    done_(absl::OkStatus(), std::move(task_));
  }

  const std::shared_ptr<const WorkerContext> context_;
  std::unique_ptr<WorkflowTask> task_;
  const CompletedHistory done_;
  std::string token_;
  History polled_;  // what the task brought, while all is fetched
};

}  // namespace

void FetchRemainingPages(std::shared_ptr<const WorkerContext> context, std::unique_ptr<WorkflowTask> task,
                         CompletedHistory done) {
  if (task->next_page_token().empty()) return done(absl::OkStatus(), std::move(task));
  std::make_shared<Fetch>(std::move(context), std::move(task), std::move(done))->Next();
}

void FetchFromTheStart(std::shared_ptr<const WorkerContext> context, std::unique_ptr<WorkflowTask> task,
                       CompletedHistory done) {
  std::make_shared<Fetch>(std::move(context), std::move(task), std::move(done))->FromTheStart();
}

}  // namespace temporal::internal
