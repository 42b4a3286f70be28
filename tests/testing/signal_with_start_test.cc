// A signal that starts its workflow unless that runs, end to end and in process.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "temporal/testing/testing.h"
#include "tests/testing/sample_workflows.h"

namespace temporal::test {
namespace {

class SignalWithStartTest : public testing::Test {
 protected:
  SignalWithStartTest() { env_.RegisterWorkflow<Listener>(kListener); }

  client::WorkflowHandle<std::string> Tell(std::string_view what, const StartWorkflowOptions& options = {.id = "l"}) {
    return env_.client().SignalWithStart(env_.client().WithStart(kListener, options), kTell, std::string(what));
  }

  WorkflowEnvironment env_;
};

TEST_F(SignalWithStartTest, NothingRuns_StartsAndTheSignalIsInTheFirstTask) {
  auto handle = Tell("news");
  EXPECT_FALSE(handle.run_id().empty());
  EXPECT_EQ(handle.first_execution_run_id(), handle.run_id());
  EXPECT_EQ(handle.Result(), "news");
  EXPECT_THAT(EventTypes(handle.FetchHistory()),
              testing::ElementsAre("WorkflowExecutionStarted", "WorkflowExecutionSignaled", "WorkflowTaskScheduled",
                                   "WorkflowTaskStarted", "WorkflowTaskCompleted", "WorkflowExecutionCompleted"));
}

TEST_F(SignalWithStartTest, OneRuns_IsSignalledAndNotStarted) {
  auto running = env_.client().StartWorkflow(kListener, {.id = "l"});
  env_.RunUntilIdle();
  auto handle = Tell("news");
  EXPECT_EQ(handle.run_id(), "");
  EXPECT_EQ(handle.Result(), "news");
  EXPECT_EQ(running.Result(), "news");
  EXPECT_EQ(env_.Histories().size(), 1u);
}

TEST_F(SignalWithStartTest, OneHasEnded_StartsAnother) {
  EXPECT_EQ(Tell("first").Result(), "first");
  EXPECT_EQ(Tell("second").Result(), "second");
  EXPECT_EQ(env_.Histories().size(), 2u);
}

TEST_F(SignalWithStartTest, ReuseForbidden_TellsWhichRunItWas) {
  auto first = Tell("first");
  first.Result();
  try {
    Tell("second", {.id = "l", .id_reuse_policy = WorkflowIdReusePolicy::kRejectDuplicate});
    FAIL() << "it was started";
  } catch (const WorkflowAlreadyStartedError& error) {
    EXPECT_EQ(error.workflow_id(), "l");
    EXPECT_EQ(error.run_id(), first.run_id());
  }
}

TEST_F(SignalWithStartTest, PreparedStartUsedTwice_IsTwoSignals) {
  const auto start = env_.client().WithStart(kListener, {.id = "l"});
  EXPECT_EQ(env_.client().SignalWithStart(start, kTell, "one").Result(), "one");
  EXPECT_EQ(env_.client().SignalWithStart(start, kTell, "two").Result(), "two");
}

TEST_F(SignalWithStartTest, RequestIdGiven_TheSameAgainDoesNothing) {
  const auto start = env_.client().WithStart(kListener, {.id = "l", .request_id = "r-1"});
  env_.client().SignalWithStart(start, kTell, "one");
  EXPECT_EQ(env_.client().SignalWithStart(start, kTell, "two").Result(), "one");
  EXPECT_EQ(env_.Histories().size(), 1u);
}

TEST_F(SignalWithStartTest, AllOptionsArrive) {
  const MemoEntry memo[] = {{"why", ToPayload(std::string("tests"))}};
  auto handle = Tell("news", {.id = "l",
                              .execution_timeout = 3h,
                              .run_timeout = 2h,
                              .task_timeout = 5s,
                              .retry_policy = {.initial_interval = 7s, .maximum_attempts = 2},
                              .start_delay = 1min,
                              .memo = memo,
                              .static_summary = "listens",
                              .priority = {.priority_key = 2}});
  EXPECT_EQ(handle.Result(), "news");
  const auto description = handle.Describe();
  EXPECT_EQ(FromPayload<std::string>(description.memo.at("why")), "tests");
  EXPECT_EQ(description.static_summary, "listens");
  EXPECT_THAT(handle.FetchHistory().Print(),
              testing::StartsWith("1 WorkflowExecutionStarted workflow_type=Listener task_queue=test "
                                  "workflow_execution_timeout=3h workflow_run_timeout=2h workflow_task_timeout=5s"));
}

}  // namespace
}  // namespace temporal::test
