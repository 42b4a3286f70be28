// Exported histories, in the spellings that there are, and what is said of those that are broken.
#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sdk/converter/history_data.h"
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
      R"({"events":[{"eventId":"1","eventType":"EVENT_TYPE_WORKFLOW_EXECUTION_STARTED",
      "workflowExecutionStartedEventAttributes":{"input":{"payloads":[
      {"metadata":{"encoding":"json/plain"},"data":"IkhlbGxvIg=="},
      {"metadata":{"encoding":"json/plain"},"data":"{\"cents\": 7}"},
      {"metadata":{"encoding":"json/plain"},"data":"workflow-result"}]}}}]})");
  EXPECT_THAT(history.Print(), HasSubstr("\"Hello\""));
  EXPECT_THAT(history.Print(), HasSubstr("{\"cents\": 7}"));
  EXPECT_THAT(history.Print(), HasSubstr("workflow-result"));
  EXPECT_THAT(history.ToJson(), HasSubstr("anNvbi9wbGFpbg=="));
}

TEST(HistoryJson, BareEventsAndTheServersAnswer_AreHistoriesAsWell) {
  const std::string upper = WorkflowHistory::FromJson(kUpper).Print();
  const std::string whole = kUpper, events = whole.substr(10, whole.size() - 11);  // of {"events":[…]}
  EXPECT_EQ(WorkflowHistory::FromJson(events).Print(), upper);
  EXPECT_EQ(WorkflowHistory::FromJson("{\"history\":" + whole + "}").Print(), upper);
}

TEST(HistorySources, BinaryTextAndStream_AreToldApart) {
  const WorkflowHistory history = WorkflowHistory::FromJson(kUpper);
  std::string bytes;
  ASSERT_TRUE(history.data().history.SerializeToString(&bytes));
  EXPECT_EQ(WorkflowHistory::FromBinary(bytes).Print(), history.Print());
  EXPECT_EQ(WorkflowHistory::FromBytes(bytes).Print(), history.Print());
  EXPECT_EQ(WorkflowHistory::FromBytes(std::string("\xEF\xBB\xBF\n") + kUpper).Print(), history.Print());
  std::istringstream stream(bytes);
  EXPECT_EQ(WorkflowHistory::FromStream(stream).Print(), history.Print());
  EXPECT_THAT([] { WorkflowHistory::FromBinary("nothing", "x.bin"); },
              ThrowsMessage<ConversionError>(HasSubstr("x.bin: not a serialised history")));
}

TEST(HistorySources, UpTo_KeepsTheEventsBeforeAndTheOneItself) {
  const WorkflowHistory history = WorkflowHistory::FromJson(
      R"({"events":[{"eventId":"1","eventType":"WorkflowExecutionStarted","workflowExecutionStartedEventAttributes":{}},
      {"eventId":"2","eventType":"WorkflowTaskScheduled","workflowTaskScheduledEventAttributes":{}},
      {"eventId":"3","eventType":"WorkflowTaskStarted","workflowTaskStartedEventAttributes":{}}]})",
      "orders.json");
  EXPECT_EQ(history.UpTo(2).size(), 2);
  EXPECT_EQ(history.UpTo(3).Print(), history.Print());
  EXPECT_THAT([&] { (void)history.UpTo(4); }, ThrowsMessage<ConversionError>(HasSubstr("orders.json: has no event 4")));
}

// A history of two events.
std::string WithNext(const std::string& event) {
  return R"({"events":[{"eventId":"1","eventType":"WorkflowExecutionStarted",
      "workflowExecutionStartedEventAttributes":{}},)" +
         event + "]}";
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
  ExpectError(R"({"events":[{"eventId":"7","eventType":"TimerStarted","timerStartedEventAttributes":[]}]})",
              {"event 7", "timerStartedEventAttributes", "expected an object"});
  ExpectError(R"({"events":[{"eventType":"EVENT_TYPE_TIMER_STARTED"}]})", {"event number 1", "eventId is missing"});
  EXPECT_THAT([] { WorkflowHistory::FromFile("/nowhere/x.json"); },
              ThrowsMessage<ConversionError>(HasSubstr("/nowhere/x.json")));
}

TEST(HistoryJson, EventsThatAreNotWhatTheySay_AreNamed) {
  ExpectError(R"({"events":[]})", {"orders.json, events: no event"});
  ExpectError(R"({"events":[{"eventId":"7","eventType":"EVENT_TYPE_TIMER_STRATED"}]})",
              {"event 7 (EVENT_TYPE_TIMER_STRATED)", "eventType is unknown, and workers may not ignore the event"});
  ExpectError(R"({"events":[{"eventId":"7"}]})", {"event 7", "eventType is missing"});
  ExpectError(R"({"events":[{"eventId":"7","eventType":"TimerStarted","timerStratedEventAttributes":{}}]})",
              {"event 7 (TimerStarted)", "timerStartedEventAttributes is missing"});
  ExpectError(R"({"events":[{"eventId":"7","eventType":"TimerStarted","timerFiredEventAttributes":{}}]})",
              {"timerFiredEventAttributes found, expected timerStartedEventAttributes"});
  EXPECT_EQ(WorkflowHistory::FromJson(WithNext(R"({"eventId":"2","eventType":"FromTheFuture","workerMayIgnore":true})"))
                .size(),
            2);
}

TEST(HistorySources, ThatAreNotWhole_AreRefusedNamingEventAndField) {
  const std::string timer = R"("eventType":"TimerFired","timerFiredEventAttributes":{"timerId":"1"}})";
  ExpectError(R"({"events":[{"eventId":"1",)" + timer + "]}",
              {"orders.json, event 1 TimerFired: eventType: a history begins with WorkflowExecutionStarted"});
  ExpectError(WithNext(R"({"eventId":"3",)" + timer), {"orders.json, event 3 TimerFired: eventId: expected 2"});
  ExpectError(WithNext(R"({"eventId":"1",)" + timer), {"orders.json, event 1 TimerFired: eventId: expected 2"});
  ExpectError(WithNext(R"({"eventId":"2",)" + timer + R"(,{"eventId":"2",)" + timer),
              {"event 2 TimerFired: eventId: expected 3"});
  api::history::v1::History tail;
  tail.add_events()->set_event_id(5);
  EXPECT_THAT([&] { WorkflowHistory::FromBinary(tail.SerializeAsString(), "tail.bin"); },
              ThrowsMessage<ConversionError>(HasSubstr("tail.bin, event 5 Unspecified: eventId: expected 1")));
}

TEST(HistoryJson, WorkerMayIgnoreThatIsNoBoolean_IsNamed) {
  const auto with = [](const std::string& value) {
    return R"({"events":[{"eventId":"7","eventType":"FromTheFuture","workerMayIgnore":)" + value + "}]}";
  };
  ExpectError(with("null"), {"event 7 (FromTheFuture): eventType is unknown, and workers may not ignore the event"});
  for (const std::string value : {"\"true\"", "{}", "1"}) {
    ExpectError(with(value),
                {"orders.json, event 7 (FromTheFuture).workerMayIgnore: expected true or false, found " + value});
  }
}

TEST(HistoryJson, NamesWithUnderscores_AreFieldsAsWell) {
  const WorkflowHistory history = WorkflowHistory::FromJson(
      R"({"events":[{"event_id":"1","event_type":"EVENT_TYPE_WORKFLOW_EXECUTION_STARTED",
      "workflow_execution_started_event_attributes":{"workflow_id":"w"}},
      {"event_id":"2","event_type":"FromTheFuture","worker_may_ignore":true}]})");
  EXPECT_THAT(history.Print(), HasSubstr("1 WorkflowExecutionStarted workflow_id=w"));
  EXPECT_EQ(history.size(), 2);
  EXPECT_EQ(WorkflowHistory::FromJson(R"([{"event_id":"1","event_type":"WorkflowExecutionStarted",
      "workflow_execution_started_event_attributes":{}}])")
                .size(),
            1);
  ExpectError(R"({"events":[{"event_id":"7","event_type":"FromTheFuture"}]})",
              {"event 7 (FromTheFuture): eventType is unknown"});
}

TEST(HistoryJson, ListOfHistories_IsCalledSo) {
  ExpectError(std::string("[") + kUpper + "," + kUpper + "]",
              {"orders.json: a list of 2 histories: each needs a file of its own"});
}

TEST(HistoryJson, EndlesslyNested_IsRefused) {
  const std::string deep = std::string(200'000, '[') + std::string(200'000, ']');
  ExpectError(R"({"events":)" + deep + "}", {"orders.json: nested more than 500 deep"});
  ExpectError(R"({"events":[{"eventId":)" + deep + "}]}", {"orders.json: nested more than 500 deep"});
}

}  // namespace
}  // namespace temporal
