// Failures on their way to the server and back.
#include "sdk/converter/failure_converter.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sdk/base/history_printer.h"
#include "temporal/future.h"

namespace temporal::internal {
namespace {

using ::testing::HasSubstr;

TEST(FailureConverter, AChainOfFailures_ComesBackAsItWas) {
  auto root = std::make_shared<ApplicationFailure>(
      "card expired", ApplicationFailureOptions{.type = "Expired", .non_retryable = true, .benign = true}, 7,
      std::string("visa"));
  auto timeout = std::make_shared<TimeoutFailure>("late", TimeoutType::kHeartbeat, Payloads{ToPayload(50)});
  timeout->set_cause(root);
  ActivityFailure::Fields fields;
  fields.activity_type = "Charge";
  fields.activity_id = "3";
  fields.retry_state = RetryState::kMaximumAttemptsReached;
  ActivityFailure failure("Activity task failed", fields);
  failure.set_cause(timeout);

  const auto proto = ToProto(failure);
  EXPECT_EQ(proto.source(), "CppSDK");
  const auto back = FromProto(proto);
  EXPECT_EQ(back->Describe(),
            "ActivityFailure (Charge): Activity task failed; caused by TimeoutFailure (Heartbeat): late; caused by "
            "ApplicationFailure (Expired): card expired");
  EXPECT_EQ(PrintMessage(ToProto(*back)), PrintMessage(proto));
  EXPECT_EQ(back->CauseAs<ApplicationFailure>()->Detail<std::string>(1), "visa");
}

TEST(FailureConverter, EveryKind_KeepsItsClass) {
  ChildWorkflowFailure::Fields child;
  child.workflow_type = "Child";
  const std::vector<std::shared_ptr<Failure>> failures = {
      std::make_shared<CanceledFailure>("stop", Payloads{ToPayload(1)}), std::make_shared<TerminatedFailure>("killed"),
      std::make_shared<ServerFailure>("server", true), std::make_shared<ChildWorkflowFailure>("child", child)};
  for (const auto& failure : failures) {
    EXPECT_EQ(FromProto(ToProto(*failure))->kind(), failure->kind());
    try {
      std::rethrow_exception(ToException(*failure));
    } catch (const Failure& thrown) {
      EXPECT_EQ(thrown.kind(), failure->kind());
    }
  }
}

TEST(FailureConverter, OtherExceptions_BecomeApplicationFailuresOfTheirType) {
  const auto proto = ExceptionToProto(std::make_exception_ptr(std::runtime_error("broken")));
  EXPECT_EQ(proto.message(), "broken");
  EXPECT_EQ(proto.application_failure_info().type(), "std::runtime_error");
  EXPECT_EQ(ExceptionToProto(std::make_exception_ptr(5)).application_failure_info().type(), "unknown");
}

TEST(FailureConverter, TextInAnotherEncoding_IsMadeUtf8WhereverItStands) {
  auto cause =
      std::make_shared<ApplicationFailure>("c\xff", ApplicationFailureOptions{.type = "t\xff"}, Bytes{std::byte{0xff}});
  ActivityFailure::Fields fields;
  fields.activity_id = "i\xff";
  ActivityFailure failure("m\xff", fields);
  failure.set_source("s\xff");
  failure.set_stack_trace("l\xff");
  failure.set_cause(cause);
  const auto proto = ToProto(failure);
  const std::string mark = "\xEF\xBF\xBD";
  EXPECT_EQ(proto.message(), "m" + mark);
  EXPECT_EQ(proto.source(), "s" + mark);
  EXPECT_EQ(proto.stack_trace(), "l" + mark);
  EXPECT_EQ(proto.activity_failure_info().activity_id(), "i" + mark);
  EXPECT_EQ(proto.cause().message(), "c" + mark);
  EXPECT_EQ(proto.cause().application_failure_info().type(), "t" + mark);
  EXPECT_EQ(proto.cause().application_failure_info().details().payloads(0).data(), "\xff") << "data are bytes";
}

TEST(FailureConverter, EncodedAttributes_AreRead) {
  api::failure::v1::Failure proto;
  proto.set_message("Encoded failure");
  proto.mutable_encoded_attributes()->set_data(R"({"message":"secret","stack_trace":"at x"})");
  const auto failure = FromProto(proto);
  EXPECT_EQ(failure->message(), "secret");
  EXPECT_EQ(failure->stack_trace(), "at x");
  EXPECT_EQ(failure->kind(), "ApplicationFailure");
}

TEST(FailureConverter, FailureOf_SharesTheExceptionItself) {
  const auto error = std::make_exception_ptr(CanceledFailure("stop"));
  EXPECT_EQ(FailureOf(error)->message(), "stop");
  EXPECT_EQ(FailureOf(std::make_exception_ptr(1)), nullptr);
}

}  // namespace
}  // namespace temporal::internal
