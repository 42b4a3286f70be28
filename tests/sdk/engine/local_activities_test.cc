// Local activities in the engine: replayed from the markers of three dialects, and asked of a worker that the test
// plays.
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "temporal/temporal.h"
#include "tests/support/engine_harness.h"

namespace temporal::internal {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Task<std::string> TwoLocalActivities(workflow::Context& ctx) {
  auto slow = ctx.ExecuteLocalActivity<std::string>("Echo", {.start_to_close_timeout = 1min}, "slow");
  auto fast = ctx.ExecuteLocalActivity<std::string>("Echo", {.start_to_close_timeout = 1min}, "fast");
  const auto first = co_await workflow::Any{slow, fast};
  const auto a = co_await slow;
  const auto b = co_await fast;
  co_await ctx.Sleep(1s);
  co_return a + b + (first == 0 ? ", slow first" : ", fast first");
}

TEST(RecordedLocalActivities, ResultsComeInTheOrderOfTheHistory_InEveryDialect) {
  EngineHarness engine;
  engine.Register(WorkflowRef<std::string()>("Workflow"), TwoLocalActivities);
  const auto go = [](const char* id) {
    return std::string("{\"ActivityID\":\"") + id +
           "\",\"ActivityType\":\"Echo\",\"ReplayTime\":\"2020-08-13T19:41:43.13325617Z\",\"Attempt\":1,\"Backoff\":0}";
  };
  const auto check = [&engine](const char* dialect, auto mark) {
    HistoryBuilder history("Workflow");
    history.Task();
    mark(history);
    const auto timer = history.TimerStarted("1", 1s);
    history.TimerFired(timer, "1");
    history.OpenTask();
    EXPECT_EQ(EngineHarness::Commands(engine.Answer(history)),
              "CompleteWorkflowExecution result=[\"slowfast, fast first\"]")
        << dialect;
  };
  check("core", [](HistoryBuilder& h) {
    h.LocalActivity(2, "Echo", "\"fast\"");
    h.LocalActivity(1, "Echo", "\"slow\"");
  });
  check("Go", [&](HistoryBuilder& h) {
    h.Marker("LocalActivity", {{"data", go("2")}, {"result", "\"fast\""}});
    h.Marker("LocalActivity", {{"data", go("1")}, {"result", "\"slow\""}});
  });
  check("Java", [](HistoryBuilder& h) {
    for (const char* argument : {"\"fast\"", "\"slow\""}) {
      h.Marker("LocalActivity", {{"activityId", "\"0a-1\""},
                                 {"type", "\"Echo\""},
                                 {"time", "1597347703133"},
                                 {"meta", "{\"firstSkd\":1,\"atpt\":1,\"backoff\":null}"},
                                 {"input", argument},
                                 {"result", argument}});
    }
  });
}

Task<std::string> LocalThenTimer(workflow::Context& ctx) {
  auto text = co_await ctx.ExecuteLocalActivity<std::string>("Echo", {.start_to_close_timeout = 1min}, "hi");
  co_await ctx.Sleep(1s);
  co_return text;
}

TEST(RecordedLocalActivities, ResultIsBoundByNumberAndType) {
  EngineHarness engine;
  engine.Register(WorkflowRef<std::string()>("Workflow"), LocalThenTimer);
  const auto history = [](int seq, const char* type) {
    HistoryBuilder built("Workflow");
    built.Task();
    built.LocalActivity(seq, type, "\"hi!\"");
    const auto timer = built.TimerStarted("1", 1s);
    built.TimerFired(timer, "1");
    built.OpenTask();
    return built;
  };
  EXPECT_EQ(EngineHarness::Commands(engine.Answer(history(1, "Echo"))), "CompleteWorkflowExecution result=[\"hi!\"]");
  EXPECT_THAT(EngineHarness::Commands(engine.Answer(history(1, "Other"))),
              HasSubstr("at event 5: the history has `5 MarkerRecorded"));
  EXPECT_THAT(EngineHarness::Commands(engine.Answer(history(2, "Echo"))), HasSubstr("gives no command for it"));
}

TEST(RecordedLocalActivities, NeverRecorded_AreFoundAtTheNextCommand) {
  EngineHarness engine;
  engine.Register(WorkflowRef<std::string()>("Workflow"), LocalThenTimer);
  HistoryBuilder history("Workflow");
  history.Task();
  history.Completed("");
  const ReplayReport report = Replay(engine.options, history.data());
  ASSERT_TRUE(report.mismatch.has_value());
  EXPECT_EQ(report.mismatch->event_id, 5);
}

TEST(RecordedLocalActivities, LongBackoff_IsATimerOfTheWorkflow) {
  EngineHarness engine;
  engine.Register(WorkflowRef<std::string()>("Workflow"), LocalThenTimer);
  HistoryBuilder history("Workflow");
  history.Task();
  history.Marker("core_local_activity",
                 {{"data", "{\"seq\":1,\"activity_type\":\"Echo\",\"backoff\":{\"seconds\":90,\"nanos\":0}}"}});
  const auto backoff = history.TimerStarted("1", 90s);
  history.TimerFired(backoff, "1");
  history.Task();
  history.LocalActivity(2, "Echo", "\"at last\"");
  const auto timer = history.TimerStarted("2", 1s);
  history.TimerFired(timer, "2");
  history.OpenTask();
  EXPECT_EQ(EngineHarness::Commands(engine.Answer(history)), "CompleteWorkflowExecution result=[\"at last\"]");
}

template <ActivityCancellationType kType>
Task<std::string> CancelsAfterOther(workflow::Context& ctx) {
  auto scope = workflow::CancellationScope(ctx);
  auto slow =
      scope->ExecuteLocalActivity<std::string>("Echo", {.start_to_close_timeout = 1min, .cancellation_type = kType});
  co_await ctx.ExecuteLocalActivity("Echo", {.start_to_close_timeout = 1min});
  scope.Cancel();
  const auto outcome = co_await workflow::Try(slow);
  const std::string text = outcome.ok() ? outcome.value() : outcome.failure()->message();
  co_await ctx.Sleep(1s);
  co_return text;
}

TEST(RecordedLocalActivities, CancelledByTheCode_TakeTheirMarkerThen) {
  using Type = ActivityCancellationType;
  const auto check = [](auto workflow, bool waits, const char* result) {
    EngineHarness engine;
    engine.Register(WorkflowRef<std::string()>("Workflow"), workflow);
    HistoryBuilder history("Workflow");
    history.Task();
    history.LocalActivity(2, "Echo", "null");
    if (waits)
      history.LocalActivity(1, "Echo", "\"obeyed\"");
    else
      history.LocalActivityCancelled(1);
    const auto timer = history.TimerStarted("1", 1s);
    history.TimerFired(timer, "1");
    history.Task();
    history.Completed("\"" + std::string(result) + "\"");
    EXPECT_EQ(engine.Mismatch(history), "");
  };
  check(CancelsAfterOther<Type::kTryCancel>, false, "Local Activity cancelled");
  check(CancelsAfterOther<Type::kAbandon>, false, "Local Activity cancelled");
  check(CancelsAfterOther<Type::kWaitCancellationCompleted>, true, "obeyed");
}

Task<std::string> MustTakeTwentySeconds(workflow::Context& ctx) {
  const TimePoint before = ctx.Now();
  auto text = co_await ctx.ExecuteLocalActivity<std::string>("Echo", {.start_to_close_timeout = 1min}, "hi");
  const auto seconds = std::chrono::round<std::chrono::seconds>(ctx.Now() - before).count();
  if (seconds != 20) throw ApplicationFailure("after " + std::to_string(seconds) + " s");
  co_return text;
}

// The code ran at the first of three tasks; the other two only kept it alive.
TEST(RecordedLocalActivities, TimeIsThatOfTheTaskThatBegan_ThenThatOfTheMarker) {
  EngineHarness engine;
  engine.Register(WorkflowRef<std::string()>("Workflow"), MustTakeTwentySeconds);
  HistoryBuilder history("Workflow");
  const auto begin = FromProto(history.history().events(0).event_time()).time_since_epoch();
  for (int task = 0; task < 3; ++task) {
    history.Task();
    history.Advance(8s);
  }
  const auto end = std::chrono::duration_cast<std::chrono::seconds>(begin).count() + 20;
  history.Marker("core_local_activity",
                 {{"data", "{\"seq\":1,\"activity_type\":\"Echo\",\"complete_time\":{\"seconds\":" +
                               std::to_string(end) + ",\"nanos\":0}}"},
                  {"result", "\"hi\""}});
  history.Completed("\"hi\"");
  const ReplayReport report = Replay(engine.options, history.data());
  EXPECT_FALSE(report.mismatch.has_value()) << report.mismatch->message;
}

// -- Live ---------------------------------------------------------------------------------------------

// A worker that the test plays.
class LiveLocalActivities : public ::testing::Test {
 protected:
  LiveLocalActivities() {
    engine_.options.refuse_local_activity = [](const std::string& type) {
      return type == "Echo" ? std::string() : "no activity is called " + type;
    };
  }

  // The numbers of the activities to run, those to cancel with a minus.
  std::vector<int> Requests() {
    std::vector<int> numbers;
    for (const LocalActivityRequest& request : engine_.run->TakeLocalActivityRequests()) {
      if (const auto* run = std::get_if<RunLocalActivity>(&request)) numbers.push_back(static_cast<int>(run->number));
      if (const auto* cancel = std::get_if<CancelLocalActivity>(&request)) {
        numbers.push_back(-static_cast<int>(cancel->number));
      }
    }
    return numbers;
  }

  static LocalActivityEnd Ended(std::uint32_t number, const std::string& result, Duration ran = 0s) {
    LocalActivityEnd end;
    end.number = number;
    end.attempt = 1;
    end.outcome = ToPayload(result);
    end.ran = ran;
    return end;
  }

  // The commands, markers by number, others by type.
  static std::string Brief(const TaskAnswer& answer) {
    if (!std::holds_alternative<EngineHarness::Completed>(answer)) return EngineHarness::Commands(answer);
    const auto& completed = std::get<EngineHarness::Completed>(answer);
    std::string text;
    for (const auto& command : completed.commands()) {
      const std::string shown = Show(command);
      const auto seq = shown.find("\"seq\":");
      text += (text.empty() ? "" : "; ") +
              (seq == std::string::npos ? shown.substr(0, shown.find(' ')) : "marker " + shown.substr(seq + 6, 1));
    }
    return text + (completed.force_create_new_workflow_task() ? " and on" : "");
  }

  template <class F>
  std::string FirstTask(F workflow) {
    engine_.Register(WorkflowRef<std::string()>("Workflow"), workflow);
    HistoryBuilder history("Workflow");
    history.OpenTask();
    return Brief(engine_.Answer(history));
  }

  std::string Continue(LocalActivityEnd end) {
    engine_.run->LocalActivityEnded(std::move(end));
    return Brief(engine_.run->Continue());
  }

  EngineHarness engine_;
};

TEST_F(LiveLocalActivities, AnswerWaitsForTheResult) {
  EXPECT_EQ(FirstTask(LocalThenTimer), "local activities under way");
  EXPECT_THAT(Requests(), ElementsAre(1));
  EXPECT_EQ(Continue(Ended(1, "hi")), "marker 1; StartTimer");
}

TEST_F(LiveLocalActivities, ResultsInTheOrderInWhichTheyCome) {
  EXPECT_EQ(FirstTask(TwoLocalActivities), "local activities under way");
  EXPECT_THAT(Requests(), ElementsAre(1, 2));
  EXPECT_EQ(Continue(Ended(2, "fast")), "local activities under way");
  EXPECT_EQ(Continue(Ended(2, "again")), "local activities under way") << "of this one nobody waits any more";
  EXPECT_EQ(Continue(Ended(1, "slow")), "marker 2; marker 1; StartTimer");
}

TEST_F(LiveLocalActivities, HeartbeatTakesWhatThereIs_AndTheNextTaskTheRest) {
  EXPECT_EQ(FirstTask(TwoLocalActivities), "local activities under way");
  EXPECT_EQ(Continue(Ended(2, "fast")), "local activities under way");
  EXPECT_EQ(Brief(engine_.run->Heartbeat()), "marker 2 and on");
  engine_.run->LocalActivityEnded(Ended(1, "slow"));  // while the server is asked
  HistoryBuilder history("Workflow");
  history.Task();
  history.LocalActivity(2, "Echo", "\"fast\"");
  history.OpenTask();
  const auto& events = history.history().events();
  EXPECT_EQ(Brief(engine_.run->Handle(EngineHarness::Task(events, 3, events.size()))), "marker 1; StartTimer");
}

TEST_F(LiveLocalActivities, QueryIsAnsweredAtOnce) {
  engine_.Register(WorkflowRef<std::string()>("Workflow"), LocalThenTimer);
  HistoryBuilder history("Workflow");
  history.OpenTask();
  auto task = EngineHarness::Task(history.history().events(), 0, 3);
  (*task->mutable_queries())["q"].set_query_type("__stack_trace");
  engine_.run = std::make_unique<WorkflowRun>(engine_.options);
  const TaskAnswer answer = engine_.run->Handle(std::move(task));
  EXPECT_EQ(Brief(answer), " and on");
  EXPECT_EQ(std::get<EngineHarness::Completed>(answer).query_results().size(), 1u);
}

TEST_F(LiveLocalActivities, LongBackoff_StartsATimerAndAsksAgain) {
  EXPECT_EQ(FirstTask(LocalThenTimer), "local activities under way");
  LocalActivityEnd failed;
  failed.number = 1;
  failed.attempt = 2;
  failed.backoff = 90s;
  api::failure::v1::Failure boom;
  boom.set_message("boom");
  failed.outcome = boom;
  EXPECT_EQ(Continue(std::move(failed)), "marker 1; StartTimer");
  EXPECT_THAT(Requests(), ElementsAre(1));
  HistoryBuilder history("Workflow");
  history.Task();
  history.Marker("core_local_activity", {{"data", "{\"seq\":1,\"backoff\":{\"seconds\":90,\"nanos\":0}}"}});
  const auto timer = history.TimerStarted("1", 90s);
  history.TimerFired(timer, "1");
  history.OpenTask();
  const auto& events = history.history().events();
  EXPECT_EQ(Brief(engine_.run->Handle(EngineHarness::Task(events, 3, events.size()))), "local activities under way");
  const auto requests = engine_.run->TakeLocalActivityRequests();
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(std::get<RunLocalActivity>(requests[0]).number, 2u);
  EXPECT_EQ(std::get<RunLocalActivity>(requests[0]).info.attempt, 3);
}

TEST_F(LiveLocalActivities, Cancelled_EndAtOnceUnlessTheyAreWaitedFor) {
  using Type = ActivityCancellationType;
  EXPECT_EQ(FirstTask(CancelsAfterOther<Type::kTryCancel>), "local activities under way");
  EXPECT_EQ(Continue(Ended(2, "")), "marker 2; marker 1; StartTimer");
  EXPECT_THAT(Requests(), ElementsAre(1, 2, -1));
}

TEST_F(LiveLocalActivities, CancelledAndWaitedFor_EndAsTheyEnd) {
  EXPECT_EQ(FirstTask(CancelsAfterOther<ActivityCancellationType::kWaitCancellationCompleted>),
            "local activities under way");
  EXPECT_EQ(Continue(Ended(2, "")), "local activities under way");
  EXPECT_THAT(Requests(), ElementsAre(1, 2, -1));
  EXPECT_EQ(Continue(Ended(1, "obeyed")), "marker 2; marker 1; StartTimer");
}

TEST_F(LiveLocalActivities, NotRecordedBeforeTheRunWasLost_AreAskedForAgain) {
  engine_.Register(WorkflowRef<std::string()>("Workflow"), LocalThenTimer);
  HistoryBuilder history("Workflow");
  history.Task();
  history.OpenTask();
  EXPECT_EQ(Brief(engine_.Answer(history)), "local activities under way");
  EXPECT_THAT(Requests(), ElementsAre(1));
}

TEST_F(LiveLocalActivities, RunBegunAnew_ForgetsThem) {
  EXPECT_EQ(FirstTask(LocalThenTimer), "local activities under way");
  EXPECT_THAT(Requests(), ElementsAre(1));
  HistoryBuilder history("Workflow");
  history.OpenTask();
  history.TaskTimedOut();
  history.OpenTask();
  const auto& events = history.history().events();
  EXPECT_EQ(Brief(engine_.run->Handle(EngineHarness::Task(events, 0, events.size()))), "local activities under way");
  const auto requests = engine_.run->TakeLocalActivityRequests();
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_TRUE(std::holds_alternative<ForgetLocalActivities>(requests[0]));
  EXPECT_EQ(std::get<RunLocalActivity>(requests[1]).number, 1u);
}

TEST_F(LiveLocalActivities, UnknownToTheWorker_FailTheTask) {
  engine_.options.refuse_local_activity = [](const std::string& type) { return "no activity is called " + type; };
  EXPECT_THAT(FirstTask(LocalThenTimer), HasSubstr("failed: no activity is called Echo; Echo was asked for at "));
}

TEST_F(LiveLocalActivities, WithoutAWorker_FailTheTask) {
  engine_.options.refuse_local_activity = nullptr;
  EXPECT_THAT(FirstTask(LocalThenTimer),
              HasSubstr("failed: this worker runs no local activities; Echo was asked for at "));
}

}  // namespace
}  // namespace temporal::internal
