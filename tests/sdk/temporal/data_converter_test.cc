// Payload codecs and failures' encoded attributes from end to end: what the server sees, and what the code sees.
#include <chrono>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sdk/base/history_printer.h"
#include "sdk/converter/history_data.h"
#include "sdk/converter/message_codec.h"
#include "sdk/converter/payload_converter.h"
#include "temporal/api/command/v1/message.pb.h"
#include "temporal/api/failure/v1/message.pb.h"
#include "temporal/api/protocol/v1/message.pb.h"
#include "temporal/api/update/v1/message.pb.h"
#include "temporal/temporal.h"
#include "temporal/testing/activity_mock.h"
#include "temporal/testing/workflow_environment.h"
#include "temporal/testing/workflow_replayer.h"

namespace temporal::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Return;

constexpr WorkflowRef<std::string(std::string)> kGreet{"Greet"};
constexpr ActivityRef<std::string(std::string)> kSalute{"Salute"};
constexpr SignalRef<void(std::string)> kTell{"tell"};
constexpr QueryRef<std::string(std::string)> kAsk{"ask"};
constexpr UpdateRef<std::string(std::string)> kRename{"rename"};

// Hides what a payload holds, and marks whose it is.
class HidingCodec : public PayloadCodec {
 public:
  Payloads Encode(Payloads payloads, const SerializationContext& context) const override {
    for (Payload& payload : payloads) {
      std::string text;
      for (const auto& [key, value] : payload.metadata) text += key + "=" + value + "\n";
      text += "\n" + payload.data;
      for (char& c : text) c = static_cast<char>(c ^ 0x55);
      payload.metadata = {{"encoding", "binary/hidden"},
                          {"whose", std::string(context.namespace_) + "/" + std::string(context.workflow_id)}};
      payload.data = std::move(text);
    }
    return payloads;
  }
  Payloads Decode(Payloads payloads, const SerializationContext& context) const override {
    for (Payload& payload : payloads) {
      if (payload.metadata["encoding"] != "binary/hidden") continue;
      const std::string whose = std::string(context.namespace_) + "/" + std::string(context.workflow_id);
      if (payload.metadata["whose"] != whose) {
        throw std::runtime_error("payload of " + payload.metadata["whose"] + " was decoded as of " + whose);
      }
      std::string text = payload.data;
      for (char& c : text) c = static_cast<char>(c ^ 0x55);
      const std::size_t end = text.find("\n\n") == std::string::npos ? text.find('\n') : text.find("\n\n") + 1;
      Payload plain;
      for (std::size_t at = 0; at < end;) {
        const std::size_t line = text.find('\n', at);
        const std::size_t equals = text.find('=', at);
        plain.metadata[text.substr(at, equals - at)] = text.substr(equals + 1, line - equals - 1);
        at = line + 1;
      }
      plain.data = text.substr(end + 1);
      payload = std::move(plain);
    }
    return payloads;
  }
};

class BrokenCodec : public HidingCodec {
 public:
  Payloads Encode(Payloads payloads, const SerializationContext& context) const override {
    for (const Payload& payload : payloads) {
      if (payload.data.find("unspeakable") != std::string::npos) throw std::runtime_error("no key for this");
    }
    return HidingCodec::Encode(std::move(payloads), context);
  }
};

class Greet {
 public:
  explicit Greet(workflow::Context& ctx) : ctx_(ctx) {
    ctx.OnSignal(kTell, [this](std::string what) { told_ = std::move(what); });
    ctx.OnUpdate(kRename, [](std::string name) { return name + " it is"; });
    ctx.OnQuery(kAsk, [this](std::string question) { return question + ": " + told_; });
  }
  Task<std::string> Run(std::string whom) {
    const std::string saluted =
        co_await ctx_.ExecuteActivity(kSalute, {.start_to_close_timeout = 1min, .summary = "the secret salute"}, whom);
    co_await ctx_.WaitCondition([this] { return !told_.empty(); });
    if (told_ == "fail") throw ApplicationFailure("secret message", {.type = "Refused"}, std::string("secret detail"));
    co_return saluted + " " + told_ + " " + *ctx_.Info().Memo<std::string>("who");
  }

 private:
  workflow::Context& ctx_;
  std::string told_;
};

client::WorkflowHandle<std::string> Start(WorkflowEnvironment& env) {
  const MemoEntry memo[] = {{"who", ToPayload(std::string("secret memo"))}};
  return env.client().StartWorkflow(
      kGreet, {.id = "w-1", .memo = memo, .static_summary = "secret summary", .static_details = "secret details"},
      std::string("secret name"));
}

TEST(PayloadCodec, WhatTheServerHolds_IsEncodedAndWhatCodeSeesIsNot) {
  const HidingCodec codec;
  WorkflowEnvironment env({.data_converter = {.codec = &codec}});
  env.RegisterWorkflow<Greet>(kGreet);
  env.RegisterActivity(kSalute, [](activity::Context& ctx, std::string whom) {
    ctx.Heartbeat(std::string("secret progress"));
    return "secret salute of " + whom;
  });
  auto handle = Start(env);
  env.RunUntilIdle();
  handle.Signal(kTell, "secret word");
  EXPECT_EQ(handle.Result(), "secret salute of secret name secret word secret memo");
  EXPECT_EQ(handle.Query(kAsk, "secret question"), "secret question: secret word");
  EXPECT_EQ(FromPayload<std::string>(handle.Describe().memo.at("who")), "secret memo");
  EXPECT_EQ(handle.Describe().static_summary, "secret summary");
  EXPECT_EQ(handle.Describe().static_details, "secret details");

  const std::string history = env.Histories().front().ToJson();
  EXPECT_THAT(history, HasSubstr("YmluYXJ5L2hpZGRlbg=="));  // binary/hidden
  EXPECT_THAT(env.Histories().front().data().history.SerializeAsString(), Not(HasSubstr("secret")));
}

// Other SDKs on sdk-core read them so.
TEST(PayloadCodec, NotesInMarkers_AreLeftAloneAndResultsAreNot) {
  const HidingCodec codec;
  WorkflowEnvironment env({.data_converter = {.codec = &codec}});
  env.RegisterActivity(kSalute, [](std::string name) { return "Hail " + name; });
  env.RegisterWorkflow(kGreet, [](workflow::Context& ctx, std::string name) -> Task<std::string> {
    const bool patched = ctx.Patched("loud");
    const std::string hail = co_await ctx.ExecuteLocalActivity(kSalute, {.start_to_close_timeout = 1min}, name);
    co_return patched ? hail + "!" : hail;
  });
  auto handle = env.client().StartWorkflow(kGreet, {.id = "g"}, "Ann");
  EXPECT_EQ(handle.Result(), "Hail Ann!");
  const std::string history = internal::PrintHistory(env.Histories().front().data().history);
  EXPECT_THAT(history, HasSubstr(R"(marker_name=core_patch details={patch-data=[{"deprecated":false,"id":"loud"}]})"));
  EXPECT_THAT(history, HasSubstr(R"(marker_name=core_local_activity details={data=[{"seq":1,)"));
  EXPECT_THAT(history, Not(HasSubstr("Hail")));
}

TEST(PayloadCodec, ResultsOfUpdates_AreDecodedAsTheirWorkflows) {
  const HidingCodec codec;
  WorkflowEnvironment env({.data_converter = {.codec = &codec}});
  env.RegisterWorkflow<Greet>(kGreet);
  env.RegisterActivity(kSalute, [](std::string) -> std::string { return "hello"; });
  auto handle = Start(env);
  EXPECT_EQ(handle.StartUpdate(kRename, {}, std::string("Ada")).Result(), "Ada it is");
  EXPECT_EQ(handle.ExecuteUpdate(kRename, std::string("Bob")), "Bob it is");
  const auto start = env.client().WithStart(
      kGreet, {.id = "w-1", .id_conflict_policy = WorkflowIdConflictPolicy::kUseExisting}, std::string("again"));
  EXPECT_EQ(env.client().ExecuteUpdateWithStart(start, kRename, std::string("Eve")), "Eve it is");
  EXPECT_THAT(env.Histories().front().data().history.SerializeAsString(), Not(HasSubstr("it is")));
}

TEST(PayloadCodec, TheReplayer_DecodesWhatTheClientFetches) {
  const HidingCodec codec;
  WorkflowEnvironment env({.data_converter = {.codec = &codec}});
  env.RegisterWorkflow<Greet>(kGreet);
  EXPECT_CALL(env.MockActivity(kSalute), Call("secret name")).WillOnce(Return("hello"));
  auto handle = Start(env);
  handle.Signal(kTell, "you");
  EXPECT_EQ(handle.Result(), "hello you secret memo");

  WorkflowReplayer replayer({.data_converter = {.codec = &codec}});
  replayer.RegisterWorkflow<Greet>(kGreet);
  const ReplayResult result = replayer.Replay(handle.FetchHistory());
  EXPECT_TRUE(result.clean) << result;
  EXPECT_EQ(result.Result<std::string>(), "hello you secret memo");

  WorkflowReplayer without;
  without.RegisterWorkflow<Greet>(kGreet);
  EXPECT_FALSE(without.Replay(handle.FetchHistory()).clean);
}

TEST(PayloadCodec, MocksThatPlayAScript_AreEncodedToo) {
  const HidingCodec codec;
  WorkflowEnvironment env({.data_converter = {.codec = &codec}});
  env.RegisterWorkflow<Greet>(kGreet);
  EXPECT_CALL(env.MockActivity(kSalute), Call("secret name")).WillOnce(After(5s, Return("secret late")));
  auto handle = Start(env);
  handle.Signal(kTell, "you");
  EXPECT_EQ(handle.Result(), "secret late you secret memo");
  EXPECT_THAT(env.Histories().front().data().history.SerializeAsString(), Not(HasSubstr("secret")));
}

TEST(EncodedFailureAttributes, TheServerSeesAPlaceholderAndTheClientTheMessage) {
  const HidingCodec codec;
  WorkflowEnvironment env({.data_converter = {.codec = &codec, .encode_failure_attributes = true}});
  env.RegisterWorkflow<Greet>(kGreet);
  env.RegisterActivity(kSalute, [](std::string) -> std::string { return "hello"; });
  auto handle = Start(env);
  handle.Signal(kTell, "fail");
  try {
    handle.Result();
    ADD_FAILURE() << "completed";
  } catch (const WorkflowFailedError& error) {
    const auto* failure = error.CauseAs<ApplicationFailure>();
    ASSERT_NE(failure, nullptr);
    EXPECT_EQ(failure->message(), "secret message");
    EXPECT_EQ(failure->type(), "Refused");
    EXPECT_EQ(failure->Detail<std::string>(), "secret detail");
  }
  const WorkflowHistory history = env.Histories().front();
  const auto& last = *history.data().history.events().rbegin();
  const auto& failure = last.workflow_execution_failed_event_attributes().failure();
  EXPECT_EQ(failure.message(), "Encoded failure");
  EXPECT_EQ(failure.encoded_attributes().metadata().at("encoding"), "binary/hidden");
}

TEST(EncodedFailureAttributes, WithoutACodec_AreReadableJson) {
  api::failure::v1::Failure failure;
  failure.set_message("outer");
  failure.set_stack_trace("at line 1");
  failure.mutable_cause()->set_message("inner");
  internal::EncodeMessage({.encode_failure_attributes = true}, {}, failure);
  EXPECT_EQ(failure.message(), "Encoded failure");
  EXPECT_EQ(failure.stack_trace(), "");
  EXPECT_EQ(failure.encoded_attributes().data(), R"({"message":"outer","stack_trace":"at line 1"})");
  EXPECT_EQ(failure.cause().encoded_attributes().data(), R"({"message":"inner","stack_trace":""})");
}

TEST(PayloadCodec, SearchAttributesAndHeaders_AreLeftAlone) {
  const HidingCodec codec;
  api::command::v1::StartChildWorkflowExecutionCommandAttributes command;
  command.set_workflow_id("child");
  const auto payload = internal::ToProto(ToPayload(1));
  (*command.mutable_search_attributes()->mutable_indexed_fields())["a"] = payload;
  (*command.mutable_header()->mutable_fields())["h"] = payload;
  (*command.mutable_memo()->mutable_fields())["m"] = payload;
  internal::EncodeMessage({.codec = &codec}, {"default", "parent"}, command);
  EXPECT_EQ(command.search_attributes().indexed_fields().at("a").data(), "1");
  EXPECT_EQ(command.header().fields().at("h").data(), "1");
  EXPECT_EQ(command.memo().fields().at("m").metadata().at("whose"), "default/child");
}

TEST(PayloadCodec, MessagesInsideAnAny_AreEncodedToo) {
  const HidingCodec codec;
  api::update::v1::Request request;
  *request.mutable_input()->mutable_args()->add_payloads() = internal::ToProto(ToPayload(std::string("secret")));
  api::protocol::v1::Message message;
  message.mutable_body()->PackFrom(request);
  internal::EncodeMessage({.codec = &codec}, {"default", "w-1"}, message);
  EXPECT_THAT(message.SerializeAsString(), Not(HasSubstr("secret")));
  internal::DecodeMessage({.codec = &codec}, {"default", "w-1"}, message);
  api::update::v1::Request decoded;
  ASSERT_TRUE(message.body().UnpackTo(&decoded));
  EXPECT_EQ(decoded.input().args().payloads(0).data(), "\"secret\"");
}

TEST(PayloadCodec, AClientsCallThatCannotBeEncoded_ThrowsWhatTheCodecThrows) {
  const BrokenCodec codec;
  WorkflowEnvironment env({.data_converter = {.codec = &codec}});
  env.RegisterWorkflow<Greet>(kGreet);
  env.RegisterActivity(kSalute, [](std::string whom) { return whom; });
  EXPECT_THAT([&] { env.client().StartWorkflow(kGreet, {.id = "w-1"}, "unspeakable"); },
              testing::ThrowsMessage<std::runtime_error>(HasSubstr("no key for this")));
}

TEST(PayloadCodec, AResultThatCannotBeEncoded_FailsTheAttempt) {
  const BrokenCodec codec;
  int attempts = 0;
  WorkflowEnvironment env({.data_converter = {.codec = &codec}});
  env.RegisterWorkflow<Greet>(kGreet);
  env.RegisterActivity(kSalute,
                       [&attempts](std::string whom) { return ++attempts < 2 ? std::string("unspeakable") : whom; });
  auto handle = Start(env);
  handle.Signal(kTell, "you");
  EXPECT_EQ(handle.Result(), "secret name you secret memo");
  EXPECT_EQ(attempts, 2);
}

constexpr WorkflowRef<std::string()> kMumble{"Mumble"};

TEST(PayloadCodec, ACommandThatCannotBeEncoded_FailsTheWorkflowTask) {
  const BrokenCodec codec;
  int tasks = 0;
  WorkflowEnvironment env({.check_replay = false, .data_converter = {.codec = &codec}});
  env.RegisterWorkflow(
      kMumble, [&tasks](workflow::Context&) -> Task<std::string> { co_return ++tasks < 2 ? "unspeakable" : "said"; });
  EXPECT_EQ(env.client().ExecuteWorkflow(kMumble, {.id = "w-1"}), "said");
  const std::string history = env.Histories().front().Print();
  EXPECT_THAT(history, HasSubstr("Failed encoding payloads: no key for this"));
}

}  // namespace
}  // namespace temporal::test
