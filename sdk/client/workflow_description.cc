// Describes workflows in public values: one by its handle, or those that a query finds.
#include <string>
#include <utility>

#include "sdk/base/intercept.h"
#include "sdk/base/proto_time.h"
#include "sdk/client/client_core.h"
#include "sdk/converter/failure_converter.h"
#include "sdk/converter/payload_converter.h"
#include "sdk/transport/rpcs.h"
#include "temporal/client.h"

namespace temporal::client {
namespace {

namespace rpc = internal::rpc;

std::string StateName(api::enums::v1::PendingActivityState state) {
  switch (state) {
    case api::enums::v1::PENDING_ACTIVITY_STATE_SCHEDULED:
      return "Scheduled";
    case api::enums::v1::PENDING_ACTIVITY_STATE_STARTED:
      return "Started";
    case api::enums::v1::PENDING_ACTIVITY_STATE_CANCEL_REQUESTED:
      return "CancelRequested";
    case api::enums::v1::PENDING_ACTIVITY_STATE_PAUSED:
      return "Paused";
    case api::enums::v1::PENDING_ACTIVITY_STATE_PAUSE_REQUESTED:
      return "PauseRequested";
    default:
      return "Unspecified";
  }
}

PendingActivity Describe(const api::workflow::v1::PendingActivityInfo& info) {
  PendingActivity activity;
  activity.activity_id = info.activity_id();
  activity.activity_type = info.activity_type().name();
  activity.state = StateName(info.state());
  activity.attempt = info.attempt();
  activity.maximum_attempts = info.maximum_attempts();
  if (info.has_last_failure()) activity.last_failure = internal::FromProto(info.last_failure());
  activity.heartbeat_details = internal::FromProto(info.heartbeat_details());
  return activity;
}

std::string TextOf(bool set, const api::common::v1::Payload& payload) {
  return set ? FromPayload<std::string>(internal::FromProto(payload)) : "";
}

WorkflowDescription Describe(const api::workflow::v1::WorkflowExecutionInfo& info) {
  WorkflowDescription description;
  description.workflow_id = info.execution().workflow_id();
  description.run_id = info.execution().run_id();
  description.first_run_id = info.first_run_id();
  description.workflow_type = info.type().name();
  description.task_queue = info.task_queue();
  description.status = static_cast<WorkflowStatus>(static_cast<int>(info.status()));
  description.start_time = internal::FromProto(info.start_time());
  description.execution_time = internal::FromProto(info.execution_time());
  if (info.has_close_time()) description.close_time = internal::FromProto(info.close_time());
  description.history_length = info.history_length();
  description.history_size_bytes = info.history_size_bytes();
  description.memo = internal::FromProto(info.memo().fields());
  description.search_attributes = internal::FromProto(info.search_attributes().indexed_fields());
  description.parent_workflow_id = info.parent_execution().workflow_id();
  description.parent_run_id = info.parent_execution().run_id();
  description.root_workflow_id = info.root_execution().workflow_id();
  description.root_run_id = info.root_execution().run_id();
  return description;
}

WorkflowCount Count(internal::ClientCore& core, const std::string& query) {
  rpc::CountWorkflowExecutions::Request request;
  request.set_namespace_(core.namespace_name());
  request.set_query(query);
  const auto response = core.Call<rpc::CountWorkflowExecutions>(request);
  WorkflowCount count;
  count.count = response.count();
  for (const auto& group : response.groups()) {
    Payloads values;
    for (const auto& value : group.group_values()) values.push_back(internal::FromProto(value));
    count.groups.push_back({std::move(values), group.count()});
  }
  return count;
}

}  // namespace

WorkflowDescription UntypedWorkflowHandle::Describe() const {
  rpc::DescribeWorkflowExecution::Request request;
  request.set_namespace_(core_->namespace_name());
  request.mutable_execution()->set_workflow_id(id_);
  request.mutable_execution()->set_run_id(addressed_run_id());
  const auto response = core_->Call<rpc::DescribeWorkflowExecution>(request);
  WorkflowDescription description = client::Describe(response.workflow_execution_info());
  const auto& metadata = response.execution_config().user_metadata();
  description.static_summary = TextOf(metadata.has_summary(), metadata.summary());
  description.static_details = TextOf(metadata.has_details(), metadata.details());
  for (const auto& info : response.pending_activities()) {
    description.pending_activities.push_back(client::Describe(info));
  }
  return description;
}

void WorkflowList::FetchPage() {
  do {
    rpc::ListWorkflowExecutions::Request request;
    request.set_namespace_(core_->namespace_name());
    request.set_query(query_);
    request.set_page_size(options_.page_size);
    request.set_next_page_token(token_);
    const auto response = core_->Call<rpc::ListWorkflowExecutions>(request);
    page_.clear();
    at_ = 0;
    for (const auto& info : response.executions()) page_.push_back(client::Describe(info));
    token_ = response.next_page_token();
  } while (page_.empty() && !token_.empty());
  begun_ = true;
}

void WorkflowList::Advance() {
  ++passed_;
  if (++at_ == page_.size() && !token_.empty() && passed_ != options_.limit) FetchPage();
}

WorkflowList ClientInterceptor::ListWorkflows(ListWorkflowsCall call,
                                              std::function<WorkflowList(ListWorkflowsCall)> next) {
  return next(std::move(call));
}

WorkflowCount ClientInterceptor::CountWorkflows(CountWorkflowsCall call,
                                                std::function<WorkflowCount(CountWorkflowsCall)> next) {
  return next(std::move(call));
}

WorkflowList Client::ListWorkflows(std::string_view query, const ListWorkflowsOptions& options) const {
  return internal::Intercept<WorkflowList>(
      core_->interceptors(), 0, &ClientInterceptor::ListWorkflows, ListWorkflowsCall{std::string(query), options},
      [core = core_](const ListWorkflowsCall& last) { return WorkflowList(core, last.query, last.options); });
}

WorkflowCount Client::CountWorkflows(std::string_view query) const {
  return internal::Intercept<WorkflowCount>(
      core_->interceptors(), 0, &ClientInterceptor::CountWorkflows, CountWorkflowsCall{std::string(query)},
      [core = core_.get()](const CountWorkflowsCall& last) { return Count(*core, last.query); });
}

}  // namespace temporal::client
