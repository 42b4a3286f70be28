// What a worker sends when a run has handled a task, and what it makes of the server's answer.
#include <string_view>
#include <utility>

#include "sdk/base/proto_time.h"
#include "sdk/base/utf8.h"
#include "sdk/converter/message_codec.h"
#include "sdk/transport/refusals.h"
#include "sdk/worker/version_stamp.h"
#include "sdk/worker/workflow_worker.h"

namespace temporal::internal {
namespace {

using CompletedRequest = api::workflowservice::v1::RespondWorkflowTaskCompletedRequest;
using CompletedResponse = api::workflowservice::v1::RespondWorkflowTaskCompletedResponse;
using FailedRequest = api::workflowservice::v1::RespondWorkflowTaskFailedRequest;
using QueryRequest = api::workflowservice::v1::RespondQueryTaskCompletedRequest;

constexpr Duration kAnswerTimeout = std::chrono::seconds(10);
constexpr int kMaximumEagerActivities = 3;  // of one workflow task

}  // namespace

FailedRequest WorkflowWorker::Refusal(api::enums::v1::WorkflowTaskFailedCause cause, std::string message,
                                      const char* type) {
  FailedRequest request;
  request.set_cause(cause);
  request.mutable_failure()->set_message(std::move(message));
  request.mutable_failure()->set_source("CppSDK");
  request.mutable_failure()->mutable_application_failure_info()->set_type(type);
  return request;
}

std::optional<std::string> WorkflowWorker::Encode(const TaskInfo& task, google::protobuf::Message& request) {
  try {
    EncodeMessage(context_->client->data_converter(), {context_->client->namespace_name(), task.workflow_id}, request,
                  cache_.Find(task.run_id)->activities.get());
  } catch (const std::exception& error) {
    return std::string("Failed encoding payloads: ") + error.what();
  }
  const std::string invalid = FindInvalidUtf8(request);
  return invalid.empty() ? std::nullopt : std::optional(invalid + " is not valid UTF-8");
}

api::enums::v1::VersioningBehavior WorkflowWorker::BehaviorOf(const TaskInfo& task) const {
  const WorkflowDefinition* definition = registry_.Find(task.workflow_type);
  const VersioningBehavior own =
      definition == nullptr ? VersioningBehavior::kUnspecified : definition->options.versioning_behavior;
  return static_cast<api::enums::v1::VersioningBehavior>(
      own == VersioningBehavior::kUnspecified ? context_->options.deployment.default_versioning_behavior : own);
}

void WorkflowWorker::Answer(const TaskInfo& task, CompletedRequest request) {
  if (const auto problem = Encode(task, request))
    return Answer(task, Refusal(kUnhandledFailure, *problem, kConversionError));
  request.set_task_token(task.token);
  request.set_namespace_(context_->client->namespace_name());
  request.set_identity(context_->client->identity());
  request.set_worker_instance_key(context_->instance_key);
  SetVersion(*context_, request);
  if (context_->options.deployment.use_worker_versioning) request.set_versioning_behavior(BehaviorOf(task));
  const bool goes_on = request.force_create_new_workflow_task();
  request.set_return_new_workflow_task(context_->caches() || goes_on);
  if (context_->caches()) {
    auto& sticky = *request.mutable_sticky_attributes();
    sticky.mutable_worker_task_queue()->set_name(context_->sticky_queue);
    sticky.mutable_worker_task_queue()->set_kind(api::enums::v1::TASK_QUEUE_KIND_STICKY);
    sticky.mutable_worker_task_queue()->set_normal_name(context_->task_queue);
    *sticky.mutable_schedule_to_start_timeout() = ToProto(context_->options.sticky_schedule_to_start_timeout);
  }
  const int reserved = ReserveEager(request);
  Invoke<rpc::RespondWorkflowTaskCompleted>(
      context_->service(), request, context_->client->NewCallOptions(kAnswerTimeout),
      [weak = weak_from_this(), task, reserved, goes_on](absl::StatusOr<std::unique_ptr<CompletedResponse>> got) {
        auto self = weak.lock();
        if (self == nullptr || self->abandoned_) return;
        if (got.ok()) return self->Accepted(task, reserved, goes_on, *std::move(got));
        for (int i = 0; i < reserved; ++i) self->activities_.ReturnReserved();
        self->Refused(task, got.status());
      });
}

// The workflow asks for as many as it likes; this worker takes what it has slots for, and what it knows how to run.
int WorkflowWorker::ReserveEager(CompletedRequest& request) {
  int reserved = 0;
  for (auto& command : *request.mutable_commands()) {
    if (!command.has_schedule_activity_task_command_attributes()) continue;
    auto& schedule = *command.mutable_schedule_activity_task_command_attributes();
    if (!schedule.request_eager_execution()) continue;
    const bool takes = schedule.task_queue().name() == context_->task_queue && reserved < kMaximumEagerActivities &&
                       activities_.Reserve();
    schedule.set_request_eager_execution(takes);
    if (takes) ++reserved;
  }
  return reserved;
}

void WorkflowWorker::Accepted(const TaskInfo& task, int reserved, bool goes_on,
                              std::unique_ptr<CompletedResponse> response) {
  for (auto& activity : *response->mutable_activity_tasks()) {
    --reserved;
    activities_.RunEager(std::move(activity));
  }
  for (; reserved > 0; --reserved) activities_.ReturnReserved();
  CachedRun& entry = *cache_.Find(task.run_id);
  if (response->reset_history_event_id() > 0) entry.run->RollBackTo(response->reset_history_event_id());
  if (entry.run->closed() || (!context_->caches() && !goes_on)) Evict(task.run_id);
  if (response->has_workflow_task() && !response->workflow_task().task_token().empty()) {
    // As if it had been polled, ahead of what waits. Its slot is the one that is about to come free.
    ++tasks_;
    slots_.TakeBeyond();
    entry.waiting.push_front(std::unique_ptr<WorkflowTask>(response->release_workflow_task()));
  }
  Finish(task.run_id);
}

void WorkflowWorker::Answer(const TaskInfo& task, LocalActivitiesUnderWay) {
  const auto [open, first] = open_tasks_.try_emplace(task.run_id, OpenTask{task});
  if (!first) return;
  const Duration timeout = cache_.Find(task.run_id)->run->task_timeout();
  open->second.heartbeat = context_->loop().PostAt(SaturatedAdd(task.began, timeout / 5 * 4), TimerKind::kHistory,
                                                   [weak = weak_from_this(), run_id = task.run_id] {
                                                     if (auto self = weak.lock()) self->SendHeartbeat(run_id);
                                                   });
}

WorkflowWorker::TaskInfo WorkflowWorker::CloseTask(const std::string& run_id) {
  const OpenTask task = std::move(open_tasks_.extract(run_id).mapped());
  context_->loop().Cancel(task.heartbeat);
  return task.info;
}

void WorkflowWorker::SendHeartbeat(const std::string& run_id) {
  const TaskInfo info = CloseTask(run_id);
  Answer(info, cache_.Find(run_id)->run->Heartbeat());
}

// While the server is asked for the next task, the run keeps it for that one.
void WorkflowWorker::LocalActivityEnded(const std::string& run_id, std::optional<LocalActivityEnd> end) {
  CachedRun* entry = cache_.Find(run_id);
  if (entry == nullptr || entry->run == nullptr) return;
  const auto open = open_tasks_.find(run_id);
  if (!end) {  // another worker gets the task, and runs it again
    Evict(run_id);
    if (open == open_tasks_.end()) return;
    CloseTask(run_id);
    return Finish(run_id);
  }
  entry->run->LocalActivityEnded(*std::move(end));
  if (open == open_tasks_.end()) return;
  const TaskInfo task = open->second.info;
  Run(task, false, [entry] { return entry->run->Continue(); });
}

void WorkflowWorker::Refused(const TaskInfo& task, const absl::Status& status) {
  Evict(task.run_id);
  if (IsMessageTooLarge(status))
    return Answer(task, Refusal(api::enums::v1::WORKFLOW_TASK_FAILED_CAUSE_GRPC_MESSAGE_TOO_LARGE,
                                "GRPC Message too large", "GrpcMessageTooLarge"));
  const bool unhandled_command = absl::IsInvalidArgument(status) && status.message() == "UnhandledCommand";
  if (!unhandled_command) {
    const LogLevel level = absl::IsNotFound(status) ? LogLevel::kDebug : LogLevel::kWarning;
    context_->Log(level, "the answer to a workflow task of run " + task.run_id + " was refused: " + Describe(status));
  }
  Finish(task.run_id);
}

// Only a first attempt's failure is told: later ones time out, at intervals that the server makes longer and longer.
void WorkflowWorker::Answer(const TaskInfo& task, FailedRequest request) {
  Evict(task.run_id);
  context_->Log(LogLevel::kWarning, "a workflow task of run " + task.run_id + ", attempt " +
                                        std::to_string(task.attempt) + ", failed: " + request.failure().message());
  if (task.attempt > 1) return Finish(task.run_id);
  MakeUtf8(request);
  if (const auto problem = Encode(task, request)) request = Refusal(kUnhandledFailure, *problem, kConversionError);
  request.set_task_token(task.token);
  request.set_namespace_(context_->client->namespace_name());
  request.set_identity(context_->client->identity());
  SetVersion(*context_, request);
  Invoke<rpc::RespondWorkflowTaskFailed>(context_->service(), request, context_->client->NewCallOptions(kAnswerTimeout),
                                         [weak = weak_from_this(), task](const auto& got) {
                                           auto self = weak.lock();
                                           if (self == nullptr || self->abandoned_) return;
                                           got.ok() ? self->Finish(task.run_id) : self->Refused(task, got.status());
                                         });
}

void WorkflowWorker::Answer(const TaskInfo& task, QueryRequest request) {
  request.set_task_token(task.token);
  request.set_namespace_(context_->client->namespace_name());
  MakeUtf8(request);
  if (const auto problem = Encode(task, request)) {
    request.clear_query_result();
    request.clear_failure();
    request.set_completed_type(api::enums::v1::QUERY_RESULT_TYPE_FAILED);
    request.set_error_message(ToUtf8(*problem));
  }
  if (!context_->caches()) Evict(task.run_id);
  Invoke<rpc::RespondQueryTaskCompleted>(
      context_->service(), request, context_->client->NewCallOptions(kAnswerTimeout),
      [weak = weak_from_this(), task](const auto& got) {
        auto self = weak.lock();
        if (self == nullptr || self->abandoned_) return;
        if (!got.ok()) {
          self->context_->Log(
              absl::IsNotFound(got.status()) ? LogLevel::kDebug : LogLevel::kWarning,
              "the answer to a query of run " + task.run_id + " was refused: " + Describe(got.status()));
        }
        self->Finish(task.run_id);
      });
}

void WorkflowWorker::Answer(const TaskInfo& task, HistoryNeeded) {
  context_->Log(LogLevel::kError, "run " + task.run_id + " does not know where its history goes on");
  Evict(task.run_id);
  Finish(task.run_id);
}

}  // namespace temporal::internal
