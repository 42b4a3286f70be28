// Parameters of workflow code that are references: what they refer to lives as long as the coroutine.
#include <string>

#include "gtest/gtest.h"
#include "temporal/testing/testing.h"

namespace temporal::test {
namespace {

using namespace std::chrono_literals;

constexpr WorkflowRef<std::string(std::string)> kWorkflow{"Workflow"};
constexpr SignalRef<void(std::string)> kSignal{"signal"};
constexpr UpdateRef<std::string(std::string)> kUpdate{"update"};

// Longer than what a string holds within itself.
const std::string kLong(100, 'x');

class ByReference {
 public:
  explicit ByReference(workflow::Context& ctx) : ctx_(ctx) {
    ctx.OnSignal(kSignal, [this](const std::string& text) { return OnSignal(text); });
    ctx.OnUpdate(kUpdate, [this](const std::string& text) { return OnUpdate(text); });
  }
  Task<std::string> Run(const std::string& text) {
    co_await ctx_.WaitCondition([this] { return !signalled_.empty(); });
    co_await ctx_.WaitCondition([this] { return ctx_.AllHandlersFinished(); });
    co_return text + signalled_;
  }

 private:
  Task<void> OnSignal(const std::string& text) {
    co_await ctx_.Sleep(1h);
    signalled_ = text;
  }
  Task<std::string> OnUpdate(const std::string& text) {
    co_await ctx_.Sleep(1h);
    co_return text;
  }

  workflow::Context& ctx_;
  std::string signalled_;
};

TEST(Parameters, ByReference_LiveAsLongAsTheCoroutine) {
  WorkflowEnvironment env;
  env.RegisterWorkflow<ByReference>(kWorkflow);
  auto handle = env.client().StartWorkflow(kWorkflow, {.id = "w"}, "run " + kLong);
  EXPECT_EQ(handle.ExecuteUpdate(kUpdate, "update " + kLong), "update " + kLong);
  handle.Signal(kSignal, " signal " + kLong);
  EXPECT_EQ(handle.Result(), "run " + kLong + " signal " + kLong);
}

TEST(Parameters, OfDynamicCode_ByReference_LiveAsLongAsTheCoroutine) {
  WorkflowEnvironment env;
  env.RegisterDynamicWorkflow([](workflow::Context& ctx, const Payloads& input) -> Task<Payload> {
    std::string heard;
    ctx.OnDynamicSignal([&](const std::string& name, const Payloads& with) -> Task<void> {
      co_await ctx.Sleep(1h);
      heard = name + FromPayload<std::string>(with.at(0));
    });
    ctx.OnDynamicUpdate([&ctx](const std::string& name, const Payloads& with) -> Task<Payload> {
      co_await ctx.Sleep(1h);
      co_return ToPayload(name + FromPayload<std::string>(with.at(0)));
    });
    co_await ctx.WaitCondition([&] { return !heard.empty(); });
    co_return ToPayload(FromPayload<std::string>(input.at(0)) + heard);
  });
  auto handle = env.client().StartWorkflow(kWorkflow, {.id = "w"}, "run " + kLong);
  EXPECT_EQ(handle.ExecuteUpdate(kUpdate, kLong), "update" + kLong);
  handle.Signal(kSignal, kLong);
  EXPECT_EQ(handle.Result(), "run " + kLong + "signal" + kLong);
}

}  // namespace
}  // namespace temporal::test
