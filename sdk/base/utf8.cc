// Walks through all fields that can hold text.
#include "sdk/base/utf8.h"

#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "temporal/api/common/v1/message.pb.h"

namespace temporal::internal {
namespace {

using api::common::v1::Payload;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

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

bool HoldsText(const FieldDescriptor& field) { return field.type() == FieldDescriptor::TYPE_STRING; }

bool HasInvalid(const Message& message, const Descriptor& type, std::string& path);

// The path is put together on the way back only.
void Prepend(const FieldDescriptor& field, int index, std::string& path) {
  const std::string name(field.name());
  const std::string at = index < 0 ? name : absl::StrCat(name, "[", index, "]");
  path = path.empty() ? at : absl::StrCat(at, ".", path);
}

// Every poll and every start comes by here: what needs no look at the message is asked of the descriptor.
bool IsInvalid(const Message& message, const Reflection& reflection, const FieldDescriptor& field, std::string& path) {
  const bool is_message = field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
  if (!is_message && !HoldsText(field)) return false;
  std::string scratch;
  if (!field.is_repeated()) {
    const bool invalid = is_message
                             ? reflection.HasField(message, &field) &&
                                   HasInvalid(reflection.GetMessage(message, &field), *field.message_type(), path)
                             : !IsUtf8(reflection.GetStringReference(message, &field, &scratch));
    if (invalid) Prepend(field, -1, path);
    return invalid;
  }
  for (int i = 0, size = reflection.FieldSize(message, &field); i < size; ++i) {
    const bool invalid =
        is_message ? HasInvalid(reflection.GetRepeatedMessage(message, &field, i), *field.message_type(), path)
                   : !IsUtf8(reflection.GetRepeatedStringReference(message, &field, i, &scratch));
    if (!invalid) continue;
    Prepend(field, i, path);
    return true;
  }
  return false;
}

bool HasInvalid(const Message& message, const Descriptor& type, std::string& path) {
  if (&type == Payload::descriptor()) {
    // By reflection its map, which holds bytes by names, would be laid out as a list first.
    for (const auto& entry : static_cast<const Payload&>(message).metadata()) {
      if (IsUtf8(entry.first)) continue;
      path = "metadata";
      return true;
    }
    return false;
  }
  const Reflection& reflection = *message.GetReflection();
  for (int i = 0; i < type.field_count(); ++i) {
    if (IsInvalid(message, reflection, *type.field(i), path)) return true;
  }
  return false;
}

void MendField(Message& message, const Reflection& reflection, const FieldDescriptor& field) {
  std::string scratch;
  const auto mended = [&](const std::string& text) { return IsUtf8(text) ? std::string() : ToUtf8(text); };
  if (!HoldsText(field) || field.is_map()) return;
  if (!field.is_repeated()) {
    std::string text = mended(reflection.GetStringReference(message, &field, &scratch));
    if (!text.empty()) reflection.SetString(&message, &field, std::move(text));
    return;
  }
  for (int i = 0, size = reflection.FieldSize(message, &field); i < size; ++i) {
    std::string text = mended(reflection.GetRepeatedStringReference(message, &field, i, &scratch));
    if (!text.empty()) reflection.SetRepeatedString(&message, &field, i, std::move(text));
  }
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

std::string ToUtf8(std::string_view text) {
  std::string mended;
  mended.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = CharacterSize(text, at);
    mended += size == 0 ? kReplacement : text.substr(at, size);
    at += size == 0 ? 1 : size;
  }
  return mended;
}

std::string FindInvalidUtf8(const Message& message) {
  std::string path;
  HasInvalid(message, *message.GetDescriptor(), path);
  return path;
}

void MakeUtf8(Message& message) {
  const Descriptor& type = *message.GetDescriptor();
  const Reflection& reflection = *message.GetReflection();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    MendField(message, reflection, field);
    if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || field.is_map()) continue;
    if (!field.is_repeated()) {
      if (reflection.HasField(message, &field)) MakeUtf8(*reflection.MutableMessage(&message, &field));
      continue;
    }
    for (int at = 0, size = reflection.FieldSize(message, &field); at < size; ++at) {
      MakeUtf8(*reflection.MutableRepeatedMessage(&message, &field, at));
    }
  }
}

}  // namespace temporal::internal
