// JSON against types. Wrong values are shown as Go prints them, since that is what clients of a real server read.
#include "fake-server/visibility/search_attribute_value.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <map>
#include <string_view>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "nlohmann/json.hpp"
#include "temporal/api/common/v1/message.pb.h"

namespace temporal::server {
namespace {

using nlohmann::json;
using Type = api::enums::v1::IndexedValueType;
using Fit = SearchAttributeValue::Fit;

// The shortest digits that give the number back, with an exponent outside of 1e-4 to 1e5.
std::string ShowNumber(double number) {
  std::array<char, 64> buffer;
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, std::chars_format::scientific).ptr;
  const std::string scientific(buffer.data(), end);
  const std::size_t e = scientific.find('e');
  const int exponent = std::atoi(scientific.c_str() + e + 1);
  constexpr int kLargestPlain = 5;
  if (exponent < -4 || exponent > kLargestPlain) return scientific;
  const auto fixed_end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, std::chars_format::fixed).ptr;
  return {buffer.data(), fixed_end};
}

std::string Show(const json& value) {
  if (value.is_null()) return "<nil>";
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
  if (value.is_number()) return ShowNumber(value.get<double>());
  std::string text = value.is_array() ? "[" : "map[";
  bool first = true;
  for (const auto& item : value.items()) {
    absl::StrAppend(&text, first ? "" : " ", value.is_array() ? "" : absl::StrCat(item.key(), ":"), Show(item.value()));
    first = false;
  }
  return text + "]";
}

// A payload in the notation of Go's protobuf.
std::string ShowPayload(const api::common::v1::Payload& payload) {
  std::string text = "value from <";
  for (const auto& [key, value] :
       std::map<std::string, std::string>(payload.metadata().begin(), payload.metadata().end())) {
    absl::StrAppend(&text, text.back() == '<' ? "" : "  ", "metadata:{key:\"", absl::CEscape(key), "\"  value:\"",
                    absl::CEscape(value), "\"}");
  }
  if (!payload.data().empty()) {
    absl::StrAppend(&text, text.back() == '<' ? "" : "  ", "data:\"", absl::CEscape(payload.data()), "\"");
  }
  return text + ">";
}

std::string ShowBytes(std::string_view bytes) {
  std::string text = "[";
  for (const char c : bytes) absl::StrAppend(&text, text.size() > 1 ? " " : "", static_cast<unsigned char>(c));
  return text + "]";
}

bool IsInt64(const json& value) {
  if (value.is_number_unsigned())
    return value.get<std::uint64_t>() <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  return value.is_number_integer();
}

bool IsDatetime(const json& value) {
  absl::Time time;
  return value.is_string() && absl::ParseTime(absl::RFC3339_full, value.get<std::string>(), &time, nullptr);
}

// null is a value of every type, as it is where it stands in a list.
bool FitsOne(const json& value, Type type) {
  if (value.is_null()) return true;
  switch (type) {
    case Type::INDEXED_VALUE_TYPE_TEXT:
    case Type::INDEXED_VALUE_TYPE_KEYWORD:
    case Type::INDEXED_VALUE_TYPE_KEYWORD_LIST:
      return value.is_string();
    case Type::INDEXED_VALUE_TYPE_INT:
      return IsInt64(value);
    case Type::INDEXED_VALUE_TYPE_DOUBLE:
      return value.is_number();
    case Type::INDEXED_VALUE_TYPE_BOOL:
      return value.is_boolean();
    case Type::INDEXED_VALUE_TYPE_DATETIME:
      return IsDatetime(value);
    default:
      return false;
  }
}

Fit FitOf(const json& value, Type type) {
  if (value.is_null()) return Fit::kUnset;
  const bool list_type = type == Type::INDEXED_VALUE_TYPE_KEYWORD_LIST;
  if (!value.is_array()) return !list_type && FitsOne(value, type) ? Fit::kFits : Fit::kWrong;
  if (value.empty()) return Fit::kUnset;
  if (!list_type && value.size() > 1) return Fit::kWrong;
  for (const json& element : value) {
    if (!FitsOne(element, type)) return Fit::kWrong;
  }
  return Fit::kFits;
}

}  // namespace

SearchAttributeValue ReadSearchAttribute(const api::common::v1::Payload& payload, Type type) {
  const auto found = payload.metadata().find("encoding");
  const std::string_view encoding =
      found == payload.metadata().end() ? std::string_view() : std::string_view(found->second);
  if (encoding == "binary/null") return {Fit::kUnset, ""};
  if (encoding == "binary/plain") return {Fit::kWrong, ShowBytes(payload.data())};
  if (encoding != "json/plain") return {Fit::kWrong, ShowPayload(payload)};
  const json value = json::parse(payload.data(), nullptr, /*allow_exceptions=*/false);
  if (value.is_discarded()) return {Fit::kWrong, ShowPayload(payload)};
  const Fit fit = FitOf(value, type);
  return {fit, fit == Fit::kWrong ? Show(value) : ""};
}

}  // namespace temporal::server
