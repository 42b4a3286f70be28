// From polled workflow tasks to handled ones.
#include "sdk/worker/workflow_worker.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "sdk/converter/message_codec.h"
#include "sdk/worker/version_stamp.h"

namespace temporal::internal {
namespace {

// A worker with a cache needs a slot for either queue.
int SlotCount(const WorkerContext& context) {
  return std::max(context.options.max_concurrent_workflow_tasks, context.caches() ? 2 : 1);
}

// Of the polls one in five asks the normal queue, where the first task of each run is.
int NormalPolls(const WorkerContext& context) {
  const int polls = context.options.max_concurrent_workflow_polls;
  return std::max(1, context.caches() ? polls / 5 : polls);
}

std::string FailedDecoding(const std::exception& error) {
  return std::string("Failed decoding the payloads of a workflow task: ") + error.what();
}

api::workflowservice::v1::RespondQueryTaskCompletedRequest UnansweredQuery(const std::exception& error) {
  api::workflowservice::v1::RespondQueryTaskCompletedRequest request;
  request.set_completed_type(api::enums::v1::QUERY_RESULT_TYPE_FAILED);
  request.set_error_message(FailedDecoding(error));
  return request;
}

}  // namespace

WorkflowWorker::WorkflowWorker(std::shared_ptr<const WorkerContext> context, const WorkflowRegistry& registry,
                               ActivityWorker& activities, std::function<void()> changed)
    : context_(std::move(context)),
      registry_(registry),
      activities_(activities),
      changed_(std::move(changed)),
      slots_(SlotCount(*context_)),
      code_(context_),
      cache_(static_cast<std::size_t>(std::max(0, context_->options.max_cached_workflows))) {
  const int normal = NormalPolls(*context_);
  normal_ = MakePoller(false, normal);
  if (context_->caches()) {
    sticky_ = MakePoller(true, std::max(1, context_->options.max_concurrent_workflow_polls - normal));
  }
}

std::shared_ptr<WorkflowWorker::Poll> WorkflowWorker::MakePoller(bool sticky, int maximum) {
  rpc::PollWorkflowTaskQueue::Request request;
  request.set_namespace_(context_->client->namespace_name());
  auto& queue = *request.mutable_task_queue();
  queue.set_name(sticky ? context_->sticky_queue : context_->task_queue);
  queue.set_kind(sticky ? api::enums::v1::TASK_QUEUE_KIND_STICKY : api::enums::v1::TASK_QUEUE_KIND_NORMAL);
  if (sticky) queue.set_normal_name(context_->task_queue);
  request.set_identity(context_->client->identity());
  request.set_worker_instance_key(context_->instance_key);
  SetVersion(*context_, request);
  Poll::Options options;
  options.request = std::move(request);
  options.maximum = maximum;
  options.handle = [this](std::unique_ptr<WorkflowTask> task) { Take(std::move(task)); };
  options.ended = changed_;
  return std::make_shared<Poll>(*context_, slots_, std::move(options));
}

void WorkflowWorker::Start(ActivityExecutor& executor) {
  local_activities_ = std::make_shared<LocalActivityWorker>(
      context_, activities_, [weak = weak_from_this()](const std::string& run_id, std::optional<LocalActivityEnd> end) {
        if (auto self = weak.lock()) self->LocalActivityEnded(run_id, std::move(end));
      });
  local_activities_->Start(executor);
  if (!registry_.empty()) Fill();
}

void WorkflowWorker::Fill() {
  normal_->Fill();
  if (sticky_ != nullptr) sticky_->Fill();
}

void WorkflowWorker::StopPolling() {
  normal_->Stop();
  if (sticky_ != nullptr) sticky_->Stop();
}

void WorkflowWorker::CancelPolls() {
  normal_->CancelPolls();
  if (sticky_ != nullptr) sticky_->CancelPolls();
}

void WorkflowWorker::CancelLocalActivities() { local_activities_->CancelForShutdown(); }

void WorkflowWorker::Abandon() {
  abandoned_ = true;
  if (local_activities_ != nullptr) local_activities_->Abandon();
  for (const auto& [run_id, task] : open_tasks_) context_->loop().Cancel(task.heartbeat);
  open_tasks_.clear();
  normal_->Abandon();
  if (sticky_ != nullptr) sticky_->Abandon();
  cache_.Clear();
}

bool WorkflowWorker::idle() const {
  return tasks_ == 0 && normal_->polls() == 0 && (sticky_ == nullptr || sticky_->polls() == 0);
}

void WorkflowWorker::Take(std::unique_ptr<WorkflowTask> task) {
  ++tasks_;
  CachedRun& entry = cache_.Use(task->workflow_execution().run_id());
  if (!entry.busy) return Begin(std::move(task));
  entry.waiting.push_back(std::move(task));
}

void WorkflowWorker::Begin(std::unique_ptr<WorkflowTask> task) {
  CachedRun& entry = cache_.Use(task->workflow_execution().run_id());
  entry.busy = true;
  auto done = [weak = weak_from_this(), run_id = task->workflow_execution().run_id(), began = context_->loop().Now()](
                  const absl::Status& status, std::unique_ptr<WorkflowTask> complete) {
    auto self = weak.lock();
    if (self == nullptr || self->abandoned_) return;
    if (status.ok()) return self->Handle(std::move(complete), began);
    self->context_->Log(LogLevel::kWarning, "the history of run " + run_id + " was not got: " + Describe(status));
    self->Evict(run_id);
    self->Finish(run_id);
  };
  if (!NeedsAllHistory(entry, *task)) return FetchRemainingPages(context_, std::move(task), std::move(done));
  DropRun(task->workflow_execution().run_id(), entry);
  FetchFromTheStart(context_, std::move(task), std::move(done));
}

// The first event is not the first of the run, and what is cached does not reach up to it.
bool WorkflowWorker::NeedsAllHistory(const CachedRun& entry, const WorkflowTask& task) const {
  const std::int64_t known = entry.run == nullptr ? 0 : entry.run->last_event_id();
  const auto& events = task.history().events();
  if (!events.empty()) return events.begin()->event_id() > known + 1;
  return known == 0 || (task.has_query() && task.previous_started_event_id() > known);
}

void WorkflowWorker::Handle(std::unique_ptr<WorkflowTask> task, TimePoint began) {
  TaskInfo info{task->workflow_execution().workflow_id(),
                task->workflow_type().name(),
                task->workflow_execution().run_id(),
                task->task_token(),
                task->attempt(),
                began};
  CachedRun& entry = *cache_.Find(info.run_id);
  if (task->history().events().empty() && !task->has_query()) {
    context_->Log(LogLevel::kWarning, "a workflow task of run " + info.run_id + " came without a history");
    return Finish(info.run_id);
  }
  const DataConverter& converter = context_->client->data_converter();
  if (entry.run == nullptr && Decodes(converter)) {
    entry.activities = std::make_unique<ActivityContexts>(info.workflow_type, context_->task_queue);
  }
  try {
    DecodeMessage(converter, context_->client->serialization_context(), *task, entry.activities.get());
  } catch (const std::exception& error) {
    if (task->has_query()) return Answer(info, UnansweredQuery(error));
    // The same task comes again, until there is a codec that can read it.
    return Answer(info, Refusal(kUnhandledFailure, FailedDecoding(error), kConversionError));
  }
  if (entry.run == nullptr) entry.run = std::make_unique<WorkflowRun>(RunOptions());
  const bool query = task->has_query();
  Run(info, query, [&] { return entry.run->Handle(std::move(task)); });
}

void WorkflowWorker::Run(const TaskInfo& info, bool query, absl::FunctionRef<TaskAnswer()> code) {
  // As with every failure, the first attempt's alone is told.
  code_.BeginTask(query || info.attempt > 1 ? "" : info.token);
  TaskAnswer answer = code();
  if (code_.EndTask() && !query) {
    if (open_tasks_.contains(info.run_id)) CloseTask(info.run_id);
    Evict(info.run_id);
    return Finish(info.run_id);
  }
  WorkflowRun& run = *cache_.Find(info.run_id)->run;
  local_activities_->Handle(run, run.TakeLocalActivityRequests());
  if (run.closed()) local_activities_->Forget(info.run_id);
  if (open_tasks_.contains(info.run_id) && !std::holds_alternative<LocalActivitiesUnderWay>(answer)) {
    CloseTask(info.run_id);
  }
  std::visit([&](auto& alternative) { Answer(info, std::move(alternative)); }, answer);
}

WorkflowRunOptions WorkflowWorker::RunOptions() {
  WorkflowRunOptions options;
  options.registry = &registry_;
  options.namespace_name = context_->client->namespace_name();
  options.task_queue = context_->task_queue;
  options.logger = &context_->client->logger();
  options.observer = &code_;
  options.disable_eager_activities = context_->options.disable_eager_activities;
  options.interceptors = context_->interceptors;
  options.refuse_local_activity = [this](const std::string& type) {
    return activities_.Find(type) != nullptr ? std::string() : activities_.DescribeUnknown(type);
  };
  return options;
}

void WorkflowWorker::DropRun(const std::string& run_id, CachedRun& entry) {
  local_activities_->Forget(run_id);
  entry.run = nullptr;
}

void WorkflowWorker::Evict(const std::string& run_id) { cache_.Find(run_id)->evict = true; }

void WorkflowWorker::Finish(const std::string& run_id) {
  CachedRun& entry = *cache_.Find(run_id);
  --tasks_;
  slots_.GiveBack();
  entry.busy = false;
  if (std::exchange(entry.evict, false)) DropRun(run_id, entry);
  if (!entry.waiting.empty()) {
    std::unique_ptr<WorkflowTask> next = std::move(entry.waiting.front());
    entry.waiting.pop_front();
    Begin(std::move(next));
  } else if (entry.run == nullptr) {
    cache_.Erase(run_id);
  }
  cache_.Trim();
  Fill();
  changed_();
}

}  // namespace temporal::internal
