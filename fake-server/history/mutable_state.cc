// Reads of a run's state, and the changes that do not belong to one lifecycle.
#include "fake-server/history/mutable_state.h"

#include <algorithm>
#include <string_view>

#include "fake-server/history/history_context.h"
#include "fake-server/history/workflow_task_events.h"

namespace temporal::server {

namespace enums = api::enums::v1;
using internal::TimePoint;
using internal::TimerId;

MutableState::MutableState(HistoryContext& context, const Namespace& name_space, std::string workflow_id,
                           std::string run_id)
    : context(context),
      builder(context.next_task_id),
      updates(context.scheduler, context.config),
      namespace_(name_space),
      workflow_id_(std::move(workflow_id)),
      run_id_(std::move(run_id)) {}

MutableState::~MutableState() { CancelTimers(); }

api::common::v1::WorkflowExecution MutableState::execution() const {
  api::common::v1::WorkflowExecution execution;
  execution.set_workflow_id(workflow_id_);
  execution.set_run_id(run_id_);
  return execution;
}

RunClock MutableState::clock() const { return RunClock(context.scheduler, namespace_.clock_offset, {}); }

std::vector<std::unique_ptr<api::history::v1::HistoryEvent>> MutableState::TransientEvents(bool with_identity) const {
  std::vector<std::unique_ptr<api::history::v1::HistoryEvent>> events;
  if (!running() || !workflow_task.pending() || workflow_task.written()) return events;
  // Events came since: its place is taken.
  if (workflow_task.transient() && workflow_task.scheduled_event_id != next_event_id()) return events;
  events.push_back(ScheduledEvent(*this));
  events.back()->set_event_id(next_event_id());
  if (workflow_task.started()) {
    events.push_back(StartedEvent(*this, next_event_id()));
    if (!with_identity) events.back()->mutable_workflow_task_started_event_attributes()->clear_identity();
    events.back()->set_event_id(next_event_id() + 1);
  }
  return events;
}

api::taskqueue::v1::TaskQueue MutableState::normal_task_queue() const {
  api::taskqueue::v1::TaskQueue queue;
  queue.set_name(start().task_queue().name());
  queue.set_kind(enums::TASK_QUEUE_KIND_NORMAL);
  return queue;
}

api::taskqueue::v1::TaskQueue MutableState::workflow_task_queue() const {
  if (!sticky()) return normal_task_queue();
  api::taskqueue::v1::TaskQueue queue;
  queue.set_name(sticky_queue);
  queue.set_kind(enums::TASK_QUEUE_KIND_STICKY);
  queue.set_normal_name(start().task_queue().name());
  return queue;
}

const Activity* MutableState::FindActivity(std::int64_t scheduled_event_id) const {
  const auto found = activities.find(scheduled_event_id);
  return found == activities.end() ? nullptr : &found->second;
}

const Activity* MutableState::FindActivity(std::string_view activity_id) const {
  const auto found = activity_ids.find(activity_id);
  return found == activity_ids.end() ? nullptr : FindActivity(found->second);
}

Activity* MutableState::MutableActivity(std::int64_t scheduled_event_id) {
  const auto found = activities.find(scheduled_event_id);
  return found == activities.end() ? nullptr : &found->second;
}

const MutableState::ActivityScheduledAttributes& MutableState::scheduled(const Activity& activity) const {
  return activity.updated != nullptr ? *activity.updated : first_scheduled(activity);
}

const api::common::v1::Priority* MutableState::priority() const {
  if (updated_priority != nullptr) return updated_priority.get();
  return start().has_priority() ? &start().priority() : nullptr;
}

const MutableState::ActivityScheduledAttributes& MutableState::first_scheduled(const Activity& activity) const {
  return events().at(activity.scheduled_event_id).activity_task_scheduled_event_attributes();
}

std::uint64_t MutableState::OnChange(internal::Closure changed) {
  waiters_.emplace_back(next_waiter_, std::move(changed));
  return next_waiter_++;
}

void MutableState::Forget(std::uint64_t handle) {
  std::erase_if(waiters_, [&](const auto& waiter) { return waiter.first == handle; });
}

void MutableState::NotifyChanged() {
  for (auto& [handle, changed] : std::exchange(waiters_, {})) context.scheduler.Post(std::move(changed));
}

const MutableState::RequestId* MutableState::FindRequestId(std::string_view request_id) const {
  const auto found = request_id_index_.find(absl::string_view(request_id.data(), request_id.size()));
  return found == request_id_index_.end() ? nullptr : &request_ids[found->second];
}

void MutableState::AddRequestId(std::string request_id, enums::EventType type, std::int64_t event_id) {
  const auto [found, is_new] = request_id_index_.emplace(request_id, request_ids.size());
  if (is_new) request_ids.push_back({std::move(request_id), type, event_id});
  if (!is_new) request_ids[found->second] = {std::move(request_id), type, event_id};
  if (event_id == 0) has_unresolved_request_ids_ = true;
}

void MutableState::FlushBuffer() {
  const std::int64_t first = next_event_id();
  builder.Flush();
  if (!children.empty()) {
    for (std::int64_t id = first; id < next_event_id(); ++id) {
      if (!events().at(id).has_child_workflow_execution_started_event_attributes()) continue;
      const auto child =
          children.find(events().at(id).child_workflow_execution_started_event_attributes().initiated_event_id());
      if (child != children.end()) child->second.started_event_id = id;
    }
  }
  if (!has_unresolved_request_ids_) return;
  has_unresolved_request_ids_ = false;
  for (std::int64_t id = first; id < next_event_id(); ++id) {
    const auto& event = events().at(id);
    const std::string& request_id =
        event.has_workflow_execution_signaled_event_attributes()
            ? event.workflow_execution_signaled_event_attributes().request_id()
            : event.workflow_execution_options_updated_event_attributes().attached_request_id();
    const auto found = request_id_index_.find(request_id);
    if (found != request_id_index_.end()) request_ids[found->second].event_id = id;
  }
}

void MutableState::SetStart(TimePoint start, TimePoint execution, TimePoint run_expiration,
                            TimePoint execution_expiration) {
  start_time_ = start;
  execution_time_ = execution;
  run_expiration_ = run_expiration;
  execution_expiration_ = execution_expiration;
}

void MutableState::SetClosed(Status status, TimePoint when) {
  status_ = status;
  close_time_ = when;
}

void MutableState::Reopen() { SetClosed(enums::WORKFLOW_EXECUTION_STATUS_RUNNING, {}); }

void MutableState::CancelTimers() {
  for (TimerId* timer :
       {&workflow_task_timer, &user_timer, &activity_timer, &run_timer, &execution_timer, &first_task_backoff_timer}) {
    context.scheduler.Cancel(std::exchange(*timer, 0));
  }
  for (auto& [id, activity] : activities) context.scheduler.Cancel(std::exchange(activity.retry_timer, 0));
}

}  // namespace temporal::server
