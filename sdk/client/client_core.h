// What client::Client and its handles share: one connection to one namespace, and how a call blocks.
#ifndef TEMPORAL_SDK_CLIENT_CLIENT_CORE_H_
#define TEMPORAL_SDK_CLIENT_CLIENT_CORE_H_

#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "sdk/base/random.h"
#include "sdk/client/host.h"
#include "temporal/log.h"

namespace temporal::internal {

// Throws what temporal/errors.h says for a status that is not OK, details considered.
[[noreturn]] void ThrowRpcError(const absl::Status& status);

class ClientCore {
 public:
  struct Options {
    std::string namespace_name = "default";
    std::string identity;  // empty: the host's
    std::string default_task_queue;
    Logger* logger = nullptr;  // null: StderrLogger()
  };
  ClientCore(std::shared_ptr<Host> host, Options options);

  Host& host() const { return *host_; }
  const std::shared_ptr<Host>& shared_host() const { return host_; }
  const std::string& namespace_name() const { return options_.namespace_name; }
  const std::string& identity() const { return options_.identity; }
  const std::string& default_task_queue() const { return options_.default_task_queue; }
  Logger& logger() const { return *options_.logger; }
  std::string NewUuid();  // thread-safe

  // Sends and waits. Throws what ThrowRpcError throws, StalledError, std::logic_error in workflow code.
  template <class Rpc>
  typename Rpc::Response Call(const typename Rpc::Request& request, Skip skip = Skip::kForbidden,
                              Duration timeout = std::chrono::seconds(10)) {
    return std::move(static_cast<typename Rpc::Response&>(*CallBlocking(Rpc::kMethod, request, skip, timeout)));
  }

 private:
  std::unique_ptr<google::protobuf::Message> CallBlocking(const RpcMethod& method,
                                                          const google::protobuf::Message& request, Skip skip,
                                                          Duration timeout);

  std::shared_ptr<Host> host_;
  Options options_;
  std::mutex mutex_;
  Random random_;  // guarded by mutex_
};

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_CLIENT_CLIENT_CORE_H_
