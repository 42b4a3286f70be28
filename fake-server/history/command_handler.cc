// Which function a command belongs to, what they share, and the commands that begin work.
#include "fake-server/history/command_handler.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "fake-server/history/activity_lifecycle.h"
#include "fake-server/history/field_rules.h"
#include "fake-server/history/history_context.h"
#include "fake-server/history/names.h"
#include "fake-server/history/retry_policy.h"
#include "fake-server/history/service_errors.h"
#include "fake-server/history/user_timers.h"
#include "fake-server/history/workflow_task_lifecycle.h"
#include "sdk/base/proto_time.h"

namespace temporal::server {
namespace {

namespace enums = api::enums::v1;
namespace wf = api::workflowservice::v1;
using internal::Duration;
using internal::FromProto;
using internal::ToProto;

bool ClosesWorkflow(enums::CommandType type) {
  return type == enums::COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION ||
         type == enums::COMMAND_TYPE_FAIL_WORKFLOW_EXECUTION || type == enums::COMMAND_TYPE_CANCEL_WORKFLOW_EXECUTION ||
         type == enums::COMMAND_TYPE_CONTINUE_AS_NEW_WORKFLOW_EXECUTION;
}

// A type that has no name is called by its number.
std::string CommandName(enums::CommandType type) {
  if (!enums::CommandType_IsValid(type)) return absl::StrCat(static_cast<int>(type));
  return ShortName(enums::CommandType_Name(type), "COMMAND_TYPE_");
}

}  // namespace

std::string CommandFailure::Text() const {
  return message.empty() ? CauseName(cause) : absl::StrCat(CauseName(cause), ": ", message);
}

absl::Status CheckCommandSequence(const google::protobuf::RepeatedPtrField<api::command::v1::Command>& commands) {
  for (int at = 0; at + 1 < commands.size(); ++at) {
    if (!ClosesWorkflow(commands[at].command_type())) continue;
    std::vector<std::string> names;
    for (const auto& command : commands) names.push_back(CommandName(command.command_type()));
    return InvalidArgument(absl::StrCat("invalid command sequence: [", absl::StrJoin(names, ", "), "], command ",
                                        names[static_cast<std::size_t>(at)], " must be the last command."));
  }
  for (const auto& command : commands) {
    if (enums::CommandType_IsValid(command.command_type()) && command.command_type() != 0) continue;
    return InvalidArgument(absl::StrCat("unknown command type: ", CommandName(command.command_type())));
  }
  return absl::OkStatus();
}

CommandHandler::CommandHandler(MutableState& run, const wf::RespondWorkflowTaskCompletedRequest& request,
                               std::int64_t completed_event_id)
    : run_(run),
      request_(request),
      completed_event_id_(completed_event_id),
      now_(run.Now()),
      unhandled_events_(run.builder.HasBuffered()) {
  for (const Message& message : request_.messages()) messages_[message.id()] = &message;
}

CommandHandler::Handler CommandHandler::Find(const Command& command) {
  switch (command.command_type()) {
    case enums::COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK:
      return &CommandHandler::ScheduleActivity;
    case enums::COMMAND_TYPE_REQUEST_CANCEL_ACTIVITY_TASK:
      return &CommandHandler::RequestCancelActivity;
    case enums::COMMAND_TYPE_START_TIMER:
      return &CommandHandler::StartTimer;
    case enums::COMMAND_TYPE_CANCEL_TIMER:
      return &CommandHandler::CancelTimer;
    case enums::COMMAND_TYPE_RECORD_MARKER:
      return &CommandHandler::RecordMarker;
    case enums::COMMAND_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES:
      return &CommandHandler::UpsertSearchAttributes;
    case enums::COMMAND_TYPE_MODIFY_WORKFLOW_PROPERTIES:
      return &CommandHandler::ModifyProperties;
    case enums::COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION:
      return &CommandHandler::CompleteWorkflow;
    case enums::COMMAND_TYPE_FAIL_WORKFLOW_EXECUTION:
      return &CommandHandler::FailWorkflow;
    case enums::COMMAND_TYPE_CANCEL_WORKFLOW_EXECUTION:
      return &CommandHandler::CancelWorkflow;
    case enums::COMMAND_TYPE_CONTINUE_AS_NEW_WORKFLOW_EXECUTION:
      return &CommandHandler::ContinueAsNew;
    case enums::COMMAND_TYPE_START_CHILD_WORKFLOW_EXECUTION:
      return &CommandHandler::StartChild;
    case enums::COMMAND_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION:
      return &CommandHandler::SignalExternal;
    case enums::COMMAND_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION:
      return &CommandHandler::RequestCancelExternal;
    case enums::COMMAND_TYPE_PROTOCOL_MESSAGE:
      return &CommandHandler::ProtocolMessage;
    case enums::COMMAND_TYPE_SCHEDULE_NEXUS_OPERATION:
      return &CommandHandler::ScheduleNexusOperation;
    case enums::COMMAND_TYPE_REQUEST_CANCEL_NEXUS_OPERATION:
      return &CommandHandler::RequestCancelNexusOperation;
    default:
      return &CommandHandler::NotOffered;
  }
}

CommandHandler::Result CommandHandler::HandleAll() {
  for (const Command& command : request_.commands()) {
    if (Result failure = (this->*Find(command))(command)) return failure;
  }
  if (Result failure = HandleRemainingMessages()) return failure;
  // Otherwise they would be sent again and again. A worker that asks for more time has them still.
  if (run_.running() && !request_.force_create_new_workflow_task()) run_.updates.RejectUnprocessed();
  return std::nullopt;
}

void CommandHandler::Undo() {
  for (auto step = undo_.rbegin(); step != undo_.rend(); ++step) (*step)();
  undo_.clear();
}

void CommandHandler::Dispatch(wf::RespondWorkflowTaskCompletedResponse& response) {
  if (!run_.running()) return;
  for (auto& follow : follow_ups_) follow();
  for (const NewActivity& added : new_activities_) {
    Activity* activity = run_.MutableActivity(added.scheduled_event_id);
    if (activity == nullptr || activity->cancel_requested) continue;
    if (added.eager && run_.context.config.eager_activities) {
      StartActivity(run_, *activity, request_.identity());
      FillActivityTask(run_, *activity, *response.add_activity_tasks());
    } else {
      OfferActivity(run_, *activity);
    }
  }
}

bool CommandHandler::TooLong(std::string_view text) const {
  return text.size() > static_cast<std::size_t>(run_.context.config.max_id_length);
}

bool CommandHandler::TooLarge(std::size_t bytes) const {
  return bytes > static_cast<std::size_t>(run_.context.config.max_blob_bytes);
}

std::unique_ptr<CommandHandler::Event> CommandHandler::MakeEvent(const Command& command, enums::EventType type) const {
  auto event = HistoryBuilder::Make(type, now_);
  if (command.has_user_metadata()) *event->mutable_user_metadata() = command.user_metadata();
  return event;
}

// -- Activities ---------------------------------------------------------------------------------------

CommandHandler::Result CommandHandler::CheckActivity(const Command& command) const {
  constexpr Cause kBad = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_SCHEDULE_ACTIVITY_ATTRIBUTES;
  const auto bad = [](std::string text) { return CommandFailure{.cause = kBad, .message = std::move(text)}; };
  if (!command.has_schedule_activity_task_command_attributes()) {
    return bad("ScheduleActivityTaskCommandAttributes is not set on ScheduleActivityTaskCommand.");
  }
  const auto& asked = command.schedule_activity_task_command_attributes();
  const std::string& id = asked.activity_id();
  const std::string& type = asked.activity_type().name();
  const std::int64_t limit = run_.context.config.max_id_length;
  if (!asked.has_task_queue()) return bad("taskQueue is not set");
  if (auto status = ValidateTaskQueue(asked.task_queue(), limit); !status.ok())
    return bad(std::string(status.message()));
  if (id.empty()) return bad("activityId is not set");
  if (type.empty()) return bad("activityType is not set");
  if (auto status = ValidateRetryPolicy(asked.retry_policy()); !status.ok()) return bad(std::string(status.message()));
  if (TooLong(id)) return bad(absl::StrCat("activityId exceeds length limit. Length=", id.size(), " Limit=", limit));
  if (TooLong(type)) {
    return bad(absl::StrCat("activityType exceeds length limit. Length=", type.size(), " Limit=", limit));
  }
  if (auto status = ValidatePriority(asked.priority()); !status.ok()) {
    return bad(absl::StrCat("invalid priorities: ", status.message()));
  }
  if (auto status = ValidateActivityTimeouts(asked, id, type); !status.ok()) return bad(std::string(status.message()));
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  if (asked.use_workflow_build_id() && asked.task_queue().name() != run_.start().task_queue().name()) {
    return bad("Activity with UseCompatibleVersion cannot run on different task queue.");
  }
#pragma GCC diagnostic pop
  if (TooLarge(asked.input().ByteSizeLong())) {
    return CommandFailure{.cause = kBad,
                          .message = "ScheduleActivityTaskCommandAttributes.Input exceeds size limit.",
                          .terminates = true};
  }
  const auto pending = static_cast<std::int64_t>(run_.activities.size());
  if (pending >= run_.context.config.max_pending_activities) {
    return CommandFailure{.cause = enums::WORKFLOW_TASK_FAILED_CAUSE_PENDING_ACTIVITIES_LIMIT_EXCEEDED,
                          .message = absl::StrCat("the number of pending activities, ", pending,
                                                  ", has reached the per-workflow limit of ",
                                                  run_.context.config.max_pending_activities)};
  }
  if (run_.FindActivity(id) != nullptr) {
    return CommandFailure{
        .cause = enums::WORKFLOW_TASK_FAILED_CAUSE_SCHEDULE_ACTIVITY_DUPLICATE_ID,
        .message = absl::StrCat(
            "invalid history builder state for action: add-activitytask-scheduled-event, ActivityID: ", id)};
  }
  return std::nullopt;
}

CommandHandler::Result CommandHandler::ScheduleActivity(const Command& command) {
  if (Result failure = CheckActivity(command)) return failure;
  const auto& asked = command.schedule_activity_task_command_attributes();
  auto event = MakeEvent(command, enums::EVENT_TYPE_ACTIVITY_TASK_SCHEDULED);
  auto& attributes = *event->mutable_activity_task_scheduled_event_attributes();
  attributes.set_workflow_task_completed_event_id(completed_event_id_);
  attributes.set_activity_id(asked.activity_id());
  *attributes.mutable_activity_type() = asked.activity_type();
  *attributes.mutable_task_queue() = KeptTaskQueue(asked.task_queue());
  if (asked.has_header()) *attributes.mutable_header() = asked.header();
  if (asked.has_input()) *attributes.mutable_input() = asked.input();
  *attributes.mutable_schedule_to_close_timeout() = CapDuration(asked.schedule_to_close_timeout());
  *attributes.mutable_schedule_to_start_timeout() = CapDuration(asked.schedule_to_start_timeout());
  *attributes.mutable_start_to_close_timeout() = CapDuration(asked.start_to_close_timeout());
  *attributes.mutable_heartbeat_timeout() = CapDuration(asked.heartbeat_timeout());
  NormaliseActivityTimeouts(attributes, run_.start().workflow_run_timeout());
  *attributes.mutable_retry_policy() = asked.retry_policy();
  FillRetryDefaults(*attributes.mutable_retry_policy());
  if (asked.has_priority()) *attributes.mutable_priority() = asked.priority();
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  attributes.set_use_workflow_build_id(asked.use_workflow_build_id());
#pragma GCC diagnostic pop
  const std::int64_t id = run_.builder.Add(std::move(event));
  AddActivity(run_, id);
  undo_.emplace_back([this, id] { RemoveActivity(run_, id); });
  new_activities_.push_back({id, asked.request_eager_execution()});
  return std::nullopt;
}

void CommandHandler::WriteActivityCanceled(const Activity& activity, std::int64_t cancel_requested_event_id) {
  auto event = HistoryBuilder::Make(enums::EVENT_TYPE_ACTIVITY_TASK_CANCELED, now_);
  auto& attributes = *event->mutable_activity_task_canceled_event_attributes();
  auto& details = *attributes.mutable_details()->add_payloads();
  (*details.mutable_metadata())["encoding"] = "json/plain";
  details.set_data("\"ACTIVITY_ID_NOT_STARTED\"");
  attributes.set_latest_cancel_requested_event_id(cancel_requested_event_id);
  attributes.set_scheduled_event_id(activity.scheduled_event_id);
  attributes.set_identity(request_.identity());
  run_.builder.Add(std::move(event));
  undo_.emplace_back([this] { run_.builder.DropLastBuffered(); });
}

CommandHandler::Result CommandHandler::RequestCancelActivity(const Command& command) {
  const auto bad = [](std::string text) {
    return CommandFailure{.cause = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_REQUEST_CANCEL_ACTIVITY_ATTRIBUTES,
                          .message = std::move(text)};
  };
  if (!command.has_request_cancel_activity_task_command_attributes()) {
    return bad("RequestCancelActivityTaskCommandAttributes is not set on RequestCancelActivityTaskCommand.");
  }
  const std::int64_t id = command.request_cancel_activity_task_command_attributes().scheduled_event_id();
  if (id <= 0) return bad("ScheduledEventId is not set on RequestCancelActivityTaskCommand.");
  Activity* activity = run_.MutableActivity(id);
  const bool ended = activity == nullptr && run_.builder.HasBufferedActivityClose(id);
  if (!ended && (activity == nullptr || activity->cancel_requested)) {
    return bad(absl::StrCat(
        "invalid history builder state for action: add-activitytask-cancel-requested-event, ScheduledEventID: ", id));
  }
  auto event = MakeEvent(command, enums::EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED);
  auto& attributes = *event->mutable_activity_task_cancel_requested_event_attributes();
  attributes.set_scheduled_event_id(id);
  attributes.set_workflow_task_completed_event_id(completed_event_id_);
  const std::int64_t requested = run_.builder.Add(std::move(event));
  if (ended) return std::nullopt;
  if (activity->started) {
    activity->cancel_requested = true;
    activity->cancel_requested_event_id = requested;
    undo_.emplace_back([this, id] {
      Activity& back = *run_.MutableActivity(id);
      back.cancel_requested = false;
      back.cancel_requested_event_id = 0;
    });
    return std::nullopt;
  }
  WriteActivityCanceled(*activity, requested);
  Activity removed = RemoveActivity(run_, id);
  // A task of it that waited for a worker, or a next attempt, comes back with it.
  undo_.emplace_back([this, removed = std::move(removed)]() mutable {
    const std::int64_t back = removed.scheduled_event_id;
    RestoreActivity(run_, std::move(removed));
    ResumeActivity(run_, *run_.MutableActivity(back));
  });
  wants_workflow_task_ = true;
  return std::nullopt;
}

// -- Timers -------------------------------------------------------------------------------------------

CommandHandler::Result CommandHandler::StartTimer(const Command& command) {
  const auto bad = [](std::string text) {
    return CommandFailure{.cause = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_START_TIMER_ATTRIBUTES,
                          .message = std::move(text)};
  };
  if (!command.has_start_timer_command_attributes()) {
    return bad("StartTimerCommandAttributes is not set on StartTimerCommand.");
  }
  const auto& asked = command.start_timer_command_attributes();
  const std::string& id = asked.timer_id();
  if (id.empty()) return bad("TimerId is not set on StartTimerCommand.");
  if (TooLong(id)) {
    return bad(absl::StrCat("TimerId on StartTimerCommand exceeds length limit. TimerId=", id, " Length=", id.size(),
                            " Limit=", run_.context.config.max_id_length));
  }
  if (auto status = ValidateDuration(asked.start_to_fire_timeout()); !status.ok()) {
    return bad(absl::StrCat("An invalid StartToFireTimeout is set on StartTimerCommand: ", status.message(),
                            ". TimerId=", id));
  }
  if (run_.timers.contains(id)) {
    return CommandFailure{
        .cause = enums::WORKFLOW_TASK_FAILED_CAUSE_START_TIMER_DUPLICATE_ID,
        .message = absl::StrCat("invalid history builder state for action: add-timer-started-event, TimerID: ", id)};
  }
  auto event = MakeEvent(command, enums::EVENT_TYPE_TIMER_STARTED);
  auto& attributes = *event->mutable_timer_started_event_attributes();
  attributes.set_timer_id(id);
  if (asked.has_start_to_fire_timeout()) {
    *attributes.mutable_start_to_fire_timeout() = CapDuration(asked.start_to_fire_timeout());
  }
  attributes.set_workflow_task_completed_event_id(completed_event_id_);
  const std::int64_t started = run_.builder.Add(std::move(event));
  AddUserTimer(run_, id,
               {started, internal::SaturatedAdd(now_, FromProto(CapDuration(asked.start_to_fire_timeout())))});
  undo_.emplace_back([this, id] { RemoveUserTimer(run_, id); });
  return std::nullopt;
}

CommandHandler::Result CommandHandler::CancelTimer(const Command& command) {
  const auto bad = [](std::string text) {
    return CommandFailure{.cause = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_CANCEL_TIMER_ATTRIBUTES,
                          .message = std::move(text)};
  };
  if (!command.has_cancel_timer_command_attributes()) {
    return bad("CancelTimerCommandAttributes is not set on CancelTimerCommand.");
  }
  const std::string& id = command.cancel_timer_command_attributes().timer_id();
  if (id.empty()) return bad("TimerId is not set on CancelTimerCommand.");
  if (TooLong(id)) {
    return bad(absl::StrCat("TimerId on CancelTimerCommand exceeds length limit. TimerId=", id, " Length=", id.size(),
                            " Limit=", run_.context.config.max_id_length));
  }
  std::int64_t started = 0;
  if (const auto found = run_.timers.find(id); found != run_.timers.end()) {
    started = found->second.started_event_id;
    undo_.emplace_back([this, id, timer = found->second] { AddUserTimer(run_, id, timer); });
    RemoveUserTimer(run_, id);
  } else {
    std::size_t at = 0;
    std::unique_ptr<Event> fired = run_.builder.TakeBufferedTimerFired(id, at);
    if (fired == nullptr) {
      return bad(absl::StrCat("invalid history builder state for action: add-timer-canceled-event, TimerID: ", id));
    }
    started = fired->timer_fired_event_attributes().started_event_id();
    unhandled_events_ = run_.builder.HasBuffered();
    undo_.emplace_back(
        [this, at, fired = std::move(fired)]() mutable { run_.builder.RestoreBuffered(at, std::move(fired)); });
  }
  auto event = MakeEvent(command, enums::EVENT_TYPE_TIMER_CANCELED);
  auto& attributes = *event->mutable_timer_canceled_event_attributes();
  attributes.set_timer_id(id);
  attributes.set_started_event_id(started);
  attributes.set_workflow_task_completed_event_id(completed_event_id_);
  attributes.set_identity(request_.identity());
  run_.builder.Add(std::move(event));
  return std::nullopt;
}

}  // namespace temporal::server
