// Every transition of children and of what is asked of other workflows.
#include "sdk/machines/child_workflow_machine.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sdk/machines/external_machines.h"
#include "tests/support/machine_stage.h"

namespace temporal::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Stage : MachineStage {
  ChildWorkflowMachine& Child() { return Give<ChildWorkflowMachine>("c", "Child", std::source_location::current()); }
  ExternalMachine& External(Family family) { return Give<ExternalMachine>(family, "t", std::source_location()); }
};

enum class Close { kCompleted, kFailed, kTimedOut, kCanceled, kTerminated };
constexpr Close kCloses[] = {Close::kCompleted, Close::kFailed, Close::kTimedOut, Close::kCanceled, Close::kTerminated};
constexpr Input kCancels[] = {Input::kCancelTry, Input::kCancelWait, Input::kCancelWaitRequested,
                              Input::kCancelAbandon};

void CloseChild(HistoryBuilder& history, HistoryBuilder::Id initiated, HistoryBuilder::Id started, Close how) {
  switch (how) {
    case Close::kCompleted:
      return history.ChildCompleted(initiated, started, 1);
    case Close::kFailed:
      return history.ChildFailed(initiated, started, "no", "No");
    case Close::kTimedOut:
      return history.ChildTimedOut(initiated, started);
    case Close::kCanceled:
      return history.ChildCanceled(initiated, started);
    case Close::kTerminated:
      return history.ChildTerminated(initiated, started);
  }
}

std::string ToldFor(Close how) {
  constexpr const char* kNames[] = {"COMPLETED", "FAILED", "TIMED_OUT", "CANCELED", "TERMINATED"};
  return std::string("CHILD_WORKFLOW_EXECUTION_") + kNames[static_cast<int>(how)];
}

void Closed_TellsStartAndOutcome() {
  for (const Close how : kCloses) {
    Stage stage;
    stage.Child();
    const auto initiated = stage.history.ChildInitiated("c", "Child");
    CloseChild(stage.history, initiated, stage.history.ChildStarted(initiated), how);
    EXPECT_EQ(stage.Apply(), absl::OkStatus());
    EXPECT_THAT(stage.told, ElementsAre("CHILD_WORKFLOW_EXECUTION_STARTED", ToldFor(how)));
  }
}

void StartFailed_TellsOutcome() {
  Stage stage;
  stage.Child();
  stage.history.ChildStartFailed(stage.history.ChildInitiated("c", "Child"));
  EXPECT_EQ(stage.Apply(), absl::OkStatus());
  EXPECT_THAT(stage.told, ElementsAre("START_CHILD_WORKFLOW_EXECUTION_FAILED"));
}

void CancelledBeforeItWasSent_NeverWas() {
  for (const Input how : kCancels) {
    Stage stage;
    EXPECT_EQ(stage.machines.Cancel(stage.Child(), how) & kAskCancel, 0);
    EXPECT_THAT(stage.told, ElementsAre("cancelled"));
    EXPECT_EQ(stage.CommandsToSend(), 0);
  }
}

// Told at once, or in the end, or when the request has arrived.
void CancelledInEachWay_BeforeOrAfterItsStart(bool before) {
  for (const Input how : kCancels) {
    for (const Close close : kCloses) {
      Stage stage;
      ChildWorkflowMachine& child = stage.Child();
      const auto initiated = stage.history.ChildInitiated("c", "Child");
      HistoryBuilder::Id started = 0;
      if (!before) started = stage.history.ChildStarted(initiated);
      EXPECT_EQ(stage.Apply(), absl::OkStatus());
      stage.told.clear();
      EXPECT_EQ((stage.machines.Cancel(child, how) & kAskCancel) != 0, how != Input::kCancelAbandon);
      const bool at_once = how == Input::kCancelTry || how == Input::kCancelAbandon;
      EXPECT_EQ(stage.told.size(), at_once ? 1u : 0u);
      if (how == Input::kCancelWaitRequested) stage.machines.Cancel(child, Input::kCancelArrived);
      if (before) started = stage.history.ChildStarted(initiated);
      CloseChild(stage.history, initiated, started, close);
      EXPECT_EQ(stage.Apply(), absl::OkStatus());
      EXPECT_EQ(stage.told.back(), how == Input::kCancelWait ? ToldFor(close) : "cancelled");
    }
  }
}

void ForgottenChild_MayFailToStart() {
  Stage stage;
  ChildWorkflowMachine& child = stage.Child();
  const auto initiated = stage.history.ChildInitiated("c", "Child");
  EXPECT_EQ(stage.Apply(), absl::OkStatus());
  stage.machines.Cancel(child, Input::kCancelAbandon);
  stage.history.ChildStartFailed(initiated);
  EXPECT_EQ(stage.Apply(), absl::OkStatus());
  EXPECT_THAT(stage.told, ElementsAre("cancelled"));
}

void External_Answered() {
  Stage stage;
  for (const Family family :
       {Family::kSignalExternal, Family::kSignalExternal, Family::kCancelExternal, Family::kCancelExternal}) {
    stage.External(family);
  }
  const auto signal = stage.history.SignalInitiated("t"), lost_signal = stage.history.SignalInitiated("t");
  const auto cancel = stage.history.CancelInitiated("t"), lost_cancel = stage.history.CancelInitiated("t");
  stage.history.ExternalSignaled(signal);
  stage.history.SignalFailed(lost_signal);
  stage.history.ExternalCancelRequested(cancel);
  stage.history.CancelFailed(lost_cancel);
  EXPECT_EQ(stage.Apply(), absl::OkStatus());
  EXPECT_THAT(
      stage.told,
      ElementsAre("EXTERNAL_WORKFLOW_EXECUTION_SIGNALED", "SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED",
                  "EXTERNAL_WORKFLOW_EXECUTION_CANCEL_REQUESTED", "REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED"));
}

void SignalCancelled_OnlyBeforeItWasSent() {
  Stage stage;
  stage.machines.Cancel(stage.External(Family::kSignalExternal), Input::kCancel);
  EXPECT_THAT(stage.told, ElementsAre("cancelled"));
  EXPECT_EQ(stage.CommandsToSend(), 0);
  stage.told.clear();
  ExternalMachine& on_its_way = stage.External(Family::kSignalExternal);
  stage.history.SignalInitiated("t");
  EXPECT_EQ(stage.Apply(), absl::OkStatus());
  EXPECT_EQ(stage.machines.Cancel(on_its_way, Input::kCancel), kNothing);
  EXPECT_THAT(stage.told, testing::IsEmpty());
}

void EveryScenario() {
  Closed_TellsStartAndOutcome();
  StartFailed_TellsOutcome();
  CancelledBeforeItWasSent_NeverWas();
  CancelledInEachWay_BeforeOrAfterItsStart(true);
  CancelledInEachWay_BeforeOrAfterItsStart(false);
  ForgottenChild_MayFailToStart();
  External_Answered();
  SignalCancelled_OnlyBeforeItWasSent();
}
const RegisterMachineScenarios kRegistered({ChildWorkflowMachine::Table, ExternalMachine::Table}, EveryScenario);

TEST(ChildWorkflowMachine, AnotherTypeOrId_IsNondeterminism) {
  Stage stage;
  stage.Child();
  stage.history.ChildInitiated("c", "Other");
  EXPECT_THAT(std::string(stage.Apply().message()), HasSubstr("another workflow type, child workflow Child (id c),"));
  for (const bool compare : {true, false}) {
    Stage other;
    ChildWorkflowMachine& child = other.Child();
    other.machines.set_compare_ids(compare);
    other.history.ChildInitiated("d", "Child");
    EXPECT_EQ(IsNondeterminism(other.Apply()), compare);
    EXPECT_EQ(child.workflow_id(), compare ? "c" : "d");
  }
}

TEST(ChildWorkflowMachine, SignalInsteadOfACancel_IsNondeterminism) {
  Stage stage;
  stage.External(Family::kSignalExternal);
  stage.history.CancelInitiated("t");
  EXPECT_THAT(std::string(stage.Apply().message()), HasSubstr("gives the command signal to workflow t"));
}

TEST(ChildWorkflowMachine, EndWithoutAStart_IsNondeterminism) {
  Stage stage;
  stage.Child();
  stage.history.ChildCanceled(stage.history.ChildInitiated("c", "Child"), 0);
  EXPECT_THAT(std::string(stage.Apply().message()),
              HasSubstr("has it for child workflow Child (id c) in state Initiated"));
}

}  // namespace
}  // namespace temporal::internal
