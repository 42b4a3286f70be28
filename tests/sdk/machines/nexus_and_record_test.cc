// The transitions of Nexus operations, and of commands that one event answers.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sdk/machines/nexus_operation_machine.h"
#include "sdk/machines/record_machine.h"
#include "sdk/machines/workflow_machines.h"
#include "tests/support/history_builder.h"

namespace temporal::internal {
namespace {

namespace enums = api::enums::v1;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Told = std::vector<std::string>;

class TestOperation final : public NexusOperationMachine {
 public:
  explicit TestOperation(Told& told) : NexusOperationMachine("shop", "buy", std::source_location()), told_(told) {
    command = std::make_unique<api::command::v1::Command>();
  }
  void OnOutcome(const api::history::v1::HistoryEvent& event) override {
    told_.push_back(enums::EventType_Name(event.event_type()).substr(11));
  }

 private:
  void OnCancelled() override { told_.push_back("cancelled"); }
  Told& told_;
};

struct Stage {
  HistoryBuilder history{"Workflow"};
  WorkflowMachines machines;
  Told told;
  int applied = 1;
  NexusOperationMachine* operation = nullptr;
  HistoryBuilder::Id scheduled = 0;

  void Give() {
    auto machine = std::make_unique<TestOperation>(told);
    operation = machine.get();
    machines.Give(std::move(machine));
  }
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
  void Apply() {
    for (; applied < history.history().events_size(); ++applied) {
      const auto& event = history.history().events(applied);
      WorkflowMachines::Outcomes outcomes;
      const absl::Status status = machines.Apply(event, TraitsOf(event.event_type()), outcomes);
      EXPECT_TRUE(status.ok()) << status;
      for (auto& outcome : outcomes) outcome.machine->OnOutcome(*outcome.event);
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
      stage.Give();
      stage.Schedule();
      if (started) stage.Add(enums::EVENT_TYPE_NEXUS_OPERATION_STARTED);
      stage.Add(close);
      stage.Apply();
      EXPECT_THAT(stage.told, ElementsAre(enums::EventType_Name(close).substr(11)));
    }
  }
}

void IsCancelledInEachWay(Input how) {
  for (const bool started : {false, true}) {
    for (const auto close : kCloses) {
      Stage stage;
      stage.Give();
      stage.Schedule();
      if (started) stage.Add(enums::EVENT_TYPE_NEXUS_OPERATION_STARTED);
      stage.Apply();
      stage.machines.Cancel(*stage.operation, how);
      if (how != Input::kCancelAbandon) stage.Add(enums::EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUESTED);
      if (!started) stage.Add(enums::EVENT_TYPE_NEXUS_OPERATION_STARTED);
      stage.Add(close);
      stage.Apply();
      const bool waits = how == Input::kCancelWait;
      EXPECT_THAT(stage.told, ElementsAre(waits ? enums::EventType_Name(close).substr(11) : "cancelled"));
    }
  }
}

void IsNeverSent(Input how) {
  Stage stage;
  stage.Give();
  stage.machines.Cancel(*stage.operation, how);
  WorkflowMachines::Commands commands;
  stage.machines.FillCommands(commands);
  EXPECT_THAT(commands, IsEmpty());
  EXPECT_THAT(stage.told, ElementsAre("cancelled"));
}

TEST(NexusOperationMachine, EveryRow_IsTaken) {
  ClosesInEachWay();
  for (const Input how : {Input::kCancelTry, Input::kCancelWait, Input::kCancelAbandon}) {
    IsCancelledInEachWay(how);
    IsNeverSent(how);
  }
  EXPECT_THAT(NexusOperationMachine::Table().RowsNotTaken(), IsEmpty());
}

TEST(NexusOperationMachine, AnotherServiceOrOperation_IsNondeterminism) {
  for (const bool service : {true, false}) {
    Stage stage;
    stage.Give();
    stage.Schedule();
    auto event = stage.history.history().events(1);
    auto& attributes = *event.mutable_nexus_operation_scheduled_event_attributes();
    (service ? *attributes.mutable_service() : *attributes.mutable_operation()) = "other";
    WorkflowMachines::Outcomes outcomes;
    EXPECT_TRUE(IsNondeterminism(stage.machines.Apply(event, TraitsOf(event.event_type()), outcomes)));
  }
}

TEST(RecordMachine, ItsEvent_EndsIt) {
  Stage stage;
  stage.machines.Give(std::make_unique<RecordMachine>(Family::kModifyProperties, std::source_location()));
  stage.history.Plain(enums::EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED);
  stage.Apply();
  EXPECT_THAT(RecordMachine::Table().RowsNotTaken(), IsEmpty());
}

}  // namespace
}  // namespace temporal::internal
