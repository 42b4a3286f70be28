// One table from methods to rules, after the namespace that nearly all of them name.
#include "fake-server/frontend/request_validation.h"

#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "fake-server/frontend/request_rules.h"
#include "fake-server/frontend/wire_limits.h"
#include "fake-server/history/service_errors.h"
#include "google/protobuf/descriptor.h"
#include "sdk/base/utf8.h"

namespace temporal::server {
namespace {

using google::protobuf::Message;

constexpr std::string_view kWorkflowService = "temporal.api.workflowservice.v1.WorkflowService";

// Which calls may leave their namespace out, and who looks for it then.
enum class NamespaceRule {
  kRequired,
  kRegistered,  // required, and new runs are welcome in it
  kFromToken,   // empty is fine: the token tells
  kOwn,         // the handler looks: the namespace is what the call is about, or the words are others
};

using Check = absl::Status (*)(const Message&, const ValidationContext&);

struct Rule {
  NamespaceRule namespace_rule = NamespaceRule::kRequired;
  Check check = nullptr;
};

// Makes a Check of a typed function.
template <class Request, absl::Status (*Function)(const Request&, const ValidationContext&)>
absl::Status Typed(const Message& request, const ValidationContext& context) {
  return Function(static_cast<const Request&>(request), context);
}

template <class Request>
absl::Status HasExecution(const Message& message, const ValidationContext&) {
  const auto& request = static_cast<const Request&>(message);
  return CheckExecution(request.has_execution(), request.execution());
}

template <class Request>
absl::Status HasWorkflowExecution(const Message& message, const ValidationContext&) {
  const auto& request = static_cast<const Request&>(message);
  return CheckExecution(request.has_workflow_execution(), request.workflow_execution());
}

template <class Request>
absl::Status HasToken(const Message& message, const ValidationContext&) {
  return CheckTaskToken(static_cast<const Request&>(message).task_token());
}

template <class Request>
absl::Status HasTokenAndIdentity(const Message& message, const ValidationContext& context) {
  const auto& request = static_cast<const Request&>(message);
  return CheckTokenAndIdentity(request.task_token(), request.identity(), context);
}

template <class Request>
absl::Status HasActivityId(const Message& message, const ValidationContext& context) {
  const auto& request = static_cast<const Request&>(message);
  return CheckActivityId(request.workflow_id(), request.run_id(), request.activity_id(), request.identity(), context);
}

absl::Status HeartbeatById(const Message& message, const ValidationContext& context) {
  const auto& request = static_cast<const wf::RecordActivityTaskHeartbeatByIdRequest&>(message);
  return CheckActivityId(request.workflow_id(), request.run_id(), request.activity_id(), /*identity=*/"", context);
}

// A failure without it is welcome where the activity is named by its id.
absl::Status FailedActivity(const Message& message, const ValidationContext& context) {
  const auto& request = static_cast<const wf::RespondActivityTaskFailedRequest&>(message);
  TEMPORAL_RETURN_IF_ERROR(CheckTaskToken(request.task_token()));
  if (request.has_failure() && !request.failure().has_application_failure_info()) {
    return InvalidArgument("Failure must have ApplicationFailureInfo.");
  }
  return CheckTokenAndIdentity(request.task_token(), request.identity(), context);
}

const absl::flat_hash_map<std::string_view, Rule>& Rules() {
  using enum NamespaceRule;
  static const auto* const kRules = new absl::flat_hash_map<std::string_view, Rule>{
      {"StartWorkflowExecution", {kRegistered, Typed<wf::StartWorkflowExecutionRequest, CheckStart>}},
      {"SignalWithStartWorkflowExecution",
       {kRegistered, Typed<wf::SignalWithStartWorkflowExecutionRequest, CheckSignalWithStart>}},
      {"SignalWorkflowExecution", {kRequired, Typed<wf::SignalWorkflowExecutionRequest, CheckSignal>}},
      {"RequestCancelWorkflowExecution", {kRequired, Typed<wf::RequestCancelWorkflowExecutionRequest, CheckCancel>}},
      {"TerminateWorkflowExecution", {kRequired, Typed<wf::TerminateWorkflowExecutionRequest, CheckTerminate>}},
      {"ResetWorkflowExecution", {kRequired, Typed<wf::ResetWorkflowExecutionRequest, CheckReset>}},
      {"QueryWorkflow", {kRequired, Typed<wf::QueryWorkflowRequest, CheckQuery>}},
      {"UpdateWorkflowExecution", {kRequired, Typed<wf::UpdateWorkflowExecutionRequest, CheckUpdate>}},
      {"PollWorkflowExecutionUpdate", {kRequired, Typed<wf::PollWorkflowExecutionUpdateRequest, CheckPollUpdate>}},
      {"ExecuteMultiOperation", {kRegistered, Typed<wf::ExecuteMultiOperationRequest, CheckMultiOperation>}},
      {"GetWorkflowExecutionHistory", {kRequired, Typed<wf::GetWorkflowExecutionHistoryRequest, CheckHistory>}},
      {"GetWorkflowExecutionHistoryReverse",
       {kRequired, Typed<wf::GetWorkflowExecutionHistoryReverseRequest, CheckHistoryReverse>}},
      {"DescribeWorkflowExecution", {kRequired, HasExecution<wf::DescribeWorkflowExecutionRequest>}},
      {"ResetStickyTaskQueue", {kRequired, HasExecution<wf::ResetStickyTaskQueueRequest>}},
      {"DeleteWorkflowExecution", {kRequired, HasWorkflowExecution<wf::DeleteWorkflowExecutionRequest>}},
      {"PollWorkflowTaskQueue", {kRequired, Typed<wf::PollWorkflowTaskQueueRequest, CheckWorkflowPoll>}},
      {"PollActivityTaskQueue", {kRequired, Typed<wf::PollActivityTaskQueueRequest, CheckActivityPoll>}},
      {"PollNexusTaskQueue", {kRequired, Typed<wf::PollNexusTaskQueueRequest, CheckNexusPoll>}},
      {"ListTaskQueuePartitions", {kRequired, Typed<wf::ListTaskQueuePartitionsRequest, CheckListPartitions>}},
      {"PauseActivity", {kRequired, Typed<wf::PauseActivityRequest, CheckPauseActivity>}},
      {"UnpauseActivity", {kRequired, Typed<wf::UnpauseActivityRequest, CheckUnpauseActivity>}},
      {"ResetActivity", {kRequired, Typed<wf::ResetActivityRequest, CheckResetActivity>}},
      {"UpdateActivityOptions", {kRequired, Typed<wf::UpdateActivityOptionsRequest, CheckActivityOptions>}},
      {"UpdateWorkflowExecutionOptions",
       {kRequired, Typed<wf::UpdateWorkflowExecutionOptionsRequest, CheckWorkflowOptions>}},
      {"DescribeTaskQueue", {kRequired, Typed<wf::DescribeTaskQueueRequest, CheckDescribeTaskQueue>}},
      {"RespondWorkflowTaskCompleted",
       {kFromToken, Typed<wf::RespondWorkflowTaskCompletedRequest, CheckTaskCompleted>}},
      {"RespondWorkflowTaskFailed", {kFromToken, HasTokenAndIdentity<wf::RespondWorkflowTaskFailedRequest>}},
      {"RespondQueryTaskCompleted", {kFromToken, HasToken<wf::RespondQueryTaskCompletedRequest>}},
      {"RespondActivityTaskCompleted", {kFromToken, HasTokenAndIdentity<wf::RespondActivityTaskCompletedRequest>}},
      {"RespondActivityTaskFailed", {kFromToken, FailedActivity}},
      {"RespondActivityTaskCanceled", {kFromToken, HasTokenAndIdentity<wf::RespondActivityTaskCanceledRequest>}},
      {"RecordActivityTaskHeartbeat", {kFromToken, HasToken<wf::RecordActivityTaskHeartbeatRequest>}},
      {"RespondActivityTaskCompletedById", {kRequired, HasActivityId<wf::RespondActivityTaskCompletedByIdRequest>}},
      {"RespondActivityTaskFailedById", {kRequired, HasActivityId<wf::RespondActivityTaskFailedByIdRequest>}},
      {"RespondActivityTaskCanceledById", {kRequired, HasActivityId<wf::RespondActivityTaskCanceledByIdRequest>}},
      {"RecordActivityTaskHeartbeatById", {kRequired, HeartbeatById}},
      {"DescribeNamespace", {kOwn, nullptr}},
      {"RegisterNamespace", {kOwn, nullptr}},
      {"UpdateNamespace", {kOwn, nullptr}},
      {"DeprecateNamespace", {kOwn, nullptr}},
      {"GetSystemInfo", {kOwn, nullptr}},
      {"GetClusterInfo", {kOwn, nullptr}},
  };
  return *kRules;
}

// The value of the field "namespace"; null if the request has no such field.
const std::string* NamespaceOf(const Message& request, std::string& scratch) {
  const auto& descriptor = *request.GetDescriptor();
  // Nearly always it is the first field; a search by name takes a lock, in every call.
  const auto* field = descriptor.field_count() > 0 ? descriptor.field(0) : nullptr;
  if (field != nullptr && field->name() != "namespace") field = descriptor.FindFieldByName("namespace");
  if (field == nullptr || field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_STRING) return nullptr;
  return &request.GetReflection()->GetStringReference(request, field, &scratch);
}

absl::Status CheckNamespace(NamespaceRule rule, const Message& request, const ValidationContext& context) {
  std::string scratch;
  const std::string* name = NamespaceOf(request, scratch);
  if (name == nullptr || rule == NamespaceRule::kOwn) return absl::OkStatus();
  if (name->empty()) {
    return rule == NamespaceRule::kFromToken ? absl::OkStatus() : InvalidArgument("Namespace is empty.");
  }
  if (TooLong(*name, context)) return InvalidArgument("Namespace length exceeds limit.");
  const Namespace* const found = context.namespaces.Find(*name);
  if (found == nullptr) return NamespaceNotFound(*name);
  const bool deprecated = found->state == Namespace::State::kDeprecated;
  return deprecated && rule == NamespaceRule::kRegistered ? NamespaceDeprecated(*name) : absl::OkStatus();
}

}  // namespace

absl::Status ValidateRequest(const internal::RpcMethod& method, const Message& request,
                             const ValidationContext& context) {
  TEMPORAL_RETURN_IF_ERROR(CheckRequestBytes(request.ByteSizeLong()));
  if (method.service != kWorkflowService) return absl::OkStatus();
  const auto found = Rules().find(method.name);
  const Rule rule = found == Rules().end() ? Rule{} : found->second;
  // What workers answer, which is most of what there is, is left to their SDK, which looks before it sends.
  const bool looked_at = rule.namespace_rule == NamespaceRule::kFromToken;
  if (!looked_at && !internal::FindInvalidUtf8(request).empty()) return InvalidUtf8();
  TEMPORAL_RETURN_IF_ERROR(CheckNamespace(rule.namespace_rule, request, context));
  return rule.check == nullptr ? absl::OkStatus() : rule.check(request, context);
}

absl::Status NotOffered(const internal::RpcMethod& method) {
  const absl::string_view service(method.service.data(), method.service.size());
  const absl::string_view name(method.name.data(), method.name.size());
  return absl::UnimplementedError(absl::StrCat("this server does not offer ", name, " of ", service, " yet"));
}

}  // namespace temporal::server
