// The RPCs that this project calls or answers, each as a type: Request, Response and kMethod, for Invoke.
#ifndef TEMPORAL_SDK_TRANSPORT_RPCS_H_
#define TEMPORAL_SDK_TRANSPORT_RPCS_H_

#include "sdk/transport/workflow_service.h"
#include "temporal/api/operatorservice/v1/request_response.pb.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"

namespace temporal::internal::rpc {

#define TEMPORAL_RPC(package, Service, Name)                                             \
  struct Name {                                                                          \
    using Request = ::temporal::api::package::v1::Name##Request;                         \
    using Response = ::temporal::api::package::v1::Name##Response;                       \
    static constexpr RpcMethod kMethod{"temporal.api." #package ".v1." #Service, #Name}; \
  }
#define TEMPORAL_WORKFLOW_RPC(Name) TEMPORAL_RPC(workflowservice, WorkflowService, Name)
#define TEMPORAL_OPERATOR_RPC(Name) TEMPORAL_RPC(operatorservice, OperatorService, Name)

TEMPORAL_WORKFLOW_RPC(GetSystemInfo);
TEMPORAL_WORKFLOW_RPC(GetClusterInfo);
TEMPORAL_WORKFLOW_RPC(RegisterNamespace);
TEMPORAL_WORKFLOW_RPC(DescribeNamespace);
TEMPORAL_WORKFLOW_RPC(ListNamespaces);
TEMPORAL_WORKFLOW_RPC(UpdateNamespace);
TEMPORAL_WORKFLOW_RPC(DeprecateNamespace);
TEMPORAL_WORKFLOW_RPC(StartWorkflowExecution);
TEMPORAL_WORKFLOW_RPC(SignalWithStartWorkflowExecution);
TEMPORAL_WORKFLOW_RPC(SignalWorkflowExecution);
TEMPORAL_WORKFLOW_RPC(QueryWorkflow);
TEMPORAL_WORKFLOW_RPC(UpdateWorkflowExecution);
TEMPORAL_WORKFLOW_RPC(PollWorkflowExecutionUpdate);
TEMPORAL_WORKFLOW_RPC(ExecuteMultiOperation);
TEMPORAL_WORKFLOW_RPC(RequestCancelWorkflowExecution);
TEMPORAL_WORKFLOW_RPC(TerminateWorkflowExecution);
TEMPORAL_WORKFLOW_RPC(ResetWorkflowExecution);
TEMPORAL_WORKFLOW_RPC(DeleteWorkflowExecution);
TEMPORAL_WORKFLOW_RPC(DescribeWorkflowExecution);
TEMPORAL_WORKFLOW_RPC(ListWorkflowExecutions);
TEMPORAL_WORKFLOW_RPC(CountWorkflowExecutions);
TEMPORAL_WORKFLOW_RPC(ScanWorkflowExecutions);
TEMPORAL_WORKFLOW_RPC(ListOpenWorkflowExecutions);
TEMPORAL_WORKFLOW_RPC(ListClosedWorkflowExecutions);
TEMPORAL_WORKFLOW_RPC(ListArchivedWorkflowExecutions);
TEMPORAL_WORKFLOW_RPC(GetWorkflowExecutionHistory);
TEMPORAL_WORKFLOW_RPC(GetWorkflowExecutionHistoryReverse);
TEMPORAL_WORKFLOW_RPC(PollWorkflowTaskQueue);
TEMPORAL_WORKFLOW_RPC(RespondWorkflowTaskCompleted);
TEMPORAL_WORKFLOW_RPC(RespondWorkflowTaskFailed);
TEMPORAL_WORKFLOW_RPC(RespondQueryTaskCompleted);
TEMPORAL_WORKFLOW_RPC(ResetStickyTaskQueue);
TEMPORAL_WORKFLOW_RPC(ShutdownWorker);
TEMPORAL_WORKFLOW_RPC(RecordWorkerHeartbeat);
TEMPORAL_WORKFLOW_RPC(DescribeTaskQueue);
TEMPORAL_WORKFLOW_RPC(ListTaskQueuePartitions);
TEMPORAL_WORKFLOW_RPC(PauseActivity);
TEMPORAL_WORKFLOW_RPC(UnpauseActivity);
TEMPORAL_WORKFLOW_RPC(ResetActivity);
TEMPORAL_WORKFLOW_RPC(UpdateActivityOptions);
TEMPORAL_WORKFLOW_RPC(UpdateWorkflowExecutionOptions);
TEMPORAL_WORKFLOW_RPC(PollActivityTaskQueue);
TEMPORAL_WORKFLOW_RPC(PollNexusTaskQueue);
TEMPORAL_WORKFLOW_RPC(RecordActivityTaskHeartbeat);
TEMPORAL_WORKFLOW_RPC(RecordActivityTaskHeartbeatById);
TEMPORAL_WORKFLOW_RPC(RespondActivityTaskCompleted);
TEMPORAL_WORKFLOW_RPC(RespondActivityTaskCompletedById);
TEMPORAL_WORKFLOW_RPC(RespondActivityTaskFailed);
TEMPORAL_WORKFLOW_RPC(RespondActivityTaskFailedById);
TEMPORAL_WORKFLOW_RPC(RespondActivityTaskCanceled);
TEMPORAL_WORKFLOW_RPC(RespondActivityTaskCanceledById);
TEMPORAL_OPERATOR_RPC(AddSearchAttributes);
TEMPORAL_OPERATOR_RPC(RemoveSearchAttributes);
TEMPORAL_OPERATOR_RPC(ListSearchAttributes);

#undef TEMPORAL_OPERATOR_RPC
#undef TEMPORAL_WORKFLOW_RPC
#undef TEMPORAL_RPC

}  // namespace temporal::internal::rpc

#endif  // TEMPORAL_SDK_TRANSPORT_RPCS_H_
