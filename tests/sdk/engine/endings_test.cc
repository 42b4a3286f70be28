// How runs end, and how tasks fail.
#include <stdexcept>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "temporal/workflow.h"
#include "tests/support/engine_harness.h"

namespace temporal::internal {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr WorkflowRef<int(int)> kNumber{"Number"};
constexpr WorkflowRef<std::string()> kText{"Text"};
constexpr WorkflowRef<int(int)> kNext{"Next"};
constexpr SignalRef<void(int)> kAdd{"add"};

HistoryBuilder FirstTask(const char* type) {
  HistoryBuilder history(type);
  history.OpenTask();
  return history;
}

Task<std::string> Fails(workflow::Context&) {
  throw ApplicationFailure("no stock", {.type = "OutOfStock", .non_retryable = true});
  co_return "";
}

TEST(Endings, AFailure_FailsTheRun) {
  EngineHarness engine;
  engine.Register(kText, Fails);
  EXPECT_EQ(EngineHarness::Commands(engine.Answer(FirstTask("Text"))),
            "FailWorkflowExecution failure={message=\"no stock\" source=CppSDK "
            "application_failure_info={type=OutOfStock non_retryable=true}}");
  EXPECT_TRUE(engine.run->closed());
  EXPECT_TRUE(engine.run->Waiting().empty());
}

class FailingConstructor {
 public:
  explicit FailingConstructor(workflow::Context&) { throw ApplicationFailure("never", {}); }
  Task<std::string> Run() { co_return ""; }
};

TEST(Endings, AFailureOfTheConstructor_FailsTheRun) {
  EngineHarness engine;
  engine.Register<FailingConstructor>(kText);
  EXPECT_THAT(EngineHarness::Commands(engine.Answer(FirstTask("Text"))), HasSubstr("FailWorkflowExecution"));
}

Task<std::string> FailsInASignal(workflow::Context& ctx) {
  ctx.OnSignal(kAdd, [](int) { throw ApplicationFailure("bad signal", {}); });
  co_await ctx.Sleep(1h);
  co_return "";
}

TEST(Endings, AFailureOfASignalHandler_FailsTheRun) {
  EngineHarness engine;
  engine.Register(kText, FailsInASignal);
  HistoryBuilder history("Text");
  history.Signaled("add", 1);
  history.OpenTask();
  EXPECT_THAT(EngineHarness::Commands(engine.Answer(history)),
              AllOf(HasSubstr("StartTimer"), HasSubstr("; FailWorkflowExecution failure={message=\"bad signal\"")));
}

TEST(Endings, ASignalThatCannotBeDecoded_FailsTheTask) {
  EngineHarness engine;
  engine.Register(kText, FailsInASignal);
  HistoryBuilder history("Text");
  history.Signaled("add", std::string("one"));
  history.OpenTask();
  EXPECT_THAT(EngineHarness::Commands(engine.Answer(history)),
              HasSubstr("failed: event 2 WorkflowExecutionSignaled: argument 1 of 1: expected an integer"));
}

Task<int> Identity(workflow::Context&, int n) { co_return n; }

class ConstructedFromNumber {
 public:
  ConstructedFromNumber(workflow::Context&, int) {}
  Task<int> Run(int n) { co_return n; }
};

TEST(Endings, AnInputThatCannotBeDecoded_FailsTheTaskAndNamesTheEvent) {
  HistoryBuilder history("Number", std::string("one"));
  history.OpenTask();
  EngineHarness run, constructor;
  run.Register(kNumber, Identity);
  constructor.Register<ConstructedFromNumber>(kNumber);
  for (EngineHarness* engine : {&run, &constructor}) {
    EXPECT_THAT(EngineHarness::Commands(engine->Answer(history)),
                HasSubstr("failed: event 1 WorkflowExecutionStarted: argument 1 of 1: expected an integer"));
  }
}

// The signal comes before there is a handler.
Task<std::string> ListensLater(workflow::Context& ctx) {
  co_await ctx.Sleep(1s);
  ctx.OnSignal(kAdd, [](int) {});
  co_await ctx.Sleep(1h);
  co_return "";
}

TEST(Endings, ABufferedSignalThatCannotBeDecoded_NamesItsEvent) {
  EngineHarness engine;
  engine.Register(kText, ListensLater);
  HistoryBuilder history("Text");
  history.Task();
  const auto timer = history.TimerStarted("1", 1s);
  history.Signaled("add", std::string("one"));
  history.Task();
  history.TimerFired(timer, "1");
  history.OpenTask();
  EXPECT_THAT(EngineHarness::Commands(engine.Answer(history)),
              HasSubstr("failed: event 6 WorkflowExecutionSignaled: argument 1 of 1: expected an integer"));
}

constexpr ActivityRef<int(std::string)> kCount{"Count"};
constexpr WorkflowRef<int()> kChild{"Child"};

Task<int> CountsByActivity(workflow::Context& ctx, int) {
  co_return co_await ctx.ExecuteActivity(kCount, {.start_to_close_timeout = 1s}, "a");
}
Task<int> CountsByLocalActivity(workflow::Context& ctx, int) {
  co_return co_await ctx.ExecuteLocalActivity(kCount, {.start_to_close_timeout = 1s}, "a");
}
Task<int> CountsByChild(workflow::Context& ctx, int) {
  co_return co_await ctx.ExecuteChildWorkflow(kChild, {.id = "c"});
}

TEST(Endings, AResultThatCannotBeDecoded_FailsTheTaskAndNamesTheEvent) {
  HistoryBuilder activity("Number", 1);
  activity.Task();
  activity.ActivityCompleted(activity.ActivityScheduled("1", "Count"), std::string("many"));
  activity.OpenTask();
  EngineHarness of_activity;
  of_activity.Register(kNumber, CountsByActivity);
  EXPECT_THAT(EngineHarness::Commands(of_activity.Answer(activity)),
              HasSubstr("failed: event 7 ActivityTaskCompleted: the result: expected an integer"));

  HistoryBuilder child("Number", 1);
  child.Task();
  const auto initiated = child.ChildInitiated("c", "Child");
  child.ChildCompleted(initiated, child.ChildStarted(initiated), std::string("many"));
  child.OpenTask();
  EngineHarness of_child;
  of_child.Register(kNumber, CountsByChild);
  EXPECT_THAT(EngineHarness::Commands(of_child.Answer(child)),
              HasSubstr("failed: event 7 ChildWorkflowExecutionCompleted: the result: expected an integer"));

  HistoryBuilder local("Number", 1);
  local.Task();
  local.LocalActivity(1, "Count", "\"many\"");
  local.OpenTask();
  EngineHarness of_local;
  of_local.Register(kNumber, CountsByLocalActivity);
  EXPECT_THAT(EngineHarness::Commands(of_local.Answer(local)),
              HasSubstr("failed: event 5 MarkerRecorded: the result: expected an integer"));
}

Task<int> Again(workflow::Context& ctx, int n) {
  const workflow::Info& info = ctx.Info();
  const std::pair<std::string_view, Payload> memo[] = {{"round", ToPayload(n)}};
  if (n == 1)
    ctx.ContinueAsNew(kNext, {.run_timeout = 5s, .retry_policy = {.maximum_attempts = 2}, .memo = memo}, n + 1);
  ctx.ContinueAsNew(kNext, {}, n + static_cast<int>(info.memo.size()));
  co_return 0;
}

TEST(Endings, ContinueAsNew_SendsWhatTheServerDoesNotInherit) {
  EngineHarness engine;
  engine.Register(kNumber, Again);
  HistoryBuilder own("Number", 1);
  own.OpenTask();
  EXPECT_EQ(EngineHarness::Commands(engine.Answer(own)),
            "ContinueAsNewWorkflowExecution workflow_type=Next task_queue=queue input=[2] "
            "workflow_run_timeout=5s retry_policy={maximum_attempts=2} memo={fields={round=1}}");
  HistoryBuilder kept("Number", 5);
  auto& started = *const_cast<HistoryBuilder::Event&>(kept.history().events(0))
                       .mutable_workflow_execution_started_event_attributes();
  started.mutable_retry_policy()->set_maximum_attempts(9);
  (*started.mutable_memo()->mutable_fields())["a"] = ToProto(ToPayload(1));
  kept.OpenTask();
  EXPECT_EQ(EngineHarness::Commands(engine.Answer(kept)),
            "ContinueAsNewWorkflowExecution workflow_type=Next task_queue=queue input=[6] "
            "retry_policy={maximum_attempts=9} memo={fields={a=1}}");
}

// --- Task failures ---

Task<std::string> Breaks(workflow::Context&) {
  throw std::runtime_error("a bug");
  co_return "";
}

TEST(TaskFailures, AnotherException_FailsTheTask) {
  EngineHarness engine;
  engine.Register(kText, Breaks);
  const TaskAnswer answer = engine.Answer(FirstTask("Text"));
  const auto& failed = std::get<EngineHarness::Failed>(answer);
  EXPECT_EQ(failed.cause(), api::enums::v1::WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE);
  EXPECT_EQ(failed.failure().message(), "a bug");
  EXPECT_EQ(failed.failure().application_failure_info().type(), "std::runtime_error");
}

TEST(TaskFailures, UnknownType_NamesTheKnownOnes) {
  EngineHarness engine;
  engine.Register(kText, Breaks);
  EXPECT_EQ(EngineHarness::Commands(engine.Answer(FirstTask("Missing"))),
            "failed: workflow type Missing is not registered with this worker, which knows: Text");
}

TEST(TaskFailures, ArgumentsThatCannotBeDecoded_FailTheTask) {
  EngineHarness engine;
  engine.Register(kNumber, Identity);
  EXPECT_THAT(EngineHarness::Commands(engine.Answer(FirstTask("Number"))),
              HasSubstr("failed: event 1 WorkflowExecutionStarted: expected 1 value, found 0"));
}

Task<std::string> CommandsInACondition(workflow::Context& ctx) {
  bool first = true;
  auto predicate = [&] {
    if (!first) (void)ctx.Sleep(1s);
    first = false;
    return false;
  };
  co_await ctx.WaitCondition(predicate);
  co_return "";
}

TEST(TaskFailures, ACommandInACondition_FailsTheTask) {
  EngineHarness engine;
  engine.Register(kText, CommandsInACondition);
  EXPECT_EQ(EngineHarness::Commands(engine.Answer(FirstTask("Text"))),
            "failed: Sleep was called on the workflow's context in a condition: it may only read");
}

TEST(TaskFailures, HistoriesOutOfOrder_AreMalformed) {
  EngineHarness engine;
  engine.Register(kText, Breaks);
  HistoryBuilder history("Text");
  history.Plain(static_cast<api::enums::v1::EventType>(999));
  history.OpenTask();
  EXPECT_THAT(EngineHarness::Commands(engine.Answer(history)), HasSubstr("does not know events of type 999"));
  HistoryBuilder gap("Text");
  gap.OpenTask();
  const_cast<HistoryBuilder::Event&>(gap.history().events(1)).set_event_id(5);
  EXPECT_THAT(EngineHarness::Commands(engine.Answer(gap)), HasSubstr("the event before it has id 1"));
}

}  // namespace
}  // namespace temporal::internal
