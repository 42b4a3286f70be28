// What operators do to pending activities: pause, unpause, reset, other options; and to the options of a run.
#include "gmock/gmock.h"
#include "tests/fake-server/history/engine_driver.h"

namespace temporal::server {
namespace {

class OperatorCallsTest : public EngineTest {
 protected:
  void Begin(const std::vector<Command>& commands) {
    Start();
    Do(commands);
  }

  // The fields besides the run, as text.
  absl::Status Pause(const std::string& fields) {
    return engine_.PauseActivity(namespace_, Parse<wf::PauseActivityRequest>(kRun + fields)).status();
  }
  absl::Status Unpause(const std::string& fields) {
    return engine_.UnpauseActivity(namespace_, Parse<wf::UnpauseActivityRequest>(kRun + fields)).status();
  }
  absl::Status Reset(const std::string& fields) {
    return engine_.ResetActivity(namespace_, Parse<wf::ResetActivityRequest>(kRun + fields)).status();
  }
  std::string Update(const std::string& fields) {
    const auto response =
        engine_.UpdateActivityOptions(namespace_, Parse<wf::UpdateActivityOptionsRequest>(kRun + fields));
    if (!response.ok()) return std::string(response.status().message());
    return internal::PrintDuration(internal::FromProto(response->activity_options().start_to_close_timeout()));
  }
  std::string UpdateRun(const std::string& fields) {
    const auto response = engine_.UpdateWorkflowExecutionOptions(
        namespace_,
        Parse<wf::UpdateWorkflowExecutionOptionsRequest>("workflow_execution { workflow_id: 'w' } " + fields));
    return response.ok() ? response->workflow_execution_options().ShortDebugString()
                         : std::string(response.status().message());
  }
  std::string PausedTypes() {
    if (Run().search_attributes == nullptr) return "";
    const auto& fields = Run().search_attributes->indexed_fields();
    const auto found = fields.find("TemporalPauseInfo");
    return found == fields.end() ? "" : found->second.data();
  }

  const std::string kRun = "execution { workflow_id: 'w' } ";
};

TEST_F(OperatorCallsTest, PausedBeforeItStarts_NobodyGetsItUntilUnpaused) {
  Begin({ScheduleActivity()});
  EXPECT_TRUE(Pause("id: 'a'").ok());
  EXPECT_EQ(Pause("id: 'a'").message(), "activity is already paused");
  EXPECT_FALSE(TryPollActivity().has_value());
  Sleep(seconds(7));
  EXPECT_TRUE(Unpause("id: 'a'").ok());
  const auto task = TryPollActivity();
  ASSERT_TRUE(task.has_value());
  EXPECT_EQ(internal::FromProto(task->current_attempt_scheduled_time()) - begin_, seconds(7));
  EXPECT_EQ(internal::FromProto(task->scheduled_time()), begin_);
}

TEST_F(OperatorCallsTest, Paused_NoTimeoutRuns_UnpausedTheyAreCountedFromWhereTheyWere) {
  Begin({ScheduleActivity("a", "schedule_to_close_timeout { seconds: 3 }")});
  EXPECT_TRUE(Pause("id: 'a'").ok());
  Sleep(seconds(5));
  EXPECT_EQ(Types(5), "\n");
  EXPECT_TRUE(Unpause("id: 'a'").ok());
  Sleep(seconds(10));
  EXPECT_EQ(Types(5), "\n6 +5s ActivityTaskTimedOut\n7 +5s WorkflowTaskScheduled\n");
}

TEST_F(OperatorCallsTest, PausedWhileItRuns_HeartbeatTells_FailureIsNotTriedAgain) {
  Begin({ScheduleActivity()});
  const ActivityTask task = PollActivity();
  EXPECT_TRUE(Pause("id: 'a'").ok());
  wf::RecordActivityTaskHeartbeatRequest heartbeat;
  heartbeat.set_task_token(task.task_token());
  EXPECT_TRUE(engine_.RecordActivityTaskHeartbeat(namespace_, heartbeat)->activity_paused());
  EXPECT_TRUE(FailActivity(task).ok());
  Sleep(minutes(1));
  EXPECT_FALSE(TryPollActivity().has_value());
  EXPECT_EQ(Run().FindActivity("a")->attempt, 2);
  EXPECT_TRUE(Unpause("id: 'a' reset_attempts: true").ok());
  const ActivityTask again = PollActivity();
  EXPECT_EQ(again.attempt(), 1);
  EXPECT_EQ(Elapsed(), minutes(1));
}

TEST_F(OperatorCallsTest, PausedByType_SearchAttributeShowsTheTypeUntilTheLastOneGoesOn) {
  Begin({ScheduleActivity("a"), ScheduleActivity("b")});
  EXPECT_TRUE(Pause("type: 'Act'").ok());
  EXPECT_EQ(PausedTypes(), "[\"property:activityType=Act\"]");
  EXPECT_TRUE(Unpause("id: 'b'").ok());
  EXPECT_EQ(PausedTypes(), "[\"property:activityType=Act\"]");
  EXPECT_TRUE(Unpause("unpause_all: true").ok());
  EXPECT_EQ(PausedTypes(), "");
}

TEST_F(OperatorCallsTest, UnknownActivityOrClosedRun_NotFound) {
  Begin({ScheduleActivity()});
  EXPECT_EQ(Pause("id: 'x'").message(),
            "Can't find pending activity with such ID. Invalid activityID or activity already completed");
  EXPECT_EQ(Reset("type: 'x'").code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(Terminate().ok());
  EXPECT_EQ(Unpause("id: 'a'").message(), "workflow execution already completed");
}

TEST_F(OperatorCallsTest, ResetInBackoff_FirstAttemptAtOnceWithoutThePastFailure) {
  Begin({ScheduleActivity("a",
                          "start_to_close_timeout { seconds: 10 } retry_policy { initial_interval { seconds: 30 } }")});
  EXPECT_TRUE(FailActivity(PollActivity()).ok());
  EXPECT_TRUE(Reset("id: 'a'").ok());
  const ActivityTask task = PollActivity();
  EXPECT_EQ(Elapsed(), seconds(0));
  EXPECT_EQ(task.attempt(), 1);
  EXPECT_TRUE(CompleteActivity(task).ok());
  EXPECT_FALSE(Run().events().at(6).activity_task_started_event_attributes().has_last_failure());
}

TEST_F(OperatorCallsTest, ResetWhileItRuns_TokenOfALaterAttemptIsStale) {
  Begin({ScheduleActivity()});
  EXPECT_TRUE(FailActivity(PollActivity()).ok());
  const ActivityTask second = PollActivity();
  EXPECT_TRUE(Reset("id: 'a'").ok());
  EXPECT_EQ(CompleteActivity(second).code(), absl::StatusCode::kNotFound);
}

TEST_F(OperatorCallsTest, ResetWhileTheFirstAttemptRuns_HeartbeatTells_DetailsAreGoneAfterwards) {
  Begin({ScheduleActivity()});
  const ActivityTask task = PollActivity();
  EXPECT_TRUE(Heartbeat(task, "h").ok());
  EXPECT_TRUE(Reset("id: 'a' reset_heartbeat: true").ok());
  wf::RecordActivityTaskHeartbeatRequest heartbeat;
  heartbeat.set_task_token(task.task_token());
  EXPECT_TRUE(engine_.RecordActivityTaskHeartbeat(namespace_, heartbeat)->activity_reset());
  EXPECT_TRUE(FailActivity(task).ok());
  const ActivityTask next = PollActivity();
  EXPECT_EQ(next.attempt(), 2);
  EXPECT_FALSE(next.has_heartbeat_details());
}

TEST_F(OperatorCallsTest, ResetKeepsPaused_GoesOnOnlyWhenUnpaused) {
  Begin({ScheduleActivity()});
  EXPECT_TRUE(FailActivity(PollActivity()).ok());
  EXPECT_TRUE(Pause("id: 'a'").ok());
  EXPECT_TRUE(Reset("id: 'a' keep_paused: true").ok());
  Sleep(minutes(1));
  EXPECT_FALSE(TryPollActivity().has_value());
  EXPECT_TRUE(Reset("id: 'a'").ok());
  EXPECT_EQ(TryPollActivity()->attempt(), 1);
}

TEST_F(OperatorCallsTest, OtherTimeouts_HoldForTheAttemptThatRuns) {
  Begin({ScheduleActivity("a", "start_to_close_timeout { seconds: 10 } retry_policy { maximum_attempts: 1 }")});
  PollActivity();
  EXPECT_EQ(Update("id: 'a' activity_options { start_to_close_timeout { seconds: 2 } } "
                   "update_mask { paths: 'startToCloseTimeout' paths: 'nonsense' }"),
            "2s");
  Sleep(seconds(2));
  EXPECT_EQ(Types(6), "\n7 +2s ActivityTaskTimedOut\n8 +2s WorkflowTaskScheduled\n");
}

TEST_F(OperatorCallsTest, OtherRetryPolicyInBackoff_NextAttemptIsDueByIt) {
  Begin({ScheduleActivity("a",
                          "start_to_close_timeout { seconds: 10 } retry_policy { initial_interval { seconds: 60 } }")});
  EXPECT_TRUE(FailActivity(PollActivity()).ok());
  Update(
      "id: 'a' activity_options { retry_policy { initial_interval { seconds: 2 } } } "
      "update_mask { paths: 'retry_policy.initial_interval' }");
  PollActivity();
  EXPECT_EQ(Elapsed(), seconds(4));
  EXPECT_EQ(Update("id: 'a' restore_original: true"), "10s");
}

TEST_F(OperatorCallsTest, WrongOptions_NothingChanges) {
  Begin({ScheduleActivity()});
  EXPECT_EQ(Update("id: 'a' activity_options { } update_mask { paths: 'start_to_close_timeout' }"),
            "a valid StartToCloseTimeout or ScheduleToCloseTimeout must be set on the activity. ActivityId=a "
            "ActivityType=Act");
  EXPECT_EQ(Update("id: 'a' activity_options { heartbeat_timeout { seconds: -1 } } update_mask { paths: "
                   "'heartbeat_timeout' }"),
            "invalid HeartbeatTimeout: negative duration");
  EXPECT_EQ(Update("id: 'a' activity_options { } update_mask { }"), "10s");
}

TEST_F(OperatorCallsTest, PriorityOfARun_EventWithoutAWorkflowTask_SameAgainWritesNothing) {
  Begin({});
  const std::string fields =
      "workflow_execution_options { priority { priority_key: 1 } } update_mask { paths: 'priority' }";
  EXPECT_EQ(UpdateRun(fields), "priority { priority_key: 1 }");
  EXPECT_EQ(UpdateRun(fields), "priority { priority_key: 1 }");
  EXPECT_EQ(Types(4), "\n5 +0s WorkflowExecutionOptionsUpdated\n");
  EXPECT_EQ(Run().priority()->priority_key(), 1);
}

TEST_F(OperatorCallsTest, OverrideOfTheVersion_IsKeptInItsNewForm_AndShown) {
  Begin({});
  const auto update = [this](const std::string& override) {
    return UpdateRun("workflow_execution_options { versioning_override { " + override +
                     " } } update_mask { paths: 'versioning_override' }");
  };
  const auto shown = [this](const char* name) {
    const auto& fields = Run().search_attributes->indexed_fields();
    const auto found = fields.find(name);
    return found == fields.end() ? "" : found->second.data();
  };
  EXPECT_EQ(update("behavior: VERSIONING_BEHAVIOR_PINNED pinned_version: 'd.v.1'"),
            "versioning_override { behavior: VERSIONING_BEHAVIOR_PINNED pinned_version: \"d.v.1\" }");
  EXPECT_EQ(
      Run().versioning_override->ShortDebugString(),
      "pinned { behavior: PINNED_OVERRIDE_BEHAVIOR_PINNED version { build_id: \"v.1\" deployment_name: \"d\" } }");
  EXPECT_EQ(shown("TemporalWorkflowVersioningBehavior"), "\"Pinned\"");
  EXPECT_EQ(shown("TemporalWorkerDeploymentVersion"), "\"d:v.1\"");
  EXPECT_EQ(shown("BuildIds"), "[\"pinned:d:v.1\"]");
  update("pinned { behavior: PINNED_OVERRIDE_BEHAVIOR_PINNED version { deployment_name: 'd' build_id: 'v.1' } }");
  EXPECT_EQ(Types(4), "\n5 +0s WorkflowExecutionOptionsUpdated\n") << "the same again writes nothing";
  update("behavior: VERSIONING_BEHAVIOR_AUTO_UPGRADE");
  EXPECT_EQ(Run().versioning_override->ShortDebugString(), "auto_upgrade: true");
  EXPECT_EQ(shown("TemporalWorkflowVersioningBehavior"), "\"AutoUpgrade\"");
  EXPECT_EQ(shown("BuildIds"), "");
}

TEST_F(OperatorCallsTest, BuildIdOfAWorker_OnTheEventsThatItStarted) {
  Start();
  Do({ScheduleActivity()});
  const ActivityTask task = PollActivity();
  auto request = Parse<wf::RespondActivityTaskCompletedRequest>("worker_version { build_id: 'v1' }");
  request.set_task_token(task.task_token());
  EXPECT_TRUE(engine_.RespondActivityTaskCompleted(namespace_, request).ok());
  EXPECT_THAT(History(5), testing::HasSubstr("worker_version={build_id=v1}"));
}

TEST_F(OperatorCallsTest, BuildIdOfAWorkerThatGaveWay_IsNotKept) {
  Start();
  Do({ScheduleActivity()});
  const ActivityTask task = PollActivity();
  EXPECT_TRUE(Cancel().ok());
  Do({CancelActivity(5)});
  auto request = Parse<wf::RespondActivityTaskCanceledRequest>("worker_version { build_id: 'v1' }");
  request.set_task_token(task.task_token());
  EXPECT_TRUE(engine_.RespondActivityTaskCanceled(namespace_, request).ok());
  EXPECT_THAT(History(5), testing::AllOf(testing::HasSubstr("ActivityTaskCanceled"),
                                         testing::Not(testing::HasSubstr("worker_version"))));
}

TEST_F(OperatorCallsTest, PriorityOfTheRun_FillsWhatTheActivityLeavesOut) {
  Start("priority { priority_key: 2 fairness_key: 'wf' }");
  Do({ScheduleActivity("a", "start_to_close_timeout { seconds: 10 } priority { priority_key: 4 }")});
  const ActivityTask task = PollActivity();
  EXPECT_EQ(task.priority().priority_key(), 4);
  EXPECT_EQ(task.priority().fairness_key(), "wf");
}

TEST_F(OperatorCallsTest, BuildsAndBinaries_AreListedAsTheyCome) {
  Start();
  const auto complete_as = [&](const std::string& build, const std::string& binary) {
    EXPECT_TRUE(Complete(Poll(), {}, [&](Completion& request) {
                  request.MergeFrom(Parse<Completion>("worker_version_stamp { build_id: '" + build +
                                                      "' } binary_checksum: '" + binary + "'"));
                }).ok());
    EXPECT_TRUE(Signal().ok());
  };
  complete_as("v1", "b1");
  complete_as("v2", "b1");
  const auto& fields = Run().search_attributes->indexed_fields();
  EXPECT_EQ(fields.at("BuildIds").data(), R"(["unversioned","unversioned:v1","unversioned:v2"])");
  EXPECT_EQ(fields.at("BinaryChecksums").data(), R"(["b1","b1"])");
}

}  // namespace
}  // namespace temporal::server
