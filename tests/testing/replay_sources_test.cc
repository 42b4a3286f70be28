// What a replayer reads, and what it says of a history that its code does not follow.
#include <filesystem>
#include <fstream>
#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "temporal/temporal.h"
#include "temporal/testing/replay_main.h"
#include "temporal/testing/workflow_replayer.h"

namespace temporal::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr char kTimerHistory[] = R"({"events":[
  {"eventId":"1","eventType":"EVENT_TYPE_WORKFLOW_EXECUTION_STARTED",
   "workflowExecutionStartedEventAttributes":{"workflowType":{"name":"Sleeper"},"workflowId":"s-1"}},
  {"eventId":"2","eventType":"EVENT_TYPE_WORKFLOW_TASK_SCHEDULED","workflowTaskScheduledEventAttributes":{}},
  {"eventId":"3","eventType":"EVENT_TYPE_WORKFLOW_TASK_STARTED","workflowTaskStartedEventAttributes":{}},
  {"eventId":"4","eventType":"EVENT_TYPE_WORKFLOW_TASK_COMPLETED","workflowTaskCompletedEventAttributes":{}},
  {"eventId":"5","eventType":"EVENT_TYPE_TIMER_STARTED","timerStartedEventAttributes":{"timerId":"1"}}]})";

Task<void> Sleeps(workflow::Context& ctx) { co_await ctx.Sleep(5s); }
Task<void> Charges(workflow::Context& ctx) {
  co_await ctx.ExecuteActivity("Charge", {.start_to_close_timeout = 10s}, 42);
}

WorkflowReplayer& Register(WorkflowReplayer& replayer, Task<void> (*function)(workflow::Context&)) {
  return replayer.RegisterWorkflow(WorkflowRef<void()>("Sleeper"), function);
}

TEST(ReplaySources, StreamAndRange) {
  WorkflowReplayer replayer;
  Register(replayer, Sleeps);
  std::istringstream stream(kTimerHistory);
  EXPECT_TRUE(replayer.ReplayStream(stream).clean);
  const std::vector<WorkflowHistory> histories(2, WorkflowHistory::FromJson(kTimerHistory));
  EXPECT_EQ(replayer.ReplayHistories(histories).results.size(), 2u);
  std::istringstream empty("");
  EXPECT_THAT(replayer.ReplayStream(empty, "pipe").mismatch, HasSubstr("pipe: cannot be read, or is empty"));
}

TEST(ReplaySources, FailFast_StopsAtTheFirstMismatch) {
  WorkflowReplayer replayer;
  Register(replayer, Charges);
  const std::vector<WorkflowHistory> histories(3, WorkflowHistory::FromJson(kTimerHistory));
  EXPECT_EQ(replayer.ReplayHistories(histories).results.size(), 3u);
  EXPECT_EQ(replayer.ReplayHistories(histories, OnMismatch::kFailFast).results.size(), 1u);
}

TEST(ReplayMismatch, TellsBothSidesWithAttributesAndTheLine) {
  WorkflowReplayer replayer;
  Register(replayer, Charges);
  const ReplayResult result = replayer.ReplayJson(kTimerHistory, "timer.json");
  EXPECT_FALSE(result.clean);
  EXPECT_EQ(result.event_id, 5);
  EXPECT_EQ(result.expected, "5 TimerStarted timer_id=1");
  EXPECT_THAT(result.found, HasSubstr("gives the command activity Charge (id 1)"));
  EXPECT_THAT(result.found, HasSubstr("input=[42]"));
  EXPECT_THAT(result.found, HasSubstr("replay_sources_test.cc:"));
  std::ostringstream text;
  text << result;
  EXPECT_THAT(text.str(), HasSubstr("timer.json: does not replay\n  - history: 5 TimerStarted timer_id=1\n  + code:    "
                                    "gives the command activity Charge"));
  EXPECT_THAT(text.str(), HasSubstr("Usual causes: the code was changed while this run was open"));
}

TEST(ReplayMain, UnderstandsItsCommandLine) {
  const auto run = [](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "replay");
    std::vector<char*> pointers;
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    return ReplayMain(static_cast<int>(pointers.size()), pointers.data(),
                      {[](WorkflowReplayer& replayer) { Register(replayer, Sleeps); }});
  };
  EXPECT_EQ(run({}), 2);
  EXPECT_EQ(run({"--unknown"}), 2);
  EXPECT_EQ(run({"--up-to", "many", "x.json"}), 2);
  EXPECT_EQ(run({"/nowhere/x.json"}), 1);
  EXPECT_EQ(run({"--fail-fast", "--up-to", "3", "/nowhere/x.json"}), 1);
  const std::filesystem::path directory = std::filesystem::path(::testing::TempDir()) / "replay_main";
  std::filesystem::create_directories(directory);
  const std::string file = (directory / "timer.json").string();
  std::ofstream(file) << kTimerHistory;
  EXPECT_EQ(run({file}), 0);
  EXPECT_EQ(run({"--up-to", "4", file}), 0);
  EXPECT_EQ(run({"--up-to", "99", file}), 1);
  EXPECT_EQ(run({directory.string()}), 0);
  std::ofstream(directory / "before.json")
      << R"({"events":[{"eventId":"1","eventType":"FromTheFuture","workerMayIgnore":{}}]})";
  ::testing::internal::CaptureStdout();
  EXPECT_EQ(run({directory.string()}), 1);
  EXPECT_THAT(::testing::internal::GetCapturedStdout(),
              AllOf(HasSubstr("before.json: does not replay"), HasSubstr("timer.json: replays cleanly")));
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace temporal::test
