// The real server's short names of enum values.
#ifndef TEMPORAL_FAKE_SERVER_HISTORY_NAMES_H_
#define TEMPORAL_FAKE_SERVER_HISTORY_NAMES_H_

#include <cctype>
#include <string>
#include <string_view>

namespace temporal::server {

// "BadBinary" for "BAD_BINARY".
inline std::string CamelCase(std::string_view upper) {
  std::string camel;
  bool first = true;
  for (const char c : upper) {
    if (c != '_') camel += first ? c : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    first = c == '_';
  }
  return camel;
}

// The name of an enum value without what all its values begin with, in that spelling.
inline std::string ShortName(std::string_view name, std::string_view prefix) {
  if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
  return CamelCase(name);
}

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_HISTORY_NAMES_H_
