// One attempt of a local activity: what its code sees while it runs in the worker.
#ifndef TEMPORAL_SDK_WORKER_LOCAL_ACTIVITY_ATTEMPT_H_
#define TEMPORAL_SDK_WORKER_LOCAL_ACTIVITY_ATTEMPT_H_

#include <array>
#include <atomic>
#include <functional>
#include <memory>

#include "sdk/worker/activity_code.h"
#include "sdk/worker/executor.h"

namespace temporal::internal {

// Loop-confined, but for the members of ActivityRuntime, which the activity's code calls. The server knows nothing of
// it: heartbeats go nowhere.
class LocalActivityAttempt final : public ActivityRuntime, public std::enable_shared_from_this<LocalActivityAttempt> {
 public:
  // `executor` outlives the code.
  LocalActivityAttempt(std::shared_ptr<const WorkerContext> context, ActivityExecutor& executor, activity::Info info,
                       Payloads input);

  // `ended` is called on the loop when the code has ended, with what came of it.
  void Start(std::shared_ptr<const ActivityDefinition> definition, std::function<void(ActivityOutcome)> ended);
  // The code is told at its next question.
  void Cancel() { cancelled_ = true; }

  // ActivityRuntime.
  const activity::Info& GetInfo() const override { return info_; }
  const Payloads& LastHeartbeatDetails() const override { return no_details_; }
  void Heartbeat(Payloads) override {}
  bool IsCancelled() const override { return cancelled_; }
  bool WaitCancelled(Duration at_most) override;
  TimePoint Now() const override { return context_->loop().Now(); }
  ScopedLog Log() const override { return ScopedLog(&context_->client->logger(), log_fields_); }

 private:
  const std::shared_ptr<const WorkerContext> context_;
  ActivityExecutor& executor_;
  const activity::Info info_;
  const Payloads input_, no_details_;
  const std::array<LogField, 5> log_fields_;
  std::atomic<bool> cancelled_{false};
  ActivityOutcome outcome_;  // written by the code's thread, read after it has ended
};

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_WORKER_LOCAL_ACTIVITY_ATTEMPT_H_
