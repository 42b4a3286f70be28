// WorkflowEnvironment: a Temporal server, a client and workers in one process, on one loop and virtual time.
//
//   temporal::test::WorkflowEnvironment env({.seed = 7});
//   env.RegisterWorkflow<ProcessOrder>(kProcessOrder);
//   EXPECT_CALL(env.MockActivity(kCharge), Call(_)).WillOnce(Return(Receipt{"r-1"}));
//   auto order = env.client().StartWorkflow(kProcessOrder, {.id = "o-1"}, {.id = "o-1"});
//   order.Result();
//
// Mocks are in temporal/testing/activity_mock.h.
//
// The clock jumps while a result is awaited or Sleep is called, to the next thing that happens; a workflow that sleeps
// for weeks ends in milliseconds. A call that the server wants to be sent again later (RESOURCE_EXHAUSTED: the run is
// about to close) is sent again as over gRPC, seconds of virtual time apart; in a callback, and while skipping is
// disabled, at once. A call that cannot be answered never hangs: it throws StalledError with a report. The same options
// give the same bytes of history. At its end each run is replayed from its history; a mismatch fails the test, and a
// failed test's histories are written to files whose paths are printed. So what workflows and activities refer to, such
// as variables that a lambda captures, is declared before the environment.
//
// Confined to the thread that made it; not copyable, not movable. Register before the first call of the client; the
// workers start with it.
#ifndef TEMPORAL_TESTING_WORKFLOW_ENVIRONMENT_H_
#define TEMPORAL_TESTING_WORKFLOW_ENVIRONMENT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <typeinfo>
#include <utility>
#include <vector>

#include "temporal/client.h"
#include "temporal/fake_server.h"
#include "temporal/history.h"
#include "temporal/registration.h"
#include "temporal/worker.h"

namespace testing {
template <typename F>
class MockFunction;
}

namespace temporal::test {

class WorkflowEnvironment;

struct WorkflowEnvironmentOptions {
  std::uint64_t seed = 1;                                  // of all ids and random numbers
  TimePoint start_time{std::chrono::seconds(1767225600)};  // Default: 2026-01-01T00:00:00Z
  std::string_view task_queue = "test";                    // of the default worker and the client
  std::string_view namespace_ = "default";
  Duration max_time = std::chrono::hours(24 * 3652);  // one blocked call gives up after so much virtual time
  std::uint64_t max_tasks = 1'000'000;                // or so many steps
  Logger* logger = nullptr;                           // Default: StderrLogger()
  bool check_replay = true;                           // replay every run at the end
  DataConverter data_converter{};                     // of client and workers
  std::span<client::ClientInterceptor* const> client_interceptors{};  // the workers' stand in `worker`
  std::span<const SearchAttributeDefinition> search_attributes{};     // that the namespace has besides the system's
  worker::WorkerOptions worker{};                                     // of all workers; its task queue is ignored
  server::DynamicConfig server{};                                     // limits and times of the server
};

// What the replays at the end have found.
struct ReplayCheckReport {
  int runs = 0;
  int replays = 0;                      // of the full history, and evicted before a task
  std::int64_t events = 0;              // that were replayed
  std::vector<std::string> mismatches;  // "ProcessOrder o-1: …", with event id and source line
};

// While one is alive, results do not make the clock jump; Sleep still does.
class [[nodiscard]] AutoTimeSkippingDisabled {
 public:
  explicit AutoTimeSkippingDisabled(WorkflowEnvironment& env);
  ~AutoTimeSkippingDisabled();
  AutoTimeSkippingDisabled(const AutoTimeSkippingDisabled&) = delete;
  AutoTimeSkippingDisabled& operator=(const AutoTimeSkippingDisabled&) = delete;

 private:
  WorkflowEnvironment& env_;
};

class WorkflowEnvironment {
 public:
  explicit WorkflowEnvironment(const WorkflowEnvironmentOptions& options = {});
  WorkflowEnvironment(const WorkflowEnvironment&) = delete;
  WorkflowEnvironment& operator=(const WorkflowEnvironment&) = delete;
  // Checks replays and mocks, and ends with everything in flight. Never throws: what is wrong fails the test.
  ~WorkflowEnvironment();

  // The same in process on the wall clock: for what must be seen at human speed. Things happen only during calls.
  static WorkflowEnvironment WallClock(const WorkflowEnvironmentOptions& options = {});
  // The same face on a real server: workers and mocks run against it. What needs virtual time or sees into the server
  // throws std::logic_error: At, After, RunUntilIdle, AutoTimeSkippingDisabled, Histories, CheckReplays.
  static WorkflowEnvironment FromClient(const client::Client& client, const WorkflowEnvironmentOptions& options = {});

  // Its default task queue is the environment's. May outlive the environment, but every call throws then.
  const client::Client& client() const;

  // On the default worker; see worker::Worker.
  template <class T, class R, class... A>
  WorkflowEnvironment& RegisterWorkflow(const WorkflowRef<R(A...)>& workflow,
                                        const RegisterWorkflowOptions& options = {}) {
    default_worker().RegisterWorkflow<T>(workflow, options);
    return *this;
  }
  template <class R, class... A, class F>
  WorkflowEnvironment& RegisterWorkflow(const WorkflowRef<R(A...)>& workflow, F function,
                                        const RegisterWorkflowOptions& options = {}) {
    default_worker().RegisterWorkflow(workflow, std::move(function), options);
    return *this;
  }
  template <class R, class... A, class F>
  WorkflowEnvironment& RegisterActivity(const ActivityRef<R(A...)>& activity, F function) {
    default_worker().RegisterActivity(activity, std::move(function));
    return *this;
  }

  template <class F>
  WorkflowEnvironment& RegisterDynamicWorkflow(F function) {
    default_worker().RegisterDynamicWorkflow(std::move(function));
    return *this;
  }
  template <class F>
  WorkflowEnvironment& RegisterDynamicActivity(F function) {
    default_worker().RegisterDynamicActivity(std::move(function));
    return *this;
  }

  // The mock that stands for an activity on the default worker, or on one of NewWorker: the same one each time. It
  // replaces what is registered, also after the start. Include "temporal/testing/activity_mock.h".
  template <class R, class... A>
  ::testing::MockFunction<R(A...)>& MockActivity(const ActivityRef<R(A...)>& activity);
  template <class R, class... A>
  ::testing::MockFunction<R(A...)>& MockActivity(const ActivityRef<R(A...)>& activity, worker::Worker& worker);
  // By plain name: env.MockActivity<bool(std::string)>("Refund").
  template <class Signature>
  ::testing::MockFunction<Signature>& MockActivity(std::string_view activity);

  worker::Worker& default_worker();
  // Another worker; it starts with the next call of the client. Lives as long as the environment.
  worker::Worker& NewWorker(std::string_view task_queue);
  worker::Worker& NewWorker(const worker::WorkerOptions& options);

  TimePoint CurrentTime() const;
  // Lets time pass, running what happens on the way. On a real server it waits.
  void Sleep(Duration duration);
  // Runs everything that can run without time passing.
  void RunUntilIdle();
  // Runs `callback` at a point of virtual time, during whatever call lets it come; a time that has passed is now. Calls
  // of the client in it may not need time to pass. What it throws leaves by the test's outermost call.
  void At(TimePoint time, std::function<void()> callback);
  void After(Duration delay, std::function<void()> callback);

  // The histories of all runs, oldest first.
  std::vector<WorkflowHistory> Histories() const;
  // Replays all runs now; what the destructor does.
  ReplayCheckReport CheckReplays() const;
  std::uint64_t seed() const;

 private:
  friend class AutoTimeSkippingDisabled;
  class Impl;
  explicit WorkflowEnvironment(std::unique_ptr<Impl> impl);

  using MakeMockFunction = std::function<std::shared_ptr<void>(const client::Client&)>;
  // The mock of that name on that worker, made by `make` if there is none. Throws std::logic_error if it has another
  // signature.
  std::shared_ptr<void> FindOrMakeMock(worker::Worker& worker, std::string_view name, const std::type_info& signature,
                                       const MakeMockFunction& make);

  std::unique_ptr<Impl> impl_;
};

}  // namespace temporal::test

#endif  // TEMPORAL_TESTING_WORKFLOW_ENVIRONMENT_H_
