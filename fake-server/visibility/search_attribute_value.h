// Whether a payload is a value of a search attribute's type.
#ifndef TEMPORAL_FAKE_SERVER_VISIBILITY_SEARCH_ATTRIBUTE_VALUE_H_
#define TEMPORAL_FAKE_SERVER_VISIBILITY_SEARCH_ATTRIBUTE_VALUE_H_

#include <string>

#include "temporal/api/enums/v1/common.pb.h"

namespace temporal::api::common::v1 {
class Payload;
}

namespace temporal::server {

struct SearchAttributeValue {
  enum class Fit {
    kFits,
    kUnset,  // null or an empty list: the attribute is taken away
    kWrong,
  };
  Fit fit = Fit::kFits;
  std::string shown;  // of a wrong one: the value as error texts show it
};

// A list of one is as good as its element. `payload` is JSON, or binary/null.
SearchAttributeValue ReadSearchAttribute(const api::common::v1::Payload& payload,
                                         api::enums::v1::IndexedValueType type);

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_VISIBILITY_SEARCH_ATTRIBUTE_VALUE_H_
