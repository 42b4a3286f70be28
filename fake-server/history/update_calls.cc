// Updates as clients ask for them: of a run, and of one that is started for them.
#include <utility>

#include "absl/strings/str_cat.h"
#include "fake-server/history/service_errors.h"
#include "fake-server/history/workflow_engine.h"
#include "fake-server/history/workflow_task_lifecycle.h"

namespace temporal::server {
namespace {

namespace enums = api::enums::v1;

// A workflow task that has failed so often is not worth waiting for.
constexpr int kFailingAttempt = 3;

void LinkToStart(const MutableState& run, api::common::v1::Link& link) {
  auto& event = *link.mutable_workflow_event();
  event.set_namespace_(run.name_space().name);
  event.set_workflow_id(run.workflow_id());
  event.set_run_id(run.run_id());
  event.mutable_event_ref()->set_event_id(1);
  event.mutable_event_ref()->set_event_type(enums::EVENT_TYPE_WORKFLOW_EXECUTION_STARTED);
}

}  // namespace

absl::StatusOr<WorkflowEngine::AdmittedUpdate> WorkflowEngine::AdmitUpdate(
    const Namespace& name_space, const wf::UpdateWorkflowExecutionRequest& request) {
  auto run = Find(name_space, request.workflow_execution());
  if (!run.ok()) return run.status();
  return AdmitUpdate(*std::move(run), request);
}

absl::StatusOr<WorkflowEngine::AdmittedUpdate> WorkflowEngine::AdmitUpdate(
    std::shared_ptr<MutableState> found, const wf::UpdateWorkflowExecutionRequest& request) {
  MutableState& run = *found;
  const std::string& first = request.first_execution_run_id();
  if (!first.empty() && first != run.start().first_execution_run_id()) return NotFound("workflow execution not found");
  const std::string& id = request.request().meta().update_id();
  std::shared_ptr<Update> known = run.updates.Find(id, run.events());
  if (!run.running()) {
    if (known == nullptr) return WorkflowAlreadyCompleted();
    return AdmittedUpdate{std::move(found), std::move(known)};
  }
  if (run.workflow_task.attempt >= kFailingAttempt) {
    return WorkflowNotReady("Unable to perform workflow execution update due to Workflow Task in failed state.");
  }
  if (run.close_attempted && run.workflow_task.started()) return WorkflowClosing();
  if (known != nullptr) return AdmittedUpdate{std::move(found), std::move(known)};
  auto update = run.updates.Admit(request.request());
  if (!update.ok()) return update.status();
  // A task that is scheduled takes the update along; one that has started is followed by another.
  if (!run.workflow_task.pending()) {
    ScheduleSpeculativeTask(run);
    OfferWorkflowTask(run);
  }
  return AdmittedUpdate{std::move(found), *std::move(update)};
}

absl::StatusOr<WorkflowEngine::AdmittedUpdate> WorkflowEngine::FindUpdate(const Namespace& name_space,
                                                                          const api::update::v1::UpdateRef& ref) const {
  auto run = Find(name_space, ref.workflow_execution());
  if (!run.ok()) return run.status();
  std::shared_ptr<Update> update = (*run)->updates.Find(ref.update_id(), (*run)->events());
  if (update == nullptr) return NotFound(absl::StrCat("update \"", ref.update_id(), "\" not found"));
  return AdmittedUpdate{*std::move(run), std::move(update)};
}

WorkflowEngine::UpdateWithStart WorkflowEngine::StartWithUpdate(const Namespace& name_space,
                                                                const wf::StartWorkflowExecutionRequest& start,
                                                                const wf::UpdateWorkflowExecutionRequest& update) {
  UpdateWithStart result;
  const std::shared_ptr<MutableState> current = Current(name_space, start.workflow_id());
  if (current != nullptr) {
    std::shared_ptr<Update> known = current->updates.Find(update.request().meta().update_id(), current->events());
    result.started.set_run_id(current->run_id());
    result.started.set_status(current->status());
    if (known != nullptr && known->state == Update::State::kCompleted) {
      result.was_completed = true;
      result.admitted = {current, std::move(known)};
      return result;
    }
    const bool joins = known != nullptr || start.request_id() == current->start_request_id() ||
                       start.workflow_id_conflict_policy() == enums::WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING;
    if (current->running() && joins) {
      LinkToStart(*current, *result.started.mutable_link());
      auto admitted = AdmitUpdate(current, update);
      result.update_error = admitted.status();
      if (admitted.ok()) result.admitted = *std::move(admitted);
      return result;
    }
  }
  auto started = Start(name_space, start);
  result.start_error = started.status();
  if (!started.ok()) return result;
  if (current != nullptr && started->run_id() == current->run_id()) {
    // The closed run knew the request.
    result.start_error = absl::UnavailableError("Workflow was not started: 3");
    return result;
  }
  result.started = *std::move(started);
  // The run's first workflow task takes it along.
  auto admitted = AdmitUpdate(Current(name_space, start.workflow_id()), update);
  result.update_error = admitted.status();
  if (admitted.ok()) result.admitted = *std::move(admitted);
  return result;
}

}  // namespace temporal::server
