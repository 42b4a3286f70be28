// The search attributes of a server: which names exist with which type, and whether values fit. Loop-confined.
#ifndef TEMPORAL_FAKE_SERVER_VISIBILITY_SEARCH_ATTRIBUTES_H_
#define TEMPORAL_FAKE_SERVER_VISIBILITY_SEARCH_ATTRIBUTES_H_

#include <string_view>

#include "absl/status/status.h"

namespace temporal::api::common::v1 {
class SearchAttributes;
}

namespace temporal::server {

class SearchAttributeRegistry {
 public:
  // Checks what a start request or an upsert gives, and brings it into the form in which it is stored: the type of each
  // attribute in the metadata of its payload, lists of one unwrapped. INVALID_ARGUMENT in the real server's words.
  absl::Status Normalise(std::string_view namespace_name, api::common::v1::SearchAttributes& attributes) const;
};

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_VISIBILITY_SEARCH_ATTRIBUTES_H_
