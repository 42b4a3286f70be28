// A worker on virtual time whose server is the test.
#ifndef TEMPORAL_TESTS_SDK_WORKER_WORKER_FIXTURE_H_
#define TEMPORAL_TESTS_SDK_WORKER_WORKER_FIXTURE_H_

#include <memory>
#include <string>

#include "gtest/gtest.h"
#include "sdk/base/proto_time.h"
#include "sdk/transport/rpcs.h"
#include "sdk/worker/worker_core.h"
#include "temporal/worker.h"
#include "tests/support/scripted_service.h"

namespace temporal::internal {

class WorkerTest : public testing::Test {
 protected:
  using ActivityTaskProto = api::workflowservice::v1::PollActivityTaskQueueResponse;
  using WorkflowTaskProto = api::workflowservice::v1::PollWorkflowTaskQueueResponse;

  WorkerTest() {
    ClientCore::Options options;
    options.logger = &log_;
    options.default_task_queue = "queue";
    client_ = client::Client(std::make_shared<ClientCore>(host_, options));
    service().AlwaysOk<rpc::ShutdownWorker>();
  }
  ScriptedService& service() { return host_->service(); }
  void Settle() { ASSERT_EQ(host_->loop().RunUntilIdle(), BlockResult::kDone); }

  // An attempt of activity `type`; further fields are the test's.
  static ActivityTaskProto ActivityTaskOf(const std::string& type, const std::string& token = "token") {
    ActivityTaskProto task;
    task.set_task_token(token);
    task.mutable_activity_type()->set_name(type);
    task.set_activity_id("1");
    task.mutable_workflow_execution()->set_workflow_id("w-1");
    task.mutable_workflow_execution()->set_run_id("run-1");
    task.set_attempt(1);
    return task;
  }
  void Give(const ActivityTaskProto& task) {
    service().Answer<rpc::PollActivityTaskQueue>(task);
    Settle();
  }

  KeptLog log_;
  std::shared_ptr<ScriptedHost> host_ = std::make_shared<ScriptedHost>();
  client::Client client_{nullptr};
};

}  // namespace temporal::internal

#endif  // TEMPORAL_TESTS_SDK_WORKER_WORKER_FIXTURE_H_
