// What a visibility query means: names and values checked against the search attributes' types, and runs tested by it.
#ifndef TEMPORAL_FAKE_SERVER_VISIBILITY_VISIBILITY_QUERY_H_
#define TEMPORAL_FAKE_SERVER_VISIBILITY_VISIBILITY_QUERY_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "fake-server/visibility/search_attributes.h"

namespace temporal::server {

// Of a search attribute of a run; nothing if it is not set. A point in time is in nanoseconds since 1970. KeywordLists
// are the lists.
using AttributeValue = std::variant<std::monostate, bool, std::int64_t, double, std::string, std::vector<std::string>>;

// Asks a run for the value of an attribute, by its full name.
using AttributesOfRun = absl::FunctionRef<AttributeValue(const std::string& name)>;

class VisibilityQuery {
 public:
  // INVALID_ARGUMENT in the real server's words.
  static absl::StatusOr<VisibilityQuery> Parse(const SearchAttributeRegistry& attributes,
                                               std::string_view namespace_name, std::string_view text);
  VisibilityQuery(VisibilityQuery&&) noexcept;
  VisibilityQuery& operator=(VisibilityQuery&&) noexcept;
  ~VisibilityQuery();

  // Whether the query selects the run. As in SQL, a comparison with what is not set is neither true nor false.
  bool Selects(AttributesOfRun run) const;

  // The attribute that a count is grouped by; empty: none.
  const std::string& group_by() const { return group_by_; }

  struct Condition;

 private:
  VisibilityQuery();
  std::unique_ptr<const Condition> condition_;  // null: everything
  bool hides_divisions_ = true;                 // the server's own workflows are not shown unless asked for
  std::string group_by_;
};

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_VISIBILITY_VISIBILITY_QUERY_H_
