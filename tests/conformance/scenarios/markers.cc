// What leaves a marker in the history: patches and side effects.
#include "tests/conformance/scenarios/common.h"

namespace temporal::conformance {
namespace {

Task<std::string> Patched(workflow::Context& ctx, std::string text) {
  if (ctx.Patched("sleep first")) co_await ctx.Sleep(50ms);
  co_return co_await ctx.ExecuteActivity(kEcho, {.start_to_close_timeout = 10s}, text);
}

// Each is recorded once, however often it is asked for; the search attribute of the changes grows.
Task<std::string> PatchedThrice(workflow::Context& ctx, std::string text) {
  for (const char* id : {"first", "second", "first"}) {
    if (!ctx.Patched(id)) throw ApplicationFailure("not patched");
    co_await ctx.Sleep(50ms);
  }
  if (ctx.Patched("third")) text += "!";
  co_return text;
}

Task<std::string> Deprecated(workflow::Context& ctx, std::string text) {
  ctx.DeprecatePatch("sleep first");
  co_await ctx.Sleep(50ms);
  co_return text;
}

// Two values that were made outside, and one that is used.
Task<std::string> SideEffects(workflow::Context& ctx, std::string text) {
  const int number = ctx.SideEffect([] { return 7; });
  co_await ctx.Sleep(50ms);
  const auto word = ctx.SideEffect([] { return std::string("word"); });
  co_return text + std::to_string(number) + word;
}

void Finish(Stage& stage) {
  auto handle = stage.Start(kTextWorkflow, {}, "hello");
  stage.Finish(handle);
  stage.CompareDescription(handle);
}

}  // namespace

std::vector<Scenario> MarkerScenarios() {
  return {
      {"patch.taken", [](Definitions& d) { d.Workflow(kTextWorkflow, Patched).Activity(kEcho, Echo); }, Finish},
      {"patch.several", [](Definitions& d) { d.Workflow(kTextWorkflow, PatchedThrice); }, Finish},
      {"patch.deprecated", [](Definitions& d) { d.Workflow(kTextWorkflow, Deprecated); }, Finish},
      {"side_effect.recorded", [](Definitions& d) { d.Workflow(kTextWorkflow, SideEffects); }, Finish},
  };
}

}  // namespace temporal::conformance
