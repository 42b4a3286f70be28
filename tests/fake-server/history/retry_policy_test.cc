// Whether an attempt follows, at the edges of the rule.
#include "fake-server/history/retry_policy.h"

#include "fake-server/history/field_rules.h"
#include "gtest/gtest.h"
#include "sdk/base/proto_time.h"

namespace temporal::server {
namespace {

namespace enums = api::enums::v1;
using api::common::v1::RetryPolicy;
using internal::Duration;
using internal::TimePoint;
using std::chrono::seconds;

constexpr std::int64_t kYear = 365 * 24 * 3600;

RetryPolicy Policy(std::int64_t initial_seconds) {
  RetryPolicy policy;
  policy.mutable_initial_interval()->set_seconds(initial_seconds);
  return policy;
}

TEST(RetryPolicyTest, AttemptDueAtTheExpiration_StillBegins) {
  RetryPolicy policy = Policy(5);
  FillRetryDefaults(policy);
  const TimePoint now(seconds(1000));
  for (const auto next : {NextActivityAttempt, NextWorkflowAttempt}) {
    EXPECT_EQ(next(policy, {.now = now, .expiration = now + seconds(5)}).state, enums::RETRY_STATE_IN_PROGRESS);
    EXPECT_EQ(next(policy, {.now = now, .expiration = now + seconds(5) - Duration(1)}).state,
              enums::RETRY_STATE_TIMEOUT);
  }
}

TEST(RetryPolicyTest, WorkflowTimeouts_OnlyThoseOfStartedWorkAreRetried) {
  RetryPolicy policy = Policy(5);
  FillRetryDefaults(policy);
  const auto state = [&](enums::TimeoutType type) {
    const auto failure = ActivityTimeoutFailure(type);
    return NextWorkflowAttempt(policy, {.failure = &failure}).state;
  };
  EXPECT_EQ(state(enums::TIMEOUT_TYPE_START_TO_CLOSE), enums::RETRY_STATE_IN_PROGRESS);
  EXPECT_EQ(state(enums::TIMEOUT_TYPE_HEARTBEAT), enums::RETRY_STATE_IN_PROGRESS);
  EXPECT_EQ(state(enums::TIMEOUT_TYPE_SCHEDULE_TO_START), enums::RETRY_STATE_NON_RETRYABLE_FAILURE);
  EXPECT_EQ(state(enums::TIMEOUT_TYPE_SCHEDULE_TO_CLOSE), enums::RETRY_STATE_NON_RETRYABLE_FAILURE);
  policy.add_non_retryable_error_types("TemporalTimeout:Heartbeat");
  EXPECT_EQ(state(enums::TIMEOUT_TYPE_HEARTBEAT), enums::RETRY_STATE_NON_RETRYABLE_FAILURE);
  EXPECT_EQ(state(enums::TIMEOUT_TYPE_START_TO_CLOSE), enums::RETRY_STATE_IN_PROGRESS);
}

// The maximum of a hundred times the interval wraps around before it is capped.
TEST(RetryPolicyTest, DefaultMaximum_IsOfTheIntervalAsGiven) {
  const auto error = [](std::int64_t years) {
    return std::string(ValidateRetryPolicy(Policy(years * kYear)).message());
  };
  EXPECT_EQ(error(1), "");
  EXPECT_EQ(error(200), "");
  EXPECT_EQ(error(240), "MaximumInterval cannot be less than InitialInterval on retry policy.");
  EXPECT_EQ(error(290), "invalid MaximumInterval set on retry policy: negative duration");
  EXPECT_EQ(error(300), "invalid MaximumInterval set on retry policy: negative duration");
  RetryPolicy policy = Policy(200 * kYear);
  FillRetryDefaults(policy);
  EXPECT_EQ(policy.initial_interval().seconds(), 100 * kYear);
  EXPECT_EQ(policy.maximum_interval().seconds(), 100 * kYear);
}

}  // namespace
}  // namespace temporal::server
