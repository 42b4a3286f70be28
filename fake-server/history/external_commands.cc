// The commands that concern other workflows: children, and external ones to signal and to cancel. What is asked of
// those happens in later transactions (child_workflows.h, external_requests.h).
#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "fake-server/history/child_workflows.h"
#include "fake-server/history/command_handler.h"
#include "fake-server/history/cron_schedule.h"
#include "fake-server/history/external_requests.h"
#include "fake-server/history/field_rules.h"
#include "fake-server/history/history_context.h"
#include "fake-server/history/retry_policy.h"
#include "fake-server/history/service_errors.h"
#include "fake-server/history/upserts.h"
#include "sdk/base/proto_time.h"

// The namespaces that these commands name are deprecated, but checked.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace temporal::server {
namespace {

namespace enums = api::enums::v1;
using internal::Duration;
using internal::FromProto;
using internal::ToProto;

// At the limit there is no room for another one.
CommandHandler::Result CheckPending(std::size_t pending, std::int64_t limit, const char* what,
                                    enums::WorkflowTaskFailedCause cause) {
  if (static_cast<std::int64_t>(pending) < limit) return std::nullopt;
  return Bad(cause, absl::StrCat("the number of pending ", what, ", ", pending,
                                 ", has reached the per-workflow limit of ", limit));
}

using StartChildAttributes = api::command::v1::StartChildWorkflowExecutionCommandAttributes;
constexpr auto kBadChild = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_START_CHILD_EXECUTION_ATTRIBUTES;

// Timeouts as the child will have them.
void FillChildTimeouts(const MutableState& run, const StartChildAttributes& asked,
                       MutableState::ChildInitiatedAttributes& attributes) {
  const Duration execution = FromProto(CapDuration(asked.workflow_execution_timeout()));
  const Duration run_timeout = LesserTimeout(FromProto(CapDuration(asked.workflow_run_timeout())), execution);
  Duration task = FromProto(asked.workflow_task_timeout());
  if (task == Duration::zero()) task = run.context.config.default_workflow_task_timeout;
  task = LesserTimeout(std::min(task, run.context.config.max_workflow_task_timeout), run_timeout);
  if (asked.has_workflow_execution_timeout()) *attributes.mutable_workflow_execution_timeout() = ToProto(execution);
  *attributes.mutable_workflow_run_timeout() = ToProto(run_timeout);
  *attributes.mutable_workflow_task_timeout() = ToProto(task);
}

void FillChildOptions(const MutableState& run, const StartChildAttributes& asked,
                      MutableState::ChildInitiatedAttributes& attributes) {
  if (asked.has_input()) *attributes.mutable_input() = asked.input();
  if (asked.has_header()) *attributes.mutable_header() = asked.header();
  KeepMemo(asked.memo(), attributes);
  if (asked.has_priority()) *attributes.mutable_priority() = asked.priority();
  attributes.set_control(asked.control());
  attributes.set_cron_schedule(asked.cron_schedule());
  attributes.set_inherit_build_id(asked.inherit_build_id());
  FillChildTimeouts(run, asked, attributes);
  if (asked.has_retry_policy()) {
    *attributes.mutable_retry_policy() = asked.retry_policy();
    FillRetryDefaults(*attributes.mutable_retry_policy());
  }
  api::common::v1::SearchAttributes found = asked.search_attributes();
  run.context.search_attributes.Normalise(run.name_space().name, found).IgnoreError();  // they have been checked
  KeepSearchAttributes(found, attributes);
  attributes.set_workflow_id_reuse_policy(asked.workflow_id_reuse_policy() ==
                                                  enums::WORKFLOW_ID_REUSE_POLICY_UNSPECIFIED
                                              ? enums::WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE
                                              : asked.workflow_id_reuse_policy());
  attributes.set_parent_close_policy(asked.parent_close_policy() == enums::PARENT_CLOSE_POLICY_UNSPECIFIED
                                         ? enums::PARENT_CLOSE_POLICY_TERMINATE
                                         : asked.parent_close_policy());
}

}  // namespace

CommandHandler::Result CommandHandler::CheckNamespace(const std::string& name, Cause cause) const {
  if (name.empty() || name == run_.name_space().name) return std::nullopt;
  if (run_.context.find_namespace(name) == nullptr) return CommandFailure{.rpc = NamespaceNotFound(name)};
  return Bad(cause, "cross namespace commands are not allowed");
}

CommandHandler::Result CommandHandler::CheckChildNames(const StartChildAttributes& asked) const {
  const std::int64_t limit = run_.context.config.max_id_length;
  const std::string& id = asked.workflow_id();
  const std::string& type = asked.workflow_type().name();
  const std::string in_namespace = absl::StrCat(" Namespace=", run_.name_space().name);
  if (id.empty()) {
    return Bad(kBadChild, absl::StrCat("Required field WorkflowId is not set on StartChildWorkflowExecutionCommand. "
                                       "WorkflowType=",
                                       type, in_namespace));
  }
  if (type.empty()) {
    return Bad(kBadChild, absl::StrCat("Required field WorkflowType is not set on StartChildWorkflowExecutionCommand. "
                                       "WorkflowId=",
                                       id, in_namespace));
  }
  if (TooLong(id)) {
    return Bad(kBadChild,
               absl::StrCat("WorkflowId on StartChildWorkflowExecutionCommand exceeds length limit. WorkflowId=", id,
                            " Length=", id.size(), " Limit=", limit, " WorkflowType=", type, in_namespace));
  }
  if (TooLong(type)) {
    return Bad(kBadChild,
               absl::StrCat("WorkflowType on StartChildWorkflowExecutionCommand exceeds length limit. WorkflowId=", id,
                            " WorkflowType=", type, " Length=", type.size(), " Limit=", limit, in_namespace));
  }
  return std::nullopt;
}

CommandHandler::Result CommandHandler::CheckChildOptions(const StartChildAttributes& asked) const {
  const std::string about =
      absl::StrCat(". WorkflowId=", asked.workflow_id(), " WorkflowType=", asked.workflow_type().name(),
                   " Namespace=", run_.name_space().name);
  const auto bad = [&](const char* what, const absl::Status& status, absl::string_view more = "") {
    return Bad(kBadChild,
               absl::StrCat(what, " on StartChildWorkflowExecutionCommand: ", status.message(), about, more));
  };
  const std::pair<const char*, const google::protobuf::Duration*> timeouts[] = {
      {"Invalid WorkflowExecutionTimeout", &asked.workflow_execution_timeout()},
      {"Invalid WorkflowRunTimeout", &asked.workflow_run_timeout()},
      {"Invalid WorkflowTaskTimeout", &asked.workflow_task_timeout()},
  };
  for (const auto& [what, timeout] : timeouts) {
    if (auto status = ValidateDuration(*timeout); !status.ok()) return bad(what, status);
  }
  if (asked.has_retry_policy()) {
    if (auto status = ValidateRetryPolicy(asked.retry_policy()); !status.ok()) {
      return bad("invalid WorkflowRetryPolicy", status);
    }
  }
  if (!asked.cron_schedule().empty()) {
    if (auto status = ValidateCronSchedule(asked.cron_schedule(), now_); !status.ok()) {
      return bad("invalid CronSchedule", status);
    }
  }
  const std::string& queue = asked.task_queue().name();
  if (queue.empty()) return std::nullopt;
  if (auto status = ValidateTaskQueue(asked.task_queue(), run_.context.config.max_id_length); !status.ok()) {
    return bad("invalid TaskQueue", status,
               absl::StrCat(" TaskQueue=name:\"", queue, "\"  kind:TASK_QUEUE_KIND_NORMAL"));
  }
  if (asked.inherit_build_id() && queue != run_.start().task_queue().name()) {
    return Bad(kBadChild, "StartChildWorkflowExecution with UseCompatibleVersion cannot run on different task queue.");
  }
  return std::nullopt;
}

CommandHandler::Result CommandHandler::CheckChild(const Command& command) const {
  if (!command.has_start_child_workflow_execution_command_attributes()) {
    // The real server stumbles over it.
    return CommandFailure{.rpc = absl::InternalError("something went wrong, please retry (c033b06a)")};
  }
  const auto& asked = command.start_child_workflow_execution_command_attributes();
  if (Result failure = CheckNamespace(asked.namespace_(), kBadChild)) return failure;
  if (Result failure = CheckChildNames(asked)) return failure;
  if (Result failure = CheckChildOptions(asked)) return failure;
  if (asked.has_search_attributes()) {
    if (auto status = run_.context.search_attributes.Validate(run_.name_space().name, asked.search_attributes());
        !status.ok()) {
      return Bad(enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_SEARCH_ATTRIBUTES, std::string(status.message()));
    }
  }
  if (TooLarge(asked.input().ByteSizeLong())) {
    return CommandFailure{.cause = kBadChild,
                          .message = "StartChildWorkflowExecutionCommandAttributes. Input exceeds size limit.",
                          .terminates = true};
  }
  return CheckPending(run_.children.size(), run_.context.config.max_pending_children, "child workflow executions",
                      enums::WORKFLOW_TASK_FAILED_CAUSE_PENDING_CHILD_WORKFLOWS_LIMIT_EXCEEDED);
}

CommandHandler::Result CommandHandler::StartChild(const Command& command) {
  if (Result failure = CheckChild(command)) return failure;
  const auto& asked = command.start_child_workflow_execution_command_attributes();
  auto event = MakeEvent(command, enums::EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED);
  auto& attributes = *event->mutable_start_child_workflow_execution_initiated_event_attributes();
  attributes.set_workflow_task_completed_event_id(completed_event_id_);
  attributes.set_namespace_(run_.name_space().name);
  attributes.set_namespace_id(run_.name_space().id);
  attributes.set_workflow_id(asked.workflow_id());
  *attributes.mutable_workflow_type() = asked.workflow_type();
  *attributes.mutable_task_queue() = KeptTaskQueue(asked.task_queue());
  if (asked.task_queue().name().empty()) attributes.mutable_task_queue()->set_name(run_.start().task_queue().name());
  FillChildOptions(run_, asked, attributes);
  const std::int64_t id = run_.builder.Add(std::move(event));
  run_.children.emplace(id, Child());
  started_children_.insert(asked.workflow_id());
  undo_.emplace_back([this, id] { run_.children.erase(id); });
  follow_ups_.emplace_back([this, id] { FollowWithChild(run_, id); });
  return std::nullopt;
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
  if (Result failure = CheckPending(run_.external_signals.size(), run_.context.config.max_pending_external_signals,
                                    "signals to external workflows",
                                    enums::WORKFLOW_TASK_FAILED_CAUSE_PENDING_SIGNALS_LIMIT_EXCEEDED)) {
    return failure;
  }
  auto event = MakeEvent(command, enums::EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED);
  auto& attributes = *event->mutable_signal_external_workflow_execution_initiated_event_attributes();
  attributes.set_workflow_task_completed_event_id(completed_event_id_);
  attributes.set_namespace_(asked.namespace_());
  attributes.set_namespace_id(run_.name_space().id);
  *attributes.mutable_workflow_execution() = asked.execution();
  attributes.set_signal_name(asked.signal_name());
  if (asked.has_input()) *attributes.mutable_input() = asked.input();
  if (asked.has_header()) *attributes.mutable_header() = asked.header();
  attributes.set_control(asked.control());
  attributes.set_child_workflow_only(asked.child_workflow_only());
  const std::int64_t initiated = run_.builder.Add(std::move(event));
  run_.external_signals.insert(initiated);
  undo_.emplace_back([this, initiated] { run_.external_signals.erase(initiated); });
  follow_ups_.emplace_back([this, initiated] { FollowWithSignal(run_, initiated); });
  return std::nullopt;
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
  if (started_children_.contains(id)) {
    return Bad(kBad, absl::StrCat("Start and RequestCancel for child workflow is not allowed in same workflow task. "
                                  "WorkflowId=",
                                  id, about));
  }
  if (Result failure = CheckPending(run_.external_cancels.size(), run_.context.config.max_pending_external_cancels,
                                    "requests to cancel external workflows",
                                    enums::WORKFLOW_TASK_FAILED_CAUSE_PENDING_REQUEST_CANCEL_LIMIT_EXCEEDED)) {
    return failure;
  }
  auto event = MakeEvent(command, enums::EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED);
  auto& attributes = *event->mutable_request_cancel_external_workflow_execution_initiated_event_attributes();
  attributes.set_workflow_task_completed_event_id(completed_event_id_);
  attributes.set_namespace_(asked.namespace_());
  attributes.set_namespace_id(run_.name_space().id);
  attributes.mutable_workflow_execution()->set_workflow_id(id);
  attributes.mutable_workflow_execution()->set_run_id(asked.run_id());
  attributes.set_control(asked.control());
  attributes.set_child_workflow_only(asked.child_workflow_only());
  attributes.set_reason(asked.reason());
  const std::int64_t initiated = run_.builder.Add(std::move(event));
  run_.external_cancels.insert(initiated);
  undo_.emplace_back([this, initiated] { run_.external_cancels.erase(initiated); });
  follow_ups_.emplace_back([this, initiated] { FollowWithCancel(run_, initiated); });
  return std::nullopt;
}

}  // namespace temporal::server
