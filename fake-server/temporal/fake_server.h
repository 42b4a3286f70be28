// The embedded server: namespaces, runs, task queues and the RPCs over them, on a scheduler that its owner provides.
//
//   VirtualLoop loop;
//   FakeServer server(loop);
//   … server.service() is what a client and a worker talk to.
//
// Threads: everything on the scheduler's loop. Same options and same calls in the same order give the same bytes of
// history. What is pending when the server is destroyed is forgotten: no callback runs any more.
#ifndef TEMPORAL_FAKE_SERVER_TEMPORAL_FAKE_SERVER_H_
#define TEMPORAL_FAKE_SERVER_TEMPORAL_FAKE_SERVER_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace temporal::internal {
class Scheduler;
class WorkflowService;
}  // namespace temporal::internal

namespace temporal::api::history::v1 {
class History;
}

namespace temporal::server {

using FakeTime = std::chrono::sys_time<std::chrono::nanoseconds>;

// The knobs of a real server's dynamic configuration that this one honours, with its defaults.
struct DynamicConfig {
  std::chrono::nanoseconds matching_long_poll = std::chrono::seconds(60);  // a poll without a task is answered empty
  std::chrono::nanoseconds history_long_poll = std::chrono::seconds(20);   // so is GetWorkflowExecutionHistory
  std::chrono::nanoseconds sticky_worker_window =
      std::chrono::seconds(10);  // a sticky queue unpolled for so long is dead
  std::chrono::nanoseconds query_poller_window = std::chrono::seconds(20);  // a query needs a poller this recent
  std::chrono::nanoseconds default_workflow_task_timeout = std::chrono::seconds(10);
  std::chrono::nanoseconds max_workflow_task_timeout = std::chrono::seconds(120);
  std::chrono::nanoseconds min_continue_as_new_interval = std::chrono::seconds(1);
  std::chrono::nanoseconds workflow_task_heartbeat_limit = std::chrono::minutes(30);
  std::int64_t max_buffered_events = 100;
  std::int64_t max_signals = 10'000;
  std::int64_t max_pending_activities = 2'000;
  std::int64_t max_pending_children = 2'000;
  std::int64_t max_pending_external_signals = 2'000;
  std::int64_t max_pending_external_cancels = 2'000;
  std::int64_t max_in_flight_updates = 10;  // of one run; zero: no limit
  std::int64_t max_in_flight_update_bytes = 20 * 1024 * 1024;
  std::int64_t max_total_updates = 2'000;  // of one run; zero: no limit
  std::int64_t max_id_length = 1'000;      // bytes
  std::int64_t max_blob_bytes = 2 * 1024 * 1024;
  std::int64_t suggest_continue_as_new_bytes = 4 * 1024 * 1024;
  std::int64_t suggest_continue_as_new_events = 4'096;
  std::int64_t max_history_bytes = 50 * 1024 * 1024;
  std::int64_t max_history_events = 51'200;
  int history_page_size = 256;
  int max_buffered_queries = 1;
  bool eager_activities = true;
  bool eager_workflow_start = true;
};

struct FakeServerOptions {
  std::uint64_t seed = 1;                                       // of all ids and of jitter
  std::vector<std::string> namespaces = {"default"};            // registered from the start
  std::chrono::nanoseconds retention = std::chrono::hours(24);  // of closed runs, in these namespaces
  DynamicConfig config{};
};

enum class RunStatus { kRunning, kCompleted, kFailed, kCanceled, kTerminated, kContinuedAsNew, kTimedOut };

// One run, as Runs() lists it.
struct RunInfo {
  std::string namespace_name;
  std::string workflow_id;
  std::string run_id;
  std::string workflow_type;
  std::string task_queue;
  RunStatus status = RunStatus::kRunning;
  std::int64_t history_length = 0;
};

// What the server waits for, for the report of a caller who can't go on. In order of creation throughout.
struct Snapshot {
  struct Timer {
    std::string timer_id;
    FakeTime due;
  };
  struct Activity {
    std::string activity_id;
    std::string activity_type;
    std::string task_queue;
    int attempt = 1;
    enum class State { kScheduled, kStarted, kBackingOff } state = State::kScheduled;
    FakeTime due;  // of the next attempt, while backing off
  };
  struct OpenRun {
    RunInfo info;
    enum class WorkflowTask { kNone, kScheduled, kStarted } workflow_task = WorkflowTask::kNone;
    int workflow_task_attempt = 1;
    std::string last_workflow_task_failure;  // message of the failure of the attempt before, if it failed
    bool ends_by_timeout = false;            // the run or its chain has a timeout, which has not come
    std::vector<Timer> timers;
    std::vector<Activity> activities;
  };
  struct Queue {
    std::string namespace_name;
    std::string name;
    bool activities = false;  // else workflow tasks
    int waiting_tasks = 0;
    int pollers = 0;  // waiting now
  };
  std::vector<OpenRun> runs;
  std::vector<Queue> queues;  // those with waiting tasks
};

class FakeServer {
 public:
  // `scheduler` must outlive the server.
  explicit FakeServer(internal::Scheduler& scheduler, FakeServerOptions options = {});
  ~FakeServer();
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  // The server's face; lives as long as the server.
  internal::WorkflowService& service();

  server::Snapshot Snapshot() const;

  // All runs that are kept, oldest first.
  std::vector<RunInfo> Runs() const;

  // The history of a run, without what is only buffered. Empty if there is no such run.
  api::history::v1::History History(std::string_view run_id) const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_TEMPORAL_FAKE_SERVER_H_
