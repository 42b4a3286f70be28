// Runs an activity's code, and keeps it and the server informed of each other.
#include "sdk/worker/activity_task.h"

#include <utility>

#include "sdk/base/proto_time.h"
#include "sdk/converter/failure_converter.h"
#include "sdk/converter/payload_converter.h"
#include "sdk/transport/refusals.h"
#include "sdk/transport/rpcs.h"

namespace temporal::internal {
namespace {

using PolledTask = api::workflowservice::v1::PollActivityTaskQueueResponse;

// How much later than the server we believe that an attempt has timed out.
constexpr Duration kTimeoutBuffer = std::chrono::seconds(5);
constexpr Duration kHeartbeatCallTimeout = std::chrono::seconds(10);

activity::Info InfoOf(const WorkerContext& context, const PolledTask& task) {
  activity::Info info;
  info.namespace_ = task.workflow_namespace().empty() ? context.client->namespace_name() : task.workflow_namespace();
  info.workflow_id = task.workflow_execution().workflow_id();
  info.run_id = task.workflow_execution().run_id();
  info.workflow_type = task.workflow_type().name();
  info.activity_id = task.activity_id();
  info.activity_type = task.activity_type().name();
  info.task_queue = context.task_queue;
  info.task_token = task.task_token();
  info.attempt = task.attempt();
  info.scheduled_time = FromProto(task.scheduled_time());
  info.current_attempt_scheduled_time = FromProto(task.current_attempt_scheduled_time());
  info.started_time = FromProto(task.started_time());
  info.schedule_to_close_timeout = FromProto(task.schedule_to_close_timeout());
  info.start_to_close_timeout = FromProto(task.start_to_close_timeout());
  info.heartbeat_timeout = FromProto(task.heartbeat_timeout());
  info.headers = FromProto(task.header().fields());
  return info;
}

CancelReason ReasonOf(const api::workflowservice::v1::RecordActivityTaskHeartbeatResponse& response) {
  if (response.cancel_requested()) return CancelReason::kRequested;
  if (response.activity_reset()) return CancelReason::kReset;
  if (response.activity_paused()) return CancelReason::kPaused;
  return CancelReason::kNone;
}

}  // namespace

ActivityTask::ActivityTask(std::shared_ptr<const WorkerContext> context, ActivityExecutor& executor, PolledTask task,
                           std::function<void()> finished)
    : context_(std::move(context)),
      executor_(executor),
      finished_(std::move(finished)),
      info_(InfoOf(*context_, task)),
      input_(FromProto(task.input())),
      last_heartbeat_details_(FromProto(task.heartbeat_details())),
      log_fields_{{{"workflow_id", info_.workflow_id},
                   {"run_id", info_.run_id},
                   {"workflow_type", info_.workflow_type},
                   {"activity_id", info_.activity_id},
                   {"activity_type", info_.activity_type}}} {}

void ActivityTask::Start(std::shared_ptr<const ActivityDefinition> definition) {
  ArmTimeout(start_to_close_timer_, info_.start_to_close_timeout);
  ArmTimeout(heartbeat_timer_, info_.heartbeat_timeout);
  const bool may_wait = definition->takes_context;
  executor_.Start(
      may_wait,
      [self = shared_from_this(), definition = std::move(definition)] {
        self->outcome_ = RunActivityCode(*self->context_, *definition, *self, self->input_);
      },
      [self = shared_from_this()] { self->CodeEnded(); });
}

void ActivityTask::Refuse(const ApplicationFailure& failure) {
  outcome_.kind = Outcome::kFailed;
  outcome_.failure = ToProto(failure);
  CodeEnded();
}

void ActivityTask::Cancel(CancelReason reason) {
  if (reason > reason_) reason_ = reason;
  if (reason != CancelReason::kNone) cancelled_ = true;
}

void ActivityTask::Abandon() {
  finished_ = nullptr;
  Cancel(CancelReason::kNotFound);
  for (TimerId* timer : {&throttle_timer_, &start_to_close_timer_, &heartbeat_timer_}) {
    context_->loop().Cancel(std::exchange(*timer, 0));
  }
}

bool ActivityTask::WaitCancelled(Duration at_most) {
  return executor_.WaitUntil([this] { return cancelled_.load(); }, SaturatedAdd(Now(), at_most));
}

ScopedLog ActivityTask::Log() const { return ScopedLog(&context_->client->logger(), log_fields_); }

// An idle timer: that an attempt has timed out here is no reason to let time pass, but time that passes shows it.
void ActivityTask::ArmTimeout(TimerId& timer, Duration timeout) {
  context_->loop().Cancel(std::exchange(timer, 0));
  if (timeout.count() == 0) return;
  const TimePoint when = SaturatedAdd(SaturatedAdd(context_->loop().Now(), timeout), kTimeoutBuffer);
  timer = context_->loop().PostAt(when, TimerKind::kIdle, [weak = weak_from_this()] {
    if (auto self = weak.lock()) self->Cancel(CancelReason::kTimedOut);
  });
}

void ActivityTask::Heartbeat(Payloads details) {
  executor_.OnLoop([&] { OfferHeartbeat(std::move(details)); });
}

void ActivityTask::OfferHeartbeat(Payloads details) {
  if (Gone()) return;
  ArmTimeout(heartbeat_timer_, info_.heartbeat_timeout);
  throttle_.Offer(std::move(details));
  SendHeartbeatIfDue();
}

void ActivityTask::SendHeartbeatIfDue() {
  if (!throttle_.due()) return;
  const Duration interval =
      HeartbeatInterval(info_.heartbeat_timeout, context_->options.default_heartbeat_throttle_interval,
                        context_->options.max_heartbeat_throttle_interval);
  throttle_timer_ =
      context_->loop().PostAt(context_->loop().Now() + interval, TimerKind::kIdle, [weak = weak_from_this()] {
        auto self = weak.lock();
        if (self == nullptr) return;
        self->throttle_timer_ = 0;
        self->throttle_.IntervalOver();
        self->SendHeartbeatIfDue();
      });
  SendHeartbeat();
}

void ActivityTask::SendHeartbeat() {
  rpc::RecordActivityTaskHeartbeat::Request request;
  request.set_task_token(info_.task_token);
  request.set_namespace_(context_->client->namespace_name());
  request.set_identity(context_->client->identity());
  const Payloads details = throttle_.Take();
  if (!details.empty()) *request.mutable_details() = ToProto(details);
  if (const auto problem = Encode(request)) {
    Log().Warning("a heartbeat's details were left out: " + problem->message());
    request.clear_details();
  }
  Invoke<rpc::RecordActivityTaskHeartbeat>(
      context_->service(), request, context_->client->NewCallOptions(kHeartbeatCallTimeout),
      [weak = weak_from_this()](
          absl::StatusOr<std::unique_ptr<api::workflowservice::v1::RecordActivityTaskHeartbeatResponse>> got) {
        if (auto self = weak.lock()) {
          self->HeartbeatAnswered(got.status(), got.ok() ? ReasonOf(**got) : CancelReason::kNone);
        }
      });
}

void ActivityTask::HeartbeatAnswered(const absl::Status& status, CancelReason reason) {
  throttle_.Answered();
  if (absl::IsNotFound(status)) {
    reason = CancelReason::kNotFound;
  } else if (IsMessageTooLarge(status) && !code_ended_) {
    // The activity lives, whatever it has to say.
    Log().Warning("a heartbeat's details were left out: " + internal::Describe(status));
    if (!throttle_.pending()) throttle_.Offer({});
    return SendHeartbeat();
  } else if (!status.ok()) {
    Log().Warning("heartbeat failed: " + internal::Describe(status));
  }
  Cancel(reason);
  code_ended_ ? Report() : SendHeartbeatIfDue();
}

}  // namespace temporal::internal
