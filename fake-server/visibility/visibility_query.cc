// From syntax to conditions, and conditions on runs: SQL's three-valued logic.
#include "fake-server/visibility/visibility_query.h"

#include <algorithm>
#include <compare>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "fake-server/history/service_errors.h"
#include "fake-server/visibility/query_syntax.h"
#include "fake-server/visibility/query_value.h"

namespace temporal::server {

struct VisibilityQuery::Condition {
  QueryNode::Kind kind = QueryNode::Kind::kBare;
  std::vector<Condition> children;
  std::string name, op;
  SearchAttributeRegistry::Type type{};
  std::vector<AttributeValue> values;
};

namespace {

using Condition = VisibilityQuery::Condition;
using Type = api::enums::v1::IndexedValueType;
using Truth = std::optional<bool>;  // nothing: unknown

constexpr char kDivision[] = "TemporalNamespaceDivision";

absl::Status InvalidQuery(const std::string& text) { return InvalidArgument(absl::StrCat("invalid query: ", text)); }

// -- Checking -----------------------------------------------------------------------------------------

// The full name: the prefix Temporal may be left out, or stand before the name of a namespace's own attribute.
struct Attribute {
  std::string name;
  Type type;
};
absl::StatusOr<Attribute> Find(const SearchAttributeRegistry& attributes, std::string_view namespace_name,
                               const std::string& name) {
  const std::string longer = absl::StrCat("Temporal", name);
  const std::string shorter = absl::StartsWith(name, "Temporal") ? name.substr(8) : name;
  for (const std::string& candidate : {name, longer, shorter}) {
    if (const auto type = attributes.Find(namespace_name, candidate)) return Attribute{candidate, *type};
  }
  return InvalidQuery(absl::StrCat("invalid search attribute: ", name));
}

bool Supports(Type type, const std::string& op) {
  static const std::set<std::string>* const kOrdered =
      new std::set<std::string>{"=", "!=", "<", "<=", ">", ">=", "in", "not in", "between", "not between"};
  switch (type) {
    case Type::INDEXED_VALUE_TYPE_KEYWORD:
      return kOrdered->contains(op) || op == "starts_with" || op == "not starts_with";
    case Type::INDEXED_VALUE_TYPE_KEYWORD_LIST:
      return op == "=" || op == "!=" || op == "in" || op == "not in";
    case Type::INDEXED_VALUE_TYPE_TEXT:
    case Type::INDEXED_VALUE_TYPE_BOOL:
      return op == "=" || op == "!=";
    default:
      return kOrdered->contains(op);
  }
}

class Checker {
 public:
  Checker(const SearchAttributeRegistry& attributes, std::string_view namespace_name)
      : attributes_(attributes), namespace_(namespace_name) {}

  absl::StatusOr<Condition> Check(const QueryNode& node) {
    Condition condition;
    condition.kind = node.kind;
    condition.op = node.op;
    for (const QueryNode& child : node.children) {
      absl::StatusOr<Condition> checked = Check(child);
      if (!checked.ok()) return checked;
      condition.children.push_back(*std::move(checked));
    }
    if (!node.children.empty()) return condition;
    if (node.kind == QueryNode::Kind::kBare) return InvalidQuery("invalid expression: incomplete expression");
    if (node.left.kind != QueryOperand::Kind::kColumn) {
      const bool function = node.left.kind == QueryOperand::Kind::kFunction;
      return InvalidQuery(absl::StrCat("invalid expression: must be a column name but was *sqlparser.",
                                       function ? "FuncExpr" : "SQLVal"));
    }
    if (node.kind == QueryNode::Kind::kIs && node.op != "null" && node.op != "not null") {
      return InvalidQuery("invalid expression: 'IS' operator can only be used as 'IS NULL' or 'IS NOT NULL'");
    }
    const auto attribute = Find(attributes_, namespace_, node.left.text);
    if (!attribute.ok()) return attribute.status();
    condition.name = attribute->name;
    condition.type = attribute->type;
    mentions_division |= attribute->name == kDivision;
    for (const QueryOperand& operand : node.values) {
      auto value = ReadQueryValue(attribute->name, attribute->type, operand);
      if (!value.ok()) return value.status();
      condition.values.push_back(*std::move(value));
    }
    if (node.kind == QueryNode::Kind::kCompare && !Supports(attribute->type, node.op)) {
      return InvalidQuery(absl::StrCat("operation is not supported: operator '", absl::AsciiStrToUpper(node.op),
                                       "' not supported for ", std::string(TypeName(attribute->type)),
                                       " type search attribute '", attribute->name, "'"));
    }
    return condition;
  }

  bool mentions_division = false;

 private:
  const SearchAttributeRegistry& attributes_;
  const std::string_view namespace_;
};

// -- Testing ------------------------------------------------------------------------------------------

std::partial_ordering Compare(const AttributeValue& a, const AttributeValue& b) {
  const auto number = [](const AttributeValue& value) -> std::optional<double> {
    if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<double>(*whole);
    if (const auto* real = std::get_if<double>(&value)) return *real;
    return std::nullopt;
  };
  if (a.index() == b.index()) {
    if (const auto* text = std::get_if<std::string>(&a)) return *text <=> std::get<std::string>(b);
    if (const auto* whole = std::get_if<std::int64_t>(&a)) return *whole <=> std::get<std::int64_t>(b);
    if (const auto* flag = std::get_if<bool>(&a)) return *flag <=> std::get<bool>(b);
  }
  const auto left = number(a), right = number(b);
  return left && right ? *left <=> *right : std::partial_ordering::unordered;
}

std::vector<std::string> Words(const std::string& text) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : text) {
    if (absl::ascii_isalnum(c) || (static_cast<unsigned char>(c) & 0x80U) != 0) {
      word += absl::ascii_tolower(c);
    } else if (!word.empty()) {
      words.push_back(std::exchange(word, ""));
    }
  }
  if (!word.empty()) words.push_back(std::move(word));
  return words;
}

// All words of the query, in any order.
bool HasWords(const std::string& text, const std::string& wanted) {
  const std::vector<std::string> words = Words(text);
  for (const std::string& word : Words(wanted)) {
    if (std::find(words.begin(), words.end(), word) == words.end()) return false;
  }
  return true;
}

bool HasElement(const AttributeValue& list, const AttributeValue& element) {
  const auto* elements = std::get_if<std::vector<std::string>>(&list);
  return elements != nullptr &&
         std::find(elements->begin(), elements->end(), std::get<std::string>(element)) != elements->end();
}

// What is searched for its parts is never unknown: a run without the attribute has none of them.
Truth TestParts(const Condition& condition, const AttributeValue& value) {
  bool found = false;
  for (const AttributeValue& wanted : condition.values) {
    if (condition.type == Type::INDEXED_VALUE_TYPE_TEXT) {
      const auto* text = std::get_if<std::string>(&value);
      found |= text != nullptr && HasWords(*text, std::get<std::string>(wanted));
    } else {
      found |= HasElement(value, wanted);
    }
  }
  const bool negated = condition.op == "!=" || condition.op == "not in";
  return found != negated;
}

Truth TestWhole(const Condition& condition, const AttributeValue& value) {
  if (std::holds_alternative<std::monostate>(value)) return std::nullopt;
  const std::string& op = condition.op;
  const std::partial_ordering order = Compare(value, condition.values[0]);
  if (op == "=") return order == 0;
  if (op == "!=") return order != 0;
  if (op == "<") return order < 0;
  if (op == "<=") return order <= 0;
  if (op == ">") return order > 0;
  if (op == ">=") return order >= 0;
  const bool negated = absl::StartsWith(op, "not ");
  if (absl::EndsWith(op, "between")) return (order >= 0 && Compare(value, condition.values[1]) <= 0) != negated;
  if (absl::EndsWith(op, "starts_with")) {
    return absl::StartsWith(std::get<std::string>(value), std::get<std::string>(condition.values[0])) != negated;
  }
  const bool among = std::any_of(condition.values.begin(), condition.values.end(),
                                 [&value](const AttributeValue& one) { return Compare(value, one) == 0; });
  return among != negated;
}

Truth Test(const Condition& condition, AttributesOfRun run) {
  switch (condition.kind) {
    case QueryNode::Kind::kNot: {
      const Truth inner = Test(condition.children[0], run);
      return inner ? Truth(!*inner) : std::nullopt;
    }
    case QueryNode::Kind::kAnd:
    case QueryNode::Kind::kOr: {
      const bool decides = condition.kind == QueryNode::Kind::kOr;
      bool unknown = false;
      for (const Condition& child : condition.children) {
        const Truth truth = Test(child, run);
        if (truth == Truth(decides)) return decides;
        unknown |= !truth;
      }
      return unknown ? std::nullopt : Truth(!decides);
    }
    default:
      break;
  }
  const AttributeValue value = run(condition.name);
  if (condition.kind == QueryNode::Kind::kIs) {
    return std::holds_alternative<std::monostate>(value) == (condition.op == "null");
  }
  const bool parts =
      condition.type == Type::INDEXED_VALUE_TYPE_TEXT || condition.type == Type::INDEXED_VALUE_TYPE_KEYWORD_LIST;
  return parts ? TestParts(condition, value) : TestWhole(condition, value);
}

}  // namespace

VisibilityQuery::VisibilityQuery() = default;
VisibilityQuery::VisibilityQuery(VisibilityQuery&&) noexcept = default;
VisibilityQuery& VisibilityQuery::operator=(VisibilityQuery&&) noexcept = default;
VisibilityQuery::~VisibilityQuery() = default;

absl::StatusOr<VisibilityQuery> VisibilityQuery::Parse(const SearchAttributeRegistry& attributes,
                                                       std::string_view namespace_name, std::string_view text) {
  const absl::StatusOr<QuerySyntax> syntax = ParseQuery(text);
  if (!syntax.ok()) return syntax.status();
  if (syntax->order_by) return InvalidQuery("operation is not supported: 'ORDER BY' clause");
  if (syntax->limit) return InvalidQuery("operation is not supported: 'LIMIT' clause");
  VisibilityQuery query;
  Checker checker(attributes, namespace_name);
  if (syntax->has_where) {
    absl::StatusOr<Condition> condition = checker.Check(syntax->where);
    if (!condition.ok()) return condition.status();
    query.condition_ = std::make_unique<const Condition>(*std::move(condition));
  }
  query.hides_divisions_ = !checker.mentions_division;
  if (syntax->group_by.size() > 1) {
    return InvalidQuery("operation is not supported: 'GROUP BY' clause supports only a single field");
  }
  if (!syntax->group_by.empty()) {
    const auto attribute = Find(attributes, namespace_name, syntax->group_by[0]);
    if (!attribute.ok()) return attribute.status();
    if (attribute->name != "ExecutionStatus" && attribute->name != kDivision) {
      return InvalidQuery(absl::StrCat(
          "operation is not supported: 'GROUP BY' clause is not supported for search attribute ", attribute->name));
    }
    query.group_by_ = attribute->name;
  }
  return query;
}

bool VisibilityQuery::Selects(AttributesOfRun run) const {
  if (hides_divisions_ && !std::holds_alternative<std::monostate>(run(kDivision))) return false;
  return condition_ == nullptr || Test(*condition_, run) == Truth(true);
}

}  // namespace temporal::server
