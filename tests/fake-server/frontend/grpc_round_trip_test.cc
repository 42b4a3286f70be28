// The gRPC client against the gRPC listener over loopback: what one end is given, the other end gets.
#include <chrono>
#include <memory>
#include <string>

#include "fake-server/frontend/grpc_binding.h"
#include "gmock/gmock.h"
#include "grpc/health/v1/health.pb.h"
#include "gtest/gtest.h"
#include "sdk/transport/grpc_workflow_service.h"
#include "sdk/transport/rpcs.h"
#include "sdk/worker/threaded_loop.h"
#include "temporal/api/errordetails/v1/message.pb.h"

namespace temporal::server {
namespace {

namespace rpc = internal::rpc;
using google::protobuf::Message;
using internal::CallCancel;
using internal::CallOptions;
using internal::Duration;
using internal::ServiceCallback;
using internal::ServiceResponse;
using internal::Skip;
using std::chrono::milliseconds;
using std::chrono::seconds;
using temporal::api::workflowservice::v1::DescribeNamespaceRequest;
using temporal::api::workflowservice::v1::DescribeNamespaceResponse;
using testing::Contains;
using testing::Pair;

// Keeps what it was asked, and answers with what the test has put in `answer`; without one it waits for the cancel.
class RecordingService final : public internal::WorkflowService {
 public:
  explicit RecordingService(internal::Scheduler& loop) : loop_(loop) {}

  void Call(const internal::RpcMethod& method, const Message& request, CallOptions call,
            ServiceCallback callback) override {
    path = std::string(method.service) + "/" + std::string(method.name);
    asked = request.ShortDebugString();
    options = std::move(call);
    ++calls;
    if (answer != nullptr) {
      loop_.Post([result = answer(), callback = std::move(callback)]() mutable { callback(std::move(result)); });
      return;
    }
    pending_ = std::move(callback);
    options.cancel->OnCancel([this] {
      cancelled = true;
      loop_.Post([this] { pending_(absl::CancelledError("context canceled")); });
    });
  }

  absl::AnyInvocable<ServiceResponse()> answer;
  std::string path, asked;
  CallOptions options;
  int calls = 0;
  bool cancelled = false;

 private:
  internal::Scheduler& loop_;
  ServiceCallback pending_;
};

class GrpcRoundTripTest : public testing::Test {
 protected:
  void SetUp() override {
#ifdef TEMPORAL_TSAN
    GTEST_SKIP() << "the system's gRPC is not instrumented for ThreadSanitizer, which then reports races in it";
#endif
    auto listener = GrpcListener::Listen(loop_, service_, {});
    ASSERT_TRUE(listener.ok()) << listener.status();
    listener_ = std::move(*listener);
    client_ = internal::ConnectGrpc(loop_, {.target = "127.0.0.1:" + std::to_string(listener_->port()),
                                            .name_space = "default",
                                            .headers = {{"x-team", "blue"}}});
  }

  void TearDown() override {
    client_.reset();
    listener_.reset();
  }

  struct Pending {
    bool done = false;
    ServiceResponse result = absl::UnknownError("not answered");
  };

  std::shared_ptr<Pending> Begin(const internal::RpcMethod& method, const Message& request, CallOptions options = {}) {
    auto pending = std::make_shared<Pending>();
    client_->Call(method, request, std::move(options), [pending](ServiceResponse got) {
      pending->result = std::move(got);
      pending->done = true;
    });
    return pending;
  }

  ServiceResponse Finish(const std::shared_ptr<Pending>& pending) {
    loop_.BlockUntil([&] { return pending->done; }, Skip::kAllowed);
    return std::move(pending->result);
  }

  ServiceResponse Ask(const internal::RpcMethod& method, const Message& request, CallOptions options = {}) {
    return Finish(Begin(method, request, std::move(options)));
  }

  internal::ThreadedLoop loop_;
  RecordingService service_{loop_};
  std::unique_ptr<GrpcListener> listener_;
  std::shared_ptr<internal::WorkflowService> client_;
};

TEST_F(GrpcRoundTripTest, Answer_ComesBackAsTheMethodsMessage) {
  service_.answer = [] {
    auto response = std::make_unique<DescribeNamespaceResponse>();
    response->mutable_namespace_info()->set_name("orders");
    return response;
  };
  DescribeNamespaceRequest request;
  request.set_namespace_("orders");
  auto got = Ask(rpc::DescribeNamespace::kMethod, request);
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ((*got)->ShortDebugString(), "namespace_info { name: \"orders\" }");
  EXPECT_EQ(service_.path, "temporal.api.workflowservice.v1.WorkflowService/DescribeNamespace");
  EXPECT_EQ(service_.asked, "namespace: \"orders\"");
}

TEST_F(GrpcRoundTripTest, OperatorServiceAndEmptyMessages_AreServedToo) {
  service_.answer = [] { return std::make_unique<rpc::ListSearchAttributes::Response>(); };
  auto got = Ask(rpc::ListSearchAttributes::kMethod, rpc::ListSearchAttributes::Request());
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(service_.path, "temporal.api.operatorservice.v1.OperatorService/ListSearchAttributes");
}

TEST_F(GrpcRoundTripTest, Metadata_ReachesTheService) {
  service_.answer = [] { return std::make_unique<DescribeNamespaceResponse>(); };
  auto got = Ask(rpc::DescribeNamespace::kMethod, DescribeNamespaceRequest(),
                 {.metadata = {{"temporal-namespace", "orders"}}});
  EXPECT_TRUE(got.ok()) << got.status();
  const auto& metadata = service_.options.metadata;
  EXPECT_THAT(metadata, Contains(Pair("temporal-namespace", "orders")));
  EXPECT_THAT(metadata, Contains(Pair("client-name", "temporal-cpp")));
  EXPECT_THAT(metadata, Contains(Pair("supported-features", "follows-next-run-id")));
  EXPECT_THAT(metadata, Contains(Pair("x-team", "blue")));
}

TEST_F(GrpcRoundTripTest, ErrorWithDetail_KeepsCodeTextAndDetail) {
  const std::string url = "type.googleapis.com/temporal.api.errordetails.v1.NamespaceNotFoundFailure";
  temporal::api::errordetails::v1::NamespaceNotFoundFailure detail;
  detail.set_namespace_("nope");
  service_.answer = [&] {
    absl::Status status = absl::NotFoundError("Namespace nope is not found: 100% \xc3\xa9");
    status.SetPayload(url, absl::Cord(absl::string_view(detail.SerializeAsString())));
    return status;
  };
  auto got = Ask(rpc::DescribeNamespace::kMethod, DescribeNamespaceRequest());
  EXPECT_EQ(got.status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(got.status().message(), "Namespace nope is not found: 100% \xc3\xa9");
  ASSERT_TRUE(got.status().GetPayload(url).has_value());
  EXPECT_EQ(std::string(*got.status().GetPayload(url)), detail.SerializeAsString());
}

TEST_F(GrpcRoundTripTest, EveryErrorCode_SurvivesTheWire) {
  for (int code = 1; code <= 16; ++code) {
    service_.answer = [code] { return absl::Status(static_cast<absl::StatusCode>(code), "why"); };
    auto got = Ask(rpc::DescribeNamespace::kMethod, DescribeNamespaceRequest());
    EXPECT_EQ(static_cast<int>(got.status().code()), code);
    EXPECT_EQ(got.status().message(), "why");
  }
}

TEST_F(GrpcRoundTripTest, Cancel_ReachesTheServiceAndEndsTheCall) {
  CallOptions options;
  options.cancel = std::make_shared<CallCancel>();
  auto pending = Begin(rpc::PollWorkflowTaskQueue::kMethod, rpc::PollWorkflowTaskQueue::Request(), options);
  loop_.BlockUntil([&] { return service_.calls == 1; }, Skip::kAllowed);
  loop_.Post([&] { options.cancel->Cancel(); });
  EXPECT_EQ(Finish(pending).status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(loop_.BlockUntil([&] { return service_.cancelled; }, Skip::kAllowed), internal::BlockResult::kDone);
}

TEST_F(GrpcRoundTripTest, Deadline_IsTheServicesTimeoutAndEndsTheCall) {
  auto pending =
      Begin(rpc::PollWorkflowTaskQueue::kMethod, rpc::PollWorkflowTaskQueue::Request(), {.timeout = milliseconds(200)});
  EXPECT_EQ(Finish(pending).status().code(), absl::StatusCode::kDeadlineExceeded);
  loop_.BlockUntil([&] { return service_.cancelled; }, Skip::kAllowed);
  EXPECT_GT(service_.options.timeout, Duration::zero());
  EXPECT_LE(service_.options.timeout, milliseconds(250));  // gRPC rounds up what it sends
}

TEST_F(GrpcRoundTripTest, NoDeadline_IsNoTimeout) {
  service_.answer = [] { return std::make_unique<DescribeNamespaceResponse>(); };
  EXPECT_TRUE(Ask(rpc::DescribeNamespace::kMethod, DescribeNamespaceRequest()).ok());
  EXPECT_EQ(service_.options.timeout, Duration::zero());
}

TEST_F(GrpcRoundTripTest, RequestAboveFourMebibytes_IsRefusedInTheRealServersWords) {
  DescribeNamespaceRequest request;
  request.set_namespace_(std::string(4 * 1024 * 1024, 'x'));
  auto got = Ask(rpc::DescribeNamespace::kMethod, request);
  EXPECT_EQ(got.status(), absl::ResourceExhaustedError("grpc: received message larger than max (4194309 vs. 4194304)"));
  EXPECT_EQ(service_.calls, 0);
}

TEST_F(GrpcRoundTripTest, LargeAnswer_IsNotLimited) {
  service_.answer = [] {
    auto response = std::make_unique<DescribeNamespaceResponse>();
    response->mutable_namespace_info()->set_name(std::string(20'000'000, 'x'));
    return response;
  };
  auto got = Ask(rpc::DescribeNamespace::kMethod, DescribeNamespaceRequest());
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_GT((*got)->ByteSizeLong(), 20'000'000u);
}

TEST_F(GrpcRoundTripTest, Health_IsServing) {
  grpc::health::v1::HealthCheckRequest request;
  request.set_service("temporal.api.workflowservice.v1.WorkflowService");
  auto got = Ask({"grpc.health.v1.Health", "Check"}, request);
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ((*got)->ShortDebugString(), "status: SERVING");
  request.set_service("nothing");
  EXPECT_EQ(Ask({"grpc.health.v1.Health", "Check"}, request).status(), absl::NotFoundError("unknown service"));
}

TEST_F(GrpcRoundTripTest, UnknownMethod_IsUnimplementedWithoutACall) {
  auto got = Ask({"temporal.api.workflowservice.v1.WorkflowService", "Nonsense"}, DescribeNamespaceRequest());
  EXPECT_EQ(got.status().code(), absl::StatusCode::kUnimplemented);
  EXPECT_EQ(service_.calls, 0);
}

TEST_F(GrpcRoundTripTest, ClientDestroyedWithACallPending_EndsItWithCancelled) {
  auto pending = Begin(rpc::PollWorkflowTaskQueue::kMethod, rpc::PollWorkflowTaskQueue::Request());
  loop_.BlockUntil([&] { return service_.calls == 1; }, Skip::kAllowed);
  client_.reset();
  EXPECT_EQ(Finish(pending).status().code(), absl::StatusCode::kCancelled);
}

TEST_F(GrpcRoundTripTest, ListenerDestroyedWithACallPending_EndsItWithUnavailable) {
  auto pending = Begin(rpc::PollWorkflowTaskQueue::kMethod, rpc::PollWorkflowTaskQueue::Request());
  loop_.BlockUntil([&] { return service_.calls == 1; }, Skip::kAllowed);
  listener_.reset();
  EXPECT_EQ(Finish(pending).status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(GrpcRoundTripTest, ConnectionClosed_EndsCallsThatHoldIt) {
  const auto connection = internal::ConnectGrpc(loop_, {.target = "127.0.0.1:" + std::to_string(listener_->port())});
  const auto call = [&] {
    auto pending = std::make_shared<Pending>();
    connection->Call(rpc::PollWorkflowTaskQueue::kMethod, rpc::PollWorkflowTaskQueue::Request(), {},
                     [pending, connection](ServiceResponse got) {
                       pending->result = std::move(got);
                       pending->done = true;
                     });
    return pending;
  };
  const auto before = call();
  loop_.BlockUntil([&] { return service_.calls == 1; }, Skip::kAllowed);
  connection->Close();
  EXPECT_EQ(Finish(before).status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(Finish(call()).status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(service_.calls, 1);
}

TEST_F(GrpcRoundTripTest, PortInUse_IsAnError) {
  auto second = GrpcListener::Listen(loop_, service_, {.ip = "127.0.0.1", .port = listener_->port()});
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable) << second.status();
}

TEST_F(GrpcRoundTripTest, ServerThatIsNotThere_IsUnavailable) {
  const int port = listener_->port();
  listener_.reset();
  client_ = internal::ConnectGrpc(loop_, {.target = "127.0.0.1:" + std::to_string(port)});
  EXPECT_EQ(Ask(rpc::DescribeNamespace::kMethod, DescribeNamespaceRequest()).status().code(),
            absl::StatusCode::kUnavailable);
}

TEST_F(GrpcRoundTripTest, ThousandCallsAtOnce_AreAllAnswered) {
  service_.answer = [] { return std::make_unique<DescribeNamespaceResponse>(); };
  std::vector<std::shared_ptr<Pending>> pending;
  for (int i = 0; i < 1000; ++i) pending.push_back(Begin(rpc::DescribeNamespace::kMethod, DescribeNamespaceRequest()));
  for (const auto& one : pending) EXPECT_TRUE(Finish(one).ok());
}

}  // namespace
}  // namespace temporal::server
