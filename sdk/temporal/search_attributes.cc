// The values of search attributes as payloads: JSON that names its type.
#include "temporal/search_attributes.h"

#include <array>
#include <charconv>
#include <cstdio>

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
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  char text[48];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  std::string result = text;
  if (clock.subseconds().count() != 0) {
    std::snprintf(text, sizeof text, ".%09d", static_cast<int>(clock.subseconds().count()));
    result += text;
    result.erase(result.find_last_not_of('0') + 1);
  }
  return result + "Z";
}

[[noreturn]] void ThrowNoTime(const std::string& text) {
  throw ConversionError("expected a time as 2026-01-01T00:00:00Z, found " + text);
}

TimePoint FromText(const std::string& text) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, read = 0;
  if (std::sscanf(text.c_str(), "%d-%d-%dT%d:%d:%d%n", &year, &month, &day, &hour, &minute, &second, &read) != 6) {
    ThrowNoTime(text);
  }
  std::string_view rest = std::string_view(text).substr(static_cast<std::size_t>(read));
  Duration fraction{};
  if (!rest.empty() && rest.front() == '.') {
    Duration unit = std::chrono::milliseconds(100);
    for (rest.remove_prefix(1); !rest.empty() && rest.front() >= '0' && rest.front() <= '9'; rest.remove_prefix(1)) {
      fraction += unit * (rest.front() - '0');
      unit /= 10;
    }
  }
  Duration offset{};
  int offset_hours = 0, offset_minutes = 0;
  if (rest.size() == 6 && (rest.front() == '+' || rest.front() == '-')) {
    if (std::sscanf(std::string(rest.substr(1)).c_str(), "%d:%d", &offset_hours, &offset_minutes) != 2) {
      ThrowNoTime(text);
    }
    offset = std::chrono::hours(offset_hours) + std::chrono::minutes(offset_minutes);
    if (rest.front() == '-') offset = -offset;
  } else if (rest != "Z") {
    ThrowNoTime(text);
  }
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) ThrowNoTime(text);
  return TimePoint(std::chrono::sys_days(date)) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second) + fraction - offset;
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
