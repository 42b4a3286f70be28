// What upserts make of a run's memo and search attributes: keys are set, and taken away by values that are nothing.
#ifndef TEMPORAL_FAKE_SERVER_HISTORY_UPSERTS_H_
#define TEMPORAL_FAKE_SERVER_HISTORY_UPSERTS_H_

#include <memory>

#include "temporal/api/common/v1/message.pb.h"

namespace temporal::server {

// `before` may be null: nothing.
std::unique_ptr<api::common::v1::Memo> Merged(const api::common::v1::Memo* before,
                                              const api::common::v1::Memo& upserted);
std::unique_ptr<api::common::v1::SearchAttributes> Merged(const api::common::v1::SearchAttributes* before,
                                                          const api::common::v1::SearchAttributes& upserted);

// What an event keeps of those that it is given, which may be changed: nothing, if no key has a value.
template <class Attributes>
void KeepMemo(const api::common::v1::Memo& given, Attributes& attributes) {
  if (given.fields().empty()) return attributes.clear_memo();
  const auto kept = Merged(nullptr, given);
  attributes.clear_memo();
  if (!kept->fields().empty()) *attributes.mutable_memo() = *kept;
}
template <class Attributes>
void KeepSearchAttributes(const api::common::v1::SearchAttributes& given, Attributes& attributes) {
  if (given.indexed_fields().empty()) return attributes.clear_search_attributes();
  const auto kept = Merged(nullptr, given);
  attributes.clear_search_attributes();
  if (!kept->indexed_fields().empty()) *attributes.mutable_search_attributes() = *kept;
}

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_HISTORY_UPSERTS_H_
