// What markers keep: patches and side effects; the markers of sdk-core, Go and Java. Then search attributes and memo.
#include <stdexcept>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "temporal/temporal.h"
#include "tests/support/engine_harness.h"

namespace temporal::internal {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr WorkflowRef<void()> kWorkflow{"Workflow"};

Task<void> WithPatch(workflow::Context& ctx) {
  if (ctx.Patched("faster")) {
    co_await ctx.Sleep(1s);
  } else {
    co_await ctx.ExecuteActivity("Slow", {.start_to_close_timeout = 1min});
  }
}

Task<void> WithDeprecatedPatch(workflow::Context& ctx) {
  ctx.DeprecatePatch("faster");
  co_await ctx.Sleep(1s);
}

Task<void> WithoutPatch(workflow::Context& ctx) { co_await ctx.Sleep(1s); }

// Of a whole replay: only there is what the history holds known before the code runs.
std::string MismatchOf(const EngineHarness& engine, const HistoryBuilder& history) {
  const ReplayReport report = Replay(engine.options, history.data());
  return report.mismatch ? report.mismatch->message : "";
}

// A history of WithPatch, with the marker that `mark` adds.
template <class F>
HistoryBuilder PatchedHistory(F mark) {
  HistoryBuilder history("Workflow");
  history.Task();
  mark(history);
  const auto timer = history.TimerStarted("1", 1s);
  history.TimerFired(timer, "1");
  history.Task();
  history.Completed(nullptr);
  return history;
}

TEST(Patches, NewRun_TakesThePathAndRecordsIt) {
  EngineHarness engine;
  engine.Register(kWorkflow, WithPatch);
  HistoryBuilder history("Workflow");
  history.OpenTask();
  EXPECT_EQ(EngineHarness::Commands(engine.Answer(history)),
            "RecordMarker marker_name=core_patch details={patch-data=[{\"deprecated\":false,\"id\":\"faster\"}]}; "
            "UpsertWorkflowSearchAttributes search_attributes={indexed_fields={TemporalChangeVersion=[\"faster\"]}}; "
            "StartTimer timer_id=1 start_to_fire_timeout=1s");
}

TEST(Patches, RecordedPatch_IsTakenOnReplay_InEveryDialect) {
  EngineHarness engine;
  engine.Register(kWorkflow, WithPatch);
  const auto upsert = [](HistoryBuilder& h) { h.SearchAttributesUpserted({{"TemporalChangeVersion", "[\"x\"]"}}); };
  EXPECT_EQ(MismatchOf(engine, PatchedHistory([](HistoryBuilder& h) { h.Patch("faster"); })), "");
  EXPECT_EQ(MismatchOf(engine, PatchedHistory([&](HistoryBuilder& h) {
                         h.Patch("faster");
                         upsert(h);
                       })),
            "");
  EXPECT_EQ(MismatchOf(engine, PatchedHistory([](HistoryBuilder& h) {
                         h.Marker("core_patch", {{"raw:patch_id", "faster"}, {"raw:deprecated", std::string(1, '\0')}});
                       })),
            "")
      << "core's first form";
  EXPECT_EQ(MismatchOf(engine, PatchedHistory([&](HistoryBuilder& h) {
                         h.Marker("Version", {{"change-id", "\"faster\""}, {"version", "1"}});
                         upsert(h);
                       })),
            "")
      << "Go";
  EXPECT_EQ(MismatchOf(engine, PatchedHistory([](HistoryBuilder& h) {
                         h.Marker("Version", {{"changeId", "\"faster\""}, {"version", "2"}});
                       })),
            "")
      << "Java";
}

TEST(Patches, UnrecordedPatch_IsNotTakenOnReplay) {
  EngineHarness engine;
  engine.Register(kWorkflow, WithPatch);
  HistoryBuilder history("Workflow");
  history.Task();
  history.ActivityCompleted(history.ActivityScheduled("1", "Slow"), nullptr);
  history.Task();
  history.Completed(nullptr);
  EXPECT_EQ(MismatchOf(engine, history), "");
}

TEST(Patches, DeprecatedCall_ReplaysRunsWithAndWithoutTheMarker) {
  EngineHarness engine;
  engine.Register(kWorkflow, WithDeprecatedPatch);
  EXPECT_EQ(MismatchOf(engine, PatchedHistory([](HistoryBuilder& h) { h.Patch("faster"); })), "");
  EXPECT_EQ(MismatchOf(engine, PatchedHistory([](HistoryBuilder& h) { h.Patch("faster", true); })), "");
}

TEST(Patches, RemovedCall_OnlyDeprecatedMarkersAreSkipped_ButGosAndJavasAlways) {
  EngineHarness engine;
  engine.Register(kWorkflow, WithoutPatch);
  EXPECT_EQ(MismatchOf(engine, PatchedHistory([](HistoryBuilder& h) {
                         h.Patch("faster", true);
                         h.SearchAttributesUpserted({{"TemporalChangeVersion", "[\"faster\"]"}});
                       })),
            "");
  EXPECT_EQ(MismatchOf(engine, PatchedHistory([](HistoryBuilder& h) {
                         h.Marker("Version", {{"change-id", "\"faster\""}, {"version", "1"}});
                       })),
            "");
  EXPECT_THAT(MismatchOf(engine, PatchedHistory([](HistoryBuilder& h) { h.Patch("faster"); })),
              HasSubstr("Nondeterminism error at event 5"));
}

Task<void> MovedForward(workflow::Context& ctx) {
  ctx.Patched("later");
  co_await ctx.Sleep(1s);
  ctx.Patched("later");
}

TEST(Patches, MovedForward_IsAnErrorInJavasHistories_NotInGos) {
  EngineHarness engine;
  engine.Register(kWorkflow, MovedForward);
  for (const bool java : {true, false}) {
    HistoryBuilder history("Workflow");
    history.Task();
    const auto timer = history.TimerStarted("1", 1s);
    history.TimerFired(timer, "1");
    history.Task();
    history.Marker("Version", {{java ? "changeId" : "change-id", "\"later\""}, {"version", "1"}});
    history.Completed(nullptr);
    const std::string mismatch = MismatchOf(engine, history);
    if (java)
      EXPECT_THAT(mismatch, HasSubstr("asked for the patch later earlier, when it was not recorded, at "));
    else
      EXPECT_EQ(mismatch, "");
  }
}

TEST(Markers, ThatCannotBeRead_AreAMalformedHistory) {
  EngineHarness engine;
  engine.Register(kWorkflow, WithPatch);
  EXPECT_THAT(
      MismatchOf(engine, PatchedHistory([](HistoryBuilder& h) { h.Marker("core_patch", {{"patch-data", "{"}}); })),
      HasSubstr("the marker core_patch cannot be read"));
}

// -- Side effects -------------------------------------------------------------------------------------

int drawn = 0;  // by side effects

Task<int> WithSideEffect(workflow::Context& ctx) {
  const int value = ctx.SideEffect([] { return ++drawn; });
  co_await ctx.Sleep(1s);
  co_return value;
}

TEST(SideEffects, AreMadeOnce_AndReadFromTheHistoryOnReplay) {
  EngineHarness engine;
  engine.Register(WorkflowRef<int()>("Workflow"), WithSideEffect);
  HistoryBuilder started("Workflow");
  started.OpenTask();
  drawn = 80;
  EXPECT_EQ(EngineHarness::Commands(engine.Answer(started)),
            "RecordMarker marker_name=SideEffect details={data=[81] side-effect-id=[1]}; "
            "StartTimer timer_id=1 start_to_fire_timeout=1s");
  for (const bool java : {false, true}) {
    HistoryBuilder history("Workflow");
    history.Task();
    if (java)
      history.Marker("SideEffect", {{"data", "81"}});
    else
      history.Marker("SideEffect", {{"data", "81"}, {"side-effect-id", "1"}});
    const auto timer = history.TimerStarted("1", 1s);
    history.TimerFired(timer, "1");
    history.OpenTask();
    EXPECT_EQ(EngineHarness::Commands(engine.Answer(history)), "CompleteWorkflowExecution result=[81]");
  }
  EXPECT_EQ(drawn, 81);
}

TEST(SideEffects, WithoutARecordedValue_AreNondeterminism) {
  EngineHarness engine;
  engine.Register(WorkflowRef<int()>("Workflow"), WithSideEffect);
  HistoryBuilder history("Workflow");
  history.Task();
  history.TimerStarted("1", 1s);
  const ReplayReport report = Replay(engine.options, history.data());
  ASSERT_TRUE(report.mismatch.has_value());
  EXPECT_TRUE(report.mismatch->nondeterminism);
  EXPECT_EQ(report.mismatch->event_id, 4);
  EXPECT_THAT(report.mismatch->message, HasSubstr("has a side effect whose value was not recorded at "));
}

// -- Search attributes and memo -----------------------------------------------------------------------

Task<std::string> Upserts(workflow::Context& ctx) {
  static constexpr KeywordKey kCustomer{"CustomerId"};
  static constexpr IntKey kItems{"Items"};
  static constexpr DatetimeKey kSince{"Since"};
  ctx.UpsertSearchAttributes({kCustomer.Set("c-7"), kItems.Set(3), kSince.Set(TimePoint(1500ms))});
  ctx.UpsertSearchAttributes({kItems.Unset()});
  ctx.UpsertMemo("note", "first");
  ctx.UpsertMemo(std::span<const MemoEntry>());  // gives no command
  co_await ctx.Sleep(1s);
  const auto& info = ctx.Info();
  co_return FromPayload<std::string>(info.memo.at("note")) + " " + std::to_string(info.search_attributes.size());
}

TEST(Upserts, ChangeInfoAtOnce_AndGiveTheirCommands) {
  EngineHarness engine;
  engine.Register(WorkflowRef<std::string()>("Workflow"), Upserts);
  HistoryBuilder history("Workflow");
  history.Task();
  history.SearchAttributesUpserted({{"CustomerId", "\"c-7\""}});
  history.SearchAttributesUpserted({{"Items", "null"}});
  history.Plain(api::enums::v1::EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED);
  const auto timer = history.TimerStarted("1", 1s);
  history.TimerFired(timer, "1");
  history.OpenTask();
  EXPECT_THAT(
      engine.Run(history),
      ElementsAre("UpsertWorkflowSearchAttributes search_attributes={indexed_fields={CustomerId=\"c-7\" Items=3 Since="
                  "\"1970-01-01T00:00:01.5Z\"}}; "
                  "UpsertWorkflowSearchAttributes search_attributes={indexed_fields={Items=}}; "
                  "ModifyWorkflowProperties upserted_memo={fields={note=\"first\"}}; "
                  "StartTimer timer_id=1 start_to_fire_timeout=1s",
                  "CompleteWorkflowExecution result=[\"first 2\"]"));
}

}  // namespace
}  // namespace temporal::internal
