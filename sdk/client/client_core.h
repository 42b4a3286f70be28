// What client::Client and its handles share: one connection to one namespace, and how a call blocks.
#ifndef TEMPORAL_SDK_CLIENT_CLIENT_CORE_H_
#define TEMPORAL_SDK_CLIENT_CLIENT_CORE_H_

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "sdk/base/random.h"
#include "sdk/client/host.h"
#include "temporal/converter.h"
#include "temporal/interceptor.h"
#include "temporal/log.h"

namespace temporal::internal {

// Throws what temporal/errors.h says for a status that is not OK, details considered.
[[noreturn]] void ThrowRpcError(const absl::Status& status);

// The detail of a status that is a T (temporal.api.errordetails.v1.…); nothing if it has none.
template <class T>
std::optional<T> StatusDetail(const absl::Status& status) {
  const auto payload = status.GetPayload("type.googleapis.com/" + T::descriptor()->full_name());
  T detail;
  if (!payload || !detail.ParseFromString(std::string(*payload))) return std::nullopt;
  return detail;
}

// Names a run in a request (temporal.api.common.v1.WorkflowExecution). An empty run id stands for the current run.
template <class Execution>
void SetExecution(Execution* execution, const std::string& workflow_id, const std::string& run_id) {
  execution->set_workflow_id(workflow_id);
  execution->set_run_id(run_id);
}

class ClientCore {
 public:
  struct Options {
    std::string namespace_name = "default";
    std::string identity;  // empty: the host's
    std::string default_task_queue;
    Logger* logger = nullptr;  // null: StderrLogger()
    DataConverter data_converter;
    std::vector<client::ClientInterceptor*> interceptors;
  };
  ClientCore(std::shared_ptr<Host> host, Options options);

  // The same for a worker, on its host. Null: this one will do.
  std::shared_ptr<ClientCore> MakeForWorker() const;

  Host& host() const { return *host_; }
  const std::shared_ptr<Host>& shared_host() const { return host_; }
  const std::string& namespace_name() const { return options_.namespace_name; }
  const std::string& identity() const { return options_.identity; }
  const std::string& default_task_queue() const { return options_.default_task_queue; }
  Logger& logger() const { return *options_.logger; }
  const DataConverter& data_converter() const { return options_.data_converter; }
  const std::vector<client::ClientInterceptor*>& interceptors() const { return options_.interceptors; }
  std::string NewUuid();  // thread-safe

  // What every call carries: what this SDK understands of the answers.
  CallOptions NewCallOptions(Duration timeout) const;

  // Sends and waits; payloads are encoded and decoded on the way. Throws what ThrowRpcError throws, StalledError, what
  // the payload codec throws, std::logic_error in workflow code. `timeout` never makes a virtual clock jump.
  template <class Rpc>
  typename Rpc::Response Call(const typename Rpc::Request& request, Skip skip = Skip::kForbidden,
                              Duration timeout = std::chrono::seconds(10)) {
    auto response = CallBlocking(Rpc::kMethod, request, skip, timeout, serialization_context());
    DecodeResponse(request, *response);
    return std::move(static_cast<typename Rpc::Response&>(*response));
  }
  // The same, but payloads come as the server has them.
  template <class Rpc>
  typename Rpc::Response CallForRawPayloads(const typename Rpc::Request& request) {
    auto response =
        CallBlocking(Rpc::kMethod, request, Skip::kForbidden, std::chrono::seconds(10), serialization_context());
    return std::move(static_cast<typename Rpc::Response&>(*response));
  }
  // The same, and the request's payloads are of what the caller says.
  template <class Rpc>
  typename Rpc::Response CallAs(const SerializationContext& context, const typename Rpc::Request& request) {
    auto response = CallBlocking(Rpc::kMethod, request, Skip::kForbidden, std::chrono::seconds(10), context);
    return std::move(static_cast<typename Rpc::Response&>(*response));
  }

  // Blocks until `done`, which is evaluated on the loop. What a blocking call named `call` does after it has asked
  // Host::CheckMayBlock and sent what it has to send.
  void Await(const char* call, absl::FunctionRef<bool()> done, Skip skip);

  // The context in which a message of this connection is encoded and decoded, until it names a workflow.
  SerializationContext serialization_context() const { return {options_.namespace_name, ""}; }

 private:
  void DecodeResponse(const google::protobuf::Message& request, google::protobuf::Message& response) const;
  std::unique_ptr<google::protobuf::Message> CallBlocking(const RpcMethod& method,
                                                          const google::protobuf::Message& request, Skip skip,
                                                          Duration timeout, const SerializationContext& context);
  ServiceResponse CallOnce(const RpcMethod& method, const google::protobuf::Message& request, Skip skip,
                           Duration timeout);

  std::shared_ptr<Host> host_;
  Options options_;
  std::mutex mutex_;
  Random random_;  // guarded by mutex_
};

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_CLIENT_CLIENT_CORE_H_
