// How a changed workflow is told from its history, what replay reports, and what makes the code the same each time.
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

constexpr ActivityRef<int(int)> kCharge{"Charge"};
constexpr WorkflowRef<int(int)> kNumber{"Number"};
constexpr WorkflowRef<std::string()> kText{"Text"};
constexpr SignalRef<void(int)> kAdd{"add"};

constexpr ActivityOptions kTimeout{.start_to_close_timeout = 10s};

HistoryBuilder FirstTask(const char* type) {
  HistoryBuilder history(type);
  history.OpenTask();
  return history;
}

Task<std::string> Fails(workflow::Context&) {
  throw ApplicationFailure("no stock", {.type = "OutOfStock", .non_retryable = true});
  co_return "";
}

Task<std::string> Breaks(workflow::Context&) {
  throw std::runtime_error("a bug");
  co_return "";
}

Task<int> Identity(workflow::Context&, int n) { co_return n; }

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
  EXPECT_THAT(
      engine.Mismatch(history),
      AllOf(HasSubstr("event 5: the history has `5 TimerStarted timer_id=1 start_to_fire_timeout=1s`"),
            HasSubstr("gives the command activity Charge (id 1) {activity_id=1 activity_type=Charge "),
            HasSubstr("determinism_test.cc:"), HasSubstr("Usual causes"), HasSubstr("The code waits in: Run (")));
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

TEST(Metadata, FlagsAndSdk_AreWrittenOnce) {
  EngineHarness engine;
  engine.Register(kText, Draws);
  const TaskAnswer first = engine.Answer(FirstTask("Text"));
  EXPECT_EQ(PrintMessage(std::get<EngineHarness::Completed>(first).sdk_metadata()),
            "{core_used_flags=[1, 2, 3] sdk_name=temporal-cpp sdk_version=0.1.0}");
  HistoryBuilder history("Text");
  history.Task();
  history.TimerStarted("1", 1s);
  history.OpenTask();
  const TaskAnswer second = engine.Answer(history);
  EXPECT_EQ(PrintMessage(std::get<EngineHarness::Completed>(second).sdk_metadata()), "{}");
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
