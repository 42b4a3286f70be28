// Several workers of one client over gRPC, against the embedded server on a thread of its own.
#include <chrono>
#include <future>
#include <stdexcept>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/sdk/worker/grpc_server_fixture.h"

namespace temporal::internal {
namespace {

using namespace std::chrono_literals;

constexpr WorkflowRef<int()> kBlocks{"Blocks"};
constexpr WorkflowRef<int()> kAsks{"Asks"};
constexpr WorkflowRef<std::string()> kCalls{"Calls"};
constexpr ActivityRef<int()> kAnswer{"Answer"};

using GrpcWorkersTest = GrpcServerTest;

TEST_F(GrpcWorkersTest, AWorkflowThatBlocks_HoldsUpItsOwnWorkerOnly) {
  std::promise<void> blocks, release;
  const client::Client client = Connect();
  worker::Worker held(client, {.task_queue = "held", .deadlock_detection_timeout = 0s});
  held.RegisterWorkflow(kBlocks, [&](workflow::Context&) -> Task<int> {
    blocks.set_value();
    release.get_future().wait();
    co_return 1;
  });
  worker::Worker other(client, {.task_queue = "other"});
  other.RegisterActivity(kAnswer, [] { return 42; });
  other.RegisterWorkflow(kAsks, [](workflow::Context& ctx) -> Task<int> {
    co_return co_await ctx.ExecuteActivity(kAnswer, {.start_to_close_timeout = 10s});
  });
  held.Start();
  other.Start();
  auto blocked = client.StartWorkflow(kBlocks, {.task_queue = "held"});
  blocks.get_future().wait();
  EXPECT_EQ(client.ExecuteWorkflow(kAsks, {.task_queue = "other"}), 42);
  release.set_value();
  EXPECT_EQ(blocked.Result(), 1);
}

// Its worker's thread would wait for an answer that may need this worker.
TEST_F(GrpcWorkersTest, ACallOfTheClientInWorkflowCode_IsRefused) {
  const client::Client client = Connect();
  worker::Worker worker(client, {.task_queue = "queue"});
  worker.RegisterWorkflow(kCalls, [&](workflow::Context&) -> Task<std::string> {
    try {
      client.GetWorkflowHandle("other").Cancel();
    } catch (const std::logic_error& error) {
      co_return error.what();
    }
    co_return "not refused";
  });
  worker.Start();
  EXPECT_EQ(client.ExecuteWorkflow(kCalls, {.id = "c", .task_queue = "queue"}),
            "RequestCancelWorkflowExecution blocks and may not be called from workflow code (Calls c): call it from an "
            "activity");
}

}  // namespace
}  // namespace temporal::internal
