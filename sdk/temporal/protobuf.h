// Protobuf messages as payloads: json/protobuf, or binary/protobuf for a BinaryProtobuf<M>. Either is read as either.
//
// Include it where messages are arguments or results. It includes no header of protobuf: the messages' own do.
#ifndef TEMPORAL_PROTOBUF_H_
#define TEMPORAL_PROTOBUF_H_

#include <concepts>
#include <utility>

#include "temporal/payload.h"

namespace google::protobuf {
class Message;
}

namespace temporal {
namespace internal {

Payload EncodeProtobufJson(const google::protobuf::Message& message);
Payload EncodeProtobufBinary(const google::protobuf::Message& message);
// Throws ConversionError for another encoding, another message type, or what cannot be parsed.
void DecodeProtobuf(const Payload& payload, google::protobuf::Message& message);

template <class T>
concept ProtobufMessage = OtherValue<T> && std::derived_from<T, google::protobuf::Message>;

}  // namespace internal

// A message that travels in protobuf's binary form.
template <internal::ProtobufMessage M>
struct BinaryProtobuf {
  M message;
};

template <internal::ProtobufMessage M>
struct PayloadConverter<M> {
  static Payload Encode(const M& message) { return internal::EncodeProtobufJson(message); }
  static M Decode(const Payload& payload) {
    M message;
    internal::DecodeProtobuf(payload, message);
    return message;
  }
};

template <internal::ProtobufMessage M>
struct PayloadConverter<BinaryProtobuf<M>> {
  static Payload Encode(const BinaryProtobuf<M>& value) { return internal::EncodeProtobufBinary(value.message); }
  static BinaryProtobuf<M> Decode(const Payload& payload) {
    BinaryProtobuf<M> value;
    internal::DecodeProtobuf(payload, value.message);
    return value;
  }
};

}  // namespace temporal

#endif  // TEMPORAL_PROTOBUF_H_
