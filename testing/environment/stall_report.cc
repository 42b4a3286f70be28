// Reads the server's snapshot beside the workers' caches and registrations.
#include "testing/environment/stall_report.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sdk/base/history_printer.h"

namespace temporal::test {
namespace {

using internal::Duration;
using internal::TimePoint;
using internal::WorkerCore;
using server::Snapshot;
constexpr std::size_t kMaxShown = 20;  // open workflows

using Workers = std::vector<WorkerCore*>;

bool HasWorker(const Workers& workers, const std::string& queue) {
  return std::any_of(workers.begin(), workers.end(), [&](const WorkerCore* w) { return w->task_queue() == queue; });
}

bool KnowsWorkflow(const Workers& workers, const std::string& queue, const std::string& type) {
  return std::any_of(workers.begin(), workers.end(), [&](const WorkerCore* w) {
    return w->task_queue() == queue && w->workflows().Find(type) != nullptr;
  });
}

bool KnowsActivity(const Workers& workers, const std::string& queue, const std::string& type) {
  return std::any_of(workers.begin(), workers.end(), [&](const WorkerCore* w) {
    if (w->task_queue() != queue) return false;
    const std::vector<std::string> types = w->activity_types();
    return std::find(types.begin(), types.end(), type) != types.end();
  });
}

std::string UnknownWorkflow(const server::RunInfo& run) {
  return absl::StrCat("no worker of task queue \"", run.task_queue, "\" knows workflow type ", run.workflow_type,
                      ": call RegisterWorkflow before the first client call");
}

std::string UnknownActivity(const Snapshot::Activity& activity) {
  return absl::StrCat("no worker of task queue \"", activity.task_queue, "\" knows activity type ",
                      activity.activity_type, ": call RegisterActivity or MockActivity");
}

std::string NoWorker(const std::string& queue) {
  return absl::StrCat("no worker polls task queue \"", queue, "\": env.NewWorker(\"", queue,
                      "\") makes one, which polls when something is registered with it");
}

std::string Due(TimePoint due, TimePoint now) { return absl::StrCat("in ", internal::PrintDuration(due - now)); }

std::string DescribeActivity(const Snapshot::Activity& activity, const Workers& workers, TimePoint now) {
  std::string line = absl::StrCat("activity ", activity.activity_id, " ", activity.activity_type);
  switch (activity.state) {
    case Snapshot::Activity::State::kScheduled:
      absl::StrAppend(&line, " waits for a worker");
      break;
    case Snapshot::Activity::State::kStarted:
      absl::StrAppend(&line, " is running");
      break;
    case Snapshot::Activity::State::kBackingOff:
      absl::StrAppend(&line, " is tried again ", Due(activity.due, now));
      break;
  }
  absl::StrAppend(&line, " (attempt ", activity.attempt, ")");
  if (!HasWorker(workers, activity.task_queue)) {
    absl::StrAppend(&line, ": ", NoWorker(activity.task_queue));
  } else if (!KnowsActivity(workers, activity.task_queue, activity.activity_type)) {
    absl::StrAppend(&line, ": ", UnknownActivity(activity));
  }
  return line;
}

void DescribeTask(const Snapshot::OpenRun& run, const Workers& workers, std::vector<std::string>& lines) {
  const std::string& queue = run.info.task_queue;
  if (run.workflow_task == Snapshot::OpenRun::WorkflowTask::kStarted) {
    lines.push_back("a workflow task is under way");
  } else if (run.workflow_task == Snapshot::OpenRun::WorkflowTask::kScheduled) {
    lines.push_back("a workflow task waits for a worker");
  }
  if (!HasWorker(workers, queue)) {
    lines.push_back(NoWorker(queue));
  } else if (!KnowsWorkflow(workers, queue, run.info.workflow_type)) {
    lines.push_back(UnknownWorkflow(run.info));
  }
  if (!run.last_workflow_task_failure.empty()) {
    lines.push_back(absl::StrCat("its workflow task failed (attempt ", run.workflow_task_attempt - 1,
                                 "): ", run.last_workflow_task_failure));
  }
}

void DescribeCode(const Snapshot::OpenRun& run, const Workers& workers, std::vector<std::string>& lines) {
  for (const WorkerCore* worker : workers) {
    for (const WorkerCore::CachedRun& cached : worker->CachedRuns()) {
      if (cached.run_id != run.info.run_id) continue;
      for (const internal::WaitingCoroutine& coroutine : cached.waiting) {
        lines.push_back(absl::StrCat(coroutine.what, " waits at ", coroutine.file, ":", coroutine.line));
      }
      for (const std::string& signal : cached.unhandled_signals) {
        lines.push_back(
            absl::StrCat("signal ", signal, " waits for a handler: call OnSignal for it. There are handlers of: ",
                         cached.known_signals.empty() ? "none" : absl::StrJoin(cached.known_signals, ", ")));
      }
    }
  }
}

std::string DescribeRun(const Snapshot::OpenRun& run, const Workers& workers, TimePoint now) {
  std::vector<std::string> lines;
  DescribeTask(run, workers, lines);
  DescribeCode(run, workers, lines);
  for (const Snapshot::Timer& timer : run.timers) {
    lines.push_back(absl::StrCat("timer ", timer.timer_id, " fires ", Due(timer.due, now)));
  }
  for (const Snapshot::Activity& activity : run.activities) {
    lines.push_back(DescribeActivity(activity, workers, now));
  }
  std::string text = absl::StrCat("  ", run.info.workflow_type, " ", run.info.workflow_id, "\n");
  for (const std::string& line : lines) absl::StrAppend(&text, "    ", line, "\n");
  return text;
}

}  // namespace

std::string FindHopeless(const Snapshot& snapshot, const Workers& workers) {
  std::string found;
  for (const Snapshot::OpenRun& run : snapshot.runs) {
    const std::string& queue = run.info.task_queue;
    const std::string name = absl::StrCat(run.info.workflow_type, " ", run.info.workflow_id);
    if (HasWorker(workers, queue) && !run.last_workflow_task_failure.empty()) {
      if (!KnowsWorkflow(workers, queue, run.info.workflow_type)) {
        absl::StrAppend(&found, "  ", UnknownWorkflow(run.info), "\n");
      } else if (run.workflow_task_attempt > kHopelessWorkflowTaskAttempts && !run.ends_by_timeout) {
        absl::StrAppend(&found, "  the workflow task of ", name, " has failed ", run.workflow_task_attempt - 1,
                        " times: ", run.last_workflow_task_failure, "\n");
      }
    }
    for (const Snapshot::Activity& activity : run.activities) {
      if (activity.state == Snapshot::Activity::State::kBackingOff && HasWorker(workers, activity.task_queue) &&
          !KnowsActivity(workers, activity.task_queue, activity.activity_type)) {
        absl::StrAppend(&found, "  ", UnknownActivity(activity), "\n");
      }
    }
  }
  return found;
}

std::string DescribeWorld(const Snapshot& snapshot, const Workers& workers, TimePoint now) {
  std::string text = snapshot.runs.empty() ? "No workflow is open.\n" : "Open workflows:\n";
  const std::size_t shown = std::min(snapshot.runs.size(), kMaxShown);
  for (std::size_t i = 0; i < shown; ++i) absl::StrAppend(&text, DescribeRun(snapshot.runs[i], workers, now));
  if (shown < snapshot.runs.size()) absl::StrAppend(&text, "  … and ", snapshot.runs.size() - shown, " more\n");
  std::string queues;
  for (const Snapshot::Queue& queue : snapshot.queues) {
    if (queue.pollers > 0 || queue.waiting_tasks == 0) continue;
    absl::StrAppend(&queues, "  ", queue.activities ? "activity" : "workflow", " tasks of \"", queue.name,
                    "\": ", queue.waiting_tasks, "\n");
  }
  if (!queues.empty()) absl::StrAppend(&text, "Tasks that nobody polls for:\n", queues);
  return text;
}

}  // namespace temporal::test
