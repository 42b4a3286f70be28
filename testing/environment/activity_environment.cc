// A fake of what a worker gives an activity, on a virtual loop.
#include "temporal/testing/activity_environment.h"

#include <array>

#include "fake-server/clock/event_loop.h"
#include "sdk/base/proto_time.h"

namespace temporal::test {

class ActivityEnvironment::Impl final : public internal::ActivityRuntime {
 public:
  explicit Impl(TimePoint start) : loop_({.start = start}), context_(*this) {
    info.namespace_ = "default";
    info.workflow_id = info.run_id = info.workflow_type = info.activity_id = info.activity_type = info.task_queue =
        info.task_token = "test";
    info.scheduled_time = info.current_attempt_scheduled_time = info.started_time = start;
    info.start_to_close_timeout = std::chrono::seconds(1);
  }

  const activity::Info& GetInfo() const override { return info; }
  const Payloads& LastHeartbeatDetails() const override { return last_details; }
  void Heartbeat(Payloads details) override {
    heartbeats.push_back(std::move(details));
    if (on_heartbeat) on_heartbeat(heartbeats.back());
  }
  bool IsCancelled() const override { return cancelled; }
  bool WaitCancelled(Duration at_most) override {
    if (cancelled) return true;
    const TimePoint end = internal::SaturatedAdd(loop_.Now(), at_most);
    bool timed_out = false;
    const internal::TimerId timer =
        loop_.PostAt(end, internal::TimerKind::kHistory, [&timed_out] { timed_out = true; });
    loop_.BlockUntil([&] { return cancelled || timed_out; }, internal::Skip::kAllowed);
    loop_.Cancel(timer);
    return cancelled;
  }
  TimePoint Now() const override { return loop_.Now(); }
  ScopedLog Log() const override {
    fields_ = {LogField{"activity_id", info.activity_id}, LogField{"activity_type", info.activity_type},
               LogField{"workflow_id", info.workflow_id}};
    return ScopedLog(logger, fields_);
  }

  server::VirtualLoop& loop() { return loop_; }
  activity::Context& context() { return context_; }

  activity::Info info;
  Payloads last_details;
  Logger* logger = &StderrLogger();
  std::vector<Payloads> heartbeats;
  std::function<void(const Payloads&)> on_heartbeat;
  bool cancelled = false;

 private:
  server::VirtualLoop loop_;
  mutable std::array<LogField, 3> fields_;
  activity::Context context_;
};

ActivityEnvironment::ActivityEnvironment(TimePoint start_time) : impl_(std::make_unique<Impl>(start_time)) {}

ActivityEnvironment::~ActivityEnvironment() = default;

activity::Info& ActivityEnvironment::info() { return impl_->info; }

void ActivityEnvironment::SetHeartbeatPayloads(Payloads details) { impl_->last_details = std::move(details); }

void ActivityEnvironment::SetLogger(Logger& logger) { impl_->logger = &logger; }

const std::vector<Payloads>& ActivityEnvironment::heartbeats() const { return impl_->heartbeats; }

void ActivityEnvironment::OnHeartbeat(std::function<void(const Payloads&)> callback) {
  impl_->on_heartbeat = std::move(callback);
}

void ActivityEnvironment::Cancel() { impl_->cancelled = true; }

void ActivityEnvironment::ShutDownWorker() { impl_->cancelled = true; }

TimePoint ActivityEnvironment::CurrentTime() const { return impl_->Now(); }

void ActivityEnvironment::Advance(Duration duration) {
  impl_->loop().RunUntil(internal::SaturatedAdd(impl_->Now(), duration));
}

void ActivityEnvironment::After(Duration delay, std::function<void()> callback) {
  impl_->loop().PostAt(internal::SaturatedAdd(impl_->Now(), delay), internal::TimerKind::kHistory, std::move(callback));
}

activity::Context& ActivityEnvironment::context() { return impl_->context(); }

}  // namespace temporal::test
