// The whole SDK against a real Temporal server, which TEMPORAL_TEST_SERVER=host:port names; skipped without one.
#include <chrono>
#include <cstdlib>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "temporal/temporal.h"

namespace temporal {
namespace {

using namespace std::chrono_literals;

constexpr ActivityRef<std::string(std::string)> kGreet{"Greet"};
constexpr ActivityRef<int(int)> kCountUp{"CountUp"};
constexpr ActivityRef<void()> kLong{"Long"};
constexpr ActivityRef<int()> kUnknown{"Unknown"};
constexpr ActivityRef<std::string(std::string)> kRefused{"Refused"};
constexpr WorkflowRef<std::string(std::string)> kHello{"Hello"};
constexpr WorkflowRef<int(int)> kRounds{"Rounds"};
constexpr WorkflowRef<std::string()> kCancels{"Cancels"};
constexpr WorkflowRef<std::string()> kAsksUnknown{"AsksUnknown"};
constexpr WorkflowRef<std::string(std::string)> kAsksForRefused{"AsksForRefused"};
constexpr WorkflowRef<int()> kBlocks{"Blocks"};
constexpr SignalRef<void(std::string)> kName{"name"};
constexpr QueryRef<std::string()> kState{"state"};

class Hello {
 public:
  explicit Hello(workflow::Context& ctx) : ctx_(ctx) {
    ctx.OnSignal(kName, [this](std::string name) { name_ = std::move(name); });
    ctx.OnQuery(kState, [this] { return state_; });
  }
  Task<std::string> Run(std::string greeting) {
    state_ = "waiting";
    co_await ctx_.WaitCondition([this] { return !name_.empty(); });
    state_ = "sleeping";
    co_await ctx_.Sleep(100ms);
    const std::string text = greeting + " " + name_;
    std::string result = co_await ctx_.ExecuteActivity(kGreet, {.start_to_close_timeout = 10s}, text);
    state_ = "done";
    co_return result;
  }

 private:
  workflow::Context& ctx_;
  std::string name_, state_ = "new";
};

Task<int> Rounds(workflow::Context& ctx, int round) {
  const int next = co_await ctx.ExecuteActivity(kCountUp, {.start_to_close_timeout = 10s}, round);
  if (next < 3) ctx.ContinueAsNew(kRounds, {}, next);
  co_return next;
}

Task<std::string> Cancels(workflow::Context& ctx) {
  auto outcome = co_await workflow::Try(
      ctx.ExecuteActivity(kLong, {.start_to_close_timeout = 60s,
                                  .heartbeat_timeout = 1s,
                                  .cancellation_type = ActivityCancellationType::kWaitCancellationCompleted}));
  const std::string text = outcome.ok() ? "completed" : "not completed";
  co_return text;
}

Task<std::string> AsksUnknown(workflow::Context& ctx) {
  auto outcome = co_await workflow::Try(
      ctx.ExecuteActivity(kUnknown, {.start_to_close_timeout = 10s, .retry_policy = {.maximum_attempts = 1}}));
  const std::string text = outcome.ok() ? "completed" : outcome.failure()->Describe();
  co_return text;
}

Task<std::string> AsksForRefused(workflow::Context& ctx, std::string what) {
  auto outcome = co_await workflow::Try(
      ctx.ExecuteActivity(kRefused, {.start_to_close_timeout = 1h, .retry_policy = {.maximum_attempts = 1}}, what));
  const std::string text = outcome.ok() ? "completed" : outcome.failure()->Describe();
  co_return text;
}

std::string Refused(const std::string& what) {
  if (what == "text") throw std::runtime_error("bad \xff text");
  return std::string(10'000'000, 'x');
}

std::shared_future<void> g_released;

Task<int> Blocks(workflow::Context&) {
  g_released.wait();
  co_return 1;
}

class RealServer : public testing::Test {
 protected:
  void SetUp() override {
    const char* target = std::getenv("TEMPORAL_TEST_SERVER");
    if (target == nullptr) GTEST_SKIP() << "no server: set TEMPORAL_TEST_SERVER=host:port";
    client_ = std::make_unique<client::Client>(client::Client::Connect({.target = target}));
  }
  std::string Queue() const {
    return std::string("real-server-") + testing::UnitTest::GetInstance()->current_test_info()->name();
  }
  void Register(worker::Worker& worker) {
    worker.RegisterWorkflow<Hello>(kHello)
        .RegisterWorkflow(kRounds, Rounds)
        .RegisterWorkflow(kCancels, Cancels)
        .RegisterWorkflow(kAsksUnknown, AsksUnknown)
        .RegisterActivity(kGreet, [](std::string text) { return text + "!"; })
        .RegisterActivity(kCountUp, [](int n) { return n + 1; })
        .RegisterActivity(kLong, [this](activity::Context& ctx) {
          long_runs_.set_value();
          while (!ctx.WaitCancelled(100ms)) ctx.Heartbeat();
          ctx.ThrowIfCancelled();
        });
  }

  std::unique_ptr<client::Client> client_;
  std::promise<void> long_runs_;
};

void RunHello(const client::Client& client, const std::string& queue) {
  auto handle = client.StartWorkflow(kHello, {.task_queue = queue}, "hello");
  EXPECT_EQ(handle.TryResult(), std::nullopt);
  EXPECT_EQ(handle.Query(kState), "waiting");
  handle.Signal(kName, "world");
  EXPECT_EQ(handle.Result(), "hello world!");
  EXPECT_EQ(handle.TryResult(), "hello world!");
  EXPECT_EQ(handle.Query(kState), "done");
  EXPECT_EQ(handle.Describe().status, client::WorkflowStatus::kCompleted);
  EXPECT_GT(handle.FetchHistory().size(), 10);
}

TEST_F(RealServer, SignalTimerActivityAndQuery_RunToTheirResult) {
  const std::string queue = Queue();
  worker::Worker worker(*client_, {.task_queue = queue});
  Register(worker);
  worker.Start();
  RunHello(*client_, queue);
}

TEST_F(RealServer, OutcomesThatItRefuses_FailTheAttemptAtOnce) {
  const std::string queue = Queue();
  worker::Worker worker(*client_, {.task_queue = queue});
  worker.RegisterWorkflow(kAsksForRefused, AsksForRefused).RegisterActivity(kRefused, Refused);
  worker.Start();
  const StartWorkflowOptions options{.task_queue = queue};
  EXPECT_THAT(client_->ExecuteWorkflow(kAsksForRefused, options, "text"),
              testing::HasSubstr("(std::runtime_error): bad \xEF\xBF\xBD text"));
  EXPECT_THAT(client_->ExecuteWorkflow(kAsksForRefused, options, "size"),
              testing::HasSubstr("(GrpcMessageTooLarge): the activity's report was refused: RESOURCE_EXHAUSTED: grpc: "
                                 "received message larger than max (10000"));
}

TEST_F(RealServer, WithoutACache_EachTaskReplaysTheWholeHistory) {
  const std::string queue = Queue();
  worker::Worker worker(*client_, {.task_queue = queue, .max_cached_workflows = 0});
  Register(worker);
  worker.Start();
  RunHello(*client_, queue);
}

TEST_F(RealServer, AChainOfRuns_IsFollowedToItsEnd) {
  const std::string queue = Queue();
  worker::Worker worker(*client_, {.task_queue = queue});
  Register(worker);
  worker.Start();
  EXPECT_EQ(client_->ExecuteWorkflow(kRounds, {.task_queue = queue}, 0), 3);
}

TEST_F(RealServer, ACancelledActivity_IsToldByItsHeartbeats) {
  const std::string queue = Queue();
  worker::Worker worker(*client_, {.task_queue = queue});
  Register(worker);
  worker.Start();
  auto handle = client_->StartWorkflow(kCancels, {.task_queue = queue});
  long_runs_.get_future().wait();
  handle.Cancel();
  EXPECT_EQ(handle.Result(), "not completed");
}

TEST_F(RealServer, AnUnknownActivityType_FailsTheAttemptAndNamesThoseThatAreKnown) {
  const std::string queue = Queue();
  worker::Worker worker(*client_, {.task_queue = queue});
  Register(worker);
  worker.Start();
  const std::string text = client_->ExecuteWorkflow(kAsksUnknown, {.task_queue = queue});
  EXPECT_NE(text.find("(NotFoundError): Activity function Unknown"), std::string::npos) << text;
  EXPECT_NE(text.find("available activities: CountUp, Greet, Long"), std::string::npos) << text;
}

TEST_F(RealServer, RunReturns_WhenAnotherThreadShutsTheWorkerDown) {
  const std::string queue = Queue();
  worker::Worker worker(*client_, {.task_queue = queue});
  Register(worker);
  std::thread other([&] {
    RunHello(*client_, queue);
    worker.Shutdown();
  });
  worker.Run();
  other.join();
}

TEST_F(RealServer, AWorkflowThatBlocks_FailsItsTaskMeanwhile) {
  std::promise<void> release;
  g_released = release.get_future().share();
  const std::string queue = Queue();
  worker::Worker worker(*client_, {.task_queue = queue, .deadlock_detection_timeout = 200ms});
  worker.RegisterWorkflow(kBlocks, Blocks);
  worker.Start();
  auto handle = client_->StartWorkflow(kBlocks, {.task_queue = queue});
  std::string history;
  while (history.find("WorkflowTaskFailed") == std::string::npos) history = handle.FetchHistory().Print();
  EXPECT_NE(history.find("[TMPRL1101] Potential deadlock detected: workflow Blocks "), std::string::npos) << history;
  release.set_value();
  EXPECT_EQ(handle.Result(), 1);
}

TEST_F(RealServer, AWorkflowIdInUse_IsRefusedWithTheRun) {
  auto first = client_->StartWorkflow(kHello, {.id = "real-server-in-use", .task_queue = "nobody"}, "hello");
  try {
    client_->StartWorkflow(kHello, {.id = "real-server-in-use", .task_queue = "nobody"}, "hello");
    ADD_FAILURE() << "the second start was accepted";
  } catch (const WorkflowAlreadyStartedError& error) {
    EXPECT_EQ(error.workflow_id(), "real-server-in-use");
    EXPECT_EQ(error.run_id(), first.run_id());
  }
  first.Terminate("test");
  try {
    first.Result();
    ADD_FAILURE() << "a terminated workflow has a result";
  } catch (const WorkflowFailedError& error) {
    EXPECT_NE(error.CauseAs<TerminatedFailure>(), nullptr) << error.what();
  }
}

}  // namespace
}  // namespace temporal
