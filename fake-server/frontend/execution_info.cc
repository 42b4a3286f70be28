// Copies from the state of a run.
#include "fake-server/frontend/execution_info.h"

#include "sdk/base/proto_time.h"

namespace temporal::server {

using internal::ToProto;

api::common::v1::WorkflowExecution RootOf(const MutableState& run) {
  const auto& start = run.start();
  return start.has_root_workflow_execution() ? start.root_workflow_execution() : run.execution();
}

void FillExecutionInfo(const MutableState& run, api::workflow::v1::WorkflowExecutionInfo& out) {
  const auto& start = run.start();
  *out.mutable_execution() = run.execution();
  *out.mutable_type() = start.workflow_type();
  *out.mutable_start_time() = ToProto(run.start_time());
  *out.mutable_execution_time() = ToProto(run.execution_time());
  out.set_status(run.status());
  if (!run.running()) {
    *out.mutable_close_time() = ToProto(run.close_time());
    *out.mutable_execution_duration() = ToProto(run.close_time() - run.execution_time());
  }
  if (start.has_parent_workflow_execution()) *out.mutable_parent_execution() = start.parent_workflow_execution();
  *out.mutable_root_execution() = RootOf(run);
  out.set_task_queue(run.normal_task_queue().name());
  out.mutable_memo();
  if (run.memo != nullptr) *out.mutable_memo() = *run.memo;
  out.mutable_search_attributes();
  if (run.search_attributes != nullptr) *out.mutable_search_attributes() = *run.search_attributes;
}

void FillSizes(const MutableState& run, api::workflow::v1::WorkflowExecutionInfo& out) {
  out.set_history_length(run.next_event_id() - 1);
  out.set_history_size_bytes(run.history_bytes());
  out.set_state_transition_count(run.state_transitions);
}

}  // namespace temporal::server
