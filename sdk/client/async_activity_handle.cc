// Completes activities from outside their worker, by token or by ids.
#include <utility>

#include "sdk/client/client_core.h"
#include "sdk/converter/failure_converter.h"
#include "sdk/converter/payload_converter.h"
#include "sdk/transport/rpcs.h"
#include "temporal/client.h"

namespace temporal {
namespace internal {

struct OwnedContext {
  explicit OwnedContext(const SerializationContext& from)
      : namespace_name(from.namespace_),
        workflow_id(from.workflow_id),
        workflow_type(from.workflow_type),
        activity_id(from.activity_id),
        activity_type(from.activity_type),
        activity_task_queue(from.activity_task_queue),
        is_local(from.is_local) {}
  SerializationContext View() const {
    return {namespace_name, workflow_id, workflow_type, activity_id, activity_type, activity_task_queue, is_local};
  }

  std::string namespace_name, workflow_id, workflow_type, activity_id, activity_type, activity_task_queue;
  bool is_local;
};

}  // namespace internal

namespace client {
namespace {

using internal::ClientCore;
using internal::ToProto;
namespace rpc = internal::rpc;

struct Ids {
  const std::string& workflow_id;
  const std::string& run_id;
  const std::string& activity_id;
};

// Sends one of a pair of RPCs that differ only in how they name the activity. `fill` sets the rest of the request.
template <class ByToken, class ById, class Fill>
auto CallEither(ClientCore& core, const std::string& task_token, const Ids& ids, const SerializationContext& context,
                Fill fill) {
  const auto common = [&](auto& request) {
    request.set_namespace_(core.namespace_name());
    request.set_identity(core.identity());
    fill(request);
  };
  bool cancel_requested = false;
  const auto read = [&]<class Response>(const Response& response) {
    if constexpr (requires { response.cancel_requested(); }) cancel_requested = response.cancel_requested();
  };
  if (!task_token.empty()) {
    typename ByToken::Request request;
    request.set_task_token(task_token);
    common(request);
    read(core.CallAs<ByToken>(context, request));
  } else {
    typename ById::Request request;
    request.set_workflow_id(ids.workflow_id);
    request.set_run_id(ids.run_id);
    request.set_activity_id(ids.activity_id);
    common(request);
    read(core.CallAs<ById>(context, request));
  }
  return cancel_requested;
}

}  // namespace

AsyncActivityHandle::AsyncActivityHandle(std::shared_ptr<internal::ClientCore> core, std::string task_token,
                                         std::string workflow_id, std::string run_id, std::string activity_id)
    : core_(std::move(core)),
      task_token_(std::move(task_token)),
      workflow_id_(std::move(workflow_id)),
      run_id_(std::move(run_id)),
      activity_id_(std::move(activity_id)) {}

AsyncActivityHandle AsyncActivityHandle::WithContext(const SerializationContext& context) const {
  AsyncActivityHandle handle = *this;
  handle.context_ = std::make_shared<const internal::OwnedContext>(context);
  return handle;
}

SerializationContext AsyncActivityHandle::context() const {
  return context_ == nullptr ? core_->serialization_context() : context_->View();
}

void AsyncActivityHandle::CompletePayloads(Payloads result) const {
  CallEither<rpc::RespondActivityTaskCompleted, rpc::RespondActivityTaskCompletedById>(
      *core_, task_token_, {workflow_id_, run_id_, activity_id_}, context(),
      [&](auto& request) { *request.mutable_result() = ToProto(result); });
}

void AsyncActivityHandle::Fail(const Failure& failure) const {
  CallEither<rpc::RespondActivityTaskFailed, rpc::RespondActivityTaskFailedById>(
      *core_, task_token_, {workflow_id_, run_id_, activity_id_}, context(),
      [&](auto& request) { *request.mutable_failure() = internal::AsActivityFailure(ToProto(failure)); });
}

void AsyncActivityHandle::HeartbeatPayloads(Payloads details) const {
  const bool cancel_requested = CallEither<rpc::RecordActivityTaskHeartbeat, rpc::RecordActivityTaskHeartbeatById>(
      *core_, task_token_, {workflow_id_, run_id_, activity_id_}, context(), [&](auto& request) {
        if (!details.empty()) *request.mutable_details() = ToProto(details);
      });
  if (cancel_requested) throw CanceledFailure("activity cancelled");
}

void AsyncActivityHandle::ReportCancellationPayloads(Payloads details) const {
  CallEither<rpc::RespondActivityTaskCanceled, rpc::RespondActivityTaskCanceledById>(
      *core_, task_token_, {workflow_id_, run_id_, activity_id_}, context(), [&](auto& request) {
        if (!details.empty()) *request.mutable_details() = ToProto(details);
      });
}

}  // namespace client
}  // namespace temporal
