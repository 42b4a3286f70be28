// When a failed call is repeated, and after how long.
#include "sdk/transport/rpc_retry.h"

#include <algorithm>
#include <atomic>
#include <string>
#include <utility>

#include "sdk/transport/refusals.h"

namespace temporal::internal {
namespace {

using google::protobuf::Message;

enum class Kind {
  kUnary,
  kLongPoll,  // somebody waits for the answer: the history's next event, an update's outcome
  kTaskPoll,  // a worker's poll
};

Kind KindOf(const RpcMethod& method, const Message& request) {
  if (method.name.starts_with("Poll") && method.name.ends_with("TaskQueue")) return Kind::kTaskPoll;
  if (method.name == "PollWorkflowExecutionUpdate") return Kind::kLongPoll;
  const auto* waits = request.GetDescriptor()->FindFieldByName("wait_new_event");
  return waits != nullptr && request.GetReflection()->GetBool(request, waits) ? Kind::kLongPoll : Kind::kUnary;
}

bool Passing(const absl::Status& status) {
  if (IsMessageTooLarge(status) || IsUnreadable(status)) return false;
  switch (status.code()) {
    case absl::StatusCode::kDataLoss:
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kOutOfRange:
    case absl::StatusCode::kUnavailable:
      return true;
    default:
      return false;
  }
}

// What attempts share with the decorator, which may go away before them.
struct Shared {
  Shared(Scheduler& scheduler, std::shared_ptr<WorkflowService> calls, const RpcRetryOptions& given)
      : loop(scheduler), service(std::move(calls)), options(given), random{given.seed} {}

  Scheduler& loop;
  const std::shared_ptr<WorkflowService> service;
  const RpcRetryOptions options;
  std::uint64_t random;
  std::atomic<bool> closed = false;  // the decorator may end while the loop runs an attempt

  // In [0, 1): SplitMix64, so that the same seed gives the same waits everywhere.
  double Draw() {
    std::uint64_t z = (random += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1p-53;
  }
};

class RetriedCall : public std::enable_shared_from_this<RetriedCall> {
 public:
  RetriedCall(std::shared_ptr<Shared> shared, const RpcMethod& method, const Message& request, CallOptions options,
              ServiceCallback callback)
      : shared_(std::move(shared)),
        service_name_(method.service),
        method_name_(method.name),
        kind_(KindOf(method, request)),
        request_(request.New()),
        options_(std::move(options)),
        callback_(std::move(callback)),
        begun_(shared_->loop.Now()) {
    request_->CopyFrom(request);
  }

  void Attempt() {
    ++attempt_;
    shared_->service->Call({service_name_, method_name_}, *request_, options_,
                           [self = shared_from_this()](ServiceResponse result) { self->Answered(std::move(result)); });
  }

 private:
  void Answered(ServiceResponse result) {
    if (result.ok()) return std::exchange(callback_, nullptr)(std::move(result));
    const Duration wait = Wait(result.status().code());
    if (!Repeat(result.status(), wait)) return std::exchange(callback_, nullptr)(std::move(result));
    const TimePoint when = shared_->loop.Now() + wait;
    // Idle: on a virtual clock nothing that fails for a passing reason should make time jump.
    timer_ = shared_->loop.PostAt(when, TimerKind::kIdle, [self = shared_from_this()] {
      self->timer_ = 0;
      if (self->shared_->closed) return self->GiveUp();
      self->Attempt();
    });
    if (options_.cancel != nullptr) WatchCancel();
  }

  bool Repeat(const absl::Status& status, Duration wait) const {
    if (shared_->closed || (options_.cancel != nullptr && options_.cancel->cancelled())) return false;
    const absl::StatusCode code = status.code();
    const Duration elapsed = shared_->loop.Now() - begun_;
    const bool timed_out = code == absl::StatusCode::kDeadlineExceeded || code == absl::StatusCode::kCancelled;
    if (kind_ == Kind::kTaskPoll) return Passing(status) || timed_out || elapsed < shared_->options.poll_grace;
    if (kind_ == Kind::kLongPoll && timed_out) return true;
    return Passing(status) && attempt_ < shared_->options.maximum_attempts &&
           elapsed + wait <= shared_->options.maximum_elapsed;
  }

  Duration Wait(absl::StatusCode code) {
    const RpcRetryOptions& options = shared_->options;
    const bool poll = kind_ == Kind::kTaskPoll;
    const Duration wait =
        poll ? BackOff(options.poll_initial_interval, options.poll_multiplier, options.poll_maximum_interval, attempt_)
             : BackOff(options.initial_interval, options.multiplier, options.maximum_interval, attempt_);
    const double jitter = 1 + options.jitter * (2 * shared_->Draw() - 1);
    const Duration drawn(static_cast<Duration::rep>(static_cast<double>(wait.count()) * jitter));
    if (code != absl::StatusCode::kResourceExhausted) return drawn;
    return std::max(drawn, options.resource_exhausted_interval);
  }

  // Weakly: this call holds the cancel, and would never be freed if the cancel held the call.
  void WatchCancel() {
    options_.cancel->OnCancel([weak = weak_from_this()] {
      if (auto self = weak.lock()) self->CancelWait();
    });
  }

  // Inside CallCancel::Cancel: the answer is posted.
  void CancelWait() {
    if (timer_ == 0) return;
    shared_->loop.Cancel(std::exchange(timer_, 0));
    shared_->loop.Post([self = shared_from_this()] { self->GiveUp(); });
  }

  void GiveUp() { std::exchange(callback_, nullptr)(absl::CancelledError("the call was cancelled")); }

  const std::shared_ptr<Shared> shared_;
  const std::string service_name_;
  const std::string method_name_;
  const Kind kind_;
  const std::unique_ptr<Message> request_;
  const CallOptions options_;
  ServiceCallback callback_;
  const TimePoint begun_;
  int attempt_ = 0;
  TimerId timer_ = 0;
};

class RetryingService final : public WorkflowService {
 public:
  explicit RetryingService(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}
  ~RetryingService() override { shared_->closed = true; }

  void Call(const RpcMethod& method, const Message& request, CallOptions options, ServiceCallback callback) override {
    std::make_shared<RetriedCall>(shared_, method, request, std::move(options), std::move(callback))->Attempt();
  }

 private:
  const std::shared_ptr<Shared> shared_;
};

}  // namespace

Duration BackOff(Duration initial, double multiplier, Duration maximum, int attempt) {
  const auto longest = static_cast<double>(maximum.count());
  auto wait = static_cast<double>(initial.count());
  for (int i = 1; i < attempt && wait < longest; ++i) wait *= multiplier;
  return Duration(static_cast<Duration::rep>(std::min(wait, longest)));
}

std::shared_ptr<WorkflowService> RetryRpcs(Scheduler& loop, std::shared_ptr<WorkflowService> service,
                                           RpcRetryOptions options) {
  return std::make_shared<RetryingService>(std::make_shared<Shared>(loop, std::move(service), options));
}

}  // namespace temporal::internal
