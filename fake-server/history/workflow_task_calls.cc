// What workers answer to a workflow task.
#include <utility>

#include "absl/strings/str_cat.h"
#include "fake-server/history/command_handler.h"
#include "fake-server/history/retry_policy.h"
#include "fake-server/history/run_lifecycle.h"
#include "fake-server/history/service_errors.h"
#include "fake-server/history/task_token.h"
#include "fake-server/history/transaction.h"
#include "fake-server/history/workflow_engine.h"
#include "fake-server/history/workflow_task_lifecycle.h"
#include "sdk/base/proto_time.h"

namespace temporal::server {
namespace {

namespace enums = api::enums::v1;
using Completion = wf::RespondWorkflowTaskCompletedRequest;

constexpr char kInlineRequestId[] = "request-from-RespondWorkflowTaskCompleted";

// Workers still send what the protos call deprecated.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
const std::string& BuildIdOf(const Completion& request) { return request.worker_version_stamp().build_id(); }
template <class Answer>
const std::string& BinaryChecksumOf(const Answer& answer) {
  return answer.binary_checksum();
}
#pragma GCC diagnostic pop

bool IsHeartbeat(const Completion& request) {
  return request.force_create_new_workflow_task() && request.commands().empty() && request.messages().empty();
}

absl::Status CheckCompletion(const Namespace& name_space, const Completion& request) {
  if (request.page_number() > 0 || request.intermediate_page()) {
    return absl::FailedPreconditionError(
        absl::StrCat("workflow task completion pagination is disabled for this namespace ", name_space.name));
  }
  if (request.versioning_behavior() == enums::VERSIONING_BEHAVIOR_UNSPECIFIED) return absl::OkStatus();
  if (IsVersioned(request)) return absl::OkStatus();
  return InvalidArgument(
      "versioning behavior cannot be specified without deployment options being set with versioned mode");
}

void SetSticky(MutableState& run, const Completion& request) {
  const auto& sticky = request.sticky_attributes();
  run.sticky_queue = sticky.worker_task_queue().name();
  run.sticky_schedule_to_start = internal::FromProto(sticky.schedule_to_start_timeout());
}

// What a completion changes of a run besides its history and what commands change: kept aside until it is accepted.
struct BeforeCompletion {
  explicit BeforeCompletion(const MutableState& run)
      : mark(run.builder.mark()),
        task(run.workflow_task),
        previous_started_event_id(run.previous_started_event_id),
        sticky_queue(run.sticky_queue),
        sticky_schedule_to_start(run.sticky_schedule_to_start),
        close_attempted(run.close_attempted) {}

  void Restore(MutableState& run) {
    run.builder.Rollback(mark);
    run.workflow_task = std::move(task);
    run.previous_started_event_id = previous_started_event_id;
    run.sticky_queue = std::move(sticky_queue);
    run.sticky_schedule_to_start = sticky_schedule_to_start;
    run.close_attempted = close_attempted;
  }

  HistoryBuilder::Mark mark;
  WorkflowTask task;
  std::int64_t previous_started_event_id;
  std::string sticky_queue;
  internal::Duration sticky_schedule_to_start;
  bool close_attempted;
};

// What the request says of the failure, as far as an event has room for it.
api::failure::v1::Failure ShownFailure(const wf::RespondWorkflowTaskFailedRequest& request, std::size_t limit) {
  if (request.failure().ByteSizeLong() <= limit) return request.failure();
  return TooLargeFailure(request.failure(), kMaxShownFailure, /*non_retryable=*/true);
}

// A worker that has done nothing but ask for more time for too long.
absl::Status EndHeartbeats(MutableState& run) {
  WriteSpeculativeTask(run);
  auto event = HistoryBuilder::Make(enums::EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT, run.Now());
  auto& attributes = *event->mutable_workflow_task_timed_out_event_attributes();
  attributes.set_scheduled_event_id(run.workflow_task.scheduled_event_id);
  attributes.set_started_event_id(run.workflow_task.started_event_id);
  attributes.set_timeout_type(enums::TIMEOUT_TYPE_START_TO_CLOSE);
  if (!run.workflow_task.transient()) run.builder.Add(std::move(event));
  ClearSticky(run);
  DropWorkflowTask(run);
  ScheduleWorkflowTask(run);
  CloseTransaction(run);
  return NotFound("workflow task heartbeat timeout");
}

// The completion was taken back: the task fails instead, or the run ends.
absl::Status Refuse(MutableState& run, const CommandFailure& failure, const Completion& request) {
  const std::string text = failure.Text();
  const bool unhandled = failure.cause == enums::WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND;
  run.updates.Abort(UpdateRegistry::AbortReason::kTaskFailed);
  // A worker that keeps answering so waits for its timeout.
  if (run.workflow_task.transient() && !unhandled) return InvalidArgument(text);
  const api::failure::v1::Failure shown = ServerFailure(text, /*non_retryable=*/false);
  FailWorkflowTask(run, {.cause = failure.cause,
                         .failure = &shown,
                         .identity = request.identity(),
                         .binary_checksum = BinaryChecksumOf(request)});
  if (failure.terminates) {
    WriteTermination(run, {.reason = text, .identity = "history-service"});
  } else {
    ScheduleWorkflowTask(run);
  }
  CloseTransaction(run);
  run.queries.Clear();
  return InvalidArgument(text);
}

}  // namespace

absl::StatusOr<std::shared_ptr<MutableState>> WorkflowEngine::FindWorkflowTask(const std::string& token,
                                                                               bool tells_completed) const {
  const auto decoded = TaskToken::Decode(token);
  if (!decoded.has_value() || decoded->kind != TaskToken::Kind::kWorkflowTask) return WorkflowTaskNotFound();
  std::shared_ptr<MutableState> run = FindRun(decoded->run_id);
  if (run == nullptr) return NotFound("workflow execution not found");
  if (!run->running()) return tells_completed ? WorkflowAlreadyCompleted() : WorkflowTaskNotFound();
  const WorkflowTask& task = run->workflow_task;
  if (!task.started() || task.stamp != decoded->stamp || task.started_event_id != decoded->started_event_id ||
      task.attempt != decoded->attempt) {
    return WorkflowTaskNotFound();
  }
  return run;
}

absl::StatusOr<wf::RespondWorkflowTaskCompletedResponse> WorkflowEngine::RespondWorkflowTaskCompleted(
    const Namespace& name_space, const Completion& request) {
  const auto found = FindWorkflowTask(request.task_token(), /*tells_completed=*/false);
  if (!found.ok()) return found.status();
  MutableState& run = **found;
  // What is refused before it is looked at takes a speculative task along: the server holds it nowhere but in what it
  // has loaded of the run, which it lets go.
  const auto refuse = [&run](absl::Status status) {
    LoseSpeculativeTask(run);
    return status;
  };
  if (auto status = CheckCompletion(name_space, request); !status.ok()) return refuse(std::move(status));
  const internal::TimePoint original = run.workflow_task.original_scheduled_time;
  const bool heartbeat = IsHeartbeat(request);
  if (heartbeat && run.Now() > original + context_.config.workflow_task_heartbeat_limit) return EndHeartbeats(run);
  if (auto status = CheckCommandSequence(request.commands()); !status.ok()) return refuse(std::move(status));

  BeforeCompletion before(run);
  const bool had_buffered = run.builder.HasBuffered();
  const std::int64_t completed = CompleteWorkflowTask(run, request);
  SetSticky(run, request);
  CommandHandler commands(run, request, completed);
  if (const auto failure = commands.HandleAll()) {
    commands.Undo();
    before.Restore(run);
    if (!failure->rpc.ok()) return refuse(failure->rpc);
    return Refuse(run, *failure, request);
  }
  TaskCompletedForGood(run, request, completed);
  run.updates.Commit();

  wf::RespondWorkflowTaskCompletedResponse response;
  commands.Dispatch(response);
  const bool still_buffered = had_buffered && run.builder.HasBuffered();
  const bool another =
      run.running() && (request.force_create_new_workflow_task() || still_buffered || commands.wants_workflow_task());
  const bool for_updates = !another && run.running() && run.updates.HasOutgoing();
  // Only who gets the task at once may get a speculative one.
  const bool speculative = for_updates && request.return_new_workflow_task();
  const bool started_here = another && request.return_new_workflow_task();
  if (another || (for_updates && !speculative)) {
    ScheduleWorkflowTask(run, heartbeat ? original : internal::TimePoint{});
    if (started_here) {
      StartWorkflowTask(run, request.identity(), kInlineRequestId, BuildIdOf(request));
    } else {
      OfferWorkflowTask(run);
    }
  }
  // A speculative task that left no trace was no transaction.
  if (completed != 0 || run.workflow_task.pending()) CloseTransaction(run);
  if (speculative) {
    ScheduleSpeculativeTask(run);
    StartWorkflowTask(run, request.identity(), kInlineRequestId, BuildIdOf(request));
  }
  if (started_here || speculative) {
    FillWorkflowTask(run, {.only_new_events = true, .only_unsent_updates = request.force_create_new_workflow_task()},
                     *response.mutable_workflow_task());
  }
  if (completed == 0) response.set_reset_history_event_id(run.previous_started_event_id);
  if (auto next = commands.TakeNextRun()) {
    const std::shared_ptr<MutableState> next_run = CreateNextRun(run, *std::move(next));
    ScheduleFirstWorkflowTask(*next_run);
    CloseTransaction(*next_run);
  }
  run.queries.Complete(request.query_results(), another || for_updates);
  return response;
}

absl::StatusOr<wf::RespondWorkflowTaskFailedResponse> WorkflowEngine::RespondWorkflowTaskFailed(
    const Namespace&, const wf::RespondWorkflowTaskFailedRequest& request) {
  const auto found = FindWorkflowTask(request.task_token(), /*tells_completed=*/true);
  if (!found.ok()) return found.status();
  MutableState& run = **found;
  if (request.cause() == enums::WORKFLOW_TASK_FAILED_CAUSE_GRPC_MESSAGE_TOO_LARGE) {
    WriteTermination(run, {.reason = CauseName(request.cause()), .identity = "history-service"});
  } else {
    const auto failure = ShownFailure(request, static_cast<std::size_t>(context_.config.max_blob_bytes));
    FailWorkflowTask(run, {.cause = request.cause(),
                           .failure = request.has_failure() ? &failure : nullptr,
                           .identity = request.identity(),
                           .binary_checksum = BinaryChecksumOf(request)});
    ScheduleWorkflowTask(run);
  }
  CloseTransaction(run);
  return wf::RespondWorkflowTaskFailedResponse();
}

}  // namespace temporal::server
