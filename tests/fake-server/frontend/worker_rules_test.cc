// What workers may say of their build.
#include <string>

#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "tests/support/server_harness.h"

namespace temporal::server {
namespace {

// The message of the error that the call of this request gets at once; "waits" if there is no answer.
template <class Rpc>
std::string Ask(const std::string& text) {
  ServerHarness server;
  typename Rpc::Request request;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &request)) << text;
  const auto pending = server.Begin<Rpc>(request);
  if (!pending->answered()) return "waits";
  return pending->status().ok() ? "OK" : std::string(pending->status().message());
}

TEST(WorkerRules, DeploymentOfUnversionedWorkers_MayBeHalfNamed) {
  const std::string queue = "task_queue { name: 'q' } ";
  const std::string versioned = "worker_versioning_mode: WORKER_VERSIONING_MODE_VERSIONED";
  const std::string error = "Deployment name and build id must be set together.";
  EXPECT_EQ(Ask<rpc::PollWorkflowTaskQueue>(queue + "deployment_options { build_id: 'b' }"), "waits");
  EXPECT_EQ(Ask<rpc::PollActivityTaskQueue>(queue + "deployment_options { deployment_name: 'd' }"), "waits");
  EXPECT_EQ(Ask<rpc::PollWorkflowTaskQueue>(queue + "deployment_options { build_id: 'b' " + versioned + " }"), error);
  EXPECT_EQ(Ask<rpc::PollActivityTaskQueue>(queue + "deployment_options { " + versioned + " }"), error);
}

TEST(WorkerRules, LongBuildId_IsRefused) {
  const std::string error = "Build ID exceeds configured limit.workerBuildIdSize, use a shorter build ID.";
  const auto poll = [](std::size_t length) {
    return Ask<rpc::PollWorkflowTaskQueue>("task_queue { name: 'q' } worker_version_capabilities { build_id: '" +
                                           std::string(length, 'b') + "' }");
  };
  EXPECT_EQ(poll(255), "waits");
  EXPECT_EQ(poll(256), error);
}

TEST(WorkerRules, FailureWithoutApplicationInfo_OnlyRefusedByToken) {
  const std::string failure = "failure { message: 'm' terminated_failure_info { } }";
  EXPECT_EQ(Ask<rpc::RespondActivityTaskFailed>("task_token: 'a/r/1/1/1/1/0/' " + failure),
            "Failure must have ApplicationFailureInfo.");
  EXPECT_EQ(Ask<rpc::RespondActivityTaskFailedById>("workflow_id: 'w' activity_id: 'a' " + failure),
            "workflow not found for ID: w");
}

}  // namespace
}  // namespace temporal::server
