// Merging by key.
#include "fake-server/history/upserts.h"

#include "fake-server/visibility/search_attributes.h"

namespace temporal::server {
namespace {

// Nothing, null, or an empty list.
bool IsUnset(const api::common::v1::Payload& payload) {
  if (payload.data().empty()) return true;
  const auto encoding = payload.metadata().find("encoding");
  return encoding != payload.metadata().end() && encoding->second == "json/plain" &&
         (payload.data() == "null" || payload.data() == "[]");
}

template <class Map>
void Merge(const Map& upserted, Map& fields) {
  for (const auto& [key, payload] : upserted) {
    if (IsUnset(payload)) {
      fields.erase(key);
    } else {
      fields[key] = payload;
    }
  }
}

template <class Proto>
std::unique_ptr<Proto> CopyOf(const Proto* proto) {
  return proto == nullptr ? std::make_unique<Proto>() : std::make_unique<Proto>(*proto);
}

}  // namespace

std::unique_ptr<api::common::v1::Memo> Merged(const api::common::v1::Memo* before,
                                              const api::common::v1::Memo& upserted) {
  auto merged = CopyOf(before);
  Merge(upserted.fields(), *merged->mutable_fields());
  return merged;
}

std::unique_ptr<api::common::v1::SearchAttributes> Merged(const api::common::v1::SearchAttributes* before,
                                                          const api::common::v1::SearchAttributes& upserted) {
  auto merged = CopyOf(before);
  Merge(upserted.indexed_fields(), *merged->mutable_indexed_fields());
  SearchAttributeRegistry::DropUnset(*merged);
  return merged;
}

}  // namespace temporal::server
