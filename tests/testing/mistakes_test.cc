// Mistakes of workflow code and its callers: the message names the thing, and the way out.
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "temporal/testing/testing.h"
#include "tests/testing/sample_workflows.h"

namespace temporal::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr WorkflowRef<int()> kCount{"Count"};
constexpr char kNotItsOwnCode[] = "was called on the context of workflow Count c by something else than its own code";

class Quiet final : public Logger {
  void Write(LogLevel, std::string_view, std::span<const LogField>) override {}
};

// What the call throws.
template <class F>
std::string MessageOf(F call) {
  try {
    call();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "nothing was thrown";
}

class Mistakes : public ::testing::Test {
 protected:
  Quiet quiet_;
  workflow::Context* leaked_ = nullptr;
  std::shared_ptr<Future<void>> shared_;
  std::string message_;
  WorkflowEnvironment env_{{.logger = &quiet_}};
};

TEST_F(Mistakes, ContextOnAnotherThread_IsRefused) {
  env_.RegisterWorkflow(kCount, [this](workflow::Context& ctx) -> Task<int> {
    std::thread([&] { message_ = MessageOf([&] { (void)ctx.Sleep(1s); }); }).join();
    co_return 1;
  });
  env_.client().ExecuteWorkflow(kCount, {.id = "c"});
  EXPECT_THAT(message_,
              AllOf(StartsWith("Sleep "), HasSubstr(kNotItsOwnCode), HasSubstr("send the workflow a signal")));
}

TEST_F(Mistakes, ContextOutsideOfTheWorkflow_IsRefused) {
  env_.RegisterWorkflow(kCount, [this](workflow::Context& ctx) -> Task<int> {
    leaked_ = &ctx;
    co_await ctx.Sleep(1h);
    co_return 1;
  });
  env_.client().StartWorkflow(kCount, {.id = "c"});
  env_.RunUntilIdle();
  EXPECT_THAT(MessageOf([&] { leaked_->WaitCondition([] { return true; }).await_ready(); }), HasSubstr(kNotItsOwnCode));
}

TEST_F(Mistakes, FutureOfAnotherWorkflow_FailsTheTask) {
  env_.RegisterWorkflow(kSleeper, [this](workflow::Context& ctx, int) -> Task<void> {
    shared_ = std::make_shared<Future<void>>(ctx.Sleep(1h));
    co_await *shared_;
  });
  env_.RegisterWorkflow(kCount, [this](workflow::Context&) -> Task<int> {
    co_await workflow::All{*shared_};
    co_return 1;
  });
  env_.client().StartWorkflow(kSleeper, {.id = "s"}, 0);
  env_.RunUntilIdle();
  EXPECT_THAT(MessageOf([&] { env_.client().ExecuteWorkflow(kCount, {.id = "c"}); }),
              HasSubstr("a workflow waits for a future that another workflow has made"));
}

TEST_F(Mistakes, SignalWithoutAHandler_IsInTheReport) {
  env_.RegisterWorkflow<Listener>(kListener);
  auto handle = env_.client().StartWorkflow(kListener, {.id = "l"});
  handle.Signal(SignalRef<void(int)>("tall"), 1);
  handle.Signal(SignalRef<void(int)>("tall"), 2);
  EXPECT_THAT(MessageOf([&] { handle.Result(); }),
              HasSubstr("    signal tall waits for a handler: call OnSignal for it. There are handlers of: tell\n"));
}

TEST_F(Mistakes, SignalOfAnotherType_NamesItsEvent) {
  env_.RegisterWorkflow<Listener>(kListener);
  auto handle = env_.client().StartWorkflow(kListener, {.id = "l"});
  handle.Signal(SignalRef<void(int)>("tell"), 7);
  EXPECT_THAT(MessageOf([&] { handle.Result(); }),
              HasSubstr("WorkflowExecutionSignaled: argument 1 of 1: expected a string, found"));
}

TEST_F(Mistakes, ResultOfAnotherType_NamesItsEvent) {
  const auto result_of = [this](auto call) {
    const auto workflow = [call](workflow::Context& ctx) -> Task<int> { co_return co_await call(ctx); };
    WorkflowEnvironment env({.logger = &quiet_});
    env.RegisterActivity(kWork, [](std::string text) { return text; });
    env.RegisterWorkflow(kWorker, RunWorker);
    env.RegisterWorkflow(kCount, workflow);
    return MessageOf([&] { env.client().ExecuteWorkflow(kCount, {.id = "c"}); });
  };
  EXPECT_THAT(result_of([](workflow::Context& ctx) {
                return ctx.ExecuteActivity<int>("Work", {.start_to_close_timeout = 1s}, "x");
              }),
              HasSubstr("ActivityTaskCompleted: the result: expected an integer, found"));
  EXPECT_THAT(result_of([](workflow::Context& ctx) {
                return ctx.ExecuteLocalActivity<int>("Work", {.start_to_close_timeout = 1s}, "x");
              }),
              HasSubstr("has failed 10 times: the result: expected an integer, found"))
      << "there is no event yet";
  EXPECT_THAT(result_of([](workflow::Context& ctx) { return ctx.ExecuteChildWorkflow<int>("Worker", {}, "x"); }),
              HasSubstr("ChildWorkflowExecutionCompleted: the result: expected an integer, found"));
}

TEST_F(Mistakes, ThrownInt_FailsTheTask) {
  env_.RegisterWorkflow(kCount, [](workflow::Context& ctx) -> Task<int> {
    co_await ctx.Sleep(1s);
    throw 7;
  });
  EXPECT_THAT(MessageOf([&] { env_.client().ExecuteWorkflow(kCount, {.id = "c"}); }),
              HasSubstr("the workflow task of Count c has failed 10 times: something was thrown that is neither a "
                        "temporal::Failure nor a std::exception"));
}

TEST_F(Mistakes, UpdateHandlerThatNeverEnds_IsInTheReport) {
  constexpr UpdateRef<int()> kNever{"never"};
  env_.RegisterWorkflow(kCount, [kNever](workflow::Context& ctx) -> Task<int> {
    ctx.OnUpdate(kNever, [&ctx]() -> Task<int> {
      co_await ctx.WaitCondition([] { return false; });
      co_return 1;
    });
    co_await ctx.WaitCondition([] { return false; });
    co_return 1;
  });
  auto handle = env_.client().StartWorkflow(kCount, {.id = "c"});
  EXPECT_THAT(MessageOf([&] { handle.ExecuteUpdate(kNever); }),
              HasSubstr("    update never waits at tests/testing/mistakes_test.cc:"));
}

TEST_F(Mistakes, MockOfTwoSignatures_IsRefused) {
  env_.MockActivity(kWork);
  EXPECT_THAT(MessageOf([&] { env_.MockActivity(ActivityRef<int(int)>("Work")); }),
              HasSubstr("the mock of activity Work has another signature: name it by one reference throughout"));
}

}  // namespace
}  // namespace temporal::test
