// The values of search attributes as payloads: JSON that names its type.
#include "temporal/search_attributes.h"

#include <array>

#include "absl/time/time.h"
#include "temporal/json.h"

namespace temporal::internal {
namespace {

Payload Typed(SearchAttributeType type, Payload payload) {
  static constexpr std::array<std::string_view, 8> kNames = {"",       "Text", "Keyword",  "Int",
                                                             "Double", "Bool", "Datetime", "KeywordList"};
  payload.metadata.insert_or_assign("type", std::string(kNames.at(static_cast<std::size_t>(type))));
  return payload;
}

// What the server and the other SDKs hold an attribute of one value for: it, or a list of it alone.
template <class T>
bool DecodeAs(const Payload& payload, const char* expected, T& value) {
  if (IsNull(payload)) return false;
  const std::string_view text = DecodeJsonText(payload);
  nlohmann::json json = ParseJson(text);
  if (json.is_array() && !std::is_same_v<T, std::vector<std::string>>) {
    if (json.size() != 1) throw ConversionError("expected " + std::string(expected) + ", found " + std::string(text));
    json = nlohmann::json(json.front());
  }
  try {
    value = json.get<T>();
  } catch (const nlohmann::json::exception& error) {
    ThrowJsonMismatch(error.what(), text);
  }
  return true;
}

// "2026-01-01T00:00:00.5Z": RFC 3339, in UTC.
std::string ToText(TimePoint time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", absl::FromUnixNanos(time.time_since_epoch().count()),
                          absl::UTCTimeZone());
}

TimePoint FromText(const std::string& text) {
  absl::Time time;
  if (!absl::ParseTime(absl::RFC3339_full, text, &time, nullptr)) {
    throw ConversionError("expected a time as 2026-01-01T00:00:00Z, found " + text);
  }
  return TimePoint(std::chrono::nanoseconds(absl::ToUnixNanos(time)));
}

}  // namespace

Payload EncodeSearchAttribute(SearchAttributeType type, std::string_view value) {
  return Typed(type, EncodeString(value));
}
Payload EncodeSearchAttribute(SearchAttributeType type, std::int64_t value) { return Typed(type, EncodeSigned(value)); }
Payload EncodeSearchAttribute(SearchAttributeType type, double value) { return Typed(type, EncodeDouble(value)); }
Payload EncodeSearchAttribute(SearchAttributeType type, bool value) { return Typed(type, EncodeBool(value)); }
Payload EncodeSearchAttribute(SearchAttributeType type, TimePoint value) {
  return Typed(type, EncodeString(ToText(value)));
}
Payload EncodeSearchAttribute(SearchAttributeType type, const std::vector<std::string>& value) {
  return Typed(type, EncodeJsonText(PrintJson(nlohmann::json(value))));
}

bool DecodeSearchAttribute(const Payload& payload, std::string& value) { return DecodeAs(payload, "a text", value); }
bool DecodeSearchAttribute(const Payload& payload, std::int64_t& value) { return DecodeAs(payload, "a number", value); }
bool DecodeSearchAttribute(const Payload& payload, double& value) { return DecodeAs(payload, "a number", value); }
bool DecodeSearchAttribute(const Payload& payload, bool& value) { return DecodeAs(payload, "a bool", value); }
bool DecodeSearchAttribute(const Payload& payload, std::vector<std::string>& value) {
  return DecodeAs(payload, "a list of keywords", value);
}
bool DecodeSearchAttribute(const Payload& payload, TimePoint& value) {
  std::string text;
  if (!DecodeAs(payload, "a time", text)) return false;
  value = FromText(text);
  return true;
}

}  // namespace temporal::internal
