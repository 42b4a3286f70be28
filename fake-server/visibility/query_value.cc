// Strings, numbers, times, durations and the names of states.
#include "fake-server/visibility/query_value.h"

#include <array>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "fake-server/history/service_errors.h"

namespace temporal::server {
namespace {

using Type = api::enums::v1::IndexedValueType;
using Kind = QueryOperand::Kind;

absl::Status InvalidExpression(const std::string& text) {
  return InvalidArgument(absl::StrCat("invalid query: invalid expression: ", text));
}

// As temporal.api.enums.v1.WorkflowExecutionStatus counts.
constexpr std::array<std::string_view, 9> kStates{"",           "Running",        "Completed", "Failed", "Canceled",
                                                  "Terminated", "ContinuedAsNew", "TimedOut",  "Paused"};

absl::StatusOr<AttributeValue> ReadState(const QueryOperand& operand) {
  if (operand.kind == Kind::kInt) {
    std::int64_t number = 0;
    if (absl::SimpleAtoi(operand.text, &number) && number > 0 && number < static_cast<std::int64_t>(kStates.size())) {
      return std::string(kStates[static_cast<std::size_t>(number)]);
    }
    return InvalidExpression(absl::StrCat("invalid ExecutionStatus value ", operand.text));
  }
  for (const std::string_view state : kStates) {
    if (!state.empty() && state == operand.text) return std::string(state);
  }
  return InvalidExpression(absl::StrCat("invalid ExecutionStatus value '", operand.text, "'"));
}

std::optional<absl::Duration> ReadDuration(const std::string& text) {
  absl::Duration duration;
  if (absl::ParseDuration(text, &duration)) return duration;
  std::vector<std::string> parts = absl::StrSplit(text, ':');
  if (parts.size() != 3) return std::nullopt;
  std::array<std::int64_t, 3> numbers{};
  for (std::size_t i = 0; i < 3; ++i) {
    if (!absl::SimpleAtoi(parts[i], &numbers[i]) || numbers[i] < 0) return std::nullopt;
  }
  return absl::Hours(numbers[0]) + absl::Minutes(numbers[1]) + absl::Seconds(numbers[2]);
}

// As Go prints value and type.
std::string Shown(const QueryOperand& operand) {
  switch (operand.kind) {
    case Kind::kString:
      return absl::StrCat("\"", operand.text, "\" (type: string)");
    case Kind::kInt:
      return absl::StrCat(operand.text, " (type: int64)");
    case Kind::kFloat:
      return absl::StrCat(operand.text, " (type: float64)");
    case Kind::kBool:
      return absl::StrCat(operand.text, " (type: bool)");
    default:
      return "<nil> (type: <nil>)";
  }
}

absl::StatusOr<AttributeValue> ReadNumber(const QueryOperand& operand) {
  if (std::int64_t whole = 0; operand.kind == Kind::kInt && absl::SimpleAtoi(operand.text, &whole)) return whole;
  if (double number = 0; absl::SimpleAtod(operand.text, &number)) return number;
  return InvalidExpression(absl::StrCat("unable to parse ", operand.text));
}

}  // namespace

std::string_view StateName(int status) {
  return status < 0 || status >= static_cast<int>(kStates.size()) ? "" : kStates[static_cast<std::size_t>(status)];
}

absl::StatusOr<AttributeValue> ReadQueryValue(const std::string& name, Type type, const QueryOperand& operand) {
  if (operand.kind == Kind::kColumn) {
    return InvalidArgument(absl::StrCat(
        "invalid query: operation is not supported: column name on the right side of comparison expression (did you "
        "forget to quote \"",
        operand.text, "\"?)"));
  }
  if (operand.kind == Kind::kSubquery) return InvalidExpression("unexpected value type *sqlparser.Subquery");
  if (operand.kind == Kind::kFunction) return InvalidExpression("unexpected value type *sqlparser.FuncExpr");
  if (operand.kind == Kind::kNull) return InvalidExpression("unexpected value type *sqlparser.NullVal");
  const bool number = operand.kind == Kind::kInt || operand.kind == Kind::kFloat;
  if (name == "ExecutionStatus" && (operand.kind == Kind::kString || operand.kind == Kind::kInt)) {
    return ReadState(operand);
  }
  if (name == "ExecutionDuration" && operand.kind == Kind::kString) {
    if (const auto duration = ReadDuration(operand.text)) return absl::ToInt64Nanoseconds(*duration);
    return InvalidExpression(
        absl::StrCat("invalid duration value for search attribute ExecutionDuration: ", operand.text));
  }
  switch (type) {
    case Type::INDEXED_VALUE_TYPE_DATETIME: {
      if (operand.kind == Kind::kInt) return ReadNumber(operand);
      absl::Time time;
      if (operand.kind == Kind::kString && absl::ParseTime(absl::RFC3339_full, operand.text, &time, nullptr)) {
        return absl::ToUnixNanos(time);
      }
      if (operand.kind == Kind::kString) {
        return InvalidExpression(absl::StrCat("unable to parse datetime '", operand.text, "'"));
      }
      break;
    }
    case Type::INDEXED_VALUE_TYPE_INT:
    case Type::INDEXED_VALUE_TYPE_DOUBLE:
      if (number) return ReadNumber(operand);
      break;
    case Type::INDEXED_VALUE_TYPE_BOOL:
      if (operand.kind == Kind::kBool) return operand.text == "true";
      break;
    default:
      if (operand.kind == Kind::kString) return operand.text;
      break;
  }
  return InvalidExpression(absl::StrCat("invalid value type for search attribute ", name, " of type ",
                                        std::string(TypeName(type)), ": ", Shown(operand)));
}

}  // namespace temporal::server
