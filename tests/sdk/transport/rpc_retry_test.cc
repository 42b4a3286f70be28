// Which failures the retry decorator repeats, when, and when it stops, on a clock that the test moves.
#include "sdk/transport/rpc_retry.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sdk/transport/rpcs.h"

namespace temporal::internal {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;

// Runs tasks and jumps to timers until nothing is left.
class ManualLoop final : public Scheduler {
 public:
  TimePoint Now() const override { return now_; }
  void Post(Closure task) override { PostAt(now_, TimerKind::kHistory, std::move(task)); }
  TimerId PostAt(TimePoint when, TimerKind, Closure task) override {
    timers_.emplace(std::pair(std::max(when, now_), ++last_), std::move(task));
    return last_;
  }
  void Cancel(TimerId timer) override {
    std::erase_if(timers_, [timer](const auto& entry) { return entry.first.second == timer; });
  }
  BlockResult BlockUntil(absl::FunctionRef<bool()> done, Skip) override {
    while (!done()) {
      if (timers_.empty()) return BlockResult::kStalled;
      auto next = timers_.extract(timers_.begin());
      now_ = next.key().first;
      next.mapped()();
    }
    return BlockResult::kDone;
  }

 private:
  TimePoint now_{};
  TimerId last_ = 0;
  std::map<std::pair<TimePoint, TimerId>, Closure> timers_;
};

// Answers each call with the next of a list of statuses, and the last for ever; notes the times.
class ScriptedService final : public WorkflowService {
 public:
  explicit ScriptedService(Scheduler& loop) : loop_(loop) {}

  void Call(const RpcMethod& method, const google::protobuf::Message&, CallOptions, ServiceCallback callback) override {
    method_ = std::string(method.name);
    times.push_back(loop_.Now().time_since_epoch());
    const absl::Status status = script.front();
    if (script.size() > 1) script.erase(script.begin());
    loop_.Post([status, callback = std::move(callback)]() mutable {
      if (!status.ok()) return callback(status);
      callback(std::make_unique<temporal::api::workflowservice::v1::DescribeNamespaceResponse>());
    });
  }

  std::vector<absl::Status> script{absl::OkStatus()};
  std::vector<Duration> times;

 private:
  Scheduler& loop_;
  std::string method_;
};

class RpcRetryTest : public testing::Test {
 protected:
  RpcRetryTest() { options_.jitter = 0; }

  template <class Rpc>
  absl::Status Run(CallOptions call = {}) {
    auto service = RetryRpcs(loop_, inner_, options_);
    absl::Status result = absl::UnknownError("not answered");
    bool done = false;
    typename Rpc::Request request;
    service->Call(Rpc::kMethod, request, std::move(call), [&](ServiceResponse got) {
      result = got.status();
      done = true;
    });
    loop_.BlockUntil([&] { return done; }, Skip::kAllowed);
    return result;
  }

  ManualLoop loop_;
  std::shared_ptr<ScriptedService> inner_ = std::make_shared<ScriptedService>(loop_);
  RpcRetryOptions options_;
};

TEST_F(RpcRetryTest, PassingFailures_AreRepeatedWithGrowingWaits) {
  inner_->script = {absl::UnavailableError("a"), absl::InternalError("b"), absl::AbortedError("c"), absl::OkStatus()};
  EXPECT_TRUE(Run<rpc::DescribeNamespace>().ok());
  EXPECT_THAT(inner_->times, ElementsAre(milliseconds(0), milliseconds(100), milliseconds(270), milliseconds(559)));
}

TEST_F(RpcRetryTest, FinalFailure_IsNotRepeated) {
  inner_->script = {absl::InvalidArgumentError("no")};
  EXPECT_EQ(Run<rpc::DescribeNamespace>(), absl::InvalidArgumentError("no"));
  EXPECT_EQ(inner_->times.size(), 1u);
}

TEST_F(RpcRetryTest, FailureThatLasts_IsReportedAfterTenSeconds) {
  inner_->script = {absl::UnavailableError("down")};
  EXPECT_EQ(Run<rpc::DescribeNamespace>(), absl::UnavailableError("down"));
  EXPECT_EQ(inner_->times.size(), 9u);
  EXPECT_LT(inner_->times[8], seconds(10));
}

TEST_F(RpcRetryTest, FastFailures_AreReportedAfterTenAttempts) {
  options_.maximum_interval = milliseconds(100);
  inner_->script = {absl::UnavailableError("down")};
  EXPECT_EQ(Run<rpc::DescribeNamespace>(), absl::UnavailableError("down"));
  EXPECT_EQ(inner_->times.size(), 10u);
}

TEST_F(RpcRetryTest, ResourceExhausted_WaitsAtLeastASecond) {
  inner_->script = {absl::ResourceExhaustedError("busy"), absl::OkStatus()};
  EXPECT_TRUE(Run<rpc::DescribeNamespace>().ok());
  EXPECT_THAT(inner_->times, ElementsAre(seconds(0), seconds(1)));
}

TEST_F(RpcRetryTest, ARequestThatIsTooLargeOrUnreadable_IsNotRepeated) {
  for (const absl::Status& status :
       {absl::ResourceExhaustedError("grpc: received message larger than max (5000000 vs. 4194304)"),
        absl::InternalError("grpc: error unmarshalling request: string field contains invalid UTF-8")}) {
    inner_->script = {status};
    inner_->times.clear();
    EXPECT_EQ(Run<rpc::DescribeNamespace>(), status);
    EXPECT_EQ(inner_->times.size(), 1u);
  }
}

TEST_F(RpcRetryTest, TaskPolls_AreRepeatedWithoutLimit) {
  inner_->script.assign(100, absl::UnavailableError("down"));
  inner_->script.push_back(absl::OkStatus());
  EXPECT_TRUE(Run<rpc::PollWorkflowTaskQueue>().ok());
  EXPECT_EQ(inner_->times.size(), 101u);
  EXPECT_EQ(inner_->times[100] - inner_->times[99], seconds(10));
}

TEST_F(RpcRetryTest, FinalFailureOfATaskPoll_EndsItAfterAMinute) {
  inner_->script = {absl::PermissionDeniedError("no")};
  EXPECT_EQ(Run<rpc::PollActivityTaskQueue>(), absl::PermissionDeniedError("no"));
  EXPECT_GE(inner_->times.back(), seconds(60));
  EXPECT_LT(inner_->times.back(), seconds(75));
}

TEST_F(RpcRetryTest, JitterOfOneSeed_IsTheSameEachTime) {
  options_.jitter = 0.2;
  inner_->script = {absl::UnavailableError("a"), absl::UnavailableError("b"), absl::OkStatus()};
  EXPECT_TRUE(Run<rpc::DescribeNamespace>().ok());
  const auto first = std::exchange(inner_->times, {});
  const Duration begun = loop_.Now().time_since_epoch();
  inner_->script = {absl::UnavailableError("a"), absl::UnavailableError("b"), absl::OkStatus()};
  EXPECT_TRUE(Run<rpc::DescribeNamespace>().ok());
  ASSERT_EQ(first.size(), 3u);
  EXPECT_NE(first[1], milliseconds(100));
  EXPECT_GE(first[1], milliseconds(80));
  EXPECT_LE(first[1], milliseconds(120));
  EXPECT_EQ(inner_->times[1] - begun, first[1]);
  EXPECT_EQ(inner_->times[2] - begun, first[2]);
}

TEST_F(RpcRetryTest, CancelDuringAWait_EndsTheCallAtOnce) {
  inner_->script = {absl::UnavailableError("down")};
  CallOptions call;
  call.cancel = std::make_shared<CallCancel>();
  loop_.PostAt(TimePoint(milliseconds(50)), TimerKind::kHistory, [cancel = call.cancel] { cancel->Cancel(); });
  EXPECT_EQ(Run<rpc::PollWorkflowTaskQueue>(call).code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(inner_->times.size(), 1u);
  EXPECT_EQ(loop_.Now().time_since_epoch(), milliseconds(50));
}

}  // namespace
}  // namespace temporal::internal
