// The transitions of Nexus operations, and of commands that one event answers.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sdk/machines/nexus_operation_machine.h"
#include "sdk/machines/record_machine.h"
#include "tests/support/machine_stage.h"

namespace temporal::internal {
namespace {

namespace enums = api::enums::v1;
using ::testing::ElementsAre;

struct Stage : MachineStage {
  NexusOperationMachine* operation = nullptr;
  HistoryBuilder::Id scheduled = 0;

  void Buy() { operation = &Give<NexusOperationMachine>("shop", "buy", std::source_location()); }
  void Schedule() {
    auto& event = history.Add(enums::EVENT_TYPE_NEXUS_OPERATION_SCHEDULED);
    event.mutable_nexus_operation_scheduled_event_attributes()->set_service("shop");
    event.mutable_nexus_operation_scheduled_event_attributes()->set_operation("buy");
    scheduled = event.event_id();
  }
  void Add(enums::EventType type) {
    auto& event = history.Add(type);
    switch (type) {
      case enums::EVENT_TYPE_NEXUS_OPERATION_STARTED:
        return event.mutable_nexus_operation_started_event_attributes()->set_scheduled_event_id(scheduled);
      case enums::EVENT_TYPE_NEXUS_OPERATION_COMPLETED:
        return event.mutable_nexus_operation_completed_event_attributes()->set_scheduled_event_id(scheduled);
      case enums::EVENT_TYPE_NEXUS_OPERATION_FAILED:
        return event.mutable_nexus_operation_failed_event_attributes()->set_scheduled_event_id(scheduled);
      case enums::EVENT_TYPE_NEXUS_OPERATION_CANCELED:
        return event.mutable_nexus_operation_canceled_event_attributes()->set_scheduled_event_id(scheduled);
      case enums::EVENT_TYPE_NEXUS_OPERATION_TIMED_OUT:
        return event.mutable_nexus_operation_timed_out_event_attributes()->set_scheduled_event_id(scheduled);
      default:
        return event.mutable_nexus_operation_cancel_requested_event_attributes()->set_scheduled_event_id(scheduled);
    }
  }
};

constexpr enums::EventType kCloses[] = {
    enums::EVENT_TYPE_NEXUS_OPERATION_COMPLETED, enums::EVENT_TYPE_NEXUS_OPERATION_FAILED,
    enums::EVENT_TYPE_NEXUS_OPERATION_CANCELED, enums::EVENT_TYPE_NEXUS_OPERATION_TIMED_OUT};

void ClosesInEachWay() {
  for (const bool started : {false, true}) {
    for (const auto close : kCloses) {
      Stage stage;
      stage.Buy();
      stage.Schedule();
      if (started) stage.Add(enums::EVENT_TYPE_NEXUS_OPERATION_STARTED);
      stage.Add(close);
      EXPECT_EQ(stage.Apply(), absl::OkStatus());
      EXPECT_THAT(stage.told, ElementsAre(enums::EventType_Name(close).substr(11)));
    }
  }
}

void IsCancelledInEachWay(Input how) {
  for (const bool started : {false, true}) {
    for (const auto close : kCloses) {
      Stage stage;
      stage.Buy();
      stage.Schedule();
      if (started) stage.Add(enums::EVENT_TYPE_NEXUS_OPERATION_STARTED);
      EXPECT_EQ(stage.Apply(), absl::OkStatus());
      stage.machines.Cancel(*stage.operation, how);
      if (how != Input::kCancelAbandon) stage.Add(enums::EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUESTED);
      if (!started) stage.Add(enums::EVENT_TYPE_NEXUS_OPERATION_STARTED);
      stage.Add(close);
      EXPECT_EQ(stage.Apply(), absl::OkStatus());
      const bool waits = how == Input::kCancelWait;
      EXPECT_THAT(stage.told, ElementsAre(waits ? enums::EventType_Name(close).substr(11) : "cancelled"));
    }
  }
}

void IsNeverSent(Input how) {
  Stage stage;
  stage.Buy();
  stage.machines.Cancel(*stage.operation, how);
  EXPECT_EQ(stage.CommandsToSend(), 0);
  EXPECT_THAT(stage.told, ElementsAre("cancelled"));
}

void IsRecorded() {
  Stage stage;
  stage.machines.Give(std::make_unique<RecordMachine>(Family::kModifyProperties, std::source_location()));
  stage.history.Plain(enums::EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED);
  EXPECT_EQ(stage.Apply(), absl::OkStatus());
}

void EveryScenario() {
  ClosesInEachWay();
  for (const Input how : {Input::kCancelTry, Input::kCancelWait, Input::kCancelAbandon}) {
    IsCancelledInEachWay(how);
    IsNeverSent(how);
  }
  IsRecorded();
}
const RegisterMachineScenarios kRegistered({NexusOperationMachine::Table, RecordMachine::Table}, EveryScenario);

TEST(NexusOperationMachine, AnotherServiceOrOperation_IsNondeterminism) {
  for (const bool service : {true, false}) {
    Stage stage;
    stage.Buy();
    stage.Schedule();
    auto event = stage.history.history().events(1);
    auto& attributes = *event.mutable_nexus_operation_scheduled_event_attributes();
    (service ? *attributes.mutable_service() : *attributes.mutable_operation()) = "other";
    WorkflowMachines::Outcomes outcomes;
    EXPECT_TRUE(IsNondeterminism(stage.machines.Apply(event, TraitsOf(event.event_type()), outcomes)));
  }
}

}  // namespace
}  // namespace temporal::internal
