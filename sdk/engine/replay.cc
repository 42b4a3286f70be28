// Whole histories against the code of today.
#include "sdk/engine/replay.h"

#include "sdk/converter/failure_converter.h"
#include "sdk/converter/payload_converter.h"
#include "sdk/engine/run_core.h"

namespace temporal::internal {
namespace {

using namespace api::enums::v1;  // NOLINT: event types and causes
using State = ReplayReport::State;

std::string WorkflowIdOf(const HistoryData& history) {
  if (!history.workflow_id.empty() || history.history.events().empty()) return history.workflow_id;
  return history.history.events(0).workflow_execution_started_event_attributes().workflow_id();
}

std::string RunIdOf(const HistoryData& history) {
  if (!history.run_id.empty() || history.history.events().empty()) return history.run_id;
  return history.history.events(0).workflow_execution_started_event_attributes().original_execution_run_id();
}

void SetState(const api::history::v1::HistoryEvent& event, ReplayReport& report) {
  switch (event.event_type()) {
    case EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED:
      report.state = State::kCompleted;
      report.result = FromProto(event.workflow_execution_completed_event_attributes().result());
      return;
    case EVENT_TYPE_WORKFLOW_EXECUTION_FAILED:
      report.state = State::kFailed;
      report.failure = FromProto(event.workflow_execution_failed_event_attributes().failure())->Describe();
      return;
    case EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED:
      report.state = State::kCanceled;
      return;
    case EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW:
      report.state = State::kContinuedAsNew;
      return;
    case EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED:
    case EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT:
      report.state = State::kClosedByServer;
      return;
    default:
      return;
  }
}

class Replayer {
 public:
  Replayer(const WorkflowRunOptions& options, const HistoryData& history)
      : options_(options),
        workflow_id_(WorkflowIdOf(history)),
        run_id_(RunIdOf(history)),
        events_(history.history.events()),
        end_(events_.size()) {}

  ReplayReport Run(ReplayMode mode) {
    std::optional<TaskFailure> failure;
    if (mode == ReplayMode::kFull) {
      RunCore core(options_, workflow_id_, run_id_);
      failure = core.Apply(events_, 0, end_, RunCore::Purpose::kReplay);
      report_.events = core.last_event_id();
    } else {
      failure = InTasks(mode);
    }
    if (failure) {
      report_.mismatch = ReplayMismatch{failure->failure.message(), failure->event_id,
                                        failure->cause == WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR,
                                        failure->expected, failure->found};
    }
    if (end_ > 0) SetState(events_[end_ - 1], report_);
    return std::move(report_);
  }

 private:
  // As a worker gets them: each task ends with the WorkflowTaskStarted that it is for, and what follows is not known
  // yet.
  std::optional<TaskFailure> InTasks(ReplayMode mode) {
    std::optional<RunCore> core;
    for (int begin = 0; begin < end_;) {
      const HistoryChunk chunk = NextChunk(events_, begin, end_);
      const bool task = chunk.ends == HistoryChunk::End::kTaskStarted && chunk.end < end_;
      if (!core || mode == ReplayMode::kEvicted) core.emplace(options_, workflow_id_, run_id_);
      const int from = mode == ReplayMode::kEvicted ? 0 : chunk.begin;
      const auto purpose = task ? RunCore::Purpose::kAgain : RunCore::Purpose::kReplay;
      std::vector<UpdateRequest> updates;
      if (task) updates = core->AcceptedUpdates(events_, chunk.end, end_);
      if (auto failure = core->Apply(events_, from, chunk.end, purpose, std::move(updates))) return failure;
      if (task) {
        WorkflowMachines::Commands commands;  // a worker would send them; the history must have their events
        core->machines().FillCommands(commands);
        WorkflowInstance::Messages messages;
        core->instance()->TakeMessages(messages);
        core->instance()->TakeLocalActivityRequests();  // the history has played the worker
      }
      report_.events = core->last_event_id();
      begin = chunk.end;
    }
    return std::nullopt;
  }

  const WorkflowRunOptions& options_;
  const std::string workflow_id_, run_id_;
  const HistoryEvents& events_;
  const int end_;
  ReplayReport report_;
};

}  // namespace

ReplayReport Replay(const WorkflowRunOptions& options, const HistoryData& history, ReplayMode mode) {
  ReplayReport report = Replayer(options, history).Run(mode);
  if (!report.mismatch || !report.mismatch->nondeterminism) return report;
  // Once more, with what the commands would have been.
  WorkflowRunOptions describing = options;
  describing.describe_commands = true;
  ReplayReport described = Replayer(describing, history).Run(mode);
  return described.mismatch ? described : report;
}

}  // namespace temporal::internal
