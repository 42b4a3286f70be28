// Queries that the SDK answers itself, handlers without a name, buffered signals, what may not change a workflow, and
// dynamic workflows and activities.
#include <chrono>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "temporal/api/sdk/v1/enhanced_stack_trace.pb.h"
#include "temporal/api/sdk/v1/workflow_metadata.pb.h"
#include "temporal/protobuf.h"
#include "temporal/temporal.h"
#include "temporal/testing/workflow_environment.h"
#include "tests/support/scripted_service.h"

namespace temporal::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr WorkflowRef<std::string()> kWork{"Work"};
constexpr SignalRef<void(std::string)> kTell{"tell"};
constexpr SignalRef<void()> kFinish{"finish"};
constexpr QueryRef<std::string()> kState{"state"};
constexpr QueryRef<std::string()> kStackTrace{"__stack_trace"};
constexpr QueryRef<api::sdk::v1::EnhancedStackTrace()> kEnhancedStackTrace{"__enhanced_stack_trace"};
constexpr UpdateRef<void()> kPoke{"poke"};
constexpr QueryRef<api::sdk::v1::WorkflowMetadata()> kMetadata{"__temporal_workflow_metadata"};

int run_waits_at = 0, helper_waits_at = 0, other_waits_at = 0, signal_waits_at = 0;  // lines, by the workflow below

class Waits {
 public:
  explicit Waits(workflow::Context& ctx) : ctx_(ctx) {
    ctx.OnSignal(kFinish, [this] { finished_ = true; }, {.description = "Lets it end"});
    ctx.OnSignal(kTell, [this](std::string) -> Task<void> {
      signal_waits_at = __LINE__ + 1;
      co_await ctx_.Sleep(1h);
    });
    ctx.OnUpdate(kPoke, [] {}, {.description = "Nothing happens"});
    ctx.OnQuery(kState, [] { return std::string("fine"); }, {.description = "How it is"});
    ctx.SetCurrentDetails("just **begun**");
  }
  Task<std::string> Run() {
    auto other = ctx_.Spawn(Other());
    run_waits_at = __LINE__ + 1;
    co_await Helper();
    co_return "done";
  }

 private:
  Task<void> Helper() {
    helper_waits_at = __LINE__ + 1;
    co_await ctx_.WaitCondition([this] { return finished_; });
  }
  Task<void> Other() {
    other_waits_at = __LINE__ + 1;
    co_await ctx_.Sleep(2h);
  }

  workflow::Context& ctx_;
  bool finished_ = false;
};

TEST(StackTrace, OfAnOpenRun_NamesTheLineOfEachAwait) {
  WorkflowEnvironment env;
  env.RegisterWorkflow<Waits>(kWork);
  auto handle = env.client().StartWorkflow(kWork, {.id = "w-1"});
  handle.Signal(kTell, "x");
  env.RunUntilIdle();
  const std::string trace = handle.Query(kStackTrace);
  const auto line = [](int number) {
    return "    at tests/sdk/temporal/handlers_test.cc:" + std::to_string(number) + "\n";
  };
  EXPECT_THAT(trace, HasSubstr("Run\n" + line(run_waits_at) + line(helper_waits_at)));
  EXPECT_THAT(trace, HasSubstr("spawned\n" + line(other_waits_at)));
  EXPECT_THAT(trace, HasSubstr("signal tell\n" + line(signal_waits_at)));

  const auto enhanced = handle.Query(kEnhancedStackTrace);
  EXPECT_EQ(enhanced.sdk().name(), "temporal-cpp");
  EXPECT_EQ(enhanced.stacks_size(), 3);
  bool found = false;
  for (const auto& stack : enhanced.stacks()) {
    for (const auto& location : stack.locations())
      found |= location.line() == helper_waits_at && !location.internal_code();
  }
  EXPECT_TRUE(found) << enhanced.DebugString();
  handle.Signal(kFinish);
  EXPECT_EQ(handle.Result(), "done");
}

TEST(Metadata, NamesHandlersWithTheirDescriptionsAndTheCurrentDetails) {
  WorkflowEnvironment env;
  env.RegisterWorkflow<Waits>(kWork);
  auto handle = env.client().StartWorkflow(kWork, {.id = "w-1"});
  const auto metadata = handle.Query(kMetadata);
  EXPECT_EQ(metadata.current_details(), "just **begun**");
  EXPECT_EQ(metadata.definition().type(), "Work");
  std::string queries, signals;
  for (const auto& query : metadata.definition().query_definitions()) {
    queries += query.name() + ":" + query.description() + " ";
  }
  for (const auto& signal : metadata.definition().signal_definitions()) {
    signals += signal.name() + ":" + signal.description() + " ";
  }
  EXPECT_EQ(queries, "__enhanced_stack_trace: __stack_trace: __temporal_workflow_metadata: state:How it is ");
  EXPECT_EQ(signals, "finish:Lets it end tell: ");
  ASSERT_EQ(metadata.definition().update_definitions_size(), 1);
  EXPECT_EQ(metadata.definition().update_definitions(0).name(), "poke");
  EXPECT_EQ(metadata.definition().update_definitions(0).description(), "Nothing happens");
  handle.Signal(kFinish);
  handle.Result();
}

class Collects {
 public:
  explicit Collects(workflow::Context& ctx) : ctx_(ctx) {
    ctx.OnSignal(kFinish, [this] { finished_ = true; });
    ctx.OnDynamicQuery([this](std::string name, const Payloads& input) {
      return name + "/" + std::to_string(input.size()) + "/" + heard_;
    });
  }
  Task<std::string> Run() {
    co_await ctx_.Sleep(1h);
    // What has come so far waits for a handler: for its own first, for the nameless one else.
    ctx_.OnSignal(kTell, [this](std::string what) { heard_ += "tell " + what + "; "; });
    ctx_.OnDynamicSignal([this](std::string name, Payloads input) -> Task<void> {
      heard_ += name + " " + FromPayload<std::string>(input.at(0)) + "; ";
      co_await ctx_.Sleep(1s);
      heard_ += name + " slept; ";
    });
    co_await ctx_.WaitCondition([this] { return finished_; });
    co_return heard_;
  }

 private:
  workflow::Context& ctx_;
  std::string heard_;
  bool finished_ = false;
};

TEST(DynamicHandlers, TakeWhatNoOtherHandlerIsNamedForInOrderOfArrival) {
  WorkflowEnvironment env;
  env.RegisterWorkflow<Collects>(kWork);
  auto handle = env.client().StartWorkflow(kWork, {.id = "w-1"});
  handle.SignalPayloads("one", {ToPayload(std::string("1"))});
  handle.Signal(kTell, "2");
  handle.SignalPayloads("three", {ToPayload(std::string("3"))});
  env.Sleep(1h + 1min);
  handle.SignalPayloads("four", {ToPayload(std::string("4"))});
  env.Sleep(1min);
  const auto answer = handle.QueryPayloads("anything", {ToPayload(1), ToPayload(2)});
  EXPECT_EQ(FromPayload<std::string>(answer.at(0)),
            "anything/2/tell 2; one 1; three 3; one slept; three slept; four 4; four slept; ");
  handle.Signal(kFinish);
  EXPECT_EQ(handle.Result(), "tell 2; one 1; three 3; one slept; three slept; four 4; four slept; ");
}

constexpr UpdateRef<std::string(std::string)> kAsk{"ask"};
constexpr UpdateRef<std::string(std::string)> kAnything{"anything"};

// Refuses empty texts; takes an hour for "slow".
class Answers {
 public:
  explicit Answers(workflow::Context& ctx) : ctx_(ctx) {
    ctx.OnSignal(kFinish, [this] { finished_ = true; });
    ctx.OnUpdate(kAsk, [](const workflow::UpdateInfo& update, std::string text) {
      return update.name + " " + update.id + ": " + text;
    });
    ctx.OnDynamicUpdate(
        [this](const workflow::UpdateInfo& update, std::string name, Payloads input) -> Task<std::string> {
          const auto text = FromPayload<std::string>(input.at(0));
          if (text == "slow") co_await ctx_.Sleep(1h);
          co_return name + " by " + update.id + ": " + text;
        },
        [](std::string name, const Payloads& input) {
          if (FromPayload<std::string>(input.at(0)).empty()) throw ApplicationFailure(name + " of nothing");
        });
  }
  Task<std::string> Run() {
    co_await ctx_.WaitCondition([this] { return finished_ && ctx_.AllHandlersFinished(); });
    co_return "done";
  }

 private:
  workflow::Context& ctx_;
  bool finished_ = false;
};

TEST(DynamicHandlers, UpdateThatNoOtherIsNamedFor_IsJudgedByTheirOwnValidator) {
  WorkflowEnvironment env;
  env.RegisterWorkflow<Answers>(kWork);
  auto handle = env.client().StartWorkflow(kWork, {.id = "w-1"});
  EXPECT_EQ(handle.StartUpdate(kAsk, {.id = "u1"}, std::string()).Result(), "ask u1: ");
  EXPECT_EQ(handle.StartUpdate(kAnything, {.id = "u2"}, "quick").Result(), "anything by u2: quick");
  try {
    handle.ExecuteUpdate(kAnything, "");
    ADD_FAILURE() << "accepted";
  } catch (const UpdateFailedError& error) {
    EXPECT_THAT(error.what(), HasSubstr("anything of nothing"));
  }
  auto slow = handle.StartUpdate(kAnything, {.id = "u3"}, "slow");
  handle.Signal(kFinish);
  EXPECT_EQ(slow.Result(), "anything by u3: slow");
  EXPECT_EQ(handle.Result(), "done");
}

// Ends while handlers are under way.
class Hurries {
 public:
  explicit Hurries(workflow::Context& ctx, HandlerUnfinishedPolicy policy) : ctx_(ctx) {
    ctx.OnSignal(kTell, [this](std::string) -> Task<void> { co_await ctx_.Sleep(2h); }, {.unfinished_policy = policy});
    ctx.OnUpdate(kPoke, [this]() -> Task<void> { co_await ctx_.Sleep(2h); }, {.unfinished_policy = policy});
    ctx.OnUpdate(kAsk, [](std::string text) { return text; });
  }
  Task<std::string> Run() {
    co_await ctx_.Sleep(1h);
    co_return "done";
  }

 private:
  workflow::Context& ctx_;
};
class Warns : public Hurries {
 public:
  explicit Warns(workflow::Context& ctx) : Hurries(ctx, HandlerUnfinishedPolicy::kWarnAndAbandon) {}
};
class SaysNothing : public Hurries {
 public:
  explicit SaysNothing(workflow::Context& ctx) : Hurries(ctx, HandlerUnfinishedPolicy::kAbandon) {}
};

template <class Workflow>
std::vector<std::string> WarningsOf() {
  internal::KeptLog log;
  WorkflowEnvironment env({.logger = &log});
  env.RegisterWorkflow<Workflow>(kWork);
  auto handle = env.client().StartWorkflow(kWork, {.id = "w-1"});
  handle.Signal(kTell, "a");
  handle.Signal(kTell, "b");
  EXPECT_EQ(handle.ExecuteUpdate(kAsk, "answered"), "answered");
  auto poked = handle.StartUpdate(kPoke, {.id = "u1"});
  EXPECT_EQ(handle.Result(), "done");
  EXPECT_THROW(poked.Result(), UpdateFailedError);
  return log.lines;
}

TEST(UnfinishedHandlers, AreNamedInAWarning) {
  EXPECT_THAT(WarningsOf<Warns>(),
              testing::ElementsAre(testing::AllOf(HasSubstr("[TMPRL1102]"), HasSubstr("update handlers were under way"),
                                                  HasSubstr("poke (id u1)."), HasSubstr("AllHandlersFinished")),
                                   testing::AllOf(HasSubstr("[TMPRL1102]"), HasSubstr("signal handlers were under way"),
                                                  HasSubstr("tell (2)."))));
}

TEST(UnfinishedHandlers, WhosePolicyIsToAbandon_AreNot) { EXPECT_THAT(WarningsOf<SaysNothing>(), testing::IsEmpty()); }

class Meddles {
 public:
  explicit Meddles(workflow::Context& ctx) : ctx_(ctx) {
    ctx.OnQuery(kState, [this]() -> std::string {
      (void)ctx_.Sleep(1s);
      return "";
    });
  }
  Task<std::string> Run() {
    co_await ctx_.Sleep(1h);
    co_return "done";
  }

 private:
  workflow::Context& ctx_;
};

TEST(ReadOnly, AQueryThatGivesACommand_FailsAndTheWorkflowGoesOn) {
  WorkflowEnvironment env;
  env.RegisterWorkflow<Meddles>(kWork);
  auto handle = env.client().StartWorkflow(kWork, {.id = "w-1"});
  try {
    handle.Query(kState);
    ADD_FAILURE() << "answered";
  } catch (const QueryFailedError& error) {
    EXPECT_THAT(error.what(), HasSubstr("Sleep was called on the workflow's context in a query handler"));
  }
  EXPECT_EQ(handle.Result(), "done");
}

TEST(ReadOnly, AConditionThatGivesACommand_FailsTheTaskAlsoWhenItIsFirstEvaluated) {
  bool mended = false;
  WorkflowEnvironment env({.check_replay = false});
  env.RegisterWorkflow(kWork, [&mended](workflow::Context& ctx) -> Task<std::string> {
    co_await ctx.WaitCondition([&] {
      if (!mended) (void)ctx.Uuid4();
      return true;
    });
    co_return "done";
  });
  auto handle = env.client().StartWorkflow(kWork, {.id = "w-1"});
  env.RunUntilIdle();
  EXPECT_THAT(env.Histories().front().Print(), HasSubstr("Uuid4 was called on the workflow's context in a condition"));
  mended = true;
  EXPECT_EQ(handle.Result(), "done");
}

TEST(DynamicWorkflowAndActivity, StandForEveryTypeThatIsNotRegistered) {
  WorkflowEnvironment env;
  env.RegisterDynamicWorkflow([](workflow::Context& ctx, Payloads input) -> Task<Payload> {
    const std::string name = ctx.Info().workflow_type + " of " + FromPayload<std::string>(input.at(0));
    const std::string done =
        co_await ctx.ExecuteActivity<std::string>("Anything", {.start_to_close_timeout = 1s}, name);
    co_return ToPayload(done);
  });
  env.RegisterDynamicActivity([](activity::Context& ctx, const Payloads& input) {
    return ToPayload(ctx.Info().activity_type + ": " + FromPayload<std::string>(input.at(0)));
  });
  auto handle = env.client().StartWorkflowPayloads("Whatever", {.id = "w-1"}, {ToPayload(std::string("mine"))});
  EXPECT_EQ(FromPayload<std::string>(handle.ResultPayloads().at(0)), "Anything: Whatever of mine");
}

TEST(DynamicWorkflowAndActivity, ASecondOne_IsRefused) {
  WorkflowEnvironment env;
  const auto run = [](workflow::Context&, Payloads) -> Task<Payload> { co_return Payload(); };
  env.RegisterDynamicWorkflow(run);
  EXPECT_THROW(env.RegisterDynamicWorkflow(run), std::logic_error);
}

}  // namespace
}  // namespace temporal::test
