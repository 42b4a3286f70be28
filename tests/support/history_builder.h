// Builds histories event by event, for tests of the engine. Event ids are answered, so that later events can name them.
#ifndef TEMPORAL_TESTS_SUPPORT_HISTORY_BUILDER_H_
#define TEMPORAL_TESTS_SUPPORT_HISTORY_BUILDER_H_

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sdk/base/proto_time.h"
#include "sdk/converter/history_data.h"
#include "sdk/converter/payload_converter.h"
#include "temporal/payload.h"

namespace temporal::internal {

class HistoryBuilder {
 public:
  using Event = api::history::v1::HistoryEvent;
  using Id = std::int64_t;

  template <class... A>
  explicit HistoryBuilder(const std::string& workflow_type, const A&... arguments) {
    Event& event = Add(api::enums::v1::EVENT_TYPE_WORKFLOW_EXECUTION_STARTED);
    auto& started = *event.mutable_workflow_execution_started_event_attributes();
    started.mutable_workflow_type()->set_name(workflow_type);
    started.mutable_task_queue()->set_name("queue");
    started.set_workflow_id("id-1");
    started.set_original_execution_run_id("run-1");
    started.set_first_execution_run_id("run-1");
    started.set_attempt(1);
    (void)std::initializer_list<int>{(*started.mutable_input()->add_payloads() = ToProto(ToPayload(arguments)), 0)...};
  }

  // Later events happen so much later.
  void Advance(Duration by) { now_ += by; }

  Id TaskScheduled() { return Add(api::enums::v1::EVENT_TYPE_WORKFLOW_TASK_SCHEDULED).event_id(); }
  Id TaskStarted() { return Add(api::enums::v1::EVENT_TYPE_WORKFLOW_TASK_STARTED).event_id(); }
  Id TaskCompleted() {
    Event& event = Add(api::enums::v1::EVENT_TYPE_WORKFLOW_TASK_COMPLETED);
    if (!flags_written_ && write_flags) {
      auto& metadata = *event.mutable_workflow_task_completed_event_attributes()->mutable_sdk_metadata();
      for (const unsigned flag : {1u, 2u, 3u}) metadata.add_core_used_flags(flag);
      for (const unsigned flag : language_flags) metadata.add_lang_used_flags(flag);
      metadata.set_sdk_name(sdk_name);
      metadata.set_sdk_version("0.1.0");
      flags_written_ = true;
    }
    return event.event_id();
  }
  Id TaskFailed() { return Add(api::enums::v1::EVENT_TYPE_WORKFLOW_TASK_FAILED).event_id(); }
  Id TaskTimedOut() { return Add(api::enums::v1::EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT).event_id(); }
  // Scheduled, started and completed.
  void Task() {
    TaskScheduled();
    TaskStarted();
    TaskCompleted();
  }
  // One that a worker is to answer: scheduled and started.
  void OpenTask() {
    TaskScheduled();
    TaskStarted();
  }

  Id ActivityScheduled(const std::string& id, const std::string& type) {
    Event& event = Add(api::enums::v1::EVENT_TYPE_ACTIVITY_TASK_SCHEDULED);
    auto& scheduled = *event.mutable_activity_task_scheduled_event_attributes();
    scheduled.set_activity_id(id);
    scheduled.mutable_activity_type()->set_name(type);
    return event.event_id();
  }
  Id ActivityStarted(Id scheduled) {
    Event& event = Add(api::enums::v1::EVENT_TYPE_ACTIVITY_TASK_STARTED);
    event.mutable_activity_task_started_event_attributes()->set_scheduled_event_id(scheduled);
    return event.event_id();
  }
  // Started, and completed with a value.
  template <class T>
  void ActivityCompleted(Id scheduled, const T& result) {
    const Id started = ActivityStarted(scheduled);
    Event& event = Add(api::enums::v1::EVENT_TYPE_ACTIVITY_TASK_COMPLETED);
    auto& completed = *event.mutable_activity_task_completed_event_attributes();
    completed.set_scheduled_event_id(scheduled);
    completed.set_started_event_id(started);
    *completed.mutable_result()->add_payloads() = ToProto(ToPayload(result));
  }
  void ActivityFailed(Id scheduled, const std::string& message, const std::string& type) {
    const Id started = ActivityStarted(scheduled);
    Event& event = Add(api::enums::v1::EVENT_TYPE_ACTIVITY_TASK_FAILED);
    auto& failed = *event.mutable_activity_task_failed_event_attributes();
    failed.set_scheduled_event_id(scheduled);
    failed.set_started_event_id(started);
    failed.set_identity("worker");
    failed.set_retry_state(api::enums::v1::RETRY_STATE_MAXIMUM_ATTEMPTS_REACHED);
    failed.mutable_failure()->set_message(message);
    failed.mutable_failure()->mutable_application_failure_info()->set_type(type);
  }
  void ActivityTimedOut(Id scheduled) {
    Event& event = Add(api::enums::v1::EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT);
    auto& timed_out = *event.mutable_activity_task_timed_out_event_attributes();
    timed_out.set_scheduled_event_id(scheduled);
    timed_out.set_retry_state(api::enums::v1::RETRY_STATE_TIMEOUT);
    timed_out.mutable_failure()->set_message("activity ScheduleToStart timeout");
    timed_out.mutable_failure()->mutable_timeout_failure_info()->set_timeout_type(
        api::enums::v1::TIMEOUT_TYPE_SCHEDULE_TO_START);
  }
  void ActivityCancelRequested(Id scheduled) {
    Event& event = Add(api::enums::v1::EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED);
    event.mutable_activity_task_cancel_requested_event_attributes()->set_scheduled_event_id(scheduled);
  }
  void ActivityCanceled(Id scheduled) {
    Event& event = Add(api::enums::v1::EVENT_TYPE_ACTIVITY_TASK_CANCELED);
    event.mutable_activity_task_canceled_event_attributes()->set_scheduled_event_id(scheduled);
  }

  Id TimerStarted(const std::string& id, Duration after) {
    Event& event = Add(api::enums::v1::EVENT_TYPE_TIMER_STARTED);
    auto& started = *event.mutable_timer_started_event_attributes();
    started.set_timer_id(id);
    *started.mutable_start_to_fire_timeout() = ToProto(after);
    return event.event_id();
  }
  void TimerFired(Id started, const std::string& id) {
    auto& fired = *Add(api::enums::v1::EVENT_TYPE_TIMER_FIRED).mutable_timer_fired_event_attributes();
    fired.set_started_event_id(started);
    fired.set_timer_id(id);
  }
  void TimerCanceled(Id started, const std::string& id) {
    auto& canceled = *Add(api::enums::v1::EVENT_TYPE_TIMER_CANCELED).mutable_timer_canceled_event_attributes();
    canceled.set_started_event_id(started);
    canceled.set_timer_id(id);
  }

  // Details are JSON texts, but for those whose name begins with "raw:", which are bytes.
  Id Marker(const std::string& name, const std::map<std::string, std::string>& details) {
    Event& event = Add(api::enums::v1::EVENT_TYPE_MARKER_RECORDED);
    auto& marker = *event.mutable_marker_recorded_event_attributes();
    marker.set_marker_name(name);
    for (const auto& [key, text] : details) {
      const bool raw = key.rfind("raw:", 0) == 0;
      auto& payload = *(*marker.mutable_details())[raw ? key.substr(4) : key].add_payloads();
      (*payload.mutable_metadata())["encoding"] = raw ? "binary/plain" : "json/plain";
      payload.set_data(text);
    }
    return event.event_id();
  }
  // As sdk-core writes it.
  Id Patch(const std::string& id, bool deprecated = false) {
    return Marker("core_patch",
                  {{"patch-data", "{\"id\":\"" + id + "\",\"deprecated\":" + (deprecated ? "true" : "false") + "}"}});
  }
  Id LocalActivity(int seq, const std::string& type, const std::string& result) {
    return Marker("core_local_activity", {{"data", "{\"seq\":" + std::to_string(seq) + ",\"activity_type\":\"" + type +
                                                       "\",\"backoff\":null}"},
                                          {"result", result}});
  }
  void LocalActivityCancelled(int seq) {
    Marker("core_local_activity", {{"data", "{\"seq\":" + std::to_string(seq) + ",\"attempt\":0}"}});
    auto& failure =
        *data_.history.mutable_events()->rbegin()->mutable_marker_recorded_event_attributes()->mutable_failure();
    failure.set_message("Activity cancelled");
    failure.mutable_canceled_failure_info();
  }
  // The values of attributes are JSON texts.
  Id SearchAttributesUpserted(const std::map<std::string, std::string>& attributes) {
    Event& event = Add(api::enums::v1::EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES);
    auto& fields = *event.mutable_upsert_workflow_search_attributes_event_attributes()
                        ->mutable_search_attributes()
                        ->mutable_indexed_fields();
    for (const auto& [key, text] : attributes) fields[key] = ToProto(EncodeJsonText(text));
    return event.event_id();
  }
  Id ChildInitiated(const std::string& id, const std::string& type) {
    Event& event = Add(api::enums::v1::EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED);
    auto& initiated = *event.mutable_start_child_workflow_execution_initiated_event_attributes();
    initiated.set_workflow_id(id);
    initiated.mutable_workflow_type()->set_name(type);
    return event.event_id();
  }
  Id ChildStarted(Id initiated, const std::string& run_id = "child-run-1") {
    Event& event = Add(api::enums::v1::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED);
    FillChild(*event.mutable_child_workflow_execution_started_event_attributes(), initiated, run_id);
    return event.event_id();
  }
  void ChildStartFailed(Id initiated) {
    auto& failed = *Add(api::enums::v1::EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_FAILED)
                        .mutable_start_child_workflow_execution_failed_event_attributes();
    failed.set_initiated_event_id(initiated);
    failed.set_cause(api::enums::v1::START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_WORKFLOW_ALREADY_EXISTS);
  }
  template <class T>
  void ChildCompleted(Id initiated, Id started, const T& result) {
    auto& completed = *Add(api::enums::v1::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED)
                           .mutable_child_workflow_execution_completed_event_attributes();
    FillChild(completed, initiated, "child-run-2");
    completed.set_started_event_id(started);
    *completed.mutable_result()->add_payloads() = ToProto(ToPayload(result));
  }
  void ChildFailed(Id initiated, Id started, const std::string& message, const std::string& type) {
    auto& failed = *Add(api::enums::v1::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_FAILED)
                        .mutable_child_workflow_execution_failed_event_attributes();
    FillChild(failed, initiated, "child-run-2");
    failed.set_started_event_id(started);
    failed.set_retry_state(api::enums::v1::RETRY_STATE_RETRY_POLICY_NOT_SET);
    failed.mutable_failure()->set_message(message);
    failed.mutable_failure()->mutable_application_failure_info()->set_type(type);
  }
  void ChildTimedOut(Id initiated, Id started) {
    auto& timed_out = *Add(api::enums::v1::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TIMED_OUT)
                           .mutable_child_workflow_execution_timed_out_event_attributes();
    FillChild(timed_out, initiated, "child-run-2");
    timed_out.set_started_event_id(started);
    timed_out.set_retry_state(api::enums::v1::RETRY_STATE_TIMEOUT);
  }
  void ChildCanceled(Id initiated, Id started) {
    auto& canceled = *Add(api::enums::v1::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_CANCELED)
                          .mutable_child_workflow_execution_canceled_event_attributes();
    FillChild(canceled, initiated, "child-run-2");
    canceled.set_started_event_id(started);
  }
  void ChildTerminated(Id initiated, Id started) {
    auto& terminated = *Add(api::enums::v1::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TERMINATED)
                            .mutable_child_workflow_execution_terminated_event_attributes();
    FillChild(terminated, initiated, "child-run-2");
    terminated.set_started_event_id(started);
  }

  Id SignalInitiated(const std::string& workflow_id) {
    Event& event = Add(api::enums::v1::EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED);
    event.mutable_signal_external_workflow_execution_initiated_event_attributes()
        ->mutable_workflow_execution()
        ->set_workflow_id(workflow_id);
    return event.event_id();
  }
  void ExternalSignaled(Id initiated) {
    Event& event = Add(api::enums::v1::EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_SIGNALED);
    event.mutable_external_workflow_execution_signaled_event_attributes()->set_initiated_event_id(initiated);
  }
  void SignalFailed(Id initiated, bool limit = false) {
    auto& failed = *Add(api::enums::v1::EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED)
                        .mutable_signal_external_workflow_execution_failed_event_attributes();
    failed.set_initiated_event_id(initiated);
    failed.set_cause(
        limit ? api::enums::v1::SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_SIGNAL_COUNT_LIMIT_EXCEEDED
              : api::enums::v1::SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_EXTERNAL_WORKFLOW_EXECUTION_NOT_FOUND);
  }
  Id CancelInitiated(const std::string& workflow_id) {
    Event& event = Add(api::enums::v1::EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED);
    event.mutable_request_cancel_external_workflow_execution_initiated_event_attributes()
        ->mutable_workflow_execution()
        ->set_workflow_id(workflow_id);
    return event.event_id();
  }
  void ExternalCancelRequested(Id initiated) {
    Event& event = Add(api::enums::v1::EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_CANCEL_REQUESTED);
    event.mutable_external_workflow_execution_cancel_requested_event_attributes()->set_initiated_event_id(initiated);
  }
  void CancelFailed(Id initiated) {
    Event& event = Add(api::enums::v1::EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED);
    event.mutable_request_cancel_external_workflow_execution_failed_event_attributes()->set_initiated_event_id(
        initiated);
  }

  template <class... A>
  void Signaled(const std::string& name, const A&... arguments) {
    Event& event = Add(api::enums::v1::EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED);
    auto& signaled = *event.mutable_workflow_execution_signaled_event_attributes();
    signaled.set_signal_name(name);
    (void)std::initializer_list<int>{0,
                                     (*signaled.mutable_input()->add_payloads() = ToProto(ToPayload(arguments)), 0)...};
  }
  // Accepted by the task that has just completed; `scheduled` is the id of that task's first event.
  template <class... A>
  Id UpdateAccepted(Id scheduled, const std::string& id, const std::string& name, const A&... arguments) {
    Event& event = Add(api::enums::v1::EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED);
    auto& accepted = *event.mutable_workflow_execution_update_accepted_event_attributes();
    accepted.set_protocol_instance_id(id);
    accepted.set_accepted_request_message_id(id + "/request");
    accepted.set_accepted_request_sequencing_event_id(scheduled);
    auto& request = *accepted.mutable_accepted_request();
    request.mutable_meta()->set_update_id(id);
    request.mutable_input()->set_name(name);
    (void)std::initializer_list<int>{
        0, (*request.mutable_input()->mutable_args()->add_payloads() = ToProto(ToPayload(arguments)), 0)...};
    return event.event_id();
  }
  template <class T>
  void UpdateCompleted(Id accepted, const std::string& id, const T& result) {
    Event& event = Add(api::enums::v1::EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED);
    auto& completed = *event.mutable_workflow_execution_update_completed_event_attributes();
    completed.set_accepted_event_id(accepted);
    completed.mutable_meta()->set_update_id(id);
    *completed.mutable_outcome()->mutable_success()->add_payloads() = ToProto(ToPayload(result));
  }
  void CancelRequested(const std::string& cause = "") {
    Event& event = Add(api::enums::v1::EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED);
    event.mutable_workflow_execution_cancel_requested_event_attributes()->set_cause(cause);
  }

  template <class T>
  void Completed(const T& result) {
    Event& event = Add(api::enums::v1::EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED);
    *event.mutable_workflow_execution_completed_event_attributes()->mutable_result()->add_payloads() =
        ToProto(ToPayload(result));
  }
  // An event without attributes that matter.
  Id Plain(api::enums::v1::EventType type) { return Add(type).event_id(); }

  Event& Add(api::enums::v1::EventType type) {
    Event& event = *data_.history.add_events();
    event.set_event_id(data_.history.events_size());
    event.set_event_type(type);
    *event.mutable_event_time() = ToProto(now_);
    now_ += std::chrono::milliseconds(1);
    return event;
  }

  const HistoryData& data() const { return data_; }
  const api::history::v1::History& history() const { return data_.history; }

  bool write_flags = true;  // false: as an SDK without flags would write it
  std::string sdk_name = "temporal-cpp";
  std::vector<unsigned> language_flags;

 private:
  template <class Attributes>
  static void FillChild(Attributes& attributes, Id initiated, const std::string& run_id) {
    attributes.set_initiated_event_id(initiated);
    attributes.mutable_workflow_execution()->set_run_id(run_id);
  }

  HistoryData data_;
  TimePoint now_{std::chrono::hours(24 * 365 * 50)};
  bool flags_written_ = false;
};

}  // namespace temporal::internal

#endif  // TEMPORAL_TESTS_SUPPORT_HISTORY_BUILDER_H_
