// The steps between parents and children.
#include "fake-server/history/child_workflows.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "fake-server/history/external_requests.h"
#include "fake-server/history/history_context.h"
#include "fake-server/history/run_lifecycle.h"
#include "fake-server/history/transaction.h"
#include "fake-server/history/workflow_task_lifecycle.h"

// Controls are deprecated, but kept.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace temporal::server {
namespace {

namespace enums = api::enums::v1;
using api::history::v1::HistoryEvent;
using Initiated = MutableState::ChildInitiatedAttributes;

// By its number: the constant is marked as deprecated.
constexpr int kTerminateIfRunning = 4;

// The child's own fields win over its parent's.
void MergePriority(const MutableState& parent, const Initiated& initiated, MutableState::StartedAttributes& started) {
  if (parent.priority() == nullptr && !initiated.has_priority()) return;
  auto& merged = *started.mutable_priority();
  if (parent.priority() != nullptr) merged = *parent.priority();
  const auto& own = initiated.priority();
  if (own.priority_key() != 0) merged.set_priority_key(own.priority_key());
  if (!own.fairness_key().empty()) merged.set_fairness_key(own.fairness_key());
  if (own.fairness_weight() != 0) merged.set_fairness_weight(own.fairness_weight());
}

void LinkToParent(const MutableState& parent, std::int64_t initiated_event_id,
                  MutableState::StartedAttributes& started) {
  started.set_parent_workflow_namespace(parent.name_space().name);
  started.set_parent_workflow_namespace_id(parent.name_space().id);
  *started.mutable_parent_workflow_execution() = parent.execution();
  started.set_parent_initiated_event_id(initiated_event_id);
  *started.mutable_root_workflow_execution() =
      parent.start().has_root_workflow_execution() ? parent.start().root_workflow_execution() : parent.execution();
}

NewRun ChildRun(const MutableState& parent, std::int64_t initiated_event_id) {
  const HistoryEvent& event = parent.events().at(initiated_event_id);
  const Initiated& initiated = parent.initiated_child(initiated_event_id);
  NewRun run;
  run.name_space = &parent.name_space();
  run.workflow_id = initiated.workflow_id();
  run.run_id = parent.context.random.Uuid();
  run.request_id = absl::StrCat(parent.run_id(), ":", initiated_event_id, ":0");
  run.started = HistoryBuilder::Make(enums::EVENT_TYPE_WORKFLOW_EXECUTION_STARTED, parent.Now());
  if (event.has_user_metadata()) *run.started->mutable_user_metadata() = event.user_metadata();
  auto& started = run.attributes();
  *started.mutable_workflow_type() = initiated.workflow_type();
  started.set_workflow_id(initiated.workflow_id());
  *started.mutable_task_queue() = initiated.task_queue();
  if (initiated.has_input()) *started.mutable_input() = initiated.input();
  if (initiated.has_header()) *started.mutable_header() = initiated.header();
  if (initiated.has_memo()) *started.mutable_memo() = initiated.memo();
  if (initiated.has_search_attributes()) *started.mutable_search_attributes() = initiated.search_attributes();
  if (initiated.has_retry_policy()) *started.mutable_retry_policy() = initiated.retry_policy();
  if (initiated.has_workflow_execution_timeout()) {
    *started.mutable_workflow_execution_timeout() = initiated.workflow_execution_timeout();
  }
  *started.mutable_workflow_run_timeout() = initiated.workflow_run_timeout();
  *started.mutable_workflow_task_timeout() = initiated.workflow_task_timeout();
  started.mutable_first_workflow_task_backoff();
  if (!initiated.cron_schedule().empty()) BeginCron(initiated.cron_schedule(), parent.Now(), started);
  started.set_original_execution_run_id(run.run_id);
  started.set_first_execution_run_id(run.run_id);
  started.set_attempt(1);
  MergePriority(parent, initiated, started);
  LinkToParent(parent, initiated_event_id, started);
  return run;
}

// Whether the child's workflow id can be had, from the run that has it now.
bool MayStart(const MutableState& current, const Initiated& initiated) {
  const enums::WorkflowIdReusePolicy policy = initiated.workflow_id_reuse_policy();
  if (current.running()) return static_cast<int>(policy) == kTerminateIfRunning;
  return MayReuseWorkflowId(current, policy);
}

template <class Attributes>
void FillNamespace(const MutableState& run, Attributes& attributes) {
  attributes.set_namespace_(run.name_space().name);
  attributes.set_namespace_id(run.name_space().id);
}

void WriteChildStarted(MutableState& parent, std::int64_t initiated_event_id, const MutableState& child) {
  const Initiated& initiated = parent.initiated_child(initiated_event_id);
  auto event = HistoryBuilder::Make(enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED, parent.Now());
  auto& attributes = *event->mutable_child_workflow_execution_started_event_attributes();
  FillNamespace(parent, attributes);
  attributes.set_initiated_event_id(initiated_event_id);
  *attributes.mutable_workflow_execution() = child.execution();
  *attributes.mutable_workflow_type() = initiated.workflow_type();
  if (initiated.has_header()) *attributes.mutable_header() = initiated.header();
  parent.builder.Add(std::move(event));
  parent.children[initiated_event_id].run_id = child.run_id();
  ScheduleWorkflowTask(parent);
  CloseTransaction(parent);
}

void WriteStartFailed(MutableState& parent, std::int64_t initiated_event_id) {
  const Initiated& initiated = parent.initiated_child(initiated_event_id);
  auto event = HistoryBuilder::Make(enums::EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_FAILED, parent.Now());
  auto& attributes = *event->mutable_start_child_workflow_execution_failed_event_attributes();
  FillNamespace(parent, attributes);
  attributes.set_workflow_id(initiated.workflow_id());
  *attributes.mutable_workflow_type() = initiated.workflow_type();
  attributes.set_cause(enums::START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_WORKFLOW_ALREADY_EXISTS);
  attributes.set_control(initiated.control());
  attributes.set_initiated_event_id(initiated_event_id);
  parent.builder.Add(std::move(event));
  parent.children.erase(initiated_event_id);
  ScheduleWorkflowTask(parent);
  CloseTransaction(parent);
}

void StartChild(MutableState& parent, std::int64_t initiated_event_id) {
  if (!parent.running() || !parent.children.contains(initiated_event_id)) return;
  const Initiated& initiated = parent.initiated_child(initiated_event_id);
  const auto current = parent.context.find_run(parent.name_space(), initiated.workflow_id(), "");
  if (current != nullptr && !MayStart(*current, initiated)) return WriteStartFailed(parent, initiated_event_id);
  const auto child = ReplaceRun(parent.context, current.get(), ChildRun(parent, initiated_event_id));
  CloseTransaction(*child);
  WriteChildStarted(parent, initiated_event_id, *child);
  ScheduleFirstWorkflowTask(*child);
  CloseTransaction(*child);
}

// The type is that of the first run: later ones of the chain may have continued as another.
template <class Attributes>
void FillClosed(const MutableState& parent, const MutableState& child, const Child& known, Attributes& attributes) {
  const std::int64_t initiated = child.start().parent_initiated_event_id();
  FillNamespace(child, attributes);
  *attributes.mutable_workflow_execution() = child.execution();
  *attributes.mutable_workflow_type() = parent.initiated_child(initiated).workflow_type();
  attributes.set_initiated_event_id(initiated);
  attributes.set_started_event_id(known.started_event_id);
}

// The parent's event for the child's last one.
std::unique_ptr<HistoryEvent> ClosedEvent(const MutableState& parent, const MutableState& child, const Child& known) {
  const HistoryEvent& last = child.events().at(child.next_event_id() - 1);
  const auto make = [&](enums::EventType type) { return HistoryBuilder::Make(type, parent.Now()); };
  switch (child.status()) {
    case enums::WORKFLOW_EXECUTION_STATUS_COMPLETED: {
      auto event = make(enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED);
      auto& attributes = *event->mutable_child_workflow_execution_completed_event_attributes();
      FillClosed(parent, child, known, attributes);
      const auto& end = last.workflow_execution_completed_event_attributes();
      if (end.has_result()) *attributes.mutable_result() = end.result();
      return event;
    }
    case enums::WORKFLOW_EXECUTION_STATUS_FAILED: {
      auto event = make(enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_FAILED);
      auto& attributes = *event->mutable_child_workflow_execution_failed_event_attributes();
      FillClosed(parent, child, known, attributes);
      *attributes.mutable_failure() = last.workflow_execution_failed_event_attributes().failure();
      attributes.set_retry_state(last.workflow_execution_failed_event_attributes().retry_state());
      return event;
    }
    case enums::WORKFLOW_EXECUTION_STATUS_CANCELED: {
      auto event = make(enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_CANCELED);
      auto& attributes = *event->mutable_child_workflow_execution_canceled_event_attributes();
      FillClosed(parent, child, known, attributes);
      const auto& end = last.workflow_execution_canceled_event_attributes();
      if (end.has_details()) *attributes.mutable_details() = end.details();
      return event;
    }
    case enums::WORKFLOW_EXECUTION_STATUS_TIMED_OUT: {
      auto event = make(enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TIMED_OUT);
      auto& attributes = *event->mutable_child_workflow_execution_timed_out_event_attributes();
      FillClosed(parent, child, known, attributes);
      attributes.set_retry_state(last.workflow_execution_timed_out_event_attributes().retry_state());
      return event;
    }
    default: {
      auto event = make(enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TERMINATED);
      FillClosed(parent, child, known, *event->mutable_child_workflow_execution_terminated_event_attributes());
      return event;
    }
  }
}

void ReportToParent(const MutableState& child) {
  const auto& parent_execution = child.start().parent_workflow_execution();
  auto parent = child.context.find_run(child.name_space(), parent_execution.workflow_id(), parent_execution.run_id());
  // What was reset is waited for by its successor.
  while (parent != nullptr && !parent->running() && !parent->reset_run_id.empty()) {
    parent = child.context.find_run(child.name_space(), parent_execution.workflow_id(), parent->reset_run_id);
  }
  if (parent == nullptr || !parent->running()) return;
  const auto known = parent->children.find(child.start().parent_initiated_event_id());
  if (known == parent->children.end() || known->second.run_id != child.start().first_execution_run_id()) return;
  parent->builder.Add(ClosedEvent(*parent, child, known->second));
  parent->children.erase(known);
  ScheduleWorkflowTask(*parent);
  CloseTransaction(*parent);
}

void ApplyClosePolicy(const MutableState& parent, std::int64_t initiated_event_id, const std::string& first_run_id) {
  const Initiated& initiated = parent.initiated_child(initiated_event_id);
  const auto child = parent.context.find_run(parent.name_space(), initiated.workflow_id(), "");
  if (child == nullptr || !child->running() || child->start().first_execution_run_id() != first_run_id) return;
  if (initiated.parent_close_policy() == enums::PARENT_CLOSE_POLICY_TERMINATE) {
    WriteTermination(*child, {.reason = "by parent close policy", .identity = "history-service"});
  } else {
    WriteCancelRequest(*child, parent, /*initiated_event_id=*/0, /*reason=*/"");
  }
  CloseTransaction(*child);
}

}  // namespace

bool IsChildOf(const MutableState& run, const MutableState& parent) {
  const auto& named = run.start().parent_workflow_execution();
  return named.workflow_id() == parent.workflow_id() && named.run_id() == parent.run_id();
}

void FollowWithChild(MutableState& parent, std::int64_t initiated_event_id) {
  parent.context.follow_up(
      [run = parent.shared_from_this(), initiated_event_id] { StartChild(*run, initiated_event_id); });
}

void FollowClose(MutableState& run) {
  if (run.closed_by_reset) return;
  if (run.start().has_parent_workflow_execution() && run.new_run_id.empty()) {
    run.context.follow_up([child = run.shared_from_this()] { ReportToParent(*child); });
  }
  for (const auto& [initiated_event_id, child] : run.children) {
    if (child.run_id.empty()) continue;
    if (run.initiated_child(initiated_event_id).parent_close_policy() == enums::PARENT_CLOSE_POLICY_ABANDON) continue;
    run.context.follow_up([parent = run.shared_from_this(), id = initiated_event_id, first = child.run_id] {
      ApplyClosePolicy(*parent, id, first);
    });
  }
}

}  // namespace temporal::server
