// Every timeout that the server watches.
#include "tests/conformance/scenarios/common.h"

namespace temporal::conformance {
namespace {

constexpr ActivityRef<void()> kSlow{"Slow"};

void TakeASecond(activity::Context& ctx) { ctx.WaitCancelled(1s); }
void HeartbeatOnce(activity::Context& ctx) {
  ctx.Heartbeat("alive", 1);
  ctx.WaitCancelled(1s);
}

Task<void> StartToClose(workflow::Context& ctx) {
  co_await ctx.ExecuteActivity(kSlow, {.start_to_close_timeout = 300ms, .retry_policy = {.maximum_attempts = 1}});
}
Task<void> ScheduleToCloseWhileRunning(workflow::Context& ctx) {
  co_await ctx.ExecuteActivity(kSlow, {.schedule_to_close_timeout = 300ms});
}
// Nobody starts it.
Task<void> ScheduleToClose(workflow::Context& ctx) {
  co_await ctx.ExecuteActivity(kSlow, {.schedule_to_close_timeout = 300ms, .task_queue = "nobody polls this"});
}
Task<void> ScheduleToStart(workflow::Context& ctx) {
  co_await ctx.ExecuteActivity(
      kSlow, {.start_to_close_timeout = 10s, .schedule_to_start_timeout = 300ms, .task_queue = "nobody polls this"});
}
Task<void> Heartbeat(workflow::Context& ctx) {
  co_await ctx.ExecuteActivity(
      kSlow, {.start_to_close_timeout = 10s, .heartbeat_timeout = 400ms, .retry_policy = {.maximum_attempts = 1}});
}
Task<void> StartToCloseRetried(workflow::Context& ctx) {
  co_await ctx.ExecuteActivity(
      kSlow, {.start_to_close_timeout = 200ms, .retry_policy = {.initial_interval = 100ms, .maximum_attempts = 2}});
}
Task<void> SleepLong(workflow::Context& ctx) { co_await ctx.Sleep(1h); }

void Finish(Stage& stage) {
  auto handle = stage.Start(kPlainWorkflow, {});
  stage.Finish(handle);
  stage.CompareDescription(handle);
}
void RunTimeout(Stage& stage) { stage.Finish(stage.Start(kPlainWorkflow, {.run_timeout = 1s})); }
void ExecutionTimeout(Stage& stage) { stage.Finish(stage.Start(kPlainWorkflow, {.execution_timeout = 1s})); }

// The worker plays dead with its first task.
void WorkflowTaskTimeout(Stage& stage) {
  auto handle = stage.Start(kPlainWorkflow, {.task_timeout = 1s});
  const auto lost = stage.PollWorkflowTask();
  stage.Sleep(1500ms);
  rpc::RespondWorkflowTaskCompleted::Request completed;
  auto* command = completed.add_commands();
  command->set_command_type(api::enums::v1::COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION);
  command->mutable_complete_workflow_execution_command_attributes();
  completed.set_task_token(lost->task_token());
  stage.CompareCall<rpc::RespondWorkflowTaskCompleted>("too late", completed);
  const auto task = stage.PollWorkflowTask();
  stage.Say("attempt", std::to_string(task->attempt()));
  completed.set_task_token(task->task_token());
  stage.CompareCall<rpc::RespondWorkflowTaskCompleted>("in time", completed);
}

}  // namespace

std::vector<Scenario> TimeoutScenarios() {
  return {
      {"timeout.start_to_close",
       [](Definitions& d) { d.Workflow(kPlainWorkflow, StartToClose).Activity(kSlow, TakeASecond); }, Finish},
      {"timeout.start_to_close_retried",
       [](Definitions& d) { d.Workflow(kPlainWorkflow, StartToCloseRetried).Activity(kSlow, TakeASecond); }, Finish},
      {"timeout.schedule_to_close_while_running",
       [](Definitions& d) { d.Workflow(kPlainWorkflow, ScheduleToCloseWhileRunning).Activity(kSlow, TakeASecond); },
       Finish},
      {"timeout.schedule_to_close", [](Definitions& d) { d.Workflow(kPlainWorkflow, ScheduleToClose); }, Finish},
      {"timeout.schedule_to_start", [](Definitions& d) { d.Workflow(kPlainWorkflow, ScheduleToStart); }, Finish},
      {"timeout.heartbeat",
       [](Definitions& d) { d.Workflow(kPlainWorkflow, Heartbeat).Activity(kSlow, HeartbeatOnce); }, Finish},
      {"timeout.run", [](Definitions& d) { d.Workflow(kPlainWorkflow, SleepLong); }, RunTimeout},
      {"timeout.execution", [](Definitions& d) { d.Workflow(kPlainWorkflow, SleepLong); }, ExecutionTimeout},
      {"timeout.workflow_task", nullptr, WorkflowTaskTimeout},
  };
}

}  // namespace temporal::conformance
