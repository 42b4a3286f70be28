// Children: what the code gives and what it is told; every history is met in every way.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "temporal/workflow.h"
#include "tests/support/engine_harness.h"

namespace temporal::internal {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr WorkflowRef<int(int)> kChild{"Child"};
constexpr WorkflowRef<std::string()> kText{"Text"};
constexpr WorkflowRef<std::string(int)> kCancels{"Cancels"};
constexpr SignalRef<void(std::string)> kNote{"note"};
constexpr SignalRef<void()> kStop{"stop"};

// -- Start and end ------------------------------------------------------------------------------------

Task<std::string> OneChild(workflow::Context& ctx) {
  const auto outcome = co_await workflow::Try(ctx.ExecuteChildWorkflow(kChild, {.id = "c"}, 7));
  if (outcome.ok()) co_return std::to_string(outcome.value());
  const auto* failure = dynamic_cast<const ChildWorkflowFailure*>(outcome.failure());
  co_return failure->Describe() + " [" + failure->workflow_id() + " " + failure->run_id() + " " +
      std::string(ToString(failure->retry_state())) + "]";
}

// What the parent answers when its child has ended so.
template <class F>
std::string Answer(F end) {
  EngineHarness engine;
  engine.Register(kText, OneChild);
  HistoryBuilder history("Text");
  history.Task();
  const auto initiated = history.ChildInitiated("c", "Child");
  end(history, initiated);
  history.Task();
  history.Completed("");
  return engine.Run(history).back();
}

TEST(EngineChild, Command_HasWhatWasAsked) {
  EngineHarness engine;
  engine.Register(kText, [](workflow::Context& ctx) -> Task<std::string> {
    const std::array<MemoEntry, 1> memo{MemoEntry{"m", ToPayload(1)}};
    const ChildWorkflowOptions options{.id = "c",
                                       .task_queue = "other",
                                       .execution_timeout = 3h,
                                       .run_timeout = 2h,
                                       .task_timeout = 5s,
                                       .parent_close_policy = ParentClosePolicy::kAbandon,
                                       .id_reuse_policy = WorkflowIdReusePolicy::kRejectDuplicate,
                                       .retry_policy = {.maximum_attempts = 3},
                                       .memo = memo,
                                       .summary = "s"};
    co_return std::to_string(co_await ctx.ExecuteChildWorkflow(kChild, options, 7));
  });
  HistoryBuilder history("Text");
  history.OpenTask();
  const TaskAnswer answer = engine.Answer(history);
  EXPECT_EQ(
      EngineHarness::Commands(answer),
      R"(StartChildWorkflowExecution namespace=default workflow_id=c workflow_type=Child task_queue=other input=[7] workflow_execution_timeout=3h workflow_run_timeout=2h workflow_task_timeout=5s parent_close_policy=Abandon workflow_id_reuse_policy=RejectDuplicate retry_policy={maximum_attempts=3} memo={fields={m=1}})");
  EXPECT_EQ(std::get<EngineHarness::Completed>(answer).commands(0).user_metadata().summary().data(), "\"s\"");
}

TEST(EngineChild, WithoutAnId_TheSameUuidOnReplay) {
  EngineHarness engine;
  engine.Register(kText, [](workflow::Context& ctx) -> Task<std::string> {
    const auto child = co_await ctx.StartChildWorkflow(kChild, {}, 7);
    co_return child.id();
  });
  HistoryBuilder history("Text");
  history.OpenTask();
  const TaskAnswer answer = engine.Answer(history);
  const std::string id = std::get<EngineHarness::Completed>(answer)
                             .commands(0)
                             .start_child_workflow_execution_command_attributes()
                             .workflow_id();
  EXPECT_EQ(id.size(), 36u);

  HistoryBuilder whole("Text");
  whole.Task();
  whole.ChildStarted(whole.ChildInitiated(id, "Child"));
  whole.Task();
  whole.Completed(id);
  EXPECT_THAT(engine.Run(whole).back(), HasSubstr(id));
}

TEST(EngineChild, Completed_GivesItsResult) {
  EXPECT_EQ(Answer([](HistoryBuilder& history, HistoryBuilder::Id initiated) {
              history.ChildCompleted(initiated, history.ChildStarted(initiated), 42);
            }),
            "CompleteWorkflowExecution result=[\"42\"]");
}

TEST(EngineChild, Failures_HaveTheirCauses) {
  using Id = HistoryBuilder::Id;
  EXPECT_EQ(
      Answer([](HistoryBuilder& h, Id i) { h.ChildFailed(i, h.ChildStarted(i), "no money", "Broke"); }),
      R"(CompleteWorkflowExecution result=["ChildWorkflowFailure (Child): Child Workflow execution failed; caused by ApplicationFailure (Broke): no money [c child-run-2 RetryPolicyNotSet]"])");
  EXPECT_EQ(
      Answer([](HistoryBuilder& h, Id i) { h.ChildTimedOut(i, h.ChildStarted(i)); }),
      R"(CompleteWorkflowExecution result=["ChildWorkflowFailure (Child): Child Workflow execution timed out; caused by TimeoutFailure (StartToClose): Timed out [c child-run-2 Timeout]"])");
  EXPECT_EQ(
      Answer([](HistoryBuilder& h, Id i) { h.ChildCanceled(i, h.ChildStarted(i)); }),
      R"(CompleteWorkflowExecution result=["ChildWorkflowFailure (Child): Child Workflow execution cancelled; caused by CanceledFailure: Child Workflow execution cancelled [c child-run-2 Unspecified]"])");
  EXPECT_EQ(
      Answer([](HistoryBuilder& h, Id i) { h.ChildTerminated(i, h.ChildStarted(i)); }),
      R"(CompleteWorkflowExecution result=["ChildWorkflowFailure (Child): Child Workflow execution terminated; caused by TerminatedFailure: Child Workflow execution terminated [c child-run-2 Unspecified]"])");
  EXPECT_EQ(
      Answer([](HistoryBuilder& h, Id i) { h.ChildStartFailed(i); }),
      R"(CompleteWorkflowExecution result=["ChildWorkflowFailure (Child): Child Workflow execution could not be started; caused by ApplicationFailure (WorkflowAlreadyStartedError): Workflow execution already started [c  Unspecified]"])");
}

Task<std::string> StartsTwo(workflow::Context& ctx) {
  const auto first = ctx.StartChildWorkflow(kChild, {.id = "a"}, 1);
  const auto second = ctx.StartChildWorkflow(kChild, {.id = "b"}, 2);
  const auto [a, b] = co_await workflow::All{first, second};
  co_await a.Signal(kNote, std::string("hello"));
  const int sum = co_await a.Result() + co_await b.Result();
  co_return a.first_execution_run_id() + " " + b.first_execution_run_id() + " " + std::to_string(sum);
}

TEST(EngineChild, Handles_StartSignalAndResult) {
  EngineHarness engine;
  engine.Register(kText, StartsTwo);
  HistoryBuilder history("Text");
  history.Task();
  const auto a = history.ChildInitiated("a", "Child"), b = history.ChildInitiated("b", "Child");
  const auto a_started = history.ChildStarted(a, "run-a"), b_started = history.ChildStarted(b, "run-b");
  history.Task();
  const auto signal = history.SignalInitiated("a");
  history.ExternalSignaled(signal);
  history.Task();
  history.ChildCompleted(b, b_started, 20);
  history.ChildCompleted(a, a_started, 3);
  history.Task();
  history.Completed("");
  EXPECT_THAT(engine.Run(history),
              ElementsAre(HasSubstr("StartChildWorkflowExecution"),
                          "SignalExternalWorkflowExecution namespace=default execution={workflow_id=a} "
                          "signal_name=note input=[\"hello\"] child_workflow_only=true",
                          "", "CompleteWorkflowExecution result=[\"run-a run-b 23\"]"));
}

TEST(EngineChild, FailedStart_IsThrownByTheStart) {
  EngineHarness engine;
  engine.Register(kText, [](workflow::Context& ctx) -> Task<std::string> {
    const auto outcome = co_await workflow::Try(ctx.StartChildWorkflow(kChild, {.id = "c"}, 7));
    co_return outcome.failure()->CauseAs<ApplicationFailure>()->type();
  });
  HistoryBuilder history("Text");
  history.Task();
  history.ChildStartFailed(history.ChildInitiated("c", "Child"));
  history.Task();
  history.Completed("");
  EXPECT_EQ(engine.Run(history).back(), "CompleteWorkflowExecution result=[\"WorkflowAlreadyStartedError\"]");
}

// -- Cancellation -------------------------------------------------------------------------------------

// Starts a child, cancels it at the signal, and tells when the call has ended and how.
class CancelsChild {
 public:
  explicit CancelsChild(workflow::Context& ctx) : ctx_(ctx) {
    ctx.OnSignal(kStop, [this] { stop_ = true; });
  }
  Task<std::string> Run(int type) {
    workflow::CancellationScope scope(ctx_);
    const auto child = scope->ExecuteChildWorkflow(
        kChild, {.id = "c", .cancellation_type = static_cast<ChildWorkflowCancellationType>(type)}, 7);
    co_await ctx_.WaitCondition([this] { return stop_; });
    scope.Cancel("enough");
    const auto outcome = co_await workflow::Try(child);
    co_return outcome.ok() ? "completed" : outcome.failure()->Describe();
  }

 private:
  workflow::Context& ctx_;
  bool stop_ = false;
};

constexpr char kCancelCommand[] =
    "RequestCancelExternalWorkflowExecution namespace=default workflow_id=c child_workflow_only=true reason=enough";

// The child has started, and is cancelled in this way.
struct CancelStage {
  explicit CancelStage(ChildWorkflowCancellationType type) : history("Cancels", static_cast<int>(type)) {
    engine.Register<CancelsChild>(kCancels);
    history.Task();
    initiated = history.ChildInitiated("c", "Child");
    started = history.ChildStarted(initiated);
    history.Task();
    history.Signaled("stop");
    history.Task();
  }
  EngineHarness engine;
  HistoryBuilder history;
  HistoryBuilder::Id initiated = 0, started = 0;
};

TEST(EngineChild, CancelledAndWaitedFor_EndsAsTheChildDoes) {
  CancelStage stage(ChildWorkflowCancellationType::kWaitCancellationCompleted);
  stage.history.ExternalCancelRequested(stage.history.CancelInitiated("c"));
  stage.history.Task();
  stage.history.ChildCanceled(stage.initiated, stage.started);
  stage.history.Task();
  stage.history.Completed("");
  EXPECT_THAT(stage.engine.Run(stage.history),
              ElementsAre(HasSubstr("StartChild"), "", kCancelCommand, "",
                          "CompleteWorkflowExecution result=[\"ChildWorkflowFailure (Child): Child Workflow execution "
                          "cancelled; caused by CanceledFailure: Child Workflow execution cancelled\"]"));
}

TEST(EngineChild, CancelledAndWaitedFor_MayCompleteAllTheSame) {
  CancelStage stage(ChildWorkflowCancellationType::kWaitCancellationCompleted);
  stage.history.ExternalCancelRequested(stage.history.CancelInitiated("c"));
  stage.history.ChildCompleted(stage.initiated, stage.started, 1);
  stage.history.Task();
  stage.history.Completed("");
  EXPECT_EQ(stage.engine.Run(stage.history).back(), "CompleteWorkflowExecution result=[\"completed\"]");
}

TEST(EngineChild, CancelledUntilRequested_EndsWhenTheRequestHasArrived) {
  CancelStage stage(ChildWorkflowCancellationType::kWaitCancellationRequested);
  stage.history.ExternalCancelRequested(stage.history.CancelInitiated("c"));
  stage.history.Task();
  stage.history.Completed("");
  EXPECT_THAT(stage.engine.Run(stage.history),
              ElementsAre(HasSubstr("StartChild"), "", kCancelCommand, HasSubstr("caused by CanceledFailure")));
}

TEST(EngineChild, CancelledUntilRequested_ChildThatEndsBeforeDecides) {
  CancelStage stage(ChildWorkflowCancellationType::kWaitCancellationRequested);
  const auto cancel = stage.history.CancelInitiated("c");
  stage.history.ChildCompleted(stage.initiated, stage.started, 1);
  stage.history.ExternalCancelRequested(cancel);
  stage.history.Task();
  stage.history.Completed("");
  EXPECT_EQ(stage.engine.Run(stage.history).back(), "CompleteWorkflowExecution result=[\"completed\"]");
}

TEST(EngineChild, TryCancel_EndsAtOnceAndAsks) {
  CancelStage stage(ChildWorkflowCancellationType::kTryCancel);
  const auto cancel = stage.history.CancelInitiated("c");
  stage.history.Completed("");
  (void)cancel;
  EXPECT_THAT(stage.engine.Run(stage.history),
              ElementsAre(HasSubstr("StartChild"), "",
                          testing::StartsWith(std::string(kCancelCommand) + "; CompleteWorkflowExecution")));
}

TEST(EngineChild, Abandon_EndsAtOnceAndDoesNotAsk) {
  CancelStage stage(ChildWorkflowCancellationType::kAbandon);
  stage.history.Completed("");
  EXPECT_THAT(stage.engine.Run(stage.history),
              ElementsAre(HasSubstr("StartChild"), "", testing::StartsWith("CompleteWorkflowExecution")));
}

TEST(EngineChild, CancelledBeforeItWasSent_NeverWas) {
  EngineHarness engine;
  engine.Register(kText, [](workflow::Context& ctx) -> Task<std::string> {
    workflow::CancellationScope scope(ctx);
    const auto started = scope->StartChildWorkflow(kChild, {.id = "c"}, 7);
    scope.Cancel("too many");
    const auto late = scope->ExecuteChildWorkflow(kChild, {.id = "d"}, 7);
    const auto outcome = co_await workflow::Try(started);
    const auto late_outcome = co_await workflow::Try(late);
    co_return outcome.failure()->message() + "; " + late_outcome.failure()->message() + "; " +
        outcome.failure()->CauseAs<CanceledFailure>()->message();
  });
  HistoryBuilder history("Text");
  history.Task();
  history.Completed("");
  EXPECT_EQ(engine.Run(history).back(),
            "CompleteWorkflowExecution result=[\"Child Workflow Execution cancelled before scheduled: too many; Child "
            "Workflow Execution cancelled before scheduled: too many; Cancelled\"]");
}

TEST(EngineChild, SignalCancelledInItsOwnTask_WasNeverSent) {
  EngineHarness engine;
  engine.Register(kText, [](workflow::Context& ctx) -> Task<std::string> {
    workflow::CancellationScope scope(ctx);
    const auto first = co_await scope->StartChildWorkflow(kChild, {.id = "a"}, 1);
    const auto second = co_await ctx.StartChildWorkflow(kChild, {.id = "b"}, 2);
    const auto lost = first.Signal("note", 1);
    const auto kept = second.Signal("note", 2);
    second.Cancel();  // alone: its signals go on
    scope.Cancel();
    const auto outcome = co_await workflow::Try(lost);
    co_return outcome.failure()->message();
  });
  HistoryBuilder history("Text");
  history.Task();
  history.ChildStarted(history.ChildInitiated("a", "Child"));
  history.Task();
  history.ChildStarted(history.ChildInitiated("b", "Child"));
  history.Task();
  history.SignalInitiated("b");
  history.CancelInitiated("b");
  history.CancelInitiated("a");
  history.Completed("");
  EXPECT_THAT(engine.Run(history).back(),
              testing::AllOf(testing::StartsWith("SignalExternalWorkflowExecution namespace=default "
                                                 "execution={workflow_id=b}"),
                             testing::EndsWith("CompleteWorkflowExecution result=[\"Signal was cancelled before being "
                                               "sent\"]")));
}

TEST(EngineChild, HandlesCancel_IsForThatChildAlone) {
  EngineHarness engine;
  engine.Register(kText, [](workflow::Context& ctx) -> Task<std::string> {
    const auto first = co_await ctx.StartChildWorkflow(kChild, {.id = "a"}, 1);
    const auto second = co_await ctx.StartChildWorkflow(kChild, {.id = "b"}, 2);
    first.Cancel("enough");
    const auto outcome = co_await workflow::Try(first.Result());
    co_return (outcome.ok() ? "completed" : "cancelled") + std::to_string(co_await second.Result());
  });
  HistoryBuilder history("Text");
  history.Task();
  const auto a = history.ChildInitiated("a", "Child");
  const auto a_started = history.ChildStarted(a);
  history.Task();
  const auto b = history.ChildInitiated("b", "Child");
  const auto b_started = history.ChildStarted(b);
  history.Task();
  history.ExternalCancelRequested(history.CancelInitiated("a"));
  history.ChildCanceled(a, a_started);
  history.ChildCompleted(b, b_started, 2);
  history.Task();
  history.Completed("");
  EXPECT_EQ(engine.Run(history).back(), "CompleteWorkflowExecution result=[\"cancelled2\"]");
}

TEST(EngineChild, CancelledInTheTaskThatTellsItsStart_IsNotToldTwice) {
  for (const auto type : {ChildWorkflowCancellationType::kTryCancel, ChildWorkflowCancellationType::kAbandon}) {
    EngineHarness engine;
    engine.Register(kText, [type](workflow::Context& ctx) -> Task<std::string> {
      const ChildWorkflowOptions options{.id = "c", .cancellation_type = type};
      co_return std::to_string(co_await ctx.ExecuteChildWorkflow(kChild, options, 7));
    });
    HistoryBuilder history("Text");
    history.Task();
    const auto initiated = history.ChildInitiated("c", "Child");
    history.CancelRequested("why");
    history.ChildStarted(initiated);
    history.OpenTask();
    EXPECT_THAT(EngineHarness::Commands(engine.Answer(history)), HasSubstr("CancelWorkflowExecution"));
  }
}

TEST(EngineChild, CancelledRun_CancelsItsChildren) {
  EngineHarness engine;
  engine.Register(kText, [](workflow::Context& ctx) -> Task<std::string> {
    co_return std::to_string(co_await ctx.ExecuteChildWorkflow(kChild, {.id = "c"}, 7));
  });
  HistoryBuilder history("Text");
  history.Task();
  const auto initiated = history.ChildInitiated("c", "Child");
  const auto started = history.ChildStarted(initiated);
  history.Task();
  history.CancelRequested("why");
  history.Task();
  history.ExternalCancelRequested(history.CancelInitiated("c"));
  history.ChildCanceled(initiated, started);
  history.Task();
  history.Plain(api::enums::v1::EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED);
  EXPECT_THAT(engine.Run(history),
              ElementsAre(HasSubstr("StartChild"), "", HasSubstr("child_workflow_only=true reason=why"),
                          "CancelWorkflowExecution"));
}

TEST(EngineChild, AnotherId_IsNondeterminism) {
  EngineHarness engine;
  engine.Register(kText, OneChild);
  HistoryBuilder history("Text");
  history.Task();
  history.ChildStarted(history.ChildInitiated("d", "Child"));
  history.Task();
  EXPECT_THAT(engine.Mismatch(history), HasSubstr("child workflow Child (id c)"));
}

TEST(EngineChild, InfoOfAChild_NamesItsParent) {
  EngineHarness engine;
  engine.Register(kText, [](workflow::Context& ctx) -> Task<std::string> {
    co_return ctx.Info().parent->workflow_id + " " + ctx.Info().root->run_id;
  });
  HistoryBuilder history("Text");
  auto& started = *const_cast<api::history::v1::History&>(history.history())
                       .mutable_events(0)
                       ->mutable_workflow_execution_started_event_attributes();
  started.mutable_parent_workflow_execution()->set_workflow_id("p");
  started.mutable_root_workflow_execution()->set_run_id("r");
  history.Task();
  history.Completed("");
  EXPECT_EQ(engine.Run(history).back(), "CompleteWorkflowExecution result=[\"p r\"]");
}

}  // namespace
}  // namespace temporal::internal
