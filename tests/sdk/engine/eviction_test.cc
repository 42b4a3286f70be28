// A run is dropped wherever its coroutines wait: each is destroyed once, and what its destructors ask of the context
// does nothing but to be logged.
#include <functional>
#include <map>
#include <stdexcept>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "temporal/as_completed.h"
#include "temporal/sync.h"
#include "temporal/workflow.h"
#include "tests/support/engine_harness.h"

namespace temporal::internal {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr ActivityRef<int(int)> kCharge{"Charge"};
constexpr WorkflowRef<int(int)> kChild{"Child"};
constexpr WorkflowRef<int(int)> kNumber{"Number"};
constexpr SignalRef<void(int)> kAdd{"add"};
constexpr QueryRef<int()> kTotal{"total"};
constexpr UpdateRef<int(int)> kSet{"set"};
constexpr ActivityOptions kTimeout{.start_to_close_timeout = 10s};

Task<int> Identity(int n) { co_return n; }

// All that a destructor may take it into its head to do.
void CallEverything(workflow::Context& ctx) {
  (void)ctx.Sleep(1s);
  (void)ctx.ExecuteActivity(kCharge, kTimeout, 1);
  (void)ctx.ExecuteLocalActivity(kCharge, {.start_to_close_timeout = 1s}, 1);
  (void)ctx.ExecuteChildWorkflow(kChild, {}, 1);
  (void)ctx.StartChildWorkflow(kChild, {.id = "c"}, 1);
  (void)ctx.GetExternalWorkflowHandle("other").Signal(kAdd, 1);
  (void)ctx.GetExternalWorkflowHandle("other").Cancel();
  (void)ctx.Spawn(Identity(1));
  (void)ctx.Random().Uniform(1, 6);
  (void)ctx.Uuid4();
  (void)ctx.SideEffect([] { return 1; });
  (void)ctx.Patched("patch");
  ctx.UpsertMemo("key", 1);
  ctx.OnSignal(kAdd, [](int) {});
  ctx.OnQuery(kTotal, [] { return 1; });
  ctx.OnUpdate(kSet, [](int n) { return n; });
  ctx.SetCurrentDetails("gone");
  workflow::CancellationScope scope(ctx);
  scope.Cancel();
}

// Alive in each coroutine that waits.
class Guard {
 public:
  explicit Guard(workflow::Context& ctx) : ctx_(ctx) { ++alive; }
  Guard(const Guard&) = delete;
  ~Guard() {
    --alive;
    CallEverything(ctx_);
  }
  static int alive;

 private:
  workflow::Context& ctx_;
};
int Guard::alive = 0;

Task<int> SleepsBelow(workflow::Context& ctx, int depth) {
  const Guard guard(ctx);
  if (depth == 0) co_await ctx.Sleep(1h);
  if (depth > 0) co_await SleepsBelow(ctx, depth - 1);
  co_return depth;
}

// One function for each way to wait.
using Wait = Task<void> (*)(workflow::Context&);

const std::map<std::string, Wait>& Waits() {
  static const std::map<std::string, Wait> waits = {
      {"timer", [](workflow::Context& ctx) -> Task<void> { co_await ctx.Sleep(1h); }},
      {"activity", [](workflow::Context& ctx) -> Task<void> { co_await ctx.ExecuteActivity(kCharge, kTimeout, 1); }},
      {"child start", [](workflow::Context& ctx) -> Task<void> { co_await ctx.StartChildWorkflow(kChild, {}, 1); }},
      {"child", [](workflow::Context& ctx) -> Task<void> { co_await ctx.ExecuteChildWorkflow(kChild, {}, 1); }},
      {"external",
       [](workflow::Context& ctx) -> Task<void> { co_await ctx.GetExternalWorkflowHandle("o").Signal(kAdd, 1); }},
      {"condition", [](workflow::Context& ctx) -> Task<void> { co_await ctx.WaitCondition([] { return false; }); }},
      {"timed condition",
       [](workflow::Context& ctx) -> Task<void> { co_await ctx.WaitCondition([] { return false; }, 1h); }},
      {"cancellation", [](workflow::Context& ctx) -> Task<void> { co_await ctx.WaitCancelled(); }},
      {"try", [](workflow::Context& ctx) -> Task<void> { (void)co_await workflow::Try(ctx.Sleep(1h)); }},
      {"try of a task",
       [](workflow::Context& ctx) -> Task<void> { (void)co_await workflow::Try(SleepsBelow(ctx, 1)); }},
      {"tasks", [](workflow::Context& ctx) -> Task<void> { co_await SleepsBelow(ctx, 3); }},
      {"spawned", [](workflow::Context& ctx) -> Task<void> { co_await ctx.Spawn(SleepsBelow(ctx, 1)); }},
      {"all",
       [](workflow::Context& ctx) -> Task<void> {
         auto one = ctx.Sleep(1h), two = ctx.Sleep(2h);
         co_await workflow::All{one, two};
       }},
      {"any",
       [](workflow::Context& ctx) -> Task<void> {
         auto one = ctx.Sleep(1h), two = ctx.Sleep(2h);
         co_await workflow::Any{one, two};
       }},
      {"permit",
       [](workflow::Context& ctx) -> Task<void> {
         workflow::Mutex mutex;
         const auto held = co_await mutex.Lock(ctx);
         const auto never = co_await mutex.Lock(ctx);
       }},
      {"scope",
       [](workflow::Context& ctx) -> Task<void> {
         workflow::CancellationScope scope(ctx);
         co_await scope->Sleep(1h);
       }},
  };
  return waits;
}

class Waiting {
 public:
  static inline Wait wait = nullptr;
  explicit Waiting(workflow::Context& ctx) : ctx_(ctx), guard_(ctx) {
    ctx.OnSignal(kAdd, [this](int) -> Task<void> {
      const Guard guard(ctx_);
      co_await wait(ctx_);
    });
  }
  Task<int> Run(int) {
    const Guard guard(ctx_);
    co_await wait(ctx_);
    co_return 0;
  }

 private:
  workflow::Context& ctx_;
  Guard guard_;  // outlives the coroutines
};

class Lines final : public Logger {
 public:
  void Write(LogLevel level, std::string_view message, std::span<const LogField>) override {
    if (level == LogLevel::kError) lines.emplace_back(message);
  }
  std::vector<std::string> lines;
};

TEST(Eviction, AtEachSuspensionPoint_DestroysEachCoroutineOnce_AndDestructorsCommandNothing) {
  for (const auto& [name, wait] : Waits()) {
    SCOPED_TRACE(name);
    Lines log;
    EngineHarness engine;
    engine.options.logger = &log;
    engine.Register<Waiting>(kNumber);
    Waiting::wait = wait;
    HistoryBuilder history("Number", 1);
    history.Signaled("add", 1);
    history.OpenTask();
    engine.Answer(history);
    EXPECT_GE(Guard::alive, 3);
    EXPECT_THAT(log.lines, IsEmpty());
    engine.run.reset();
    EXPECT_EQ(Guard::alive, 0);
    EXPECT_THAT(log.lines, ElementsAre(AllOf(HasSubstr("Sleep was called"), HasSubstr("dropped from the cache"))));
  }
}

// The exception that fails the task goes through the coroutine that threw it; the others are dropped with the run.
TEST(Eviction, OfARunWhoseTaskFailed_CommandsNothing) {
  EngineHarness engine;
  engine.Register<Waiting>(kNumber);
  Waiting::wait = [](workflow::Context&) -> Task<void> {
    throw std::runtime_error("a bug");
    co_return;
  };
  HistoryBuilder history("Number", 1);
  history.Signaled("add", 1);
  history.OpenTask();
  EXPECT_EQ(EngineHarness::Commands(engine.Answer(history)), "failed: a bug");
  engine.run.reset();
  EXPECT_EQ(Guard::alive, 0);
}

}  // namespace
}  // namespace temporal::internal
