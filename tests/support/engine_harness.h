// Runs a workflow against a history in every way that a worker can meet it: task by task in one run, evicted before
// each task, that again with the history in pages of each size, and replayed as a whole. All must agree.
#ifndef TEMPORAL_TESTS_SUPPORT_ENGINE_HARNESS_H_
#define TEMPORAL_TESTS_SUPPORT_ENGINE_HARNESS_H_

#include <map>
#include <memory>
#include <regex>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sdk/base/history_printer.h"
#include "sdk/base/proto_time.h"
#include "sdk/converter/marker_codec.h"
#include "sdk/converter/payload_converter.h"
#include "sdk/engine/history_chunker.h"
#include "sdk/engine/replay.h"
#include "sdk/engine/workflow_run.h"
#include "sdk/machines/event_table.h"
#include "temporal/registration.h"
#include "tests/support/history_builder.h"
#include "tests/support/paged_history.h"

namespace temporal::internal {

// "StartTimer timer_id=1 start_to_fire_timeout=5s"
inline std::string Show(const api::command::v1::Command& command) {
  std::string name;
  bool start = true;
  for (const char c : api::enums::v1::CommandType_Name(command.command_type()).substr(13)) {
    if (c != '_') name += start ? c : static_cast<char>(c - 'A' + 'a');
    start = c == '_';
  }
  const auto* oneof = command.GetDescriptor()->FindOneofByName("attributes");
  if (const auto* field = command.GetReflection()->GetOneofFieldDescriptor(command, oneof)) {
    std::string fields = PrintMessage(command.GetReflection()->GetMessage(command, field));
    if (fields != "{}") name += " " + fields.substr(1, fields.size() - 2);
  }
  return name;
}

class EngineHarness {
 public:
  using Completed = api::workflowservice::v1::RespondWorkflowTaskCompletedRequest;
  using Failed = api::workflowservice::v1::RespondWorkflowTaskFailedRequest;
  using Poll = api::workflowservice::v1::PollWorkflowTaskQueueResponse;

  EngineHarness() {
    options.registry = &registry;
    options.namespace_name = "default";
    options.task_queue = "queue";
    options.disable_eager_activities = true;
  }

  template <class F, class R, class... A>
  void Register(const WorkflowRef<R(A...)>& ref, F function) {
    registry.Add(MakeWorkflowFunction(ref, std::move(function)));
  }
  template <class T, class R, class... A>
  void Register(const WorkflowRef<R(A...)>& ref) {
    registry.Add(MakeWorkflow<T>(ref));
  }

  // One poll response with the events [begin, end).
  static std::unique_ptr<Poll> Task(const HistoryEvents& events, int begin, int end) {
    auto task = std::make_unique<Poll>();
    const auto& started = events[0].workflow_execution_started_event_attributes();
    task->mutable_workflow_execution()->set_workflow_id(started.workflow_id());
    task->mutable_workflow_execution()->set_run_id(started.original_execution_run_id());
    for (int at = begin; at < end; ++at) *task->mutable_history()->add_events() = events[at];
    return task;
  }

  // The commands of each logical task, one string a task, commands separated by "; ". Checks that all ways agree.
  std::vector<std::string> Run(const HistoryBuilder& history) {
    const int events = history.history().events_size();
    return RunAllWays(history.data(), PagedHistory::Sizes(events));
  }
  std::vector<std::string> RunAllWays(const HistoryData& history, const std::vector<int>& page_sizes = {1, 5}) {
    const HistoryEvents& events = history.history.events();
    std::vector<std::string> tasks = InTasks(events, false);
    EXPECT_EQ(tasks, InTasks(events, true)) << "evicted before each task";
    for (const int size : page_sizes) {
      EXPECT_EQ(tasks, InTasks(events, true, size)) << "evicted before each task, in pages of " << size;
    }
    for (const ReplayMode mode : {ReplayMode::kFull, ReplayMode::kIncremental, ReplayMode::kEvicted}) {
      const ReplayReport report = Replay(options, history, mode);
      EXPECT_FALSE(report.mismatch.has_value())
          << "replay mode " << static_cast<int>(mode) << ": " << report.mismatch->message;
    }
    return tasks;
  }

  // The mismatch that a whole replay finds; empty if there is none. Task by task it must be found as well.
  std::string Mismatch(const HistoryBuilder& history) {
    const ReplayReport full = Replay(options, history.data(), ReplayMode::kFull);
    for (const ReplayMode mode : {ReplayMode::kIncremental, ReplayMode::kEvicted}) {
      const ReplayReport report = Replay(options, history.data(), mode);
      EXPECT_EQ(report.mismatch.has_value(), full.mismatch.has_value());
      if (!report.mismatch || !full.mismatch) continue;
      EXPECT_EQ(report.mismatch->event_id, full.mismatch->event_id);
    }
    return full.mismatch ? full.mismatch->message : "";
  }

  // The answer to the last task of a history, from event 1.
  TaskAnswer Answer(const HistoryBuilder& history) {
    run = std::make_unique<WorkflowRun>(options);
    return run->Handle(Task(history.history().events(), 0, history.history().events_size()));
  }

  static std::string Commands(const TaskAnswer& answer) {
    if (std::holds_alternative<HistoryNeeded>(answer)) return "history needed";
    if (std::holds_alternative<LocalActivitiesUnderWay>(answer)) return "local activities under way";
    if (const auto* failed = std::get_if<Failed>(&answer)) return "failed: " + failed->failure().message();
    if (!std::holds_alternative<Completed>(answer)) return "a query's answer";
    std::string text;
    for (const auto& command : std::get<Completed>(answer).commands())
      text += (text.empty() ? "" : "; ") + Show(command);
    return text;
  }

  WorkflowRegistry registry;
  WorkflowRunOptions options;
  std::unique_ptr<WorkflowRun> run;  // of the last Answer

 private:
  // The requests of the updates that the task which ends at `chunk_end` accepted.
  static void AddUpdates(const HistoryEvents& events, int chunk_end, Poll& task) {
    for (int at = chunk_end; at < events.size(); ++at) {
      if (events[at].event_type() == api::enums::v1::EVENT_TYPE_WORKFLOW_TASK_STARTED) return;
      if (!events[at].has_workflow_execution_update_accepted_event_attributes()) continue;
      const auto& accepted = events[at].workflow_execution_update_accepted_event_attributes();
      auto& message = *task.add_messages();
      message.set_id(accepted.accepted_request_message_id());
      message.set_protocol_instance_id(accepted.protocol_instance_id());
      message.set_event_id(accepted.accepted_request_sequencing_event_id());
      message.mutable_body()->PackFrom(accepted.accepted_request());
    }
  }

  std::vector<std::string> InTasks(const HistoryEvents& events, bool evicted, int page_size = 0) {
    std::vector<std::string> tasks;
    for (int begin = 0; begin < events.size();) {
      const HistoryChunk chunk = NextChunk(events, begin, events.size());
      if (chunk.ends != HistoryChunk::End::kTaskStarted) break;
      if (begin == 0 || evicted) {
        run = std::make_unique<WorkflowRun>(options);
        asked_at_.clear();
      }
      auto task = Task(events, evicted ? 0 : begin, chunk.end);
      AddUpdates(events, chunk.end, *task);
      if (page_size > 0) task = pages_.Fetch(std::move(task), page_size);
      TaskAnswer answer = run->Handle(std::move(task));
      if (std::holds_alternative<LocalActivitiesUnderWay>(answer)) answer = EndLocalActivities(events, chunk.end);
      tasks.push_back(WithoutScheduleTimes(Commands(answer)));
      begin = chunk.end;
    }
    return tasks;
  }

  // Plays the worker for the task that ends at `chunk_end`: they end as the history has recorded it of that task.
  TaskAnswer EndLocalActivities(const HistoryEvents& events, int chunk_end) {
    for (int at = chunk_end + 1; at < events.size(); ++at) {
      for (const LocalActivityRequest& request : run->TakeLocalActivityRequests()) {
        const auto* begun = std::get_if<RunLocalActivity>(&request);
        if (begun != nullptr) asked_at_[std::to_string(begun->number)] = begun->asked_at;
      }
      if (TraitsOf(events[at].event_type()).role != Role::kCommand) break;
      if (!events[at].has_marker_recorded_event_attributes()) continue;
      const auto marker = ReadMarker(events[at]);
      if (!marker.ok() || marker->kind != MarkerKind::kLocalActivity) continue;
      LocalActivityEnd end;
      end.number = static_cast<std::uint32_t>(std::stoul(marker->id));
      end.attempt = marker->attempt;
      if (marker->failure != nullptr)
        end.outcome = *marker->failure;
      else
        end.outcome = FromProto(*marker->result).front();
      end.backoff = marker->backoff;
      end.ran = marker->complete_time - asked_at_[marker->id];
      run->LocalActivityEnded(std::move(end));
      TaskAnswer answer = run->Continue();
      if (!std::holds_alternative<LocalActivitiesUnderWay>(answer)) return answer;
    }
    return run->Heartbeat();
  }

  // When the worker began with a local activity is not the same in a later life of the run.
  static std::string WithoutScheduleTimes(const std::string& commands) {
    static const std::regex kTimes("\"original_schedule_time\":[^}]*[}]");
    return std::regex_replace(commands, kTimes, "");
  }

  PagedHistory pages_;
  std::map<std::string, TimePoint> asked_at_;  // the local activities, by number
};

}  // namespace temporal::internal

#endif  // TEMPORAL_TESTS_SUPPORT_ENGINE_HARNESS_H_
