// A service that answers what the test says, and a host on virtual time for clients and workers to live in with it.
#ifndef TEMPORAL_TESTS_SUPPORT_SCRIPTED_SERVICE_H_
#define TEMPORAL_TESTS_SUPPORT_SCRIPTED_SERVICE_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "fake-server/clock/event_loop.h"
#include "gtest/gtest.h"
#include "sdk/base/history_printer.h"
#include "sdk/base/random.h"
#include "sdk/client/client_core.h"
#include "sdk/client/host.h"
#include "sdk/transport/workflow_service.h"
#include "temporal/errors.h"
#include "testing/environment/activity_thread.h"

namespace temporal::internal {

// Calls wait until the test answers them, or are answered as it has said before. Loop-confined.
class ScriptedService final : public WorkflowService {
 public:
  struct Pending {
    std::string name;
    TimePoint at;
    std::unique_ptr<google::protobuf::Message> request;
    CallOptions options;
    ServiceCallback callback;
  };

  explicit ScriptedService(Scheduler& loop) : loop_(loop), start_(loop.Now()) {}

  // Every later call of Rpc is answered at once by `answer`.
  template <class Rpc>
  void Always(std::function<absl::StatusOr<typename Rpc::Response>(const typename Rpc::Request&)> answer) {
    always_[std::string(Rpc::kMethod.name)] = [answer](const google::protobuf::Message& request) -> ServiceResponse {
      auto response = answer(static_cast<const typename Rpc::Request&>(request));
      if (!response.ok()) return response.status();
      return std::make_unique<typename Rpc::Response>(*std::move(response));
    };
  }
  template <class Rpc>
  void AlwaysOk() {
    Always<Rpc>([](const auto&) { return typename Rpc::Response(); });
  }

  // Answers the oldest call of Rpc that waits.
  template <class Rpc>
  void Answer(absl::StatusOr<typename Rpc::Response> response) {
    const auto found = Find(Rpc::kMethod.name);
    if (found == pending_.end()) throw std::logic_error("no call waits: " + std::string(Rpc::kMethod.name));
    if (response.ok()) {
      End(found, std::make_unique<typename Rpc::Response>(*std::move(response)));
    } else {
      End(found, response.status());
    }
  }
  // The request of the oldest call of Rpc that waits.
  template <class Rpc>
  const typename Rpc::Request& Waiting() {
    const auto found = Find(Rpc::kMethod.name);
    if (found == pending_.end()) throw std::logic_error("no call waits: " + std::string(Rpc::kMethod.name));
    return static_cast<const typename Rpc::Request&>(*found->request);
  }
  template <class Rpc>
  int waiting() const {
    int count = 0;
    for (const Pending& call : pending_) count += call.name == Rpc::kMethod.name ? 1 : 0;
    return count;
  }
  // All requests of Rpc so far.
  template <class Rpc>
  std::vector<typename Rpc::Request> Requests() const {
    std::vector<typename Rpc::Request> requests;
    for (const auto& [name, request] : requests_) {
      if (name == Rpc::kMethod.name) requests.push_back(static_cast<const typename Rpc::Request&>(*request));
    }
    return requests;
  }
  // "+30s RecordActivityTaskHeartbeat", in order, of those that `only` names (empty: all).
  std::vector<std::string> Log(const std::string& only = "") const {
    std::vector<std::string> lines;
    for (const auto& line : log_) {
      if (line.find(only) != std::string::npos) lines.push_back(line);
    }
    return lines;
  }

  void Call(const RpcMethod& method, const google::protobuf::Message& request, CallOptions options,
            ServiceCallback callback) override {
    const std::string name(method.name);
    log_.push_back("+" + PrintDuration(loop_.Now() - start_) + " " + name);
    std::shared_ptr<google::protobuf::Message> copy(request.New());
    copy->CopyFrom(request);
    requests_.emplace_back(name, copy);
    if (const auto found = always_.find(name); found != always_.end()) {
      ServiceResponse response = found->second(request);
      loop_.Post([callback = std::move(callback), response = std::move(response)]() mutable {
        callback(std::move(response));
      });
      return;
    }
    std::unique_ptr<google::protobuf::Message> kept(request.New());
    kept->CopyFrom(request);
    pending_.push_back({name, loop_.Now(), std::move(kept), options, std::move(callback)});
    const auto call = std::prev(pending_.end());
    if (options.cancel != nullptr) {
      options.cancel->OnCancel([this, call] { End(call, absl::CancelledError("cancelled")); });
    }
  }

 private:
  using Calls = std::list<Pending>;

  Calls::iterator Find(std::string_view name) {
    auto at = pending_.begin();
    while (at != pending_.end() && at->name != name) ++at;
    return at;
  }
  void End(Calls::iterator call, ServiceResponse response) {
    if (call->options.cancel != nullptr) call->options.cancel->OnCancel([] {});
    loop_.Post([callback = std::move(call->callback), response = std::move(response)]() mutable {
      callback(std::move(response));
    });
    pending_.erase(call);
  }

  Scheduler& loop_;
  const TimePoint start_;
  Calls pending_;
  std::map<std::string, std::function<ServiceResponse(const google::protobuf::Message&)>> always_;
  std::vector<std::pair<std::string, std::shared_ptr<google::protobuf::Message>>> requests_;
  std::vector<std::string> log_;
};

class ScriptedHost final : public Host {
 public:
  ScriptedHost() : waiting_(loop_), service_(loop_) {}

  server::VirtualLoop& loop() override { return loop_; }
  ScriptedService& service() override { return service_; }
  std::uint64_t seed() override { return random_.Next(); }
  std::string default_identity() override { return "tester"; }
  void CheckMayBlock(const char*) override {}
  void ThrowStalled(const char* call, BlockResult) override { throw StalledError(std::string(call) + " stalled"); }
  void OnLoop(absl::FunctionRef<void()> work) override { work(); }
  std::unique_ptr<ActivityExecutor> MakeActivityExecutor(int threads) override {
    return std::make_unique<test::HandOffExecutor>(loop_, waiting_, threads);
  }
  UserCodeObserver* user_code_observer() override { return nullptr; }
  void WorkflowBlocks(const std::string& report, const google::protobuf::Message* failure) override {
    if (on_blocks) on_blocks(report, failure);
  }
  void WorkerStarted(WorkerCore&) override { ++workers; }
  void WorkerStopped(WorkerCore&) override { --workers; }

  // Lets time pass.
  void Sleep(Duration duration) { loop_.RunUntil(loop_.Now() + duration); }

  int workers = 0;  // that run
  // Called on the watchdog's thread.
  std::function<void(const std::string&, const google::protobuf::Message*)> on_blocks;

 private:
  server::VirtualLoop loop_;
  test::WaitingActivities waiting_;
  ScriptedService service_;
  Random random_{1};
};

// Keeps the warnings and errors.
class KeptLog final : public Logger {
 public:
  void Write(LogLevel level, std::string_view message, std::span<const LogField>) override {
    if (level >= LogLevel::kWarning) lines.emplace_back(message);
  }
  std::vector<std::string> lines;
};

}  // namespace temporal::internal

#endif  // TEMPORAL_TESTS_SUPPORT_SCRIPTED_SERVICE_H_
