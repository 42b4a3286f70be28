// How runs end, how tasks fail, and how a changed workflow is told from its history.
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
using ::testing::Not;

constexpr ActivityRef<int(int)> kCharge{"Charge"};
constexpr WorkflowRef<int(int)> kNumber{"Number"};
constexpr WorkflowRef<std::string()> kText{"Text"};
constexpr WorkflowRef<int(int)> kNext{"Next"};
constexpr SignalRef<void(int)> kAdd{"add"};

constexpr ActivityOptions kTimeout{.start_to_close_timeout = 10s};

HistoryBuilder FirstTask(const char* type) {
  HistoryBuilder history(type);
  history.OpenTask();
  return history;
}

// --- Cancellation ---

template <ActivityCancellationType type>
Task<std::string> ChargeOrCleanUp(workflow::Context& ctx) {
  Outcome<int> outcome = co_await workflow::Try(
      ctx.ExecuteActivity(kCharge, {.start_to_close_timeout = 10s, .cancellation_type = type}, 1));
  if (outcome.ok()) co_return "charged";
  auto detached = workflow::CancellationScope::Detached(ctx);
  co_await detached->Sleep(1s);
  throw outcome.failure()->CauseAs<CanceledFailure>() != nullptr ? CanceledFailure(outcome.failure()->message())
                                                                 : CanceledFailure("no");
}

HistoryBuilder CancelledWhileCharging(HistoryBuilder::Id& scheduled) {
  HistoryBuilder history("Text");
  history.Task();
  scheduled = history.ActivityScheduled("1", "Charge");
  history.CancelRequested("stop");
  history.Task();
  return history;
}

TEST(Cancellation, TryCancel_AsksAndThrowsAtOnce_ThenTheRunIsCancelled) {
  EngineHarness engine;
  engine.Register(kText, ChargeOrCleanUp<ActivityCancellationType::kTryCancel>);
  HistoryBuilder::Id scheduled = 0;
  HistoryBuilder history = CancelledWhileCharging(scheduled);
  history.ActivityCancelRequested(scheduled);
  const auto timer = history.TimerStarted("1", 1s);
  history.ActivityCanceled(scheduled);
  history.Task();
  history.TimerFired(timer, "1");
  history.Task();
  history.Plain(api::enums::v1::EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED);
  EXPECT_THAT(
      engine.Run(history),
      ElementsAre(HasSubstr("ScheduleActivityTask"),
                  "RequestCancelActivityTask scheduled_event_id=5; StartTimer timer_id=1 start_to_fire_timeout=1s", "",
                  "CancelWorkflowExecution"));
}

TEST(Cancellation, WaitCompleted_TakesWhateverClosesTheActivity) {
  EngineHarness engine;
  engine.Register(kText, ChargeOrCleanUp<ActivityCancellationType::kWaitCancellationCompleted>);
  HistoryBuilder::Id scheduled = 0;
  HistoryBuilder history = CancelledWhileCharging(scheduled);
  history.ActivityCancelRequested(scheduled);
  history.ActivityCompleted(scheduled, 1);
  history.Task();
  history.Completed("charged");
  EXPECT_THAT(engine.Run(history),
              ElementsAre(HasSubstr("ScheduleActivityTask"), "RequestCancelActivityTask scheduled_event_id=5",
                          "CompleteWorkflowExecution result=[\"charged\"]"));
}

TEST(Cancellation, Abandon_AsksNobody) {
  EngineHarness engine;
  engine.Register(kText, ChargeOrCleanUp<ActivityCancellationType::kAbandon>);
  HistoryBuilder::Id scheduled = 0;
  HistoryBuilder history = CancelledWhileCharging(scheduled);
  const auto timer = history.TimerStarted("1", 1s);
  history.ActivityCompleted(scheduled, 1);
  history.TimerFired(timer, "1");
  history.Task();
  history.Plain(api::enums::v1::EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED);
  EXPECT_THAT(engine.Run(history),
              ElementsAre(HasSubstr("ScheduleActivityTask"), "StartTimer timer_id=1 start_to_fire_timeout=1s",
                          "CancelWorkflowExecution"));
}

Task<std::string> UntilCancelled(workflow::Context& ctx) {
  co_await ctx.WaitCancelled();
  auto late = co_await workflow::Try(ctx.ExecuteActivity(kCharge, kTimeout, 1));
  co_return ctx.IsCancelled() ? late.failure()->Describe() : "not cancelled";
}

TEST(Cancellation, BeforeTheFirstTask_IsSeenAtTheFirstAwait_AndCallsInACancelledScopeFailAtOnce) {
  EngineHarness engine;
  engine.Register(kText, UntilCancelled);
  HistoryBuilder history("Text");
  history.CancelRequested();
  history.Task();
  history.Completed("");
  EXPECT_THAT(engine.Run(history), ElementsAre(AllOf(HasSubstr("CompleteWorkflowExecution"),
                                                     HasSubstr("caused by CanceledFailure: Activity cancelled"))));
}

Task<std::string> Scoped(workflow::Context& ctx) {
  workflow::CancellationScope scope(ctx);
  auto sleep = scope->Sleep(1h);
  auto other = ctx.Sleep(2h);
  co_await ctx.Sleep(1s);
  scope.Cancel("enough");
  auto outcome = co_await workflow::Try(sleep);
  co_return outcome.ok() ? "slept" : std::string(outcome.failure()->what()) + (other.ready() ? " both" : " alone");
}

TEST(Cancellation, OfAScope_StopsOnlyWhatIsInIt) {
  EngineHarness engine;
  engine.Register(kText, Scoped);
  HistoryBuilder history("Text");
  history.Task();
  const auto scoped = history.TimerStarted("1", 1h);
  history.TimerStarted("2", 2h);
  history.TimerFired(history.TimerStarted("3", 1s), "3");
  history.Task();
  history.TimerCanceled(scoped, "1");
  history.Completed("");
  EXPECT_THAT(engine.Run(history).back(),
              "CancelTimer timer_id=1; CompleteWorkflowExecution result=[\"Timer cancelled alone\"]");
}

Task<std::string> CancelsAtOnce(workflow::Context& ctx) {
  workflow::CancellationScope scope(ctx);
  auto charge = scope->ExecuteActivity(kCharge, kTimeout, 1);
  auto sleep = scope->Sleep(1h);
  scope.Cancel();
  const bool both = !(co_await workflow::Try(charge)).ok() && !(co_await workflow::Try(sleep)).ok();
  co_return both ? "both" : "no";
}

TEST(Cancellation, BeforeTheCommandsAreSent_LeavesNoTrace) {
  EngineHarness engine;
  engine.Register(kText, CancelsAtOnce);
  HistoryBuilder history("Text");
  history.Task();
  history.Completed("");
  EXPECT_THAT(engine.Run(history), ElementsAre("CompleteWorkflowExecution result=[\"both\"]"));
}

Task<std::string> ThrowsCancelled(workflow::Context&) {
  throw CanceledFailure("for no reason");
  co_return "";
}

TEST(Cancellation, ThatNobodyRequested_FailsTheRun) {
  EngineHarness engine;
  engine.Register(kText, ThrowsCancelled);
  EXPECT_THAT(EngineHarness::Commands(engine.Answer(FirstTask("Text"))), HasSubstr("FailWorkflowExecution"));
}

// --- Ends ---

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
  EXPECT_THAT(EngineHarness::Commands(engine.Answer(history)), HasSubstr("failed: expected an integer"));
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

// --- Nondeterminism ---

Task<std::string> ChargeThenSleep(workflow::Context& ctx) {
  co_await ctx.ExecuteActivity(kCharge, kTimeout, 1);
  co_await ctx.Sleep(1s);
  co_return "";
}

TEST(Nondeterminism, AnotherCommand_NamesEventBothSidesAndLines) {
  EngineHarness engine;
  engine.Register(kText, ChargeThenSleep);
  HistoryBuilder history("Text");
  history.Task();
  history.TimerFired(history.TimerStarted("1", 1s), "1");
  history.Task();
  history.Completed("");
  EXPECT_THAT(engine.Mismatch(history),
              AllOf(HasSubstr("event 5: the history has `5 TimerStarted timer_id=1 start_to_fire_timeout=1s`"),
                    HasSubstr("gives the command activity Charge (id 1) {activity_id=1 activity_type=Charge "),
                    HasSubstr("endings_test.cc:"), HasSubstr("Usual causes"), HasSubstr("The code waits in: Run (")));
  const TaskAnswer answer = engine.Answer([] {
    HistoryBuilder open("Text");
    open.Task();
    open.TimerFired(open.TimerStarted("1", 1s), "1");
    open.OpenTask();
    return open;
  }());
  EXPECT_EQ(std::get<EngineHarness::Failed>(answer).cause(),
            api::enums::v1::WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR);
}

TEST(Nondeterminism, CommandsThatAreGoneOrNew_AreFound) {
  EngineHarness engine;
  engine.Register(kText, ChargeThenSleep);
  HistoryBuilder gone("Text");
  gone.Task();
  gone.ActivityScheduled("1", "Charge");
  gone.TimerFired(gone.TimerStarted("1", 1s), "1");
  gone.Task();
  gone.Completed("");
  EXPECT_THAT(engine.Mismatch(gone),
              HasSubstr("TimerStarted timer_id=1 start_to_fire_timeout=1s`, but the workflow's code "
                        "gives no command for it"));
  HistoryBuilder added("Text");
  added.Task();
  added.Signaled("add", 1);
  added.Task();
  added.Completed("");
  EXPECT_THAT(engine.Mismatch(added), HasSubstr("gives the command activity Charge (id 1)"));
}

TEST(Nondeterminism, AnotherEnd_IsFound) {
  EngineHarness engine;
  engine.Register(kText, Fails);
  HistoryBuilder history("Text");
  history.Task();
  history.Completed("");
  EXPECT_THAT(engine.Mismatch(history), HasSubstr("gives the command failure of the workflow"));
}

TEST(Nondeterminism, IdsOfOtherSdks_AreAdopted_UnlessTheFlagSaysTheyCount) {
  for (const bool flags : {true, false}) {
    EngineHarness engine;
    engine.Register(kText, ChargeThenSleep);
    HistoryBuilder history("Text");
    history.write_flags = flags;
    history.Task();
    history.ActivityCompleted(history.ActivityScheduled("5", "Charge"), 1);
    history.Task();
    history.TimerFired(history.TimerStarted("11", 1s), "11");
    history.Task();
    history.Completed("");
    EXPECT_EQ(engine.Mismatch(history).empty(), !flags);
  }
}

TEST(Replay, TellsHowTheHistoryEnds) {
  EngineHarness engine;
  engine.Register(kNumber, Identity);
  HistoryBuilder history("Number", 4);
  history.Task();
  EXPECT_EQ(Replay(engine.options, history.data()).state, ReplayReport::State::kRunning);
  history.Completed(4);
  const ReplayReport report = Replay(engine.options, history.data());
  EXPECT_EQ(report.state, ReplayReport::State::kCompleted);
  EXPECT_EQ(report.result, Payloads{ToPayload(4)});
  EXPECT_EQ(report.events, 5);
}

TEST(Replay, OfARunThatWasTerminatedBeforeItsCodeAnswered_IsClean) {
  EngineHarness engine;
  engine.Register(kText, Breaks);
  HistoryBuilder history("Text");
  history.OpenTask();
  history.TaskFailed();
  history.Plain(api::enums::v1::EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED);
  EXPECT_EQ(engine.Mismatch(history), "");
  EXPECT_EQ(Replay(engine.options, history.data()).state, ReplayReport::State::kClosedByServer);
}

// --- Determinism ---

Task<std::string> Draws(workflow::Context& ctx) {
  auto random = ctx.Random();
  const std::string first = ctx.Uuid4();
  co_await ctx.Sleep(1s);
  const std::string die = std::to_string(random.Uniform(1, 6));
  co_return first + " " + die + " " + std::to_string(random());
}

TEST(Determinism, RandomNumbers_ComeFromTheRunAndAreTheSameEverywhere) {
  EngineHarness engine;
  engine.Register(kText, Draws);
  HistoryBuilder history("Text");
  history.Task();
  history.TimerFired(history.TimerStarted("1", 1s), "1");
  history.Task();
  history.Completed("");
  EXPECT_THAT(engine.Run(history).back(), HasSubstr("e15b85b9-3a8a-40bb-987f-b6c0f40480bb 1 3195391619516753259"));
}

class ArmedGuard {
 public:
  ArmedGuard(workflow::Context& ctx, std::string& said) : ctx_(ctx), said_(said) {}
  ~ArmedGuard() {
    try {
      (void)ctx_.Sleep(1s);
    } catch (const std::logic_error& error) {
      said_ = error.what();
    }
  }

 private:
  workflow::Context& ctx_;
  std::string& said_;
};

std::string g_said;

Task<std::string> HoldsAGuard(workflow::Context& ctx) {
  ArmedGuard guard(ctx, g_said);
  co_await ctx.Sleep(1h);
  co_return "";
}

TEST(Determinism, ADestructorThatCommandsDuringEviction_GetsAClearError) {
  EngineHarness engine;
  engine.Register(kText, HoldsAGuard);
  engine.Answer(FirstTask("Text"));
  engine.run.reset();
  EXPECT_THAT(g_said, AllOf(HasSubstr("Sleep was called"), HasSubstr("dropped from the cache")));
}

TEST(Metadata, FlagsAndSdk_AreWrittenOnce) {
  EngineHarness engine;
  engine.Register(kText, HoldsAGuard);
  const TaskAnswer first = engine.Answer(FirstTask("Text"));
  EXPECT_EQ(PrintMessage(std::get<EngineHarness::Completed>(first).sdk_metadata()),
            "{core_used_flags=[1, 2, 3] sdk_name=temporal-cpp sdk_version=0.1.0}");
  HistoryBuilder history("Text");
  history.Task();
  history.TimerStarted("1", 1h);
  history.OpenTask();
  const TaskAnswer second = engine.Answer(history);
  EXPECT_EQ(PrintMessage(std::get<EngineHarness::Completed>(second).sdk_metadata()), "{}");
}

// --- Spawned tasks ---

Task<void> Throws(int what) {
  if (what == 0) throw std::logic_error("a bug");
  if (what == 1) throw ApplicationFailure("a failure");
  throw CanceledFailure("cancelled");
  co_return;
}

// Drops the future of what it spawns, keeps it, or awaits it.
Task<int> Spawns(workflow::Context& ctx, int what) {
  if (what < 10) {
    (void)ctx.Spawn(Throws(what));
    co_await ctx.Sleep(1s);
    co_return 0;
  }
  auto kept = ctx.Spawn(Throws(what - 10));
  co_await ctx.Sleep(1s);
  auto outcome = co_await workflow::Try(kept);
  co_return outcome.ok() ? 1 : 2;
}

std::string AnswerOfSpawns(int what) {
  EngineHarness engine;
  engine.Register(kNumber, Spawns);
  HistoryBuilder history("Number", what);
  history.OpenTask();
  return EngineHarness::Commands(engine.Answer(history));
}

TEST(Spawned, FailureThatNobodyCanAskFor_FailsTheTask) {
  EXPECT_EQ(AnswerOfSpawns(0), "failed: a bug");
  EXPECT_EQ(AnswerOfSpawns(1), "failed: a failure");
}

TEST(Spawned, CancelledOrAwaitedLater_IsNoLoss) {
  const std::string sleeps = "StartTimer timer_id=1 start_to_fire_timeout=1s";
  EXPECT_EQ(AnswerOfSpawns(2), sleeps);
  EXPECT_EQ(AnswerOfSpawns(11), sleeps);
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

// --- Timers of waits, in histories of SDKs that left them running ---

Task<std::string> WaitsForSignal(workflow::Context& ctx) {
  bool come = false;
  ctx.OnSignal(kAdd, [&come](int) { come = true; });
  const bool holds = co_await ctx.WaitCondition([&come] { return come; }, 1h);
  co_return holds ? "come" : "timed out";
}

TEST(WaitTimers, LeftRunningByOlderGoAndJava_AreReplayedSo) {
  EngineHarness engine;
  engine.Register(kText, WaitsForSignal);
  const auto mismatch = [&engine](const char* sdk, int flag, const char* id, bool cancelled) {
    HistoryBuilder history("Text");
    history.write_flags = false;
    history.TaskScheduled();
    history.TaskStarted();
    auto& completed = history.Add(api::enums::v1::EVENT_TYPE_WORKFLOW_TASK_COMPLETED);
    auto& metadata = *completed.mutable_workflow_task_completed_event_attributes()->mutable_sdk_metadata();
    metadata.set_sdk_name(sdk);
    if (flag != 0) metadata.add_lang_used_flags(static_cast<std::uint32_t>(flag));
    const auto timer = history.TimerStarted(id, 1h);
    history.Signaled("add", 1);
    history.Task();
    if (cancelled) history.TimerCanceled(timer, id);
    history.Completed("come");
    const ReplayReport report = Replay(engine.options, history.data());
    return report.mismatch ? report.mismatch->message : "";
  };
  EXPECT_EQ(mismatch("temporal-go", 0, "5", false), "");
  EXPECT_EQ(mismatch("temporal-go", 6, "5", true), "");
  EXPECT_EQ(mismatch("temporal-java", 0, "f5-0", false), "");
  EXPECT_EQ(mismatch("temporal-java", 4, "f5-0", true), "");
  EXPECT_EQ(mismatch("temporal-python", 0, "1", true), "");
  EXPECT_EQ(mismatch("", 0, "5", false), "") << "told by the number of the event";
  EXPECT_EQ(mismatch("", 0, "1", true), "");
  EXPECT_NE(mismatch("temporal-python", 0, "1", false), "");
}

}  // namespace
}  // namespace temporal::internal
