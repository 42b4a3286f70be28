// Protobuf messages as payloads, and the typed values of search attributes.
#include <chrono>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "temporal/api/common/v1/message.pb.h"
#include "temporal/json.h"
#include "temporal/protobuf.h"
#include "temporal/search_attributes.h"

namespace temporal {
namespace {

using namespace std::chrono_literals;
using api::common::v1::WorkflowExecution;

WorkflowExecution Execution() {
  WorkflowExecution execution;
  execution.set_workflow_id("w-1");
  execution.set_run_id("r-1");
  return execution;
}

TEST(ProtobufPayload, AMessage_IsJsonThatNamesItsType) {
  const Payload payload = ToPayload(Execution());
  EXPECT_EQ(payload.metadata.at("encoding"), "json/protobuf");
  EXPECT_EQ(payload.metadata.at("messageType"), "temporal.api.common.v1.WorkflowExecution");
  EXPECT_EQ(payload.data, R"({"workflowId":"w-1","runId":"r-1"})");
  EXPECT_EQ(FromPayload<WorkflowExecution>(payload).run_id(), "r-1");
}

TEST(ProtobufPayload, InBinaryForm_IsReadAsEither) {
  const Payload payload = ToPayload(BinaryProtobuf<WorkflowExecution>{Execution()});
  EXPECT_EQ(payload.metadata.at("encoding"), "binary/protobuf");
  EXPECT_EQ(payload.metadata.at("messageType"), "temporal.api.common.v1.WorkflowExecution");
  EXPECT_EQ(FromPayload<WorkflowExecution>(payload).workflow_id(), "w-1");
  EXPECT_EQ(FromPayload<BinaryProtobuf<WorkflowExecution>>(ToPayload(Execution())).message.workflow_id(), "w-1");
}

std::string WhyNot(const Payload& payload) {
  try {
    FromPayload<WorkflowExecution>(payload);
    return "decoded";
  } catch (const ConversionError& error) {
    return error.what();
  }
}

TEST(ProtobufPayload, WhatIsSomethingElse_IsRefused) {
  api::common::v1::WorkflowType type;
  type.set_name("Order");
  EXPECT_EQ(WhyNot(ToPayload(type)),
            "expected a temporal.api.common.v1.WorkflowExecution, found a temporal.api.common.v1.WorkflowType");
  Payload bytes = ToPayload(BinaryProtobuf<WorkflowExecution>{Execution()});
  bytes.data = "\x0a\x7f";
  EXPECT_EQ(WhyNot(bytes), "the bytes of a temporal.api.common.v1.WorkflowExecution are malformed");
  EXPECT_EQ(WhyNot(ToPayload(nullptr)),
            "expected a temporal.api.common.v1.WorkflowExecution, found a payload of encoding \"binary/null\"");
}

constexpr KeywordKey kCustomer{"CustomerId"};
constexpr IntKey kCount{"Count"};
constexpr DoubleKey kPrice{"Price"};
constexpr BoolKey kPaid{"Paid"};
constexpr DatetimeKey kDue{"Due"};
constexpr KeywordListKey kTags{"Tags"};

TEST(SearchAttributes, EachValue_NamesItsType) {
  const auto check = [](const SearchAttributeUpdate& attribute, const char* name, const char* type, const char* data) {
    EXPECT_EQ(attribute.name, name);
    EXPECT_EQ(attribute.value.metadata.at("type"), type);
    EXPECT_EQ(attribute.value.metadata.at("encoding"), "json/plain");
    EXPECT_EQ(attribute.value.data, data);
  };
  check(kCustomer.Set("c-1"), "CustomerId", "Keyword", "\"c-1\"");
  check(TextKey("Note").Set("a b"), "Note", "Text", "\"a b\"");
  check(kCount.Set(3), "Count", "Int", "3");
  check(kPrice.Set(2.5), "Price", "Double", "2.5");
  check(kPaid.Set(true), "Paid", "Bool", "true");
  check(kDue.Set(TimePoint(1767225600s)), "Due", "Datetime", "\"2026-01-01T00:00:00Z\"");
  check(kDue.Set(TimePoint(1767225600s + 1500ms)), "Due", "Datetime", "\"2026-01-01T00:00:01.5Z\"");
  check(kTags.Set({"a", "b"}), "Tags", "KeywordList", "[\"a\",\"b\"]");
}

TEST(SearchAttributes, WhatIsRead_IsWhatWasWritten) {
  SearchAttributes attributes;
  for (const SearchAttributeUpdate& one : {kCustomer.Set("c-1"), kCount.Set(3), kPrice.Set(2.5), kPaid.Set(true),
                                           kDue.Set(TimePoint(1767225600s + 1ms)), kTags.Set({"a", "b"})}) {
    attributes.emplace(one.name, one.value);
  }
  EXPECT_EQ(kCustomer.In(attributes), "c-1");
  EXPECT_EQ(kCount.In(attributes), 3);
  EXPECT_EQ(kPrice.In(attributes), 2.5);
  EXPECT_EQ(kPaid.In(attributes), true);
  EXPECT_EQ(kDue.In(attributes), TimePoint(1767225600s + 1ms));
  EXPECT_EQ(kTags.In(attributes), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(KeywordKey("Other").In(attributes), std::nullopt);
  attributes.insert_or_assign("CustomerId", kCustomer.Unset().value);
  EXPECT_EQ(kCustomer.In(attributes), std::nullopt);
  EXPECT_THROW(IntKey("Tags").In(attributes), ConversionError);
}

TEST(SearchAttributes, TimesOfOtherZones_AreRead) {
  const SearchAttributes attributes = {{"Due", ToPayload(std::string("2026-01-01T01:30:00.25+01:30"))}};
  EXPECT_EQ(kDue.In(attributes), TimePoint(1767225600s + 250ms));
  EXPECT_THROW(kDue.In({{"Due", ToPayload(std::string("tomorrow"))}}), ConversionError);
  EXPECT_THROW(kDue.In({{"Due", ToPayload(std::string("2026-02-31T00:00:00Z"))}}), ConversionError);
}

}  // namespace
}  // namespace temporal
