// The commands that record something of the workflow, and those that close it.
#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "fake-server/history/command_handler.h"
#include "fake-server/history/field_rules.h"
#include "fake-server/history/history_context.h"
#include "fake-server/history/names.h"
#include "fake-server/history/retry_policy.h"
#include "fake-server/history/upserts.h"
#include "sdk/base/proto_time.h"

namespace temporal::server {
namespace {

namespace enums = api::enums::v1;
using internal::Duration;
using internal::FromProto;
using internal::ToProto;

constexpr CommandHandler::Result kAccepted = std::nullopt;

CommandFailure Oversized(enums::WorkflowTaskFailedCause cause, std::string text) {
  return CommandFailure{.cause = cause, .message = std::move(text), .terminates = true};
}

using ContinueAsNewAttributes = api::command::v1::ContinueAsNewWorkflowExecutionCommandAttributes;

// What texts about a continuation end with.
std::string About(const ContinueAsNewAttributes& asked) {
  return absl::StrCat(". WorkflowType=", asked.workflow_type().name(), " TaskQueue=name:\"", asked.task_queue().name(),
                      "\"  kind:TASK_QUEUE_KIND_NORMAL");
}

CommandHandler::Result CheckContinueAsNewOptions(const ContinueAsNewAttributes& asked) {
  constexpr auto kBad = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_CONTINUE_AS_NEW_ATTRIBUTES;
  if (asked.has_retry_policy()) {
    if (auto status = ValidateRetryPolicy(asked.retry_policy()); !status.ok()) {
      return Bad(kBad, absl::StrCat("invalid WorkflowRetryPolicy on ContinueAsNewWorkflowExecutionCommand: ",
                                    status.message(), About(asked)));
    }
  }
  const std::pair<const char*, const google::protobuf::Duration*> timeouts[] = {
      {"WorkflowRunTimeout", &asked.workflow_run_timeout()},
      {"WorkflowTaskTimeout", &asked.workflow_task_timeout()},
      {"BackoffStartInterval", &asked.backoff_start_interval()},
  };
  for (const auto& [name, timeout] : timeouts) {
    if (auto status = ValidateDuration(*timeout); !status.ok()) {
      return Bad(kBad, absl::StrCat("Invalid ", name, " on ContinueAsNewWorkflowExecutionCommand: ", status.message(),
                                    About(asked)));
    }
  }
  return kAccepted;
}

// As the next run will have them.
void FillContinueAsNewDurations(const MutableState& run, ContinueAsNewAttributes& asked) {
  const auto or_before = [](const google::protobuf::Duration& given, const google::protobuf::Duration& otherwise) {
    const Duration duration = FromProto(CapDuration(given));
    return duration == Duration::zero() ? FromProto(otherwise) : duration;
  };
  const auto& before = run.start();
  const Duration run_timeout = LesserTimeout(or_before(asked.workflow_run_timeout(), before.workflow_run_timeout()),
                                             FromProto(before.workflow_execution_timeout()));
  Duration task_timeout = or_before(asked.workflow_task_timeout(), before.workflow_task_timeout());
  task_timeout = LesserTimeout(std::min(task_timeout, run.context.config.max_workflow_task_timeout), run_timeout);
  *asked.mutable_workflow_run_timeout() = ToProto(run_timeout);
  *asked.mutable_workflow_task_timeout() = ToProto(task_timeout);
  if (asked.has_backoff_start_interval()) {
    *asked.mutable_backoff_start_interval() = CapDuration(asked.backoff_start_interval());
  }
}

CommandFailure Unhandled() { return CommandFailure{.cause = enums::WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND}; }

}  // namespace

CommandHandler::Result CommandHandler::RecordMarker(const Command& command) {
  constexpr Cause kBad = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_RECORD_MARKER_ATTRIBUTES;
  if (!command.has_record_marker_command_attributes()) {
    return Bad(kBad, "RecordMarkerCommandAttributes is not set on RecordMarkerCommand.");
  }
  const auto& asked = command.record_marker_command_attributes();
  const std::string& name = asked.marker_name();
  if (name.empty()) return Bad(kBad, "MarkerName is not set on RecordMarkerCommand.");
  if (TooLong(name)) {
    return Bad(kBad, absl::StrCat("MarkerName on RecordMarkerCommand exceeds length limit. MarkerName=", name,
                                  " Length=", name.size(), " Limit=", run_.context.config.max_id_length));
  }
  std::size_t bytes = 0;
  for (const auto& [key, payloads] : asked.details()) bytes += key.size() + payloads.ByteSizeLong();
  if (TooLarge(bytes)) return Oversized(kBad, "RecordMarkerCommandAttributes.Details exceeds size limit.");
  auto event = MakeEvent(command, enums::EVENT_TYPE_MARKER_RECORDED);
  auto& attributes = *event->mutable_marker_recorded_event_attributes();
  attributes.set_marker_name(name);
  *attributes.mutable_details() = asked.details();
  attributes.set_workflow_task_completed_event_id(completed_event_id_);
  if (asked.has_header()) *attributes.mutable_header() = asked.header();
  if (asked.has_failure()) *attributes.mutable_failure() = asked.failure();
  run_.builder.Add(std::move(event));
  return kAccepted;
}

CommandHandler::Result CommandHandler::UpsertSearchAttributes(const Command& command) {
  constexpr Cause kBad = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_SEARCH_ATTRIBUTES;
  if (!command.has_upsert_workflow_search_attributes_command_attributes()) {
    return Bad(kBad,
               "UpsertWorkflowSearchAttributesCommandAttributes is not set on UpsertWorkflowSearchAttributesCommand.");
  }
  const auto& asked = command.upsert_workflow_search_attributes_command_attributes();
  if (!asked.has_search_attributes()) {
    return Bad(kBad, "SearchAttributes is not set on UpsertWorkflowSearchAttributesCommand.");
  }
  if (asked.search_attributes().indexed_fields().empty()) {
    return Bad(kBad, "IndexedFields is not set on UpsertWorkflowSearchAttributesCommand.");
  }
  auto event = MakeEvent(command, enums::EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES);
  auto& attributes = *event->mutable_upsert_workflow_search_attributes_event_attributes();
  attributes.set_workflow_task_completed_event_id(completed_event_id_);
  *attributes.mutable_search_attributes() = asked.search_attributes();
  auto& upserted = *attributes.mutable_search_attributes();
  if (auto status = run_.context.search_attributes.Normalise(run_.name_space().name, upserted); !status.ok()) {
    CommandFailure failure = Bad(kBad, std::string(status.message()));
    failure.terminates = absl::StrContains(failure.message, "exceeds size limit");
    return failure;
  }
  auto merged = Merged(run_.search_attributes.get(), upserted);
  run_.builder.Add(std::move(event));
  undo_.emplace_back([this, before = std::exchange(run_.search_attributes, std::move(merged))]() mutable {
    run_.search_attributes = std::move(before);
  });
  return kAccepted;
}

CommandHandler::Result CommandHandler::ModifyProperties(const Command& command) {
  constexpr Cause kBad = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_MODIFY_WORKFLOW_PROPERTIES_ATTRIBUTES;
  if (!command.has_modify_workflow_properties_command_attributes()) {
    return Bad(kBad, "ModifyWorkflowPropertiesCommandAttributes is not set on ModifyWorkflowPropertiesCommand.");
  }
  const auto& asked = command.modify_workflow_properties_command_attributes();
  if (!asked.has_upserted_memo()) return Bad(kBad, "UpsertedMemo is not set on ModifyWorkflowPropertiesCommand.");
  if (asked.upserted_memo().fields().empty()) {
    return Bad(kBad, "UpsertedMemo.Fields is not set on ModifyWorkflowPropertiesCommand.");
  }
  if (TooLarge(asked.upserted_memo().ByteSizeLong())) {
    return Oversized(kBad, "ModifyWorkflowPropertiesCommandAttributes exceeds size limit.");
  }
  auto event = MakeEvent(command, enums::EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED);
  auto& attributes = *event->mutable_workflow_properties_modified_event_attributes();
  attributes.set_workflow_task_completed_event_id(completed_event_id_);
  *attributes.mutable_upserted_memo() = asked.upserted_memo();
  auto merged = Merged(run_.memo.get(), asked.upserted_memo());
  run_.builder.Add(std::move(event));
  undo_.emplace_back(
      [this, before = std::exchange(run_.memo, std::move(merged))]() mutable { run_.memo = std::move(before); });
  return kAccepted;
}

// -- Closing ------------------------------------------------------------------------------------------

void CommandHandler::Close(MutableState::Status status, std::unique_ptr<Event> event) {
  run_.builder.Add(std::move(event));
  run_.SetClosed(status, now_);
  if (next_run_.has_value()) run_.new_run_id = next_run_->run_id;
  undo_.emplace_back([this] {
    run_.Reopen();
    run_.new_run_id.clear();
  });
}

CommandHandler::Result CommandHandler::CompleteWorkflow(const Command& command) {
  if (unhandled_events_) return Unhandled();
  if (!command.has_complete_workflow_execution_command_attributes()) {
    return Bad(enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_COMPLETE_WORKFLOW_EXECUTION_ATTRIBUTES,
               "CompleteWorkflowExecutionCommandAttributes is not set on CompleteWorkflowExecutionCommand.");
  }
  const auto& asked = command.complete_workflow_execution_command_attributes();
  if (TooLarge(asked.result().ByteSizeLong())) {
    // The cause is the real server's.
    return Oversized(enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_SCHEDULE_ACTIVITY_ATTRIBUTES,
                     "CompleteWorkflowExecutionCommandAttributes.Result exceeds size limit.");
  }
  auto event = MakeEvent(command, enums::EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED);
  auto& attributes = *event->mutable_workflow_execution_completed_event_attributes();
  if (asked.has_result()) *attributes.mutable_result() = asked.result();
  attributes.set_workflow_task_completed_event_id(completed_event_id_);
  if (!run_.start().cron_schedule().empty()) {
    next_run_ = CronRun(run_, asked.has_result() ? &asked.result() : nullptr, nullptr);
    attributes.set_new_execution_run_id(next_run_->run_id);
  }
  Close(enums::WORKFLOW_EXECUTION_STATUS_COMPLETED, std::move(event));
  return kAccepted;
}

CommandHandler::Result CommandHandler::FailWorkflow(const Command& command) {
  if (unhandled_events_) return Unhandled();
  constexpr Cause kBad = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_FAIL_WORKFLOW_EXECUTION_ATTRIBUTES;
  if (!command.has_fail_workflow_execution_command_attributes()) {
    return Bad(kBad, "FailWorkflowExecutionCommandAttributes is not set on FailWorkflowExecutionCommand.");
  }
  const auto& asked = command.fail_workflow_execution_command_attributes();
  if (!asked.has_failure()) return Bad(kBad, "Failure is not set on FailWorkflowExecutionCommand.");
  if (TooLarge(asked.failure().ByteSizeLong())) {
    return Oversized(kBad, "FailWorkflowExecutionCommandAttributes.Failure exceeds size limit.");
  }
  RetryDecision decision{enums::RETRY_STATE_RETRY_POLICY_NOT_SET, {}};
  if (run_.start().has_retry_policy()) {
    decision = NextWorkflowAttempt(run_.start().retry_policy(),
                                   {run_.start().attempt(), &asked.failure(), now_, run_.execution_expiration()});
  }
  auto event = MakeEvent(command, enums::EVENT_TYPE_WORKFLOW_EXECUTION_FAILED);
  auto& attributes = *event->mutable_workflow_execution_failed_event_attributes();
  *attributes.mutable_failure() = asked.failure();
  attributes.set_retry_state(decision.state);
  attributes.set_workflow_task_completed_event_id(completed_event_id_);
  if (decision.state == enums::RETRY_STATE_IN_PROGRESS) {
    next_run_ = RetryRun(run_, &asked.failure(), decision.delay, /*keeps_last_result=*/false);
  } else if (!run_.start().cron_schedule().empty()) {
    next_run_ = CronRun(run_, nullptr, &asked.failure());
  }
  if (next_run_.has_value()) attributes.set_new_execution_run_id(next_run_->run_id);
  Close(enums::WORKFLOW_EXECUTION_STATUS_FAILED, std::move(event));
  return kAccepted;
}

CommandHandler::Result CommandHandler::CancelWorkflow(const Command& command) {
  if (unhandled_events_) return Unhandled();
  if (!command.has_cancel_workflow_execution_command_attributes()) {
    return Bad(enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_CANCEL_WORKFLOW_EXECUTION_ATTRIBUTES,
               "CancelWorkflowExecutionCommandAttributes is not set on CancelWorkflowExecutionCommand.");
  }
  const auto& asked = command.cancel_workflow_execution_command_attributes();
  auto event = MakeEvent(command, enums::EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED);
  auto& attributes = *event->mutable_workflow_execution_canceled_event_attributes();
  attributes.set_workflow_task_completed_event_id(completed_event_id_);
  if (asked.has_details()) *attributes.mutable_details() = asked.details();
  Close(enums::WORKFLOW_EXECUTION_STATUS_CANCELED, std::move(event));
  return kAccepted;
}

// What the command leaves out is as in the run that ends.
CommandHandler::Result CommandHandler::FillContinueAsNew(ContinueAsNewAttributes& asked) const {
  constexpr Cause kBad = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_CONTINUE_AS_NEW_ATTRIBUTES;
  const auto& before = run_.start();
  const std::int64_t limit = run_.context.config.max_id_length;
  if (asked.workflow_type().name().empty()) *asked.mutable_workflow_type() = before.workflow_type();
  if (TooLong(asked.workflow_type().name())) {
    return Bad(kBad, absl::StrCat("WorkflowType on ContinueAsNewWorkflowExecutionCommand exceeds length limit. "
                                  "WorkflowType=",
                                  asked.workflow_type().name(), " Length=", asked.workflow_type().name().size(),
                                  " Limit=", limit));
  }
  if (asked.task_queue().name().empty()) asked.mutable_task_queue()->set_name(before.task_queue().name());
  asked.mutable_task_queue()->set_kind(enums::TASK_QUEUE_KIND_NORMAL);
  asked.mutable_task_queue()->clear_normal_name();
  if (auto status = ValidateTaskQueue(asked.task_queue(), limit); !status.ok()) {
    return Bad(kBad, absl::StrCat("error validating ContinueAsNewWorkflowExecutionCommand TaskQueue: ",
                                  status.message(), About(asked)));
  }
  if (Result failure = CheckContinueAsNewOptions(asked)) return failure;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  if (asked.inherit_build_id() && asked.task_queue().name() != before.task_queue().name()) {
    return Bad(kBad, "ContinueAsNew with UseCompatibleVersion cannot run on different task queue.");
  }
#pragma GCC diagnostic pop
  FillContinueAsNewDurations(run_, asked);
  if (asked.has_search_attributes()) {
    if (auto status =
            run_.context.search_attributes.Normalise(run_.name_space().name, *asked.mutable_search_attributes());
        !status.ok()) {
      return Bad(enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_SEARCH_ATTRIBUTES, std::string(status.message()));
    }
  }
  if (TooLarge(asked.input().ByteSizeLong())) {
    return Oversized(kBad, "ContinueAsNewWorkflowExecutionCommandAttributes. Input exceeds size limit.");
  }
  if (TooLarge(asked.memo().ByteSizeLong())) {
    return Oversized(kBad, "ContinueAsNewWorkflowExecutionCommandAttributes. Memo exceeds size limit.");
  }
  KeepMemo(asked.memo(), asked);
  KeepSearchAttributes(asked.search_attributes(), asked);
  return kAccepted;
}

CommandHandler::Result CommandHandler::ContinueAsNew(const Command& command) {
  if (unhandled_events_) return Unhandled();
  if (!command.has_continue_as_new_workflow_execution_command_attributes()) {
    return Bad(enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_CONTINUE_AS_NEW_ATTRIBUTES,
               "ContinueAsNewWorkflowExecutionCommandAttributes is not set on ContinueAsNewWorkflowExecutionCommand.");
  }
  auto asked = command.continue_as_new_workflow_execution_command_attributes();
  if (Result failure = FillContinueAsNew(asked)) return failure;
  next_run_ = ContinuedRun(run_, asked);

  auto event = MakeEvent(command, enums::EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW);
  auto& attributes = *event->mutable_workflow_execution_continued_as_new_event_attributes();
  attributes.set_workflow_task_completed_event_id(completed_event_id_);
  attributes.set_new_execution_run_id(next_run_->run_id);
  *attributes.mutable_workflow_type() = asked.workflow_type();
  *attributes.mutable_task_queue() = asked.task_queue();
  *attributes.mutable_workflow_run_timeout() = asked.workflow_run_timeout();
  *attributes.mutable_workflow_task_timeout() = asked.workflow_task_timeout();
  attributes.set_initiator(asked.initiator());
  if (asked.has_backoff_start_interval()) {
    *attributes.mutable_backoff_start_interval() = asked.backoff_start_interval();
  }
  if (asked.has_input()) *attributes.mutable_input() = asked.input();
  if (asked.has_header()) *attributes.mutable_header() = asked.header();
  if (asked.has_memo()) *attributes.mutable_memo() = asked.memo();
  if (asked.has_search_attributes()) *attributes.mutable_search_attributes() = asked.search_attributes();
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  if (asked.has_failure()) *attributes.mutable_failure() = asked.failure();
  attributes.set_inherit_build_id(asked.inherit_build_id());
#pragma GCC diagnostic pop
  if (asked.has_last_completion_result()) {
    *attributes.mutable_last_completion_result() = asked.last_completion_result();
  }
  Close(enums::WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW, std::move(event));
  return kAccepted;
}

// -- What this server does not have: no Nexus endpoint is registered ------------------------------------------------

CommandHandler::Result CommandHandler::ScheduleNexusOperation(const Command& command) {
  constexpr Cause kBad = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_SCHEDULE_NEXUS_OPERATION_ATTRIBUTES;
  if (!command.has_schedule_nexus_operation_command_attributes()) {
    return Bad(kBad, "empty ScheduleNexusOperationCommandAttributes");
  }
  return Bad(kBad, absl::StrCat("endpoint \"", command.schedule_nexus_operation_command_attributes().endpoint(),
                                "\" not found"));
}

CommandHandler::Result CommandHandler::RequestCancelNexusOperation(const Command& command) {
  constexpr Cause kBad = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_REQUEST_CANCEL_NEXUS_OPERATION_ATTRIBUTES;
  if (!command.has_request_cancel_nexus_operation_command_attributes()) {
    return Bad(kBad, "empty CancelNexusOperationCommandAttributes");
  }
  return Bad(kBad,
             absl::StrCat("requested cancelation for a non-existing or already completed operation with scheduled "
                          "event ID of ",
                          command.request_cancel_nexus_operation_command_attributes().scheduled_event_id()));
}

CommandHandler::Result CommandHandler::NotOffered(const Command& command) {
  return CommandFailure{
      .rpc = absl::UnimplementedError(absl::StrCat(
          "this server has no command ", ShortName(enums::CommandType_Name(command.command_type()), "COMMAND_TYPE_")))};
}

}  // namespace temporal::server
