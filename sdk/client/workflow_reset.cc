// What an operator does to a run: resets it, deletes it.
#include <string>
#include <utility>

#include "sdk/base/intercept.h"
#include "sdk/client/client_core.h"
#include "sdk/transport/rpcs.h"
#include "temporal/client.h"

namespace temporal::client {
namespace {

using api::history::v1::HistoryEvent;
using internal::ClientCore;
using internal::SetExecution;
namespace rpc = internal::rpc;

// Where the first workflow task of `events` ends, in the order in which they come, or was to start if none of them
// ended; 0: they know of none.
std::int64_t FindPoint(const google::protobuf::RepeatedPtrField<HistoryEvent>& events, std::int64_t scheduled,
                       bool& ended) {
  for (const HistoryEvent& event : events) {
    ended = event.has_workflow_task_completed_event_attributes();
    if (ended) return event.event_id();
    if (event.has_workflow_task_scheduled_event_attributes()) scheduled = event.event_id() + 1;
  }
  return scheduled;
}

// `Rpc` reads the history forwards or backwards, page by page.
template <class Rpc>
std::int64_t FindPoint(ClientCore& core, const std::string& workflow_id, const std::string& run_id) {
  typename Rpc::Request request;
  request.set_namespace_(core.namespace_name());
  SetExecution(request.mutable_execution(), workflow_id, run_id);
  std::int64_t point = 0;
  bool ended = false;
  do {
    const auto response = core.CallForRawPayloads<Rpc>(request);
    point = FindPoint(response.history().events(), point, ended);
    request.set_next_page_token(response.next_page_token());
  } while (!ended && !request.next_page_token().empty());
  return point;
}

std::string CurrentRun(ClientCore& core, const std::string& workflow_id) {
  rpc::DescribeWorkflowExecution::Request request;
  request.set_namespace_(core.namespace_name());
  SetExecution(request.mutable_execution(), workflow_id, "");
  return core.Call<rpc::DescribeWorkflowExecution>(request).workflow_execution_info().execution().run_id();
}

std::string Send(ClientCore& core, const ResetWorkflowCall& call) {
  const ResetWorkflowOptions& options = call.options;
  std::string run_id = call.run_id;
  std::int64_t event_id = options.event_id;
  if (options.point != ResetPoint::kEventId) {
    // The run whose history is read must be the one that is reset.
    if (run_id.empty()) run_id = CurrentRun(core, call.workflow_id);
    event_id = options.point == ResetPoint::kFirstWorkflowTask
                   ? FindPoint<rpc::GetWorkflowExecutionHistory>(core, call.workflow_id, run_id)
                   : FindPoint<rpc::GetWorkflowExecutionHistoryReverse>(core, call.workflow_id, run_id);
  }
  rpc::ResetWorkflowExecution::Request request;
  request.set_namespace_(core.namespace_name());
  SetExecution(request.mutable_workflow_execution(), call.workflow_id, run_id);
  request.set_reason(std::string(options.reason));
  request.set_workflow_task_finish_event_id(event_id);
  request.set_request_id(options.request_id.empty() ? core.NewUuid() : std::string(options.request_id));
  for (const ResetReapplyExcludeType type : options.reapply_exclude_types) {
    if (type == ResetReapplyExcludeType::kUnspecified) continue;
    request.add_reset_reapply_exclude_types(static_cast<api::enums::v1::ResetReapplyExcludeType>(type));
  }
  request.set_identity(core.identity());
  return core.Call<rpc::ResetWorkflowExecution>(request).run_id();
}

}  // namespace

UntypedWorkflowHandle UntypedWorkflowHandle::Reset(const ResetWorkflowOptions& options) const {
  std::string run_id = internal::Intercept<std::string>(
      core_->interceptors(), 0, &ClientInterceptor::ResetWorkflow, ResetWorkflowCall{id_, addressed_run_id(), options},
      [core = core_.get()](const ResetWorkflowCall& last) { return Send(*core, last); });
  return UntypedWorkflowHandle(core_, id_, std::move(run_id), first_run_id_);
}

void UntypedWorkflowHandle::Delete() const {
  internal::Intercept<void>(core_->interceptors(), 0, &ClientInterceptor::DeleteWorkflow,
                            DeleteWorkflowCall{id_, run_id_}, [core = core_.get()](const DeleteWorkflowCall& last) {
                              rpc::DeleteWorkflowExecution::Request request;
                              request.set_namespace_(core->namespace_name());
                              SetExecution(request.mutable_workflow_execution(), last.workflow_id, last.run_id);
                              core->Call<rpc::DeleteWorkflowExecution>(request);
                            });
}

}  // namespace temporal::client
