// Structs and containers as JSON payloads, through nlohmann-json's own hooks.
//
// Include it where user types are defined: NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Charge, order_id, cents) is all that a
// struct needs. Parsing and printing are instantiated once, in the library, to keep this header cheap.
#ifndef TEMPORAL_JSON_H_
#define TEMPORAL_JSON_H_

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <type_traits>

#include "temporal/payload.h"

namespace temporal {
namespace internal {

// Both throw ConversionError: for malformed text, for text that is not UTF-8.
nlohmann::json ParseJson(std::string_view text);
std::string PrintJson(const nlohmann::json& value);
// Rethrows a nlohmann error as a ConversionError that shows the JSON.
[[noreturn]] void ThrowJsonMismatch(const char* what, std::string_view text);

// What nlohmann-json can convert, if only one way: all else is left to the error of PayloadConverter, which is short.
template <class T>
concept JsonValue = OtherValue<T> && (std::is_constructible_v<nlohmann::json, const T&> ||
                                      requires(const nlohmann::json& json) { json.template get<T>(); });

}  // namespace internal

template <internal::JsonValue T>
struct PayloadConverter<T> {
  static Payload Encode(const T& value) { return internal::EncodeJsonText(internal::PrintJson(nlohmann::json(value))); }

  static T Decode(const Payload& payload) {
    const std::string_view text = internal::DecodeJsonText(payload);
    try {
      return internal::ParseJson(text).template get<T>();
    } catch (const nlohmann::json::exception& error) {
      internal::ThrowJsonMismatch(error.what(), text);
    }
  }
};

}  // namespace temporal

#endif  // TEMPORAL_JSON_H_
