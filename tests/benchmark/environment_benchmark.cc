// What a test costs: the environment itself, a workflow with a mocked activity, days of sleep.
#include <benchmark/benchmark.h>
#include <gmock/gmock.h>

#include "temporal/testing/activity_mock.h"
#include "temporal/testing/workflow_environment.h"
#include "tests/benchmark/workflows.h"

namespace temporal::benchmarks {
namespace {

using ::testing::_;
using ::testing::Return;

test::WorkflowEnvironmentOptions WithoutReplay() { return {.max_tasks = 1'000'000'000, .check_replay = false}; }

void EnvironmentUpAndDown(benchmark::State& state) {
  for (auto unused : state) {
    test::WorkflowEnvironment env(WithoutReplay());
    env.RegisterWorkflow(kEmpty, Empty);
    env.client().ExecuteWorkflow(kEmpty, {.id = "w"});
  }
}
BENCHMARK(EnvironmentUpAndDown)->Unit(benchmark::kMillisecond);

void EmptyWorkflow(benchmark::State& state) {
  test::WorkflowEnvironment env(WithoutReplay());
  env.RegisterWorkflow(kEmpty, Empty);
  for (auto unused : state) env.client().ExecuteWorkflow(kEmpty, {});
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(EmptyWorkflow)->Unit(benchmark::kMicrosecond);

// Through client, server, worker and mock.
void OneActivityWorkflow(benchmark::State& state) {
  test::WorkflowEnvironment env(WithoutReplay());
  env.RegisterWorkflow(kOneActivity, OneActivity);
  EXPECT_CALL(env.MockActivity(kGreet), Call(_)).WillRepeatedly(Return("hello"));
  for (auto unused : state) env.client().ExecuteWorkflow(kOneActivity, {}, "you");
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(OneActivityWorkflow)->Unit(benchmark::kMicrosecond);

void ThousandSleepsOfADay(benchmark::State& state) {
  for (auto unused : state) {
    test::WorkflowEnvironment env(WithoutReplay());
    env.RegisterWorkflow(kSleeps, Sleeps);
    env.client().ExecuteWorkflow(kSleeps, {.id = "w"}, 1'000);
  }
}
BENCHMARK(ThousandSleepsOfADay)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace temporal::benchmarks
