// A walk through all fields that can hold text.
#include "fake-server/frontend/utf8_check.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "google/protobuf/descriptor.h"
#include "temporal/api/common/v1/message.pb.h"

namespace temporal::server {
namespace {

using api::common::v1::Payload;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// How many bytes the character at `at` has; zero if it is none.
std::size_t CharacterSize(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t size = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
  if (size == 0 || at + size > text.size()) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  // Too long a form, half of a pair of UTF-16, beyond the last character.
  if ((first == 0xE0 && byte(1) < 0xA0) || (first == 0xED && byte(1) > 0x9F)) return 0;
  if ((first == 0xF0 && byte(1) < 0x90) || (first == 0xF4 && byte(1) > 0x8F)) return 0;
  return size;
}

bool HasInvalid(const Message& message, const Descriptor& type);

// Every poll and every start comes by here: what needs no look at the message is asked of the descriptor.
bool IsInvalid(const Message& message, const Reflection& reflection, const FieldDescriptor& field) {
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    const Descriptor& type = *field.message_type();
    if (!field.is_repeated()) {
      return reflection.HasField(message, &field) && HasInvalid(reflection.GetMessage(message, &field), type);
    }
    for (int i = 0, size = reflection.FieldSize(message, &field); i < size; ++i) {
      if (HasInvalid(reflection.GetRepeatedMessage(message, &field, i), type)) return true;
    }
    return false;
  }
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_STRING || field.type() != FieldDescriptor::TYPE_STRING) return false;
  std::string scratch;
  if (!field.is_repeated()) return !IsUtf8(reflection.GetStringReference(message, &field, &scratch));
  for (int i = 0, size = reflection.FieldSize(message, &field); i < size; ++i) {
    if (!IsUtf8(reflection.GetRepeatedStringReference(message, &field, i, &scratch))) return true;
  }
  return false;
}

bool HasInvalid(const Message& message, const Descriptor& type) {
  if (&type == Payload::descriptor()) {
    // By reflection its map, which holds bytes by names, would be laid out as a list first.
    const auto& metadata = static_cast<const Payload&>(message).metadata();
    return std::any_of(metadata.begin(), metadata.end(), [](const auto& entry) { return !IsUtf8(entry.first); });
  }
  const Reflection& reflection = *message.GetReflection();
  for (int i = 0; i < type.field_count(); ++i) {
    if (IsInvalid(message, reflection, *type.field(i))) return true;
  }
  return false;
}

}  // namespace

bool IsUtf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = CharacterSize(text, at);
    if (size == 0) return false;
    at += size;
  }
  return true;
}

bool HasInvalidUtf8(const Message& message) { return HasInvalid(message, *message.GetDescriptor()); }

absl::Status InvalidUtf8() {
  return absl::InternalError("grpc: error unmarshalling request: string field contains invalid UTF-8");
}

}  // namespace temporal::server
