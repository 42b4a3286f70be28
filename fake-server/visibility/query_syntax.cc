// Tokens, and a recursive descent over them. Positions count as in the statement that the real server makes of a query.
#include "fake-server/visibility/query_syntax.h"

#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "fake-server/history/service_errors.h"

namespace temporal::server {
namespace {

constexpr std::size_t kPrefix = std::string_view("select * from table1 where ").size();

struct Token {
  enum class Kind { kEnd, kName, kKeyword, kString, kInt, kFloat, kSymbol, kWrong };
  Kind kind = Kind::kEnd;
  std::string text;  // a keyword in lower case
  std::size_t end = 0;
};

bool IsKeyword(const std::string& word) {
  static const std::set<std::string>* const kWords = new std::set<std::string>{
      "and",    "asc",   "between", "by",     "delete", "desc",  "drop",   "false",  "from",  "group",
      "having", "in",    "into",    "insert", "is",     "join",  "like",   "limit",  "not",   "null",
      "or",     "order", "select",  "set",    "true",   "union", "update", "values", "where", "starts_with"};
  return kWords->contains(word);
}

std::vector<Token> Tokens(std::string_view text) {
  std::vector<Token> tokens;
  std::size_t at = 0;
  const auto add = [&](Token::Kind kind, std::string value, std::size_t end) {
    tokens.push_back({kind, std::move(value), end});
    at = end;
  };
  const auto word_end = [&](std::size_t from) {
    while (from < text.size() && (absl::ascii_isalnum(text[from]) || text[from] == '_' || text[from] == '.')) ++from;
    return from;
  };
  while (at < text.size()) {
    const char c = text[at];
    if (absl::ascii_isspace(c)) {
      ++at;
    } else if (absl::ascii_isalpha(c) || c == '_') {
      const std::size_t end = word_end(at);
      std::string word(text.substr(at, end - at));
      const std::string lower = absl::AsciiStrToLower(word);
      IsKeyword(lower) ? add(Token::Kind::kKeyword, lower, end) : add(Token::Kind::kName, std::move(word), end);
    } else if (absl::ascii_isdigit(c) || (c == '-' && at + 1 < text.size() && absl::ascii_isdigit(text[at + 1]))) {
      const std::size_t end = word_end(at + 1);
      std::string digits(text.substr(at, end - at));
      const bool is_float = digits.find_first_of(".eE") != std::string::npos;
      add(is_float ? Token::Kind::kFloat : Token::Kind::kInt, std::move(digits), end);
    } else if (c == '\'' || c == '"' || c == '`') {
      std::string value;
      std::size_t end = at + 1;
      for (; end < text.size() && text[end] != c; ++end) {
        if (text[end] == '\\' && end + 1 < text.size()) ++end;
        value += text[end];
      }
      if (end == text.size()) {
        add(Token::Kind::kWrong, std::move(value), end);
      } else {
        add(c == '`' ? Token::Kind::kName : Token::Kind::kString, std::move(value), end + 1);
      }
    } else {
      const std::string_view two = text.substr(at, 2);
      const bool is_pair = two == "!=" || two == "<>" || two == "<=" || two == ">=";
      add(Token::Kind::kSymbol, std::string(is_pair ? two : text.substr(at, 1)), at + (is_pair ? 2 : 1));
    }
  }
  tokens.push_back({Token::Kind::kEnd, "", text.size()});
  return tokens;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : tokens_(Tokens(text)) {}

  absl::StatusOr<QuerySyntax> Parse() {
    QuerySyntax query;
    if (!AtClause()) {
      query.has_where = true;
      query.where = Or();
    }
    if (TakeKeyword("group")) {
      Expect("by");
      do {
        query.group_by.push_back(Take(Token::Kind::kName).text);
      } while (TakeSymbol(","));
    }
    if (TakeKeyword("order")) {
      Expect("by");
      query.order_by = true;
      do {
        Take(Token::Kind::kName);
        if (!TakeKeyword("asc")) TakeKeyword("desc");
      } while (TakeSymbol(","));
    }
    if (TakeKeyword("limit")) {
      query.limit = true;
      Take(Token::Kind::kInt);
    }
    TakeSymbol(";");
    if (Next().kind != Token::Kind::kEnd) Fail();
    if (!failed_) return query;
    const Token& token = tokens_[wrong_];
    const bool shown = token.kind != Token::Kind::kEnd && token.kind != Token::Kind::kSymbol;
    return InvalidArgument(absl::StrCat("invalid query: malformed SQL query: syntax error at position ",
                                        kPrefix + token.end + 1,
                                        shown ? absl::StrCat(" near '", token.text, "'") : ""));
  }

 private:
  const Token& Next() const { return tokens_[at_]; }
  void Advance() {
    if (at_ + 1 < tokens_.size()) ++at_;
  }
  // The first token that is wrong is the one that is told.
  void Fail() {
    if (!std::exchange(failed_, true)) wrong_ = at_;
    at_ = tokens_.size() - 1;
  }
  bool IsKeyword(std::string_view word) const { return Next().kind == Token::Kind::kKeyword && Next().text == word; }
  bool TakeKeyword(std::string_view word) {
    const bool is = IsKeyword(word);
    if (is) Advance();
    return is;
  }
  bool TakeSymbol(std::string_view symbol) {
    const bool is = Next().kind == Token::Kind::kSymbol && Next().text == symbol;
    if (is) Advance();
    return is;
  }
  void Expect(std::string_view keyword) {
    if (!TakeKeyword(keyword)) Fail();
  }
  Token Take(Token::Kind kind) {
    if (Next().kind != kind) {
      Fail();
      return {};
    }
    const Token token = Next();
    Advance();
    return token;
  }
  bool AtClause() const {
    return Next().kind == Token::Kind::kEnd || IsKeyword("group") || IsKeyword("order") || IsKeyword("limit");
  }

  QueryNode Join(QueryNode::Kind kind, std::string_view word, QueryNode (Parser::*part)()) {
    QueryNode first = (this->*part)();
    if (!IsKeyword(word)) return first;
    QueryNode node;
    node.kind = kind;
    node.children.push_back(std::move(first));
    while (TakeKeyword(word)) node.children.push_back((this->*part)());
    return node;
  }
  QueryNode Or() { return Join(QueryNode::Kind::kOr, "or", &Parser::And); }
  QueryNode And() { return Join(QueryNode::Kind::kAnd, "and", &Parser::Not); }

  QueryNode Not() {
    if (depth_ > kMostDepth) Fail();
    if (!TakeKeyword("not")) return Condition();
    QueryNode node;
    node.kind = QueryNode::Kind::kNot;
    ++depth_;
    node.children.push_back(Not());
    --depth_;
    return node;
  }

  QueryNode Condition() {
    if (TakeSymbol("(")) {
      ++depth_;
      QueryNode inner = Or();
      --depth_;
      if (!TakeSymbol(")")) Fail();
      return inner;
    }
    QueryNode node;
    node.left = Operand();
    if (TakeKeyword("is")) {
      node.kind = QueryNode::Kind::kIs;
      node.op = TakeKeyword("not") ? "not " : "";
      if (TakeKeyword("null"))
        node.op += "null";
      else if (TakeKeyword("true") || TakeKeyword("false"))
        node.op += "true or false";
      else
        Fail();
      return node;
    }
    const bool negated = TakeKeyword("not");
    const std::string prefix = negated ? "not " : "";
    node.kind = QueryNode::Kind::kCompare;
    if (TakeKeyword("in")) {
      node.op = prefix + "in";
      if (!TakeSymbol("(")) Fail();
      do {
        node.values.push_back(Operand());
      } while (TakeSymbol(","));
      if (!TakeSymbol(")")) Fail();
    } else if (TakeKeyword("between")) {
      node.op = prefix + "between";
      node.values.push_back(Operand());
      Expect("and");
      node.values.push_back(Operand());
    } else if (IsKeyword("like") || IsKeyword("starts_with")) {
      node.op = prefix + Next().text;
      Advance();
      node.values.push_back(Operand());
    } else if (negated) {
      Fail();
    } else if (Next().kind == Token::Kind::kSymbol && IsComparison(Next().text)) {
      node.op = Next().text == "<>" ? "!=" : Next().text;
      Advance();
      node.values.push_back(Operand());
    } else {
      node.kind = QueryNode::Kind::kBare;
    }
    return node;
  }

  static bool IsComparison(std::string_view symbol) {
    return symbol == "=" || symbol == "!=" || symbol == "<>" || symbol == "<" || symbol == "<=" || symbol == ">" ||
           symbol == ">=";
  }

  QueryOperand Operand() {
    using Kind = QueryOperand::Kind;
    const Token token = Next();
    switch (token.kind) {
      case Token::Kind::kName:
        Advance();
        if (!TakeSymbol("(")) return {Kind::kColumn, token.text};
        SkipToClosing();
        return {Kind::kFunction, token.text};
      case Token::Kind::kString:
        Advance();
        return {Kind::kString, token.text};
      case Token::Kind::kInt:
        Advance();
        return {Kind::kInt, token.text};
      case Token::Kind::kFloat:
        Advance();
        return {Kind::kFloat, token.text};
      default:
        break;
    }
    if (TakeKeyword("true")) return {Kind::kBool, "true"};
    if (TakeKeyword("false")) return {Kind::kBool, "false"};
    if (TakeKeyword("null")) return {Kind::kNull, "null"};
    if (TakeSymbol("(")) {
      if (TakeKeyword("select")) {
        SkipToClosing();
        return {Kind::kSubquery, ""};
      }
      if (depth_ > kMostDepth) {
        Fail();
        return {};
      }
      ++depth_;
      QueryOperand inner = Operand();
      --depth_;
      if (!TakeSymbol(")")) Fail();
      return inner;
    }
    Fail();
    return {};
  }

  void SkipToClosing() {
    int open = 1;
    while (open > 0 && Next().kind != Token::Kind::kEnd) {
      if (Next().kind == Token::Kind::kSymbol) open += Next().text == "(" ? 1 : Next().text == ")" ? -1 : 0;
      Advance();
    }
    if (open > 0) Fail();
  }

  static constexpr int kMostDepth = 200;
  const std::vector<Token> tokens_;
  std::size_t at_ = 0, wrong_ = 0;
  int depth_ = 0;
  bool failed_ = false;
};

}  // namespace

absl::StatusOr<QuerySyntax> ParseQuery(std::string_view text) {
  while (!text.empty() && absl::ascii_isspace(text.front())) text.remove_prefix(1);
  while (!text.empty() && absl::ascii_isspace(text.back())) text.remove_suffix(1);
  return Parser(text).Parse();
}

}  // namespace temporal::server
