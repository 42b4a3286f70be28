// Payloads and memos between the public values and the protos. Loses nothing in either direction.
#ifndef TEMPORAL_SDK_CONVERTER_PAYLOAD_CONVERTER_H_
#define TEMPORAL_SDK_CONVERTER_PAYLOAD_CONVERTER_H_

#include <map>
#include <string>

#include "temporal/api/common/v1/message.pb.h"
#include "temporal/payload.h"

namespace temporal::internal {

using PayloadMap = std::map<std::string, Payload, std::less<>>;

api::common::v1::Payload ToProto(const Payload& payload);
api::common::v1::Payloads ToProto(const Payloads& payloads);
Payload FromProto(const api::common::v1::Payload& payload);
Payloads FromProto(const api::common::v1::Payloads& payloads);
PayloadMap FromProto(const google::protobuf::Map<std::string, api::common::v1::Payload>& fields);
// Does nothing for an empty map.
template <class Message>
void SetHeader(const PayloadMap& headers, Message& message) {
  for (const auto& [key, value] : headers) (*message.mutable_header()->mutable_fields())[key] = ToProto(value);
}

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_CONVERTER_PAYLOAD_CONVERTER_H_
