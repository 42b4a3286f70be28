// One worker's life: registration, start, shutdown in its order, abandonment.
#include "sdk/worker/worker_core.h"

#include <atomic>
#include <stdexcept>
#include <utility>

#include "sdk/base/utf8.h"
#include "sdk/transport/rpcs.h"
#include "sdk/worker/activity_worker.h"
#include "sdk/worker/executor.h"
#include "sdk/worker/worker_context.h"
#include "sdk/worker/workflow_worker.h"
#include "temporal/errors.h"

namespace temporal::internal {

std::string Describe(const absl::Status& status) {
  return std::string(ToString(static_cast<StatusCode>(static_cast<int>(status.code())))) + ": " +
         std::string(status.message());
}

// Shared by the calls that wait for its end, so that one may return late.
class WorkerCore::Impl : public std::enable_shared_from_this<WorkerCore::Impl> {
 public:
  enum class State { kNew, kRunning, kStopping, kStopped };

  Impl(WorkerCore& worker, std::shared_ptr<ClientCore> client, const worker::WorkerOptions& options)
      : worker_(worker),
        context_(std::make_shared<const WorkerContext>(std::move(client), options)),
        activities_(context_, [this] { StopIfIdle(); }),
        workflow_worker_(
            std::make_shared<WorkflowWorker>(context_, workflows_, activities_, [this] { StopIfIdle(); })) {
    if (context_->task_queue.empty()) {
      throw std::logic_error(
          "a worker needs a task queue: WorkerOptions::task_queue, or the client's default_task_queue");
    }
  }

  Host& host() const { return context_->client->host(); }

  void RequireNew(const std::string& what) const {
    if (state_ == State::kNew) return;
    throw std::logic_error(what + " after the worker of task queue " + context_->task_queue + " was started");
  }

  // A versioned worker whose runs had no behaviour would be refused by the server, task after task.
  void CheckDeployment() const {
    const worker::WorkerOptions& options = context_->options;
    if (options.deployment.version.deployment_name.empty() && !options.deployment.use_worker_versioning) return;
    if (context_->deployment_name.empty() || context_->build_id.empty()) {
      throw std::logic_error("WorkerOptions::deployment needs both a deployment name and a build id");
    }
    if (!options.deployment.use_worker_versioning ||
        options.deployment.default_versioning_behavior != VersioningBehavior::kUnspecified) {
      return;
    }
    for (const std::string& type : workflows_.types()) {
      if (workflows_.Find(type)->options.versioning_behavior != VersioningBehavior::kUnspecified) continue;
      throw std::logic_error((type.empty() ? "the dynamic workflow" : "workflow " + type) +
                             " needs a versioning behaviour: RegisterWorkflowOptions::versioning_behavior, or "
                             "WorkerDeploymentOptions::default_versioning_behavior");
    }
  }

  // Polls with such a name would be refused for ever.
  void CheckNames() const {
    const std::pair<const char*, const std::string&> names[] = {
        {"WorkerOptions::task_queue", context_->task_queue},
        {"ClientOptions::identity", context_->client->identity()},
        {"the deployment's name", context_->deployment_name},
        {"the build id", context_->build_id}};
    for (const auto& [what, name] : names) {
      if (!IsUtf8(name)) throw std::logic_error(std::string(what) + " is not valid UTF-8: " + ToUtf8(name));
    }
  }

  void Start() {
    RequireNew("Start");
    CheckNames();
    CheckDeployment();
    executor_ = host().MakeActivityExecutor(context_->options.max_concurrent_activities);
    local_executor_ = host().MakeActivityExecutor(context_->options.max_concurrent_local_activities);
    host().OnLoop([&] {
      state_ = State::kRunning;
      host().WorkerStarted(worker_);
      activities_.Start(*executor_);
      workflow_worker_->Start(*local_executor_);
      AskForCapabilities();
    });
  }

  // Polls end when the server has been told: by its answers, if it has promised them, so that no task gets lost on the
  // way; else they are given up.
  void BeginShutdown() {
    if (state_ != State::kRunning) return;
    state_ = State::kStopping;
    activities_.StopPolling();
    workflow_worker_->StopPolling();
    rpc::ShutdownWorker::Request request;
    request.set_namespace_(context_->client->namespace_name());
    request.set_identity(context_->client->identity());
    request.set_reason("graceful shutdown");
    request.set_worker_instance_key(context_->instance_key);
    request.set_task_queue(context_->task_queue);
    if (context_->caches()) request.set_sticky_task_queue(context_->sticky_queue);
    if (!workflows_.empty()) request.add_task_queue_types(api::enums::v1::TASK_QUEUE_TYPE_WORKFLOW);
    if (!activities_.empty()) request.add_task_queue_types(api::enums::v1::TASK_QUEUE_TYPE_ACTIVITY);
    Invoke<rpc::ShutdownWorker>(context_->service(), request, context_->client->NewCallOptions(kShutdownCallTimeout),
                                [weak = weak_from_this()](const auto& answer) {
                                  auto self = weak.lock();
                                  if (self != nullptr && !(answer.ok() && self->server_ends_polls_))
                                    self->CancelPolls();
                                });
    poll_timer_ = context_->loop().PostAt(context_->loop().Now() + (server_ends_polls_ ? kPromisedEnd : kQuickEnd),
                                          TimerKind::kIdle, [weak = weak_from_this()] {
                                            if (auto self = weak.lock()) self->CancelPolls();
                                          });
    if (context_->options.graceful_shutdown_timeout.count() > 0) {
      const TimePoint when = context_->loop().Now() + context_->options.graceful_shutdown_timeout;
      graceful_timer_ = context_->loop().PostAt(when, TimerKind::kHistory, [weak = weak_from_this()] {
        auto self = weak.lock();
        if (self == nullptr) return;
        self->activities_.CancelActivities(CancelReason::kWorkerShutdown);
        self->workflow_worker_->CancelLocalActivities();
      });
    }
    StopIfIdle();
  }

  bool stopped() const { return state_ == State::kStopped || state_ == State::kNew; }

  // Ends what is under way, without waiting for it to end well.
  void Abandon() {
    host().OnLoop([&] {
      activities_.Abandon();
      workflow_worker_->Abandon();
      if (state_ != State::kNew) Stop();
    });
    executor_ = nullptr;
    local_executor_ = nullptr;
  }

  WorkerCore& worker_;
  const std::shared_ptr<const WorkerContext> context_;
  WorkflowRegistry workflows_;
  ActivityWorker activities_;
  const std::shared_ptr<WorkflowWorker> workflow_worker_;
  std::unique_ptr<ActivityExecutor> executor_, local_executor_;
  std::atomic<State> state_{State::kNew};  // written on the loop

 private:
  static constexpr Duration kShutdownCallTimeout = std::chrono::seconds(5);
  // When polls are given up after all, after the server was told.
  static constexpr Duration kQuickEnd = std::chrono::seconds(1);
  static constexpr Duration kPromisedEnd = std::chrono::seconds(10);

  // A server that does not answer has promised nothing.
  void AskForCapabilities() {
    rpc::DescribeNamespace::Request request;
    request.set_namespace_(context_->client->namespace_name());
    Invoke<rpc::DescribeNamespace>(
        context_->service(), request, context_->client->NewCallOptions(std::chrono::seconds(10)),
        [weak = weak_from_this()](const absl::StatusOr<std::unique_ptr<rpc::DescribeNamespace::Response>>& answer) {
          auto self = weak.lock();
          if (self == nullptr || !answer.ok()) return;
          self->server_ends_polls_ = (*answer)->namespace_info().capabilities().worker_poll_complete_on_shutdown();
        });
  }

  void CancelPolls() {
    activities_.CancelPolls();
    workflow_worker_->CancelPolls();
  }

  void StopIfIdle() {
    if (state_ == State::kStopping && activities_.idle() && workflow_worker_->idle()) Stop();
  }

  void Stop() {
    if (state_ == State::kStopped) return;
    state_ = State::kStopped;
    context_->loop().Cancel(poll_timer_);
    context_->loop().Cancel(graceful_timer_);
    workflow_worker_->DropCache();
    host().WorkerStopped(worker_);
  }

  bool server_ends_polls_ = false;  // it has promised to, for workers that shut down
  TimerId poll_timer_ = 0, graceful_timer_ = 0;
};

WorkerCore::WorkerCore(std::shared_ptr<ClientCore> client, const worker::WorkerOptions& options)
    : impl_(std::make_shared<Impl>(*this, std::move(client), options)) {}

WorkerCore::~WorkerCore() { impl_->Abandon(); }

void WorkerCore::Add(WorkflowDefinition definition) {
  impl_->RequireNew("workflow " + definition.type + " was registered");
  impl_->workflows_.Add(std::move(definition));
}

void WorkerCore::Add(ActivityDefinition definition) {
  impl_->RequireNew("activity " + definition.type + " was registered");
  impl_->activities_.Add(std::move(definition));
}

void WorkerCore::Override(ActivityDefinition definition) {
  impl_->host().OnLoop([&] { impl_->activities_.Override(std::move(definition)); });
}

void WorkerCore::Start() { impl_->Start(); }

void WorkerCore::Shutdown() {
  constexpr char kCall[] = "Shutdown";
  const std::shared_ptr<Impl> impl = impl_;
  if (impl->stopped()) return;
  impl->host().CheckMayBlock(kCall);
  impl->host().OnLoop([&] { impl->BeginShutdown(); });
  impl->context_->client->Await(kCall, [&] { return impl->stopped(); }, Skip::kAllowed);
}

void WorkerCore::WaitUntilStopped() {
  const std::shared_ptr<Impl> impl = impl_;
  impl->host().CheckMayBlock("Run");
  impl->context_->client->Await("Run", [&] { return impl->stopped(); }, Skip::kAllowed);
}

void WorkerCore::Abandon() { impl_->Abandon(); }

bool WorkerCore::started() const { return impl_->state_ != Impl::State::kNew; }

const std::string& WorkerCore::task_queue() const { return impl_->context_->task_queue; }

const WorkflowRegistry& WorkerCore::workflows() const { return impl_->workflows_; }

const std::vector<worker::WorkerInterceptor*>& WorkerCore::interceptors() const {
  return impl_->context_->interceptors;
}

std::vector<std::string> WorkerCore::activity_types() const { return impl_->activities_.types(); }

Duration WorkerCore::deadlock_detection_timeout() const { return impl_->context_->options.deadlock_detection_timeout; }

std::vector<WorkerCore::CachedRun> WorkerCore::CachedRuns() const {
  std::vector<CachedRun> runs;
  for (const auto& [run_id, entry] : impl_->workflow_worker_->cache().entries()) {
    if (entry.run == nullptr) continue;
    runs.push_back({entry.run->workflow_type(), entry.run->workflow_id(), run_id, entry.run->Waiting(),
                    entry.run->UnhandledSignals(), entry.run->KnownSignals()});
  }
  return runs;
}

}  // namespace temporal::internal
