// What a handle asks of its workflow.
#include <array>
#include <utility>

#include "sdk/base/intercept.h"
#include "sdk/client/client_core.h"
#include "sdk/client/result_waiter.h"
#include "sdk/converter/history_data.h"
#include "sdk/converter/payload_converter.h"
#include "sdk/transport/rpcs.h"
#include "temporal/client.h"

namespace temporal::client {
namespace {

using internal::ClientCore;
using internal::SetExecution;
using internal::Skip;
using internal::ToProto;
namespace rpc = internal::rpc;

void Send(ClientCore& core, const SignalWorkflowCall& call) {
  rpc::SignalWorkflowExecution::Request request;
  request.set_namespace_(core.namespace_name());
  SetExecution(request.mutable_workflow_execution(), call.workflow_id, call.run_id);
  request.set_signal_name(call.signal);
  if (!call.input.empty()) *request.mutable_input() = ToProto(call.input);
  internal::SetHeader(call.headers, request);
  request.set_identity(core.identity());
  request.set_request_id(core.NewUuid());
  core.Call<rpc::SignalWorkflowExecution>(request);
}

// What a cancel request and a termination have in common.
template <class Call, class Request>
void SetEnding(ClientCore& core, const Call& call, const std::string& first_run_id, Request& request) {
  request.set_namespace_(core.namespace_name());
  SetExecution(request.mutable_workflow_execution(), call.workflow_id, call.run_id);
  request.set_identity(core.identity());
  request.set_first_execution_run_id(first_run_id);
  request.set_reason(call.reason);
}

Payloads Send(ClientCore& core, const QueryWorkflowCall& call, QueryRejectCondition reject) {
  rpc::QueryWorkflow::Request request;
  request.set_namespace_(core.namespace_name());
  SetExecution(request.mutable_execution(), call.workflow_id, call.run_id);
  request.mutable_query()->set_query_type(call.query);
  if (!call.input.empty()) *request.mutable_query()->mutable_query_args() = ToProto(call.input);
  internal::SetHeader(call.headers, *request.mutable_query());
  request.set_query_reject_condition(static_cast<api::enums::v1::QueryRejectCondition>(reject));
  const auto response = core.Call<rpc::QueryWorkflow>(request);
  if (response.has_query_rejected()) {
    const auto status = static_cast<WorkflowStatus>(static_cast<int>(response.query_rejected().status()));
    throw QueryRejectedError("query rejected: the workflow's status is " + std::string(ToString(status)));
  }
  return internal::FromProto(response.query_result());
}

}  // namespace

std::string_view ToString(WorkflowStatus status) {
  static constexpr std::array<std::string_view, 9> kNames = {"Unspecified",    "Running",  "Completed",
                                                             "Failed",         "Canceled", "Terminated",
                                                             "ContinuedAsNew", "TimedOut", "Paused"};
  const auto at = static_cast<std::size_t>(status);
  return at < kNames.size() ? kNames[at] : kNames[0];
}

void UntypedWorkflowHandle::Cancel(std::string_view reason) const {
  CancelWorkflowCall call;
  call.workflow_id = id_;
  call.run_id = addressed_run_id();
  call.reason = reason;
  internal::Intercept<void>(core_->interceptors(), 0, &ClientInterceptor::CancelWorkflow, std::move(call),
                            [core = core_.get(), first = first_run_id_](const CancelWorkflowCall& last) {
                              rpc::RequestCancelWorkflowExecution::Request request;
                              request.set_request_id(core->NewUuid());
                              SetEnding(*core, last, first, request);
                              core->Call<rpc::RequestCancelWorkflowExecution>(request);
                            });
}

void UntypedWorkflowHandle::TerminatePayloads(std::string_view reason, Payloads details) const {
  TerminateWorkflowCall call;
  call.workflow_id = id_;
  call.run_id = addressed_run_id();
  call.reason = reason;
  call.details = std::move(details);
  internal::Intercept<void>(core_->interceptors(), 0, &ClientInterceptor::TerminateWorkflow, std::move(call),
                            [core = core_.get(), first = first_run_id_](const TerminateWorkflowCall& last) {
                              rpc::TerminateWorkflowExecution::Request request;
                              if (!last.details.empty()) *request.mutable_details() = ToProto(last.details);
                              SetEnding(*core, last, first, request);
                              core->Call<rpc::TerminateWorkflowExecution>(request);
                            });
}

void UntypedWorkflowHandle::SignalPayloads(std::string_view name, Payloads input) const {
  SignalWorkflowCall call;
  call.workflow_id = id_;
  call.run_id = addressed_run_id();
  call.signal = name;
  call.input = std::move(input);
  internal::Intercept<void>(core_->interceptors(), 0, &ClientInterceptor::SignalWorkflow, std::move(call),
                            [core = core_.get()](const SignalWorkflowCall& last) { Send(*core, last); });
}

Payloads UntypedWorkflowHandle::QueryPayloads(std::string_view name, Payloads input,
                                              QueryRejectCondition reject) const {
  QueryWorkflowCall call;
  call.workflow_id = id_;
  call.run_id = addressed_run_id();
  call.query = name;
  call.input = std::move(input);
  return internal::Intercept<Payloads>(
      core_->interceptors(), 0, &ClientInterceptor::QueryWorkflow, std::move(call),
      [core = core_.get(), reject](const QueryWorkflowCall& last) { return Send(*core, last, reject); });
}

WorkflowHistory UntypedWorkflowHandle::FetchHistory() const {
  auto data = std::make_shared<internal::HistoryData>();
  data->workflow_id = id_;
  // Which run it is must be known before the first page: the current one may change between pages.
  data->run_id = run_id_.empty() ? Describe().run_id : run_id_;
  rpc::GetWorkflowExecutionHistory::Request request;
  request.set_namespace_(core_->namespace_name());
  SetExecution(request.mutable_execution(), id_, data->run_id);
  do {
    auto response = core_->CallForRawPayloads<rpc::GetWorkflowExecutionHistory>(request);
    auto* events = response.mutable_history()->mutable_events();
    for (auto& event : *events) data->history.add_events()->Swap(&event);
    request.set_next_page_token(response.next_page_token());
  } while (!request.next_page_token().empty());
  return WorkflowHistory(std::move(data));
}

Payloads UntypedWorkflowHandle::ResultPayloads() const {
  constexpr char kCall[] = "Result";
  internal::Host& host = core_->host();
  host.CheckMayBlock(kCall);
  const auto waiter = std::make_shared<internal::ResultWaiter>(*core_, id_, run_id_);
  host.OnLoop([&] { waiter->Start(); });
  try {
    core_->Await(kCall, [&] { return waiter->done(); }, Skip::kAllowed);
  } catch (...) {
    host.OnLoop([&] { waiter->Cancel(); });
    throw;
  }
  return waiter->Take();
}

// Asked for the close event of an open run, the server waits for it even when it is told not to: the status comes
// first.
std::optional<Payloads> UntypedWorkflowHandle::TryResultPayloads() const {
  rpc::GetWorkflowExecutionHistory::Request request;
  request.set_namespace_(core_->namespace_name());
  request.set_history_event_filter_type(api::enums::v1::HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT);
  request.set_skip_archival(true);
  std::string run_id = run_id_;
  for (;;) {
    rpc::DescribeWorkflowExecution::Request describe;
    describe.set_namespace_(core_->namespace_name());
    SetExecution(describe.mutable_execution(), id_, run_id);
    const auto info = core_->Call<rpc::DescribeWorkflowExecution>(describe).workflow_execution_info();
    if (info.status() == api::enums::v1::WORKFLOW_EXECUTION_STATUS_RUNNING) return std::nullopt;
    SetExecution(request.mutable_execution(), id_, info.execution().run_id());
    const auto response = core_->Call<rpc::GetWorkflowExecutionHistory>(request);
    internal::ChainEnd end;
    for (const auto& event : response.history().events()) end = internal::ReadChainEnd(event);
    if (!end.closed) return std::nullopt;
    if (end.failure != nullptr) std::rethrow_exception(end.failure);
    if (end.next_run_id.empty()) return std::move(end.result);
    run_id = end.next_run_id;
  }
}

}  // namespace temporal::client
