// From polled tasks to running activities.
#include "sdk/worker/activity_worker.h"

#include <optional>
#include <stdexcept>
#include <utility>

#include "sdk/converter/message_codec.h"
#include "sdk/worker/version_stamp.h"

namespace temporal::internal {
namespace {

SerializationContext ContextOf(const WorkerContext& context,
                               const api::workflowservice::v1::PollActivityTaskQueueResponse& task) {
  SerializationContext of = context.client->serialization_context();
  if (!task.workflow_namespace().empty()) of.namespace_ = task.workflow_namespace();
  of.workflow_id = task.workflow_execution().workflow_id();
  of.workflow_type = task.workflow_type().name();
  of.activity_id = task.activity_id();
  of.activity_type = task.activity_type().name();
  of.activity_task_queue = context.task_queue;
  return of;
}

}  // namespace

ActivityWorker::ActivityWorker(std::shared_ptr<const WorkerContext> context, std::function<void()> changed)
    : context_(std::move(context)), changed_(std::move(changed)), slots_(context_->options.max_concurrent_activities) {
  rpc::PollActivityTaskQueue::Request request;
  request.set_namespace_(context_->client->namespace_name());
  request.mutable_task_queue()->set_name(context_->task_queue);
  request.mutable_task_queue()->set_kind(api::enums::v1::TASK_QUEUE_KIND_NORMAL);
  request.set_identity(context_->client->identity());
  request.set_worker_instance_key(context_->instance_key);
  SetVersion(*context_, request);
  Poller<rpc::PollActivityTaskQueue>::Options options;
  options.request = std::move(request);
  options.maximum = context_->options.max_concurrent_activity_polls;
  options.handle = [this](std::unique_ptr<Task> task) { Run(std::move(*task)); };
  options.ended = changed_;
  poller_ = std::make_shared<Poller<rpc::PollActivityTaskQueue>>(*context_, slots_, std::move(options));
}

ActivityWorker::~ActivityWorker() { Abandon(); }

void ActivityWorker::Add(ActivityDefinition definition) {
  if (definitions_.contains(definition.type)) {
    throw std::logic_error("activity " + definition.type + " is registered already on the worker of task queue " +
                           context_->task_queue + ": each name stands for one function");
  }
  Override(std::move(definition));
}

void ActivityWorker::Override(ActivityDefinition definition) {
  auto shared = std::make_shared<const ActivityDefinition>(std::move(definition));
  definitions_[shared->type] = shared;
  if (executor_ != nullptr) poller_->Fill();
}

std::vector<std::string> ActivityWorker::types() const {
  std::vector<std::string> types;
  for (const auto& [type, definition] : definitions_) types.push_back(type.empty() ? "(dynamic)" : type);
  return types;
}

void ActivityWorker::Start(ActivityExecutor& executor) {
  executor_ = &executor;
  if (!empty()) poller_->Fill();
}

bool ActivityWorker::Reserve() { return executor_ != nullptr && !empty() && !stopping_ && slots_.Take(); }

void ActivityWorker::ReturnReserved() {
  slots_.GiveBack();
  poller_->Fill();
}

void ActivityWorker::RunEager(Task task) { Run(std::move(task)); }

void ActivityWorker::Run(Task task) {
  const std::uint64_t id = ++last_id_;
  const std::string& type = task.activity_type().name();
  auto definition = Find(type);
  std::optional<ApplicationFailure> refusal;
  if (definition == nullptr) {
    const std::string caller = " for workflow " + task.workflow_execution().workflow_id();
    refusal = ApplicationFailure(DescribeUnknown(type, caller), {.type = "NotFoundError"});
  }
  try {
    DecodeMessage(context_->client->data_converter(), ContextOf(*context_, task), task);
  } catch (const std::exception& error) {
    refusal =
        ApplicationFailure(std::string("Failed decoding arguments: ") + error.what(), {.type = "ConversionError"});
  }
  const auto running =
      std::make_shared<ActivityTask>(context_, *executor_, std::move(task), [this, id] { Finished(id); });
  running_[id] = running;
  refusal ? running->Refuse(*refusal) : running->Start(std::move(definition));
}

std::shared_ptr<const ActivityDefinition> ActivityWorker::Find(const std::string& type) const {
  auto found = definitions_.find(type);
  if (found == definitions_.end()) found = definitions_.find("");
  return found == definitions_.end() ? nullptr : found->second;
}

std::string ActivityWorker::DescribeUnknown(const std::string& type, const std::string& caller) const {
  std::string known;
  for (const auto& [name, definition] : definitions_) known += (known.empty() ? "" : ", ") + name;
  return "Activity function " + type + caller + " is not registered on this worker, available activities: " + known;
}

void ActivityWorker::Finished(std::uint64_t id) {
  running_.erase(id);
  slots_.GiveBack();
  poller_->Fill();
  changed_();
}

void ActivityWorker::StopPolling() {
  stopping_ = true;
  poller_->Stop();
}

void ActivityWorker::CancelPolls() { poller_->CancelPolls(); }

void ActivityWorker::CancelActivities(CancelReason reason) {
  for (const auto& [id, task] : running_) task->Cancel(reason);
}

void ActivityWorker::Abandon() {
  stopping_ = true;
  poller_->Abandon();
  for (const auto& [id, task] : running_) task->Abandon();
  running_.clear();
}

bool ActivityWorker::idle() const { return running_.empty() && poller_->polls() == 0; }

}  // namespace temporal::internal
