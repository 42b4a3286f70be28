// A fake server on a virtual clock, and the calls that a test makes to it as client and as worker.
#ifndef TEMPORAL_TESTS_SUPPORT_SERVER_HARNESS_H_
#define TEMPORAL_TESTS_SUPPORT_SERVER_HARNESS_H_

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "fake-server/clock/event_loop.h"
#include "gtest/gtest.h"
#include "sdk/transport/rpcs.h"
#include "temporal/api/command/v1/message.pb.h"
#include "temporal/fake_server.h"

namespace temporal::server {

namespace rpc = internal::rpc;
namespace wf = api::workflowservice::v1;

// A call that may still be pending.
template <class Rpc>
struct Pending {
  std::optional<absl::StatusOr<typename Rpc::Response>> answer;
  internal::Duration when{};  // of the answer, since the start of the harness
  bool inside_call = true;    // the call has not returned
  std::shared_ptr<internal::CallCancel> cancel = std::make_shared<internal::CallCancel>();

  bool answered() const { return answer.has_value(); }
  absl::Status status() const { return answered() ? answer->status() : absl::UnknownError("not answered"); }
  const typename Rpc::Response& response() const { return **answer; }  // REQUIRES: answered with a response
};

class ServerHarness {
 public:
  static constexpr char kQueue[] = "queue";

  explicit ServerHarness(FakeServerOptions options = {}) : server_(std::in_place, loop_, std::move(options)) {}

  VirtualLoop& loop() { return loop_; }
  FakeServer& server() { return *server_; }
  void DestroyServer() { server_.reset(); }
  internal::Duration elapsed() const { return loop_.Now() - begin_; }

  // Lets time pass, jumping from timer to timer.
  void Run(internal::Duration time) { loop_.RunUntil(loop_.Now() + time); }

  // Starts a call and runs what is ready.
  template <class Rpc>
  std::shared_ptr<Pending<Rpc>> Begin(typename Rpc::Request request,
                                      internal::Duration timeout = std::chrono::seconds(10),
                                      std::vector<std::pair<std::string, std::string>> metadata = {}) {
    auto pending = std::make_shared<Pending<Rpc>>();
    if constexpr (requires { request.set_namespace_("default"); }) {
      if (request.namespace_().empty()) request.set_namespace_("default");
    }
    internal::CallOptions options;
    options.timeout = timeout;
    options.metadata = std::move(metadata);
    options.cancel = pending->cancel;
    internal::Invoke<Rpc>(server_->service(), request, std::move(options), [this, pending](auto got) {
      EXPECT_FALSE(pending->inside_call) << "answered inside the call";
      EXPECT_FALSE(pending->answered()) << "answered twice";
      pending->when = elapsed();
      if (got.ok()) {
        pending->answer = std::move(**got);
      } else {
        pending->answer = got.status();
      }
    });
    pending->inside_call = false;
    loop_.RunUntilIdle();
    return pending;
  }

  // A call that is answered at once.
  template <class Rpc>
  absl::StatusOr<typename Rpc::Response> Call(typename Rpc::Request request,
                                              internal::Duration timeout = std::chrono::seconds(10)) {
    const auto pending = Begin<Rpc>(std::move(request), timeout);
    if (!pending->answered()) return absl::UnknownError("not answered at once");
    return *std::move(pending->answer);
  }

  // -- Client ----------------------------------------------------------------------------------------

  // Starts a run, answers its id.
  std::string Start(const std::string& workflow_id, internal::Duration delay = {}) {
    wf::StartWorkflowExecutionRequest request;
    request.set_workflow_id(workflow_id);
    request.mutable_workflow_type()->set_name("Type");
    request.mutable_task_queue()->set_name(kQueue);
    request.set_request_id("start " + workflow_id);
    request.set_identity("client");
    const auto whole = std::chrono::duration_cast<std::chrono::seconds>(delay);
    if (whole.count() > 0) request.mutable_workflow_start_delay()->set_seconds(whole.count());
    const auto got = Call<rpc::StartWorkflowExecution>(request);
    EXPECT_TRUE(got.ok()) << got.status();
    return got.ok() ? got->run_id() : "";
  }

  absl::Status Signal(const std::string& workflow_id, const std::string& name = "signal") {
    wf::SignalWorkflowExecutionRequest request;
    request.mutable_workflow_execution()->set_workflow_id(workflow_id);
    request.set_signal_name(name);
    return Call<rpc::SignalWorkflowExecution>(request).status();
  }

  absl::Status Terminate(const std::string& workflow_id) {
    wf::TerminateWorkflowExecutionRequest request;
    request.mutable_workflow_execution()->set_workflow_id(workflow_id);
    return Call<rpc::TerminateWorkflowExecution>(request).status();
  }

  // -- Worker ----------------------------------------------------------------------------------------

  std::shared_ptr<Pending<rpc::PollWorkflowTaskQueue>> BeginPoll(internal::Duration timeout = std::chrono::seconds(70),
                                                                 const std::string& queue = kQueue) {
    wf::PollWorkflowTaskQueueRequest request;
    request.mutable_task_queue()->set_name(queue);
    request.set_identity("worker");
    return Begin<rpc::PollWorkflowTaskQueue>(request, timeout);
  }

  // The task that waits; an empty one, and a failed test, if there is none.
  wf::PollWorkflowTaskQueueResponse Poll(const std::string& queue = kQueue) {
    const auto poll = BeginPoll(std::chrono::seconds(70), queue);
    const bool got = poll->answered() && poll->answer->ok();
    if (!got) poll->cancel->Cancel();
    EXPECT_TRUE(got) << "no workflow task on " << queue;
    return got ? poll->response() : wf::PollWorkflowTaskQueueResponse();
  }

  absl::Status Complete(const wf::PollWorkflowTaskQueueResponse& task,
                        const std::vector<api::command::v1::Command>& commands = {},
                        const std::string& sticky_queue = "") {
    wf::RespondWorkflowTaskCompletedRequest request;
    request.set_task_token(task.task_token());
    request.set_identity("worker");
    for (const auto& command : commands) *request.add_commands() = command;
    if (!sticky_queue.empty()) {
      auto& sticky = *request.mutable_sticky_attributes();
      sticky.mutable_worker_task_queue()->set_name(sticky_queue);
      sticky.mutable_schedule_to_start_timeout()->set_seconds(5);
    }
    return Call<rpc::RespondWorkflowTaskCompleted>(request).status();
  }

  absl::Status FailTask(const wf::PollWorkflowTaskQueueResponse& task) {
    wf::RespondWorkflowTaskFailedRequest request;
    request.set_task_token(task.task_token());
    request.set_cause(api::enums::v1::WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE);
    return Call<rpc::RespondWorkflowTaskFailed>(request).status();
  }

  // A run whose first workflow task has been completed with these commands.
  std::string BeginRun(const std::string& workflow_id, const std::vector<api::command::v1::Command>& commands = {},
                       const std::string& sticky_queue = "") {
    std::string run_id = Start(workflow_id);
    const absl::Status status = Complete(Poll(), commands, sticky_queue);
    EXPECT_TRUE(status.ok()) << status;
    return run_id;
  }

  static api::command::v1::Command CompleteWorkflow() {
    api::command::v1::Command command;
    command.set_command_type(api::enums::v1::COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION);
    command.mutable_complete_workflow_execution_command_attributes();
    return command;
  }

 private:
  VirtualLoop loop_;
  const internal::TimePoint begin_ = loop_.Now();
  std::optional<FakeServer> server_;
};

}  // namespace temporal::server

#endif  // TEMPORAL_TESTS_SUPPORT_SERVER_HARNESS_H_
