// How a call blocks, and what an error of the service becomes.
#include "sdk/client/client_core.h"

#include <utility>

#include "absl/strings/cord.h"
#include "sdk/base/utf8.h"
#include "sdk/converter/message_codec.h"
#include "temporal/api/errordetails/v1/message.pb.h"
#include "temporal/api/failure/v1/message.pb.h"
#include "temporal/errors.h"

namespace temporal::internal {
namespace {

// Without it the server hides from us which run comes next after a failed or completed one.
constexpr char kSupportedFeatures[] = "follows-next-run-id";

// What the caller's frame and the call share: the call may be answered after the caller has given up.
struct PendingCall {
  std::shared_ptr<CallCancel> cancel = std::make_shared<CallCancel>();
  bool answered = false;
  ServiceResponse response = absl::UnknownError("not answered");
};

// The error of the operation that failed by itself; returns if none did.
void ThrowCulprit(const api::errordetails::v1::MultiOperationExecutionFailure& failure) {
  for (const auto& operation : failure.statuses()) {
    const auto code = static_cast<absl::StatusCode>(operation.code());
    const bool innocent = code == absl::StatusCode::kAborted && operation.details_size() > 0 &&
                          operation.details(0).Is<api::failure::v1::MultiOperationExecutionAborted>();
    if (code == absl::StatusCode::kOk || innocent) continue;
    absl::Status status(code, operation.message());
    for (const auto& detail : operation.details()) status.SetPayload(detail.type_url(), absl::Cord(detail.value()));
    ThrowRpcError(status);
  }
}

}  // namespace

void ThrowRpcError(const absl::Status& status) {
  const auto code = static_cast<StatusCode>(static_cast<int>(status.code()));
  const std::string message(status.message());
  namespace details = api::errordetails::v1;
  if (const auto started = StatusDetail<details::WorkflowExecutionAlreadyStartedFailure>(status)) {
    throw WorkflowAlreadyStartedError(message, "", started->run_id());
  }
  if (const auto operations = StatusDetail<details::MultiOperationExecutionFailure>(status)) ThrowCulprit(*operations);
  if (StatusDetail<details::QueryFailedFailure>(status)) throw QueryFailedError(code, message);
  throw RpcError(code, message);
}

ClientCore::ClientCore(std::shared_ptr<Host> host, Options options)
    : host_(std::move(host)), options_(std::move(options)), random_(host_->seed()) {
  if (options_.identity.empty()) options_.identity = host_->default_identity();
  if (options_.logger == nullptr) options_.logger = &StderrLogger();
}

std::shared_ptr<ClientCore> ClientCore::MakeForWorker() const {
  std::shared_ptr<Host> host = host_->MakeWorkerHost();
  return host == nullptr ? nullptr : std::make_shared<ClientCore>(std::move(host), options_);
}

std::string ClientCore::NewUuid() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return random_.Uuid();
}

CallOptions ClientCore::NewCallOptions(Duration timeout) const {
  CallOptions options;
  options.timeout = timeout;
  options.metadata.emplace_back("supported-features", kSupportedFeatures);
  return options;
}

void ClientCore::Await(const char* call, absl::FunctionRef<bool()> done, Skip skip) {
  const BlockResult result = host_->Block(done, skip);
  if (result != BlockResult::kDone) host_->ThrowStalled(call, result);
}

void ClientCore::DecodeResponse(const google::protobuf::Message& request, google::protobuf::Message& response) const {
  DecodeMessage(options_.data_converter, ContextOf(request, serialization_context()), response);
}

std::unique_ptr<google::protobuf::Message> ClientCore::CallBlocking(const RpcMethod& method,
                                                                    const google::protobuf::Message& request, Skip skip,
                                                                    Duration timeout,
                                                                    const SerializationContext& context) {
  host_->CheckMayBlock(method.name.data());
  const google::protobuf::Message* sent = &request;
  std::unique_ptr<google::protobuf::Message> encoded;
  if (Encodes(options_.data_converter)) {
    encoded.reset(request.New());
    encoded->CopyFrom(request);
    EncodeMessage(options_.data_converter, context, *encoded);
    sent = encoded.get();
  }
  if (const std::string invalid = FindInvalidUtf8(*sent); !invalid.empty()) {
    throw RpcError(StatusCode::kInvalidArgument,
                   std::string(method.name) + ": " + invalid + " is not valid UTF-8, and was not sent");
  }
  ServiceResponse response = CallOnce(method, *sent, skip, timeout);
  for (int attempt = 1; !response.ok() && host_->WaitToRepeat(response.status(), attempt); ++attempt) {
    response = CallOnce(method, *sent, skip, timeout);
  }
  if (!response.ok()) ThrowRpcError(response.status());
  return *std::move(response);
}

ServiceResponse ClientCore::CallOnce(const RpcMethod& method, const google::protobuf::Message& request, Skip skip,
                                     Duration timeout) {
  const auto pending = std::make_shared<PendingCall>();
  CallOptions options = NewCallOptions(timeout);
  options.cancel = pending->cancel;
  host_->OnLoop([&] {
    host_->service().Call(method, request, std::move(options), [pending](ServiceResponse response) {
      pending->response = std::move(response);
      pending->answered = true;
    });
  });
  try {
    Await(method.name.data(), [&] { return pending->answered; }, skip);
  } catch (...) {
    host_->OnLoop([&] { pending->cancel->Cancel(); });
    throw;
  }
  return std::move(pending->response);
}

}  // namespace temporal::internal
