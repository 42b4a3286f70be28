// From history to activations.
#include "sdk/engine/run_core.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sdk/base/proto_time.h"
#include "sdk/converter/failure_converter.h"

namespace temporal::internal {
namespace {

using namespace api::enums::v1;  // NOLINT: event types and causes

api::failure::v1::Failure MakeFailure(const std::string& message, const char* type) {
  api::failure::v1::Failure failure;
  failure.set_message(message);
  failure.set_source("CppSDK");
  failure.mutable_application_failure_info()->set_type(type);
  return failure;
}

// What one does not know may matter, unless the server says that it does not.
absl::Status CheckKnown(const api::history::v1::HistoryEvent& event) {
  if (TraitsOf(event.event_type()).role != Role::kUnknown || event.worker_may_ignore()) return absl::OkStatus();
  return MalformedHistory(event, absl::StrCat("this SDK does not know events of type ",
                                              static_cast<int>(event.event_type()), ", and may not ignore this one"));
}

MarkerKey KeyOf(const RecordedMarker& marker) {
  MarkerKey key{marker.kind, marker.id};
  switch (marker.kind) {
    case MarkerKind::kPatch:
      // Go and Java let the code drop the call; core only when the patch was deprecated.
      key.in_order = marker.dialect == MarkerDialect::kCore;
      key.required = marker.dialect == MarkerDialect::kCore && !marker.deprecated;
      break;
    case MarkerKind::kLocalActivity:
      key.in_order = false;
      break;
    case MarkerKind::kMutableSideEffect:
      key.required = false;  // only Go and Java write them, and neither compares them
      break;
    default:
      break;
  }
  return key;
}

// Nothing has come since the task before, which went on with another one: to the code it is the same task.
bool OnlyKeptAlive(const HistoryEvents& events, const HistoryChunk& chunk) {
  for (int at = chunk.begin; at < chunk.end; ++at) {
    if (TraitsOf(events[at].event_type()).role != Role::kWorkflowTask) return false;
  }
  return true;
}

}  // namespace

RunCore::RunCore(const WorkflowRunOptions& options, std::string workflow_id, std::string run_id)
    : options_(options), workflow_id_(std::move(workflow_id)), run_id_(std::move(run_id)) {}

std::optional<TaskFailure> RunCore::Apply(const HistoryEvents& events, int begin, int end, Purpose purpose,
                                          std::vector<UpdateRequest> updates) {
  const std::int64_t pending_update = updates.empty() ? 0 : updates.front().sequencing_event_id;
  while (begin < end && events[begin].event_id() <= last_event_id_) ++begin;
  while (begin < end) {
    const HistoryChunk chunk = NextChunk(events, begin, end, pending_update);
    for (int at = begin; at < chunk.end; ++at) {
      if (const absl::Status status = CheckKnown(events[at]); !status.ok()) return FailureFor(status);
    }
    const bool last = chunk.end == end;
    const bool task = chunk.ends == HistoryChunk::End::kTaskStarted;
    const bool new_task = purpose == Purpose::kTask || purpose == Purpose::kAgain;
    const bool live = task && last && new_task;
    const bool open = chunk.ends == HistoryChunk::End::kOpen || (task && last && !live);
    const TimePoint before = activation_.now;
    if (const absl::Status status = ApplyChunk(events, chunk, open); !status.ok()) return FailureFor(status);
    if (open) break;
    // What the server closed before the code had answered is shown to queries only.
    const bool answered = task || TraitsOf(static_cast<EventType>(closed_by_)).role == Role::kCommand;
    if (answered || purpose != Purpose::kReplay) {
      if (task && !last) {
        flags_.Observe(events[chunk.end].workflow_task_completed_event_attributes().sdk_metadata());
        if (const absl::Status status = LookAhead(events, chunk.end, end); !status.ok()) return FailureFor(status);
        activation_.updates = AcceptedUpdates(events, chunk.end, end);
      }
      if (live) TakeUpdates(std::move(updates));
      if (live && purpose == Purpose::kAgain) {
        if (const absl::Status status = LookAhead(events, chunk.end, events.size()); !status.ok()) {
          return FailureFor(status);
        }
        std::erase_if(activation_.markers,
                      [](const RecordedMarker& marker) { return marker.kind != MarkerKind::kLocalActivity; });
        activation_.local_activities_recorded = true;
      }
      if (OnlyKeptAlive(events, chunk) && activation_.updates.empty()) activation_.now = before;
      if (auto failure = Activate(!live)) return failure;
    }
    begin = chunk.end;
  }
  return std::nullopt;
}

std::vector<UpdateRequest> RunCore::AcceptedUpdates(const HistoryEvents& events, int chunk_end, int end) const {
  std::vector<UpdateRequest> updates;
  for (int at = chunk_end + 1; at < end && TraitsOf(events[at].event_type()).role == Role::kCommand; ++at) {
    if (!events[at].has_workflow_execution_update_accepted_event_attributes()) continue;
    const auto& accepted = events[at].workflow_execution_update_accepted_event_attributes();
    UpdateRequest& update = updates.emplace_back();
    update.message_id = accepted.accepted_request_message_id();
    update.update_id = accepted.protocol_instance_id();
    update.sequencing_event_id = accepted.accepted_request_sequencing_event_id();
    update.accepted = true;
    if (accepted.has_accepted_request()) {
      update.request = std::make_shared<api::update::v1::Request>(accepted.accepted_request());
    } else if (const auto found = admitted_.find(update.update_id); found != admitted_.end()) {
      update.request = found->second;
    } else {
      update.request = std::make_shared<api::update::v1::Request>();
    }
  }
  return updates;
}

// Those that came by events and those that came along with the task.
void RunCore::TakeUpdates(std::vector<UpdateRequest> updates) {
  for (UpdateRequest& update : activation_.admitted) {
    const auto again = std::find_if(updates.begin(), updates.end(),
                                    [&](const UpdateRequest& other) { return other.update_id == update.update_id; });
    if (again == updates.end()) activation_.updates.push_back(std::move(update));
  }
  for (UpdateRequest& update : updates) {
    const auto admitted = admitted_.find(update.update_id);
    if (admitted != admitted_.end()) update.request = admitted->second;
    activation_.updates.push_back(std::move(update));
  }
}

// What came by an event is judged by the task that is new; by others it has been judged.
void RunCore::NoteAdmitted(const Event& event) {
  auto request =
      std::make_shared<api::update::v1::Request>(event.workflow_execution_update_admitted_event_attributes().request());
  UpdateRequest& update = activation_.admitted.emplace_back();
  update.update_id = request->meta().update_id();
  update.message_id = update.update_id + "/request";
  update.sequencing_event_id = event.event_id();
  update.request = request;
  admitted_[update.update_id] = std::move(request);
}

absl::Status RunCore::ApplyChunk(const HistoryEvents& events, const HistoryChunk& chunk, bool open) {
  activation_.Clear();
  now_settled_ = false;
  // Once the code has run at a task, only the completion of that task leads on to the next one.
  if (machines_.in_task() && chunk.ends == HistoryChunk::End::kTaskStarted &&
      events[chunk.begin].event_type() != EVENT_TYPE_WORKFLOW_TASK_COMPLETED) {
    return MalformedHistory(events[chunk.begin], "the code has run at the workflow task before it, which has no end");
  }
  for (int at = chunk.begin; at < chunk.end; ++at) {
    const Event& event = events[at];
    const EventTraits& traits = TraitsOf(event.event_type());
    // Of a history that ends between two tasks only the commands of the first are taken: what no task has taken up yet
    // comes again with the next one.
    const bool taken = traits.role == Role::kCommand || event.event_type() == EVENT_TYPE_WORKFLOW_TASK_COMPLETED;
    if (open && !taken) return commands_follow_ ? machines_.CheckAllMatched(event) : absl::OkStatus();
    if (event.event_id() != last_event_id_ + 1) {
      return MalformedHistory(event, absl::StrCat("the event before it has id ", last_event_id_));
    }
    if (absl::Status status = ApplyEvent(event, traits); !status.ok()) return status;
    last_event_id_ = event.event_id();
    if (at > chunk.begin && event.event_type() == EVENT_TYPE_WORKFLOW_TASK_COMPLETED) now_settled_ = true;
  }
  activation_.history_length = last_event_id_;
  return absl::OkStatus();
}

absl::Status RunCore::ApplyEvent(const Event& event, const EventTraits& traits) {
  if (closed_by_ != 0) return MalformedHistory(event, "the run has been closed before");
  if (commands_follow_ && traits.role != Role::kCommand) {
    commands_follow_ = false;
    if (absl::Status status = machines_.CheckAllMatched(event); !status.ok()) return status;
  }
  if (traits.closes) closed_by_ = event.event_type();
  switch (traits.role) {
    case Role::kCommand:
      if (!commands_follow_) {
        return MalformedHistory(event, "an event of a command must follow the WorkflowTaskCompleted that brought it");
      }
      if (traits.family == Family::kMarker) return ApplyMarker(event);
      [[fallthrough]];
    case Role::kRouted:
      return machines_.Apply(event, traits, activation_.outcomes);
    case Role::kWorkflowTask:
      return ApplyWorkflowTaskEvent(event, traits.input);
    case Role::kStarted:
      if (event.event_id() != 1) return MalformedHistory(event, "only the first event starts a run");
      activation_.started = &event;
      activation_.now = FromProto(event.event_time());
      workflow_type_ = event.workflow_execution_started_event_attributes().workflow_type().name();
      return absl::OkStatus();
    case Role::kSignal:
      activation_.signals.push_back(&event);
      return absl::OkStatus();
    case Role::kUpdateAdmitted:
      NoteAdmitted(event);
      return absl::OkStatus();
    case Role::kCancelRequest:
      activation_.outcomes.push_back({nullptr, &event});
      return absl::OkStatus();
    case Role::kClosedByServer:
    case Role::kInformation:
      return absl::OkStatus();
    case Role::kUnknown:
      break;
  }
  return absl::OkStatus();
}

absl::Status RunCore::ApplyMarker(const Event& event) {
  const auto marker = ReadMarker(event);
  if (!marker.ok()) return MalformedHistory(event, std::string(marker.status().message()));
  return machines_.ApplyMarker(event, KeyOf(*marker));
}

absl::Status RunCore::LookAhead(const HistoryEvents& events, int at, int end) {
  activation_.completed = &events[at];
  for (++at; at < end; ++at) {
    const Event& event = events[at];
    const EventTraits& traits = TraitsOf(event.event_type());
    if (traits.role != Role::kCommand) break;
    if (traits.family != Family::kMarker) continue;
    auto marker = ReadMarker(event);
    if (!marker.ok()) return MalformedHistory(event, std::string(marker.status().message()));
    activation_.markers.push_back(*std::move(marker));
  }
  return absl::OkStatus();
}

absl::Status RunCore::ApplyWorkflowTaskEvent(const Event& event, Input input) {
  if (absl::Status status = machines_.Apply(event, TraitsOf(event.event_type()), activation_.outcomes); !status.ok()) {
    return status;
  }
  if (input == Input::kStarted) {
    const auto& started = event.workflow_task_started_event_attributes();
    if (!now_settled_) activation_.now = std::max(activation_.now, FromProto(event.event_time()));
    activation_.history_size_bytes = started.history_size_bytes();
    activation_.continue_as_new_suggested = started.suggest_continue_as_new();
    activation_.target_worker_deployment_version_changed = started.target_worker_deployment_version_changed();
  } else if (input == Input::kCompleted) {
    flags_.Observe(event.workflow_task_completed_event_attributes().sdk_metadata());
    machines_.set_compare_ids(flags_.recorded(CoreFlag::kIdAndTypeChecks));
    machines_.set_own(flags_.sdk_name() == kSdkName);
    commands_follow_ = true;
  } else if (input == Input::kFailed) {
    const auto& failed = event.workflow_task_failed_event_attributes();
    if (failed.cause() == WORKFLOW_TASK_FAILED_CAUSE_RESET_WORKFLOW) activation_.new_seed = failed.new_run_id();
  }
  return absl::OkStatus();
}

std::optional<TaskFailure> RunCore::Activate(bool replaying) {
  if (activation_.started != nullptr) {
    if (auto failure = CreateInstance()) return failure;
  }
  if (!instance_) {
    return TaskFailure{WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE,
                       MakeFailure("the history does not begin with WorkflowExecutionStarted", "MalformedHistory"), 1};
  }
  activation_.replaying = replaying;
  activation_.move_terminal_commands = !replaying || flags_.recorded(CoreFlag::kMoveTerminalCommands);
  activation_.wait_timers = replaying ? flags_.wait_timers() : WaitTimers::kCancelled;
  activation_.job_batches = flags_.job_batches();
  activation_.condition_sweeps = flags_.condition_sweeps();
  instance_->Activate(activation_);
  return ProblemOfCode();
}

std::optional<TaskFailure> RunCore::EndLocalActivity(const LocalActivityEnd& end) {
  instance_->EndLocalActivity(end);
  return ProblemOfCode();
}

std::optional<TaskFailure> RunCore::ProblemOfCode() {
  if (!instance_->problem()) return std::nullopt;
  try {
    std::rethrow_exception(instance_->problem());
  } catch (const Disagreement& disagreement) {
    return FailureFor(disagreement.status);
  } catch (...) {  // of the workflow's own
  }
  return TaskFailure{WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE,
                     ExceptionToProto(instance_->problem())};
}

std::optional<TaskFailure> RunCore::CreateInstance() {
  const WorkflowDefinition* definition = options_.registry->Find(workflow_type_);
  if (definition == nullptr) {
    const std::string known = absl::StrJoin(options_.registry->types(), ", ");
    return TaskFailure{WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE,
                       MakeFailure(absl::StrCat("workflow type ", workflow_type_,
                                                " is not registered with this worker, which knows: ", known),
                                   "NotFoundError")};
  }
  instance_.emplace(options_, *definition, machines_, *activation_.started, workflow_id_, run_id_);
  return std::nullopt;
}

TaskFailure RunCore::FailureFor(const absl::Status& status) {
  std::string message(status.message());
  if (!IsNondeterminism(status)) {
    return {WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE, MakeFailure(message, "MalformedHistory"),
            EventIdOf(status), "", ""};
  }
  if (instance_) {
    const char* separator = " The code waits in: ";
    for (const WaitingCoroutine& waiting : instance_->Waiting()) {
      absl::StrAppend(&message, std::exchange(separator, ", "), waiting.what);
      if (waiting.line != 0) absl::StrAppend(&message, " (", waiting.file, ":", waiting.line, ")");
    }
  }
  DisagreementParts parts = PartsOf(status);
  return {WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR, MakeFailure(message, "NondeterminismError"),
          EventIdOf(status), std::move(parts.expected), std::move(parts.found)};
}

void RunCore::ForgetLastTask() {
  machines_.ForgetLastTask();
  last_event_id_ -= 2;  // its Scheduled and its Started
}

}  // namespace temporal::internal
