// Payloads, and how C++ values become payloads.
//
// What is understood without another header: strings, numbers, bool and optionals of those (encoding json/plain), bytes
// (binary/plain), nothing at all (binary/null), and a Payload itself, which passes untouched. Structs and containers
// need "temporal/json.h". A type may bring its own encoding by specialising PayloadConverter.
#ifndef TEMPORAL_PAYLOAD_H_
#define TEMPORAL_PAYLOAD_H_

#include <concepts>
#include <cstddef>
#include <exception>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace temporal {

// Encoded data and what is needed to decode it: temporal.api.common.v1.Payload.
struct Payload {
  std::map<std::string, std::string, std::less<>> metadata;  // "encoding" and, for some, "messageType", "type" …
  std::string data;                                          // bytes

  bool operator==(const Payload&) const = default;
};

using Payloads = std::vector<Payload>;

// Raw bytes: encoding binary/plain.
using Bytes = std::vector<std::byte>;

// A payload does not hold what the code expects. Thrown while decoding; in a workflow it fails the workflow task, in an
// activity the attempt.
class ConversionError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

namespace internal {

Payload EncodeNull();
Payload EncodeJsonText(std::string text);  // encoding json/plain
Payload EncodeBool(bool value);
Payload EncodeSigned(long long value);
Payload EncodeUnsigned(unsigned long long value);
Payload EncodeDouble(double value);
Payload EncodeString(std::string_view value);
Payload EncodeBytes(const Bytes& value);

bool IsNull(const Payload& payload);                      // binary/null, or JSON's null
std::string_view DecodeJsonText(const Payload& payload);  // throws unless the encoding is json/plain
bool DecodeBool(const Payload& payload);
long long DecodeSigned(const Payload& payload, long long min, long long max);
unsigned long long DecodeUnsigned(const Payload& payload, unsigned long long max);
double DecodeDouble(const Payload& payload);
std::string DecodeString(const Payload& payload);
Bytes DecodeBytes(const Payload& payload);

[[noreturn]] void ThrowArgumentCount(std::size_t expected, std::size_t found);
// The same error, which says that it is about argument `number` of `of`, counted from one; 0 of 0: about a result.
[[noreturn]] void ThrowFor(std::size_t number, std::size_t of, const ConversionError& error);
// The same error, which says whose value it is about: "activity Charge", "signal approve".
std::exception_ptr ErrorAbout(std::string_view what, const ConversionError& error);

template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;

// What this header understands; everything else is JSON's.
template <class T>
concept PlainValue = std::is_arithmetic_v<T> || std::same_as<T, std::string> || std::same_as<T, Bytes> ||
                     std::same_as<T, Payload> || std::same_as<T, std::nullptr_t> || kIsOptional<T>;

template <class T>
concept OtherValue = !PlainValue<T>;

template <class T>
inline constexpr bool kAlwaysFalse = false;

}  // namespace internal

// How a T becomes a payload and comes back. Specialise it for a type with an encoding of its own; "temporal/json.h"
// does so for everything that nlohmann-json can convert.
template <class T>
struct PayloadConverter {
  static_assert(internal::kAlwaysFalse<T>,
                "this type does not know how to become a payload: include \"temporal/json.h\" and give it "
                "NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE, or specialise temporal::PayloadConverter for it");
};

template <internal::PlainValue T>
struct PayloadConverter<T> {
  static Payload Encode(const T& value) {
    if constexpr (std::same_as<T, Payload>)
      return value;
    else if constexpr (std::same_as<T, std::nullptr_t>)
      return internal::EncodeNull();
    else if constexpr (std::same_as<T, bool>)
      return internal::EncodeBool(value);
    else if constexpr (std::is_floating_point_v<T>)
      return internal::EncodeDouble(static_cast<double>(value));
    else if constexpr (std::is_integral_v<T> && std::is_signed_v<T>)
      return internal::EncodeSigned(value);
    else if constexpr (std::is_integral_v<T>)
      return internal::EncodeUnsigned(value);
    else if constexpr (std::same_as<T, std::string>)
      return internal::EncodeString(value);
    else if constexpr (std::same_as<T, Bytes>)
      return internal::EncodeBytes(value);
    else
      return value ? PayloadConverter<typename T::value_type>::Encode(*value) : internal::EncodeNull();
  }

  static T Decode(const Payload& payload) {
    if constexpr (std::same_as<T, Payload>)
      return payload;
    else if constexpr (std::same_as<T, std::nullptr_t>)
      return nullptr;
    else if constexpr (std::same_as<T, bool>)
      return internal::DecodeBool(payload);
    else if constexpr (std::is_floating_point_v<T>)
      return static_cast<T>(internal::DecodeDouble(payload));
    else if constexpr (std::is_integral_v<T> && std::is_signed_v<T>)
      return static_cast<T>(
          internal::DecodeSigned(payload, std::numeric_limits<T>::min(), std::numeric_limits<T>::max()));
    else if constexpr (std::is_integral_v<T>)
      return static_cast<T>(internal::DecodeUnsigned(payload, std::numeric_limits<T>::max()));
    else if constexpr (std::same_as<T, std::string>)
      return internal::DecodeString(payload);
    else if constexpr (std::same_as<T, Bytes>)
      return internal::DecodeBytes(payload);
    else
      return internal::IsNull(payload) ? T() : T(PayloadConverter<typename T::value_type>::Decode(payload));
  }
};

// Throws ConversionError if `payload` does not hold a T.
template <class T>
T FromPayload(const Payload& payload) {
  return PayloadConverter<T>::Decode(payload);
}

template <class T>
Payload ToPayload(const T& value) {
  if constexpr (std::is_convertible_v<const T&, std::string_view> && !std::same_as<T, std::nullptr_t>)
    return internal::EncodeString(value);
  else
    return PayloadConverter<T>::Encode(value);
}

namespace internal {

// Arguments by value, in order. Too many payloads are ignored, as in every SDK; a missing one is an error unless the
// parameter is optional.
template <class... A>
std::tuple<std::decay_t<A>...> DecodeArguments(const Payloads& payloads) {
  std::size_t next = 0;
  [[maybe_unused]] auto one = [&]<class T>(std::type_identity<T>) -> T {
    const std::size_t at = next++;
    try {
      if (at < payloads.size()) return FromPayload<T>(payloads[at]);
    } catch (const ConversionError& error) {
      ThrowFor(next, sizeof...(A), error);
    }
    if constexpr (kIsOptional<T>)
      return T();
    else
      ThrowArgumentCount(sizeof...(A), payloads.size());
  };
  return std::tuple<std::decay_t<A>...>{one(std::type_identity<std::decay_t<A>>())...};  // braces: left to right
}

// The one value of a result; nothing at all decodes as null.
template <class T>
T DecodeResult(const Payloads& payloads) {
  try {
    return payloads.empty() ? FromPayload<T>(EncodeNull()) : FromPayload<T>(payloads.front());
  } catch (const ConversionError& error) {
    ThrowFor(0, 0, error);
  }
}

// Each given value converted to the parameter's type, then encoded.
template <class... A, class... Given>
Payloads EncodeArguments(const Given&... given) {
  static_assert(sizeof...(A) == sizeof...(Given), "wrong number of arguments for this reference");
  static_assert((std::is_convertible_v<const Given&, std::decay_t<A>> && ...),
                "an argument does not convert to the type of its parameter");
  Payloads result;
  result.reserve(sizeof...(A));
  [[maybe_unused]] auto add = [&]<class T, class G>(std::type_identity<T>, const G& value) {
    if constexpr (std::same_as<T, G>)
      result.push_back(ToPayload<T>(value));
    else
      result.push_back(ToPayload<T>(static_cast<T>(value)));
  };
  (add(std::type_identity<std::decay_t<A>>(), given), ...);
  return result;
}

}  // namespace internal
}  // namespace temporal

#endif  // TEMPORAL_PAYLOAD_H_
