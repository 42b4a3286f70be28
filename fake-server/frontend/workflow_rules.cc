// Calls about one workflow, and the fields that they share with others.
#include <string>

#include "absl/strings/str_cat.h"
#include "fake-server/frontend/request_rules.h"
#include "fake-server/history/field_rules.h"
#include "fake-server/history/service_errors.h"
#include "fake-server/history/task_token.h"
#include "temporal/api/common/v1/message.pb.h"
#include "temporal/api/query/v1/message.pb.h"

namespace temporal::server {
namespace {

using api::common::v1::Link;

constexpr int kMaxLinks = 10;
constexpr std::size_t kMaxLinkBytes = 4000;

absl::Status EmptyField(std::string_view link, std::string_view field) {
  return InvalidArgument(absl::StrCat(absl::string_view(link.data(), link.size()), " link must not have an empty ",
                                      absl::string_view(field.data(), field.size())));
}

absl::Status CheckWorkflowEventLink(const Link::WorkflowEvent& link) {
  constexpr std::string_view kLink = "workflow event";
  if (link.namespace_().empty()) return EmptyField(kLink, "namespace field");
  if (link.workflow_id().empty()) return EmptyField(kLink, "workflow ID field");
  if (link.run_id().empty()) return EmptyField(kLink, "run ID field");
  if (link.event_ref().event_type() == 0 && link.event_ref().event_id() != 0) {
    return InvalidArgument("workflow event link ref cannot have an unspecified event type and a non-zero event ID");
  }
  return absl::OkStatus();
}

absl::Status CheckLink(const Link& link) {
  if (const std::size_t size = link.ByteSizeLong(); size > kMaxLinkBytes) {
    return InvalidArgument(absl::StrCat("link exceeds allowed size of ", kMaxLinkBytes, ", got ", size));
  }
  switch (link.variant_case()) {
    case Link::kWorkflowEvent:
      return CheckWorkflowEventLink(link.workflow_event());
    case Link::kBatchJob:
      return link.batch_job().job_id().empty() ? EmptyField("batch job", "job ID") : absl::OkStatus();
    case Link::kActivity:
      return link.activity().namespace_().empty() ? EmptyField("activity", "namespace field") : absl::OkStatus();
    case Link::kNexusOperation:
      return link.nexus_operation().namespace_().empty() ? EmptyField("nexus operation", "namespace field")
                                                         : absl::OkStatus();
    default:
      return InvalidArgument("unsupported link variant");
  }
}

absl::Status CheckPageToken(const std::string& token) {
  if (token.empty() || HistoryToken::Decode(token).has_value()) return absl::OkStatus();
  return InvalidArgument("Invalid NextPageToken.");
}

}  // namespace

bool TooLong(std::string_view text, const ValidationContext& context) {
  return text.size() > static_cast<std::size_t>(context.config.max_id_length);
}

absl::Status CheckRequestId(std::string_view request_id, const ValidationContext& context) {
  return TooLong(request_id, context) ? InvalidArgument("RequestId length exceeds limit.") : absl::OkStatus();
}

absl::Status CheckLinks(const google::protobuf::RepeatedPtrField<Link>& links) {
  if (links.size() > kMaxLinks) {
    return InvalidArgument(
        absl::StrCat("cannot attach more than ", kMaxLinks, " links per request, got ", links.size()));
  }
  for (const Link& link : links) TEMPORAL_RETURN_IF_ERROR(CheckLink(link));
  return absl::OkStatus();
}

absl::Status CheckBlob(const google::protobuf::Message& payloads, const ValidationContext& context) {
  if (payloads.ByteSizeLong() <= static_cast<std::size_t>(context.config.max_blob_bytes)) return absl::OkStatus();
  return InvalidArgument("Blob data size exceeds limit.");
}

absl::Status CheckExecution(bool is_set, const api::common::v1::WorkflowExecution& execution) {
  if (!is_set) return InvalidArgument("Execution is not set on request.");
  if (execution.workflow_id().empty()) return InvalidArgument("WorkflowId is not set on request.");
  if (!execution.run_id().empty() && !IsUuid(execution.run_id())) return InvalidArgument("Invalid RunId.");
  return absl::OkStatus();
}

absl::Status CheckSignal(const wf::SignalWorkflowExecutionRequest& request, const ValidationContext& context) {
  TEMPORAL_RETURN_IF_ERROR(CheckExecution(request.has_workflow_execution(), request.workflow_execution()));
  if (request.signal_name().empty()) return InvalidArgument("SignalName is not set on request.");
  if (TooLong(request.signal_name(), context)) return InvalidArgument("SignalName length exceeds limit.");
  TEMPORAL_RETURN_IF_ERROR(CheckRequestId(request.request_id(), context));
  TEMPORAL_RETURN_IF_ERROR(CheckLinks(request.links()));
  return CheckBlob(request.input(), context);
}

absl::Status CheckCancel(const wf::RequestCancelWorkflowExecutionRequest& request, const ValidationContext&) {
  TEMPORAL_RETURN_IF_ERROR(CheckExecution(request.has_workflow_execution(), request.workflow_execution()));
  return CheckLinks(request.links());
}

absl::Status CheckTerminate(const wf::TerminateWorkflowExecutionRequest& request, const ValidationContext&) {
  TEMPORAL_RETURN_IF_ERROR(CheckExecution(request.has_workflow_execution(), request.workflow_execution()));
  return CheckLinks(request.links());
}

absl::Status CheckReset(const wf::ResetWorkflowExecutionRequest& request, const ValidationContext& context) {
  TEMPORAL_RETURN_IF_ERROR(CheckExecution(request.has_workflow_execution(), request.workflow_execution()));
  if (request.request_id().empty()) return InvalidArgument("RequestId is not set on request.");
  return CheckRequestId(request.request_id(), context);
}

absl::Status CheckQuery(const wf::QueryWorkflowRequest& request, const ValidationContext& context) {
  TEMPORAL_RETURN_IF_ERROR(CheckExecution(request.has_execution(), request.execution()));
  if (!request.has_query()) return InvalidArgument("WorkflowQuery is not set on request.");
  if (request.query().query_type().empty()) return InvalidArgument("QueryType is not set on request.");
  return CheckBlob(request.query().query_args(), context);
}

absl::Status CheckHistory(const wf::GetWorkflowExecutionHistoryRequest& request, const ValidationContext&) {
  TEMPORAL_RETURN_IF_ERROR(CheckExecution(request.has_execution(), request.execution()));
  return CheckPageToken(request.next_page_token());
}

absl::Status CheckHistoryReverse(const wf::GetWorkflowExecutionHistoryReverseRequest& request,
                                 const ValidationContext&) {
  TEMPORAL_RETURN_IF_ERROR(CheckExecution(request.has_execution(), request.execution()));
  return CheckPageToken(request.next_page_token());
}

}  // namespace temporal::server
