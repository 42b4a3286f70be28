// Methods, messages and statuses as gRPC carries them.
#include "sdk/transport/grpc_codec.h"

#include <map>
#include <string>
#include <utility>

#include "absl/strings/cord.h"
#include "google/rpc/status.pb.h"
#include "grpc/health/v1/health.pb.h"
#include "grpcpp/impl/codegen/proto_utils.h"
#include "temporal/api/operatorservice/v1/service.pb.h"
#include "temporal/api/workflowservice/v1/service.pb.h"

namespace temporal::internal {
namespace {

using google::protobuf::Message;

// The generated code is a static library: without a reference to them, the linker leaves these descriptors out.
const google::protobuf::internal::DescriptorTable* const kServices[] = {
    &descriptor_table_temporal_2fapi_2fworkflowservice_2fv1_2fservice_2eproto,
    &descriptor_table_temporal_2fapi_2foperatorservice_2fv1_2fservice_2eproto,
    &descriptor_table_grpc_2fhealth_2fv1_2fhealth_2eproto,
};

}  // namespace

const google::protobuf::ServiceDescriptor* FindService(std::string_view service) {
  for (const auto* table : kServices) {
    const auto* file = google::protobuf::DescriptorPool::generated_pool()->FindFileByName(table->filename);
    for (int i = 0; file != nullptr && i < file->service_count(); ++i) {
      if (file->service(i)->full_name() == service) return file->service(i);
    }
  }
  return nullptr;
}

const google::protobuf::MethodDescriptor* FindMethod(std::string_view service, std::string_view method) {
  const auto* found = FindService(service);
  return found == nullptr ? nullptr : found->FindMethodByName(std::string(method));
}

std::unique_ptr<Message> NewMessage(const google::protobuf::Descriptor& type) {
  return std::unique_ptr<Message>(google::protobuf::MessageFactory::generated_factory()->GetPrototype(&type)->New());
}

absl::Status Serialize(const Message& message, grpc::ByteBuffer& buffer) {
  bool owned = false;
  return FromGrpcStatus(grpc::SerializationTraits<Message>::Serialize(message, &buffer, &owned));
}

bool Parse(grpc::ByteBuffer& buffer, Message& message) {
  // A message of no bytes may come as a buffer that was never set up.
  if (!buffer.Valid()) return true;
  return grpc::SerializationTraits<Message>::Deserialize(&buffer, &message).ok();
}

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  std::map<std::string, std::string> details;
  status.ForEachPayload([&](absl::string_view url, const absl::Cord& value) {
    details.emplace(std::string(url.data(), url.size()), std::string(value));
  });
  std::string message(status.message().data(), status.message().size());
  std::string bytes;
  if (!details.empty()) {
    google::rpc::Status wire;
    wire.set_code(static_cast<int>(status.code()));
    wire.set_message(message);
    for (auto& [url, value] : details) {
      auto* detail = wire.add_details();
      detail->set_type_url(url);
      detail->set_value(std::move(value));
    }
    wire.SerializeToString(&bytes);
  }
  return grpc::Status(static_cast<grpc::StatusCode>(status.raw_code()), message, bytes);
}

absl::Status FromGrpcStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  absl::Status result(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  google::rpc::Status wire;
  if (!status.error_details().empty() && wire.ParseFromString(status.error_details())) {
    for (const auto& detail : wire.details()) result.SetPayload(detail.type_url(), absl::Cord(detail.value()));
  }
  return result;
}

}  // namespace temporal::internal
