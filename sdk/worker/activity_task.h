// One attempt of an activity in a worker's hands: what its code sees, its heartbeats, how it learns that it is
// cancelled, and what is reported in the end.
#ifndef TEMPORAL_SDK_WORKER_ACTIVITY_TASK_H_
#define TEMPORAL_SDK_WORKER_ACTIVITY_TASK_H_

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "sdk/worker/activity_code.h"
#include "sdk/worker/executor.h"
#include "sdk/worker/heartbeat_throttle.h"
#include "sdk/worker/worker_context.h"
#include "temporal/activity.h"
#include "temporal/api/failure/v1/message.pb.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"
#include "temporal/registration.h"

namespace temporal::internal {

// Why an activity should stop; a later one is the stronger.
enum class CancelReason {
  kNone,
  kWorkerShutdown,
  kPaused,
  kReset,
  kRequested,
  kTimedOut,  // by our own clock: the server has given the attempt up, and takes no report
  kNotFound,  // the server said so
};

// Loop-confined, but for the members of ActivityRuntime, which the activity's code calls.
class ActivityTask final : public ActivityRuntime, public std::enable_shared_from_this<ActivityTask> {
 public:
  // `finished` runs once, on the loop: code has ended and the report has been answered. `executor` outlives the code.
  ActivityTask(std::shared_ptr<const WorkerContext> context, ActivityExecutor& executor,
               api::workflowservice::v1::PollActivityTaskQueueResponse task, std::function<void()> finished);

  void Start(std::shared_ptr<const ActivityDefinition> definition);
  // Instead of Start: fails the attempt.
  void Refuse(const ApplicationFailure& failure);

  // The code is told at its next question.
  void Cancel(CancelReason reason);
  // Cancels; nothing is reported, and `finished` does not run.
  void Abandon();

  // ActivityRuntime.
  const activity::Info& GetInfo() const override { return info_; }
  const Payloads& LastHeartbeatDetails() const override { return last_heartbeat_details_; }
  void Heartbeat(Payloads details) override;
  bool IsCancelled() const override { return cancelled_; }
  bool WaitCancelled(Duration at_most) override;
  TimePoint Now() const override { return context_->loop().Now(); }
  ScopedLog Log() const override;

 private:
  using Outcome = ActivityOutcome::Kind;

  void CodeEnded();
  bool Gone() const { return reason_ >= CancelReason::kTimedOut; }

  void ArmTimeout(TimerId& timer, Duration timeout);
  void OfferHeartbeat(Payloads details);
  void SendHeartbeatIfDue();
  void SendHeartbeat();
  void HeartbeatAnswered(const absl::Status& status, CancelReason reason);

  void Report();
  void ReportCompleted();
  void ReportFailed();
  void ReportCanceled();
  template <class Rpc>
  void Send(typename Rpc::Request& request);
  // Whether a failure is reported in its place.
  bool ReportRefused(const absl::Status& status);
  // Applies the data converter. Answers why it could not, or why the outcome cannot be sent.
  std::optional<ApplicationFailure> Encode(google::protobuf::Message& request) const;
  void Finish();

  const std::shared_ptr<const WorkerContext> context_;
  ActivityExecutor& executor_;
  std::function<void()> finished_;
  activity::Info info_;
  Payloads input_, last_heartbeat_details_;
  std::array<LogField, 5> log_fields_;

  std::atomic<bool> cancelled_{false};
  CancelReason reason_ = CancelReason::kNone;
  HeartbeatThrottle throttle_;
  TimerId throttle_timer_ = 0, start_to_close_timer_ = 0, heartbeat_timer_ = 0;

  // Written by the code's thread, read after it has ended.
  ActivityOutcome outcome_;
  bool code_ended_ = false;
  bool report_replaced_ = false;
};

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_WORKER_ACTIVITY_TASK_H_
