// Buffering, order, ids and sizes of events.
#include "fake-server/history/history_builder.h"

#include <algorithm>
#include <utility>

#include "sdk/base/proto_time.h"
#include "temporal/api/enums/v1/event_type.pb.h"

namespace temporal::server {
namespace {

namespace enums = api::enums::v1;
using Event = HistoryBuilder::Event;

// What closes something that was scheduled; such events come last in a flush.
bool Closes(enums::EventType type) {
  switch (type) {
    case enums::EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
    case enums::EVENT_TYPE_ACTIVITY_TASK_FAILED:
    case enums::EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT:
    case enums::EVENT_TYPE_ACTIVITY_TASK_CANCELED:
    case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED:
    case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_FAILED:
    case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_CANCELED:
    case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TIMED_OUT:
    case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TERMINATED:
    case enums::EVENT_TYPE_NEXUS_OPERATION_COMPLETED:
    case enums::EVENT_TYPE_NEXUS_OPERATION_FAILED:
    case enums::EVENT_TYPE_NEXUS_OPERATION_CANCELED:
    case enums::EVENT_TYPE_NEXUS_OPERATION_TIMED_OUT:
      return true;
    default:
      return false;
  }
}

// What comes from outside of a workflow task's completion.
bool IsBuffered(enums::EventType type) {
  switch (type) {
    case enums::EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
    case enums::EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED:
    case enums::EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED:
    case enums::EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ADMITTED:
    case enums::EVENT_TYPE_TIMER_FIRED:
    case enums::EVENT_TYPE_ACTIVITY_TASK_STARTED:
    case enums::EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_FAILED:
    case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED:
    case enums::EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_SIGNALED:
    case enums::EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED:
    case enums::EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_CANCEL_REQUESTED:
    case enums::EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED:
    case enums::EVENT_TYPE_NEXUS_OPERATION_STARTED:
    case enums::EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUEST_COMPLETED:
    case enums::EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUEST_FAILED:
      return true;
    default:
      return Closes(type);
  }
}

std::int64_t Size(const Event& event) { return static_cast<std::int64_t>(event.ByteSizeLong()); }

void SetStarted(Event& event, std::int64_t started) {
  switch (event.event_type()) {
    case enums::EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
      return event.mutable_activity_task_completed_event_attributes()->set_started_event_id(started);
    case enums::EVENT_TYPE_ACTIVITY_TASK_FAILED:
      return event.mutable_activity_task_failed_event_attributes()->set_started_event_id(started);
    case enums::EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT:
      return event.mutable_activity_task_timed_out_event_attributes()->set_started_event_id(started);
    case enums::EVENT_TYPE_ACTIVITY_TASK_CANCELED:
      return event.mutable_activity_task_canceled_event_attributes()->set_started_event_id(started);
    case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED:
      return event.mutable_child_workflow_execution_completed_event_attributes()->set_started_event_id(started);
    case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_FAILED:
      return event.mutable_child_workflow_execution_failed_event_attributes()->set_started_event_id(started);
    case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_CANCELED:
      return event.mutable_child_workflow_execution_canceled_event_attributes()->set_started_event_id(started);
    case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TIMED_OUT:
      return event.mutable_child_workflow_execution_timed_out_event_attributes()->set_started_event_id(started);
    case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TERMINATED:
      return event.mutable_child_workflow_execution_terminated_event_attributes()->set_started_event_id(started);
    default:
      return;
  }
}

}  // namespace

std::int64_t ClosedWork(const Event& event) {
  switch (event.event_type()) {
    case enums::EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
      return event.activity_task_completed_event_attributes().scheduled_event_id();
    case enums::EVENT_TYPE_ACTIVITY_TASK_FAILED:
      return event.activity_task_failed_event_attributes().scheduled_event_id();
    case enums::EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT:
      return event.activity_task_timed_out_event_attributes().scheduled_event_id();
    case enums::EVENT_TYPE_ACTIVITY_TASK_CANCELED:
      return event.activity_task_canceled_event_attributes().scheduled_event_id();
    case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED:
      return event.child_workflow_execution_completed_event_attributes().initiated_event_id();
    case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_FAILED:
      return event.child_workflow_execution_failed_event_attributes().initiated_event_id();
    case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_CANCELED:
      return event.child_workflow_execution_canceled_event_attributes().initiated_event_id();
    case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TIMED_OUT:
      return event.child_workflow_execution_timed_out_event_attributes().initiated_event_id();
    case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TERMINATED:
      return event.child_workflow_execution_terminated_event_attributes().initiated_event_id();
    default:
      return 0;
  }
}

std::unique_ptr<Event> HistoryBuilder::Make(EventType type, internal::TimePoint time) {
  auto event = std::make_unique<Event>();
  event->set_event_type(type);
  *event->mutable_event_time() = internal::ToProto(time);
  return event;
}

std::int64_t HistoryBuilder::Add(std::unique_ptr<Event> event) {
  if (!IsBuffered(event->event_type())) return Append(std::move(event));
  buffered_bytes_ += Size(*event);
  buffer_.push_back(std::move(event));
  return 0;
}

std::int64_t HistoryBuilder::Append(std::unique_ptr<Event> event) {
  const std::int64_t id = next_event_id();
  event->set_event_id(id);
  event->set_task_id(next_task_id_++);
  bytes_ += Size(*event);
  events_.Append(std::move(event));
  return id;
}

void HistoryBuilder::CopyFrom(const EventStore& other, std::int64_t end) {
  for (std::int64_t id = 1; id < end; ++id) {
    bytes_ += Size(other.at(id));
    events_.Append(std::make_unique<Event>(other.at(id)));
    if (other.EndsBatch(id)) events_.EndBatch();
  }
}

void HistoryBuilder::Flush() {
  if (buffer_.empty()) return;
  // By hand: clang calls std::stable_partition of g++ 12's library deprecated inside.
  decltype(buffer_) ordered;
  ordered.reserve(buffer_.size());
  for (const bool closing : {false, true}) {
    for (auto& event : buffer_) {
      if (event != nullptr && Closes(event->event_type()) == closing) ordered.push_back(std::move(event));
    }
  }
  buffer_ = std::move(ordered);
  std::vector<std::pair<std::int64_t, std::int64_t>> started;
  for (auto& event : buffer_) {
    if (event->event_type() == enums::EVENT_TYPE_ACTIVITY_TASK_STARTED) {
      started.emplace_back(event->activity_task_started_event_attributes().scheduled_event_id(), next_event_id());
    } else if (event->event_type() == enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED) {
      started.emplace_back(event->child_workflow_execution_started_event_attributes().initiated_event_id(),
                           next_event_id());
    } else {
      Wire(*event, started);
    }
    Append(std::move(event));
  }
  buffer_.clear();
  buffered_bytes_ = 0;
}

void HistoryBuilder::Wire(Event& event, std::vector<std::pair<std::int64_t, std::int64_t>>& started) const {
  const std::int64_t closed = ClosedWork(event);
  if (closed == 0) return;
  for (const auto& [scheduled, started_id] : started) {
    if (scheduled == closed) return SetStarted(event, started_id);
  }
}

void HistoryBuilder::DropBuffered() {
  buffer_.clear();
  buffered_bytes_ = 0;
}

std::unique_ptr<Event> HistoryBuilder::TakeBufferedTimerFired(std::string_view timer_id, std::size_t& at) {
  for (at = 0; at < buffer_.size(); ++at) {
    if (buffer_[at]->event_type() != enums::EVENT_TYPE_TIMER_FIRED ||
        buffer_[at]->timer_fired_event_attributes().timer_id() != timer_id) {
      continue;
    }
    std::unique_ptr<Event> event = std::move(buffer_[at]);
    buffer_.erase(buffer_.begin() + static_cast<std::ptrdiff_t>(at));
    buffered_bytes_ -= Size(*event);
    return event;
  }
  return nullptr;
}

bool HistoryBuilder::HasBufferedActivityClose(std::int64_t scheduled_event_id) const {
  return std::any_of(buffer_.begin(), buffer_.end(),
                     [&](const auto& event) { return ClosedWork(*event) == scheduled_event_id; });
}

void HistoryBuilder::Rollback(const Mark& mark) {
  events_.TruncateFrom(mark.next_event_id);
  bytes_ = mark.bytes;
}

void HistoryBuilder::DropLastBuffered() {
  buffered_bytes_ -= Size(*buffer_.back());
  buffer_.pop_back();
}

void HistoryBuilder::RestoreBuffered(std::size_t at, std::unique_ptr<Event> event) {
  buffered_bytes_ += Size(*event);
  buffer_.insert(buffer_.begin() + static_cast<std::ptrdiff_t>(at), std::move(event));
}

}  // namespace temporal::server
