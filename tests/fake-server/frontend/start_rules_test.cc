// What a start may not ask for, in the real server's words.
#include <string>

#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "tests/support/server_harness.h"

namespace temporal::server {
namespace {

// The message of the error that a start with these fields gets; "OK" if none.
std::string Start(const std::string& fields) {
  ServerHarness server;
  wf::StartWorkflowExecutionRequest request;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      "workflow_id: 'w' workflow_type { name: 'T' } task_queue { name: 'q' } request_id: 'r' " + fields, &request));
  const auto got = server.Call<rpc::StartWorkflowExecution>(request);
  return got.ok() ? "OK" : std::string(got.status().message());
}

TEST(StartRules, CronSchedule_MustBeOneThatIsEverDue) {
  const auto start = [](const std::string& schedule) { return Start("cron_schedule: '" + schedule + "'"); };
  EXPECT_EQ(start("0 0 31 2 *"), "invalid CronSchedule, no time can be found to satisfy the schedule");
  EXPECT_EQ(start("0 0 29 2 *"), "OK");
  EXPECT_EQ(start("0 0 31"), "invalid CronSchedule.");
}

TEST(StartRules, CronInterval_EndsWhereGosDurationsDo) {
  const auto start = [](const std::string& every) { return Start("cron_schedule: '@every " + every + "'"); };
  EXPECT_EQ(start("2562047h47m16s"), "OK");
  EXPECT_EQ(start("2562047h47m17s"), "invalid CronSchedule.");
  EXPECT_EQ(start("99999999999h"), "invalid CronSchedule.");
  EXPECT_EQ(start("-99999999999h"), "invalid CronSchedule.");
  EXPECT_EQ(start("inf"), "invalid CronSchedule.");
  EXPECT_EQ(start("-5s"), "OK") << "it is a second";
}

TEST(StartRules, OverrideBehavior_MustBeKnown) {
  const auto start = [](const std::string& override) { return Start("versioning_override { " + override + " }"); };
  EXPECT_EQ(start("behavior: VERSIONING_BEHAVIOR_AUTO_UPGRADE"), "OK");
  EXPECT_EQ(start("behavior: 99"), "override behavior 99 not recognized");
  EXPECT_EQ(start("behavior: 3 pinned_version: 'a.b'"), "override behavior 3 not recognized");
}

}  // namespace
}  // namespace temporal::server
