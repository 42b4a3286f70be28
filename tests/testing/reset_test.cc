// A run that is reset goes on in process: from the point, with what came since, and with random numbers of its own.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sdk/base/history_printer.h"
#include "sdk/converter/history_data.h"
#include "temporal/testing/testing.h"
#include "tests/testing/sample_workflows.h"

namespace temporal::test {
namespace {

inline constexpr WorkflowRef<std::string()> kDrawer{"Drawer"};

// Draws, works, waits for a signal, draws again: "first draw, word, second draw".
class Drawer {
 public:
  explicit Drawer(workflow::Context& ctx) : ctx_(ctx) {
    ctx.OnSignal(kTell, [this](std::string what) { heard_ = std::move(what); });
  }
  Task<std::string> Run() {
    const std::string first = ctx_.Uuid4();
    const ActivityOptions options = WorkOptions();
    co_await ctx_.ExecuteActivity(kWork, options, "a");
    co_await ctx_.WaitCondition([this] { return !heard_.empty(); });
    co_return first + " " + heard_ + " " + ctx_.Uuid4();
  }

 private:
  workflow::Context& ctx_;
  std::string heard_;
};

// With an activity that counts how often it has worked.
void RegisterDrawer(WorkflowEnvironment& env, int& worked) {
  env.RegisterWorkflow<Drawer>(kDrawer).RegisterActivity(kWork, [&worked](std::string) {
    ++worked;
    return std::string("done");
  });
}

std::string Events(const client::UntypedWorkflowHandle& handle) {
  std::string types;
  const WorkflowHistory history = handle.FetchHistory();
  for (const auto& event : history.data().history.events()) {
    const std::string line = internal::PrintEvent(event, {.attributes = false});
    types += line.substr(line.find(' ') + 1) + " ";
  }
  return types;
}

TEST(Reset, ClosedRun_GoesOnFromThePointWithTheSignalsSince) {
  int worked = 0;
  WorkflowEnvironment env;
  RegisterDrawer(env, worked);
  auto handle = env.client().StartWorkflow(kDrawer, {.id = "d"});
  env.Sleep(1h);
  handle.Signal(kTell, "news");
  const std::string before = handle.Result();
  const std::string first_run = handle.run_id();
  env.Sleep(1h);

  const auto again = handle.Reset({.event_id = 10, .reason = "try again"});
  EXPECT_NE(again.run_id(), first_run);
  EXPECT_EQ(again.first_execution_run_id(), first_run);
  const std::string after = again.Result();
  EXPECT_EQ(worked, 1) << "the activity has completed before the point";
  EXPECT_EQ(before.substr(0, 42), after.substr(0, 42)) << "what was drawn before the point, and the word";
  EXPECT_NE(before.substr(42), after.substr(42)) << "drawn after it";
  EXPECT_EQ(
      again.FetchHistory().Print(),
      R"(1 WorkflowExecutionStarted workflow_type=Drawer task_queue=test workflow_task_timeout=10s identity=test attempt=1 first_workflow_task_backoff=0s workflow_id=d
2 WorkflowTaskScheduled task_queue=test start_to_close_timeout=10s attempt=1
3 WorkflowTaskStarted scheduled_event_id=2 identity=test
4 WorkflowTaskCompleted scheduled_event_id=2 started_event_id=3 identity=test sdk_metadata={core_used_flags=[1, 2, 3] sdk_name=temporal-cpp sdk_version=0.1.0}
5 ActivityTaskScheduled activity_id=1 activity_type=Work task_queue=test input=["a"] schedule_to_close_timeout=0s schedule_to_start_timeout=0s start_to_close_timeout=1m heartbeat_timeout=0s workflow_task_completed_event_id=4 retry_policy={initial_interval=1s backoff_coefficient=2 maximum_interval=1m40s maximum_attempts=3}
6 ActivityTaskStarted scheduled_event_id=5 identity=test attempt=1
7 ActivityTaskCompleted result=["done"] scheduled_event_id=5 started_event_id=6 identity=test
8 WorkflowTaskScheduled task_queue=sticky(test) start_to_close_timeout=10s attempt=1
9 WorkflowTaskStarted scheduled_event_id=8 identity=test
10 WorkflowTaskFailed scheduled_event_id=8 started_event_id=9 cause=ResetWorkflow failure={message="try again" reset_workflow_failure_info={}} identity=history-service
11 WorkflowExecutionSignaled signal_name=tell input=["news"] identity=test
12 WorkflowTaskScheduled task_queue=test start_to_close_timeout=10s attempt=1
13 WorkflowTaskStarted scheduled_event_id=12 identity=test
14 WorkflowTaskCompleted scheduled_event_id=12 started_event_id=13 identity=test sdk_metadata={}
15 WorkflowExecutionCompleted result=[")" +
          after + R"("] workflow_task_completed_event_id=14
)");
  EXPECT_EQ(env.client().GetWorkflowHandle(kDrawer, "d", first_run).Result(), before);
}

TEST(Reset, RunningRun_WorksAgainFromTheStart) {
  int worked = 0;
  WorkflowEnvironment env;
  RegisterDrawer(env, worked);
  auto handle = env.client().StartWorkflow(kDrawer, {.id = "d"});
  env.RunUntilIdle();
  const auto again = handle.Reset({.event_id = 4});
  again.Signal(kTell, "news");
  EXPECT_THAT(again.Result(), ::testing::HasSubstr(" news "));
  EXPECT_EQ(worked, 2);
  EXPECT_EQ(env.client().GetWorkflowHandle(kDrawer, "d", handle.run_id()).Describe().status,
            client::WorkflowStatus::kTerminated);
}

TEST(Reset, FirstAndLastWorkflowTask_AreFoundInTheHistory) {
  int worked = 0;
  WorkflowEnvironment env;
  RegisterDrawer(env, worked);
  auto handle = env.client().StartWorkflow(kDrawer, {.id = "d"});
  env.RunUntilIdle();
  handle.Signal(kTell, "news");
  handle.Result();
  const auto first = handle.Reset({.point = ResetPoint::kFirstWorkflowTask});
  EXPECT_THAT(Events(first),
              ::testing::StartsWith("WorkflowExecutionStarted WorkflowTaskScheduled WorkflowTaskStarted "
                                    "WorkflowTaskFailed WorkflowExecutionSignaled WorkflowTaskScheduled"));
  EXPECT_THAT(first.Result(), ::testing::HasSubstr(" news "));
  EXPECT_EQ(worked, 2);
  // By id alone: of the current run, which is the first reset's, and whose last task had the signal already.
  const auto last = env.client().GetWorkflowHandle(kDrawer, "d").Reset({.point = ResetPoint::kLastWorkflowTask});
  EXPECT_EQ(last.first_execution_run_id(), "") << "nobody told this handle";
  EXPECT_THAT(last.Result(), ::testing::HasSubstr(" news "));
  EXPECT_EQ(worked, 2);
  EXPECT_EQ(last.Describe().first_run_id, handle.run_id());
}

// Nothing but its first task, which no worker has taken: the point is the task that was to start.
TEST(Reset, FirstWorkflowTaskOfARunThatNoWorkerHasSeen_IsTheOneThatWaits) {
  WorkflowEnvironment env;
  auto handle = env.client().StartWorkflow(kDrawer, {.id = "d", .task_queue = "nobody"});
  for (const ResetPoint point : {ResetPoint::kFirstWorkflowTask, ResetPoint::kLastWorkflowTask}) {
    try {
      handle.Reset({.point = point});
      ADD_FAILURE() << "there is no event 3 yet";
    } catch (const RpcError& error) {
      EXPECT_EQ(error.message(), "Workflow task finish ID must be > 1 && <= workflow last event ID.");
    }
  }
}

TEST(Reset, SignalsThatAreExcluded_DoNotComeAgain) {
  WorkflowEnvironment env;
  env.RegisterWorkflow<Drawer>(kDrawer);
  env.RegisterActivity(kWork, [](std::string) { return std::string("done"); });
  auto handle = env.client().StartWorkflow(kDrawer, {.id = "d"});
  env.RunUntilIdle();
  handle.Signal(kTell, "old");
  handle.Result();
  const auto again = handle.Reset(
      {.point = ResetPoint::kFirstWorkflowTask, .reapply_exclude_types = {ResetReapplyExcludeType::kSignal}});
  env.RunUntilIdle();
  again.Signal(kTell, "new");
  EXPECT_THAT(again.Result(), ::testing::HasSubstr(" new "));
}

TEST(Reset, RunThatAResetMade_IsDeletedAloneAndTheFirstOneCanBeResetAgain) {
  WorkflowEnvironment env;
  env.RegisterWorkflow<Drawer>(kDrawer);
  env.RegisterActivity(kWork, [](std::string) { return std::string("done"); });
  auto handle = env.client().StartWorkflow(kDrawer, {.id = "d"});
  handle.Signal(kTell, "news");
  const std::string result = handle.Result();
  const auto again = handle.Reset({.point = ResetPoint::kLastWorkflowTask});
  again.Result();
  again.Delete();
  env.RunUntilIdle();
  EXPECT_THROW(again.FetchHistory(), RpcError);
  EXPECT_THROW(again.Delete(), RpcError);
  const auto first = env.client().GetWorkflowHandle(kDrawer, "d", handle.run_id());
  EXPECT_EQ(first.Result(), result);
  const auto third = first.Reset({.point = ResetPoint::kLastWorkflowTask});
  EXPECT_THAT(third.Result(), ::testing::HasSubstr(" news "));
  third.Delete();
  first.Delete();
  env.RunUntilIdle();
  EXPECT_THROW(env.client().GetWorkflowHandle("d").Describe(), RpcError);
}

TEST(Delete, OpenRun_IsTerminatedAndGone) {
  WorkflowEnvironment env;
  env.RegisterWorkflow<Drawer>(kDrawer);
  env.RegisterActivity(kWork, [](std::string) { return std::string("done"); });
  auto handle = env.client().StartWorkflow(kDrawer, {.id = "d"});
  env.RunUntilIdle();
  handle.Delete();
  env.RunUntilIdle();
  EXPECT_THROW(handle.Describe(), RpcError);
  EXPECT_EQ(env.client().CountWorkflows().count, 0);
}

}  // namespace
}  // namespace temporal::test
