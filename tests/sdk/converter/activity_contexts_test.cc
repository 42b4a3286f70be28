// Which activity events and commands are of, event after event.
#include "sdk/converter/activity_contexts.h"

#include <string>

#include "gtest/gtest.h"
#include "sdk/converter/marker_codec.h"

namespace temporal::internal {
namespace {

using api::history::v1::HistoryEvent;

std::string TypeOf(ActivityContexts& activities, const HistoryEvent& event) {
  return std::string(activities.Of(event, {"default", "w"}).activity_type);
}

HistoryEvent Scheduled(std::int64_t event_id, const std::string& type) {
  HistoryEvent event;
  event.set_event_id(event_id);
  event.mutable_activity_task_scheduled_event_attributes()->mutable_activity_type()->set_name(type);
  event.mutable_activity_task_scheduled_event_attributes()->mutable_task_queue()->set_name("q");
  return event;
}
HistoryEvent Started(std::int64_t scheduled) {
  HistoryEvent event;
  event.mutable_activity_task_started_event_attributes()->set_scheduled_event_id(scheduled);
  return event;
}
HistoryEvent Completed(std::int64_t scheduled) {
  HistoryEvent event;
  event.mutable_activity_task_completed_event_attributes()->set_scheduled_event_id(scheduled);
  return event;
}

TEST(ActivityContexts, EventsOfAnActivity_AreItsUntilItHasEnded) {
  ActivityContexts activities("Main", "q");
  EXPECT_EQ(TypeOf(activities, Scheduled(5, "A")), "A");
  EXPECT_EQ(TypeOf(activities, Scheduled(6, "B")), "B");
  EXPECT_EQ(TypeOf(activities, Started(5)), "A");
  EXPECT_EQ(TypeOf(activities, Completed(5)), "A");
  EXPECT_EQ(TypeOf(activities, Completed(5)), "") << "it is forgotten";
  EXPECT_EQ(TypeOf(activities, Completed(6)), "B");
}

TEST(ActivityContexts, FirstEvent_TellsTheRunsTypeAndQueueUnlessTheyAreKnown) {
  HistoryEvent start;
  start.mutable_workflow_execution_started_event_attributes()->mutable_workflow_type()->set_name("Main");
  start.mutable_workflow_execution_started_event_attributes()->mutable_task_queue()->set_name("q");
  LocalActivityRecord record;
  record.activity_id = "1";
  record.activity_type = "Local";
  const auto marker = LocalActivityMarker(record);
  ActivityContexts untold;
  untold.Of(start, {});
  const SerializationContext local = untold.Of(*marker, {"default", "w"});
  EXPECT_EQ(local.workflow_type, "Main");
  EXPECT_EQ(local.activity_id, "1");
  EXPECT_EQ(local.activity_task_queue, "q");
  EXPECT_TRUE(local.is_local);
  ActivityContexts told("Other", "p");
  told.Of(start, {});
  EXPECT_EQ(told.Of(*marker, {"default", "w"}).workflow_type, "Other");
}

TEST(ActivityContexts, OtherMarkersAndCommands_AreTheWorkflows) {
  ActivityContexts activities("Main", "q");
  EXPECT_FALSE(activities.Of(*PatchMarker("p", false), {"default", "w"}).is_activity());
  api::command::v1::Command command;
  auto& marker = *command.mutable_record_marker_command_attributes();
  marker.set_marker_name("core_local_activity");
  (*marker.mutable_details())["data"].add_payloads()->set_data("no json");
  const SerializationContext context = activities.Of(command, {"default", "w"});
  EXPECT_FALSE(context.is_activity());
  EXPECT_EQ(context.workflow_id, "w");
}

}  // namespace
}  // namespace temporal::internal
