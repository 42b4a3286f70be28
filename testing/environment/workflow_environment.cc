// The environment's face: its workers, its mocks, and what happens at its end.
#include "temporal/testing/workflow_environment.h"

#include <iostream>
#include <map>
#include <stdexcept>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sdk/base/proto_time.h"
#include "sdk/client/client_core.h"
#include "sdk/converter/history_data.h"
#include "sdk/transport/rpcs.h"
#include "sdk/worker/worker_core.h"
#include "testing/environment/history_files.h"
#include "testing/environment/replay_check.h"
#include "testing/environment/simulation.h"

namespace temporal::test {
namespace {

SimulationOptions ToSimulation(const WorkflowEnvironmentOptions& options, bool virtual_time) {
  SimulationOptions simulation;
  simulation.virtual_time = virtual_time;
  simulation.loop = {.start = options.start_time, .max_time = options.max_time, .max_tasks = options.max_tasks};
  simulation.server.seed = options.seed;
  simulation.server.namespaces = {std::string(options.namespace_)};
  simulation.server.config = options.server;
  return simulation;
}

client::Client MakeClient(const std::shared_ptr<internal::Host>& host, const WorkflowEnvironmentOptions& options) {
  internal::ClientCore::Options core;
  core.namespace_name = options.namespace_;
  core.default_task_queue = options.task_queue;
  core.logger = options.logger;
  core.data_converter = options.data_converter;
  core.interceptors.assign(options.client_interceptors.begin(), options.client_interceptors.end());
  return client::Client(std::make_shared<internal::ClientCore>(host, core));
}

// The same connection with the environment's task queue.
client::Client WithQueue(const client::Client& client, const WorkflowEnvironmentOptions& options) {
  const internal::ClientCore& given = *client.core();
  internal::ClientCore::Options core;
  core.namespace_name = given.namespace_name();
  core.identity = given.identity();
  core.default_task_queue = options.task_queue;
  core.logger = options.logger != nullptr ? options.logger : &given.logger();
  core.data_converter = given.data_converter();
  core.interceptors = given.interceptors();
  return client::Client(std::make_shared<internal::ClientCore>(given.shared_host(), core));
}

void AddSearchAttributes(const client::Client& client, const WorkflowEnvironmentOptions& options) {
  if (options.search_attributes.empty()) return;
  internal::rpc::AddSearchAttributes::Request request;
  request.set_namespace_(client.core()->namespace_name());
  for (const SearchAttributeDefinition& attribute : options.search_attributes) {
    (*request.mutable_search_attributes())[std::string(attribute.name)] =
        static_cast<api::enums::v1::IndexedValueType>(attribute.type);
  }
  client.core()->Call<internal::rpc::AddSearchAttributes>(request);
}

}  // namespace

class WorkflowEnvironment::Impl {
 public:
  Impl(const WorkflowEnvironmentOptions& options, bool virtual_time)
      : simulation_(std::make_shared<Simulation>(ToSimulation(options, virtual_time))),
        client_(MakeClient(simulation_, options)),
        worker_options_(options.worker),
        seed_(options.seed),
        check_replay_(options.check_replay) {
    AddSearchAttributes(client_, options);
    simulation_->set_before_call([this] { StartWorkers(); });
    AddWorker(options.task_queue);
  }
  Impl(const client::Client& client, const WorkflowEnvironmentOptions& options)
      : client_(WithQueue(client, options)), worker_options_(options.worker), seed_(options.seed) {
    AddSearchAttributes(client_, options);
    AddWorker(options.task_queue);
  }
  ~Impl() { End(); }

  const client::Client& client() {
    // A real server's host does not tell when it is called first.
    if (simulation_ == nullptr) StartWorkers();
    return client_;
  }
  worker::Worker& default_worker() { return *workers_.front().worker; }

  worker::Worker& AddWorker(std::string_view task_queue) {
    worker::WorkerOptions options = worker_options_;
    options.task_queue = task_queue;
    return AddWorker(options);
  }
  worker::Worker& AddWorker(worker::WorkerOptions options) {
    if (simulation_ != nullptr) {
      // A poll is sent again before its task is handled, so one of each queue misses nothing; and each costs whenever
      // the clock jumps beyond its end.
      options.max_concurrent_workflow_polls = 2;
      options.max_concurrent_activity_polls = 1;
    }
    workers_.push_back({std::make_unique<worker::Worker>(client_, options), false});
    return *workers_.back().worker;
  }

  Simulation& simulation(const char* call) const {
    if (simulation_ == nullptr) throw std::logic_error(absl::StrCat(call, " needs an environment in process"));
    return *simulation_;
  }
  internal::Scheduler& loop() const { return client_.core()->host().loop(); }

  void Sleep(Duration duration) {
    if (simulation_ != nullptr) return simulation_->Sleep(duration);
    StartWorkers();
    // Both ends of the wait are on the loop's thread.
    const auto reached = std::make_shared<bool>(false);
    client_.core()->host().OnLoop([&] {
      loop().PostAt(internal::SaturatedAdd(loop().Now(), duration), internal::TimerKind::kHistory,
                    [reached] { *reached = true; });
    });
    loop().BlockUntil([&] { return *reached; }, internal::Skip::kAllowed);
  }

  std::vector<WorkflowHistory> Histories() const {
    server::FakeServer& server = simulation("Histories").server();
    std::vector<WorkflowHistory> histories;
    for (const server::RunInfo& run : server.Runs()) {
      auto data = std::make_shared<internal::HistoryData>();
      data->history = server.History(run.run_id);
      data->workflow_id = run.workflow_id;
      data->run_id = run.run_id;
      data->source = run.workflow_id;
      histories.emplace_back(std::move(data));
    }
    return histories;
  }

  ReplayCheckReport CheckReplays() const {
    std::vector<internal::WorkerCore*> cores;
    for (const OwnedWorker& owned : workers_) cores.push_back(&owned.worker->core());
    return test::CheckReplays(simulation("CheckReplays").server(), cores, client_.core()->data_converter(), seed_);
  }

  std::shared_ptr<void> FindOrMakeMock(worker::Worker& worker, std::string_view name, const std::type_info& signature,
                                       const MakeMockFunction& make) {
    const auto key = std::make_pair(worker.core().task_queue(), std::string(name));
    const auto found = mocks_.find(key);
    if (found == mocks_.end()) return mocks_.emplace(key, Mock{&signature, make(client_)}).first->second.object;
    if (*found->second.signature != signature) {
      throw std::logic_error(absl::StrCat("the mock of activity ", std::string(name),
                                          " has another signature: name it by one reference throughout, the one that "
                                          "the workflow calls"));
    }
    return found->second.object;
  }

  std::uint64_t seed() const { return seed_; }

 private:
  struct OwnedWorker {
    std::unique_ptr<worker::Worker> worker;
    bool started;
  };
  struct Mock {
    const std::type_info* signature;
    std::shared_ptr<void> object;
  };

  void StartWorkers() {
    for (std::size_t i = 0; i < workers_.size(); ++i) {
      const internal::WorkerCore& core = workers_[i].worker->core();
      if (workers_[i].started || (core.workflows().empty() && core.activity_types().empty())) continue;
      workers_[i].started = true;
      workers_[i].worker->Start();
    }
  }

  void End() noexcept {
    try {
      if (simulation_ != nullptr && check_replay_) {
        for (const std::string& mismatch : CheckReplays().mismatches) ADD_FAILURE() << mismatch;
      }
      if (simulation_ != nullptr) {
        // Nothing more happens in virtual time: what is in flight is unwound as it is.
        for (const OwnedWorker& owned : workers_) owned.worker->core().Abandon();
      }
      workers_.clear();
      // A mock that is destroyed tells which of its expectations were not met.
      mocks_.clear();
      if (simulation_ == nullptr) return;
      if (::testing::Test::HasFailure()) TellAboutFailure();
      simulation_->Close();
    } catch (const std::exception& error) {
      ADD_FAILURE() << "at the end of the test environment: " << error.what();
    }
  }

  void TellAboutFailure() const {
    std::cout << "test environment: seed " << seed_ << "\n";
    for (const std::string& path : WriteHistories(Histories())) std::cout << "  history: " << path << "\n";
    std::cout << std::flush;
  }

  std::shared_ptr<Simulation> simulation_;  // null on a real server
  client::Client client_;
  const worker::WorkerOptions worker_options_;
  const std::uint64_t seed_;
  const bool check_replay_ = false;
  std::vector<OwnedWorker> workers_;
  std::map<std::pair<std::string, std::string>, Mock> mocks_;  // by task queue and name
};

WorkflowEnvironment::WorkflowEnvironment(const WorkflowEnvironmentOptions& options)
    : impl_(std::make_unique<Impl>(options, true)) {}

WorkflowEnvironment::WorkflowEnvironment(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

WorkflowEnvironment::~WorkflowEnvironment() = default;

WorkflowEnvironment WorkflowEnvironment::WallClock(const WorkflowEnvironmentOptions& options) {
  return WorkflowEnvironment(std::make_unique<Impl>(options, false));
}

WorkflowEnvironment WorkflowEnvironment::FromClient(const client::Client& client,
                                                    const WorkflowEnvironmentOptions& options) {
  return WorkflowEnvironment(std::make_unique<Impl>(client, options));
}

const client::Client& WorkflowEnvironment::client() const { return impl_->client(); }

worker::Worker& WorkflowEnvironment::default_worker() { return impl_->default_worker(); }

worker::Worker& WorkflowEnvironment::NewWorker(std::string_view task_queue) { return impl_->AddWorker(task_queue); }

worker::Worker& WorkflowEnvironment::NewWorker(const worker::WorkerOptions& options) {
  return impl_->AddWorker(options);
}

TimePoint WorkflowEnvironment::CurrentTime() const { return impl_->loop().Now(); }

void WorkflowEnvironment::Sleep(Duration duration) { impl_->Sleep(duration); }

void WorkflowEnvironment::RunUntilIdle() { impl_->simulation("RunUntilIdle").RunUntilIdle(); }

void WorkflowEnvironment::At(TimePoint time, std::function<void()> callback) {
  impl_->simulation("At").At(time, std::move(callback));
}

void WorkflowEnvironment::After(Duration delay, std::function<void()> callback) {
  impl_->simulation("After").At(internal::SaturatedAdd(CurrentTime(), delay), std::move(callback));
}

std::vector<WorkflowHistory> WorkflowEnvironment::Histories() const { return impl_->Histories(); }

ReplayCheckReport WorkflowEnvironment::CheckReplays() const { return impl_->CheckReplays(); }

std::uint64_t WorkflowEnvironment::seed() const { return impl_->seed(); }

std::shared_ptr<void> WorkflowEnvironment::FindOrMakeMock(worker::Worker& worker, std::string_view name,
                                                          const std::type_info& signature,
                                                          const MakeMockFunction& make) {
  return impl_->FindOrMakeMock(worker, name, signature, make);
}

AutoTimeSkippingDisabled::AutoTimeSkippingDisabled(WorkflowEnvironment& env) : env_(env) {
  env_.impl_->simulation("AutoTimeSkippingDisabled").HoldClock();
}

AutoTimeSkippingDisabled::~AutoTimeSkippingDisabled() {
  env_.impl_->simulation("AutoTimeSkippingDisabled").ReleaseClock();
}

}  // namespace temporal::test
