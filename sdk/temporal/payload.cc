// The encodings of plain values: JSON for text, numbers and bool; bytes and null as in the other SDKs.
#include "temporal/payload.h"

#include <charconv>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "temporal/json.h"

namespace temporal::internal {
namespace {

constexpr std::string_view kEncoding = "encoding";
constexpr std::string_view kJson = "json/plain";
constexpr std::string_view kBytes = "binary/plain";
constexpr std::string_view kNull = "binary/null";

std::string_view EncodingOf(const Payload& payload) {
  const auto found = payload.metadata.find(kEncoding);
  return found == payload.metadata.end() ? std::string_view() : std::string_view(found->second);
}

Payload Make(std::string_view encoding, std::string data) {
  Payload payload;
  payload.metadata.emplace(kEncoding, encoding);
  payload.data = std::move(data);
  return payload;
}

// What an error shows of a payload: its encoding and the beginning of its data.
std::string Shown(const Payload& payload) {
  constexpr std::size_t kMost = 120;
  std::string text = "a payload of encoding \"" + std::string(EncodingOf(payload)) + "\"";
  if (EncodingOf(payload) != kJson) return text;
  text += ": " + payload.data.substr(0, kMost);
  if (payload.data.size() > kMost) text += "…";
  return text;
}

[[noreturn]] void ThrowMismatch(const char* expected, const Payload& payload) {
  throw ConversionError(std::string("expected ") + expected + ", found " + Shown(payload));
}

std::string_view JsonTextOf(const Payload& payload, const char* expected) {
  if (EncodingOf(payload) != kJson) ThrowMismatch(expected, payload);
  return payload.data;
}

nlohmann::json JsonOf(const Payload& payload, const char* expected) {
  const std::string_view text = JsonTextOf(payload, expected);
  return ParseJson(text);
}

template <class T>
std::string Digits(T value) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  return std::string(buffer, end);
}

// JSON's numbers are decimal: 3 and 3.0 are the same integer.
bool WholeNumber(const nlohmann::json& json) {
  if (!json.is_number_float()) return json.is_number();
  const double value = json.get<double>();
  return std::floor(value) == value && std::fabs(value) < 9007199254740992.0;
}

}  // namespace

Payload EncodeNull() { return Make(kNull, ""); }
Payload EncodeJsonText(std::string text) { return Make(kJson, std::move(text)); }
Payload EncodeBool(bool value) { return Make(kJson, value ? "true" : "false"); }
Payload EncodeSigned(long long value) { return Make(kJson, Digits(value)); }
Payload EncodeUnsigned(unsigned long long value) { return Make(kJson, Digits(value)); }

Payload EncodeDouble(double value) {
  if (!std::isfinite(value)) throw ConversionError("JSON has no number for infinity and NaN");
  std::string text = Digits(value);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return Make(kJson, std::move(text));
}

Payload EncodeString(std::string_view value) { return Make(kJson, PrintJson(nlohmann::json(value))); }

Payload EncodeBytes(const Bytes& value) {
  std::string data(value.size(), '\0');
  if (!value.empty()) std::memcpy(data.data(), value.data(), value.size());
  return Make(kBytes, std::move(data));
}

bool IsNull(const Payload& payload) {
  return EncodingOf(payload) == kNull || (EncodingOf(payload) == kJson && payload.data == "null");
}

std::string_view DecodeJsonText(const Payload& payload) {
  if (EncodingOf(payload) == kNull) return "null";
  return JsonTextOf(payload, "JSON");
}

bool DecodeBool(const Payload& payload) {
  const nlohmann::json json = JsonOf(payload, "a bool");
  if (!json.is_boolean()) ThrowMismatch("a bool", payload);
  return json.get<bool>();
}

long long DecodeSigned(const Payload& payload, long long min, long long max) {
  const nlohmann::json json = JsonOf(payload, "an integer");
  if (!WholeNumber(json)) ThrowMismatch("an integer", payload);
  if (json.is_number_unsigned() && json.get<unsigned long long>() > static_cast<unsigned long long>(max)) {
    ThrowMismatch("an integer that fits its type", payload);
  }
  const long long value = json.get<long long>();
  if (value < min || value > max) ThrowMismatch("an integer that fits its type", payload);
  return value;
}

unsigned long long DecodeUnsigned(const Payload& payload, unsigned long long max) {
  const nlohmann::json json = JsonOf(payload, "an integer");
  if (!WholeNumber(json)) ThrowMismatch("an integer", payload);
  const bool negative = json.is_number_float() ? json.get<double>() < 0 : !json.is_number_unsigned();
  const unsigned long long value = negative ? 0 : json.get<unsigned long long>();
  if (negative || value > max) ThrowMismatch("an integer that fits its type", payload);
  return value;
}

double DecodeDouble(const Payload& payload) {
  const nlohmann::json json = JsonOf(payload, "a number");
  if (!json.is_number()) ThrowMismatch("a number", payload);
  return json.get<double>();
}

std::string DecodeString(const Payload& payload) {
  nlohmann::json json = JsonOf(payload, "a string");
  if (!json.is_string()) ThrowMismatch("a string", payload);
  return std::move(json.get_ref<std::string&>());
}

Bytes DecodeBytes(const Payload& payload) {
  if (EncodingOf(payload) != kBytes) ThrowMismatch("bytes", payload);
  Bytes bytes(payload.data.size());
  if (!bytes.empty()) std::memcpy(bytes.data(), payload.data.data(), bytes.size());
  return bytes;
}

void ThrowArgumentCount(std::size_t expected, std::size_t found) {
  throw ConversionError("expected " + std::to_string(expected) + (expected == 1 ? " value" : " values") + ", found " +
                        std::to_string(found));
}

void ThrowFor(std::size_t number, std::size_t of, const ConversionError& error) {
  const std::string what =
      number == 0 ? "the result" : "argument " + std::to_string(number) + " of " + std::to_string(of);
  throw ConversionError(what + ": " + error.what());
}

std::exception_ptr ErrorAbout(std::string_view what, const ConversionError& error) {
  return std::make_exception_ptr(ConversionError(std::string(what) + ": " + error.what()));
}

}  // namespace temporal::internal
