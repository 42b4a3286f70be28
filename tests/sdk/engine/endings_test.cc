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
              HasSubstr("failed: signal add: argument 1 of 1: expected an integer"));
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

Task<int> Identity(workflow::Context&, int n) { co_return n; }

TEST(TaskFailures, ArgumentsThatCannotBeDecoded_FailTheTask) {
  EngineHarness engine;
  engine.Register(kNumber, Identity);
  EXPECT_THAT(EngineHarness::Commands(engine.Answer(FirstTask("Number"))),
              HasSubstr("failed: expected 1 value, found 0"));
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
