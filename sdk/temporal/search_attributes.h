// Search attributes: typed keys, and the changes that workflow code makes.
//
//   inline constexpr temporal::KeywordKey kCustomer{"CustomerId"};
//   ctx.UpsertSearchAttributes({kCustomer.Set("c-7"), kTotal.Unset()});
//
// A key borrows its name: give it a literal. The name and its type must be known to the namespace.
#ifndef TEMPORAL_SEARCH_ATTRIBUTES_H_
#define TEMPORAL_SEARCH_ATTRIBUTES_H_

#include <cstdint>
#include <string>
#include <string_view>
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
  kKeywordList = 7,
};

// One changed attribute. A null payload unsets it.
struct SearchAttributeUpdate {
  std::string name;
  Payload value;
};

namespace internal {

// JSON with the name of the type beside it, as servers want it.
Payload EncodeSearchAttribute(SearchAttributeType type, std::string_view value);
Payload EncodeSearchAttribute(SearchAttributeType type, std::int64_t value);
Payload EncodeSearchAttribute(SearchAttributeType type, double value);
Payload EncodeSearchAttribute(SearchAttributeType type, bool value);
Payload EncodeSearchAttribute(SearchAttributeType type, TimePoint value);
Payload EncodeSearchAttribute(SearchAttributeType type, const std::vector<std::string>& value);

}  // namespace internal

template <class T, SearchAttributeType Type>
class SearchAttributeKey {
 public:
  constexpr explicit SearchAttributeKey(std::string_view name) : name_(name) {}
  constexpr std::string_view name() const { return name_; }
  SearchAttributeUpdate Set(const T& value) const {
    return {std::string(name_), internal::EncodeSearchAttribute(Type, value)};
  }
  SearchAttributeUpdate Unset() const { return {std::string(name_), internal::EncodeNull()}; }

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
