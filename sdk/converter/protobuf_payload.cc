// Protobuf messages as payloads.
#include "google/protobuf/message.h"
#include "google/protobuf/util/json_util.h"
#include "temporal/protobuf.h"

namespace temporal::internal {
namespace {

constexpr char kJsonEncoding[] = "json/protobuf";
constexpr char kBinaryEncoding[] = "binary/protobuf";

Payload Make(const char* encoding, const google::protobuf::Message& message, std::string data) {
  Payload payload;
  payload.metadata.emplace("encoding", encoding);
  payload.metadata.emplace("messageType", message.GetDescriptor()->full_name());
  payload.data = std::move(data);
  return payload;
}

std::string_view Metadata(const Payload& payload, const char* key) {
  const auto found = payload.metadata.find(key);
  return found == payload.metadata.end() ? std::string_view() : std::string_view(found->second);
}

std::string Text(const google::protobuf::util::Status& status) {
  const auto message = status.message();
  return std::string(message.data(), message.size());
}

}  // namespace

Payload EncodeProtobufJson(const google::protobuf::Message& message) {
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json);
  if (!status.ok()) throw ConversionError(message.GetDescriptor()->full_name() + " as JSON: " + Text(status));
  return Make(kJsonEncoding, message, std::move(json));
}

Payload EncodeProtobufBinary(const google::protobuf::Message& message) {
  std::string data;
  google::protobuf::io::StringOutputStream stream(&data);
  google::protobuf::io::CodedOutputStream output(&stream);
  output.SetSerializationDeterministic(true);  // maps would come in an order of their own
  message.SerializeToCodedStream(&output);
  output.Trim();
  return Make(kBinaryEncoding, message, std::move(data));
}

void DecodeProtobuf(const Payload& payload, google::protobuf::Message& message) {
  const std::string& expected = message.GetDescriptor()->full_name();
  const std::string_view encoding = Metadata(payload, "encoding");
  const std::string_view type = Metadata(payload, "messageType");
  if (!type.empty() && type != expected) {
    throw ConversionError("expected a " + expected + ", found a " + std::string(type));
  }
  if (encoding == kBinaryEncoding) {
    if (!message.ParseFromString(payload.data)) throw ConversionError("the bytes of a " + expected + " are malformed");
  } else if (encoding == kJsonEncoding || encoding == "json/plain") {
    google::protobuf::util::JsonParseOptions options;
    options.ignore_unknown_fields = true;
    const auto status = google::protobuf::util::JsonStringToMessage(payload.data, &message, options);
    if (!status.ok()) throw ConversionError("the JSON of a " + expected + " is malformed: " + Text(status));
  } else {
    throw ConversionError("expected a " + expected + ", found a payload of encoding \"" + std::string(encoding) + "\"");
  }
}

}  // namespace temporal::internal
