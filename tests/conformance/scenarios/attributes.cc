// Memo and search attributes: given at the start, changed and removed by the workflow, handed on.
#include <array>

#include "tests/conformance/scenarios/common.h"

namespace temporal::conformance {
namespace {

Task<std::string> ChangeMemo(workflow::Context& ctx, std::string text) {
  ctx.UpsertMemo("colour", std::string("green"));
  co_await ctx.Sleep(50ms);
  const std::array<MemoEntry, 2> changes{MemoEntry{"size", ToPayload(3)}, MemoEntry{"colour", ToPayload(nullptr)}};
  ctx.UpsertMemo(changes);
  co_await ctx.Sleep(50ms);
  co_return text;
}

Task<std::string> ChangeSearchAttributes(workflow::Context& ctx, std::string text) {
  ctx.UpsertSearchAttributes({kColour.Set("green"), kAmount.Set(3)});
  co_await ctx.Sleep(50ms);
  ctx.UpsertSearchAttributes({kColour.Unset(), kTags.Set({"a", "b"})});
  co_await ctx.Sleep(50ms);
  co_return text;
}

// What the next run starts with is what this one ends with.
Task<std::string> HandOn(workflow::Context& ctx, std::string text) {
  if (text == "next") co_return *kColour.In(ctx.Info().search_attributes);
  ctx.UpsertSearchAttributes({kColour.Set("green")});
  ctx.UpsertMemo("size", 3);
  co_await ctx.Sleep(50ms);
  ctx.ContinueAsNew(kTextWorkflow, {}, std::string("next"));
}

Task<std::string> SetUnknown(workflow::Context& ctx, std::string text) {
  constexpr KeywordKey kNobodys{"Nobodys"};
  ctx.UpsertSearchAttributes({kNobodys.Set("x")});
  co_return text;
}

void Finish(Stage& stage) {
  const std::array<MemoEntry, 1> memo{MemoEntry{"colour", ToPayload("blue")}};
  const SearchAttributeUpdate attributes[] = {kColour.Set("blue"), kPaid.Set(true)};
  auto handle = stage.Start(kTextWorkflow, {.memo = memo, .search_attributes = attributes}, "hello");
  stage.Finish(handle);
  stage.CompareDescription(handle);
}

void UnknownAttribute(Stage& stage) {
  auto handle = stage.Start(kTextWorkflow, {}, "hello");
  stage.WaitForEvent(handle, "WorkflowTaskFailed");
  stage.StopWorkers();
  handle.Terminate("nobody knows this attribute");
}

void UnknownAttributeAtStart(Stage& stage) {
  constexpr KeywordKey kNobodys{"Nobodys"};
  const SearchAttributeUpdate attributes[] = {kNobodys.Set("x")};
  stage.Try("start", [&] { stage.Start(kTextWorkflow, {.search_attributes = attributes}, "hello"); });
}

}  // namespace

std::vector<Scenario> AttributeScenarios() {
  return {
      {"memo.changed", [](Definitions& d) { d.Workflow(kTextWorkflow, ChangeMemo); }, Finish},
      {"search_attributes.changed", [](Definitions& d) { d.Workflow(kTextWorkflow, ChangeSearchAttributes); }, Finish},
      {"search_attributes.handed_on", [](Definitions& d) { d.Workflow(kTextWorkflow, HandOn); }, Finish},
      {"search_attributes.unknown", [](Definitions& d) { d.Workflow(kTextWorkflow, SetUnknown); }, UnknownAttribute},
      {"search_attributes.unknown_at_start", nullptr, UnknownAttributeAtStart},
  };
}

}  // namespace temporal::conformance
