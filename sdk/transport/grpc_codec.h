// What gRPC's two edges share (the client in grpc_workflow_service.cc, the listener in fake-server/frontend): methods
// found by name in the descriptors, messages to and from byte buffers, and absl::Status to and from gRPC's, details
// included.
#ifndef TEMPORAL_SDK_TRANSPORT_GRPC_CODEC_H_
#define TEMPORAL_SDK_TRANSPORT_GRPC_CODEC_H_

#include <memory>
#include <string_view>

#include "absl/status/status.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/status.h"

namespace temporal::internal {

// The service of that full name, of those that this library was built with; null if there is none.
const google::protobuf::ServiceDescriptor* FindService(std::string_view service);

// Its method of that name; null if there is none.
const google::protobuf::MethodDescriptor* FindMethod(std::string_view service, std::string_view method);

// A new, empty message of the generated type.
std::unique_ptr<google::protobuf::Message> NewMessage(const google::protobuf::Descriptor& type);

// INTERNAL if the message cannot be serialised (it is larger than 2 GiB).
absl::Status Serialize(const google::protobuf::Message& message, grpc::ByteBuffer& buffer);

// False if the bytes are no message of that type. Empties the buffer.
bool Parse(grpc::ByteBuffer& buffer, google::protobuf::Message& message);

// Details travel as google.rpc.Status in `grpc-status-details-bin`, which is left out when there are none. They are
// payloads of the absl::Status by type URL, written in the order of their URLs.
grpc::Status ToGrpcStatus(const absl::Status& status);
absl::Status FromGrpcStatus(const grpc::Status& status);

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_TRANSPORT_GRPC_CODEC_H_
