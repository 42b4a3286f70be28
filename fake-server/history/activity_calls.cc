// What workers and clients answer for an activity, by its task's token or by its id.
#include <utility>

#include "absl/strings/str_cat.h"
#include "fake-server/history/activity_lifecycle.h"
#include "fake-server/history/retry_policy.h"
#include "fake-server/history/service_errors.h"
#include "fake-server/history/task_token.h"
#include "fake-server/history/transaction.h"
#include "fake-server/history/workflow_engine.h"
#include "fake-server/history/workflow_task_lifecycle.h"

namespace temporal::server {
namespace {

namespace enums = api::enums::v1;
using api::common::v1::Payloads;
using api::failure::v1::Failure;

bool TooLarge(const HistoryContext& context, const google::protobuf::Message& message) {
  return message.ByteSizeLong() > static_cast<std::size_t>(context.config.max_blob_bytes);
}

void Finish(MutableState& run) {
  ScheduleWorkflowTask(run);
  CloseTransaction(run);
}

void FailFor(MutableState& run, Activity& activity, std::string_view text, const std::string& identity) {
  const Failure failure = ServerFailure(text, /*non_retryable=*/true);
  FailActivity(run, activity, &failure, TryAgain(run, activity, &failure), identity);
  Finish(run);
}

void Complete(MutableState& run, Activity& activity, const Payloads* result, const std::string& identity) {
  if (result != nullptr && TooLarge(run.context, *result)) {
    return FailFor(run, activity, "Complete result exceeds size limit.", identity);
  }
  auto event = HistoryBuilder::Make(enums::EVENT_TYPE_ACTIVITY_TASK_COMPLETED, run.Now());
  auto& attributes = *event->mutable_activity_task_completed_event_attributes();
  attributes.set_scheduled_event_id(activity.scheduled_event_id);
  if (result != nullptr) *attributes.mutable_result() = *result;
  attributes.set_identity(identity);
  CloseActivity(run, activity, std::move(event));
  Finish(run);
}

// Answers the failure that took the place of one that is too large, if it was.
std::unique_ptr<Failure> Fail(MutableState& run, Activity& activity, const Failure* failure,
                              const Payloads* heartbeat_details, const std::string& identity) {
  std::unique_ptr<Failure> replaced;
  if (failure != nullptr && TooLarge(run.context, *failure)) {
    replaced = std::make_unique<Failure>(TooLargeFailure(*failure, kMaxShownFailure, /*non_retryable=*/true));
    failure = replaced.get();
  }
  if (heartbeat_details != nullptr) RecordHeartbeat(run, activity, heartbeat_details);
  const enums::RetryState state = TryAgain(run, activity, failure);
  if (state == enums::RETRY_STATE_IN_PROGRESS) {
    activity.last_attempt_complete_time = activity.last_attempt_end_time;
    CloseTransaction(run);
    return replaced;
  }
  FailActivity(run, activity, failure, state, identity);
  Finish(run);
  return replaced;
}

absl::Status Cancel(MutableState& run, Activity& activity, const Payloads* details, const std::string& identity) {
  if (!activity.cancel_requested) {
    return InvalidArgument("unable to mark activity as canceled without activity being request canceled first");
  }
  if (details != nullptr && TooLarge(run.context, *details)) {
    FailFor(run, activity, "Cancel details exceed size limit.", identity);
    return absl::OkStatus();
  }
  auto event = HistoryBuilder::Make(enums::EVENT_TYPE_ACTIVITY_TASK_CANCELED, run.Now());
  auto& attributes = *event->mutable_activity_task_canceled_event_attributes();
  attributes.set_scheduled_event_id(activity.scheduled_event_id);
  attributes.set_latest_cancel_requested_event_id(activity.cancel_requested_event_id);
  if (details != nullptr) *attributes.mutable_details() = *details;
  attributes.set_identity(identity);
  CloseActivity(run, activity, std::move(event));
  Finish(run);
  return absl::OkStatus();
}

// Answers what the activity is asked to do.
template <class Response, class Request>
Response Heartbeat(MutableState& run, Activity& activity, const Request& request) {
  Response response;
  if (request.has_details() && TooLarge(run.context, request.details())) {
    FailFor(run, activity, "Heartbeat details exceed size limit.", request.identity());
    response.set_cancel_requested(true);
    return response;
  }
  RecordHeartbeat(run, activity, request.has_details() ? &request.details() : nullptr);
  CloseTransaction(run);
  response.set_cancel_requested(activity.cancel_requested);
  response.set_activity_paused(activity.pause.has_value());
  response.set_activity_reset(activity.reset);
  return response;
}

// Workers still send what the protos call deprecated.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
template <class Request>
const std::string& BuildIdOf(const Request& request) {
  return request.worker_version().build_id();
}
#pragma GCC diagnostic pop

template <class Request>
const Payloads* HeartbeatDetails(const Request& request) {
  return request.has_last_heartbeat_details() ? &request.last_heartbeat_details() : nullptr;
}

}  // namespace

absl::StatusOr<WorkflowEngine::FoundActivity> WorkflowEngine::FindActivity(const std::string& token) const {
  const auto decoded = TaskToken::Decode(token);
  if (!decoded.has_value() || decoded->kind != TaskToken::Kind::kActivityTask) return ActivityTaskNotFound();
  std::shared_ptr<MutableState> run = FindRun(decoded->run_id);
  if (run == nullptr) return NotFound("workflow execution not found");
  if (!run->running()) return WorkflowAlreadyCompleted();
  Activity* activity = run->MutableActivity(decoded->scheduled_event_id);
  if (activity == nullptr || !activity->started || activity->stamp != decoded->stamp ||
      activity->attempt != decoded->attempt) {
    return ActivityTaskNotFound();
  }
  return FoundActivity{std::move(run), activity};
}

absl::StatusOr<WorkflowEngine::FoundActivity> WorkflowEngine::FindActivityById(const Namespace& name_space,
                                                                               const std::string& workflow_id,
                                                                               const std::string& run_id,
                                                                               const std::string& activity_id,
                                                                               bool must_have_started) const {
  api::common::v1::WorkflowExecution execution;
  execution.set_workflow_id(workflow_id);
  execution.set_run_id(run_id);
  auto run = Find(name_space, execution);
  if (!run.ok()) return run.status();
  if (!(*run)->running()) return WorkflowAlreadyCompleted();
  const auto found = (*run)->activity_ids.find(activity_id);
  if (found == (*run)->activity_ids.end()) {
    return NotFound(absl::StrCat("cannot find pending activity with ActivityID ", activity_id,
                                 ", check workflow execution history for more details"));
  }
  Activity* activity = (*run)->MutableActivity(found->second);
  if (must_have_started && !activity->started) return ActivityTaskNotFound();
  return FoundActivity{*std::move(run), activity};
}

absl::StatusOr<wf::RecordActivityTaskHeartbeatResponse> WorkflowEngine::RecordActivityTaskHeartbeat(
    const Namespace&, const wf::RecordActivityTaskHeartbeatRequest& request) {
  const auto found = FindActivity(request.task_token());
  if (!found.ok()) return found.status();
  return Heartbeat<wf::RecordActivityTaskHeartbeatResponse>(*found->run, *found->activity, request);
}

absl::StatusOr<wf::RecordActivityTaskHeartbeatByIdResponse> WorkflowEngine::RecordActivityTaskHeartbeatById(
    const Namespace& name_space, const wf::RecordActivityTaskHeartbeatByIdRequest& request) {
  const auto found = FindActivityById(name_space, request.workflow_id(), request.run_id(), request.activity_id(), true);
  if (!found.ok()) return found.status();
  return Heartbeat<wf::RecordActivityTaskHeartbeatByIdResponse>(*found->run, *found->activity, request);
}

absl::StatusOr<wf::RespondActivityTaskCompletedResponse> WorkflowEngine::RespondActivityTaskCompleted(
    const Namespace&, const wf::RespondActivityTaskCompletedRequest& request) {
  const auto found = FindActivity(request.task_token());
  if (!found.ok()) return found.status();
  found->activity->worker_build_id = BuildIdOf(request);
  Complete(*found->run, *found->activity, request.has_result() ? &request.result() : nullptr, request.identity());
  return wf::RespondActivityTaskCompletedResponse();
}

absl::StatusOr<wf::RespondActivityTaskCompletedByIdResponse> WorkflowEngine::RespondActivityTaskCompletedById(
    const Namespace& name_space, const wf::RespondActivityTaskCompletedByIdRequest& request) {
  const auto found =
      FindActivityById(name_space, request.workflow_id(), request.run_id(), request.activity_id(), false);
  if (!found.ok()) return found.status();
  if (!found->activity->started) {
    // Whoever knows the result has done the work.
    StartActivity(*found->run, *found->activity, request.identity());
    found->activity->request_id.clear();
  }
  Complete(*found->run, *found->activity, request.has_result() ? &request.result() : nullptr, request.identity());
  return wf::RespondActivityTaskCompletedByIdResponse();
}

absl::StatusOr<wf::RespondActivityTaskFailedResponse> WorkflowEngine::RespondActivityTaskFailed(
    const Namespace&, const wf::RespondActivityTaskFailedRequest& request) {
  const auto found = FindActivity(request.task_token());
  if (!found.ok()) return found.status();
  found->activity->worker_build_id = BuildIdOf(request);
  wf::RespondActivityTaskFailedResponse response;
  const auto replaced = Fail(*found->run, *found->activity, request.has_failure() ? &request.failure() : nullptr,
                             HeartbeatDetails(request), request.identity());
  if (replaced != nullptr) *response.add_failures() = *replaced;
  return response;
}

absl::StatusOr<wf::RespondActivityTaskFailedByIdResponse> WorkflowEngine::RespondActivityTaskFailedById(
    const Namespace& name_space, const wf::RespondActivityTaskFailedByIdRequest& request) {
  const auto found = FindActivityById(name_space, request.workflow_id(), request.run_id(), request.activity_id(), true);
  if (!found.ok()) return found.status();
  wf::RespondActivityTaskFailedByIdResponse response;
  const auto replaced = Fail(*found->run, *found->activity, request.has_failure() ? &request.failure() : nullptr,
                             HeartbeatDetails(request), request.identity());
  if (replaced != nullptr) *response.add_failures() = *replaced;
  return response;
}

absl::StatusOr<wf::RespondActivityTaskCanceledResponse> WorkflowEngine::RespondActivityTaskCanceled(
    const Namespace&, const wf::RespondActivityTaskCanceledRequest& request) {
  const auto found = FindActivity(request.task_token());
  if (!found.ok()) return found.status();
  if (auto status = Cancel(*found->run, *found->activity, request.has_details() ? &request.details() : nullptr,
                           request.identity());
      !status.ok()) {
    return status;
  }
  return wf::RespondActivityTaskCanceledResponse();
}

absl::StatusOr<wf::RespondActivityTaskCanceledByIdResponse> WorkflowEngine::RespondActivityTaskCanceledById(
    const Namespace& name_space, const wf::RespondActivityTaskCanceledByIdRequest& request) {
  const auto found = FindActivityById(name_space, request.workflow_id(), request.run_id(), request.activity_id(), true);
  if (!found.ok()) return found.status();
  if (auto status = Cancel(*found->run, *found->activity, request.has_details() ? &request.details() : nullptr,
                           request.identity());
      !status.ok()) {
    return status;
  }
  return wf::RespondActivityTaskCanceledByIdResponse();
}

}  // namespace temporal::server
