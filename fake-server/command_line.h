// The command line of temporal-fake-server: that of `temporal server start-dev`, so that whoever starts the one can
// start the other. Pure: it reads nothing and prints nothing.
#ifndef TEMPORAL_FAKE_SERVER_COMMAND_LINE_H_
#define TEMPORAL_FAKE_SERVER_COMMAND_LINE_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace temporal::server {

enum class LogLevel { kDebug, kInfo, kWarn, kError, kNever };

struct CommandLine {
  using KeyValues = std::vector<std::pair<std::string, std::string>>;

  bool help = false;  // asked for; nothing else counts then
  std::string ip = "localhost";
  int port = 7233;  // 0: one that is free
  LogLevel log_level = LogLevel::kWarn;
  std::vector<std::string> namespaces;  // besides "default"
  KeyValues dynamic_config;             // values are JSON
  KeyValues search_attributes;          // name and type, in the order given
  std::vector<std::string> ignored;     // flags that mean nothing here, as given ("--ui-port 8080")
};

// `arguments` without the program's name. INVALID_ARGUMENT says what is wrong with them.
absl::StatusOr<CommandLine> ParseCommandLine(const std::vector<std::string>& arguments);

// What --help and a usage error show.
std::string Usage();

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_COMMAND_LINE_H_
