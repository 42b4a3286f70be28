// The commands that concern other workflows: children, and external ones to signal and to cancel. They are checked as
// the real server checks them; what passes is something that this server does not have.
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "fake-server/history/command_handler.h"
#include "fake-server/history/cron_syntax.h"
#include "fake-server/history/field_rules.h"
#include "fake-server/history/history_context.h"
#include "fake-server/history/service_errors.h"

// The namespaces that these commands name are deprecated, but checked.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace temporal::server {
namespace {

namespace enums = api::enums::v1;

CommandFailure Bad(enums::WorkflowTaskFailedCause cause, std::string text) {
  return CommandFailure{.cause = cause, .message = std::move(text)};
}

}  // namespace

CommandHandler::Result CommandHandler::CheckNamespace(const std::string& name, Cause cause) const {
  if (name.empty() || name == run_.name_space().name) return std::nullopt;
  if (run_.context.find_namespace(name) == nullptr) return CommandFailure{.rpc = NamespaceNotFound(name)};
  return Bad(cause, "cross namespace commands are not allowed");
}

CommandHandler::Result CommandHandler::CheckChild(const Command& command) const {
  constexpr Cause kBad = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_START_CHILD_EXECUTION_ATTRIBUTES;
  if (!command.has_start_child_workflow_execution_command_attributes()) {
    // The real server stumbles over it.
    return CommandFailure{.rpc = absl::InternalError("something went wrong, please retry (c033b06a)")};
  }
  const auto& asked = command.start_child_workflow_execution_command_attributes();
  if (Result failure = CheckNamespace(asked.namespace_(), kBad)) return failure;
  const std::int64_t limit = run_.context.config.max_id_length;
  const std::string& id = asked.workflow_id();
  const std::string& type = asked.workflow_type().name();
  const std::string in_namespace = absl::StrCat(" Namespace=", run_.name_space().name);
  const std::string about = absl::StrCat(". WorkflowId=", id, " WorkflowType=", type, in_namespace);
  if (id.empty()) {
    return Bad(kBad, absl::StrCat("Required field WorkflowId is not set on StartChildWorkflowExecutionCommand. "
                                  "WorkflowType=",
                                  type, in_namespace));
  }
  if (type.empty()) {
    return Bad(kBad, absl::StrCat("Required field WorkflowType is not set on StartChildWorkflowExecutionCommand. "
                                  "WorkflowId=",
                                  id, in_namespace));
  }
  if (TooLong(id)) {
    return Bad(kBad, absl::StrCat("WorkflowId on StartChildWorkflowExecutionCommand exceeds length limit. WorkflowId=",
                                  id, " Length=", id.size(), " Limit=", limit, " WorkflowType=", type, in_namespace));
  }
  if (TooLong(type)) {
    return Bad(kBad, absl::StrCat("WorkflowType on StartChildWorkflowExecutionCommand exceeds length limit. "
                                  "WorkflowId=",
                                  id, " WorkflowType=", type, " Length=", type.size(), " Limit=", limit, in_namespace));
  }
  const std::pair<const char*, const google::protobuf::Duration*> timeouts[] = {
      {"WorkflowExecutionTimeout", &asked.workflow_execution_timeout()},
      {"WorkflowRunTimeout", &asked.workflow_run_timeout()},
      {"WorkflowTaskTimeout", &asked.workflow_task_timeout()},
  };
  for (const auto& [name, timeout] : timeouts) {
    if (auto status = ValidateDuration(*timeout); !status.ok()) {
      return Bad(kBad,
                 absl::StrCat("Invalid ", name, " on StartChildWorkflowExecutionCommand: ", status.message(), about));
    }
  }
  if (asked.has_retry_policy()) {
    if (auto status = ValidateRetryPolicy(asked.retry_policy()); !status.ok()) {
      return Bad(
          kBad,
          absl::StrCat("invalid WorkflowRetryPolicy on StartChildWorkflowExecutionCommand: ", status.message(), about));
    }
  }
  if (!asked.cron_schedule().empty() && !IsCronSchedule(asked.cron_schedule())) {
    return Bad(
        kBad, absl::StrCat("invalid CronSchedule on StartChildWorkflowExecutionCommand: invalid CronSchedule.", about));
  }
  if (!asked.task_queue().name().empty()) {
    if (auto status = ValidateTaskQueue(asked.task_queue(), limit); !status.ok()) {
      return Bad(kBad,
                 absl::StrCat("invalid TaskQueue on StartChildWorkflowExecutionCommand: ", status.message(), about,
                              " TaskQueue=name:\"", asked.task_queue().name(), "\"  kind:TASK_QUEUE_KIND_NORMAL"));
    }
  }
  if (asked.has_search_attributes()) {
    if (auto status = run_.context.search_attributes.Validate(run_.name_space().name, asked.search_attributes());
        !status.ok()) {
      return Bad(enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_SEARCH_ATTRIBUTES, std::string(status.message()));
    }
  }
  if (TooLarge(asked.input().ByteSizeLong())) {
    return CommandFailure{.cause = kBad,
                          .message = "StartChildWorkflowExecutionCommandAttributes. Input exceeds size limit.",
                          .terminates = true};
  }
  return std::nullopt;
}

CommandHandler::Result CommandHandler::StartChild(const Command& command) {
  if (Result failure = CheckChild(command)) return failure;
  return NotOffered(command);
}

CommandHandler::Result CommandHandler::SignalExternal(const Command& command) {
  constexpr Cause kBad = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_SIGNAL_WORKFLOW_EXECUTION_ATTRIBUTES;
  if (!command.has_signal_external_workflow_execution_command_attributes()) {
    return Bad(
        kBad, "SignalExternalWorkflowExecutionCommandAttributes is not set on SignalExternalWorkflowExecutionCommand.");
  }
  const auto& asked = command.signal_external_workflow_execution_command_attributes();
  if (Result failure = CheckNamespace(asked.namespace_(), kBad)) return failure;
  if (!asked.has_execution()) return Bad(kBad, "Execution is not set on SignalExternalWorkflowExecutionCommand.");
  const std::string& id = asked.execution().workflow_id();
  const std::string& run_id = asked.execution().run_id();
  const std::string about =
      absl::StrCat(" Namespace=", asked.namespace_(), " RunId=", run_id, " SignalName=", asked.signal_name());
  if (id.empty()) {
    return Bad(kBad, absl::StrCat("WorkflowId is not set on SignalExternalWorkflowExecutionCommand.", about));
  }
  if (TooLong(id)) {
    return Bad(
        kBad, absl::StrCat("WorkflowId on SignalExternalWorkflowExecutionCommand exceeds length limit. WorkflowId=", id,
                           " Length=", id.size(), " Limit=", run_.context.config.max_id_length, about));
  }
  if (!run_id.empty() && !IsUuid(run_id)) {
    return Bad(kBad,
               absl::StrCat("Invalid RunId set on SignalExternalWorkflowExecutionCommand. WorkflowId=", id, about));
  }
  if (asked.signal_name().empty()) {
    return Bad(kBad, absl::StrCat("SignalName is not set on SignalExternalWorkflowExecutionCommand. WorkflowId=", id,
                                  " Namespace=", asked.namespace_(), " RunId=", run_id));
  }
  if (TooLarge(asked.input().ByteSizeLong())) {
    return CommandFailure{.cause = kBad,
                          .message = "SignalExternalWorkflowExecutionCommandAttributes.Input exceeds size limit.",
                          .terminates = true};
  }
  return NotOffered(command);
}

CommandHandler::Result CommandHandler::RequestCancelExternal(const Command& command) {
  constexpr Cause kBad = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_ATTRIBUTES;
  if (!command.has_request_cancel_external_workflow_execution_command_attributes()) {
    return Bad(kBad,
               "RequestCancelExternalWorkflowExecutionCommandAttributes is not set on "
               "RequestCancelExternalWorkflowExecutionCommand.");
  }
  const auto& asked = command.request_cancel_external_workflow_execution_command_attributes();
  if (Result failure = CheckNamespace(asked.namespace_(), kBad)) return failure;
  const std::string& id = asked.workflow_id();
  const std::string about = absl::StrCat(" RunId=", asked.run_id(), " Namespace=", asked.namespace_());
  if (id.empty()) {
    return Bad(kBad, absl::StrCat("WorkflowId is not set on RequestCancelExternalWorkflowExecutionCommand. Namespace=",
                                  asked.namespace_(), " RunId=", asked.run_id()));
  }
  if (TooLong(id)) {
    return Bad(kBad, absl::StrCat("WorkflowId on RequestCancelExternalWorkflowExecutionCommand exceeds length limit. "
                                  "WorkflowId=",
                                  id, " Length=", id.size(), " Limit=", run_.context.config.max_id_length, about));
  }
  if (!asked.run_id().empty() && !IsUuid(asked.run_id())) {
    return Bad(kBad, absl::StrCat("Invalid RunId set on RequestCancelExternalWorkflowExecutionCommand. WorkflowId=", id,
                                  about));
  }
  return NotOffered(command);
}

}  // namespace temporal::server
