// Commands: what each is refused for, in which words, and what it leaves in the history.
#include "fake-server/history/command_handler.h"

#include "gmock/gmock.h"
#include "tests/fake-server/history/engine_driver.h"

namespace temporal::server {
namespace {

class CommandTest : public EngineTest {
 protected:
  // The answer to a completion with these commands by a run of its own.
  std::string Answer(const std::vector<Command>& commands) {
    if (!engine_.runs().empty()) Terminate().IgnoreError();
    Start();
    return std::string(Complete(Poll(), commands).message());
  }
  static Command Naked(const std::string& type) { return Parse<Command>("command_type: COMMAND_TYPE_" + type); }
  static Command Activity(const std::string& attributes) { return MakeCommand("SCHEDULE_ACTIVITY_TASK", attributes); }
};

TEST_F(CommandTest, EachCommand_LeavesItsEvent) {
  search_attributes_.Add("default", {{"K", api::enums::v1::INDEXED_VALUE_TYPE_KEYWORD}}).IgnoreError();
  Start();
  Do({Marker("m"), StartTimer("t", 60), ScheduleActivity(), CancelTimer("t"), CancelActivity(7),
      MakeCommand("UPSERT_WORKFLOW_SEARCH_ATTRIBUTES",
                  "search_attributes { indexed_fields { key: 'K' value { metadata { key: 'encoding' value: "
                  "'json/plain' } data: '\"k\"' } } }"),
      MakeCommand("MODIFY_WORKFLOW_PROPERTIES", "upserted_memo { fields { key: 'm' value { data: 'v' } } }")});
  EXPECT_EQ(History(3), R"(
4 +0s WorkflowTaskCompleted scheduled_event_id=2 started_event_id=3 identity=worker
5 +0s MarkerRecorded marker_name=m workflow_task_completed_event_id=4
6 +0s TimerStarted timer_id=t start_to_fire_timeout=1m workflow_task_completed_event_id=4
7 +0s ActivityTaskScheduled activity_id=a activity_type=Act task_queue=tq schedule_to_close_timeout=0s schedule_to_start_timeout=0s start_to_close_timeout=10s heartbeat_timeout=0s workflow_task_completed_event_id=4 retry_policy={initial_interval=1s backoff_coefficient=2 maximum_interval=1m40s}
8 +0s TimerCanceled timer_id=t started_event_id=6 workflow_task_completed_event_id=4 identity=worker
9 +0s ActivityTaskCancelRequested scheduled_event_id=7 workflow_task_completed_event_id=4
10 +0s UpsertWorkflowSearchAttributes workflow_task_completed_event_id=4 search_attributes={indexed_fields={K="k"}}
11 +0s WorkflowPropertiesModified workflow_task_completed_event_id=4 upserted_memo={fields={m=v}}
12 +0s ActivityTaskCanceled details=["ACTIVITY_ID_NOT_STARTED"] latest_cancel_requested_event_id=9 scheduled_event_id=7 identity=worker
13 +0s WorkflowTaskScheduled task_queue=tq start_to_close_timeout=10s attempt=1
)");
}

TEST_F(CommandTest, UserMetadata_IsOnTheEvent) {
  Command command = StartTimer("t", 60);
  command.mutable_user_metadata()->mutable_summary()->set_data("s");
  Answer({command});
  EXPECT_EQ(Run().events().at(5).user_metadata().summary().data(), "s");
}

struct Refusal {
  std::string name;
  std::vector<Command> commands;
  std::string answer;
};

TEST_F(CommandTest, WrongCommands_RealServersWords) {
  const std::string long_id(1001, 'x');
  const std::string id = "activity_id: 'a' ";
  const std::string type = "activity_type { name: 'A' } ";
  const std::string queue = "task_queue { name: 'tq' } ";
  const std::string timeout = "start_to_close_timeout { seconds: 1 } ";
  const std::vector<Refusal> refusals = {
      {"activity",
       {Naked("SCHEDULE_ACTIVITY_TASK")},
       "BadScheduleActivityAttributes: ScheduleActivityTaskCommandAttributes is not set on "
       "ScheduleActivityTaskCommand."},
      {"activity retry",
       {ScheduleActivity("a", timeout + "retry_policy { backoff_coefficient: 0.5 }")},
       "BadScheduleActivityAttributes: BackoffCoefficient cannot be less than 1 on retry policy."},
      {"activity twice",
       {ScheduleActivity("a"), ScheduleActivity("a")},
       "ScheduleActivityDuplicateId: invalid history builder state for action: add-activitytask-scheduled-event, "
       "ActivityID: a"},
      {"cancel activity",
       {Naked("REQUEST_CANCEL_ACTIVITY_TASK")},
       "BadRequestCancelActivityAttributes: RequestCancelActivityTaskCommandAttributes is not set on "
       "RequestCancelActivityTaskCommand."},
      {"cancel activity 0",
       {CancelActivity(0)},
       "BadRequestCancelActivityAttributes: ScheduledEventId is not set on RequestCancelActivityTaskCommand."},
      {"cancel activity 7",
       {CancelActivity(7)},
       "BadRequestCancelActivityAttributes: invalid history builder state for action: "
       "add-activitytask-cancel-requested-event, ScheduledEventID: 7"},
      {"timer",
       {Naked("START_TIMER")},
       "BadStartTimerAttributes: StartTimerCommandAttributes is not set on StartTimerCommand."},
      {"timer id", {StartTimer("", 1)}, "BadStartTimerAttributes: TimerId is not set on StartTimerCommand."},
      {"timer long id",
       {StartTimer(long_id, 1)},
       "BadStartTimerAttributes: TimerId on StartTimerCommand exceeds length limit. TimerId=" + long_id +
           " Length=1001 Limit=1000"},
      {"timer negative",
       {StartTimer("1", -1)},
       "BadStartTimerAttributes: An invalid StartToFireTimeout is set on StartTimerCommand: negative duration. "
       "TimerId=1"},
      {"timer twice",
       {StartTimer("1", 1), StartTimer("1", 1)},
       "StartTimerDuplicateId: invalid history builder state for action: add-timer-started-event, TimerID: 1"},
      {"cancel timer",
       {CancelTimer("1")},
       "BadCancelTimerAttributes: invalid history builder state for action: add-timer-canceled-event, TimerID: 1"},
      {"marker", {Marker("")}, "BadRecordMarkerAttributes: MarkerName is not set on RecordMarkerCommand."},
      {"memo",
       {MakeCommand("MODIFY_WORKFLOW_PROPERTIES", "upserted_memo { }")},
       "BadModifyWorkflowPropertiesAttributes: UpsertedMemo.Fields is not set on ModifyWorkflowPropertiesCommand."},
      {"search attributes",
       {MakeCommand("UPSERT_WORKFLOW_SEARCH_ATTRIBUTES", "search_attributes { }")},
       "BadSearchAttributes: IndexedFields is not set on UpsertWorkflowSearchAttributesCommand."},
      {"fail",
       {MakeCommand("FAIL_WORKFLOW_EXECUTION", "")},
       "BadFailWorkflowExecutionAttributes: Failure is not set on FailWorkflowExecutionCommand."},
      {"message",
       {MakeCommand("PROTOCOL_MESSAGE", "message_id: 'm'")},
       "BadUpdateWorkflowExecutionMessage: ProtocolMessageCommand referenced absent message ID m"},
      {"nexus",
       {MakeCommand("SCHEDULE_NEXUS_OPERATION", "endpoint: 'e'")},
       "BadScheduleNexusOperationAttributes: endpoint \"e\" not found"},
  };
  for (const Refusal& refusal : refusals) {
    EXPECT_EQ(Answer(refusal.commands), refusal.answer) << refusal.name;
    const auto& failed = Run().events().at(4).workflow_task_failed_event_attributes();
    EXPECT_EQ(failed.failure().message(), refusal.answer) << refusal.name;
    EXPECT_EQ(Run().next_event_id(), 5) << refusal.name;
  }
}

TEST_F(CommandTest, TooLargePayload_TerminatesTheRun) {
  config_.max_blob_bytes = 100;
  Command command = ScheduleActivity();
  command.mutable_schedule_activity_task_command_attributes()->mutable_input()->add_payloads()->set_data(
      std::string(200, 'x'));
  Answer({StartTimer("1", 5), command});
  EXPECT_EQ(History(3), R"(
4 +0s WorkflowTaskFailed scheduled_event_id=2 started_event_id=3 cause=BadScheduleActivityAttributes failure={message="BadScheduleActivityAttributes: ScheduleActivityTaskCommandAttributes.Input exceeds size limit." server_failure_info={}} identity=worker
5 +0s WorkflowExecutionTerminated reason="BadScheduleActivityAttributes: ScheduleActivityTaskCommandAttributes.Input exceeds size limit." identity=history-service
)");
}

TEST_F(CommandTest, CommandAfterClose_CallFailsAndNothingIsRecorded) {
  Start();
  const WorkflowTask task = Poll();
  EXPECT_EQ(Complete(task, {CompleteWorkflow(), Marker("m")}).message(),
            "invalid command sequence: [CompleteWorkflowExecution, RecordMarker], command CompleteWorkflowExecution "
            "must be the last command.");
  EXPECT_EQ(Run().next_event_id(), 4);
  EXPECT_TRUE(Complete(task, {Marker("m"), CompleteWorkflow()}).ok());
}

struct Timeouts {
  std::string given;
  std::string shown;
};

TEST_F(CommandTest, ActivityTimeouts_AreNormalised) {
  const std::vector<Timeouts> cases = {
      {"schedule_to_close_timeout { seconds: 9 }", "9s 9s 9s 0s"},
      {"start_to_close_timeout { seconds: 20 } schedule_to_close_timeout { seconds: 9 }", "9s 9s 9s 0s"},
      {"start_to_close_timeout { seconds: 2 } heartbeat_timeout { seconds: 9 }", "0s 0s 2s 2s"},
      {"start_to_close_timeout { seconds: 10 } schedule_to_start_timeout { seconds: 90 } "
       "schedule_to_close_timeout { seconds: 20 }",
       "20s 20s 10s 0s"},
      {"schedule_to_start_timeout { seconds: 1 } schedule_to_close_timeout { seconds: 5 } "
       "start_to_close_timeout { seconds: 3 } heartbeat_timeout { seconds: 2 }",
       "5s 1s 3s 2s"},
  };
  for (const Timeouts& timeouts : cases) {
    EXPECT_EQ(Answer({ScheduleActivity("a", timeouts.given)}), "");
    const auto& event = Run().events().at(5).activity_task_scheduled_event_attributes();
    std::string shown;
    for (const auto* timeout : {&event.schedule_to_close_timeout(), &event.schedule_to_start_timeout(),
                                &event.start_to_close_timeout(), &event.heartbeat_timeout()}) {
      shown += (shown.empty() ? "" : " ") + internal::PrintDuration(internal::FromProto(*timeout));
    }
    EXPECT_EQ(shown, timeouts.shown) << timeouts.given;
  }
}

TEST_F(CommandTest, RunTimeout_CapsActivityTimeouts) {
  Start("workflow_run_timeout { seconds: 30 }");
  Do({ScheduleActivity("a", "start_to_close_timeout { seconds: 60 }")});
  EXPECT_EQ(History(4), R"(
5 +0s ActivityTaskScheduled activity_id=a activity_type=Act task_queue=tq schedule_to_close_timeout=30s schedule_to_start_timeout=30s start_to_close_timeout=30s heartbeat_timeout=0s workflow_task_completed_event_id=4 retry_policy={initial_interval=1s backoff_coefficient=2 maximum_interval=1m40s}
)");
}

}  // namespace
}  // namespace temporal::server
