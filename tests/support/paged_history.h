// Gives workflow tasks the shape that long histories have: the poll brings the first page, the worker fetches the
// others.
#ifndef TEMPORAL_TESTS_SUPPORT_PAGED_HISTORY_H_
#define TEMPORAL_TESTS_SUPPORT_PAGED_HISTORY_H_

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "sdk/transport/rpcs.h"
#include "sdk/worker/history_fetcher.h"
#include "tests/support/scripted_service.h"

namespace temporal::internal {

class PagedHistory {
 public:
  PagedHistory() {
    ClientCore::Options options;
    options.default_task_queue = "queue";
    context_ =
        std::make_shared<const WorkerContext>(std::make_shared<ClientCore>(host_, options), worker::WorkerOptions{});
    host_->service().Always<rpc::GetWorkflowExecutionHistory>([this](const auto& request) {
      rpc::GetWorkflowExecutionHistory::Response response;
      response.set_next_page_token(FillPage(std::stoi(request.next_page_token()), *response.mutable_history()));
      return response;
    });
  }

  // `task` as a worker has it once all pages of `size` events have come.
  std::unique_ptr<WorkflowTask> Fetch(std::unique_ptr<WorkflowTask> task, int size) {
    whole_.Clear();
    whole_.Swap(task->mutable_history());
    size_ = size;
    task->set_next_page_token(FillPage(0, *task->mutable_history()));
    std::unique_ptr<WorkflowTask> fetched;
    FetchRemainingPages(context_, std::move(task), [&](const absl::Status& status, std::unique_ptr<WorkflowTask> got) {
      EXPECT_EQ(status, absl::OkStatus());
      fetched = std::move(got);
    });
    host_->loop().RunUntilIdle();
    return fetched;
  }

  // Page sizes worth trying for a history of so many events: all of them while that is cheap.
  static std::vector<int> Sizes(int events) {
    constexpr int kFew = 40;
    std::vector<int> sizes;
    for (int size = 1; size < std::min(events, kFew); ++size) sizes.push_back(size);
    if (events > kFew) sizes = {7, events / 2};
    return sizes;
  }

 private:
  // The token of the next page; empty after the last one.
  std::string FillPage(int from, api::history::v1::History& page) const {
    const int end = std::min(from + size_, whole_.events_size());
    for (int at = from; at < end; ++at) *page.add_events() = whole_.events(at);
    return end < whole_.events_size() ? std::to_string(end) : "";
  }

  std::shared_ptr<ScriptedHost> host_ = std::make_shared<ScriptedHost>();
  std::shared_ptr<const WorkerContext> context_;
  api::history::v1::History whole_;
  int size_ = 0;
};

}  // namespace temporal::internal

#endif  // TEMPORAL_TESTS_SUPPORT_PAGED_HISTORY_H_
