// Completes the history of a polled workflow task: the pages that are missing at its end, or everything from event 1.
#ifndef TEMPORAL_SDK_WORKER_HISTORY_FETCHER_H_
#define TEMPORAL_SDK_WORKER_HISTORY_FETCHER_H_

#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "sdk/worker/worker_context.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"

namespace temporal::internal {

using WorkflowTask = api::workflowservice::v1::PollWorkflowTaskQueueResponse;
// The task is null unless the status is OK.
using CompletedHistory = std::function<void(absl::Status, std::unique_ptr<WorkflowTask>)>;

// Appends the pages that `task` has a token for. `done` is called inside this call if there are none.
void FetchRemainingPages(std::shared_ptr<const WorkerContext> context, std::unique_ptr<WorkflowTask> task,
                         CompletedHistory done);

// Replaces the history by all of it. Events that only the task itself brought (those of transient tasks) stay at the
// end.
void FetchFromTheStart(std::shared_ptr<const WorkerContext> context, std::unique_ptr<WorkflowTask> task,
                       CompletedHistory done);

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_WORKER_HISTORY_FETCHER_H_
