// Mocks made from references, their actions on virtual time, and what an unmet or unexpected call does to the test.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest-spi.h"
#include "gtest/gtest.h"
#include "temporal/testing/testing.h"
#include "tests/testing/sample_workflows.h"

namespace temporal::test {
namespace {

using ::testing::_;
using ::testing::HasSubstr;
using ::testing::InSequence;
using ::testing::Return;

inline constexpr ActivityRef<void(int)> kNotify{"Notify"};

class ActivityMock : public ::testing::Test {
 protected:
  ActivityMock() { env_.RegisterWorkflow(kWorker, RunWorker); }

  std::string Execute(const std::string& input = "a") {
    return env_.client().ExecuteWorkflow(kWorker, {.id = "w"}, input);
  }
  // The failure that ended the workflow.
  std::string Fail() {
    try {
      return "answered " + Execute();
    } catch (const WorkflowFailedError& error) {
      return error.cause().Describe();
    }
  }
  Duration Elapsed() const { return env_.CurrentTime() - start_; }

  WorkflowEnvironment env_;
  const TimePoint start_ = env_.CurrentTime();
};

TEST_F(ActivityMock, Return_AnswersAtOnce) {
  EXPECT_CALL(env_.MockActivity(kWork), Call("a")).WillOnce(Return("b"));
  EXPECT_EQ(Execute(), "b");
  EXPECT_EQ(Elapsed(), 0s);
}

TEST_F(ActivityMock, SameReference_IsTheSameMock) {
  EXPECT_EQ(&env_.MockActivity(kWork), &env_.MockActivity(kWork));
  EXPECT_EQ(&env_.MockActivity(kWork), &env_.MockActivity<std::string(std::string)>("Work"));
  EXPECT_THROW(env_.MockActivity<int()>("Work"), std::logic_error);
  EXPECT_CALL(env_.MockActivity<std::string(std::string)>("Work"), Call(_)).WillOnce(Return("by name"));
  EXPECT_EQ(Execute(), "by name");
}

TEST_F(ActivityMock, VoidActivity_IsMockedToo) {
  env_.RegisterWorkflow(kSleeper, [](workflow::Context& ctx, int n) -> Task<void> {
    co_await ctx.ExecuteActivity(kNotify, {.start_to_close_timeout = 1s}, n);
  });
  EXPECT_CALL(env_.MockActivity(kNotify), Call(3)).WillOnce(Return());
  env_.client().ExecuteWorkflow(kSleeper, {.id = "n"}, 3);
}

TEST_F(ActivityMock, FailuresThenSuccess_AreRetriedOnVirtualTime) {
  const InSequence sequence;
  EXPECT_CALL(env_.MockActivity(kWork), Call("a")).Times(2).WillRepeatedly(Throw(ApplicationFailure("down")));
  EXPECT_CALL(env_.MockActivity(kWork), Call("a")).WillOnce(Return("up"));
  EXPECT_EQ(Execute(), "up");
  EXPECT_EQ(Elapsed(), 1s + 2s);
}

TEST_F(ActivityMock, After_DelaysResultsAndFailures) {
  EXPECT_CALL(env_.MockActivity(kWork), Call("a"))
      .WillOnce(After(50s, Throw(ApplicationFailure("down"))))
      .WillOnce(After(10s, Return("up")));
  EXPECT_EQ(Execute(), "up");
  EXPECT_EQ(Elapsed(), 50s + 1s + 10s);
}

TEST_F(ActivityMock, AfterBeyondTheTimeout_LosesTheRace) {
  EXPECT_CALL(env_.MockActivity(kWork), Call("a")).WillOnce(After(61s, Return("too late"))).WillOnce(Return("in time"));
  EXPECT_EQ(Execute(), "in time");
  EXPECT_EQ(Elapsed(), 60s + 1s);
}

TEST_F(ActivityMock, TimesOutAndNeverReturns_EndByTheServersTimeouts) {
  EXPECT_CALL(env_.MockActivity(kWork), Call("a"))
      .WillOnce(TimesOut(TimeoutType::kStartToClose))
      .WillOnce(NeverReturns())
      .WillOnce(Return("at last"));
  EXPECT_EQ(Execute(), "at last");
  EXPECT_EQ(Elapsed(), 60s + 1s + 60s + 2s);
}

TEST_F(ActivityMock, HeartbeatTimeout_CarriesTheLastDetails) {
  env_.RegisterWorkflow(kListener, [](workflow::Context& ctx) -> Task<std::string> {
    const std::string input = "a";
    auto got = co_await workflow::Try(ctx.ExecuteActivity(
        kWork, {.start_to_close_timeout = 1h, .heartbeat_timeout = 30s, .retry_policy = {.maximum_attempts = 1}},
        input));
    const auto* timeout = got.failure()->CauseAs<TimeoutFailure>();
    co_return std::string(ToString(timeout->type())) + " " + timeout->last_heartbeat_details().at(0).data;
  });
  EXPECT_CALL(env_.MockActivity(kWork), Call("a")).WillOnce(Heartbeats(20s, {1, 2, 3}, NeverReturns()));
  EXPECT_EQ(env_.client().ExecuteWorkflow(kListener, {.id = "l"}), "Heartbeat 3");
  EXPECT_EQ(Elapsed(), 60s + 30s);
}

TEST_F(ActivityMock, TimesOutStartToClose_KeepsHeartbeating) {
  env_.RegisterWorkflow(kListener, [](workflow::Context& ctx) -> Task<std::string> {
    const std::string input = "a";
    auto got = co_await workflow::Try(ctx.ExecuteActivity(
        kWork, {.start_to_close_timeout = 1h, .heartbeat_timeout = 30s, .retry_policy = {.maximum_attempts = 1}},
        input));
    co_return std::string(ToString(got.failure()->CauseAs<TimeoutFailure>()->type()));
  });
  EXPECT_CALL(env_.MockActivity(kWork), Call("a")).WillOnce(TimesOut(TimeoutType::kStartToClose));
  EXPECT_EQ(env_.client().ExecuteWorkflow(kListener, {.id = "l"}), "StartToClose");
  EXPECT_EQ(Elapsed(), 1h);
}

TEST_F(ActivityMock, UnexpectedCall_FailsTestAndActivityAndNamesIt) {
  EXPECT_CALL(env_.MockActivity(kWork), Call("b")).Times(0);
  std::string failure;
  ::testing::TestPartResultArray results;
  {
    const ::testing::ScopedFakeTestPartResultReporter reporter(
        ::testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &results);
    failure = Fail();
  }
  ASSERT_EQ(results.size(), 2);
  EXPECT_THAT(results.GetTestPartResult(1).message(),
              HasSubstr("activity Work(\"a\"): its mock does not expect this call"));
  EXPECT_THAT(failure, HasSubstr("UnexpectedMockCall"));
  EXPECT_EQ(Elapsed(), 0s) << "it is not retried";
}

TEST_F(ActivityMock, ExpectationWithoutAction_FailsTheTest) {
  EXPECT_CALL(env_.MockActivity(kWork), Call("a"));
  ::testing::TestPartResultArray results;
  {
    const ::testing::ScopedFakeTestPartResultReporter reporter(
        ::testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &results);
    Fail();
  }
  ASSERT_EQ(results.size(), 1);
  EXPECT_THAT(results.GetTestPartResult(0).message(), HasSubstr("the expectation has no action"));
}

TEST_F(ActivityMock, TimeoutThatIsNotSet_FailsTheTest) {
  EXPECT_CALL(env_.MockActivity(kWork), Call("a")).WillOnce(TimesOut(TimeoutType::kHeartbeat));
  EXPECT_NONFATAL_FAILURE(Fail(), "it has no Heartbeat timeout");
}

TEST_F(ActivityMock, MockAfterTheStart_ReplacesTheActivity) {
  env_.RegisterActivity(kWork, [](std::string input) { return input + " real"; });
  EXPECT_EQ(Execute(), "a real");
  EXPECT_CALL(env_.MockActivity(kWork), Call("a")).WillOnce(Return("mocked"));
  EXPECT_EQ(Execute(), "mocked");
}

TEST(ActivityMockAtTheEnd, UnmetExpectation_FailsTheTest) {
  EXPECT_NONFATAL_FAILURE(
      {
        WorkflowEnvironment env;
        EXPECT_CALL(env.MockActivity(kWork), Call("a")).WillOnce(Return("b"));
      },
      "never called");
}

}  // namespace
}  // namespace temporal::test
