// Where a scenario plays: one server, a client of it, workers on the scenario's task queue, and the record of what is
// compared afterwards.
//
// Used by one thread. Scenario code asks the stage for time, so that in process it is virtual.
#ifndef TEMPORAL_TESTS_CONFORMANCE_STAGE_H_
#define TEMPORAL_TESTS_CONFORMANCE_STAGE_H_

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "absl/status/statusor.h"
#include "sdk/transport/rpcs.h"
#include "temporal/client.h"
#include "temporal/worker.h"
#include "tests/conformance/scenario.h"

namespace temporal::conformance {

namespace rpc = internal::rpc;

// A server and how time passes there.
class World {
 public:
  virtual ~World() = default;
  virtual const client::Client& client() = 0;
  virtual void Sleep(Duration duration) = 0;
};

// The answer of a call that is compared: what a client saw, and an error or a message.
struct Answer {
  std::string label;
  std::string text;                                          // of an error, or of a value
  std::shared_ptr<const google::protobuf::Message> message;  // null, or a response whose fields are compared
};

// What a scenario leaves behind.
struct Record {
  std::vector<WorkflowHistory> histories;  // in order of start; each chain of runs in order
  std::vector<Answer> answers;
};

class Stage {
 public:
  // `suffix` makes ids unique on a server that has seen the scenario before.
  Stage(World& world, const Scenario& scenario, std::string suffix);
  ~Stage();

  const client::Client& client() { return world_.client(); }
  // The scenario's own task queue.
  const std::string& queue() const { return queue_; }
  // A workflow id of this scenario.
  std::string Id(std::string_view name = "") const;

  // What the scenario's workers have; run() may add what needs the client before it starts one.
  Definitions& definitions() { return definitions_; }
  void StartWorker(worker::WorkerOptions options = {});
  void StopWorkers() { workers_.clear(); }

  void Sleep(Duration duration) { world_.Sleep(duration); }
  // Until `holds` is true; throws after ten seconds, naming `what`.
  void WaitUntil(std::string_view what, const std::function<bool()>& holds);
  // Until the history has so many events of a type ("WorkflowTaskFailed").
  void WaitForEvent(const client::UntypedWorkflowHandle& handle, std::string_view type, int count = 1);
  // The same, and then until no workflow task is due or under way.
  void WaitUntilHandled(const client::UntypedWorkflowHandle& handle, std::string_view type, int count = 1);

  // Starts on the scenario's queue, under its id unless the options name one; its history is compared.
  template <class R, class... A>
  client::WorkflowHandle<R> Start(const WorkflowRef<R(A...)>& workflow, StartWorkflowOptions options,
                                  const std::type_identity_t<A>&... arguments) {
    const std::string id = Id(options.id);
    options.id = id;
    if (options.task_queue.empty()) options.task_queue = queue_;
    auto handle = client().StartWorkflow(workflow, options, arguments...);
    Compare(handle);
    return handle;
  }
  // Adds the run (of a handle without run id: the current one) and those that follow it to what is compared.
  void Compare(const client::UntypedWorkflowHandle& handle);

  // Waits for the end; the result or failure is compared. Answers whether it completed.
  bool Finish(const client::UntypedWorkflowHandle& handle, std::string_view label = "result");
  void Say(std::string_view label, std::string text);
  // Runs `call`; that it threw, and what, is compared.
  void Try(std::string_view label, const std::function<void()>& call);
  void CompareDescription(const client::UntypedWorkflowHandle& handle, std::string_view label = "describe");

  // One call of the raw protocol. Fields that name the namespace and the caller are filled in.
  template <class Rpc>
  absl::StatusOr<std::unique_ptr<typename Rpc::Response>> Call(typename Rpc::Request request,
                                                               Duration timeout = std::chrono::seconds(10)) {
    request.set_namespace_(kNamespace);
    auto got = RawCall(Rpc::kMethod, request, timeout);
    if (!got.ok()) return got.status();
    return std::unique_ptr<typename Rpc::Response>(static_cast<typename Rpc::Response*>(got->release()));
  }
  // The same; the answer is compared, error or message.
  template <class Rpc>
  void CompareCall(std::string_view label, const typename Rpc::Request& request) {
    auto got = Call<Rpc>(request);
    record_.answers.push_back(got.ok() ? Answer{std::string(label), "", std::move(*got)}
                                       : Answer{std::string(label), StatusText(got.status()), nullptr});
  }
  // Plays the worker: the next workflow task of the scenario's queue.
  std::unique_ptr<rpc::PollWorkflowTaskQueue::Response> PollWorkflowTask();

  // Fetches what is to be compared. Once, at the end.
  Record TakeRecord();

  static constexpr const char* kNamespace = "default";
  static std::string StatusText(const absl::Status& status);

 private:
  internal::ServiceResponse RawCall(const internal::RpcMethod& method, const google::protobuf::Message& request,
                                    Duration timeout);

  World& world_;
  std::string name_, suffix_, queue_;
  Definitions definitions_;
  std::list<worker::Worker> workers_;
  std::vector<client::UntypedWorkflowHandle> compared_;
  Record record_;
};

}  // namespace temporal::conformance

#endif  // TEMPORAL_TESTS_CONFORMANCE_STAGE_H_
