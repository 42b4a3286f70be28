// What gRPC would refuse is refused in process, in the same words.
#include "fake-server/frontend/wire_limits.h"

#include "gtest/gtest.h"
#include "tests/support/server_harness.h"

namespace temporal::server {
namespace {

TEST(WireLimits, TextThatIsNotUtf8_IsRefused) {
  ServerHarness server;
  wf::StartWorkflowExecutionRequest request;
  request.set_workflow_id("\xFF\xFE");
  const auto got = server.Call<rpc::StartWorkflowExecution>(request);
  EXPECT_EQ(got.status(),
            absl::InternalError("grpc: error unmarshalling request: string field contains invalid UTF-8"));
}

TEST(WireLimits, RequestAboveFourMebibytes_IsRefused) {
  ServerHarness server;
  wf::StartWorkflowExecutionRequest request;
  request.set_namespace_("default");
  request.set_workflow_id(std::string(kMaxRequestBytes, 'x'));
  EXPECT_EQ(server.Call<rpc::StartWorkflowExecution>(request).status(),
            absl::ResourceExhaustedError("grpc: received message larger than max (" +
                                         std::to_string(request.ByteSizeLong()) + " vs. 4194304)"));
}

}  // namespace
}  // namespace temporal::server
