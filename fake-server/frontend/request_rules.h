// The rules of request_validation.h, one function for each kind of request. Namespaces have been checked before.
#ifndef TEMPORAL_FAKE_SERVER_FRONTEND_REQUEST_RULES_H_
#define TEMPORAL_FAKE_SERVER_FRONTEND_REQUEST_RULES_H_

#include <string_view>

#include "absl/status/status.h"
#include "fake-server/frontend/request_validation.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"

#define TEMPORAL_RETURN_IF_ERROR(expression) \
  if (absl::Status status_of_step = (expression); !status_of_step.ok()) return status_of_step

namespace temporal::server {

namespace wf = api::workflowservice::v1;

// start_rules.cc
absl::Status CheckStart(const wf::StartWorkflowExecutionRequest& request, const ValidationContext& context);
absl::Status CheckSignalWithStart(const wf::SignalWithStartWorkflowExecutionRequest& request,
                                  const ValidationContext& context);

// workflow_rules.cc: calls about one workflow
absl::Status CheckExecution(bool is_set, const api::common::v1::WorkflowExecution& execution);
absl::Status CheckSignal(const wf::SignalWorkflowExecutionRequest& request, const ValidationContext& context);
absl::Status CheckCancel(const wf::RequestCancelWorkflowExecutionRequest& request, const ValidationContext& context);
absl::Status CheckTerminate(const wf::TerminateWorkflowExecutionRequest& request, const ValidationContext& context);
absl::Status CheckReset(const wf::ResetWorkflowExecutionRequest& request, const ValidationContext& context);
absl::Status CheckQuery(const wf::QueryWorkflowRequest& request, const ValidationContext& context);
absl::Status CheckHistory(const wf::GetWorkflowExecutionHistoryRequest& request, const ValidationContext& context);
absl::Status CheckHistoryReverse(const wf::GetWorkflowExecutionHistoryReverseRequest& request,
                                 const ValidationContext& context);

// update_rules.cc
absl::Status CheckUpdate(const wf::UpdateWorkflowExecutionRequest& request, const ValidationContext& context);
absl::Status CheckPollUpdate(const wf::PollWorkflowExecutionUpdateRequest& request, const ValidationContext& context);
absl::Status CheckMultiOperation(const wf::ExecuteMultiOperationRequest& request, const ValidationContext& context);

// operator_rules.cc: calls of operators about pending activities and the options of runs
absl::Status CheckPauseActivity(const wf::PauseActivityRequest& request, const ValidationContext& context);
absl::Status CheckUnpauseActivity(const wf::UnpauseActivityRequest& request, const ValidationContext& context);
absl::Status CheckResetActivity(const wf::ResetActivityRequest& request, const ValidationContext& context);
absl::Status CheckActivityOptions(const wf::UpdateActivityOptionsRequest& request, const ValidationContext& context);
absl::Status CheckWorkflowOptions(const wf::UpdateWorkflowExecutionOptionsRequest& request,
                                  const ValidationContext& context);

// worker_rules.cc: polls and answers of workers
absl::Status CheckWorkflowPoll(const wf::PollWorkflowTaskQueueRequest& request, const ValidationContext& context);
absl::Status CheckActivityPoll(const wf::PollActivityTaskQueueRequest& request, const ValidationContext& context);
absl::Status CheckNexusPoll(const wf::PollNexusTaskQueueRequest& request, const ValidationContext& context);
absl::Status CheckTaskCompleted(const wf::RespondWorkflowTaskCompletedRequest& request,
                                const ValidationContext& context);
absl::Status CheckTaskToken(std::string_view token);
absl::Status CheckTokenAndIdentity(std::string_view token, std::string_view identity, const ValidationContext& context);
absl::Status CheckActivityId(std::string_view workflow_id, std::string_view run_id, std::string_view activity_id,
                             std::string_view identity, const ValidationContext& context);
absl::Status CheckDescribeTaskQueue(const wf::DescribeTaskQueueRequest& request, const ValidationContext& context);
absl::Status CheckListPartitions(const wf::ListTaskQueuePartitionsRequest& request, const ValidationContext& context);

// Fields that several kinds of request have.
absl::Status CheckOverride(const api::workflow::v1::VersioningOverride& override);
absl::Status CheckRequestId(std::string_view request_id, const ValidationContext& context);
absl::Status CheckLinks(const google::protobuf::RepeatedPtrField<api::common::v1::Link>& links);
absl::Status CheckBlob(const google::protobuf::Message& payloads, const ValidationContext& context);
bool TooLong(std::string_view text, const ValidationContext& context);

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_FRONTEND_REQUEST_RULES_H_
