// How values of search attributes look in JSON.
#include "temporal/search_attributes.h"

#include <array>
#include <cstdio>
#include <ctime>

#include "temporal/json.h"

namespace temporal::internal {
namespace {

Payload Typed(SearchAttributeType type, Payload payload) {
  static constexpr std::array<const char*, 8> kNames = {"",       "Text", "Keyword",  "Int",
                                                        "Double", "Bool", "Datetime", "KeywordList"};
  payload.metadata["type"] = kNames[static_cast<std::size_t>(type)];
  return payload;
}

// RFC 3339 with all nine digits.
std::string Text(TimePoint time) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  const std::int64_t nanos = time.time_since_epoch().count();
  const std::int64_t fraction = (nanos % kSecond + kSecond) % kSecond;
  const auto seconds = static_cast<std::time_t>((nanos - fraction) / kSecond);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 64> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &utc);
  std::snprintf(text.data() + length, text.size() - length, ".%09dZ", static_cast<int>(fraction));
  return text.data();
}

}  // namespace

Payload EncodeSearchAttribute(SearchAttributeType type, std::string_view value) {
  return Typed(type, EncodeString(value));
}
Payload EncodeSearchAttribute(SearchAttributeType type, std::int64_t value) { return Typed(type, EncodeSigned(value)); }
Payload EncodeSearchAttribute(SearchAttributeType type, double value) { return Typed(type, EncodeDouble(value)); }
Payload EncodeSearchAttribute(SearchAttributeType type, bool value) { return Typed(type, EncodeBool(value)); }
Payload EncodeSearchAttribute(SearchAttributeType type, TimePoint value) {
  return Typed(type, EncodeString(Text(value)));
}
Payload EncodeSearchAttribute(SearchAttributeType type, const std::vector<std::string>& value) {
  return Typed(type, ToPayload(value));
}

}  // namespace temporal::internal
