// What one workflow task costs a run that is kept, by how much it waits for; and what such a run weighs.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sdk/engine/workflow_run.h"
#include "temporal/registration.h"
#include "tests/benchmark/workflows.h"
#include "tests/support/history_builder.h"

namespace temporal::benchmarks {
namespace {

using internal::HistoryBuilder;
using Poll = api::workflowservice::v1::PollWorkflowTaskQueueResponse;

constexpr WorkflowRef<void(int, bool)> kTicks{"Ticks"};

Task<void> SleepsLong(workflow::Context& ctx) { co_await ctx.Sleep(24h * 365); }

Task<void> WaitsForNothing(workflow::Context& ctx) {
  co_await ctx.WaitCondition([] { return false; });
}

// Sleeps a second, again and again, while so many others wait.
Task<void> Ticks(workflow::Context& ctx, int waiting, bool conditions) {
  std::vector<Future<void>> others;
  for (int i = 0; i < waiting; ++i) others.push_back(ctx.Spawn(conditions ? WaitsForNothing(ctx) : SleepsLong(ctx)));
  while (true) co_await ctx.Sleep(1s);
}

std::unique_ptr<Poll> TaskFrom(const HistoryBuilder& history, int begin) {
  auto task = std::make_unique<Poll>();
  task->mutable_workflow_execution()->set_workflow_id("id-1");
  task->mutable_workflow_execution()->set_run_id("run-1");
  for (int at = begin; at < history.history().events_size(); ++at) {
    *task->mutable_history()->add_events() = history.history().events(at);
  }
  return task;
}

// The tasks of such a run: the first starts the timers, each of the others tells that the second has passed.
std::vector<std::unique_ptr<Poll>> TasksOf(int count, int waiting, bool conditions) {
  HistoryBuilder history("Ticks", waiting, conditions);
  std::vector<std::unique_ptr<Poll>> tasks;
  history.OpenTask();
  tasks.push_back(TaskFrom(history, 0));
  int timers = 0;
  for (int task = 1; task < count; ++task) {
    const int begin = history.history().events_size();
    history.TaskCompleted();
    std::string id = std::to_string(++timers);
    const HistoryBuilder::Id started = history.TimerStarted(id, 1s);
    for (int i = 0; task == 1 && !conditions && i < waiting; ++i) {
      history.TimerStarted(std::to_string(++timers), 24h * 365);
    }
    history.TimerFired(started, id);
    history.OpenTask();
    tasks.push_back(TaskFrom(history, begin));
  }
  return tasks;
}

struct Engine {
  Engine() {
    registry.Add(internal::MakeWorkflowFunction(kTicks, Ticks));
    options.registry = &registry;
    options.namespace_name = "default";
    options.task_queue = "queue";
  }
  // Whether the task was answered with commands.
  static bool Handle(internal::WorkflowRun& run, std::unique_ptr<Poll> task) {
    const internal::TaskAnswer answer = run.Handle(std::move(task));
    return std::holds_alternative<api::workflowservice::v1::RespondWorkflowTaskCompletedRequest>(answer);
  }
  internal::WorkflowRegistry registry;
  internal::WorkflowRunOptions options;
};

void Resume(benchmark::State& state, bool conditions) {
  constexpr int kTasks = 2'000;
  const Engine engine;
  for (auto unused : state) {
    state.PauseTiming();
    auto tasks = TasksOf(kTasks, static_cast<int>(state.range(0)), conditions);
    auto run = std::make_unique<internal::WorkflowRun>(engine.options);
    bool good = Engine::Handle(*run, std::move(tasks[0])) && Engine::Handle(*run, std::move(tasks[1]));
    state.ResumeTiming();
    for (int task = 2; task < kTasks; ++task) good = good && Engine::Handle(*run, std::move(tasks[task]));
    state.PauseTiming();
    if (!good) state.SkipWithError("a task failed");
    run.reset();
    tasks.clear();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * (kTasks - 2));
}
void ResumeBesideFutures(benchmark::State& state) { Resume(state, false); }
void ResumeBesideConditions(benchmark::State& state) { Resume(state, true); }
BENCHMARK(ResumeBesideFutures)->Arg(10)->Arg(1'000)->Unit(benchmark::kMillisecond);
BENCHMARK(ResumeBesideConditions)->Arg(10)->Arg(1'000)->Unit(benchmark::kMillisecond);

void CachedRun(benchmark::State& state) {
  constexpr std::size_t kRuns = 1'000;
  const Engine engine;
  for (auto unused : state) {
    std::vector<std::unique_ptr<internal::WorkflowRun>> runs(kRuns);
    const std::size_t before = ::mallinfo2().uordblks;
    for (auto& run : runs) {
      run = std::make_unique<internal::WorkflowRun>(engine.options);
      for (auto& task : TasksOf(2, static_cast<int>(state.range(0)), false)) Engine::Handle(*run, std::move(task));
    }
    state.counters["bytes_per_run"] = static_cast<double>(::mallinfo2().uordblks - before) / kRuns;
  }
}
BENCHMARK(CachedRun)->Arg(0)->Arg(10)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace temporal::benchmarks
