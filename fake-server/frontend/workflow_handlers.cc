// Calls that change runs: everything that the engine of runs answers as it is.
#include "fake-server/frontend/handlers.h"
#include "fake-server/history/service_errors.h"
#include "fake-server/history/task_token.h"
#include "sdk/transport/rpcs.h"

namespace temporal::server {
namespace {

namespace rpc = internal::rpc;

template <class Rpc>
using EngineCall = absl::StatusOr<typename Rpc::Response> (WorkflowEngine::*)(const Namespace&,
                                                                              const typename Rpc::Request&);

template <class Rpc>
void AddCall(const ServerParts& parts, HandlerTable& table, EngineCall<Rpc> call) {
  table.Add<Rpc>([&parts, call](const auto& request, const CallContext&) {
    return (parts.engine.*call)(NamespaceOf(parts, request.namespace_()), request);
  });
}

// The namespace of an answer to a task: the one that its run is in, whether the request names it or not.
absl::StatusOr<const Namespace*> NamespaceOfToken(const ServerParts& parts, std::string_view requested,
                                                  std::string_view bytes) {
  const auto token = TaskToken::Decode(bytes);
  const auto run = parts.engine.FindRun(token->run_id);
  const Namespace* named = requested.empty() ? nullptr : &NamespaceOf(parts, requested);
  if (run == nullptr) return named != nullptr ? named : parts.namespaces.entries().front().get();
  if (named != nullptr && named->id != run->name_space().id) {
    return InvalidArgument("Operation requested with a token from a different namespace.");
  }
  return &run->name_space();
}

// The real server takes the token of a query for that of a run named like the task queue.
absl::Status RefuseQueryToken(const std::string& bytes) {
  const auto token = TaskToken::Decode(bytes);
  if (token->kind != TaskToken::Kind::kQueryTask) return absl::OkStatus();
  return NotFound("workflow execution not found for workflow ID \"" + token->task_queue + "\" and run ID \"" +
                  token->run_id + "\"");
}

template <class Rpc>
void AddAnswer(const ServerParts& parts, HandlerTable& table, EngineCall<Rpc> call) {
  table.Add<Rpc>([&parts, call](const auto& request, const CallContext&) -> absl::StatusOr<typename Rpc::Response> {
    if (absl::Status status = RefuseQueryToken(request.task_token()); !status.ok()) return status;
    const auto name_space = NamespaceOfToken(parts, request.namespace_(), request.task_token());
    if (!name_space.ok()) return name_space.status();
    return (parts.engine.*call)(**name_space, request);
  });
}

}  // namespace

void AddWorkflowHandlers(const ServerParts& parts, HandlerTable& table) {
  using Engine = WorkflowEngine;
  AddCall<rpc::StartWorkflowExecution>(parts, table, &Engine::Start);
  AddCall<rpc::SignalWithStartWorkflowExecution>(parts, table, &Engine::SignalWithStart);
  AddCall<rpc::SignalWorkflowExecution>(parts, table, &Engine::Signal);
  AddCall<rpc::RequestCancelWorkflowExecution>(parts, table, &Engine::RequestCancel);
  AddCall<rpc::TerminateWorkflowExecution>(parts, table, &Engine::Terminate);
  AddCall<rpc::ResetWorkflowExecution>(parts, table, &Engine::Reset);
  AddCall<rpc::DeleteWorkflowExecution>(parts, table, &Engine::Delete);
  AddCall<rpc::ResetStickyTaskQueue>(parts, table, &Engine::ResetStickyTaskQueue);
  AddCall<rpc::PauseActivity>(parts, table, &Engine::PauseActivity);
  AddCall<rpc::UnpauseActivity>(parts, table, &Engine::UnpauseActivity);
  AddCall<rpc::ResetActivity>(parts, table, &Engine::ResetActivity);
  AddCall<rpc::UpdateActivityOptions>(parts, table, &Engine::UpdateActivityOptions);
  AddCall<rpc::UpdateWorkflowExecutionOptions>(parts, table, &Engine::UpdateWorkflowExecutionOptions);
  AddAnswer<rpc::RespondWorkflowTaskCompleted>(parts, table, &Engine::RespondWorkflowTaskCompleted);
  AddAnswer<rpc::RespondWorkflowTaskFailed>(parts, table, &Engine::RespondWorkflowTaskFailed);
  AddAnswer<rpc::RecordActivityTaskHeartbeat>(parts, table, &Engine::RecordActivityTaskHeartbeat);
  AddAnswer<rpc::RespondActivityTaskCompleted>(parts, table, &Engine::RespondActivityTaskCompleted);
  AddAnswer<rpc::RespondActivityTaskFailed>(parts, table, &Engine::RespondActivityTaskFailed);
  AddAnswer<rpc::RespondActivityTaskCanceled>(parts, table, &Engine::RespondActivityTaskCanceled);
  AddCall<rpc::RecordActivityTaskHeartbeatById>(parts, table, &Engine::RecordActivityTaskHeartbeatById);
  AddCall<rpc::RespondActivityTaskCompletedById>(parts, table, &Engine::RespondActivityTaskCompletedById);
  AddCall<rpc::RespondActivityTaskFailedById>(parts, table, &Engine::RespondActivityTaskFailedById);
  AddCall<rpc::RespondActivityTaskCanceledById>(parts, table, &Engine::RespondActivityTaskCanceledById);
}

}  // namespace temporal::server
