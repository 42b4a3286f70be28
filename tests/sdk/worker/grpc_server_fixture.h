// Clients and workers over gRPC, against the embedded server on a thread of its own.
#ifndef TEMPORAL_TESTS_SDK_WORKER_GRPC_SERVER_FIXTURE_H_
#define TEMPORAL_TESTS_SDK_WORKER_GRPC_SERVER_FIXTURE_H_

#include <memory>
#include <string>
#include <utility>

#include "fake-server/frontend/grpc_binding.h"
#include "gtest/gtest.h"
#include "sdk/worker/threaded_loop.h"
#include "temporal/fake_server.h"
#include "temporal/temporal.h"

namespace temporal::internal {

class GrpcServerTest : public ::testing::Test {
 protected:
  void SetUp() override {
#ifdef TEMPORAL_TSAN
    GTEST_SKIP() << "the system's gRPC is not instrumented for ThreadSanitizer, which then reports races in it";
#endif
    loop_.RunOnLoop([&] { server_ = std::make_unique<server::FakeServer>(loop_); });
    auto listener = server::GrpcListener::Listen(loop_, server_->service(), {});
    ASSERT_TRUE(listener.ok()) << listener.status();
    listener_ = std::move(*listener);
  }
  void TearDown() override {
    listener_.reset();
    loop_.RunOnLoop([&] { server_.reset(); });
  }

  client::Client Connect() {
    return client::Client::Connect({.target = "127.0.0.1:" + std::to_string(listener_->port())});
  }

  ThreadedLoop loop_;
  std::unique_ptr<server::FakeServer> server_;
  std::unique_ptr<server::GrpcListener> listener_;
};

}  // namespace temporal::internal

#endif  // TEMPORAL_TESTS_SDK_WORKER_GRPC_SERVER_FIXTURE_H_
