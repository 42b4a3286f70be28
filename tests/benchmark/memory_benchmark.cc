// What a sleeping run weighs.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include "temporal/testing/workflow_environment.h"
#include "tests/benchmark/workflows.h"

namespace temporal::benchmarks {
namespace {

std::size_t BytesInUse() {
  const struct mallinfo2 info = ::mallinfo2();
  return info.uordblks + info.hblkhd;
}

void SleepingRuns(benchmark::State& state) {
  const auto runs = static_cast<std::size_t>(state.range(0));
  for (auto unused : state) {
    test::WorkflowEnvironment env({.max_tasks = 1'000'000'000, .check_replay = false});
    env.RegisterWorkflow(kSleeps, Sleeps);
    const std::size_t before = BytesInUse();
    for (std::size_t i = 0; i < runs; ++i) env.client().StartWorkflow(kSleeps, {}, 1);
    env.RunUntilIdle();
    state.counters["bytes_per_run"] = static_cast<double>(BytesInUse() - before) / static_cast<double>(runs);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(runs));
}
BENCHMARK(SleepingRuns)->Arg(100'000)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace temporal::benchmarks
