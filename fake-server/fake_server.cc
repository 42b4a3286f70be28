// Puts the server's parts together, and shows what they hold.
#include "temporal/fake_server.h"

#include <utility>

#include "fake-server/frontend/call_dispatcher.h"
#include "fake-server/frontend/handlers.h"
#include "sdk/base/random.h"

namespace temporal::server {
namespace {

constexpr char kSystemNamespace[] = "temporal-system";

RunStatus StatusOf(const MutableState& run) {
  using namespace api::enums::v1;
  switch (run.status()) {
    case WORKFLOW_EXECUTION_STATUS_COMPLETED:
      return RunStatus::kCompleted;
    case WORKFLOW_EXECUTION_STATUS_FAILED:
      return RunStatus::kFailed;
    case WORKFLOW_EXECUTION_STATUS_CANCELED:
      return RunStatus::kCanceled;
    case WORKFLOW_EXECUTION_STATUS_TERMINATED:
      return RunStatus::kTerminated;
    case WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW:
      return RunStatus::kContinuedAsNew;
    case WORKFLOW_EXECUTION_STATUS_TIMED_OUT:
      return RunStatus::kTimedOut;
    default:
      return RunStatus::kRunning;
  }
}

RunInfo InfoOf(const MutableState& run) {
  RunInfo info;
  info.namespace_name = run.name_space().name;
  info.workflow_id = run.workflow_id();
  info.run_id = run.run_id();
  info.workflow_type = run.start().workflow_type().name();
  info.task_queue = run.normal_task_queue().name();
  info.status = StatusOf(run);
  info.history_length = run.next_event_id() - 1;
  return info;
}

Snapshot::Activity ActivityOf(const MutableState& run, const Activity& activity) {
  using State = Snapshot::Activity::State;
  const auto& scheduled = run.scheduled(activity);
  Snapshot::Activity shown;
  shown.activity_id = activity.id;
  shown.activity_type = scheduled.activity_type().name();
  shown.task_queue = scheduled.task_queue().name();
  shown.attempt = activity.attempt;
  shown.state = activity.backing_off() ? State::kBackingOff : activity.started ? State::kStarted : State::kScheduled;
  shown.due = activity.scheduled_time;
  return shown;
}

Snapshot::OpenRun OpenRunOf(const MutableState& run) {
  using Task = Snapshot::OpenRun::WorkflowTask;
  Snapshot::OpenRun shown;
  shown.info = InfoOf(run);
  const WorkflowTask& task = run.task();
  shown.workflow_task = task.started() ? Task::kStarted : task.pending() ? Task::kScheduled : Task::kNone;
  shown.workflow_task_attempt = task.attempt;
  shown.last_workflow_task_failure = run.last_task_failure;
  shown.ends_by_timeout = run.run_expiration() != internal::TimePoint::max();
  std::map<std::int64_t, Snapshot::Timer> timers;  // in the order in which they were started
  for (const auto& [id, timer] : run.timers) timers[timer.started_event_id] = {id, timer.expiry};
  for (auto& [started, timer] : timers) shown.timers.push_back(std::move(timer));
  for (const auto& [scheduled, activity] : run.activities) shown.activities.push_back(ActivityOf(run, activity));
  return shown;
}

}  // namespace

class FakeServer::Impl {
 public:
  Impl(internal::Scheduler& scheduler, FakeServerOptions options)
      : options_(std::move(options)),
        random_(options_.seed),
        matching_(scheduler, options_.config),
        engine_(HistoryContext{scheduler, random_, options_.config, matching_, search_attributes_,
                               [this](std::string_view name) { return std::as_const(namespaces_).Find(name); }}),
        history_reads_(scheduler, options_.config, engine_),
        queries_(scheduler, random_, options_.config, matching_, engine_),
        updates_(scheduler, random_, options_.config, engine_),
        dispatcher_(scheduler, namespaces_, search_attributes_, options_.config),
        parts_{scheduler, random_, options_.config, namespaces_, search_attributes_,
               matching_, engine_, history_reads_,  queries_,    updates_} {
    for (const std::string& name : options_.namespaces) RegisterNamespace(name);
    RegisterNamespace(kSystemNamespace);
    HandlerTable& table = dispatcher_.handlers();
    AddWorkflowHandlers(parts_, table);
    AddTaskQueueHandlers(parts_, table);
    AddHistoryHandlers(parts_, table);
    AddDescribeHandlers(parts_, table);
    AddQueryHandlers(parts_, table);
    AddUpdateHandlers(parts_, table);
    AddNamespaceHandlers(parts_, table);
    AddSystemHandlers(parts_, table);
    AddSearchAttributeHandlers(parts_, table);
    AddVisibilityHandlers(parts_, table);
  }

  internal::WorkflowService& service() { return dispatcher_; }
  const WorkflowEngine& engine() const { return engine_; }

  server::Snapshot TakeSnapshot() const {
    server::Snapshot snapshot;
    for (const auto& run : engine_.runs()) {
      if (run->running()) snapshot.runs.push_back(OpenRunOf(*run));
    }
    AddQueues(matching_.workflow_tasks.Waiting(), /*activities=*/false, snapshot);
    AddQueues(matching_.activity_tasks.Waiting(), /*activities=*/true, snapshot);
    return snapshot;
  }

 private:
  void RegisterNamespace(const std::string& name) {
    Namespace entry;
    entry.name = name;
    entry.id = random_.Uuid();
    entry.retention = options_.retention;
    namespaces_.Add(std::move(entry));
  }

  void AddQueues(const std::vector<QueueInfo>& queues, bool activities, server::Snapshot& snapshot) const {
    for (const QueueInfo& queue : queues) {
      if (queue.waiting_tasks == 0) continue;
      const Namespace* const name_space = namespaces_.FindById(queue.key.namespace_id);
      snapshot.queues.push_back({name_space == nullptr ? std::string() : name_space->name, queue.key.name, activities,
                                 queue.waiting_tasks, queue.waiting_pollers});
    }
  }

  const FakeServerOptions options_;
  internal::Random random_;
  NamespaceRegistry namespaces_;
  SearchAttributeRegistry search_attributes_;
  Matching matching_;
  WorkflowEngine engine_;
  HistoryReads history_reads_;
  QueryService queries_;
  UpdateService updates_;
  CallDispatcher dispatcher_;
  const ServerParts parts_;
};

FakeServer::FakeServer(internal::Scheduler& scheduler, FakeServerOptions options)
    : impl_(std::make_shared<Impl>(scheduler, std::move(options))) {}

FakeServer::~FakeServer() = default;

internal::WorkflowService& FakeServer::service() { return impl_->service(); }

server::Snapshot FakeServer::Snapshot() const { return impl_->TakeSnapshot(); }

std::vector<RunInfo> FakeServer::Runs() const {
  std::vector<RunInfo> runs;
  for (const auto& run : impl_->engine().runs()) runs.push_back(InfoOf(*run));
  return runs;
}

api::history::v1::History FakeServer::History(std::string_view run_id) const {
  api::history::v1::History history;
  if (const auto run = impl_->engine().FindRun(run_id)) {
    run->events().CopyTo(1, run->next_event_id(), *history.mutable_events());
  }
  return history;
}

}  // namespace temporal::server
