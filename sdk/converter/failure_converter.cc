// Failures between exceptions and protos.
#include "sdk/converter/failure_converter.h"

#include <cxxabi.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <typeinfo>

#include "sdk/base/proto_time.h"
#include "sdk/base/utf8.h"
#include "sdk/converter/payload_converter.h"
#include "temporal/json.h"

namespace temporal::internal {
namespace {

using ProtoFailure = api::failure::v1::Failure;

void SetInfo(const ApplicationFailure& failure, ProtoFailure& proto) {
  auto& info = *proto.mutable_application_failure_info();
  info.set_type(failure.type());
  info.set_non_retryable(failure.non_retryable());
  if (!failure.details().empty()) *info.mutable_details() = ToProto(failure.details());
  if (failure.next_retry_delay().count() != 0) *info.mutable_next_retry_delay() = ToProto(failure.next_retry_delay());
  if (failure.benign()) info.set_category(api::enums::v1::APPLICATION_ERROR_CATEGORY_BENIGN);
}

void SetInfo(const CanceledFailure& failure, ProtoFailure& proto) {
  auto& info = *proto.mutable_canceled_failure_info();
  if (!failure.details().empty()) *info.mutable_details() = ToProto(failure.details());
}

void SetInfo(const TimeoutFailure& failure, ProtoFailure& proto) {
  auto& info = *proto.mutable_timeout_failure_info();
  info.set_timeout_type(static_cast<api::enums::v1::TimeoutType>(failure.type()));
  if (!failure.last_heartbeat_details().empty()) {
    *info.mutable_last_heartbeat_details() = ToProto(failure.last_heartbeat_details());
  }
}

void SetInfo(const ActivityFailure& failure, ProtoFailure& proto) {
  auto& info = *proto.mutable_activity_failure_info();
  info.set_scheduled_event_id(failure.scheduled_event_id());
  info.set_started_event_id(failure.started_event_id());
  info.set_identity(failure.identity());
  info.mutable_activity_type()->set_name(failure.activity_type());
  info.set_activity_id(failure.activity_id());
  info.set_retry_state(static_cast<api::enums::v1::RetryState>(failure.retry_state()));
}

void SetInfo(const ChildWorkflowFailure& failure, ProtoFailure& proto) {
  auto& info = *proto.mutable_child_workflow_execution_failure_info();
  const auto& fields = failure.fields();
  info.set_namespace_(fields.namespace_);
  info.mutable_workflow_execution()->set_workflow_id(fields.workflow_id);
  info.mutable_workflow_execution()->set_run_id(fields.run_id);
  info.mutable_workflow_type()->set_name(fields.workflow_type);
  info.set_initiated_event_id(fields.initiated_event_id);
  info.set_started_event_id(fields.started_event_id);
  info.set_retry_state(static_cast<api::enums::v1::RetryState>(fields.retry_state));
}

void SetInfoOf(const Failure& failure, ProtoFailure& proto) {
  if (const auto* application = dynamic_cast<const ApplicationFailure*>(&failure)) return SetInfo(*application, proto);
  if (const auto* canceled = dynamic_cast<const CanceledFailure*>(&failure)) return SetInfo(*canceled, proto);
  if (const auto* timeout = dynamic_cast<const TimeoutFailure*>(&failure)) return SetInfo(*timeout, proto);
  if (const auto* activity = dynamic_cast<const ActivityFailure*>(&failure)) return SetInfo(*activity, proto);
  if (const auto* child = dynamic_cast<const ChildWorkflowFailure*>(&failure)) return SetInfo(*child, proto);
  if (const auto* server = dynamic_cast<const ServerFailure*>(&failure)) {
    proto.mutable_server_failure_info()->set_non_retryable(server->non_retryable());
    return;
  }
  if (dynamic_cast<const TerminatedFailure*>(&failure) != nullptr) {
    proto.mutable_terminated_failure_info();
    return;
  }
  proto.mutable_application_failure_info()->set_type(std::string(failure.kind()));
}

std::string TypeName(const std::type_info& type) {
  int status = 0;
  char* text = abi::__cxa_demangle(type.name(), nullptr, nullptr, &status);
  std::string name = status == 0 ? text : type.name();
  std::free(text);
  return name;
}

ProtoFailure ApplicationProto(std::string message, std::string type) {
  ProtoFailure proto;
  proto.set_message(std::move(message));
  proto.set_source("CppSDK");
  proto.mutable_application_failure_info()->set_type(std::move(type));
  MakeUtf8(proto);
  return proto;
}

using Made = std::shared_ptr<Failure>;

Made FromInfo(const std::string& message, const api::failure::v1::ApplicationFailureInfo& info) {
  ApplicationFailureOptions options;
  options.type = info.type();
  options.non_retryable = info.non_retryable();
  options.next_retry_delay = FromProto(info.next_retry_delay());
  options.benign = info.category() == api::enums::v1::APPLICATION_ERROR_CATEGORY_BENIGN;
  auto failure = std::make_shared<ApplicationFailure>(message, options);
  failure->set_details(FromProto(info.details()));
  return failure;
}

Made FromInfo(const std::string& message, const api::failure::v1::TimeoutFailureInfo& info) {
  return std::make_shared<TimeoutFailure>(message, static_cast<TimeoutType>(info.timeout_type()),
                                          FromProto(info.last_heartbeat_details()));
}

Made FromInfo(const std::string& message, const api::failure::v1::ActivityFailureInfo& info) {
  ActivityFailure::Fields fields;
  fields.scheduled_event_id = info.scheduled_event_id();
  fields.started_event_id = info.started_event_id();
  fields.identity = info.identity();
  fields.activity_type = info.activity_type().name();
  fields.activity_id = info.activity_id();
  fields.retry_state = static_cast<RetryState>(info.retry_state());
  return std::make_shared<ActivityFailure>(message, std::move(fields));
}

Made FromInfo(const std::string& message, const api::failure::v1::ChildWorkflowExecutionFailureInfo& info) {
  ChildWorkflowFailure::Fields fields;
  fields.namespace_ = info.namespace_();
  fields.workflow_id = info.workflow_execution().workflow_id();
  fields.run_id = info.workflow_execution().run_id();
  fields.workflow_type = info.workflow_type().name();
  fields.initiated_event_id = info.initiated_event_id();
  fields.started_event_id = info.started_event_id();
  fields.retry_state = static_cast<RetryState>(info.retry_state());
  return std::make_shared<ChildWorkflowFailure>(message, std::move(fields));
}

// Of a kind that has no class here.
Made Unmodelled(const std::string& message, const char* kind) {
  return std::make_shared<ApplicationFailure>(message, ApplicationFailureOptions{.type = kind});
}

Made FromInfo(const ProtoFailure& proto) {
  const std::string& message = proto.message();
  switch (proto.failure_info_case()) {
    case ProtoFailure::kApplicationFailureInfo:
      return FromInfo(message, proto.application_failure_info());
    case ProtoFailure::kTimeoutFailureInfo:
      return FromInfo(message, proto.timeout_failure_info());
    case ProtoFailure::kCanceledFailureInfo:
      return std::make_shared<CanceledFailure>(message, FromProto(proto.canceled_failure_info().details()));
    case ProtoFailure::kTerminatedFailureInfo:
      return std::make_shared<TerminatedFailure>(message);
    case ProtoFailure::kServerFailureInfo:
      return std::make_shared<ServerFailure>(message, proto.server_failure_info().non_retryable());
    case ProtoFailure::kActivityFailureInfo:
      return FromInfo(message, proto.activity_failure_info());
    case ProtoFailure::kChildWorkflowExecutionFailureInfo:
      return FromInfo(message, proto.child_workflow_execution_failure_info());
    case ProtoFailure::kResetWorkflowFailureInfo:
      return Unmodelled(message, "ResetWorkflowFailureInfo");
    case ProtoFailure::kNexusOperationExecutionFailureInfo:
      return Unmodelled(message, "NexusOperationFailureInfo");
    case ProtoFailure::kNexusHandlerFailureInfo:
      return Unmodelled(message, "NexusHandlerFailureInfo");
    case ProtoFailure::FAILURE_INFO_NOT_SET:
      break;
  }
  return std::make_shared<ApplicationFailure>(message);
}

// Other SDKs may hide message and stack trace in a payload, so that a codec can encrypt them.
void TakeEncodedAttributes(const api::common::v1::Payload& encoded, Failure& failure) {
  const Payload payload = FromProto(encoded);
  const nlohmann::json json = nlohmann::json::parse(payload.data, nullptr, false);
  if (!json.is_object()) return;  // encrypted: the placeholder stays
  if (const auto message = json.find("message"); message != json.end() && message->is_string()) {
    failure.set_message(message->get<std::string>());
  }
  if (const auto trace = json.find("stack_trace"); trace != json.end() && trace->is_string()) {
    failure.set_stack_trace(trace->get<std::string>());
  }
}

}  // namespace

ProtoFailure ToProto(const Failure& failure) {
  ProtoFailure proto;
  ProtoFailure* at = &proto;
  for (const Failure* link = &failure; link != nullptr; link = link->cause().get()) {
    if (link != &failure) at = at->mutable_cause();
    at->set_message(link->message());
    at->set_source(link->source().empty() ? "CppSDK" : link->source());
    at->set_stack_trace(link->stack_trace());
    SetInfoOf(*link, *at);
  }
  MakeUtf8(proto);
  return proto;
}

ProtoFailure ExceptionToProto(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const Failure& failure) {
    return ToProto(failure);
  } catch (const std::exception& exception) {
    return ApplicationProto(exception.what(), TypeName(typeid(exception)));
  } catch (...) {
    return ApplicationProto(
        "something was thrown that is neither a temporal::Failure nor a std::exception: throw one of these", "unknown");
  }
}

std::shared_ptr<const Failure> FromProto(const ProtoFailure& proto) {
  std::shared_ptr<Failure> failure = FromInfo(proto);
  failure->set_source(proto.source());
  failure->set_stack_trace(proto.stack_trace());
  if (proto.has_encoded_attributes()) TakeEncodedAttributes(proto.encoded_attributes(), *failure);
  if (proto.has_cause()) failure->set_cause(FromProto(proto.cause()));
  return failure;
}

ProtoFailure AsActivityFailure(ProtoFailure failure) {
  if (failure.has_application_failure_info()) return failure;
  ProtoFailure wrapper = ApplicationProto(failure.message(), std::string(FromProto(failure)->kind()));
  *wrapper.mutable_cause() = std::move(failure);
  return wrapper;
}

std::exception_ptr ToException(const Failure& failure) {
  std::exception_ptr error;
  try {
    failure.Raise();
  } catch (...) {
    error = std::current_exception();
  }
  return error;
}

}  // namespace temporal::internal
