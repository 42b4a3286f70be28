// Workflows that the .NET SDK replays in its own tests.
#include <string>
#include <vector>

#include "temporal/json.h"
#include "temporal/temporal.h"
#include "tests/replay/foreign/rewrites.h"

namespace temporal::replay {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

constexpr ActivityOptions kOptions{.start_to_close_timeout = 1min};

// Sleeps on replay only, if its parameters say so: what a replay must find out.
Task<std::string> SayHello(workflow::Context& ctx, Json params) {
  if (params.value("ShouldCauseNonDeterminism", false) && ctx.Info().replaying) co_await ctx.Sleep(100ms);
  const auto name = params.value("Name", "");
  auto result = co_await ctx.ExecuteActivity<std::string>("SayHello", kOptions, name);
  const bool wait = params.value("ShouldWait", false);
  co_await ctx.WaitCondition([wait] { return !wait; });
  if (params.value("ShouldError", false)) throw ApplicationFailure("Intentional error");
  co_return result;
}

// Ends itself by a signal whose handler fails at once, or when the workflow has completed.
class AfterComplete {
 public:
  explicit AfterComplete(workflow::Context& ctx) : ctx_(ctx) {
    ctx.OnSignal(SignalRef<void(bool)>("DoErroringSignal"), [this](bool wait) { return Fail(wait); });
  }
  Task<std::string> Run() {
    co_await ctx_.WaitCondition([this] { return completed_; });
    co_return "complete-workflow";
  }

 private:
  Task<void> Fail(bool wait) {
    completed_ = true;
    if (wait) co_await ctx_.WaitCondition([this] { return completed_; });
    throw ApplicationFailure("Intentional error from signal");
  }

  workflow::Context& ctx_;
  bool completed_ = false;
};

class SignalOrder {
 public:
  explicit SignalOrder(workflow::Context& ctx) : ctx_(ctx) {
    ctx.OnSignal(SignalRef<void(std::string)>("Signal"),
                 [this](std::string value) { values_.push_back(std::move(value)); });
  }
  Task<std::vector<std::string>> Run() {
    co_await ctx_.ExecuteLocalActivity("SendTwoSignals", {.start_to_close_timeout = 1min});
    co_await ctx_.WaitCondition([this] { return !values_.empty(); });
    co_return values_;
  }

 private:
  workflow::Context& ctx_;
  std::vector<std::string> values_;
};

}  // namespace

void AddDotnet(Rewrites& rewrites) {
  rewrites.push_back(Function("sdk-dotnet", "SayHelloWorkflow", SayHello));
  rewrites.push_back(Class<AfterComplete>("sdk-dotnet", "CoroutinesAfterCompleteWorkflow", "multi-complete"));
  rewrites.push_back(Class<SignalOrder>("sdk-dotnet", "MultiSignalOrderWorkflow"));
}

}  // namespace temporal::replay
