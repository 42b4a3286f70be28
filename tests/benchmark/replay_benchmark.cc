// Replay, by length of history: it must not fall with length.
#include <benchmark/benchmark.h>

#include <map>

#include "sdk/converter/history_data.h"
#include "sdk/engine/replay.h"
#include "temporal/testing/workflow_environment.h"
#include "tests/benchmark/workflows.h"

namespace temporal::benchmarks {
namespace {

// A history of about so many events: each sleep leaves five.
const WorkflowHistory& HistoryOf(std::int64_t events) {
  static std::map<std::int64_t, WorkflowHistory> histories;
  const auto known = histories.find(events);
  if (known != histories.end()) return known->second;
  test::WorkflowEnvironment env({.max_time = 24h * 36'500, .max_tasks = 1'000'000'000, .check_replay = false});
  env.RegisterWorkflow(kSleeps, Sleeps);
  auto handle = env.client().StartWorkflow(kSleeps, {.id = "w"}, static_cast<int>(events / 5));
  handle.Result();
  // Laid out in memory as what a server sends or a file holds: parsed in one go.
  const std::string serialized = handle.FetchHistory().data().history.SerializeAsString();
  auto data = std::make_shared<internal::HistoryData>();
  data->history.ParseFromString(serialized);
  return histories.emplace(events, WorkflowHistory(std::move(data))).first->second;
}

void Replay(benchmark::State& state) {
  const WorkflowHistory& history = HistoryOf(state.range(0));
  internal::WorkflowRegistry registry;
  registry.Add(internal::MakeWorkflowFunction(kSleeps, Sleeps));
  internal::WorkflowRunOptions options;
  options.registry = &registry;
  options.namespace_name = "default";
  options.task_queue = "test";
  for (auto unused : state) {
    const internal::ReplayReport report = internal::Replay(options, history.data());
    if (report.mismatch) {
      state.SkipWithError(report.mismatch->message.c_str());
    } else if (report.state != internal::ReplayReport::State::kCompleted || report.events != history.size()) {
      state.SkipWithError("the replay did not come to the end of the history");
    }
  }
  state.SetItemsProcessed(state.iterations() * history.size());
}
BENCHMARK(Replay)->Arg(2'000)->Arg(10'000)->Arg(50'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace temporal::benchmarks
