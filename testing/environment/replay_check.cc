// Chooses how each run is replayed, and words what does not match.
#include "testing/environment/replay_check.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sdk/base/random.h"
#include "sdk/converter/message_codec.h"
#include "sdk/engine/replay.h"
#include "testing/environment/watched_replay.h"

namespace temporal::test {
namespace {

using internal::HistoryData;
using internal::ReplayMode;
using internal::WorkerCore;
namespace enums = api::enums::v1;

// Evicting before each task is quadratic in the length of the history: so many events for all runs together.
constexpr std::int64_t kEvictedEventsBudget = 50'000;
// Beyond it, so many tasks of each run.
constexpr int kChosenTasks = 2;

class Checker {
 public:
  Checker(const std::vector<WorkerCore*>& workers, std::uint64_t seed) : workers_(workers), random_(seed) {}

  void Check(const server::RunInfo& run, HistoryData history) {
    const WorkerCore* worker = WorkerOf(run);
    if (worker == nullptr || EndsWithFailedTask(history)) return;
    internal::WorkflowRunOptions options;
    options.registry = &worker->workflows();
    options.namespace_name = run.namespace_name;
    options.task_queue = worker->task_queue();
    options.interceptors = worker->interceptors();
    WatchedReplay watched(worker->deadlock_detection_timeout(), [](const std::string& report) {
      AbortBlocked("While it was replayed from its history at the end of the test: " + report,
                   "WorkerOptions::deadlock_detection_timeout");
    });
    options.observer = &watched;
    ++report_.runs;
    const std::string name = absl::StrCat(run.workflow_type, " ", run.workflow_id);
    if (!ReplayOne(options, history, ReplayMode::kFull, name, "replayed from its history")) return;

    const std::vector<int> tasks = EndsOfTasks(history);
    std::int64_t cost = 0;
    for (const int end : tasks) cost += end;
    if (cost <= budget_) {
      budget_ -= cost;
      ReplayOne(options, history, ReplayMode::kEvicted, name, "evicted before each workflow task");
    } else {
      CheckChosenTasks(options, history, tasks, name);
    }
  }

  ReplayCheckReport TakeReport() { return std::move(report_); }

 private:
  const WorkerCore* WorkerOf(const server::RunInfo& run) const {
    for (const WorkerCore* worker : workers_) {
      if (worker->task_queue() == run.task_queue && worker->workflows().Find(run.workflow_type) != nullptr) {
        return worker;
      }
    }
    return nullptr;
  }

  static bool EndsWithFailedTask(const HistoryData& data) {
    for (int i = data.history.events_size() - 1; i >= 0; --i) {
      switch (data.history.events(i).event_type()) {
        case enums::EVENT_TYPE_WORKFLOW_TASK_FAILED:
          return true;
        case enums::EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
          return false;
        default:
          break;
      }
    }
    return false;
  }

  // For each workflow task that was completed, how many events come before the next one is scheduled.
  static std::vector<int> EndsOfTasks(const HistoryData& data) {
    std::vector<int> ends;
    bool completed = false;
    for (int i = 0; i < data.history.events_size(); ++i) {
      const auto type = data.history.events(i).event_type();
      if (type == enums::EVENT_TYPE_WORKFLOW_TASK_COMPLETED) completed = true;
      if (type != enums::EVENT_TYPE_WORKFLOW_TASK_SCHEDULED || !completed) continue;
      ends.push_back(i);
      completed = false;
    }
    if (completed) ends.push_back(data.history.events_size());
    return ends;
  }

  void CheckChosenTasks(const internal::WorkflowRunOptions& options, const HistoryData& history,
                        const std::vector<int>& ends, const std::string& name) {
    for (int i = 0; i < kChosenTasks; ++i) {
      HistoryData part = history;
      const int end = ends[random_.Uniform(ends.size())];
      part.history.mutable_events()->DeleteSubrange(end, part.history.events_size() - end);
      if (!ReplayOne(options, part, ReplayMode::kFull, name, absl::StrCat("evicted after event ", end))) return;
    }
  }

  bool ReplayOne(const internal::WorkflowRunOptions& options, const HistoryData& history, ReplayMode mode,
                 const std::string& name, const std::string& how) {
    const internal::ReplayReport got = internal::Replay(options, history, mode);
    ++report_.replays;
    report_.events += got.events;
    if (!got.mismatch) return true;
    report_.mismatches.push_back(absl::StrCat(name, ", ", how, ": ", got.mismatch->message));
    return false;
  }

  const std::vector<WorkerCore*>& workers_;
  internal::Random random_;
  std::int64_t budget_ = kEvictedEventsBudget;
  ReplayCheckReport report_;
};

}  // namespace

ReplayCheckReport CheckReplays(const server::FakeServer& server, const std::vector<WorkerCore*>& workers,
                               const DataConverter& converter, std::uint64_t seed) {
  Checker checker(workers, seed);
  for (const server::RunInfo& run : server.Runs()) {
    HistoryData data;
    data.history = server.History(run.run_id);
    data.workflow_id = run.workflow_id;
    data.run_id = run.run_id;
    internal::DecodeMessage(converter, {run.namespace_name, run.workflow_id}, data.history);
    checker.Check(run, std::move(data));
  }
  return checker.TakeReport();
}

}  // namespace temporal::test
