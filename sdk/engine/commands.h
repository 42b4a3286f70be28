// What the commands of all kinds are made with.
#ifndef TEMPORAL_SDK_ENGINE_COMMANDS_H_
#define TEMPORAL_SDK_ENGINE_COMMANDS_H_

#include <memory>
#include <string_view>

#include "sdk/base/proto_time.h"
#include "sdk/converter/payload_converter.h"
#include "temporal/api/command/v1/message.pb.h"

namespace temporal::internal {

inline std::unique_ptr<api::command::v1::Command> NewCommand(api::enums::v1::CommandType type) {
  auto command = std::make_unique<api::command::v1::Command>();
  command->set_command_type(type);
  return command;
}

inline void SetSummary(std::string_view summary, api::command::v1::Command& command) {
  if (summary.empty()) return;
  *command.mutable_user_metadata()->mutable_summary() = ToProto(EncodeString(summary));
}

inline void SetDetails(std::string_view details, api::command::v1::Command& command) {
  if (details.empty()) return;
  *command.mutable_user_metadata()->mutable_details() = ToProto(EncodeString(details));
}

// A duration of zero says nothing, and is left out.
template <class Attributes>
void SetUnlessZero(Duration value, Attributes& attributes, google::protobuf::Duration* (Attributes::*field)()) {
  if (value.count() != 0) *(attributes.*field)() = ToProto(value);
}

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_ENGINE_COMMANDS_H_
