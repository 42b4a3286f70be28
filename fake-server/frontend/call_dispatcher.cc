// See call_dispatcher.h.
#include "fake-server/frontend/call_dispatcher.h"

#include <utility>

#include "fake-server/frontend/request_validation.h"
#include "sdk/base/proto_time.h"

namespace temporal::server {
namespace {

using internal::CallCancel;
using internal::ServiceCallback;
using internal::ServiceResponse;
using internal::TimePoint;

// A call until it is answered. Held by whoever will answer it.
class PendingCall : public std::enable_shared_from_this<PendingCall> {
 public:
  PendingCall(internal::Scheduler& scheduler, std::weak_ptr<bool> server, ServiceCallback callback)
      : scheduler_(scheduler), server_(std::move(server)), callback_(std::move(callback)) {}
  ~PendingCall() { scheduler_.Cancel(deadline_timer_); }
  PendingCall(const PendingCall&) = delete;
  PendingCall& operator=(const PendingCall&) = delete;

  // What a handler that parks the call watches.
  const std::shared_ptr<CallCancel>& given_up() const { return given_up_; }

  // All answers but the first are dropped.
  void Answer(ServiceResponse response) {
    if (std::exchange(answered_, true)) return;
    scheduler_.Cancel(std::exchange(deadline_timer_, 0));
    scheduler_.Post([server = server_, callback = std::move(callback_), response = std::move(response)]() mutable {
      if (!server.expired()) callback(std::move(response));
    });
  }

  // The handler has parked the call: ends it when its caller no longer waits.
  void Watch(TimePoint deadline, CallCancel* cancel) {
    if (answered_) return;
    if (deadline != TimePoint::max()) {
      deadline_timer_ = scheduler_.PostAt(deadline, internal::TimerKind::kIdle, [weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->GiveUp(absl::DeadlineExceededError("context deadline exceeded"));
      });
    }
    if (cancel == nullptr) return;
    cancel->OnCancel([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->GiveUp(absl::CancelledError("context canceled"));
    });
  }

 private:
  void GiveUp(absl::Status why) {
    if (answered_) return;
    Answer(std::move(why));
    given_up_->Cancel();
  }

  internal::Scheduler& scheduler_;
  const std::weak_ptr<bool> server_;
  ServiceCallback callback_;
  const std::shared_ptr<CallCancel> given_up_ = std::make_shared<CallCancel>();
  bool answered_ = false;
  internal::TimerId deadline_timer_ = 0;
};

}  // namespace

void CallDispatcher::Call(const internal::RpcMethod& method, const google::protobuf::Message& request,
                          internal::CallOptions options, ServiceCallback callback) {
  const auto call = std::make_shared<PendingCall>(scheduler_, alive_, std::move(callback));
  if (options.cancel != nullptr && options.cancel->cancelled()) {
    return call->Answer(absl::CancelledError("context canceled"));
  }
  HandlerTable::Handler* const handler = handlers_.Find(method);
  if (handler == nullptr) return call->Answer(NotOffered(method));
  const ValidationContext judged_by{namespaces_, search_attributes_, config_, options.timeout, scheduler_.Now()};
  if (absl::Status status = ValidateRequest(method, request, judged_by); !status.ok()) {
    return call->Answer(std::move(status));
  }
  CallContext context;
  context.timeout = options.timeout;
  if (options.timeout != internal::Duration::zero()) {
    context.deadline = internal::SaturatedAdd(scheduler_.Now(), options.timeout);
  }
  context.metadata = std::move(options.metadata);
  context.cancel = call->given_up();
  const TimePoint deadline = context.deadline;
  (*handler)(request, std::move(context), [call](ServiceResponse response) { call->Answer(std::move(response)); });
  call->Watch(deadline, options.cancel.get());
}

}  // namespace temporal::server
