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

TEST(WorkerRules, LongIdentityInAnswers_IsRefused) {
  const std::string token = "task_token: 'w/r/1/1/1/1/0/' identity: '";
  const std::string longest = token + std::string(1000, 'i') + "'", too_long = token + std::string(1001, 'i') + "'";
  const std::string error = "Identity length exceeds limit.";
  EXPECT_EQ(Ask<rpc::RespondWorkflowTaskCompleted>(too_long), error);
  EXPECT_EQ(Ask<rpc::RespondWorkflowTaskFailed>(too_long), error);
  EXPECT_EQ(Ask<rpc::RespondActivityTaskCompleted>(too_long), error);
  EXPECT_EQ(Ask<rpc::RespondActivityTaskFailed>(too_long), error);
  EXPECT_EQ(Ask<rpc::RespondActivityTaskCanceled>(too_long), error);
  EXPECT_NE(Ask<rpc::RecordActivityTaskHeartbeat>(too_long), error) << "the real server does not look there";
  EXPECT_NE(Ask<rpc::RespondWorkflowTaskCompleted>(longest), error);
  EXPECT_NE(Ask<rpc::RespondActivityTaskCanceled>(longest), error);
}

TEST(WorkerRules, TokenOfAnUnknownNamespace_NotFound) {
  EXPECT_EQ(Ask<rpc::RespondWorkflowTaskCompleted>("task_token: '\\n\\001a'"), "Namespace a is not found.");
  EXPECT_EQ(Ask<rpc::RespondWorkflowTaskCompleted>("task_token: '\\022\\001a'"), "Namespace not set on request.");
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
