// Workflows that the Python SDK replays in its own tests.
#include <string>
#include <vector>

#include "temporal/json.h"
#include "temporal/temporal.h"
#include "tests/replay/foreign/rewrites.h"

namespace temporal::replay {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

constexpr ActivityOptions kOptions{.start_to_close_timeout = 5s};
// What a language model answers; its inputs are no concern of a replay.
constexpr ActivityRef<Json(Json)> kModel{"invoke_model_activity"};

// Sleeps on replay only, if its parameters say so: what a replay must find out.
Task<std::string> SayHello(workflow::Context& ctx, Json params) {
  if (params.value("should_cause_nondeterminism", false) && ctx.Info().replaying) co_await ctx.Sleep(100ms);
  const auto name = params.value("name", "");
  auto result = co_await ctx.ExecuteActivity<std::string>("say_hello", kOptions, name);
  const bool wait = params.value("should_wait", false);
  co_await ctx.WaitCondition([wait] { return !wait; });
  if (params.value("should_error", false)) throw ApplicationFailure("Intentional error");
  co_return result;
}

Task<std::string> HelloAgent(workflow::Context& ctx, std::string prompt) {
  const Json input = prompt;
  co_await ctx.ExecuteActivity(kModel, kOptions, input);
  co_return "test";
}

// Whether a model's answer asks for a tool to be called, and with what.
const Json* ToolCall(const Json& answer) {
  for (const Json& output : answer.at("output")) {
    if (output.contains("arguments")) return &output;
  }
  return nullptr;
}

Task<std::string> Tools(workflow::Context& ctx, std::string prompt) {
  Json input = prompt;
  for (;;) {
    const Json answer = co_await ctx.ExecuteActivity(kModel, kOptions, input);
    const Json* call = ToolCall(answer);
    if (call == nullptr) co_return "done";
    const auto tool = call->at("name").get<std::string>();
    const Json arguments = call->at("arguments");
    input = co_await ctx.ExecuteActivity<Json>(tool, kOptions, arguments);
  }
}

// A planner names the searches; they are made at once, and a writer puts together what they find.
Task<std::string> Research(workflow::Context& ctx, std::string query) {
  const Json question = query;
  const Json plan = co_await ctx.ExecuteActivity(kModel, kOptions, question);
  const auto text = plan.at("output").at(0).at("content").at(0).at("text").get<std::string>();
  const Json planned = Json::parse(text);
  std::vector<Future<Json>> searches;
  for (const Json& search : planned.at("searches")) searches.push_back(ctx.ExecuteActivity(kModel, kOptions, search));
  const auto found = co_await workflow::All{searches};
  const Json all = found;
  co_await ctx.ExecuteActivity(kModel, kOptions, all);
  co_return "";
}

}  // namespace

void AddPython(Rewrites& rewrites) {
  rewrites.push_back(Function("sdk-python", "SayHelloWorkflow", SayHello));
  rewrites.push_back(Function("sdk-core", "SayHelloWorkflow", SayHello));  // core keeps one that Python wrote
  rewrites.push_back(Function("sdk-python", "HelloWorldAgent", HelloAgent));
  rewrites.push_back(Function("sdk-python", "ToolsWorkflow", Tools));
  rewrites.push_back(Function("sdk-python", "ResearchWorkflow", Research));
}

}  // namespace temporal::replay
