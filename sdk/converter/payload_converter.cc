// Payloads between the public values and the protos.
#include "sdk/converter/payload_converter.h"

namespace temporal::internal {

api::common::v1::Payload ToProto(const Payload& payload) {
  api::common::v1::Payload proto;
  for (const auto& [key, value] : payload.metadata) (*proto.mutable_metadata())[key] = value;
  proto.set_data(payload.data);
  return proto;
}

api::common::v1::Payloads ToProto(const Payloads& payloads) {
  api::common::v1::Payloads proto;
  for (const Payload& payload : payloads) *proto.add_payloads() = ToProto(payload);
  return proto;
}

Payload FromProto(const api::common::v1::Payload& proto) {
  Payload payload;
  for (const auto& [key, value] : proto.metadata()) payload.metadata.emplace(key, value);
  payload.data = proto.data();
  return payload;
}

Payloads FromProto(const api::common::v1::Payloads& proto) {
  Payloads payloads;
  payloads.reserve(static_cast<std::size_t>(proto.payloads_size()));
  for (const auto& payload : proto.payloads()) payloads.push_back(FromProto(payload));
  return payloads;
}

PayloadMap FromProto(const google::protobuf::Map<std::string, api::common::v1::Payload>& fields) {
  PayloadMap map;
  for (const auto& [key, payload] : fields) map.emplace(key, FromProto(payload));
  return map;
}

}  // namespace temporal::internal
