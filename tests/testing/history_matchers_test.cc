// What the matchers say of workflows that fail.
#include "temporal/testing/history_matchers.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "temporal/testing/testing.h"
#include "tests/testing/sample_workflows.h"

namespace temporal::test {
namespace {

using ::testing::_;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Property;
using ::testing::Return;
using ::testing::StringMatchResultListener;

class FailsWithTest : public ::testing::Test {
 protected:
  FailsWithTest() { env_.RegisterWorkflow(kWorker, RunWorker); }
  client::WorkflowHandle<std::string> Start() { return env_.client().StartWorkflow(kWorker, {.id = "w"}, "a"); }

  WorkflowEnvironment env_;
};

TEST_F(FailsWithTest, ACallThatFails_MatchesAnyFailureOfItsChain) {
  EXPECT_CALL(env_.MockActivity(kWork), Call(_))
      .WillOnce(Throw(ApplicationFailure("no such file", {.type = "NotFound", .non_retryable = true})));
  auto handle = Start();
  const auto result = [&] { handle.Result(); };
  EXPECT_THAT(result, FailsWith());
  EXPECT_THAT(result, FailsWith("no such file"));
  EXPECT_THAT(result, FailsWith<ActivityFailure>());
  EXPECT_THAT(result, FailsWith<ApplicationFailure>(HasSubstr("file")));
  EXPECT_THAT(result, FailsWith<ApplicationFailure>(_, Property(&ApplicationFailure::type, "NotFound")));
  EXPECT_THAT(result, Not(FailsWith<ApplicationFailure>("file")));
  EXPECT_THAT(result, Not(FailsWith<ApplicationFailure>(_, Property(&ApplicationFailure::type, "Other"))));
  EXPECT_THAT(result, Not(FailsWith<TimeoutFailure>()));
}

TEST_F(FailsWithTest, AHistory_MatchesByItsLastEvent) {
  EXPECT_CALL(env_.MockActivity(kWork), Call(_)).Times(3).WillRepeatedly(TimesOut(TimeoutType::kStartToClose));
  auto handle = Start();
  EXPECT_THAT(handle.FetchHistory(), Not(FailsWith()));
  EXPECT_THAT([&] { handle.Result(); }, FailsWith<TimeoutFailure>());
  EXPECT_THAT(handle.FetchHistory(), FailsWith<TimeoutFailure>());
  EXPECT_THAT(handle.FetchHistory(), Not(FailsWith<ApplicationFailure>()));
}

TEST_F(FailsWithTest, CancelledAndTerminatedRuns_HaveFailuresOfTheirOwn) {
  env_.RegisterWorkflow<Listener>(kListener);
  auto cancelled = env_.client().StartWorkflow(kListener, {.id = "c"});
  cancelled.Cancel();
  EXPECT_THAT([&] { cancelled.Result(); }, FailsWith<CanceledFailure>());
  EXPECT_THAT(cancelled.FetchHistory(), FailsWith<CanceledFailure>());
  auto terminated = env_.client().StartWorkflow(kListener, {.id = "t"});
  terminated.Terminate("enough");
  EXPECT_THAT(terminated.FetchHistory(), FailsWith<TerminatedFailure>("enough"));
}

TEST_F(FailsWithTest, WhatDoesNotFail_SaysSoAndWhatFailsOtherwiseShowsItsChain) {
  const auto explain = [](const auto& what) {
    StringMatchResultListener listener;
    const ::testing::Matcher<decltype(what)> matcher = FailsWith<TimeoutFailure>();
    EXPECT_FALSE(matcher.MatchAndExplain(what, &listener));
    return listener.str();
  };
  EXPECT_EQ(explain([] { return 1; }), "which does not fail");
  EXPECT_EQ(explain([] { throw ApplicationFailure("broken", {.type = "Disk"}); }),
            "which fails with ApplicationFailure (Disk): broken");
}

}  // namespace
}  // namespace temporal::test
