// Search attributes, what a workflow is found by: typed keys, and the values that starts and workflow code give them.
//
//   inline constexpr temporal::KeywordKey kCustomer{"CustomerId"};
//
//   const temporal::SearchAttributeUpdate attributes[] = {kCustomer.Set("c-1")};
//   client.StartWorkflow(kProcessOrder, {.search_attributes = attributes}, order);
//   …
//   std::optional<std::string> customer = kCustomer.In(ctx.Info().search_attributes);
//
// A key borrows its name: give it a literal. The name and its type must be known to the namespace.
#ifndef TEMPORAL_SEARCH_ATTRIBUTES_H_
#define TEMPORAL_SEARCH_ATTRIBUTES_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "temporal/payload.h"
#include "temporal/time.h"

namespace temporal {

// temporal.api.enums.v1.IndexedValueType, same numbers.
enum class SearchAttributeType {
  kText = 1,
  kKeyword = 2,
  kInt = 3,
  kDouble = 4,
  kBool = 5,
  kDatetime = 6,
  kKeywordList = 7
};

// One changed attribute. A null payload unsets it.
struct SearchAttributeUpdate {
  std::string name;
  Payload value;
};
using SearchAttributes = std::map<std::string, Payload, std::less<>>;

// What a server must know of an attribute before anybody sets it. Every key converts to it.
struct SearchAttributeDefinition {
  std::string_view name;
  SearchAttributeType type;
};

namespace internal {

// JSON with the name of the type beside it, as servers want it.
Payload EncodeSearchAttribute(SearchAttributeType type, std::string_view value);
Payload EncodeSearchAttribute(SearchAttributeType type, std::int64_t value);
Payload EncodeSearchAttribute(SearchAttributeType type, double value);
Payload EncodeSearchAttribute(SearchAttributeType type, bool value);
Payload EncodeSearchAttribute(SearchAttributeType type, TimePoint value);
Payload EncodeSearchAttribute(SearchAttributeType type, const std::vector<std::string>& value);

// False if the payload holds nothing. Throw ConversionError for a value of another kind.
bool DecodeSearchAttribute(const Payload& payload, std::string& value);
bool DecodeSearchAttribute(const Payload& payload, std::int64_t& value);
bool DecodeSearchAttribute(const Payload& payload, double& value);
bool DecodeSearchAttribute(const Payload& payload, bool& value);
bool DecodeSearchAttribute(const Payload& payload, TimePoint& value);
bool DecodeSearchAttribute(const Payload& payload, std::vector<std::string>& value);

}  // namespace internal

template <class T, SearchAttributeType Type>
class SearchAttributeKey {
 public:
  using Value = T;

  constexpr explicit SearchAttributeKey(std::string_view name) : name_(name) {}
  constexpr std::string_view name() const { return name_; }
  constexpr operator SearchAttributeDefinition() const { return {name_, Type}; }

  SearchAttributeUpdate Set(const T& value) const {
    return {std::string(name_), internal::EncodeSearchAttribute(Type, value)};
  }
  SearchAttributeUpdate Unset() const { return {std::string(name_), internal::EncodeNull()}; }
  // Nothing if it is not there. Throws ConversionError if it is of another type.
  std::optional<T> In(const SearchAttributes& attributes) const {
    const auto found = attributes.find(name_);
    T value{};
    if (found == attributes.end() || !internal::DecodeSearchAttribute(found->second, value)) return std::nullopt;
    return value;
  }

 private:
  std::string_view name_;
};

using TextKey = SearchAttributeKey<std::string, SearchAttributeType::kText>;
using KeywordKey = SearchAttributeKey<std::string, SearchAttributeType::kKeyword>;
using IntKey = SearchAttributeKey<std::int64_t, SearchAttributeType::kInt>;
using DoubleKey = SearchAttributeKey<double, SearchAttributeType::kDouble>;
using BoolKey = SearchAttributeKey<bool, SearchAttributeType::kBool>;
using DatetimeKey = SearchAttributeKey<TimePoint, SearchAttributeType::kDatetime>;
using KeywordListKey = SearchAttributeKey<std::vector<std::string>, SearchAttributeType::kKeywordList>;

}  // namespace temporal

#endif  // TEMPORAL_SEARCH_ATTRIBUTES_H_
