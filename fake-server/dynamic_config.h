// Settings of a real server's dynamic configuration, by their names there.
#ifndef TEMPORAL_FAKE_SERVER_DYNAMIC_CONFIG_H_
#define TEMPORAL_FAKE_SERVER_DYNAMIC_CONFIG_H_

#include <string_view>

#include "absl/status/statusor.h"

namespace temporal::server {

struct DynamicConfig;

// Changes the knob that `key` names (case does not matter) to `json`: a number, a boolean, or a duration as a string
// ("1m30s") or in seconds. False if this server has no such knob. INVALID_ARGUMENT if `json` is not JSON or does not
// fit.
absl::StatusOr<bool> ApplyDynamicConfig(std::string_view key, std::string_view json, DynamicConfig& config);

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_DYNAMIC_CONFIG_H_
