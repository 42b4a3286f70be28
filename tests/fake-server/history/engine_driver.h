// Drives the engine of runs as clients and workers do, on virtual time, without a frontend: one verb for each call, and
// histories as text. Errors and missing tasks fail the test where they are met.
#ifndef TEMPORAL_TESTS_FAKE_SERVER_HISTORY_ENGINE_DRIVER_H_
#define TEMPORAL_TESTS_FAKE_SERVER_HISTORY_ENGINE_DRIVER_H_

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fake-server/clock/event_loop.h"
#include "fake-server/history/workflow_engine.h"
#include "fake-server/matching/matching.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "sdk/base/history_printer.h"
#include "sdk/base/proto_time.h"
#include "temporal/api/command/v1/message.pb.h"

namespace temporal::server {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// A message from its text form.
template <class Proto>
Proto Parse(const std::string& text) {
  Proto proto;
  if (!google::protobuf::TextFormat::ParseFromString(text, &proto)) ADD_FAILURE() << "not a message: " << text;
  return proto;
}

using Command = api::command::v1::Command;

// "START_TIMER", "timer_id: '1'": the command of that type with these attributes.
inline Command MakeCommand(const std::string& type, const std::string& attributes) {
  std::string field;
  for (const char c : type) field += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return Parse<Command>("command_type: COMMAND_TYPE_" + type + " " + field + "_command_attributes { " + attributes +
                        " }");
}
inline Command StartTimer(const std::string& id, int in_seconds) {
  return MakeCommand("START_TIMER",
                     "timer_id: '" + id + "' start_to_fire_timeout { seconds: " + std::to_string(in_seconds) + " }");
}
inline Command CancelTimer(const std::string& id) { return MakeCommand("CANCEL_TIMER", "timer_id: '" + id + "'"); }
// `more` may override or add: timeouts, retry policy. Ten seconds from start to close otherwise.
inline Command ScheduleActivity(const std::string& id = "a",
                                const std::string& more = "start_to_close_timeout { seconds: 10 }") {
  return MakeCommand("SCHEDULE_ACTIVITY_TASK",
                     "activity_id: '" + id + "' activity_type { name: 'Act' } task_queue { name: 'tq' } " + more);
}
inline Command CancelActivity(int scheduled) {
  return MakeCommand("REQUEST_CANCEL_ACTIVITY_TASK", "scheduled_event_id: " + std::to_string(scheduled));
}
inline Command CompleteWorkflow() { return MakeCommand("COMPLETE_WORKFLOW_EXECUTION", ""); }
inline Command FailWorkflow(const std::string& type = "Boom") {
  return MakeCommand("FAIL_WORKFLOW_EXECUTION",
                     "failure { message: 'boom' application_failure_info { type: '" + type + "' } }");
}
inline Command CancelWorkflow() { return MakeCommand("CANCEL_WORKFLOW_EXECUTION", ""); }
inline Command ContinueAsNew(const std::string& attributes = "") {
  return MakeCommand("CONTINUE_AS_NEW_WORKFLOW_EXECUTION", attributes);
}
inline Command Marker(const std::string& name) { return MakeCommand("RECORD_MARKER", "marker_name: '" + name + "'"); }

class EngineTest : public testing::Test {
 protected:
  using WorkflowTask = wf::PollWorkflowTaskQueueResponse;
  using ActivityTask = wf::PollActivityTaskQueueResponse;
  using Completion = wf::RespondWorkflowTaskCompletedRequest;
  template <class Request>
  using Edit = std::function<void(Request&)>;

  EngineTest()
      : matching_(loop_, config_),
        engine_(HistoryContext{.scheduler = loop_,
                               .random = random_,
                               .config = config_,
                               .matching = matching_,
                               .search_attributes = search_attributes_,
                               .find_namespace = [](std::string_view) -> const Namespace* { return nullptr; }}) {}

  // -- Clients ---------------------------------------------------------------------------------------

  // The fields of a start request besides id, type "Wf" and queue "tq", as text. Answers the run id, empty on error.
  std::string Start(const std::string& more = "", const std::string& workflow_id = "w") {
    auto response = engine_.Start(namespace_, StartRequest(more, workflow_id));
    last_ = response.status();
    return response.ok() ? response->run_id() : "";
  }
  static wf::StartWorkflowExecutionRequest StartRequest(const std::string& more, const std::string& workflow_id) {
    const std::string queue = more.find("task_queue {") == std::string::npos ? "task_queue { name: 'tq' } " : "";
    return Parse<wf::StartWorkflowExecutionRequest>("namespace: 'default' workflow_id: '" + workflow_id +
                                                    "' workflow_type { name: 'Wf' } " + queue + more);
  }
  absl::Status Signal(const std::string& name = "s", const std::string& request_id = "") {
    auto request = Parse<wf::SignalWorkflowExecutionRequest>("workflow_execution { workflow_id: 'w' }");
    request.set_signal_name(name);
    request.set_request_id(request_id);
    return engine_.Signal(namespace_, request).status();
  }
  absl::Status Cancel() {
    return engine_
        .RequestCancel(namespace_,
                       Parse<wf::RequestCancelWorkflowExecutionRequest>("workflow_execution { workflow_id: 'w' }"))
        .status();
  }
  absl::Status Terminate() {
    return engine_
        .Terminate(namespace_,
                   Parse<wf::TerminateWorkflowExecutionRequest>("workflow_execution { workflow_id: 'w' } reason: 'r'"))
        .status();
  }

  // -- Workers ---------------------------------------------------------------------------------------

  // What a poll has led to.
  template <class Task>
  struct Polled {
    bool answered = false;
    std::optional<Task> task;  // none if it was answered empty
  };

  // The next task; time passes until there is one.
  WorkflowTask Poll(const std::string& queue = "tq") {
    return Await<WorkflowTask>([&] { return StartPoll(queue); });
  }
  // Nothing if no task is ready now.
  std::optional<WorkflowTask> TryPoll(const std::string& queue = "tq") {
    const auto polled = StartPoll(queue);
    loop_.RunUntilIdle();
    cancel_->Cancel();
    return polled->task;
  }
  // The queue "sticky" is one.
  std::shared_ptr<Polled<WorkflowTask>> StartPoll(const std::string& queue) {
    auto polled = std::make_shared<Polled<WorkflowTask>>();
    wf::PollWorkflowTaskQueueRequest request;
    request.mutable_task_queue()->set_name(queue);
    if (queue == "sticky") request.mutable_task_queue()->set_kind(api::enums::v1::TASK_QUEUE_KIND_STICKY);
    request.set_identity("worker");
    matching_.workflow_tasks.Poll({namespace_.id, queue}, request, NewCall(), Take(polled));
    return polled;
  }
  ActivityTask PollActivity() {
    return Await<ActivityTask>([&] { return StartActivityPoll(); });
  }
  std::optional<ActivityTask> TryPollActivity() {
    const auto polled = StartActivityPoll();
    loop_.RunUntilIdle();
    cancel_->Cancel();
    return polled->task;
  }

  absl::Status Complete(const WorkflowTask& task, const std::vector<Command>& commands,
                        const Edit<Completion>& edit = nullptr) {
    Completion request;
    request.set_task_token(task.task_token());
    request.set_identity("worker");
    for (const Command& command : commands) *request.add_commands() = command;
    if (edit) edit(request);
    auto response = engine_.RespondWorkflowTaskCompleted(namespace_, request);
    if (response.ok()) completed_ = *std::move(response);
    return response.status();
  }
  absl::Status CompleteSticky(const WorkflowTask& task, const std::vector<Command>& commands) {
    return Complete(task, commands, [](Completion& request) {
      request.mutable_sticky_attributes()->mutable_worker_task_queue()->set_name("sticky");
      request.mutable_sticky_attributes()->mutable_schedule_to_start_timeout()->set_seconds(5);
    });
  }
  absl::Status FailTask(const WorkflowTask& task) {
    auto request = Parse<wf::RespondWorkflowTaskFailedRequest>(
        "identity: 'worker' cause: WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE failure { message: "
        "'oops' }");
    request.set_task_token(task.task_token());
    return engine_.RespondWorkflowTaskFailed(namespace_, request).status();
  }
  // Takes the next task and completes it.
  void Do(const std::vector<Command>& commands) {
    const absl::Status status = Complete(Poll(), commands);
    EXPECT_TRUE(status.ok()) << status;
  }

  absl::Status CompleteActivity(const ActivityTask& task) {
    wf::RespondActivityTaskCompletedRequest request;
    request.set_task_token(task.task_token());
    request.set_identity("worker");
    return engine_.RespondActivityTaskCompleted(namespace_, request).status();
  }
  absl::Status FailActivity(const ActivityTask& task, const std::string& failure = "type: 'Boom'") {
    auto request = Parse<wf::RespondActivityTaskFailedRequest>(
        "identity: 'worker' failure { message: 'boom' application_failure_info { " + failure + " } }");
    request.set_task_token(task.task_token());
    return engine_.RespondActivityTaskFailed(namespace_, request).status();
  }
  absl::Status CancelActivityTask(const ActivityTask& task) {
    wf::RespondActivityTaskCanceledRequest request;
    request.set_task_token(task.task_token());
    request.set_identity("worker");
    return engine_.RespondActivityTaskCanceled(namespace_, request).status();
  }
  absl::StatusOr<bool> Heartbeat(const ActivityTask& task, const std::string& details = "") {
    wf::RecordActivityTaskHeartbeatRequest request;
    request.set_task_token(task.task_token());
    if (!details.empty()) request.mutable_details()->add_payloads()->set_data(details);
    auto response = engine_.RecordActivityTaskHeartbeat(namespace_, request);
    if (!response.ok()) return response.status();
    return response->cancel_requested();
  }

  // -- What has come of it ---------------------------------------------------------------------------

  MutableState& Run(const std::string& run_id = "") {
    if (!run_id.empty()) return *engine_.FindRun(run_id);
    auto run = engine_.Find(namespace_, Parse<api::common::v1::WorkflowExecution>("workflow_id: 'w'"));
    return **run;
  }
  // The events that can be seen, one a line with the time since the test's start. From the event after `after` on.
  std::string History(std::int64_t after = 0, const std::string& run_id = "") {
    std::string text = "\n";
    const MutableState& run = Run(run_id);
    for (std::int64_t id = after + 1; id < run.next_event_id(); ++id) {
      text += internal::PrintEvent(run.events().at(id), {.times = true, .epoch = begin_}) + "\n";
    }
    return text;
  }
  // Only ids and types.
  std::string Types(std::int64_t after = 0, const std::string& run_id = "") {
    std::string text = "\n";
    const MutableState& run = Run(run_id);
    for (std::int64_t id = after + 1; id < run.next_event_id(); ++id) {
      text += internal::PrintEvent(run.events().at(id), {.times = true, .epoch = begin_, .attributes = false}) + "\n";
    }
    return text;
  }
  static std::string TypesIn(const WorkflowTask& task) {
    std::string text = "\n";
    for (const auto& event : task.history().events()) text += internal::PrintEvent(event, {.attributes = false}) + "\n";
    return text;
  }

  void Sleep(internal::Duration time) { loop_.RunUntil(loop_.Now() + time); }
  internal::Duration Elapsed() const { return loop_.Now() - begin_; }

  VirtualLoop loop_;
  const internal::TimePoint begin_ = loop_.Now();
  internal::Random random_{1};
  DynamicConfig config_;
  Matching matching_;
  SearchAttributeRegistry search_attributes_;
  Namespace namespace_{.name = "default", .id = "namespace-id"};
  WorkflowEngine engine_;
  absl::Status last_;                                   // of the last start
  wf::RespondWorkflowTaskCompletedResponse completed_;  // to the last completion that was accepted

 private:
  CallContext NewCall() {
    cancel_ = std::make_shared<internal::CallCancel>();
    CallContext context;
    context.cancel = cancel_;
    return context;
  }
  std::shared_ptr<Polled<ActivityTask>> StartActivityPoll() {
    auto polled = std::make_shared<Polled<ActivityTask>>();
    wf::PollActivityTaskQueueRequest request;
    request.set_identity("worker");
    matching_.activity_tasks.Poll({namespace_.id, "tq"}, request, NewCall(), Take(polled));
    return polled;
  }
  template <class Task>
  static Reply<Task> Take(std::shared_ptr<Polled<Task>> polled) {
    return [polled](absl::StatusOr<std::unique_ptr<Task>> response) {
      polled->answered = true;
      if (response.ok() && !(*response)->task_token().empty()) polled->task = std::move(**response);
    };
  }
  // Polls again whenever a poll expires, until there is a task or nothing can bring one.
  template <class Task>
  Task Await(absl::FunctionRef<std::shared_ptr<Polled<Task>>()> poll) {
    for (;;) {
      const auto polled = poll();
      loop_.BlockUntil([&] { return polled->answered; }, internal::Skip::kAllowed);
      if (polled->task.has_value()) return *std::move(polled->task);
      if (polled->answered) continue;
      ADD_FAILURE() << "no task will come\n" << History();
      return Task();
    }
  }

  std::shared_ptr<internal::CallCancel> cancel_;
};

}  // namespace temporal::server

#endif  // TEMPORAL_TESTS_FAKE_SERVER_HISTORY_ENGINE_DRIVER_H_
