// What a client and its workers live in: a process that talks gRPC, or a test environment. It owns the loop and the
// service, and decides what blocking means.
#ifndef TEMPORAL_SDK_CLIENT_HOST_H_
#define TEMPORAL_SDK_CLIENT_HOST_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "sdk/base/scheduler.h"
#include "sdk/base/user_code.h"
#include "sdk/transport/workflow_service.h"

namespace temporal::internal {

class ActivityExecutor;  // sdk/worker/executor.h
class WorkerCore;        // sdk/worker/worker_core.h

// Outlives every ClientCore and WorkerCore made with it (they hold it by shared_ptr).
class Host {
 public:
  virtual ~Host() = default;
  virtual Scheduler& loop() = 0;
  virtual WorkflowService& service() = 0;
  // Of request ids, worker ids and jitter; another one with each call. Thread-safe.
  virtual std::uint64_t seed() = 0;
  virtual std::string default_identity() = 0;

  // Before each blocking call; throws std::logic_error where it is forbidden (in workflow code). `call` names it.
  virtual void CheckMayBlock(const char* call) = 0;
  // A blocking call got this instead of an answer. Throws StalledError with what it knows.
  [[noreturn]] virtual void ThrowStalled(const char* call, BlockResult why) = 0;
  // Waits as Scheduler::BlockUntil does; what a blocking call does after CheckMayBlock.
  virtual BlockResult Block(absl::FunctionRef<bool()> done, Skip skip) { return loop().BlockUntil(done, skip); }
  // A call was answered `status` at attempt `attempt`, counted from one: waits until it is to be sent again. False: the
  // answer stands, as it does where the service itself sends again.
  virtual bool WaitToRepeat([[maybe_unused]] const absl::Status& status, [[maybe_unused]] int attempt) { return false; }
  // Runs `work` where loop-confined things may be touched: here and now in process, on the loop's thread over gRPC,
  // which is waited for. Exceptions come back.
  virtual void OnLoop(absl::FunctionRef<void()> work) = 0;

  // The host of a worker: one with a loop of its own, so that nobody else stands still with it; null: this one.
  virtual std::shared_ptr<Host> MakeWorkerHost() { return nullptr; }
  // At most `threads` activities at once.
  virtual std::unique_ptr<ActivityExecutor> MakeActivityExecutor(int threads) = 0;
  virtual UserCodeObserver* user_code_observer() = 0;  // may be null
  // Workflow code keeps the loop's thread, which cannot be freed: does what can be done without it. `failure` (null:
  // nothing is to be sent) is the RespondWorkflowTaskFailedRequest. On the watchdog's thread.
  virtual void WorkflowBlocks(const std::string& report, const google::protobuf::Message* failure) = 0;
  virtual void WorkerStarted(WorkerCore& worker) = 0;
  virtual void WorkerStopped(WorkerCore& worker) = 0;
};

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_CLIENT_HOST_H_
