// The judge itself: what it takes for which kind of rejection.
#include "tests/replay/judgement.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "gtest/gtest.h"
#include "temporal/workflow.h"

namespace temporal::replay {
namespace {

using namespace std::chrono_literals;

Task<void> Sleeps(workflow::Context& ctx) { co_await ctx.Sleep(5s); }
Task<void> Waits(workflow::Context& ctx) {
  co_await ctx.WaitCondition([] { return false; });
}
Task<void> Throws(workflow::Context&) {
  throw std::runtime_error("a bug of the re-write");
  co_return;
}

std::string History(const std::string& type, const std::string& last) {
  return R"({"events":[{"eventId":"1","eventType":"WorkflowExecutionStarted",
      "workflowExecutionStartedEventAttributes":{"workflowType":{"name":")" +
         type + R"("},"workflowId":"w"}},
      {"eventId":"2","eventType":"WorkflowTaskScheduled","workflowTaskScheduledEventAttributes":{}},
      {"eventId":"3","eventType":"WorkflowTaskStarted","workflowTaskStartedEventAttributes":{}},
      {"eventId":"4","eventType":"WorkflowTaskCompleted","workflowTaskCompletedEventAttributes":{}},)" +
         last + "]}";
}

Kind Judged(const std::string& text) {
  Rewrites rewrites;
  rewrites.push_back(Function("sdk-x", "Sleeps", Sleeps));
  rewrites.push_back(Function("sdk-x", "Waits", Waits));
  rewrites.push_back(Function("sdk-x", "Throws", Throws));
  const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();  // others run at the same time
  const auto directory = std::filesystem::path(::testing::TempDir()) / (std::string("judgement-") + test->name());
  std::filesystem::create_directories(directory);
  std::ofstream(directory / "case.json") << text;
  const Kind kind = Judge(rewrites, directory.string(), "case.json").kind;
  std::filesystem::remove_all(directory);
  return kind;
}

constexpr char kTimer[] = R"({"eventId":"5","eventType":"TimerStarted","timerStartedEventAttributes":{"timerId":"1"}})";
constexpr char kGap[] = R"({"eventId":"7","eventType":"TimerStarted","timerStartedEventAttributes":{"timerId":"1"}})";

TEST(Judgement, EachKindOfRejection_IsToldFromTheOthers) {
  EXPECT_EQ(Judged(History("Sleeps", kTimer)), Kind::kAccepted);
  EXPECT_EQ(Judged(History("Waits", kTimer)), Kind::kNondeterminism);
  EXPECT_EQ(Judged(History("Sleeps", kGap)), Kind::kMalformed);
  EXPECT_EQ(Judged(History("Sleeps", R"({"eventId":"5","eventType":"FromTheFuture"})")), Kind::kMalformed);
  EXPECT_EQ(Judged("{"), Kind::kMalformed);
}

TEST(Judgement, NoRewriteNoFileOrABug_IsNoRejection) {
  EXPECT_EQ(Judged(History("Unwritten", kTimer)), Kind::kNotJudged);
  EXPECT_EQ(Judged(History("Throws", kTimer)), Kind::kNotJudged);
  EXPECT_EQ(Judged(""), Kind::kNotJudged);
  EXPECT_EQ(Judge({}, "/nowhere", "case.json").kind, Kind::kNotJudged);
}

TEST(Judgement, ReasonsOfAManifest_NameTheirKind) {
  EXPECT_EQ(KindOfReason("unknown event that the worker may not ignore"), Kind::kMalformed);
  EXPECT_EQ(KindOfReason("extra timer when replaying"), Kind::kNondeterminism);
  EXPECT_EQ(KindOfReason("second activity type differs"), Kind::kNondeterminism);
}

}  // namespace
}  // namespace temporal::replay
