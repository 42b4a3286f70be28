// Typed handlers by method: how a component of the server offers the RPCs that it answers.
//
//   table.Add<rpc::GetSystemInfo>([this](const auto& request, const CallContext&) { return SystemInfo(request); });
//
// A handler runs on the loop inside WorkflowService::Call; its answer is posted by the table's owner, so it may be
// given inside the handler. Loop-confined; handlers must outlive the last call.
#ifndef TEMPORAL_FAKE_SERVER_FRONTEND_HANDLER_TABLE_H_
#define TEMPORAL_FAKE_SERVER_FRONTEND_HANDLER_TABLE_H_

#include <memory>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "fake-server/clock/call_context.h"
#include "sdk/transport/workflow_service.h"

namespace temporal::server {

class HandlerTable {
 public:
  using Handler = absl::AnyInvocable<void(const google::protobuf::Message&, CallContext, internal::ServiceCallback)>;

  // `handler(const Request&, const CallContext&)` returns absl::StatusOr<Response>.
  template <class Rpc, class F>
  void Add(F handler) {
    handlers_[Key(Rpc::kMethod)] = [handler = std::move(handler)](const google::protobuf::Message& request,
                                                                  CallContext context,
                                                                  internal::ServiceCallback callback) mutable {
      absl::StatusOr<typename Rpc::Response> got =
          handler(static_cast<const typename Rpc::Request&>(request), static_cast<const CallContext&>(context));
      if (!got.ok()) return callback(got.status());
      callback(std::make_unique<typename Rpc::Response>(*std::move(got)));
    };
  }

  // `handler(const Request&, CallContext, Reply<Response>)` answers now or later.
  template <class Rpc, class F>
  void AddAsync(F handler) {
    handlers_[Key(Rpc::kMethod)] = [handler = std::move(handler)](const google::protobuf::Message& request,
                                                                  CallContext context,
                                                                  internal::ServiceCallback callback) mutable {
      using Response = typename Rpc::Response;
      handler(static_cast<const typename Rpc::Request&>(request), std::move(context),
              Reply<Response>([callback = std::move(callback)](absl::StatusOr<std::unique_ptr<Response>> got) mutable {
                if (!got.ok()) return callback(got.status());
                callback(*std::move(got));
              }));
    };
  }

  // Null if nobody offers the method.
  Handler* Find(const internal::RpcMethod& method) {
    const auto found = handlers_.find(Key(method));
    return found == handlers_.end() ? nullptr : &found->second;
  }

 private:
  // The names are string literals of rpcs.h or live as long as the call.
  static std::pair<std::string_view, std::string_view> Key(const internal::RpcMethod& method) {
    return {method.service, method.name};
  }

  absl::flat_hash_map<std::pair<std::string_view, std::string_view>, Handler> handlers_;  // never iterated
};

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_FRONTEND_HANDLER_TABLE_H_
