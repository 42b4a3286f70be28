// The search attributes of a server: which names exist with which type, and whether values fit. Loop-confined.
#ifndef TEMPORAL_FAKE_SERVER_VISIBILITY_SEARCH_ATTRIBUTES_H_
#define TEMPORAL_FAKE_SERVER_VISIBILITY_SEARCH_ATTRIBUTES_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "temporal/api/enums/v1/common.pb.h"

namespace temporal::api::common::v1 {
class SearchAttributes;
}

namespace temporal::server {

class SearchAttributeRegistry {
 public:
  using Type = api::enums::v1::IndexedValueType;
  using Types = std::map<std::string, Type, std::less<>>;

  // What every namespace has: the system's own and those that the server's features use.
  static const Types& System();

  // What was added to a namespace.
  const Types& Custom(std::string_view namespace_name) const;

  // INVALID_ARGUMENT in the real server's words. Names that exist are left as they are, whatever their type.
  absl::Status Add(std::string_view namespace_name, const Types& attributes);

  // Unknown names are left alone. INVALID_ARGUMENT for one of the system's.
  absl::Status Remove(std::string_view namespace_name, std::string_view name);

  // The type of a name, if there is one.
  std::optional<Type> Find(std::string_view namespace_name, std::string_view name) const;

  // Checks what a start request or an upsert gives. INVALID_ARGUMENT in the real server's words.
  absl::Status Validate(std::string_view namespace_name, const api::common::v1::SearchAttributes& attributes) const;

  // Checks, and puts the type of each attribute into the metadata of its payload, as events show it.
  absl::Status Normalise(std::string_view namespace_name, api::common::v1::SearchAttributes& attributes) const;

  // Takes out what is null or an empty list: a start does not set it, while an upsert clears it. REQUIRES: valid.
  static void DropUnset(api::common::v1::SearchAttributes& attributes);

 private:
  std::map<std::string, Types, std::less<>> custom_;  // by namespace
};

// "KeywordList" for INDEXED_VALUE_TYPE_KEYWORD_LIST; also what the metadata of a payload says.
std::string_view TypeName(SearchAttributeRegistry::Type type);

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_VISIBILITY_SEARCH_ATTRIBUTES_H_
