// The service seam: an abstract, asynchronous Temporal service over the published proto messages.
//
// Implementations: the gRPC client (grpc_workflow_service.h), the fake server's frontend called directly (no
// serialisation, no socket, no thread), and decorators (retry, faults, recording). One generic call keeps a decorator a
// single function; the typed face is `Invoke` with one of the structs in transport/rpcs.h.
//
// Errors are absl::Status: code and message as on the wire, details as payloads by type URL
// ("type.googleapis.com/temporal.api.errordetails.v1.…", value = the serialised message).
#ifndef TEMPORAL_SDK_TRANSPORT_WORKFLOW_SERVICE_H_
#define TEMPORAL_SDK_TRANSPORT_WORKFLOW_SERVICE_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "sdk/base/scheduler.h"

namespace temporal::internal {

// One method of one service, by its gRPC names.
struct RpcMethod {
  std::string_view service;  // "temporal.api.workflowservice.v1.WorkflowService"
  std::string_view name;     // "StartWorkflowExecution"
};

// Lets the caller of a pending call give it up. Shared by caller and callee; loop-confined.
class CallCancel {
 public:
  // Ends the call with CANCELLED, unless it has ended. Idempotent.
  void Cancel() {
    if (cancelled_) return;
    cancelled_ = true;
    if (on_cancel_) std::exchange(on_cancel_, nullptr)();
  }
  bool cancelled() const { return cancelled_; }

  // For the callee: `on_cancel` runs inside Cancel(), or at once if that has been called. Replaces an earlier one.
  void OnCancel(Closure on_cancel) {
    if (cancelled_) {
      on_cancel();
    } else {
      on_cancel_ = std::move(on_cancel);
    }
  }

 private:
  bool cancelled_ = false;
  Closure on_cancel_;
};

struct CallOptions {
  Duration timeout{};                                           // zero: no deadline
  std::vector<std::pair<std::string, std::string>> metadata{};  // gRPC metadata, lower-case keys
  std::shared_ptr<CallCancel> cancel{};                         // null: cannot be cancelled
};

using ServiceResponse = absl::StatusOr<std::unique_ptr<google::protobuf::Message>>;
using ServiceCallback = absl::AnyInvocable<void(ServiceResponse)>;

class WorkflowService {
 public:
  virtual ~WorkflowService() = default;

  // Starts one call. `request` must be of the method's request type and is read before this returns. `callback` runs
  // exactly once, on the loop, never inside this call; a message it gets is of the method's response type. An unknown
  // method answers UNIMPLEMENTED.
  virtual void Call(const RpcMethod& method, const google::protobuf::Message& request, CallOptions options,
                    ServiceCallback callback) = 0;
};

// The typed face of Call. `Rpc` is one of the structs in transport/rpcs.h.
template <class Rpc>
void Invoke(WorkflowService& service, const typename Rpc::Request& request, CallOptions options,
            absl::AnyInvocable<void(absl::StatusOr<std::unique_ptr<typename Rpc::Response>>)> callback) {
  using Response = typename Rpc::Response;
  service.Call(Rpc::kMethod, request, std::move(options), [callback = std::move(callback)](ServiceResponse got) mutable {
    if (!got.ok()) return callback(got.status());
    callback(std::unique_ptr<Response>(static_cast<Response*>(got->release())));
  });
}

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_TRANSPORT_WORKFLOW_SERVICE_H_
