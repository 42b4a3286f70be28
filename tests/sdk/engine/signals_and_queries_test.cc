// Signals, conditions and queries: in what order they run, and what they see.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "temporal/workflow.h"
#include "tests/support/engine_harness.h"

namespace temporal::internal {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr ActivityRef<int(int)> kCharge{"Charge"};
constexpr WorkflowRef<std::string()> kText{"Text"};
constexpr SignalRef<void(std::string)> kNote{"note"};
constexpr SignalRef<void(int)> kAdd{"add"};
constexpr QueryRef<int()> kTotal{"total"};
constexpr QueryRef<int()> kBad{"bad"};

constexpr ActivityOptions kTimeout{.start_to_close_timeout = 10s};

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

// --- Handlers that are replaced ---

// Each signal puts a new handler in the place of the one that handles it, and goes on in that one a second later.
// Writes down how many hold on to the token: the workflow itself, and each handler that lives.
class Replaces {
 public:
  explicit Replaces(workflow::Context& ctx) : ctx_(ctx) { Register(); }
  Task<std::string> Run() {
    for (int i = 0; i < 100; ++i) ctx_.OnUpdate(UpdateRef<void()>("poke"), [token = token_] {});
    co_await ctx_.WaitCondition([this] { return handled_ == 2 && ctx_.AllHandlersFinished(); });
    co_return text_ + std::to_string(token_.use_count());
  }

 private:
  void Register() {
    auto handle = [this, token = token_](int) -> Task<void> {
      Register();
      text_ += std::to_string(token.use_count()) + " ";
      co_await ctx_.Sleep(1s);
      handled_ += token.use_count() > 0 ? 1 : 0;
    };
    ctx_.OnSignal(SignalRef<void(int)>("again"), std::move(handle));
  }

  workflow::Context& ctx_;
  std::shared_ptr<int> token_ = std::make_shared<int>();
  std::string text_;
  int handled_ = 0;
};

TEST(Engine, HandlersThatWereReplaced_LiveOnlyWhileTheyRun) {
  EngineHarness engine;
  engine.Register<Replaces>(kText);
  HistoryBuilder history("Text");
  history.Signaled("again", 1);
  history.Signaled("again", 2);
  history.Task();
  const auto first = history.TimerStarted("1", 1s), second = history.TimerStarted("2", 1s);
  history.TimerFired(first, "1");
  history.TimerFired(second, "2");
  history.Task();
  history.Completed("");
  EXPECT_EQ(engine.Run(history).back(), "CompleteWorkflowExecution result=[\"3 3 3\"]");
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
            "Query handler for 'missing' expected but not found, known queries: "
            "[__enhanced_stack_trace, __stack_trace, __temporal_workflow_metadata, bad, total]");
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

}  // namespace
}  // namespace temporal::internal
