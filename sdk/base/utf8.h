// Text fields of messages must be UTF-8: gRPC's other side refuses a message with one that is not, as a whole. In
// process nobody would notice.
#ifndef TEMPORAL_SDK_BASE_UTF8_H_
#define TEMPORAL_SDK_BASE_UTF8_H_

#include <string>
#include <string_view>

#include "google/protobuf/message.h"

namespace temporal::internal {

bool IsUtf8(std::string_view text);

// The text with U+FFFD in place of each byte that belongs to no character.
std::string ToUtf8(std::string_view text);

// The path of the first text field that is not UTF-8 (`commands[0].schedule_activity_task_command_attributes.
// activity_id`), names in maps included. Empty: all are.
std::string FindInvalidUtf8(const google::protobuf::Message& message);

// Mends all text fields as ToUtf8 does, but for the names in maps.
void MakeUtf8(google::protobuf::Message& message);

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_BASE_UTF8_H_
