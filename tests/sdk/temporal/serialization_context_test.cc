// Whose payloads a codec is told that it has: the same on both ends, on first execution and on replay. The codec here
// makes bytes that nobody reads who has not the same context.
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "temporal/temporal.h"
#include "temporal/testing/activity_mock.h"
#include "temporal/testing/workflow_environment.h"
#include "temporal/testing/workflow_replayer.h"

namespace temporal::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr WorkflowRef<std::string(std::string)> kMain{"Main"};
constexpr WorkflowRef<std::string(std::string)> kChild{"Child"};
constexpr ActivityRef<std::string(std::string)> kStep{"Step"};
constexpr SignalRef<void(std::string)> kTell{"tell"};
constexpr QueryRef<std::string(std::string)> kAsk{"ask"};
constexpr UpdateRef<std::string(std::string)> kChange{"change"};

std::string Text(const SerializationContext& context) {
  std::string text = std::string(context.namespace_) + " " + std::string(context.workflow_id);
  if (!context.is_activity()) return text;
  for (const std::string_view part :
       {context.workflow_type, context.activity_type, context.activity_id, context.activity_task_queue}) {
    text += " " + std::string(part);
  }
  return text + (context.is_local ? " local" : "");
}

class MixingCodec : public PayloadCodec {
 public:
  Payloads Encode(Payloads payloads, const SerializationContext& context) const override {
    for (Payload& payload : payloads) {
      Note(payload, context);
      std::string plain = "plain\n";
      for (const auto& [key, value] : payload.metadata) plain += key + "\n" + value + "\n";
      plain += "\n" + payload.data;
      payload = {{{"encoding", "binary/mixed"}}, Mix(std::move(plain), Text(context))};
    }
    return payloads;
  }
  Payloads Decode(Payloads payloads, const SerializationContext& context) const override {
    for (Payload& payload : payloads) {
      if (payload.metadata["encoding"] != "binary/mixed") continue;
      std::string rest = Mix(payload.data, Text(context));
      const auto line = [&rest] {
        const std::size_t end = rest.find('\n');
        const std::string text = rest.substr(0, end);
        rest.erase(0, end + 1);
        return text;
      };
      if (!rest.starts_with("plain\n")) throw std::runtime_error("these bytes are not of " + Text(context));
      line();
      payload.metadata.clear();
      for (std::string key = line(); !key.empty(); key = line()) payload.metadata[key] = line();
      payload.data = rest;
      Note(payload, context);
    }
    return payloads;
  }

  // Whose the JSON string `value` was said to be, by whoever encoded or decoded it.
  std::set<std::string> Of(const std::string& value) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = seen_.find('"' + value + '"');
    return found == seen_.end() ? std::set<std::string>() : found->second;
  }

 private:
  static std::string Mix(std::string text, const std::string& key) {
    std::uint64_t state = 14695981039346656037U;
    for (const char c : key) state = (state ^ static_cast<unsigned char>(c)) * 1099511628211U;
    for (char& c : text) {
      state = state * 6364136223846793005U + 1442695040888963407U;
      c = static_cast<char>(c ^ static_cast<char>(state >> 56U));
    }
    return text;
  }
  void Note(const Payload& payload, const SerializationContext& context) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    seen_[payload.data].insert(Text(context));
  }

  mutable std::mutex mutex_;
  mutable std::map<std::string, std::set<std::string>> seen_;
};

// Each test with runs that stay in the cache, and with runs that come back from their histories for each task.
class SerializationContexts : public testing::TestWithParam<int> {
 protected:
  SerializationContexts()
      : env_({.data_converter = {.codec = &codec_, .encode_failure_attributes = true},
              .worker = {.max_cached_workflows = GetParam()}}) {}

  void ExpectReplays() {
    WorkflowReplayer replayer({.data_converter = {.codec = &codec_}});
    replayer.RegisterWorkflow(kMain, main_);
    for (const WorkflowHistory& history : env_.Histories()) {
      if (history.workflow_id() != "w") continue;
      const ReplayResult result = replayer.Replay(history);
      EXPECT_TRUE(result.clean) << result;
    }
  }
  void Main(std::function<Task<std::string>(workflow::Context&, std::string)> code) {
    main_ = std::move(code);
    env_.RegisterWorkflow(kMain, main_);
  }

  MixingCodec codec_;
  std::function<Task<std::string>(workflow::Context&, std::string)> main_;
  WorkflowEnvironment env_;
};

// The lambdas of the tests capture nothing: they are kept by the environment, which replays at its end.
TEST_P(SerializationContexts, WhatAWorkflowIsToldAndAnswers_IsItsOwn) {
  Main([](workflow::Context& ctx, std::string input) -> Task<std::string> {
    std::string told;
    ctx.OnSignal(kTell, [&told](std::string what) { told = std::move(what); });
    ctx.OnQuery(kAsk, [](std::string) -> std::string { return "answer"; });
    ctx.OnUpdate(
        kChange, [](std::string) -> std::string { return "changed"; },
        [](const std::string& what) {
          if (what == "refuse") throw ApplicationFailure("no", {}, std::string("refusal"));
        });
    ctx.UpsertMemo("more", std::string("upserted"));
    const std::string effect = ctx.SideEffect([] { return std::string("effect"); });
    co_await ctx.WaitCondition([&told] { return !told.empty(); });
    if (input == "input") {
      const std::string next = "next";
      ctx.ContinueAsNew(kMain, {}, next);
    }
    throw ApplicationFailure("message", {}, "detail of " + input + effect);
  });
  const MemoEntry memo[] = {{"who", ToPayload(std::string("memo"))}};
  auto handle = env_.client().StartWorkflow(kMain, {.id = "w", .memo = memo, .static_summary = "summary"}, "input");
  EXPECT_EQ(handle.Describe().static_summary, "summary");
  EXPECT_EQ(handle.Query(kAsk, "question"), "answer");
  EXPECT_EQ(handle.StartUpdate(kChange, {}, std::string("change")).Result(), "changed");
  EXPECT_THROW(handle.ExecuteUpdate(kChange, std::string("refuse")), UpdateFailedError);
  handle.Signal(kTell, "signal");
  env_.Sleep(5s);  // the next run waits a second before its first task
  const auto start = env_.client().WithStart(
      kMain, {.id = "w", .id_conflict_policy = WorkflowIdConflictPolicy::kUseExisting}, "unused");
  EXPECT_EQ(env_.client().ExecuteUpdateWithStart(start, kChange, std::string("once more")), "changed");
  env_.client().SignalWithStart(start, kTell, "second signal");
  try {
    handle.Result();
    ADD_FAILURE() << "completed";
  } catch (const WorkflowFailedError& error) {
    const auto* failure = error.CauseAs<ApplicationFailure>();
    ASSERT_NE(failure, nullptr);
    EXPECT_EQ(failure->message(), "message");
    EXPECT_EQ(failure->Detail<std::string>(), "detail of nexteffect");
  }
  for (const auto& found : env_.client().ListWorkflows("ExecutionStatus = 'Failed'")) {
    EXPECT_EQ(FromPayload<std::string>(found.memo.at("more")), "upserted");
  }
  for (const char* value : {"input", "next", "signal", "second signal", "question", "answer", "change", "once more",
                            "changed", "refusal", "memo", "upserted", "effect", "summary", "detail of nexteffect"}) {
    EXPECT_THAT(codec_.Of(value), ElementsAre("default w")) << value;
  }
  ExpectReplays();
}

TEST_P(SerializationContexts, WhatPassesBetweenAnActivityAndItsWorkflow_IsTheActivitys) {
  int attempts = 0;
  worker::Worker& far = env_.NewWorker("far");
  far.RegisterActivity(kStep, [&attempts](activity::Context& ctx, std::string) -> std::string {
    if (++attempts == 1) {
      ctx.Heartbeat(std::string("beat"));
      throw ApplicationFailure("not yet", {}, std::string("first failure"));
    }
    EXPECT_EQ(ctx.HeartbeatDetails<std::string>(), "beat");
    return "result";
  });
  Main([](workflow::Context& ctx, std::string) -> Task<std::string> {
    ActivityOptions options{.start_to_close_timeout = 1h, .heartbeat_timeout = 1min};
    options.task_queue = "far";
    options.retry_policy.initial_interval = 1min;
    options.activity_id = "done";
    options.summary = "summary";
    std::string text = co_await ctx.ExecuteActivity(kStep, options, std::string("argument"));
    co_return text;
  });
  auto handle = env_.client().StartWorkflow(kMain, {.id = "w"}, "input");
  env_.RunUntilIdle();
  const auto description = handle.Describe();
  ASSERT_EQ(description.pending_activities.size(), 1U);
  EXPECT_EQ(FromPayload<std::string>(description.pending_activities[0].heartbeat_details.at(0)), "beat");
  EXPECT_EQ(description.pending_activities[0].last_failure->message(), "not yet");
  EXPECT_EQ(handle.Result(), "result");
  for (const char* value : {"argument", "beat", "first failure"}) {
    EXPECT_THAT(codec_.Of(value), ElementsAre("default w Main Step done far")) << value;
  }
  EXPECT_THAT(codec_.Of("result"), ElementsAre("default w", "default w Main Step done far")) << "of both";
  EXPECT_THAT(codec_.Of("summary"), ElementsAre("default w"));
  ExpectReplays();
}

TEST_P(SerializationContexts, HowActivitiesFail_IsTheirs) {
  env_.RegisterActivity(kStep, [](activity::Context& ctx, std::string what) -> std::string {
    if (what == "refuse") throw ApplicationFailure("never", {.non_retryable = true}, std::string("refusal"));
    ctx.Heartbeat(what + " beat");
    if (what == "hang") ctx.WaitCancelled(1h);
    while (!ctx.IsCancelled()) {
      ctx.WaitCancelled(10s);
      ctx.Heartbeat(what + " beat");
    }
    throw CanceledFailure("gave way", {ToPayload(std::string("cancel detail"))});
  });
  Main([](workflow::Context& ctx, std::string) -> Task<std::string> {
    ActivityOptions options{.start_to_close_timeout = 2h, .heartbeat_timeout = 1min};
    options.retry_policy.maximum_attempts = 1;
    options.cancellation_type = ActivityCancellationType::kWaitCancellationCompleted;
    std::string text;
    const auto refused = co_await workflow::Try(ctx.ExecuteActivity(kStep, options, std::string("refuse")));
    if (const auto* failure = dynamic_cast<const ApplicationFailure*>(refused.failure()->cause().get())) {
      text += failure->message() + " " + failure->Detail<std::string>() + ", ";
    }
    const auto hung = co_await workflow::Try(ctx.ExecuteActivity(kStep, options, std::string("hang")));
    if (const auto* failure = dynamic_cast<const TimeoutFailure*>(hung.failure()->cause().get())) {
      text += FromPayload<std::string>(failure->last_heartbeat_details().at(0)) + ", ";
    }
    workflow::CancellationScope scope(ctx);
    auto stopped = scope->ExecuteActivity(kStep, options, std::string("stop"));
    co_await ctx.Sleep(1min);
    scope.Cancel();
    const auto cancelled = co_await workflow::Try(std::move(stopped));
    if (const auto* failure = dynamic_cast<const CanceledFailure*>(cancelled.failure()->cause().get())) {
      text += FromPayload<std::string>(failure->details().at(0));
    }
    co_return text;
  });
  EXPECT_EQ(env_.client().ExecuteWorkflow(kMain, {.id = "w"}, "input"), "never refusal, hang beat, cancel detail");
  EXPECT_THAT(codec_.Of("refusal"), ElementsAre("default w Main Step 1 test"));
  EXPECT_THAT(codec_.Of("hang beat"), ElementsAre("default w Main Step 2 test"));
  EXPECT_THAT(codec_.Of("cancel detail"), ElementsAre("default w Main Step 3 test"));
  ExpectReplays();
}

TEST_P(SerializationContexts, WhatLocalActivitiesAnswer_IsTheirs) {
  env_.RegisterActivity(kStep, [](std::string what) -> std::string {
    if (what == "refuse") throw ApplicationFailure("never", {.non_retryable = true}, std::string("refusal"));
    return "local result";
  });
  Main([](workflow::Context& ctx, std::string) -> Task<std::string> {
    const std::string result =
        co_await ctx.ExecuteLocalActivity(kStep, {.start_to_close_timeout = 1min, .activity_id = "l"}, "work");
    const auto refused =
        co_await workflow::Try(ctx.ExecuteLocalActivity(kStep, {.start_to_close_timeout = 1min}, "refuse"));
    const auto* failure = dynamic_cast<const ApplicationFailure*>(refused.failure()->cause().get());
    co_await ctx.Sleep(1h);
    co_return "got " + result + ", " + (failure == nullptr ? "nothing" : failure->Detail<std::string>());
  });
  EXPECT_EQ(env_.client().ExecuteWorkflow(kMain, {.id = "w"}, "input"), "got local result, refusal");
  EXPECT_THAT(codec_.Of("local result"), ElementsAre("default w Main Step l test local"));
  EXPECT_THAT(codec_.Of("refusal"), ElementsAre("default w Main Step 2 test local"));
  ExpectReplays();
}

TEST_P(SerializationContexts, WhatPassesBetweenAParentAndItsChild_IsTheChilds) {
  env_.RegisterWorkflow(kChild, [](workflow::Context& ctx, std::string input) -> Task<std::string> {
    std::string told;
    ctx.OnSignal(kTell, [&told](std::string what) { told = std::move(what); });
    co_await ctx.WaitCondition([&told] { return !told.empty(); });
    if (input == "refuse") throw ApplicationFailure("never", {}, std::string("refusal"));
    co_return "child result";
  });
  Main([](workflow::Context& ctx, std::string) -> Task<std::string> {
    const Payload value = ToPayload(std::string("child memo"));
    const MemoEntry memo[] = {{"who", value}};
    ChildWorkflowOptions options{.id = "c"};
    options.memo = memo;
    options.summary = "child summary";
    options.static_details = "child details";
    const auto child = co_await ctx.StartChildWorkflow(kChild, options, std::string("child input"));
    co_await child.Signal(kTell, std::string("to the child"));
    const std::string result = co_await child.Result();
    options.id = "d";
    const auto other = co_await ctx.StartChildWorkflow(kChild, options, std::string("refuse"));
    co_await ctx.GetExternalWorkflowHandle("d").Signal(kTell, std::string("to another"));
    const auto refused = co_await workflow::Try(other.Result());
    const auto* failure = dynamic_cast<const ApplicationFailure*>(refused.failure()->cause().get());
    co_return "got " + result + ", " + (failure == nullptr ? "nothing" : failure->Detail<std::string>());
  });
  EXPECT_EQ(env_.client().ExecuteWorkflow(kMain, {.id = "w"}, "input"), "got child result, refusal");
  const auto description = env_.client().GetWorkflowHandle("c").Describe();
  EXPECT_EQ(FromPayload<std::string>(description.memo.at("who")), "child memo");
  EXPECT_EQ(description.static_summary, "child summary");
  EXPECT_EQ(description.static_details, "child details");
  for (const char* value : {"child input", "to the child", "child result"}) {
    EXPECT_THAT(codec_.Of(value), ElementsAre("default c")) << value;
  }
  for (const char* value : {"to another", "refusal"}) {
    EXPECT_THAT(codec_.Of(value), ElementsAre("default d")) << value;
  }
  for (const char* value : {"child memo", "child summary", "child details"}) {
    EXPECT_THAT(codec_.Of(value), ElementsAre("default c", "default d")) << value;
  }
  ExpectReplays();
}

TEST_P(SerializationContexts, AsynchronousCompletion_IsOfWhatItsHandleWasTold) {
  activity::Info info;
  env_.RegisterActivity(kStep, [&info](activity::Context& ctx, std::string) -> std::string {
    info = ctx.Info();
    return ctx.CompleteAsync();
  });
  Main([](workflow::Context& ctx, std::string) -> Task<std::string> {
    const ActivityOptions options{.start_to_close_timeout = 1h};
    const std::string first = co_await ctx.ExecuteActivity(kStep, options, std::string("one"));
    const std::string second = co_await ctx.ExecuteActivity(kStep, options, std::string("two"));
    const auto third = co_await workflow::Try(ctx.ExecuteActivity(kStep, options, std::string("three")));
    const auto* failure = dynamic_cast<const ApplicationFailure*>(third.failure()->cause().get());
    co_return first + ", " + second + ", " + (failure == nullptr ? "nothing" : failure->Detail<std::string>());
  });
  auto handle = env_.client().StartWorkflow(kMain, {.id = "w"}, "input");
  env_.RunUntilIdle();
  const client::Client& client = env_.client();
  const auto by_token = client.GetAsyncActivityHandle(info.task_token).WithContext(info.serialization_context());
  by_token.Heartbeat(std::string("beat"));
  EXPECT_EQ(FromPayload<std::string>(handle.Describe().pending_activities.at(0).heartbeat_details.at(0)), "beat");
  by_token.Complete(std::string("by token"));
  env_.RunUntilIdle();
  client.GetAsyncActivityHandle("w", "", info.activity_id)
      .WithContext(info.serialization_context())
      .Complete(std::string("by id"));
  env_.RunUntilIdle();
  client.GetAsyncActivityHandle(info.task_token)
      .WithContext(info.serialization_context())
      .Fail(ApplicationFailure("no", {.non_retryable = true}, std::string("refusal")));
  EXPECT_EQ(handle.Result(), "by token, by id, refusal");
  EXPECT_THAT(codec_.Of("beat"), ElementsAre("default w Main Step 1 test"));
  EXPECT_THAT(codec_.Of("by id"), ElementsAre("default w Main Step 2 test"));
  EXPECT_THAT(codec_.Of("refusal"), ElementsAre("default w Main Step 3 test"));
  ExpectReplays();
}

TEST_P(SerializationContexts, MocksThatPlayAScript_AreTheActivitys) {
  Main([](workflow::Context& ctx, std::string) -> Task<std::string> {
    const ActivityOptions options{.start_to_close_timeout = 1h, .heartbeat_timeout = 1min};
    const std::string result = co_await ctx.ExecuteActivity(kStep, options, std::string("argument"));
    co_return "got " + result;
  });
  EXPECT_CALL(env_.MockActivity(kStep), Call("argument")).WillOnce(After(5s, testing::Return("late")));
  EXPECT_EQ(env_.client().ExecuteWorkflow(kMain, {.id = "w"}, "input"), "got late");
  EXPECT_THAT(codec_.Of("late"), ElementsAre("default w Main Step 1 test"));
}

INSTANTIATE_TEST_SUITE_P(Cached, SerializationContexts, testing::Values(0, 100),
                         [](const auto& info) { return info.param == 0 ? "no" : "yes"; });

// -- Where a context is not the same on both ends -----------------------------------------------------

TEST(SerializationContext, HandleWithoutOne_MakesWhatTheWorkflowCannotRead) {
  MixingCodec codec;
  activity::Info info;
  WorkflowEnvironment env({.check_replay = false, .data_converter = {.codec = &codec}});
  env.RegisterActivity(kStep, [&info](activity::Context& ctx, std::string) -> std::string {
    info = ctx.Info();
    return ctx.CompleteAsync();
  });
  env.RegisterWorkflow(kMain, [](workflow::Context& ctx, std::string) -> Task<std::string> {
    co_return co_await ctx.ExecuteActivity(kStep, {.start_to_close_timeout = 1h}, "one");
  });
  auto handle = env.client().StartWorkflow(kMain, {.id = "w"}, "input");
  env.RunUntilIdle();
  env.client().GetAsyncActivityHandle(info.task_token).Complete(std::string("by token"));
  env.RunUntilIdle();
  EXPECT_THAT(handle.FetchHistory().Print(),
              HasSubstr("event 7 ActivityTaskCompleted: these bytes are not of default w Main Step 1 test"));
}

TEST(SerializationContext, ReplayerOfAnotherNamespace_ReadsIfItIsTold) {
  MixingCodec codec;
  WorkflowEnvironment env({.namespace_ = "shop", .data_converter = {.codec = &codec}});
  const auto main = [](workflow::Context&, std::string input) -> Task<std::string> { co_return input; };
  env.RegisterWorkflow(kMain, main);
  auto handle = env.client().StartWorkflow(kMain, {.id = "w"}, "input");
  EXPECT_EQ(handle.Result(), "input");
  EXPECT_THAT(codec.Of("input"), ElementsAre("shop w"));
  WorkflowReplayer deaf({.data_converter = {.codec = &codec}});
  deaf.RegisterWorkflow(kMain, main);
  EXPECT_THAT(deaf.Replay(handle.FetchHistory()).mismatch,
              HasSubstr("event 1 WorkflowExecutionStarted: these bytes are not of default w"));
  WorkflowReplayer told({.data_converter = {.codec = &codec}, .namespace_ = "shop"});
  told.RegisterWorkflow(kMain, main);
  EXPECT_TRUE(told.Replay(handle.FetchHistory()).clean);
}

}  // namespace
}  // namespace temporal::test
