// Reset: a run begins again from a workflow task of an earlier one, and takes over what came from outside since.
#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "fake-server/history/activity_lifecycle.h"
#include "fake-server/history/child_workflows.h"
#include "fake-server/history/external_requests.h"
#include "fake-server/history/service_errors.h"
#include "fake-server/history/state_rebuilder.h"
#include "fake-server/history/transaction.h"
#include "fake-server/history/workflow_engine.h"
#include "fake-server/history/workflow_options.h"
#include "fake-server/history/workflow_task_lifecycle.h"
#include "sdk/base/proto_time.h"

namespace temporal::server {
namespace {

namespace enums = api::enums::v1;
using api::history::v1::HistoryEvent;
using Request = wf::ResetWorkflowExecutionRequest;

constexpr char kResetterIdentity[] = "history-resetter";
constexpr char kServiceIdentity[] = "history-service";
// Of the workflow task that a reset starts itself.
constexpr char kStartRequestId[] = "emptyUuid";

// Clients still send what the protos call deprecated.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
enums::ResetReapplyType Reapplied(const Request& request) { return request.reset_reapply_type(); }
#pragma GCC diagnostic pop

// The kinds of events that are not applied again, by their number.
class Excluded {
 public:
  explicit Excluded(const Request& request) {
    for (const int type : request.reset_reapply_exclude_types()) Exclude(type);
    const auto reapplied = Reapplied(request);
    if (reapplied == enums::RESET_REAPPLY_TYPE_SIGNAL || reapplied == enums::RESET_REAPPLY_TYPE_NONE) {
      Exclude(enums::RESET_REAPPLY_EXCLUDE_TYPE_UPDATE);
    }
    if (reapplied == enums::RESET_REAPPLY_TYPE_NONE) Exclude(enums::RESET_REAPPLY_EXCLUDE_TYPE_SIGNAL);
  }

  bool Has(int type) const { return excluded_.at(static_cast<std::size_t>(type)); }
  bool HasAll() const {
    for (std::size_t type = 1; type < excluded_.size(); ++type) {
      if (!excluded_.at(type)) return false;
    }
    return true;
  }

 private:
  void Exclude(int type) {
    if (type >= 0 && static_cast<std::size_t>(type) < excluded_.size())
      excluded_.at(static_cast<std::size_t>(type)) = true;
  }

  std::array<bool, enums::ResetReapplyExcludeType_ARRAYSIZE> excluded_{};
};

absl::Status CheckPoint(const MutableState& base, const Request& request) {
  const std::int64_t end = request.workflow_task_finish_event_id();
  if (end <= 1 || end >= base.next_event_id()) {
    return InvalidArgument("Workflow task finish ID must be > 1 && <= workflow last event ID.");
  }
  for (const auto& operation : request.post_reset_operations()) {
    if (operation.has_update_workflow_options()) continue;
    return InvalidArgument(operation.has_signal_workflow()
                               ? "unsupported post reset operation: *workflow.PostResetOperation_SignalWorkflow_"
                               : "unsupported post reset operation: <nil>");
  }
  return absl::OkStatus();
}

// Only complete transactions can be begun again from, and only with a workflow task under way.
absl::Status CheckBoundary(const MutableState& base, std::int64_t end) {
  if (base.events().EndsBatch(end - 1)) return absl::OkStatus();
  return InvalidArgument(absl::StrCat("StateRebuilder unable to Rebuild mutable state to event ID: ", end - 1,
                                      ", version: 0, this event must be at the boundary"));
}

// A task is under way, or the next attempt at one that has failed.
bool HasTask(const MutableState& run) {
  const HistoryEvent& last = run.events().at(run.next_event_id() - 1);
  return run.workflow_task.pending() || last.has_workflow_task_failed_event_attributes() ||
         last.has_workflow_task_timed_out_event_attributes();
}

void FailCopiedTask(MutableState& run, const MutableState& base, const std::string& reason) {
  if (!run.workflow_task.pending()) ScheduleWorkflowTask(run, internal::TimePoint{});
  if (!run.workflow_task.started()) {
    StartWorkflowTask(run, kServiceIdentity, kStartRequestId);
    run.builder.EndBatch();  // one could reset to here
  }
  api::failure::v1::Failure failure;
  failure.set_message(reason);
  failure.mutable_reset_workflow_failure_info();
  FailWorkflowTask(run, {.cause = enums::WORKFLOW_TASK_FAILED_CAUSE_RESET_WORKFLOW,
                         .failure = &failure,
                         .identity = kServiceIdentity,
                         .base_run_id = base.run_id(),
                         .new_run_id = run.run_id()});
}

// -- What came since ----------------------------------------------------------------------------------

void AddAgain(MutableState& run, const HistoryEvent& event) {
  auto again = std::make_unique<HistoryEvent>(event);
  *again->mutable_event_time() = internal::ToProto(run.Now());
  run.builder.Add(std::move(again));
  run.FlushBuffer();
}

void SignalAgain(MutableState& run, const HistoryEvent& event) {
  const std::string& request_id = event.workflow_execution_signaled_event_attributes().request_id();
  if (!request_id.empty()) run.AddRequestId(request_id, event.event_type(), 0);
  ++run.signal_count;
  AddAgain(run, event);
}

void OptionsAgain(MutableState& run, const HistoryEvent& event) {
  const auto& attributes = event.workflow_execution_options_updated_event_attributes();
  TakeOptions(run, attributes);
  if (!attributes.attached_request_id().empty()) {
    run.AddRequestId(attributes.attached_request_id(), event.event_type(), 0);
  }
  AddAgain(run, event);
}

// An update that was accepted is asked for again.
void UpdateAgain(MutableState& run, const HistoryEvent& event) {
  if (event.has_workflow_execution_update_admitted_event_attributes()) {
    run.updates.AdmitByEvent(event.workflow_execution_update_admitted_event_attributes().request());
    return AddAgain(run, event);
  }
  const auto& accepted = event.workflow_execution_update_accepted_event_attributes();
  if (!accepted.has_accepted_request()) return;  // the event that admitted it comes before
  auto admitted = HistoryBuilder::Make(enums::EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ADMITTED, run.Now());
  auto& attributes = *admitted->mutable_workflow_execution_update_admitted_event_attributes();
  *attributes.mutable_request() = accepted.accepted_request();
  attributes.set_origin(enums::UPDATE_ADMITTED_EVENT_ORIGIN_REAPPLY);
  run.updates.AdmitByEvent(attributes.request());
  run.builder.Add(std::move(admitted));
  run.FlushBuffer();
}

// How children that the run still waits for have started and closed meanwhile.
void ChildAgain(MutableState& run, const HistoryEvent& event) {
  if (event.has_child_workflow_execution_started_event_attributes()) {
    const auto& attributes = event.child_workflow_execution_started_event_attributes();
    const auto child = run.children.find(attributes.initiated_event_id());
    if (child == run.children.end() || !child->second.run_id.empty()) return;
    child->second.run_id = attributes.workflow_execution().run_id();
    return AddAgain(run, event);
  }
  const std::int64_t initiated =
      event.has_start_child_workflow_execution_failed_event_attributes()
          ? event.start_child_workflow_execution_failed_event_attributes().initiated_event_id()
          : ClosedWork(event);
  if (run.children.erase(initiated) != 0) AddAgain(run, event);
}

void ApplyAgain(MutableState& run, const HistoryEvent& event, const Excluded& excluded, bool of_base) {
  switch (event.event_type()) {
    case enums::EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
      if (!excluded.Has(enums::RESET_REAPPLY_EXCLUDE_TYPE_SIGNAL)) SignalAgain(run, event);
      return;
    case enums::EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ADMITTED:
    case enums::EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
      if (!excluded.Has(enums::RESET_REAPPLY_EXCLUDE_TYPE_UPDATE)) UpdateAgain(run, event);
      return;
    case enums::EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED:
      return OptionsAgain(run, event);
    case enums::EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_FAILED:
    case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED:
    case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED:
    case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_FAILED:
    case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_CANCELED:
    case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TIMED_OUT:
    case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TERMINATED:
      if (of_base) ChildAgain(run, event);
      return;
    default:
      return;
  }
}

// Applies what came from outside to `base` from event `first` on, and to the runs that continued it.
void ApplyWhatCameSince(MutableState& run, const MutableState& base, std::int64_t first, const Excluded& excluded) {
  if (excluded.HasAll()) return;
  std::shared_ptr<const MutableState> continued;
  for (const MutableState* from = &base; from != nullptr; first = 1) {
    for (std::int64_t id = first; id < from->next_event_id(); ++id) {
      ApplyAgain(run, from->events().at(id), excluded, from == &base);
    }
    const HistoryEvent& last = from->events().at(from->next_event_id() - 1);
    if (!last.has_workflow_execution_continued_as_new_event_attributes()) return;
    const auto& attributes = last.workflow_execution_continued_as_new_event_attributes();
    continued = base.context.find_run(base.name_space(), base.workflow_id(), attributes.new_execution_run_id());
    from = continued.get();
  }
}

// -- The new run goes on ------------------------------------------------------------------------------

void Resume(MutableState& run) {
  ScheduleWorkflowTask(run);
  for (auto& [scheduled_event_id, activity] : run.activities) ResumeActivity(run, activity);
  for (const auto& [initiated_event_id, child] : run.children) {
    if (child.run_id.empty()) FollowWithChild(run, initiated_event_id);
  }
  for (const std::int64_t initiated_event_id : run.external_signals) FollowWithSignal(run, initiated_event_id);
  for (const std::int64_t initiated_event_id : run.external_cancels) FollowWithCancel(run, initiated_event_id);
  CloseTransaction(run);
}

}  // namespace

absl::StatusOr<wf::ResetWorkflowExecutionResponse> WorkflowEngine::Reset(const Namespace& name_space,
                                                                         const Request& request) {
  const auto found = Find(name_space, request.workflow_execution());
  if (!found.ok()) return found.status();
  MutableState& base = **found;
  if (auto status = CheckPoint(base, request); !status.ok()) return status;
  std::shared_ptr<MutableState> current = Current(name_space, base.workflow_id());
  if (current == nullptr) current = *found;  // the later ones were deleted
  wf::ResetWorkflowExecutionResponse response;
  if (current->start_request_id() == request.request_id()) {
    response.set_run_id(current->run_id());
    return response;
  }
  if (!enums::ResetReapplyType_IsValid(Reapplied(request))) return Stumbled();
  const std::int64_t end = request.workflow_task_finish_event_id();
  if (auto status = CheckBoundary(base, end); !status.ok()) return status;
  const std::shared_ptr<MutableState> run = RebuildRun(base, end, context_.random.Uuid());
  if (!HasTask(*run)) {
    return InvalidArgument(absl::StrCat(
        "Can only reset workflow to event ID in range [WorkflowTaskScheduled +1, WorkflowTaskStarted + 1]: ", end));
  }

  base.reset_run_id = run->run_id();
  if (&base != current.get() || !base.running()) ++base.state_transitions;
  if (current->running()) {
    WriteTermination(*current, {.reason = request.reason(), .identity = kResetterIdentity});
    current->closed_by_reset = true;
    CloseTransaction(*current);
  } else if (&base != current.get()) {
    ++current->state_transitions;
  }
  run->last_reset_time = run->start_time();
  run->original_start_time =
      base.original_start_time == internal::TimePoint{} ? base.start_time() : base.original_start_time;
  FailCopiedTask(*run, base, request.reason());
  ApplyWhatCameSince(*run, base, end, Excluded(request));
  for (const auto& operation : request.post_reset_operations()) {
    const auto& asked = operation.update_workflow_options();
    api::workflow::v1::WorkflowExecutionOptions after;
    ChangeOptions(*run, asked.workflow_execution_options(), asked.update_mask(), /*identity=*/"", after);
  }
  context_.add_run(run);
  SetRunTimers(*run);
  Resume(*run);
  response.set_run_id(run->run_id());
  return response;
}

}  // namespace temporal::server
