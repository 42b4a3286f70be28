// Every transition of activities, timers, updates and workflow tasks, taken by what the code does and by what the
// history holds; and what all machines say when the two disagree.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sdk/machines/activity_machine.h"
#include "sdk/machines/terminal_machine.h"
#include "sdk/machines/timer_machine.h"
#include "sdk/machines/update_machine.h"
#include "tests/support/machine_stage.h"

namespace temporal::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Stage : MachineStage {
  ActivityMachine& Activity() { return Give<ActivityMachine>("1", "Charge", std::source_location::current()); }
  TimerMachine& Timer() { return Give<TimerMachine>("1", std::source_location::current()); }
  UpdateMachine& Update() {
    auto machine = std::make_unique<UpdateMachine>("u1", "Add", "u1/request");
    machine->command = std::make_unique<api::command::v1::Command>();
    UpdateMachine& update = *machine;
    machines.Give(std::move(machine));
    return update;
  }
};

using Scenario = void (*)();

template <Input how>
void Activity_CancelledBeforeItWasSent_NeverWas() {
  Stage stage;
  stage.machines.Cancel(stage.Activity(), how);
  EXPECT_THAT(stage.told, ElementsAre("cancelled"));
  EXPECT_EQ(stage.CommandsToSend(), 0);
}

enum class Close { kCompleted, kFailed, kTimedOut, kCanceled };

void CloseActivity(Stage& stage, HistoryBuilder::Id scheduled, Close how) {
  switch (how) {
    case Close::kCompleted:
      return stage.history.ActivityCompleted(scheduled, 1);
    case Close::kFailed:
      return stage.history.ActivityFailed(scheduled, "no", "No");
    case Close::kTimedOut:
      stage.history.ActivityStarted(scheduled);
      return stage.history.ActivityTimedOut(scheduled);
    case Close::kCanceled:
      stage.history.ActivityStarted(scheduled);
      return stage.history.ActivityCanceled(scheduled);
  }
}

const char* ToldFor(Close how) {
  constexpr const char* kNames[] = {"ACTIVITY_TASK_COMPLETED", "ACTIVITY_TASK_FAILED", "ACTIVITY_TASK_TIMED_OUT",
                                    "ACTIVITY_TASK_CANCELED"};
  return kNames[static_cast<int>(how)];
}

template <Close how>
void Activity_Closed_TellsOutcome() {
  Stage stage;
  stage.Activity();
  CloseActivity(stage, stage.history.ActivityScheduled("1", "Charge"), how);
  EXPECT_EQ(stage.Apply(), absl::OkStatus());
  EXPECT_THAT(stage.told, ElementsAre(ToldFor(how)));
}

void Activity_TimedOutBeforeStart_TellsOutcome() {
  Stage stage;
  stage.Activity();
  stage.history.ActivityTimedOut(stage.history.ActivityScheduled("1", "Charge"));
  EXPECT_EQ(stage.Apply(), absl::OkStatus());
  EXPECT_THAT(stage.told, ElementsAre("ACTIVITY_TASK_TIMED_OUT"));
}

template <Input how, Close close>
void Activity_CancelledWhileScheduled() {
  Stage stage;
  ActivityMachine& activity = stage.Activity();
  const auto scheduled = stage.history.ActivityScheduled("1", "Charge");
  EXPECT_EQ(stage.Apply(), absl::OkStatus());
  stage.machines.Cancel(activity, how);
  const bool abandoned = how == Input::kCancelAbandon;
  EXPECT_EQ(stage.CommandsToSend(), abandoned ? 0 : 1);
  if (!abandoned) stage.history.ActivityCancelRequested(scheduled);
  CloseActivity(stage, scheduled, close);
  EXPECT_EQ(stage.Apply(), absl::OkStatus());
  EXPECT_THAT(stage.told, ElementsAre(how == Input::kCancelWait ? ToldFor(close) : "cancelled"));
}

// An attempt is seen as started only together with its end: a state that the code never meets, but the table has.
template <Input how>
void Activity_CancelledWhileStarted() {
  Stage stage;
  ActivityMachine& activity = stage.Activity();
  const auto scheduled = stage.history.ActivityScheduled("1", "Charge");
  stage.history.ActivityStarted(scheduled);
  EXPECT_EQ(stage.Apply(), absl::OkStatus());
  stage.machines.Cancel(activity, how);
  stage.machines.Cancel(activity, how);  // twice is once
  EXPECT_EQ(stage.CommandsToSend(), how == Input::kCancelAbandon ? 0 : 1);
  EXPECT_EQ(stage.told.size(), how == Input::kCancelWait ? 0u : 1u);
}

void Timer_Fires() {
  Stage stage;
  stage.Timer();
  stage.history.TimerFired(stage.history.TimerStarted("1", std::chrono::seconds(1)), "1");
  EXPECT_EQ(stage.Apply(), absl::OkStatus());
  EXPECT_THAT(stage.told, ElementsAre("TIMER_FIRED"));
}

void Timer_CancelledBeforeItWasSent_NeverWas() {
  Stage stage;
  stage.machines.Cancel(stage.Timer(), Input::kCancel);
  EXPECT_THAT(stage.told, ElementsAre("cancelled"));
  EXPECT_EQ(stage.CommandsToSend(), 0);
}

void Timer_Cancelled() {
  Stage stage;
  TimerMachine& timer = stage.Timer();
  const auto started = stage.history.TimerStarted("1", std::chrono::seconds(1));
  EXPECT_EQ(stage.Apply(), absl::OkStatus());
  stage.machines.Cancel(timer, Input::kCancel);
  EXPECT_EQ(stage.CommandsToSend(), 1);
  stage.history.TimerCanceled(started, "1");
  EXPECT_EQ(stage.Apply(), absl::OkStatus());
  EXPECT_THAT(stage.told, ElementsAre("cancelled"));
}

void Update_AnsweredInTheTaskThatAcceptedIt() {
  Stage stage;
  stage.machines.Cancel(stage.Update(), Input::kRespond);
  WorkflowMachines::Commands commands;
  stage.machines.FillCommands(commands);
  EXPECT_EQ(commands.size(), 2);
  EXPECT_EQ(commands[1].protocol_message_command_attributes().message_id(), "u1/request/complete");
  stage.history.UpdateCompleted(stage.history.UpdateAccepted(2, "u1", "Add"), "u1", 1);
  EXPECT_EQ(stage.Apply(), absl::OkStatus());
}

void Update_AnsweredLater() {
  Stage stage;
  UpdateMachine& update = stage.Update();
  const auto accepted = stage.history.UpdateAccepted(2, "u1", "Add");
  EXPECT_EQ(stage.Apply(), absl::OkStatus());
  stage.machines.Cancel(update, Input::kRespond);
  EXPECT_EQ(stage.CommandsToSend(), 1);
  stage.history.UpdateCompleted(accepted, "u1", 1);
  EXPECT_EQ(stage.Apply(), absl::OkStatus());
}

void WorkflowTask_EveryWay() {
  Stage stage;
  stage.history.Task();
  stage.history.OpenTask();
  stage.history.TaskFailed();
  stage.history.OpenTask();
  stage.history.TaskTimedOut();
  stage.history.TaskScheduled();
  stage.history.TaskTimedOut();
  EXPECT_EQ(stage.Apply(), absl::OkStatus());
  stage.history.TaskCompleted();
  EXPECT_THAT(std::string(stage.Apply().message()), HasSubstr("cannot follow a workflow task in state None"));
}

void Terminal_Recorded() {
  Stage stage;
  stage.machines.Give(std::make_unique<TerminalMachine>(Family::kComplete, std::source_location()));
  stage.history.Completed(1);
  EXPECT_EQ(stage.Apply(), absl::OkStatus());
}

template <Input how>
void ActivityCancelledAndClosedInEachWay(std::vector<Scenario>& scenarios) {
  scenarios.push_back(Activity_CancelledBeforeItWasSent_NeverWas<how>);
  scenarios.push_back(Activity_CancelledWhileScheduled<how, Close::kCompleted>);
  scenarios.push_back(Activity_CancelledWhileScheduled<how, Close::kFailed>);
  scenarios.push_back(Activity_CancelledWhileScheduled<how, Close::kTimedOut>);
  if (how != Input::kCancelAbandon) scenarios.push_back(Activity_CancelledWhileScheduled<how, Close::kCanceled>);
  scenarios.push_back(Activity_CancelledWhileStarted<how>);
}

void EveryScenario() {
  std::vector<Scenario> scenarios = {
      Activity_Closed_TellsOutcome<Close::kCompleted>,
      Activity_Closed_TellsOutcome<Close::kFailed>,
      Activity_Closed_TellsOutcome<Close::kTimedOut>,
      Activity_Closed_TellsOutcome<Close::kCanceled>,
      Activity_TimedOutBeforeStart_TellsOutcome,
      Timer_Fires,
      Timer_CancelledBeforeItWasSent_NeverWas,
      Timer_Cancelled,
      Update_AnsweredInTheTaskThatAcceptedIt,
      Update_AnsweredLater,
      WorkflowTask_EveryWay,
      Terminal_Recorded,
  };
  ActivityCancelledAndClosedInEachWay<Input::kCancelTry>(scenarios);
  ActivityCancelledAndClosedInEachWay<Input::kCancelWait>(scenarios);
  ActivityCancelledAndClosedInEachWay<Input::kCancelAbandon>(scenarios);
  for (const Scenario scenario : scenarios) scenario();
}
const RegisterMachineScenarios kRegistered({ActivityMachine::Table, TimerMachine::Table, UpdateMachine::Table,
                                            WorkflowTaskMachine::Table},
                                           EveryScenario);

TEST(Machines, CommandsAfterTheEnd_GoBeforeIt_AndTheFirstEndCounts) {
  Stage stage;
  const auto give_end = [&](Family family, api::enums::v1::CommandType type) {
    auto end = std::make_unique<TerminalMachine>(family, std::source_location());
    end->command = std::make_unique<api::command::v1::Command>();
    end->command->set_command_type(type);
    stage.machines.Give(std::move(end));
  };
  give_end(Family::kFail, api::enums::v1::COMMAND_TYPE_FAIL_WORKFLOW_EXECUTION);
  stage.Timer();
  give_end(Family::kComplete, api::enums::v1::COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION);
  stage.machines.EndActivation(true);
  WorkflowMachines::Commands commands;
  stage.machines.FillCommands(commands);
  ASSERT_EQ(commands.size(), 2);
  EXPECT_EQ(commands[1].command_type(), api::enums::v1::COMMAND_TYPE_FAIL_WORKFLOW_EXECUTION);
}

TEST(Machines, AnotherKindOfCommand_IsNondeterminism_NamingBoth) {
  Stage stage;
  stage.Timer();
  stage.history.ActivityScheduled("1", "Charge");
  const absl::Status status = stage.Apply();
  EXPECT_TRUE(IsNondeterminism(status));
  EXPECT_EQ(EventIdOf(status), 2);
  EXPECT_THAT(
      std::string(status.message()),
      testing::AllOf(HasSubstr("event 2"), HasSubstr("ActivityTaskScheduled activity_id=1 activity_type=Charge"),
                     HasSubstr("gives the command timer 1 at "), HasSubstr("machines_test.cc:")));
}

TEST(Machines, AnotherActivityType_IsNondeterminism) {
  Stage stage;
  stage.Activity();
  stage.history.ActivityScheduled("1", "Refund");
  EXPECT_THAT(std::string(stage.Apply().message()), HasSubstr("another activity type, activity Charge (id 1),"));
}

TEST(Machines, AnotherId_IsNondeterminismOrAdopted) {
  for (const bool compare : {true, false}) {
    Stage stage;
    ActivityMachine& activity = stage.Activity();
    stage.machines.set_compare_ids(compare);
    stage.history.ActivityScheduled("5", "Charge");
    EXPECT_EQ(IsNondeterminism(stage.Apply()), compare);
    EXPECT_EQ(activity.activity_id(), compare ? "1" : "5");
  }
}

TEST(Machines, AnotherUpdate_IsNondeterminism) {
  Stage stage;
  stage.Update();
  stage.history.UpdateAccepted(2, "u2", "Add");
  EXPECT_THAT(std::string(stage.Apply().message()), HasSubstr("accepts another update, update Add (id u1),"));
}

TEST(Machines, ResponseThatTheHistoryLacks_IsNondeterminism) {
  Stage stage;
  stage.machines.Cancel(stage.Update(), Input::kRespond);
  stage.history.UpdateAccepted(2, "u1", "Add");
  stage.history.TimerStarted("1", std::chrono::seconds(1));
  EXPECT_THAT(std::string(stage.Apply().message()), HasSubstr("gives the command that completes update Add (id u1)"));
}

TEST(Machines, EventOfNothingThatIsOpen_IsNondeterminism) {
  Stage stage;
  stage.history.TimerFired(77, "1");
  EXPECT_THAT(std::string(stage.Apply().message()), HasSubstr("has nothing open that began with event 77"));
}

TEST(Machines, EventThatCannotHappen_IsNondeterminism_NamingTheState) {
  Stage stage;
  stage.Activity();
  stage.history.ActivityCanceled(stage.history.ActivityScheduled("1", "Charge"));
  EXPECT_THAT(std::string(stage.Apply().message()), HasSubstr("has it for activity Charge (id 1) in state Scheduled"));
}

}  // namespace
}  // namespace temporal::internal
