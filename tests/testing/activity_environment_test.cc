// One activity in a fake context.
#include "temporal/testing/activity_environment.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace temporal::test {
namespace {

using namespace std::chrono_literals;

// Counts to ten, a second each, from where the last attempt left off.
int Count(activity::Context& ctx, int step) {
  int at = ctx.HeartbeatDetails<int>().value_or(0);
  while (at < 10) {
    at += step;
    ctx.Heartbeat(at, std::string("counted"));
    if (ctx.WaitCancelled(1s)) throw CanceledFailure("at " + std::to_string(at));
  }
  return at;
}

TEST(ActivityEnvironment, PlainFunction_IsCalled) {
  ActivityEnvironment env;
  EXPECT_EQ(env.Run([](int a, int b) { return a + b; }, 1, 2), 3);
}

TEST(ActivityEnvironment, Heartbeats_AreCapturedOnVirtualTime) {
  ActivityEnvironment env;
  const TimePoint start = env.CurrentTime();
  EXPECT_EQ(env.Run(Count, 5), 10);
  EXPECT_EQ(env.CurrentTime() - start, 2s);
  ASSERT_EQ(env.heartbeats().size(), 2u);
  EXPECT_EQ(env.Heartbeat<int>(0), 5);
  EXPECT_EQ(env.Heartbeat<std::string>(1, 1), "counted");
}

TEST(ActivityEnvironment, DetailsOfTheAttemptBefore_AreResumedFrom) {
  ActivityEnvironment env;
  env.info().attempt = 2;
  env.SetHeartbeatDetails(9);
  EXPECT_EQ(env.Run(Count, 1), 10);
  EXPECT_EQ(env.heartbeats().size(), 1u);
}

TEST(ActivityEnvironment, CancelAfterAWhile_EndsTheWaitThen) {
  ActivityEnvironment env;
  const TimePoint start = env.CurrentTime();
  env.After(2500ms, [&] { env.Cancel(); });
  EXPECT_THROW(env.Run(Count, 1), CanceledFailure);
  EXPECT_EQ(env.CurrentTime() - start, 2500ms);
  EXPECT_EQ(env.heartbeats().size(), 3u);
}

TEST(ActivityEnvironment, WorkerShutdown_IsSeenAsACancellation) {
  ActivityEnvironment env;
  env.OnHeartbeat([&](const Payloads&) { env.ShutDownWorker(); });
  EXPECT_THROW(env.Run(Count, 1), CanceledFailure);
  EXPECT_EQ(env.heartbeats().size(), 1u);
}

TEST(ActivityEnvironment, Info_IsAsSet) {
  ActivityEnvironment env;
  env.info().workflow_id = "doc-1";
  EXPECT_EQ(env.Run([](activity::Context& ctx) { return ctx.Info().workflow_id; }), "doc-1");
  EXPECT_EQ(env.Run([](activity::Context& ctx) { return ctx.Info().attempt; }), 1);
}

TEST(ActivityEnvironment, AsyncCompletion_IsTold) {
  ActivityEnvironment env;
  const auto wait = [](activity::Context& ctx) -> int { return ctx.CompleteAsync(); };
  EXPECT_TRUE(env.CompletesAsync([&] { env.Run(wait); }));
  EXPECT_FALSE(env.CompletesAsync([&] { env.Run(Count, 10); }));
}

}  // namespace
}  // namespace temporal::test
