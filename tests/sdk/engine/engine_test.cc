// What workflow code does becomes commands; every history is met in every way (see the harness), and all ways agree.
#include <stdexcept>

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

constexpr ActivityRef<int(int)> kCharge{"Charge"};
constexpr ActivityRef<int(int)> kRefund{"Refund"};
constexpr WorkflowRef<int(int)> kNumber{"Number"};
constexpr WorkflowRef<std::string()> kText{"Text"};
constexpr SignalRef<void(std::string)> kNote{"note"};
constexpr SignalRef<void(int)> kAdd{"add"};
constexpr QueryRef<int()> kTotal{"total"};
constexpr QueryRef<int()> kBad{"bad"};

constexpr ActivityOptions kTimeout{.start_to_close_timeout = 10s};

// --- Activities ---

Task<int> TwoCharges(workflow::Context& ctx, int cents) {
  const int first = co_await ctx.ExecuteActivity(kCharge, kTimeout, cents);
  const int second = co_await ctx.ExecuteActivity(
      kRefund, {.schedule_to_close_timeout = 60s, .retry_policy = {.maximum_attempts = 3}, .summary = "back"}, first);
  co_return first + second;
}

TEST(Engine, ActivitiesInSequence_GiveOneCommandATask) {
  EngineHarness engine;
  engine.Register(kNumber, TwoCharges);
  HistoryBuilder history("Number", 5);
  history.Task();
  history.ActivityCompleted(history.ActivityScheduled("1", "Charge"), 10);
  history.Task();
  history.ActivityCompleted(history.ActivityScheduled("2", "Refund"), 3);
  history.Task();
  history.Completed(13);
  EXPECT_THAT(engine.Run(history),
              ElementsAre("ScheduleActivityTask activity_id=1 activity_type=Charge task_queue=queue "
                          "input=[5] start_to_close_timeout=10s",
                          "ScheduleActivityTask activity_id=2 activity_type=Refund task_queue=queue "
                          "input=[10] schedule_to_close_timeout=1m retry_policy={maximum_attempts=3}",
                          "CompleteWorkflowExecution result=[13]"));
}

Task<std::string> DescribeFailure(workflow::Context& ctx) {
  auto outcome = co_await workflow::Try(ctx.ExecuteActivity(kCharge, kTimeout, 1));
  co_return outcome.failure()->Describe();
}

TEST(Engine, FailedActivity_ThrowsWithItsCause) {
  EngineHarness engine;
  engine.Register(kText, DescribeFailure);
  HistoryBuilder history("Text");
  history.Task();
  history.ActivityFailed(history.ActivityScheduled("1", "Charge"), "card expired", "Expired");
  history.Task();
  history.Completed("");
  EXPECT_THAT(engine.Run(history).back(), HasSubstr("ActivityFailure (Charge): Activity task failed; caused by "
                                                    "ApplicationFailure (Expired): card expired"));
}

TEST(Engine, TimedOutActivity_ThrowsWithTheTimeout) {
  EngineHarness engine;
  engine.Register(kText, DescribeFailure);
  HistoryBuilder history("Text");
  history.Task();
  history.ActivityTimedOut(history.ActivityScheduled("1", "Charge"));
  history.Task();
  history.Completed("");
  EXPECT_THAT(engine.Run(history).back(),
              HasSubstr("Activity task timed out; caused by TimeoutFailure (ScheduleToStart)"));
}

Task<int> NoTimeout(workflow::Context& ctx, int n) { co_return co_await ctx.ExecuteActivity(kCharge, {}, n); }

TEST(Engine, ActivityWithoutATimeout_FailsTheTaskAtTheCall) {
  EngineHarness engine;
  engine.Register(kNumber, NoTimeout);
  HistoryBuilder history("Number", 5);
  history.OpenTask();
  const TaskAnswer answer = engine.Answer(history);
  EXPECT_THAT(EngineHarness::Commands(answer),
              AllOf(HasSubstr("activity Charge has neither start_to_close_timeout nor schedule_to_close_timeout"),
                    HasSubstr("engine_test.cc:")));
  EXPECT_EQ(std::get<EngineHarness::Failed>(answer).cause(),
            api::enums::v1::WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE);
}

// --- All, Any, tasks ---

Task<int> Parallel(workflow::Context& ctx, int n) {
  std::vector<Future<int>> futures;
  for (int i = 0; i < n; ++i) futures.push_back(ctx.ExecuteActivity(kCharge, kTimeout, i));
  int sum = 0;
  for (const int value : co_await workflow::All{futures}) sum = sum * 10 + value;
  co_return sum;
}

TEST(Engine, AllOfSeveral_WaitsForTheLast_AndKeepsTheirOrder) {
  EngineHarness engine;
  engine.Register(kNumber, Parallel);
  HistoryBuilder history("Number", 3);
  history.Task();
  const auto a = history.ActivityScheduled("1", "Charge");
  const auto b = history.ActivityScheduled("2", "Charge");
  const auto c = history.ActivityScheduled("3", "Charge");
  history.ActivityCompleted(c, 3);
  history.Task();
  history.ActivityCompleted(a, 1);
  history.ActivityCompleted(b, 2);
  history.Task();
  history.Completed(123);
  EXPECT_THAT(engine.Run(history), ElementsAre(testing::_, "", "CompleteWorkflowExecution result=[123]"));
}

Task<std::string> Race(workflow::Context& ctx) {
  auto timer = ctx.Sleep(1h);
  auto charge = ctx.ExecuteActivity(kCharge, kTimeout, 1);
  const std::size_t first = co_await workflow::Any{timer, charge};
  co_return first == 0 ? "timer" : "charge";
}

TEST(Engine, AnyOfTwo_AnswersTheFirst) {
  for (const bool timer_first : {true, false}) {
    EngineHarness engine;
    engine.Register(kText, Race);
    HistoryBuilder history("Text");
    history.Task();
    const auto timer = history.TimerStarted("1", 1h);
    const auto charge = history.ActivityScheduled("1", "Charge");
    if (timer_first)
      history.TimerFired(timer, "1");
    else
      history.ActivityCompleted(charge, 1);
    history.Task();
    history.Completed("");
    EXPECT_THAT(engine.Run(history).back(), HasSubstr(timer_first ? "timer" : "charge"));
  }
}

Task<int> Recursive(workflow::Context& ctx, int depth) {
  if (depth == 0) co_return 0;
  co_return 1 + co_await Recursive(ctx, depth - 1);
}

Task<void> Nothing() { co_return; }

Task<int> ManyAwaits(workflow::Context& ctx, int n) {
  for (int i = 0; i < n; ++i) {
    auto nothing = Nothing();
    co_await std::move(nothing);
  }
  co_return co_await Recursive(ctx, n / 10);
}

TEST(Engine, AMillionAwaits_UseConstantStack) {
  EngineHarness engine;
  engine.Register(kNumber, ManyAwaits);
  HistoryBuilder history("Number", 1'000'000);
  history.OpenTask();
  EXPECT_EQ(EngineHarness::Commands(engine.Answer(history)), "CompleteWorkflowExecution result=[100000]");
}

Task<int> SleepsAtTheBottom(workflow::Context& ctx, int depth) {
  if (depth > 0) co_return 1 + co_await SleepsAtTheBottom(ctx, depth - 1);
  co_await ctx.Sleep(1h);
  co_return 0;
}

TEST(Engine, ALongChainOfAwaits_IsEvictedWithConstantStack) {
  EngineHarness engine;
  engine.Register(kNumber, SleepsAtTheBottom);
  HistoryBuilder history("Number", 300'000);
  history.OpenTask();
  EXPECT_EQ(EngineHarness::Commands(engine.Answer(history)), "StartTimer timer_id=1 start_to_fire_timeout=1h");
  engine.run.reset();
}

Task<std::string> Spawns(workflow::Context& ctx) {
  std::string order;
  const auto step = [](workflow::Context& ctx, std::string& order, const char* name) -> Task<int> {
    order += name;
    co_await ctx.Sleep(1s);
    order += name;
    co_return 0;
  };
  auto a = ctx.Spawn(step(ctx, order, "a"));
  auto b = ctx.Spawn(step(ctx, order, "b"));
  order += "main ";
  co_await a;
  co_await b;
  co_return order;
}

TEST(Engine, SpawnedTasks_StartWhenTheCallerWaits_InOrder) {
  EngineHarness engine;
  engine.Register(kText, Spawns);
  HistoryBuilder history("Text");
  history.Task();
  const auto a = history.TimerStarted("1", 1s);
  const auto b = history.TimerStarted("2", 1s);
  history.TimerFired(b, "2");
  history.TimerFired(a, "1");
  history.Task();
  history.Completed("");
  EXPECT_THAT(engine.Run(history).back(), HasSubstr("main abba"));
}

// --- Timers, conditions, signals ---

class Notes {
 public:
  explicit Notes(workflow::Context& ctx) : ctx_(ctx) {
    ctx.OnSignal(kNote, [this](std::string note) { notes_ += note + " "; });
    ctx.OnSignal(kAdd, [this](int n) { return Add(n); });
    ctx.OnQuery(kTotal, [this] { return total_; });
    ctx.OnQuery(kBad, [this] {
      (void)ctx_.Sleep(1s);
      return 0;
    });
  }
  Task<std::string> Run() {
    notes_ += "run ";
    const bool done = co_await ctx_.WaitCondition([this] { return notes_.find("done") != std::string::npos; }, 1h);
    co_return notes_ + (done ? "in time" : "late");
  }

 private:
  Task<void> Add(int n) {
    total_ += n;
    co_await ctx_.Sleep(1s);
    total_ += n;
  }
  workflow::Context& ctx_;
  std::string notes_;
  int total_ = 0;
};

TEST(Engine, SignalsOfTheFirstTask_AreHandledBeforeRunStarts) {
  EngineHarness engine;
  engine.Register<Notes>(kText);
  HistoryBuilder history("Text");
  history.Signaled("note", std::string("early"));
  history.Signaled("note", std::string("done"));
  history.Task();
  history.Completed("");
  EXPECT_THAT(engine.Run(history), ElementsAre("CompleteWorkflowExecution result=[\"early done run in time\"]"));
}

TEST(Engine, ConditionThatHoldsInTime_CancelsItsTimer) {
  EngineHarness engine;
  engine.Register<Notes>(kText);
  HistoryBuilder history("Text");
  history.Task();
  const auto timer = history.TimerStarted("1", 1h);
  history.Signaled("note", std::string("done"));
  history.Task();
  history.TimerCanceled(timer, "1");
  history.Completed("");
  EXPECT_THAT(engine.Run(history), ElementsAre("StartTimer timer_id=1 start_to_fire_timeout=1h",
                                               "CancelTimer timer_id=1; CompleteWorkflowExecution "
                                               "result=[\"run done in time\"]"));
}

TEST(Engine, ConditionThatDoesNotHold_EndsWithItsTimer) {
  EngineHarness engine;
  engine.Register<Notes>(kText);
  HistoryBuilder history("Text");
  history.Task();
  history.TimerFired(history.TimerStarted("1", 1h), "1");
  history.Task();
  history.Completed("");
  EXPECT_THAT(engine.Run(history).back(), HasSubstr("run late"));
}

TEST(Engine, SignalInTheTaskOfTheTimersFiring_Counts) {
  EngineHarness engine;
  engine.Register<Notes>(kText);
  HistoryBuilder history("Text");
  history.Task();
  history.TimerFired(history.TimerStarted("1", 1h), "1");
  history.Signaled("note", std::string("done"));
  history.Task();
  history.Completed("");
  EXPECT_THAT(engine.Run(history).back(), HasSubstr("run done in time"));
}

Task<std::string> LateHandler(workflow::Context& ctx) {
  std::string notes;
  co_await ctx.Sleep(1s);
  ctx.OnSignal(kNote, [&](std::string note) { notes += note; });
  co_await ctx.Sleep(1s);
  co_return notes;
}

TEST(Engine, SignalsBeforeTheirHandler_AreKept_InOrder) {
  EngineHarness engine;
  engine.Register(kText, LateHandler);
  HistoryBuilder history("Text");
  history.Signaled("note", std::string("a"));
  history.Task();
  const auto first = history.TimerStarted("1", 1s);
  history.Signaled("note", std::string("b"));
  history.TimerFired(first, "1");
  history.Task();
  history.TimerFired(history.TimerStarted("2", 1s), "2");
  history.Task();
  history.Completed("");
  EXPECT_THAT(engine.Run(history).back(), HasSubstr("[\"ab\"]"));
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
  EXPECT_THAT(engine.Run(history), ElementsAre("CompleteWorkflowExecution result=[\"done run in time\"]"));
}

Task<std::string> Times(workflow::Context& ctx) {
  const TimePoint start = ctx.Now();
  co_await ctx.Sleep(-5s);
  const auto passed = std::chrono::duration_cast<std::chrono::seconds>(ctx.Now() - start).count();
  co_return std::to_string(passed) + " " + std::to_string(ctx.Info().history_length);
}

TEST(Engine, TimeIsThatOfTheTask_AndANegativeSleepIsATimerOfZero) {
  EngineHarness engine;
  engine.Register(kText, Times);
  HistoryBuilder history("Text");
  history.Task();
  const auto timer = history.TimerStarted("1", 0s);
  history.Advance(7s);
  history.TimerFired(timer, "1");
  history.Task();
  history.Completed("");
  EXPECT_THAT(engine.Run(history),
              ElementsAre("StartTimer timer_id=1 start_to_fire_timeout=0s", HasSubstr("[\"7 8\"]")));
}

class Order {
 public:
  explicit Order(workflow::Context& ctx) : ctx_(ctx) {
    ctx.OnSignal(kNote, [this](std::string note) { order_ += note + " "; });
  }
  Task<std::string> Run() {
    auto timer = ctx_.Spawn(Timer());
    auto charge = ctx_.Spawn(Charge());
    auto condition = [this] { return order_.find("second") != std::string::npos; };
    co_await ctx_.WaitCondition(condition);
    order_ += "condition ";
    co_await timer;
    co_await charge;
    co_return order_;
  }

 private:
  Task<void> Timer() {
    co_await ctx_.Sleep(1s);
    order_ += "timer ";
  }
  Task<void> Charge() {
    co_await ctx_.ExecuteActivity(kCharge, kTimeout, 1);
    order_ += "activity ";
  }
  workflow::Context& ctx_;
  std::string order_;
};

// Signals first, then what was waited for in the order of history, then conditions.
TEST(Engine, JobsOfOneTask_RunInTheirOrder) {
  EngineHarness engine;
  engine.Register<Order>(kText);
  HistoryBuilder history("Text");
  history.Task();
  const auto timer = history.TimerStarted("1", 1s);
  const auto charge = history.ActivityScheduled("1", "Charge");
  history.ActivityCompleted(charge, 1);
  history.Signaled("note", std::string("first"));
  history.TimerFired(timer, "1");
  history.Signaled("note", std::string("second"));
  history.Task();
  history.Completed("");
  EXPECT_THAT(engine.Run(history).back(), HasSubstr("first second activity timer condition"));
}

// --- Queries ---

std::unique_ptr<EngineHarness::Poll> QueryTask(const HistoryBuilder& history, int events, const char* type) {
  auto task = EngineHarness::Task(history.history().events(), 0, events);
  task->mutable_query()->set_query_type(type);
  return task;
}

TEST(Engine, DirectQuery_IsAnsweredFromHistoryOrCache) {
  EngineHarness engine;
  engine.Register<Notes>(kText);
  HistoryBuilder history("Text");
  history.Signaled("add", 5);
  history.Task();
  history.TimerStarted("1", 1s);
  history.TimerStarted("2", 1h);
  using Answer = api::workflowservice::v1::RespondQueryTaskCompletedRequest;
  WorkflowRun run(engine.options);
  const TaskAnswer full = run.Handle(QueryTask(history, 7, "total"));
  ASSERT_TRUE(std::holds_alternative<Answer>(full)) << EngineHarness::Commands(full);
  EXPECT_EQ(std::get<Answer>(full).query_result().payloads(0).data(), "5");
  EXPECT_EQ(run.last_event_id(), 7);
  const TaskAnswer cached = run.Handle(QueryTask(history, 0, "total"));
  EXPECT_EQ(std::get<Answer>(cached).query_result().payloads(0).data(), "5");
  const TaskAnswer unknown = run.Handle(QueryTask(history, 0, "missing"));
  EXPECT_EQ(std::get<Answer>(unknown).error_message(),
            "Query handler for 'missing' expected but not found, known queries: [bad, total]");
  EXPECT_EQ(std::get<Answer>(unknown).completed_type(), api::enums::v1::QUERY_RESULT_TYPE_FAILED);
  const TaskAnswer bad = run.Handle(QueryTask(history, 0, "bad"));
  EXPECT_EQ(std::get<Answer>(bad).error_message(),
            "Sleep was called on the workflow's context in a query handler: it must not change the workflow");
  WorkflowRun cold(engine.options);
  EXPECT_TRUE(std::holds_alternative<HistoryNeeded>(cold.Handle(QueryTask(history, 0, "total"))));
}

TEST(Engine, AttachedQueries_AreAnsweredAfterTheTask) {
  EngineHarness engine;
  engine.Register<Notes>(kText);
  HistoryBuilder history("Text");
  history.Signaled("add", 5);
  history.OpenTask();
  auto task = EngineHarness::Task(history.history().events(), 0, 4);
  (*task->mutable_queries())["q-1"].set_query_type("total");
  WorkflowRun run(engine.options);
  const TaskAnswer answer = run.Handle(std::move(task));
  const auto& results = std::get<EngineHarness::Completed>(answer).query_results();
  EXPECT_EQ(results.at("q-1").answer().payloads(0).data(), "5");
}

TEST(Engine, QueryOfAClosedRun_SeesItsLastState) {
  EngineHarness engine;
  engine.Register<Notes>(kText);
  HistoryBuilder history("Text");
  history.Task();
  history.TimerStarted("1", 1h);
  history.Signaled("add", 5);
  history.Plain(api::enums::v1::EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED);
  WorkflowRun run(engine.options);
  const TaskAnswer answer = run.Handle(QueryTask(history, 7, "total"));
  EXPECT_EQ(
      std::get<api::workflowservice::v1::RespondQueryTaskCompletedRequest>(answer).query_result().payloads(0).data(),
      "5");
  EXPECT_TRUE(run.closed());
}

// --- The cache ---

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
  EXPECT_THAT(waiting[1].file, HasSubstr("engine_test.cc"));
  EXPECT_GT(waiting[1].line, 0);
}

}  // namespace
}  // namespace temporal::internal
