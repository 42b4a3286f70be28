// The printed form of histories, which other tests compare with.
#include "sdk/base/history_printer.h"

#include "gtest/gtest.h"
#include "sdk/base/proto_time.h"
#include "temporal/api/common/v1/message.pb.h"
#include "temporal/api/history/v1/message.pb.h"

namespace temporal::internal {
namespace {

using api::history::v1::History;
using api::history::v1::HistoryEvent;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

HistoryEvent Event(std::int64_t id, api::enums::v1::EventType type, Duration at = Duration(0)) {
  HistoryEvent event;
  event.set_event_id(id);
  event.set_event_type(type);
  *event.mutable_event_time() = ToProto(TimePoint(hours(1)) + at);
  return event;
}

HistoryEvent ActivityScheduled() {
  HistoryEvent event = Event(5, api::enums::v1::EVENT_TYPE_ACTIVITY_TASK_SCHEDULED, seconds(3));
  auto& attributes = *event.mutable_activity_task_scheduled_event_attributes();
  attributes.set_activity_id("1");
  attributes.mutable_activity_type()->set_name("Charge card");
  attributes.mutable_task_queue()->set_name("orders");
  attributes.mutable_input()->add_payloads()->set_data("{\"n\":1}");
  attributes.mutable_input()->add_payloads()->set_data("\x01\n");
  *attributes.mutable_start_to_close_timeout() = ToProto(seconds(90));
  attributes.set_workflow_task_completed_event_id(4);
  return event;
}

TEST(HistoryPrinterTest, Event_IsOneLineOfItsFieldsInOrderOfTheirNumbers) {
  EXPECT_EQ(PrintEvent(ActivityScheduled()),
            "5 ActivityTaskScheduled activity_id=1 activity_type=\"Charge card\" task_queue=orders "
            "input=[{\"n\":1}, \\x01\\x0a] start_to_close_timeout=1m30s workflow_task_completed_event_id=4");
}

TEST(HistoryPrinterTest, Times_AreRelativeToTheFirstEvent) {
  History history;
  *history.add_events() = Event(1, api::enums::v1::EVENT_TYPE_WORKFLOW_TASK_SCHEDULED);
  *history.add_events() = Event(2, api::enums::v1::EVENT_TYPE_TIMER_FIRED, milliseconds(1500));
  history.mutable_events(1)->mutable_timer_fired_event_attributes()->set_timer_id("t");
  EXPECT_EQ(PrintHistory(history, {.times = true}), "1 +0s WorkflowTaskScheduled\n2 +1.5s TimerFired timer_id=t\n");
}

TEST(HistoryPrinterTest, IdsOfTheSeed_ShowOnlyOnDemand) {
  HistoryEvent event = Event(3, api::enums::v1::EVENT_TYPE_WORKFLOW_TASK_STARTED);
  auto& attributes = *event.mutable_workflow_task_started_event_attributes();
  attributes.set_scheduled_event_id(2);
  attributes.set_request_id("r-1");
  attributes.set_history_size_bytes(300);
  EXPECT_EQ(PrintEvent(event), "3 WorkflowTaskStarted scheduled_event_id=2");
  EXPECT_EQ(PrintEvent(event, {.ids = true}),
            "3 WorkflowTaskStarted scheduled_event_id=2 request_id=r-1 history_size_bytes=300");
}

TEST(HistoryPrinterTest, WithoutAttributes_OnlyIdAndTypeRemain) {
  EXPECT_EQ(PrintEvent(ActivityScheduled(), {.attributes = false}), "5 ActivityTaskScheduled");
}

TEST(HistoryPrinterTest, StickyQueue_ShowsTheNormalOne) {
  HistoryEvent event = Event(2, api::enums::v1::EVENT_TYPE_WORKFLOW_TASK_SCHEDULED);
  auto& queue = *event.mutable_workflow_task_scheduled_event_attributes()->mutable_task_queue();
  queue.set_name("a long sticky name");
  queue.set_kind(api::enums::v1::TASK_QUEUE_KIND_STICKY);
  queue.set_normal_name("orders");
  EXPECT_EQ(PrintEvent(event), "2 WorkflowTaskScheduled task_queue=sticky(orders)");
}

TEST(HistoryPrinterTest, Maps_AreSorted) {
  api::common::v1::Memo memo;
  for (const char* key : {"c", "a", "b"}) (*memo.mutable_fields())[key].set_data("1");
  EXPECT_EQ(PrintMessage(memo), "{fields={a=1 b=1 c=1}}");
}

TEST(HistoryPrinterTest, Duration_IsShortAndExact) {
  EXPECT_EQ(PrintDuration(Duration(0)), "0s");
  EXPECT_EQ(PrintDuration(milliseconds(250)), "250ms");
  EXPECT_EQ(PrintDuration(microseconds(3)), "3us");
  EXPECT_EQ(PrintDuration(Duration(7)), "7ns");
  EXPECT_EQ(PrintDuration(milliseconds(2500)), "2.5s");
  EXPECT_EQ(PrintDuration(seconds(-3)), "-3s");
  EXPECT_EQ(PrintDuration(hours(1) + minutes(30)), "1h30m");
  EXPECT_EQ(PrintDuration(hours(24) + Duration(1)), "24h0.000000001s");
}

}  // namespace
}  // namespace temporal::internal
