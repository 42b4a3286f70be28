// Mutex, Semaphore, AsCompleted and Saga in workflows, and what long waits cost.
#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "temporal/as_completed.h"
#include "temporal/json.h"
#include "temporal/saga.h"
#include "temporal/sync.h"
#include "temporal/temporal.h"
#include "temporal/testing/activity_mock.h"
#include "temporal/testing/workflow_environment.h"

namespace temporal::test {
namespace {

using namespace std::chrono_literals;
using testing::_;
using testing::HasSubstr;
using testing::InSequence;
using testing::Return;

constexpr WorkflowRef<std::string()> kWork{"Work"};
constexpr ActivityRef<int(int)> kStep{"Step"};
constexpr ActivityRef<void(int)> kUndo{"Undo"};

std::string RunIt(WorkflowEnvironment& env) { return env.client().ExecuteWorkflow(kWork, {.id = "w-1"}); }

class Locks {
 public:
  explicit Locks(workflow::Context& ctx) : ctx_(ctx) {}
  Task<std::string> Run() {
    std::vector<Future<void>> all;
    for (const char name : {'a', 'b', 'c'}) all.push_back(ctx_.Spawn(Use(name)));
    co_await workflow::All{all};
    told_ += mutex_.locked() ? "locked" : "free";
    co_return told_;
  }

 private:
  Task<void> Use(char name) {
    auto lock = co_await mutex_.Lock(ctx_);
    told_ += std::string("+") + name;
    co_await ctx_.Sleep(1s);
    told_ += std::string("-") + name + " ";
  }

  workflow::Context& ctx_;
  workflow::Mutex mutex_;
  std::string told_;
};

TEST(Mutex, CoroutinesThatWait_GoOneByOneInOrder) {
  WorkflowEnvironment env;
  env.RegisterWorkflow<Locks>(kWork);
  const auto started = env.CurrentTime();
  EXPECT_EQ(RunIt(env), "+a-a +b-b +c-c free");
  EXPECT_EQ(env.CurrentTime() - started, 3s);
}

class Limits {
 public:
  explicit Limits(workflow::Context& ctx) : ctx_(ctx) {}
  Task<std::string> Run() {
    std::vector<Future<void>> all;
    for (int i = 0; i < 6; ++i) all.push_back(ctx_.Spawn(Use(i)));
    co_await workflow::All{all};
    co_return "most " + std::to_string(most_) + ", " + std::to_string(semaphore_.available()) + " free";
  }

 private:
  Task<void> Use(int i) {
    auto permit = co_await semaphore_.Acquire(ctx_);
    most_ = std::max(most_, ++inside_);
    co_await ctx_.ExecuteActivity(kStep, {.start_to_close_timeout = 1min}, i);
    --inside_;
  }

  workflow::Context& ctx_;
  workflow::Semaphore semaphore_{2};
  int inside_ = 0, most_ = 0;
};

TEST(Semaphore, LetsAsManyInAsItHasPermits) {
  WorkflowEnvironment env;
  env.RegisterWorkflow<Limits>(kWork);
  EXPECT_CALL(env.MockActivity(kStep), Call(_)).Times(6).WillRepeatedly(After(5s, Return(1)));
  const auto started = env.CurrentTime();
  EXPECT_EQ(RunIt(env), "most 2, 2 free");
  EXPECT_EQ(env.CurrentTime() - started, 15s);
}

class GivesUp {
 public:
  explicit GivesUp(workflow::Context& ctx) : ctx_(ctx) {}
  Task<std::string> Run() {
    workflow::Permit held = mutex_.TryLock();
    std::string told = mutex_.TryLock().held() ? "twice " : "once ";
    workflow::CancellationScope scope(ctx_);
    auto waits = ctx_.Spawn(Wait(scope.context()));
    auto patient = ctx_.Spawn(Wait(ctx_));
    co_await ctx_.Sleep(1s);
    scope.Cancel();
    const auto outcome = co_await workflow::Try(waits);
    told += outcome.ok() ? "locked " : outcome.failure()->message() + ", ";
    held.Release();
    co_await patient;
    co_return told + (mutex_.locked() ? "locked" : "free");
  }

 private:
  Task<void> Wait(workflow::Context& ctx) { const auto lock = co_await mutex_.Lock(ctx); }

  workflow::Context& ctx_;
  workflow::Mutex mutex_;
};

TEST(Mutex, AWaitInACancelledScope_LeavesTheQueue) {
  WorkflowEnvironment env;
  env.RegisterWorkflow<GivesUp>(kWork);
  EXPECT_EQ(RunIt(env), "once Waiting for a permit was cancelled, free");
}

TEST(Mutex, ARunThatIsDroppedWhileCoroutinesHoldAndWait_LeaksNothing) {
  WorkflowEnvironment env;
  env.RegisterWorkflow<Locks>(kWork);
  auto handle = env.client().StartWorkflow(kWork, {.id = "w-1"});
  env.RunUntilIdle();  // one holds it, two wait; the environment ends with them
}

Task<std::string> Collects(workflow::Context& ctx) {
  std::vector<Future<int>> futures;
  for (int i = 0; i < 4; ++i) {
    futures.push_back(ctx.ExecuteActivity(kStep, {.start_to_close_timeout = 1min}, i));
  }
  workflow::AsCompleted<int> results(std::move(futures));
  std::string told;
  while (auto next = co_await results.Next()) {
    const auto outcome = co_await workflow::Try(*next);
    told += outcome.ok() ? std::to_string(outcome.value()) + " " : "failed ";
  }
  co_return told;
}

TEST(AsCompleted, GivesFuturesInTheOrderInWhichTheyEnd) {
  WorkflowEnvironment env;
  env.RegisterWorkflow(kWork, Collects);
  auto& step = env.MockActivity(kStep);
  EXPECT_CALL(step, Call(0)).WillOnce(After(3s, Return(0)));
  EXPECT_CALL(step, Call(1)).WillOnce(After(1s, Return(1)));
  EXPECT_CALL(step, Call(2)).WillOnce(After(2s, Throw(ApplicationFailure("no", {.non_retryable = true}))));
  EXPECT_CALL(step, Call(3)).WillOnce(Return(3));
  EXPECT_EQ(RunIt(env), "3 1 failed 0 ");
}

class Books {
 public:
  explicit Books(workflow::Context& ctx) : ctx_(ctx), saga_(ctx) {}
  Task<std::string> Run() {
    for (int i = 1; i <= 3; ++i) {
      const auto done = co_await workflow::Try(
          ctx_.ExecuteActivity(kStep, {.start_to_close_timeout = 1min, .retry_policy = {.maximum_attempts = 1}}, i));
      if (!done.ok()) {
        const auto report = co_await saga_.Compensate();
        co_return std::to_string(report.compensated) + " undone, " + std::to_string(report.failures.size()) + " not";
      }
      const std::string queue = "test";  // dies before it is used
      saga_.AddCompensation(kUndo,
                            {.start_to_close_timeout = 1min,
                             .retry_policy = {.maximum_attempts = 1},
                             .task_queue = queue,
                             .summary = queue},
                            i);
      saga_.AddCompensation([](workflow::Context& ctx) -> Task<void> { co_await ctx.Sleep(1min); });
    }
    co_return "booked";
  }

 private:
  workflow::Context& ctx_;
  workflow::Saga saga_;
};

TEST(Saga, CompensatesInReverseOrder_AndGoesOnWhenOneFails) {
  WorkflowEnvironment env;
  env.RegisterWorkflow<Books>(kWork);
  EXPECT_CALL(env.MockActivity(kStep), Call(_))
      .WillOnce(Return(1))
      .WillOnce(Return(2))
      .WillOnce(Throw(ApplicationFailure("sold out")));
  const InSequence order;
  EXPECT_CALL(env.MockActivity(kUndo), Call(2)).WillOnce(Throw(ApplicationFailure("stuck")));
  EXPECT_CALL(env.MockActivity(kUndo), Call(1)).WillOnce(Return());
  const auto started = env.CurrentTime();
  EXPECT_EQ(RunIt(env), "3 undone, 1 not");
  EXPECT_EQ(env.CurrentTime() - started, 2min);
}

TEST(Saga, OfACancelledRun_StillCompensates) {
  WorkflowEnvironment env;
  env.RegisterWorkflow<Books>(kWork);
  EXPECT_CALL(env.MockActivity(kStep), Call(_)).WillOnce(Return(1)).WillOnce(NeverReturns());
  EXPECT_CALL(env.MockActivity(kUndo), Call(1)).WillOnce(Return());
  auto handle = env.client().StartWorkflow(kWork, {.id = "w-1"});
  env.RunUntilIdle();
  handle.Cancel();
  EXPECT_EQ(handle.Result(), "2 undone, 0 not");
}

Task<int> Deep(workflow::Context& ctx, int depth) {
  if (depth == 0) {
    co_await ctx.Sleep(1s);
    co_return 0;
  }
  co_return 1 + co_await Deep(ctx, depth - 1);
}

TEST(LongWaits, AChainOfAHundredThousandAwaits_NeedsNoStack) {
  WorkflowEnvironment env;
  env.RegisterWorkflow(kWork, [](workflow::Context& ctx) -> Task<std::string> {
    co_return std::to_string(co_await Deep(ctx, 100'000));
  });
  EXPECT_EQ(RunIt(env), "100000");
}

Task<int> AtOnce(int i) { co_return i; }

Task<int> Locked(workflow::Context& ctx, workflow::Mutex& mutex, int i) {
  const auto lock = co_await mutex.Lock(ctx);
  co_return i;
}

// Awaits, spawns, locks: so often that whatever is kept of one would be seen.
Task<std::string> Loops(workflow::Context& ctx) {
  workflow::Mutex mutex;
  std::size_t before = 0;
  for (int i = 0; i < 200'000; ++i) {
    if (i == 1'000) before = mallinfo2().uordblks;
    co_await AtOnce(i);
    if (i % 10 == 0) {
      auto spawned = ctx.Spawn(Locked(ctx, mutex, i));
      co_await spawned;
    }
  }
  const std::size_t after = mallinfo2().uordblks;
  co_return after <= before + 1'000 ? "flat" : "grew by " + std::to_string(after - before) + " bytes";
}

TEST(LongWaits, ALoopOfAwaits_KeepsNothingOfWhatHasFinished) {
  WorkflowEnvironment env;
  env.RegisterWorkflow(kWork, Loops);
  EXPECT_EQ(RunIt(env), "flat");
}

}  // namespace
}  // namespace temporal::test
