// The syntax of visibility queries, a part of SQL's WHERE clause, with the error texts of the real server's parser.
#ifndef TEMPORAL_FAKE_SERVER_VISIBILITY_QUERY_SYNTAX_H_
#define TEMPORAL_FAKE_SERVER_VISIBILITY_QUERY_SYNTAX_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace temporal::server {

// What stands on one side of an operator.
struct QueryOperand {
  enum class Kind { kColumn, kString, kInt, kFloat, kBool, kNull, kFunction, kSubquery };
  Kind kind = Kind::kNull;
  std::string text;  // the name, the value of a string, the digits
};

struct QueryNode {
  enum class Kind { kAnd, kOr, kNot, kCompare, kIs, kBare };
  Kind kind = Kind::kBare;
  std::vector<QueryNode> children;   // of kAnd, kOr, kNot
  std::string op;                    // of kCompare: "=", "not in", "between" …; of kIs: "null", "not null" or another
  QueryOperand left;                 // of kCompare, kIs and kBare
  std::vector<QueryOperand> values;  // of kCompare: one; two of BETWEEN; any number of IN
};

struct QuerySyntax {
  bool has_where = false;
  QueryNode where;
  std::vector<std::string> group_by;
  bool order_by = false, limit = false;
};

// Blank text is a query without a condition. INVALID_ARGUMENT for what is no query.
absl::StatusOr<QuerySyntax> ParseQuery(std::string_view text);

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_VISIBILITY_QUERY_SYNTAX_H_
