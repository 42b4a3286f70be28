// Puts the parts on one loop, and tells a stalled caller why.
#include "testing/environment/simulation.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sdk/base/history_printer.h"
#include "sdk/base/proto_time.h"
#include "sdk/transport/refusals.h"
#include "sdk/transport/rpc_retry.h"
#include "sdk/worker/worker_core.h"
#include "temporal/errors.h"
#include "testing/environment/stall_report.h"
#include "testing/environment/watched_replay.h"

namespace temporal::test {

using internal::BlockResult;
using internal::Duration;
using internal::Skip;
using internal::TimePoint;
using internal::TimerKind;

// The server's face, noting that something failed: only then is it worth looking for what time does not mend.
class Simulation::Service final : public internal::WorkflowService {
 public:
  Service(Simulation& simulation, internal::WorkflowService& target) : simulation_(simulation), target_(target) {}

  void Call(const internal::RpcMethod& method, const google::protobuf::Message& request, internal::CallOptions options,
            internal::ServiceCallback callback) override {
    if (method.name == "RespondWorkflowTaskFailed" || method.name == "RespondActivityTaskFailed") {
      ++simulation_.failed_tasks_;
    }
    target_.Call(method, request, std::move(options), std::move(callback));
  }

 private:
  Simulation& simulation_;
  internal::WorkflowService& target_;
};

namespace {

// Answers nothing any more: what is left of a client after its environment.
class ClosedService final : public internal::WorkflowService {
 public:
  void Call(const internal::RpcMethod&, const google::protobuf::Message&, internal::CallOptions,
            internal::ServiceCallback) override {}
};

std::unique_ptr<server::EventLoop> MakeLoop(const SimulationOptions& options) {
  if (options.virtual_time) return std::make_unique<server::VirtualLoop>(options.loop);
  return std::make_unique<server::WallLoop>();
}

}  // namespace

Simulation::Simulation(const SimulationOptions& options)
    : seeds_(options.server.seed),
      loop_(MakeLoop(options)),
      virtual_loop_(options.virtual_time ? static_cast<server::VirtualLoop*>(loop_.get()) : nullptr),
      waiting_(*loop_),
      server_(std::make_unique<server::FakeServer>(*loop_, options.server)),
      service_(std::make_unique<Service>(*this, server_->service())),
      start_time_(loop_->Now()) {
  if (virtual_loop_ != nullptr) virtual_loop_->SetJumpGuard([this] { return MayJump(); });
}

Simulation::~Simulation() = default;

void Simulation::Close() {
  closed_ = true;
  before_call_ = nullptr;
  service_ = std::make_unique<ClosedService>();
  server_.reset();
  loop_->DropPending();
}

void Simulation::EnterUserCode(const internal::UserCode& code) {
  in_user_code_ = true;
  user_code_run_ = *code.run;
}

void Simulation::WorkflowBlocks(const std::string& report, const google::protobuf::Message*) {
  AbortBlocked(report, "WorkerOptions::deadlock_detection_timeout");
}

void Simulation::CheckMayBlock(const char* call) {
  if (closed_) throw std::logic_error(absl::StrCat(call, ": the test environment of this client has ended"));
  if (in_user_code_) {
    throw std::logic_error(absl::StrCat(call, " was called in workflow code (", user_code_run_,
                                        "): a workflow may not use a client; call it in an activity"));
  }
  if (!loop_->blocking()) stalled_in_activity_.clear();  // the call that it concerned has had its answer
  if (before_call_) before_call_();
}

BlockResult Simulation::Block(absl::FunctionRef<bool()> done, Skip skip) {
  if (ActivityThread::Current() == nullptr) return loop_->BlockUntil(done, skip);
  return waiting_.WaitUntil(done, TimePoint::max()) ? BlockResult::kDone : BlockResult::kStalled;
}

bool Simulation::WaitToRepeat(const absl::Status& status, int attempt) {
  if (!absl::IsResourceExhausted(status) || internal::IsMessageTooLarge(status)) return false;
  const internal::RpcRetryOptions policy;
  Duration waited{}, wait{};
  for (int i = 1; i <= attempt; ++i) {
    waited += wait;
    wait = std::max(internal::BackOff(policy.initial_interval, policy.multiplier, policy.maximum_interval, i),
                    policy.resource_exhausted_interval);
  }
  if (attempt >= policy.maximum_attempts || waited + wait > policy.maximum_elapsed) return false;
  const bool nested = loop_->blocking() && ActivityThread::Current() == nullptr;
  if (nested || clock_holds_ > 0) {
    RunUntilIdle();
  } else {
    Sleep(wait);
  }
  return true;
}

std::unique_ptr<internal::ActivityExecutor> Simulation::MakeActivityExecutor(int threads) {
  return std::make_unique<HandOffExecutor>(*loop_, waiting_, threads);
}

void Simulation::WorkerStarted(internal::WorkerCore& worker) { workers_.push_back(&worker); }

void Simulation::WorkerStopped(internal::WorkerCore& worker) {
  workers_.erase(std::remove(workers_.begin(), workers_.end(), &worker), workers_.end());
}

server::VirtualLoop& Simulation::virtual_loop(const char* call) {
  if (virtual_loop_ == nullptr) throw std::logic_error(absl::StrCat(call, " needs virtual time"));
  return *virtual_loop_;
}

bool Simulation::MayJump() {
  if (clock_holds_ > 0 || !stalled_in_activity_.empty()) return false;
  if (failed_tasks_ == 0) return true;
  const server::Snapshot snapshot = server_->Snapshot();
  hopeless_ = FindHopeless(snapshot, workers_);
  // Workers report the first failure only: a task that fails on and on must be looked at until it has succeeded.
  const bool retrying = std::any_of(snapshot.runs.begin(), snapshot.runs.end(),
                                    [](const auto& run) { return run.workflow_task_attempt > 1; });
  if (hopeless_.empty() && !retrying) failed_tasks_ = 0;
  return hopeless_.empty();
}

void Simulation::Sleep(Duration duration) {
  CheckMayBlock("Sleep");
  const TimePoint end = internal::SaturatedAdd(loop_->Now(), duration);
  if (ActivityThread::Current() != nullptr) {
    waiting_.WaitUntil([] { return false; }, end);
    return;
  }
  BlockResult result = BlockResult::kDone;
  if (virtual_loop_ != nullptr) {
    result = virtual_loop_->RunUntil(end);
  } else {
    const auto reached = std::make_shared<bool>(false);
    loop_->PostAt(end, TimerKind::kHistory, [reached] { *reached = true; });
    result = loop_->BlockUntil([&] { return *reached; }, Skip::kAllowed);
  }
  if (result != BlockResult::kDone) ThrowStalled("Sleep", result);
}

void Simulation::RunUntilIdle() {
  CheckMayBlock("RunUntilIdle");
  if (loop_->RunUntilIdle() != BlockResult::kDone) ThrowStalled("RunUntilIdle", BlockResult::kBudget);
}

void Simulation::At(TimePoint when, std::function<void()> callback) {
  server::VirtualLoop& loop = virtual_loop("At");
  loop.PostAt(when, TimerKind::kHistory, [this, &loop, callback = std::move(callback)] {
    struct Running {
      explicit Running(int& count) : count(count) { ++count; }
      ~Running() { --count; }
      int& count;
    };
    const server::VirtualLoop::SkipLock lock(loop);
    const Running running(callbacks_);
    callback();
  });
}

std::string Simulation::WhyStalled(BlockResult why) const {
  if (why == BlockResult::kBudget) {
    return "it has used up the environment's budget of virtual time or tasks, and is not done: something goes on for "
           "ever";
  }
  if (ActivityThread::Current() != nullptr) return "the worker of the activity that called it is going";
  if (callbacks_ > 0) {
    return "a callback of At or After may not let time pass: ask TryResult in it, or wait for the result outside";
  }
  if (!hopeless_.empty()) return "time would not mend this:\n" + hopeless_;
  if (clock_holds_ > 0) return "nothing is left to do, and time skipping is disabled: Sleep lets time pass";
  return "nothing that runs can make progress";
}

void Simulation::ThrowStalled(const char* call, BlockResult why) {
  if (!stalled_in_activity_.empty() && callbacks_ == 0) {
    const std::string text = std::exchange(stalled_in_activity_, "");
    throw StalledError(text);
  }
  const TimePoint now = loop_->Now();
  std::string text = absl::StrCat(call, " has stalled ", internal::PrintDuration(now - start_time_),
                                  " after the start: ", WhyStalled(why));
  if (text.back() != '\n') absl::StrAppend(&text, ".\n");
  absl::StrAppend(&text, DescribeWorld(server_->Snapshot(), workers_, now));
  // In an activity it would be a failure like any other, and be retried for ever.
  if (loop_->blocking() && callbacks_ == 0) stalled_in_activity_ = text;
  throw StalledError(text);
}

}  // namespace temporal::test
