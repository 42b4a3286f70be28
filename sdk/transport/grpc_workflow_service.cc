// One generic unary call over gRPC for all methods: gRPC's threads only post results to the loop.
#include "sdk/transport/grpc_workflow_service.h"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>

#include "absl/strings/str_cat.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/security/credentials.h"
#include "sdk/transport/grpc_codec.h"
#include "sdk/transport/grpc_lifetime.h"

namespace temporal::internal {
namespace {

using google::protobuf::Message;

constexpr int kMaxMessageBytes = 128 * 1024 * 1024;
constexpr int kKeepaliveMillis = 30'000;
constexpr int kKeepaliveTimeoutMillis = 15'000;
constexpr char kVersion[] = "0.1.0";

grpc::ChannelArguments ChannelArguments() {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxMessageBytes);
  arguments.SetMaxSendMessageSize(kMaxMessageBytes);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMillis);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMillis);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  // Retries are the business of the retry decorator, which knows what is safe.
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  return arguments;
}

// One call in flight. Kept alive by whoever may still touch it: gRPC, and the task that brings the result.
struct PendingCall {
  grpc::ClientContext context;
  grpc::ByteBuffer request;
  grpc::ByteBuffer response;
  ServiceCallback callback;
  const google::protobuf::MethodDescriptor* method = nullptr;

  ServiceResponse Result(const grpc::Status& status) {
    if (!status.ok()) return FromGrpcStatus(status);
    auto message = NewMessage(*method->output_type());
    if (!Parse(response, *message)) {
      return absl::InternalError(absl::StrCat("the answer to ", method->name(), " is malformed"));
    }
    return message;
  }
};

// The calls that gRPC has not let go of. Shared with gRPC's threads.
class InFlight {
 public:
  // False after CancelAllAndWait.
  bool Add(const std::shared_ptr<PendingCall>& call) {
    std::lock_guard lock(mutex_);
    if (!closed_) calls_.insert(call);
    return !closed_;
  }

  // The last thing gRPC's thread does with a call.
  void Remove(const std::shared_ptr<PendingCall>& call) {
    std::lock_guard lock(mutex_);
    calls_.erase(call);
    if (calls_.empty()) none_.notify_all();
  }

  void CancelAllAndWait() {
    std::unique_lock lock(mutex_);
    closed_ = true;
    for (const auto& call : calls_) call->context.TryCancel();
    none_.wait(lock, [this] { return calls_.empty(); });
  }

 private:
  std::mutex mutex_;
  std::condition_variable none_;
  std::set<std::shared_ptr<PendingCall>> calls_;
  bool closed_ = false;
};

class GrpcWorkflowService final : public GrpcConnection {
 public:
  GrpcWorkflowService(Scheduler& loop, GrpcOptions options)
      : loop_(loop),
        options_(std::move(options)),
        stub_(grpc::CreateCustomChannel(options_.target, grpc::InsecureChannelCredentials(), ChannelArguments())) {}

  ~GrpcWorkflowService() override { in_flight_.CancelAllAndWait(); }

  void Close() override { in_flight_.CancelAllAndWait(); }

  void Call(const RpcMethod& method, const Message& request, CallOptions options, ServiceCallback callback) override {
    auto call = std::make_shared<PendingCall>();
    call->callback = std::move(callback);
    call->method = FindMethod(method.service, method.name);
    if (call->method == nullptr) {
      return Fail(std::move(call), absl::UnimplementedError(absl::StrCat("unknown method ", std::string(method.name))));
    }
    absl::Status serialized = Serialize(request, call->request);
    if (!serialized.ok()) return Fail(std::move(call), std::move(serialized));
    SetMetadata(options, call->context);
    if (options.timeout != Duration::zero()) {
      call->context.set_deadline(std::chrono::system_clock::now() +
                                 std::chrono::duration_cast<std::chrono::system_clock::duration>(options.timeout));
    }
    if (options.cancel != nullptr) {
      options.cancel->OnCancel([weak = std::weak_ptr(call)] {
        if (auto pending = weak.lock()) pending->context.TryCancel();
      });
    }
    if (!in_flight_.Add(call)) return Fail(std::move(call), absl::CancelledError("the connection has been closed"));
    const std::string path = absl::StrCat("/", std::string(method.service), "/", std::string(method.name));
    stub_.UnaryCall(&call->context, path, grpc::StubOptions(), &call->request, &call->response,
                    [this, call](grpc::Status status) {
                      loop_.Post([call, status = std::move(status)] {
                        auto done = std::move(call->callback);
                        done(call->Result(status));
                      });
                      in_flight_.Remove(call);
                    });
  }

 private:
  void Fail(std::shared_ptr<PendingCall> call, absl::Status status) {
    loop_.Post([call = std::move(call), status = std::move(status)] { call->callback(status); });
  }

  void SetMetadata(const CallOptions& options, grpc::ClientContext& context) const {
    std::map<std::string, std::string> all{{"client-name", "temporal-cpp"},
                                           {"client-version", kVersion},
                                           {"supported-features", "follows-next-run-id"},
                                           {"temporal-namespace", options_.name_space}};
    for (const auto& [key, value] : options_.headers) all[key] = value;
    for (const auto& [key, value] : options.metadata) all[key] = value;
    for (const auto& [key, value] : all) {
      if (!value.empty()) context.AddMetadata(key, value);
    }
  }

  Scheduler& loop_;
  const GrpcOptions options_;
  InFlight in_flight_;
  grpc::GenericStub stub_;
};

}  // namespace

std::shared_ptr<GrpcConnection> ConnectGrpc(Scheduler& loop, GrpcOptions options) {
  KeepGrpcThreads();
  return std::make_shared<GrpcWorkflowService>(loop, std::move(options));
}

}  // namespace temporal::internal
