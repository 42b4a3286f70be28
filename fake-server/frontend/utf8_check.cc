// A walk through all fields that are set.
#include "fake-server/frontend/utf8_check.h"

#include <cstddef>
#include <string>
#include <vector>

#include "google/protobuf/descriptor.h"

namespace temporal::server {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

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

bool IsInvalid(const Message& message, const FieldDescriptor& field) {
  const auto& reflection = *message.GetReflection();
  const bool text = field.type() == FieldDescriptor::TYPE_STRING;
  if (!text && field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return false;
  std::string scratch;
  if (!field.is_repeated()) {
    return text ? !IsUtf8(reflection.GetStringReference(message, &field, &scratch))
                : HasInvalidUtf8(reflection.GetMessage(message, &field));
  }
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    if (text ? !IsUtf8(reflection.GetRepeatedStringReference(message, &field, i, &scratch))
             : HasInvalidUtf8(reflection.GetRepeatedMessage(message, &field, i))) {
      return true;
    }
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

bool HasInvalidUtf8(const Message& message) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (IsInvalid(message, *field)) return true;
  }
  return false;
}

absl::Status InvalidUtf8() {
  return absl::InternalError("grpc: error unmarshalling request: string field contains invalid UTF-8");
}

}  // namespace temporal::server
