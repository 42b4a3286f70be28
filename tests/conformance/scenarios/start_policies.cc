// Starts: conflicts, reuse, request ids, delays, memo, malformed requests.
#include <array>

#include "tests/conformance/scenarios/common.h"

namespace temporal::conformance {
namespace {

// Fails or completes as its argument says; waits for anything else.
Task<std::string> DoAsTold(workflow::Context& ctx, std::string what) {
  if (what == "fail") throw ApplicationFailure("as told", {.type = "Told"});
  if (what == "wait") co_await ctx.Sleep(1h);
  co_return what;
}
void Define(Definitions& define) { define.Workflow(kTextWorkflow, DoAsTold); }

void Again(Stage& stage, const char* label, const StartWorkflowOptions& options, const std::string& what = "complete") {
  stage.Try(label, [&] {
    auto handle = stage.Start(kTextWorkflow, options, what);
    stage.Say(label, handle.run_id());
    if (what != "wait") stage.Finish(handle, label);
  });
}

client::UntypedWorkflowHandle StartWaiting(Stage& stage) {
  auto handle = stage.Start(kTextWorkflow, {}, "wait");
  stage.WaitForEvent(handle, "TimerStarted");
  return handle;
}

void ConflictFails(Stage& stage) {
  auto handle = StartWaiting(stage);
  Again(stage, "default", {});
  Again(stage, "fail", {.id_conflict_policy = WorkflowIdConflictPolicy::kFail});
  handle.Terminate();
}
void ConflictUsesExisting(Stage& stage) {
  auto handle = StartWaiting(stage);
  Again(stage, "use existing", {.id_conflict_policy = WorkflowIdConflictPolicy::kUseExisting}, "wait");
  handle.Terminate();
}
void ConflictTerminatesExisting(Stage& stage) {
  auto handle = StartWaiting(stage);
  Again(stage, "terminate existing", {.id_conflict_policy = WorkflowIdConflictPolicy::kTerminateExisting});
  stage.Finish(stage.client().GetWorkflowHandle(handle.id(), handle.run_id()), "the run before");
}

void Reuse(Stage& stage, WorkflowIdReusePolicy policy) {
  Again(stage, "first", {.id_reuse_policy = policy});
  Again(stage, "after completion", {.id_reuse_policy = policy}, "fail");
  Again(stage, "after failure", {.id_reuse_policy = policy});
}

void SameRequest(Stage& stage) {
  Again(stage, "first", {.request_id = "request-1"}, "wait");
  stage.WaitForEvent(stage.client().GetWorkflowHandle(stage.Id()), "TimerStarted");
  Again(stage, "same request", {.request_id = "request-1"}, "wait");
  Again(stage, "another request", {.request_id = "request-2"}, "wait");
  stage.client().GetWorkflowHandle(stage.Id()).Terminate();
}

void Delayed(Stage& stage) {
  auto handle = stage.Start(kTextWorkflow, {.start_delay = 300ms}, "complete");
  stage.Finish(handle);
  stage.CompareDescription(handle);
}

void WithMemoAndTimeouts(Stage& stage) {
  const std::array<MemoEntry, 2> memo{MemoEntry{"colour", ToPayload("blue")}, MemoEntry{"count", ToPayload(7)}};
  auto handle = stage.Start(
      kTextWorkflow, {.execution_timeout = 60s, .run_timeout = 30s, .task_timeout = 5s, .memo = memo}, "complete");
  stage.Finish(handle);
  stage.CompareDescription(handle);
}

void Malformed(Stage& stage) {
  rpc::StartWorkflowExecution::Request request;
  const auto step = [&](const char* label) { stage.CompareCall<rpc::StartWorkflowExecution>(label, request); };
  step("nothing");
  request.set_workflow_id(stage.Id());
  step("id");
  request.set_request_id("request");
  step("id, request id");
  request.mutable_workflow_type()->set_name("Type");
  step("id, request id, type");
  request.mutable_task_queue()->set_name(stage.queue());
  request.mutable_workflow_run_timeout()->set_seconds(-1);
  step("negative run timeout");
  request.clear_workflow_run_timeout();
  request.mutable_retry_policy()->set_backoff_coefficient(0.5);
  step("backoff coefficient below one");
  request.clear_retry_policy();
  request.set_workflow_id(std::string(1001, 'x'));
  step("id too long");
  request.set_workflow_id(stage.Id());
  request.set_workflow_id_reuse_policy(static_cast<api::enums::v1::WorkflowIdReusePolicy>(4));
  request.set_workflow_id_conflict_policy(api::enums::v1::WORKFLOW_ID_CONFLICT_POLICY_FAIL);
  step("terminate if running, and a conflict policy");
}

// The first task comes with the answer, unless it is delayed; the scenario plays the worker.
rpc::StartWorkflowExecution::Request EagerStart(Stage& stage) {
  rpc::StartWorkflowExecution::Request request;
  request.set_workflow_id(stage.Id());
  request.set_request_id("request-1");
  request.mutable_workflow_type()->set_name("TextWorkflow");
  request.mutable_task_queue()->set_name(stage.queue());
  request.set_request_eager_execution(true);
  return request;
}
void Eager(Stage& stage) {
  const auto request = EagerStart(stage);
  stage.CompareCall<rpc::StartWorkflowExecution>("start", request);
  const auto again = stage.Call<rpc::StartWorkflowExecution>(request);
  stage.Compare(stage.client().GetWorkflowHandle(stage.Id()));
  stage.CompareCall<rpc::StartWorkflowExecution>("start again", request);
  rpc::RespondWorkflowTaskCompleted::Request completed;
  completed.set_task_token((*again)->eager_workflow_task().task_token());
  auto* command = completed.add_commands();
  command->set_command_type(api::enums::v1::COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION);
  command->mutable_complete_workflow_execution_command_attributes();
  stage.CompareCall<rpc::RespondWorkflowTaskCompleted>("complete", completed);
  stage.CompareDescription(stage.client().GetWorkflowHandle(stage.Id()));
  stage.CompareCall<rpc::StartWorkflowExecution>("start when closed", request);
}
void EagerButDelayed(Stage& stage) {
  auto request = EagerStart(stage);
  request.mutable_workflow_start_delay()->set_seconds(3600);
  stage.CompareCall<rpc::StartWorkflowExecution>("start", request);
  const auto handle = stage.client().GetWorkflowHandle(stage.Id());
  stage.Compare(handle);
  handle.Terminate();
}

}  // namespace

std::vector<Scenario> StartPolicyScenarios() {
  return {
      {"start.conflict_fail", Define, ConflictFails},
      {"start.conflict_use_existing", Define, ConflictUsesExisting},
      {"start.conflict_terminate_existing", Define, ConflictTerminatesExisting},
      {"start.reuse_allow_duplicate", Define,
       [](Stage& stage) { Reuse(stage, WorkflowIdReusePolicy::kAllowDuplicate); }},
      {"start.reuse_failed_only", Define,
       [](Stage& stage) { Reuse(stage, WorkflowIdReusePolicy::kAllowDuplicateFailedOnly); }},
      {"start.reuse_reject", Define, [](Stage& stage) { Reuse(stage, WorkflowIdReusePolicy::kRejectDuplicate); }},
      {"start.same_request", Define, SameRequest},
      {"start.delayed", Define, Delayed},
      {"start.memo_and_timeouts", Define, WithMemoAndTimeouts},
      {"start.eager", nullptr, Eager},
      {"start.eager_but_delayed", nullptr, EagerButDelayed},
      {"start.malformed", nullptr, Malformed},
  };
}

}  // namespace temporal::conformance
