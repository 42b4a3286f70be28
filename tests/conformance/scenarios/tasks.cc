// Workflow tasks: what completes, fails, is retried, and what comes between.
#include <stdexcept>

#include "tests/conformance/scenarios/common.h"

namespace temporal::conformance {
namespace {

using Completed = rpc::RespondWorkflowTaskCompleted;

Task<void> Empty(workflow::Context&) { co_return; }

void FinishPlain(Stage& stage) {
  auto handle = stage.Start(kPlainWorkflow, {});
  stage.Finish(handle);
  stage.CompareDescription(handle);
}

Task<std::string> Fail(workflow::Context&, std::string text) {
  throw ApplicationFailure(text, {.type = "Expired", .non_retryable = true}, 1, std::string("two"));
  co_return "";
}

// Code with a bug, mended while the run waits: the second try sees the first one's failure in the history.
Task<std::string> MendedOnSecondTry(workflow::Context& ctx, std::string text) {
  constexpr int kFirstTry = 8;  // the event id of the start of the task after the timer
  co_await ctx.Sleep(50ms);
  if (ctx.Info().history_length <= kFirstTry) throw std::runtime_error("a bug");
  co_return text;
}

void FinishText(Stage& stage) { stage.Finish(stage.Start(kTextWorkflow, {}, "text")); }

// Not sticky: each task brings the whole history.
Task<std::string> ThreeSleeps(workflow::Context& ctx, std::string text) {
  for (int i = 0; i < 3; ++i) co_await ctx.Sleep(50ms);
  co_return text;
}
void WithoutCache(Stage& stage) {
  stage.StartWorker({.max_cached_workflows = 0});
  FinishText(stage);
}

void UnknownType(Stage& stage) {
  auto handle = stage.Start(kPlainWorkflow, {});
  stage.WaitForEvent(handle, "WorkflowTaskFailed");
  stage.StopWorkers();
  handle.Terminate("nobody knows this type");
}

Completed::Request CompletionOf(const rpc::PollWorkflowTaskQueue::Response& task) {
  Completed::Request request;
  request.set_task_token(task.task_token());
  request.set_identity("raw worker");
  auto* command = request.add_commands();
  command->set_command_type(api::enums::v1::COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION);
  command->mutable_complete_workflow_execution_command_attributes();
  return request;
}

// A signal that comes while a task is under way, which then tries to close the run.
void UnhandledCommand(Stage& stage) {
  auto handle = stage.Start(kPlainWorkflow, {});
  const auto first = stage.PollWorkflowTask();
  handle.Signal(kFinish);
  stage.CompareCall<Completed>("complete", CompletionOf(*first));
  const auto second = stage.PollWorkflowTask();
  stage.Say("second task",
            std::to_string(second->history().events_size()) + " events, attempt " + std::to_string(second->attempt()));
  stage.CompareCall<Completed>("complete again", CompletionOf(*second));
  stage.CompareCall<Completed>("complete a closed run", CompletionOf(*second));
}

// A signal that comes while a task is under way, which does not close the run: it is buffered until then.
void BufferedSignal(Stage& stage) {
  auto handle = stage.Start(kPlainWorkflow, {});
  const auto first = stage.PollWorkflowTask();
  handle.Signal(kAdd, "buffered");
  Completed::Request request;
  request.set_task_token(first->task_token());
  auto* command = request.add_commands();
  command->set_command_type(api::enums::v1::COMMAND_TYPE_START_TIMER);
  command->mutable_start_timer_command_attributes()->set_timer_id("1");
  command->mutable_start_timer_command_attributes()->mutable_start_to_fire_timeout()->set_seconds(3600);
  stage.CompareCall<Completed>("start a timer", request);
  stage.CompareCall<Completed>("complete", CompletionOf(*stage.PollWorkflowTask()));
}

void FailedByWorker(Stage& stage) {
  auto handle = stage.Start(kPlainWorkflow, {});
  rpc::RespondWorkflowTaskFailed::Request failed;
  failed.set_task_token(stage.PollWorkflowTask()->task_token());
  failed.set_cause(api::enums::v1::WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE);
  failed.mutable_failure()->set_message("not now");
  failed.mutable_failure()->mutable_application_failure_info()->set_type("NotNow");
  stage.CompareCall<rpc::RespondWorkflowTaskFailed>("fail", failed);
  stage.CompareCall<rpc::RespondWorkflowTaskFailed>("fail again", failed);
  stage.CompareCall<Completed>("complete", CompletionOf(*stage.PollWorkflowTask()));
}

void BadCommand(Stage& stage) {
  auto handle = stage.Start(kPlainWorkflow, {});
  Completed::Request request;
  request.set_task_token(stage.PollWorkflowTask()->task_token());
  request.add_commands()->set_command_type(api::enums::v1::COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK);
  stage.CompareCall<Completed>("activity without attributes", request);
  request.set_task_token(stage.PollWorkflowTask()->task_token());
  auto* attributes = request.mutable_commands(0)->mutable_schedule_activity_task_command_attributes();
  attributes->set_activity_id("1");
  attributes->mutable_activity_type()->set_name("Type");
  attributes->mutable_task_queue()->set_name(stage.queue());
  stage.CompareCall<Completed>("activity without timeouts", request);
  stage.CompareCall<Completed>("complete", CompletionOf(*stage.PollWorkflowTask()));
}

void BadTokens(Stage& stage) {
  Completed::Request completed;
  stage.CompareCall<Completed>("workflow task, no token", completed);
  completed.set_task_token("nonsense");
  stage.CompareCall<Completed>("workflow task, nonsense", completed);
  rpc::RespondActivityTaskCompleted::Request activity;
  stage.CompareCall<rpc::RespondActivityTaskCompleted>("activity, no token", activity);
  activity.set_task_token("nonsense");
  stage.CompareCall<rpc::RespondActivityTaskCompleted>("activity, nonsense", activity);
}

}  // namespace

std::vector<Scenario> TaskScenarios() {
  return {
      {"task.empty_workflow", [](Definitions& d) { d.Workflow(kPlainWorkflow, Empty); }, FinishPlain},
      {"task.workflow_fails", [](Definitions& d) { d.Workflow(kTextWorkflow, Fail); }, FinishText},
      {"task.mended", [](Definitions& d) { d.Workflow(kTextWorkflow, MendedOnSecondTry); }, FinishText},
      {"task.without_cache", [](Definitions& d) { d.Workflow(kTextWorkflow, ThreeSleeps); }, WithoutCache, false},
      {"task.unknown_workflow_type", [](Definitions& d) { d.Workflow(kTextWorkflow, ThreeSleeps); }, UnknownType},
      {"task.unhandled_command", nullptr, UnhandledCommand},
      {"task.buffered_signal", nullptr, BufferedSignal},
      {"task.failed_by_worker", nullptr, FailedByWorker},
      {"task.bad_command", nullptr, BadCommand},
      {"task.bad_tokens", nullptr, BadTokens},
  };
}

}  // namespace temporal::conformance
