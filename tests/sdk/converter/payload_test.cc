// Values as payloads and back, and what is said of payloads that do not fit.
#include "temporal/payload.h"

#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "temporal/json.h"

namespace temporal {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

struct Order {
  std::string id;
  int cents = 0;
  bool operator==(const Order&) const = default;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Order, id, cents)

template <class T>
void ExpectRoundTrip(const T& value, const std::string& data, const std::string& encoding = "json/plain") {
  const Payload payload = ToPayload(value);
  EXPECT_EQ(payload.data, data);
  EXPECT_EQ(payload.metadata.at("encoding"), encoding);
  EXPECT_EQ(FromPayload<T>(payload), value);
}

Payload Json(std::string text) { return internal::EncodeJsonText(std::move(text)); }

TEST(Payload, PlainValues_BecomeJsonAndComeBack) {
  ExpectRoundTrip(std::string("a \"b\" ü\n"), "\"a \\\"b\\\" ü\\n\"");
  ExpectRoundTrip(42, "42");
  ExpectRoundTrip(std::numeric_limits<std::int64_t>::min(), "-9223372036854775808");
  ExpectRoundTrip(std::numeric_limits<std::uint64_t>::max(), "18446744073709551615");
  ExpectRoundTrip(true, "true");
  ExpectRoundTrip(0.1, "0.1");
  ExpectRoundTrip(3.0, "3.0");
  ExpectRoundTrip(Order{"o-1", 5}, R"({"cents":5,"id":"o-1"})");
  ExpectRoundTrip(std::vector<int>{1, 2}, "[1,2]");
}

TEST(Payload, BytesAndNull_HaveEncodingsOfTheirOwn) {
  ExpectRoundTrip(Bytes{std::byte{0}, std::byte{255}}, std::string("\0\377", 2), "binary/plain");
  ExpectRoundTrip(nullptr, "", "binary/null");
  ExpectRoundTrip(std::optional<int>(), "", "binary/null");
  ExpectRoundTrip(std::optional<int>(7), "7");
  EXPECT_EQ(FromPayload<std::optional<int>>(Json("null")), std::nullopt);
}

TEST(Payload, WholeNumbersWithAPoint_AreIntegers) {
  EXPECT_EQ(FromPayload<int>(Json("3.0")), 3);
  EXPECT_EQ(FromPayload<double>(Json("3")), 3.0);
}

TEST(Payload, WhatDoesNotFit_SaysWhatIsThere) {
  const auto expect = [](auto decode, const char* text) {
    EXPECT_THAT(decode, ThrowsMessage<ConversionError>(HasSubstr(text)));
  };
  expect([] { FromPayload<int>(Json("\"x\"")); },
         "expected an integer, found a payload of encoding \"json/plain\": \"x\"");
  expect([] { FromPayload<std::int8_t>(Json("300")); }, "an integer that fits its type");
  expect([] { FromPayload<unsigned>(Json("-1")); }, "an integer that fits its type");
  expect([] { FromPayload<std::string>(Json("12")); }, "expected a string");
  expect([] { FromPayload<bool>(Json("{")); }, "malformed JSON");
  expect([] { FromPayload<std::string>(Payload{{{"encoding", "binary/encrypted"}}, "x"}); }, "binary/encrypted");
  expect([] { FromPayload<Order>(Json(R"({"id":"o"})")); }, "'cents' not found");
  expect([] { ToPayload(std::string("\xff")); }, "not UTF-8");
  expect([] { ToPayload(std::numeric_limits<double>::infinity()); }, "infinity");
  expect([] { internal::DecodeArguments<int, int>({Json("1")}); }, "expected 2 values, found 1");
  expect([] { internal::DecodeArguments<int, bool>({Json("1"), Json("2")}); }, "argument 2 of 2: expected a bool");
  expect([] { internal::DecodeResult<int>({Json("true")}); }, "the result: expected an integer");
}

}  // namespace
}  // namespace temporal
