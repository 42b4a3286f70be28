// Exported histories, in the spellings that there are, and what is said of those that are broken.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "temporal/history.h"
#include "temporal/payload.h"

namespace temporal {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr char kUpper[] = R"({"events":[{"eventId":"1","eventTime":"2024-01-01T00:00:00Z",
  "eventType":"EVENT_TYPE_WORKFLOW_EXECUTION_STARTED","somethingNew":1,
  "workflowExecutionStartedEventAttributes":{"workflowType":{"name":"W"},"workflowId":"w-1","originalExecutionRunId":"r-1",
  "taskQueue":{"name":"q","kind":"TASK_QUEUE_KIND_NORMAL"}}}]})";
constexpr char kCamel[] = R"({"events":[{"eventId":1,"eventTime":"2024-01-01T00:00:00Z",
  "eventType":"WorkflowExecutionStarted",
  "workflowExecutionStartedEventAttributes":{"workflowType":{"name":"W"},"workflowId":"w-1","originalExecutionRunId":"r-1",
  "taskQueue":{"name":"q","kind":"Normal"}}}]})";

TEST(HistoryJson, BothSpellings_AreTheSameHistory) {
  const WorkflowHistory upper = WorkflowHistory::FromJson(kUpper);
  EXPECT_EQ(upper.size(), 1);
  EXPECT_EQ(upper.workflow_id(), "w-1");
  EXPECT_EQ(upper.run_id(), "r-1");
  EXPECT_THAT(upper.Print(), HasSubstr("1 WorkflowExecutionStarted workflow_type=W"));
  EXPECT_EQ(WorkflowHistory::FromJson(kCamel).Print(), upper.Print());
  EXPECT_EQ(WorkflowHistory::FromJson(std::string("[") + kCamel + "]").Print(), upper.Print());
}

TEST(HistoryJson, WhatIsWritten_IsReadBack) {
  const WorkflowHistory history = WorkflowHistory::FromJson(kUpper);
  EXPECT_EQ(WorkflowHistory::FromJson(history.ToJson()).ToJson(), history.ToJson());
}

TEST(HistoryJson, BytesThatAreNoBase64_AreTakenAsText) {
  const WorkflowHistory history = WorkflowHistory::FromJson(
      R"({"events":[{"eventId":"1","eventType":"EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED",
      "workflowExecutionCompletedEventAttributes":{"result":{"payloads":[
      {"metadata":{"encoding":"json/plain"},"data":"IkhlbGxvIg=="}]}}}]})");
  EXPECT_THAT(history.Print(), HasSubstr("\"Hello\""));
  EXPECT_THAT(history.ToJson(), HasSubstr("anNvbi9wbGFpbg=="));
}

void ExpectError(const std::string& json, const std::vector<std::string>& parts) {
  for (const std::string& part : parts) {
    EXPECT_THAT([&] { WorkflowHistory::FromJson(json, "orders.json"); },
                ThrowsMessage<ConversionError>(HasSubstr(part)));
  }
}

TEST(HistoryJson, BrokenFiles_NameSourceEventAndField) {
  ExpectError(std::string(kUpper, sizeof kUpper / 2), {"orders.json: not complete JSON"});
  ExpectError("{}", {"orders.json: no \"events\""});
  ExpectError(R"({"events":[{"eventId":"7","eventType":"EVENT_TYPE_TIMER_STARTED",
      "timerStartedEventAttributes":{"startToFireTimeout":"soon"}}]})",
              {"orders.json, event 7 (EVENT_TYPE_TIMER_STARTED)", "startToFireTimeout"});
  ExpectError(R"({"events":[{"eventId":"7","timerStartedEventAttributes":[]}]})",
              {"event 7", "timerStartedEventAttributes", "expected an object"});
  ExpectError(R"({"events":[{"eventType":"EVENT_TYPE_TIMER_STARTED"}]})", {"event number 1", "eventId is missing"});
  EXPECT_THAT([] { WorkflowHistory::FromFile("/nowhere/x.json"); },
              ThrowsMessage<ConversionError>(HasSubstr("/nowhere/x.json")));
}

}  // namespace
}  // namespace temporal
