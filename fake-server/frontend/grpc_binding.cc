// One generic handler for every method: bytes to message by descriptor, the call on the loop, message or status back.
#include "fake-server/frontend/grpc_binding.h"

#include <chrono>
#include <mutex>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "fake-server/frontend/wire_limits.h"
#include "grpc/health/v1/health.pb.h"
#include "grpcpp/generic/async_generic_service.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "sdk/base/utf8.h"
#include "sdk/transport/grpc_codec.h"
#include "sdk/transport/grpc_lifetime.h"

namespace temporal::server {
namespace {

using google::protobuf::Message;
using google::protobuf::MethodDescriptor;
using internal::CallCancel;
using internal::CallOptions;
using internal::ServiceResponse;

constexpr char kHealthService[] = "grpc.health.v1.Health";
// SDKs ping every 30 seconds; gRPC's own limit would take that for an attack.
constexpr int kMinPingIntervalMillis = 5'000;

// The method that a path names, or why there is none, in grpc-go's words.
absl::StatusOr<const MethodDescriptor*> Route(absl::string_view path) {
  const auto slash = path.rfind('/');
  if (path.empty() || path.front() != '/' || slash == 0) {
    return absl::UnimplementedError(absl::StrCat("malformed method name: \"", path, "\""));
  }
  const std::string service(path.substr(1, slash - 1));
  const std::string name(path.substr(slash + 1));
  if (internal::FindService(service) == nullptr) {
    return absl::UnimplementedError(absl::StrCat("unknown service ", service));
  }
  const auto* method = internal::FindMethod(service, name);
  if (method == nullptr || method->client_streaming() || method->server_streaming()) {
    return absl::UnimplementedError(absl::StrCat("unknown method ", name, " for service ", service));
  }
  return method;
}

ServiceResponse CheckHealth(const Message& request) {
  const std::string& service = static_cast<const grpc::health::v1::HealthCheckRequest&>(request).service();
  if (!service.empty() && internal::FindService(service) == nullptr) return absl::NotFoundError("unknown service");
  auto response = std::make_unique<grpc::health::v1::HealthCheckResponse>();
  response->set_status(grpc::health::v1::HealthCheckResponse::SERVING);
  return response;
}

class UnaryCall;

// What calls share with the listener that made them. Guarded by its mutex, which is held only for a moment.
class OpenCalls {
 public:
  explicit OpenCalls(internal::Scheduler& loop, internal::WorkflowService& service) : loop(loop), service(service) {}

  // False if the listener is stopping.
  bool Add(const std::shared_ptr<UnaryCall>& call) {
    std::lock_guard lock(mutex_);
    return !stopping_ && calls_.insert(call).second;
  }
  void Remove(const std::shared_ptr<UnaryCall>& call) {
    std::lock_guard lock(mutex_);
    calls_.erase(call);
  }
  std::set<std::shared_ptr<UnaryCall>> Stop() {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    return std::exchange(calls_, {});
  }

  internal::Scheduler& loop;
  internal::WorkflowService& service;

 private:
  std::mutex mutex_;
  bool stopping_ = false;
  std::set<std::shared_ptr<UnaryCall>> calls_;
};

// The part of a call that lives on the loop; the reactor, which gRPC owns, holds one reference and the loop's tasks the
// others. `reactor_` is valid until the answer is given, which happens once.
class UnaryCall : public std::enable_shared_from_this<UnaryCall> {
 public:
  UnaryCall(OpenCalls& open, grpc::ServerGenericBidiReactor& reactor) : open_(open), reactor_(&reactor) {}

  grpc::ByteBuffer& request_bytes() { return request_bytes_; }

  // On gRPC's thread: the request has come whole.
  void Begin(const grpc::GenericCallbackServerContext& context) {
    const std::size_t bytes = request_bytes_.Valid() ? request_bytes_.Length() : 0;
    if (absl::Status status = CheckRequestBytes(bytes); !status.ok()) return Answer(std::move(status));
    auto method = Route(context.method());
    if (!method.ok()) return Answer(method.status());
    std::shared_ptr<Message> request = internal::NewMessage(*(*method)->input_type());
    if (!internal::Parse(request_bytes_, *request)) {
      // What was parsed so far holds the text that is none.
      if (!internal::FindInvalidUtf8(*request).empty()) return Answer(InvalidUtf8());
      return Answer(
          absl::InternalError("grpc: error unmarshalling request: proto: cannot parse invalid wire-format data"));
    }
    if ((*method)->service()->full_name() == kHealthService) return Answer(CheckHealth(*request));
    if (!open_.Add(shared_from_this())) return Answer(absl::UnavailableError("the server is stopping"));
    open_.loop.Post([self = shared_from_this(), method = *method, request = std::move(request),
                     options = OptionsOf(context)]() mutable { self->Run(*method, *request, std::move(options)); });
  }

  // On gRPC's thread: the client gave up, or its deadline has passed.
  void GiveUp() {
    if (answered()) return;
    open_.loop.Post([self = shared_from_this()] {
      if (!self->answered()) self->cancel_->Cancel();
    });
  }

  // On any thread; all but the first do nothing.
  void Answer(ServiceResponse result) {
    {
      std::lock_guard lock(mutex_);
      if (std::exchange(answered_, true)) return;
    }
    absl::Status status = result.status();
    if (status.ok()) status = internal::Serialize(**result, response_bytes_);
    if (status.ok()) {
      reactor_->StartWriteAndFinish(&response_bytes_, grpc::WriteOptions(), grpc::Status::OK);
    } else {
      reactor_->Finish(internal::ToGrpcStatus(status));
    }
  }

 private:
  bool answered() {
    std::lock_guard lock(mutex_);
    return answered_;
  }

  CallOptions OptionsOf(const grpc::GenericCallbackServerContext& context) {
    CallOptions options;
    for (const auto& [key, value] : context.client_metadata()) {
      options.metadata.emplace_back(std::string(key.data(), key.size()), std::string(value.data(), value.size()));
    }
    if (context.deadline() != std::chrono::system_clock::time_point::max()) {
      const internal::Duration left = context.deadline() - std::chrono::system_clock::now();
      options.timeout = std::max(left, internal::Duration(1));
    }
    options.cancel = cancel_;
    return options;
  }

  // On the loop. When the listener has gone, the call has been answered and nothing else is touched.
  void Run(const MethodDescriptor& method, const Message& request, CallOptions options) {
    if (answered()) return;
    open_.service.Call({method.service()->full_name(), method.name()}, request, std::move(options),
                       [self = shared_from_this()](ServiceResponse result) {
                         if (self->answered()) return;
                         self->open_.Remove(self);
                         self->Answer(std::move(result));
                       });
  }

  OpenCalls& open_;  // outlives the call until it is answered
  grpc::ServerGenericBidiReactor* const reactor_;
  std::mutex mutex_;
  bool answered_ = false;
  grpc::ByteBuffer request_bytes_;
  grpc::ByteBuffer response_bytes_;
  const std::shared_ptr<CallCancel> cancel_ = std::make_shared<CallCancel>();  // used on the loop only
};

// gRPC's side of one call; deletes itself when gRPC is done with it.
class UnaryReactor final : public grpc::ServerGenericBidiReactor {
 public:
  UnaryReactor(OpenCalls& open, const grpc::GenericCallbackServerContext& context)
      : context_(context), call_(std::make_shared<UnaryCall>(open, *this)) {
    StartRead(&call_->request_bytes());
  }

  void OnReadDone(bool ok) override {
    if (!ok) return call_->Answer(absl::InternalError("the client sent no request"));
    call_->Begin(context_);
  }
  void OnCancel() override { call_->GiveUp(); }
  void OnDone() override { delete this; }

 private:
  const grpc::GenericCallbackServerContext& context_;
  const std::shared_ptr<UnaryCall> call_;
};

class GenericService final : public grpc::CallbackGenericService {
 public:
  explicit GenericService(OpenCalls& open) : open_(open) {}

  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext* context) override {
    return new UnaryReactor(open_, *context);
  }

 private:
  OpenCalls& open_;
};

class GrpcListenerImpl final : public GrpcListener {
 public:
  GrpcListenerImpl(internal::Scheduler& loop, internal::WorkflowService& service) : open_(loop, service) {}

  absl::Status Start(const GrpcListenerOptions& options) {
    grpc::ServerBuilder builder;
    const std::string address = absl::StrCat(options.ip, ":", options.port);
    builder.AddListeningPort(address, grpc::InsecureServerCredentials(), &port_);
    builder.RegisterCallbackGenericService(&generic_);
    builder.SetMaxReceiveMessageSize(-1);  // too large a request is answered in grpc-go's words
    builder.SetMaxSendMessageSize(-1);
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);  // a port in use is an error, not a second server on it
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, kMinPingIntervalMillis);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 0);  // clients that measure their bandwidth ping often
    server_ = builder.BuildAndStart();
    if (server_ == nullptr || port_ == 0) return absl::UnavailableError(absl::StrCat("cannot listen on ", address));
    return absl::OkStatus();
  }

  ~GrpcListenerImpl() override {
    for (const auto& call : open_.Stop()) call->Answer(absl::UnavailableError("the server is stopping"));
    if (server_ != nullptr) server_->Shutdown(std::chrono::system_clock::now());
  }

  int port() const override { return port_; }

 private:
  OpenCalls open_;
  GenericService generic_{open_};
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<GrpcListener>> GrpcListener::Listen(internal::Scheduler& loop,
                                                                   internal::WorkflowService& service,
                                                                   const GrpcListenerOptions& options) {
  internal::KeepGrpcThreads();
  auto listener = std::make_unique<GrpcListenerImpl>(loop, service);
  if (auto status = listener->Start(options); !status.ok()) return status;
  return std::unique_ptr<GrpcListener>(std::move(listener));
}

}  // namespace temporal::server
