// What a run that is kept between its tasks is given, and what becomes of one that is dropped or rolled back.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "temporal/workflow.h"
#include "tests/support/engine_harness.h"

namespace temporal::internal {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr WorkflowRef<int(int)> kNumber{"Number"};
constexpr WorkflowRef<std::string()> kText{"Text"};
constexpr SignalRef<void(std::string)> kNote{"note"};
constexpr SignalRef<void(int)> kAdd{"add"};

class Notes {
 public:
  explicit Notes(workflow::Context& ctx) : ctx_(ctx) {
    ctx.OnSignal(kNote, [this](std::string note) { notes_ += note + " "; });
    ctx.OnSignal(kAdd, [this](int) -> Task<void> { co_await ctx_.Sleep(1s); });
  }
  Task<std::string> Run() {
    co_await ctx_.WaitCondition([this] { return !notes_.empty(); }, 1h);
    co_return notes_;
  }

 private:
  workflow::Context& ctx_;
  std::string notes_;
};

TEST(Engine, PartOfAHistoryWithoutTheRun_AsksForTheWhole) {
  EngineHarness engine;
  engine.Register<Notes>(kText);
  HistoryBuilder history("Text");
  history.Task();
  history.TimerStarted("1", 1h);
  history.OpenTask();
  WorkflowRun run(engine.options);
  EXPECT_TRUE(std::holds_alternative<HistoryNeeded>(run.Handle(EngineHarness::Task(history.history().events(), 3, 7))));
  EXPECT_EQ(EngineHarness::Commands(run.Handle(EngineHarness::Task(history.history().events(), 0, 7))), "");
}

TEST(Engine, WholeHistoryToACachedRun_IsTaken_AndARepeatedTaskIsAnsweredAnew) {
  EngineHarness engine;
  engine.Register<Notes>(kText);
  HistoryBuilder history("Text");
  history.OpenTask();
  WorkflowRun run(engine.options);
  const auto first = [&] {
    return EngineHarness::Commands(run.Handle(EngineHarness::Task(history.history().events(), 0, 3)));
  };
  EXPECT_EQ(first(), "StartTimer timer_id=1 start_to_fire_timeout=1h");
  EXPECT_EQ(first(), "StartTimer timer_id=1 start_to_fire_timeout=1h");
  history.TaskCompleted();
  history.TimerStarted("1", 1h);
  history.OpenTask();
  EXPECT_EQ(EngineHarness::Commands(run.Handle(EngineHarness::Task(history.history().events(), 0, 7))), "");
}

TEST(Engine, TaskGivenUpByTheServer_IsBegunAnew) {
  EngineHarness engine;
  engine.Register<Notes>(kText);
  HistoryBuilder history("Text");
  history.OpenTask();
  WorkflowRun run(engine.options);
  const auto handle = [&](int begin, int end) {
    return EngineHarness::Commands(run.Handle(EngineHarness::Task(history.history().events(), begin, end)));
  };
  EXPECT_EQ(handle(0, 3), "StartTimer timer_id=1 start_to_fire_timeout=1h");
  history.TaskTimedOut();
  history.OpenTask();
  EXPECT_EQ(handle(0, 6), "StartTimer timer_id=1 start_to_fire_timeout=1h");
  history.TaskTimedOut();
  history.OpenTask();
  EXPECT_EQ(handle(6, 9), "history needed");
  EXPECT_EQ(handle(0, 9), "StartTimer timer_id=1 start_to_fire_timeout=1h");
}

TEST(Engine, TaskWithoutAnEnd_IsAMalformedHistory) {
  EngineHarness engine;
  engine.Register<Notes>(kText);
  HistoryBuilder history("Text");
  history.OpenTask();
  history.Signaled("add", 5);
  history.TaskTimedOut();
  history.Task();
  history.TimerStarted("1", 1h);
  history.OpenTask();
  EXPECT_THAT(engine.Mismatch(history), HasSubstr("the code has run at the workflow task before it, which has no end"));
}

TEST(Engine, WaitingCoroutines_AreNamedWithTheirLines) {
  EngineHarness engine;
  engine.Register<Notes>(kText);
  HistoryBuilder history("Text");
  history.Signaled("add", 5);
  history.OpenTask();
  engine.Answer(history);
  const auto waiting = engine.run->Waiting();
  ASSERT_EQ(waiting.size(), 2u);
  EXPECT_EQ(waiting[0].what, "signal add");
  EXPECT_EQ(waiting[1].what, "Run");
  EXPECT_THAT(waiting[1].file, HasSubstr("cache_test.cc"));
  EXPECT_GT(waiting[1].line, 0);
}

TEST(Engine, FailedTasks_ArePartOfTheNext) {
  EngineHarness engine;
  engine.Register<Notes>(kText);
  HistoryBuilder history("Text");
  history.OpenTask();
  history.TaskFailed();
  history.Signaled("note", std::string("done"));
  history.OpenTask();
  history.TaskTimedOut();
  history.Task();
  history.Completed("");
  EXPECT_THAT(engine.Run(history), ElementsAre("CompleteWorkflowExecution result=[\"done \"]"));
}

// --- Speculative tasks that the server drops ---

Task<int> TwoTimers(workflow::Context& ctx, int) {
  co_await ctx.Sleep(1s);
  co_await ctx.Sleep(2s);
  co_return 1;
}

TEST(RollBack, DroppedTask_IsForgotten_AndTheNextOneTakesItsNumbers) {
  EngineHarness engine;
  engine.Register(kNumber, TwoTimers);
  HistoryBuilder history("Number", 1);
  history.Task();
  const auto timer = history.TimerStarted("1", 1s);
  const auto events = [&history] { return history.history().events(); };
  WorkflowRun run(engine.options);
  (void)run.Handle(EngineHarness::Task(events(), 0, 3));
  HistoryBuilder dropped = history;  // with a task that leaves no trace
  dropped.OpenTask();
  const auto& speculative = dropped.history().events();
  EXPECT_EQ(EngineHarness::Commands(run.Handle(EngineHarness::Task(speculative, 3, speculative.size()))), "");
  EXPECT_EQ(run.last_event_id(), 7);
  run.RollBackTo(timer);
  EXPECT_EQ(run.last_event_id(), timer);
  run.RollBackTo(timer);  // once is enough
  EXPECT_EQ(run.last_event_id(), timer);
  history.TimerFired(timer, "1");
  history.OpenTask();
  const auto after = events();
  EXPECT_EQ(EngineHarness::Commands(run.Handle(EngineHarness::Task(after, static_cast<int>(timer), after.size()))),
            "StartTimer timer_id=2 start_to_fire_timeout=2s");
}

}  // namespace
}  // namespace temporal::internal
