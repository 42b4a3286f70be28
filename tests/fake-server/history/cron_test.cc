// Cron: when schedules are due, and the chain of runs that one makes.
#include "absl/time/time.h"
#include "fake-server/history/cron_schedule.h"
#include "gmock/gmock.h"
#include "tests/fake-server/history/engine_driver.h"

namespace temporal::server {
namespace {

internal::TimePoint At(const std::string& text) {
  absl::Time time;
  if (!absl::ParseTime(absl::RFC3339_full, text, &time, nullptr)) ADD_FAILURE() << text;
  return internal::TimePoint(internal::Duration(absl::ToUnixNanos(time)));
}

std::string Next(const std::string& schedule, const std::string& after) {
  const auto next = NextCronTime(schedule, At(after));
  if (next == internal::TimePoint::max()) return "never";
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromUnixNanos(next.time_since_epoch().count()),
                          absl::UTCTimeZone());
}

TEST(CronScheduleTest, Fields_NextTime) {
  EXPECT_EQ(Next("* * * * *", "2024-02-28T23:59:30Z"), "2024-02-29T00:00:00Z");
  EXPECT_EQ(Next("0 12 * * mon-fri", "2024-03-01T12:00:00Z"), "2024-03-04T12:00:00Z") << "not on a weekend";
  EXPECT_EQ(Next("*/20 1-2,5 * * *", "2024-03-01T02:40:00Z"), "2024-03-01T05:00:00Z");
  EXPECT_EQ(Next("0 0 1 jan *", "2024-01-01T00:00:00Z"), "2025-01-01T00:00:00Z");
  EXPECT_EQ(Next("30 6 29 2 *", "2024-03-01T00:00:00Z"), "2028-02-29T06:30:00Z");
  EXPECT_EQ(Next("0 0 31 2 *", "2024-03-01T00:00:00Z"), "never");
}

TEST(CronScheduleTest, BothKindsOfDayRestricted_EitherWillDo) {
  EXPECT_EQ(Next("0 0 13 * 5", "2024-03-01T00:00:00Z"), "2024-03-08T00:00:00Z");
  EXPECT_EQ(Next("0 0 13 * *", "2024-03-01T00:00:00Z"), "2024-03-13T00:00:00Z");
}

TEST(CronScheduleTest, Descriptors) {
  EXPECT_EQ(Next("@hourly", "2024-03-01T10:00:00Z"), "2024-03-01T11:00:00Z");
  EXPECT_EQ(Next("@weekly", "2024-03-01T10:00:00Z"), "2024-03-03T00:00:00Z");
  EXPECT_EQ(Next("@every 90s", "2024-03-01T10:00:00.7Z"), "2024-03-01T10:01:30Z");
  EXPECT_EQ(Next("@every 0s", "2024-03-01T10:00:00Z"), "2024-03-01T10:00:01Z") << "a second at least";
}

TEST(CronScheduleTest, Zone_ItsHoursAreMeant) {
  EXPECT_EQ(Next("CRON_TZ=Asia/Tokyo 0 9 * * *", "2024-03-01T01:00:00Z"), "2024-03-02T00:00:00Z");
}

TEST(CronScheduleTest, Backoff_FirstTimeAfterNowInWholeSeconds) {
  const auto last = At("2024-03-01T10:00:00.2Z");
  EXPECT_EQ(CronBackoff("@every 3s", last, last), seconds(3));
  EXPECT_EQ(CronBackoff("@every 3s", last, At("2024-03-01T10:00:07.5Z")), seconds(2)) << "10:00:09, rounded up";
  EXPECT_EQ(CronBackoff("@every 1s", last, At("2026-03-01T10:00:00Z")), seconds(1));
  EXPECT_EQ(CronBackoff("0 * * * *", last, At("2024-03-01T12:00:00Z")), seconds(3600));
}

class CronTest : public EngineTest {};

TEST_F(CronTest, CompletesAndFails_EachRunFollowedByTheNextWithItsOutcome) {
  Start("cron_schedule: '@every 10s'");
  const std::string first = Run().run_id();
  EXPECT_EQ(Types(), "\n1 +0s WorkflowExecutionStarted\n");
  const WorkflowTask task = Poll();
  EXPECT_EQ(Elapsed(), seconds(10));
  EXPECT_TRUE(Complete(task, {MakeCommand("COMPLETE_WORKFLOW_EXECUTION", "result { payloads { data: 'r' } }")}).ok());
  EXPECT_EQ(Run(first).events().at(5).workflow_execution_completed_event_attributes().new_execution_run_id(),
            Run().run_id());
  EXPECT_EQ(Run().start().last_completion_result().payloads(0).data(), "r");
  EXPECT_EQ(Run().start().initiator(), api::enums::v1::CONTINUE_AS_NEW_INITIATOR_CRON_SCHEDULE);
  Do({FailWorkflow()});
  EXPECT_EQ(Elapsed(), seconds(20));
  EXPECT_EQ(Run().start().continued_failure().message(), "boom");
  EXPECT_EQ(Run().start().last_completion_result().payloads(0).data(), "r") << "of the last run that had one";
  Do({CompleteWorkflow()});
  EXPECT_EQ(Elapsed(), seconds(30));
  EXPECT_FALSE(Run().start().has_continued_failure());
  EXPECT_FALSE(Run().start().has_last_completion_result());
  EXPECT_EQ(Run().start().first_execution_run_id(), first);
}

TEST_F(CronTest, RetriesFirst_ThenTheSchedule) {
  Start("cron_schedule: '@every 60s' retry_policy { maximum_attempts: 2 }");
  Do({FailWorkflow()});
  EXPECT_EQ(Run().start().attempt(), 2);
  EXPECT_EQ(Run().start().initiator(), api::enums::v1::CONTINUE_AS_NEW_INITIATOR_RETRY);
  Do({FailWorkflow()});
  EXPECT_EQ(Elapsed(), seconds(61));
  EXPECT_EQ(Run().start().attempt(), 1);
  Poll();
  EXPECT_EQ(Elapsed(), seconds(121)) << "a minute after the retried run was due";
}

TEST_F(CronTest, RunTimesOut_NextRunKnowsTheFailure) {
  Start("cron_schedule: '@every 10s' workflow_run_timeout { seconds: 4 }");
  const std::string first = Run().run_id();
  Poll();
  Sleep(seconds(4));
  EXPECT_EQ(Types(3, first), "\n4 +14s WorkflowTaskFailed\n5 +14s WorkflowExecutionTimedOut\n");
  EXPECT_EQ(Run().start().continued_failure().message(), "workflow timeout");
  Poll();
  EXPECT_EQ(Elapsed(), seconds(20));
}

TEST_F(CronTest, CancelledOrTerminated_ChainEnds) {
  Start("cron_schedule: '@every 10s'");
  const std::string first = Run().run_id();
  Do({CancelWorkflow()});
  EXPECT_EQ(Run().run_id(), first);
  EXPECT_FALSE(Run().running());
}

}  // namespace
}  // namespace temporal::server
