// Visibility queries: what they select, and what is no query.
#include "fake-server/visibility/visibility_query.h"

#include <map>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace temporal::server {
namespace {

using api::enums::v1::INDEXED_VALUE_TYPE_BOOL;
using api::enums::v1::INDEXED_VALUE_TYPE_DATETIME;
using api::enums::v1::INDEXED_VALUE_TYPE_DOUBLE;
using api::enums::v1::INDEXED_VALUE_TYPE_INT;
using api::enums::v1::INDEXED_VALUE_TYPE_KEYWORD;
using api::enums::v1::INDEXED_VALUE_TYPE_KEYWORD_LIST;
using api::enums::v1::INDEXED_VALUE_TYPE_TEXT;

using Attributes = std::map<std::string, AttributeValue>;

class VisibilityQueryTest : public testing::Test {
 protected:
  VisibilityQueryTest() {
    EXPECT_TRUE(registry_
                    .Add("default", {{"City", INDEXED_VALUE_TYPE_KEYWORD},
                                     {"Size", INDEXED_VALUE_TYPE_INT},
                                     {"Weight", INDEXED_VALUE_TYPE_DOUBLE},
                                     {"Fresh", INDEXED_VALUE_TYPE_BOOL},
                                     {"Note", INDEXED_VALUE_TYPE_TEXT},
                                     {"Tags", INDEXED_VALUE_TYPE_KEYWORD_LIST},
                                     {"Due", INDEXED_VALUE_TYPE_DATETIME}})
                    .ok());
  }

  // "yes", "no", or the error's text.
  std::string Ask(const std::string& text, const Attributes& run) {
    const auto query = VisibilityQuery::Parse(registry_, "default", text);
    if (!query.ok()) return std::string(query.status().message());
    const bool selects = query->Selects([&run](const std::string& name) {
      const auto found = run.find(name);
      return found == run.end() ? AttributeValue() : found->second;
    });
    return selects ? "yes" : "no";
  }
  std::string Error(const std::string& text) { return Ask(text, {}); }

  SearchAttributeRegistry registry_;
};

TEST_F(VisibilityQueryTest, EmptyText_SelectsEverythingButTheServersOwn) {
  EXPECT_EQ(Ask("", {}), "yes");
  EXPECT_EQ(Ask("  ", {}), "yes");
  const Attributes schedule{{"TemporalNamespaceDivision", std::string("TemporalScheduler")}};
  EXPECT_EQ(Ask("", schedule), "no");
  EXPECT_EQ(Ask("TemporalNamespaceDivision = 'TemporalScheduler'", schedule), "yes");
  EXPECT_EQ(Ask("NamespaceDivision = 'TemporalScheduler'", schedule), "yes") << "the prefix may be left out";
  EXPECT_EQ(Ask("TemporalCity IS NULL", {}), "yes") << "or be added";
}

struct Case {
  const char* query;
  const char* of_small;  // City='Rome' Size=2 Weight=1.5 Fresh=true Note='quick brown fox' Tags=[a,b] Due=1970
  const char* of_none;   // nothing is set
};

class VisibilityOperators : public VisibilityQueryTest, public testing::WithParamInterface<Case> {};

TEST_P(VisibilityOperators, SelectAsSqlDoes) {
  const Attributes run{{"City", std::string("Rome")},
                       {"Size", std::int64_t{2}},
                       {"Weight", 1.5},
                       {"Fresh", true},
                       {"Note", std::string("quick Brown fox")},
                       {"Tags", std::vector<std::string>{"a", "b"}},
                       {"Due", std::int64_t{1'000'000'000}},
                       {"ExecutionStatus", std::string("Failed")},
                       {"ExecutionDuration", std::int64_t{90'000'000'000}}};
  EXPECT_EQ(Ask(GetParam().query, run), GetParam().of_small);
  EXPECT_EQ(Ask(GetParam().query, {}), GetParam().of_none);
}

INSTANTIATE_TEST_SUITE_P(
    All, VisibilityOperators,
    testing::Values(
        Case{"City = 'Rome'", "yes", "no"}, Case{"City = \"Rome\"", "yes", "no"}, Case{"`City` = 'Rome'", "yes", "no"},
        Case{"City != 'Rome'", "no", "no"}, Case{"City <> 'Oslo'", "yes", "no"}, Case{"City > 'Paris'", "yes", "no"},
        Case{"NOT City = 'Oslo'", "yes", "no"}, Case{"not not City = 'Rome'", "yes", "no"},
        Case{"City IS NULL", "no", "yes"}, Case{"City is not null", "yes", "no"},
        Case{"City STARTS_WITH 'Ro'", "yes", "no"}, Case{"City NOT STARTS_WITH 'Ro'", "no", "no"},
        Case{"City IN ('Oslo', 'Rome')", "yes", "no"}, Case{"City NOT IN ('Oslo')", "yes", "no"},
        Case{"City BETWEEN 'A' AND 'S'", "yes", "no"}, Case{"Size = 2", "yes", "no"}, Case{"Size < 2", "no", "no"},
        Case{"Size <= 2", "yes", "no"}, Case{"Size >= 3", "no", "no"}, Case{"Size > -1", "yes", "no"},
        Case{"Size = 2.0", "yes", "no"}, Case{"Size BETWEEN 1 AND 2", "yes", "no"},
        Case{"Size NOT BETWEEN 1 AND 2", "no", "no"}, Case{"Weight > 1", "yes", "no"},
        Case{"Weight = 1.5", "yes", "no"}, Case{"Fresh = true", "yes", "no"}, Case{"Fresh != true", "no", "no"},
        Case{"Note = 'BROWN'", "yes", "no"}, Case{"Note = 'fox quick'", "yes", "no"}, Case{"Note = 'bro'", "no", "no"},
        Case{"Note != 'brown'", "no", "yes"}, Case{"Tags = 'a'", "yes", "no"}, Case{"Tags != 'a'", "no", "yes"},
        Case{"Tags IN ('b', 'c')", "yes", "no"}, Case{"Tags NOT IN ('c')", "yes", "yes"},
        Case{"Due = '1970-01-01T00:00:01Z'", "yes", "no"}, Case{"Due < '1970-01-01T01:00:00+01:00'", "no", "no"},
        Case{"Due = 1000000000", "yes", "no"}, Case{"ExecutionStatus = 'Failed'", "yes", "no"},
        Case{"ExecutionStatus IN (3, 'Running')", "yes", "no"}, Case{"ExecutionDuration > '1m'", "yes", "no"},
        Case{"ExecutionDuration = '00:01:30'", "yes", "no"}, Case{"ExecutionDuration > '1h30m'", "no", "no"},
        Case{"City = 'Oslo' OR Size = 2 AND Fresh = true", "yes", "no"},
        Case{"(City = 'Oslo' OR Size = 2) AND Fresh = false", "no", "no"},
        Case{"City = 'x' OR Tags != 'z'", "yes", "yes"}, Case{"NOT (City = 'Oslo' AND Size = 2)", "yes", "no"}),
    [](const auto& info) { return "Case" + std::to_string(info.index); });

TEST_F(VisibilityQueryTest, WhatIsNoQuery_IsToldAsTheRealServerDoes) {
  EXPECT_EQ(Error("nonsense"), "invalid query: invalid expression: incomplete expression");
  EXPECT_EQ(Error("Unknown = 'x'"), "invalid query: invalid search attribute: Unknown");
  EXPECT_EQ(Error("City = "), "invalid query: malformed SQL query: syntax error at position 34");
  EXPECT_EQ(Error("City = 'it's'"), "invalid query: malformed SQL query: syntax error at position 40 near 's'");
  EXPECT_EQ(Error("City = 'open"), "invalid query: malformed SQL query: syntax error at position 40 near 'open'");
  EXPECT_EQ(Error("City = x"),
            "invalid query: operation is not supported: column name on the right side of comparison expression (did "
            "you forget to quote \"x\"?)");
  EXPECT_EQ(Error("Size STARTS_WITH 'x'"),
            "invalid query: invalid expression: invalid value type for search attribute Size of type Int: \"x\" (type: "
            "string)");
  EXPECT_EQ(Error("Note > 'x'"),
            "invalid query: operation is not supported: operator '>' not supported for Text type search attribute "
            "'Note'");
  EXPECT_EQ(Error("ExecutionStatus = 99"), "invalid query: invalid expression: invalid ExecutionStatus value 99");
  EXPECT_EQ(Error("Due = 'soon'"), "invalid query: invalid expression: unable to parse datetime 'soon'");
  EXPECT_EQ(Error("City = 'x' ORDER BY City DESC"), "invalid query: operation is not supported: 'ORDER BY' clause");
  EXPECT_EQ(Error("City = 'x' LIMIT 3"), "invalid query: operation is not supported: 'LIMIT' clause");
}

TEST_F(VisibilityQueryTest, NestedWithoutEnd_IsRefusedAndCannotExhaustTheStack) {
  const std::string deep(1'000'000, '(');
  EXPECT_THAT(Error(deep), testing::HasSubstr("syntax error at position"));
  EXPECT_THAT(Error("City = " + deep), testing::HasSubstr("syntax error at position"));
  std::string negations;
  for (int i = 0; i < 100'000; ++i) negations += "NOT ";
  EXPECT_THAT(Error(negations + "City = 'x'"), testing::HasSubstr("syntax error at position"));
}

}  // namespace
}  // namespace temporal::server
