// Updates in the engine: when they are told, judged and answered; every history is met in every way.
#include <stdexcept>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "temporal/workflow.h"
#include "tests/support/engine_harness.h"

namespace temporal::internal {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr WorkflowRef<int()> kCounter{"Counter"};
constexpr UpdateRef<int(int)> kAdd{"add"};
constexpr SignalRef<void(int)> kSet{"set"};
constexpr SignalRef<void()> kStop{"stop"};

// Adds what updates bring, those above 10 after a second; refuses what is negative.
class Counter {
 public:
  explicit Counter(workflow::Context& ctx) : ctx_(ctx) {
    auto add = [this](int by) { return Add(by); };
    auto check = [&ctx](int by) {
      if (by == 9) (void)ctx.Sleep(1s);
      if (by < 0) throw ApplicationFailure("negative", {.type = "Negative"});
    };
    ctx.OnUpdate(kAdd, add, check);
    ctx.OnSignal(kSet, [this](int total) { total_ = total; });
    ctx.OnSignal(kStop, [this] { stop_ = true; });
  }
  Task<int> Run() {
    co_await ctx_.WaitCondition([this] { return stop_ && ctx_.AllHandlersFinished(); });
    co_return total_;
  }

 private:
  Task<int> Add(int by) {
    if (by > 10) co_await ctx_.Sleep(1s);
    if (by == 7) throw ApplicationFailure("seven", {.type = "Seven"});
    if (by == 8) throw std::runtime_error("a bug");
    total_ += by;
    co_return total_;
  }

  workflow::Context& ctx_;
  int total_ = 0;
  bool stop_ = false;
};

class UpdateTest : public testing::Test {
 protected:
  UpdateTest() { engine_.Register<Counter>(kCounter); }

  // A task with one update, after a first task that had nothing to do.
  std::unique_ptr<EngineHarness::Poll> TaskWith(const std::string& name, int argument) {
    HistoryBuilder history("Counter");
    history.Task();
    history.OpenTask();
    auto task = EngineHarness::Task(history.history().events(), 0, history.history().events_size());
    api::update::v1::Request request;
    request.mutable_meta()->set_update_id("u1");
    request.mutable_input()->set_name(name);
    *request.mutable_input()->mutable_args()->add_payloads() = ToProto(ToPayload(argument));
    auto& message = *task->add_messages();
    message.set_id("u1/request");
    message.set_protocol_instance_id("u1");
    message.set_event_id(5);
    message.mutable_body()->PackFrom(request);
    return task;
  }
  // What is said about the update: the messages with their bodies.
  std::string Said(const std::string& name, int argument) {
    engine_.run = std::make_unique<WorkflowRun>(engine_.options);
    const TaskAnswer answer = engine_.run->Handle(TaskWith(name, argument));
    const auto* completed = std::get_if<EngineHarness::Completed>(&answer);
    if (completed == nullptr) return EngineHarness::Commands(answer);
    std::string text = EngineHarness::Commands(answer);
    for (const auto& message : completed->messages()) {
      api::update::v1::Acceptance acceptance;
      api::update::v1::Rejection rejection;
      api::update::v1::Response response;
      text += " | " + message.id() + " of " + message.protocol_instance_id() + " ";
      if (message.body().UnpackTo(&acceptance)) {
        text += "accepts " + acceptance.accepted_request_message_id() + " at " +
                std::to_string(acceptance.accepted_request_sequencing_event_id());
      } else if (message.body().UnpackTo(&rejection)) {
        text += "rejects: " + rejection.failure().message();
      } else if (message.body().UnpackTo(&response)) {
        text += PrintMessage(response.outcome());
      }
    }
    return text;
  }

  EngineHarness engine_;
};

TEST_F(UpdateTest, AnsweredAtOnce_AcceptedAndCompletedInOneTask) {
  EXPECT_EQ(Said("add", 5),
            "ProtocolMessage message_id=u1/request/accept; ProtocolMessage message_id=u1/request/complete"
            " | u1/request/accept of u1 accepts u1/request at 5 | u1/request/complete of u1 {success=[5]}");
}

TEST_F(UpdateTest, ValidatorThrows_RejectedWithoutACommand) {
  EXPECT_EQ(Said("add", -1), " | u1/request/reject of u1 rejects: negative");
}

TEST_F(UpdateTest, ValidatorGivesACommand_FailsTheTask) {
  EXPECT_EQ(Said("add", 9),
            "failed: Sleep was called on the workflow's context in an update validator: it may only read");
}

TEST_F(UpdateTest, NoSuchHandler_RejectedNamingThoseThatThereAre) {
  EXPECT_EQ(Said("subtract", 1),
            " | u1/request/reject of u1 rejects: Update handler for 'subtract' expected but not found, known updates: "
            "[add]");
}

TEST_F(UpdateTest, HandlerThrowsAFailure_IsTheOutcome) {
  EXPECT_THAT(Said("add", 7), HasSubstr("{failure={message=seven"));
}

TEST_F(UpdateTest, HandlerThrowsSomethingElse_FailsTheTask) { EXPECT_EQ(Said("add", 8), "failed: a bug"); }

TEST_F(UpdateTest, MessageThatIsNoUpdate_FailsTheTaskAndNamesIt) {
  for (const bool missing : {false, true}) {
    auto task = TaskWith("add", 5);
    task->mutable_messages(0)->mutable_body()->PackFrom(api::update::v1::Response());
    if (missing) task->mutable_messages(0)->clear_body();
    engine_.run = std::make_unique<WorkflowRun>(engine_.options);
    const TaskAnswer answer = engine_.run->Handle(std::move(task));
    ASSERT_TRUE(std::holds_alternative<EngineHarness::Failed>(answer)) << EngineHarness::Commands(answer);
    const auto& failed = std::get<EngineHarness::Failed>(answer);
    EXPECT_EQ(failed.cause(), api::enums::v1::WORKFLOW_TASK_FAILED_CAUSE_BAD_UPDATE_WORKFLOW_EXECUTION_MESSAGE);
    EXPECT_EQ(failed.failure().message(),
              std::string("the message u1/request of the workflow task, for u1, cannot be read as an update: its body "
                          "is ") +
                  (missing ? "missing" : "a type.googleapis.com/temporal.api.update.v1.Response"));
    // The next attempt brings it whole.
    EXPECT_THAT(EngineHarness::Commands(engine_.run->Handle(TaskWith("add", 5))), HasSubstr("u1/request/accept"));
  }
}

TEST_F(UpdateTest, RejectedAndTheTaskForgotten_TheRunGoesOn) {
  engine_.run = std::make_unique<WorkflowRun>(engine_.options);
  engine_.run->Handle(TaskWith("add", -1));
  engine_.run->RollBackTo(3);
  EXPECT_EQ(engine_.run->last_event_id(), 4);
  HistoryBuilder history("Counter");
  history.Task();
  history.Signaled("stop");
  history.OpenTask();
  EXPECT_EQ(EngineHarness::Commands(engine_.run->Handle(EngineHarness::Task(history.history().events(), 4, 7))),
            "CompleteWorkflowExecution result=[0]");
}

TEST_F(UpdateTest, AfterATaskWithoutCommands_ToldWithItsOwnTaskInEveryWay) {
  HistoryBuilder history("Counter");
  history.Task();
  const auto scheduled = history.TaskScheduled();
  history.TaskStarted();
  history.TaskCompleted();
  history.UpdateCompleted(history.UpdateAccepted(scheduled, "u1", "add", 5), "u1", 5);
  history.Signaled("stop");
  history.Task();
  history.Completed(5);
  EXPECT_THAT(engine_.Run(history), ElementsAre("",
                                                "ProtocolMessage message_id=u1/request/accept; ProtocolMessage "
                                                "message_id=u1/request/complete",
                                                "CompleteWorkflowExecution result=[5]"));
}

TEST_F(UpdateTest, WithTheFirstTaskAndASignal_SignalFirst) {
  HistoryBuilder history("Counter");
  history.Signaled("set", 100);
  const auto scheduled = history.TaskScheduled();
  history.TaskStarted();
  history.TaskCompleted();
  history.UpdateCompleted(history.UpdateAccepted(scheduled, "u1", "add", 5), "u1", 105);
  history.Signaled("stop");
  history.Task();
  history.Completed(105);
  EXPECT_THAT(engine_.Run(history).back(), "CompleteWorkflowExecution result=[105]");
}

TEST_F(UpdateTest, HandlerWaits_CompletedByALaterTask) {
  HistoryBuilder history("Counter");
  history.Task();
  history.Signaled("stop");
  const auto scheduled = history.TaskScheduled();
  history.TaskStarted();
  history.TaskCompleted();
  const auto accepted = history.UpdateAccepted(scheduled, "u1", "add", 11);
  history.TimerFired(history.TimerStarted("1", 1s), "1");
  history.Task();
  history.UpdateCompleted(accepted, "u1", 11);
  history.Completed(11);
  EXPECT_THAT(engine_.Run(history),
              ElementsAre("",
                          "ProtocolMessage message_id=u1/request/accept; StartTimer timer_id=1 "
                          "start_to_fire_timeout=1s",
                          "ProtocolMessage message_id=u1/request/complete; CompleteWorkflowExecution result=[11]"));
}

TEST_F(UpdateTest, AcceptedByTheHistoryThoughItWouldBeRejectedNow_IsNotJudgedAgain) {
  HistoryBuilder history("Counter");
  history.Task();
  const auto scheduled = history.TaskScheduled();
  history.TaskStarted();
  history.TaskCompleted();
  history.UpdateCompleted(history.UpdateAccepted(scheduled, "u1", "add", -3), "u1", -3);
  EXPECT_EQ(engine_.Mismatch(history), "");
}

TEST_F(UpdateTest, AcceptedByTheHistoryWithoutAHandlerNow_IsNondeterminism) {
  HistoryBuilder history("Counter");
  history.Task();
  const auto scheduled = history.TaskScheduled();
  history.TaskStarted();
  history.TaskCompleted();
  history.UpdateCompleted(history.UpdateAccepted(scheduled, "u1", "subtract", 3), "u1", 3);
  const ReplayReport report = Replay(engine_.options, history.data(), ReplayMode::kFull);
  ASSERT_TRUE(report.mismatch.has_value());
  EXPECT_EQ(report.mismatch->event_id, 7);
  EXPECT_THAT(report.mismatch->message, HasSubstr("has no handler for the update subtract"));
}

TEST_F(UpdateTest, HistoryLacksTheResponse_IsNondeterminism) {
  HistoryBuilder history("Counter");
  history.Task();
  const auto scheduled = history.TaskScheduled();
  history.TaskStarted();
  history.TaskCompleted();
  history.UpdateAccepted(scheduled, "u1", "add", 5);
  history.TimerFired(history.TimerStarted("1", 1s), "1");
  history.Task();
  EXPECT_THAT(engine_.Mismatch(history), AllOf(HasSubstr("event 9"), HasSubstr("completes update add (id u1)")));
}

}  // namespace
}  // namespace temporal::internal
