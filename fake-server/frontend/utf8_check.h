// Text fields must be UTF-8. Over gRPC the parser sees to that; messages that come in process have never been parsed.
#ifndef TEMPORAL_FAKE_SERVER_FRONTEND_UTF8_CHECK_H_
#define TEMPORAL_FAKE_SERVER_FRONTEND_UTF8_CHECK_H_

#include <string_view>

#include "absl/status/status.h"
#include "google/protobuf/message.h"

namespace temporal::server {

bool IsUtf8(std::string_view text);

// Whether a text field anywhere in the message is not UTF-8.
bool HasInvalidUtf8(const google::protobuf::Message& message);

// What gRPC's Go side answers to such a message.
absl::Status InvalidUtf8();

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_FRONTEND_UTF8_CHECK_H_
