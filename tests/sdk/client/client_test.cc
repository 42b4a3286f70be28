// What a client sends, and what it makes of the answers.
#include "temporal/client.h"

#include <chrono>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sdk/transport/rpcs.h"
#include "temporal/api/errordetails/v1/message.pb.h"
#include "tests/support/scripted_service.h"

namespace temporal::internal {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr WorkflowRef<std::string(int)> kWork{"Work"};
constexpr SignalRef<void(int)> kPoke{"poke"};
constexpr QueryRef<std::string()> kState{"state"};

using HistoryResponse = api::workflowservice::v1::GetWorkflowExecutionHistoryResponse;

template <class Detail>
absl::Status WithDetail(absl::Status status, const Detail& detail) {
  status.SetPayload("type.googleapis.com/" + Detail::descriptor()->full_name(),
                    absl::Cord(absl::string_view(detail.SerializeAsString())));
  return status;
}

class ClientTest : public testing::Test {
 protected:
  ClientTest() {
    ClientCore::Options options;
    options.default_task_queue = "queue";
    client_ = client::Client(std::make_shared<ClientCore>(host_, options));
  }
  ScriptedService& service() { return host_->service(); }

  // A close event of the kind that `set` makes.
  template <class Set>
  static HistoryResponse Closed(Set set) {
    HistoryResponse response;
    set(*response.mutable_history()->add_events());
    return response;
  }
  static HistoryResponse Completed(const std::string& json, const std::string& next_run = "") {
    return Closed([&](auto& event) {
      auto& completed = *event.mutable_workflow_execution_completed_event_attributes();
      auto& payload = *completed.mutable_result()->add_payloads();
      (*payload.mutable_metadata())["encoding"] = "json/plain";
      payload.set_data(json);
      completed.set_new_execution_run_id(next_run);
    });
  }

  std::shared_ptr<ScriptedHost> host_ = std::make_shared<ScriptedHost>();
  client::Client client_{nullptr};
};

TEST_F(ClientTest, Start_SendsTheOptionsAndKnowsTheRun) {
  service().Always<rpc::StartWorkflowExecution>([](const auto&) {
    rpc::StartWorkflowExecution::Response response;
    response.set_run_id("run-1");
    return response;
  });
  const MemoEntry memo[] = {{"who", ToPayload(std::string("me"))}};
  auto handle = client_.StartWorkflow(kWork,
                                      {.id = "w-1",
                                       .execution_timeout = 1h,
                                       .run_timeout = 1min,
                                       .task_timeout = 5s,
                                       .id_reuse_policy = WorkflowIdReusePolicy::kRejectDuplicate,
                                       .id_conflict_policy = WorkflowIdConflictPolicy::kUseExisting,
                                       .retry_policy = {.maximum_attempts = 3},
                                       .start_delay = 2s,
                                       .memo = memo,
                                       .request_id = "request-1"},
                                      7);
  EXPECT_EQ(handle.id(), "w-1");
  EXPECT_EQ(handle.run_id(), "run-1");
  EXPECT_EQ(
      PrintMessage(service().Requests<rpc::StartWorkflowExecution>().at(0), {.ids = true}),
      "{namespace=default workflow_id=w-1 workflow_type=Work task_queue=queue input=[7] workflow_execution_timeout=1h "
      "workflow_run_timeout=1m workflow_task_timeout=5s identity=tester request_id=request-1 "
      "workflow_id_reuse_policy=RejectDuplicate retry_policy={maximum_attempts=3} memo={fields={who=\"me\"}} "
      "workflow_start_delay=2s workflow_id_conflict_policy=UseExisting}");
}

TEST_F(ClientTest, TwoStarts_HaveIdsAndRequestIdsOfTheirOwn) {
  service().AlwaysOk<rpc::StartWorkflowExecution>();
  const auto first = client_.StartWorkflow(kWork, {}, 1);
  const auto second = client_.StartWorkflow(kWork, {}, 1);
  EXPECT_NE(first.id(), second.id());
  const auto requests = service().Requests<rpc::StartWorkflowExecution>();
  EXPECT_NE(requests.at(0).request_id(), requests.at(1).request_id());
}

TEST_F(ClientTest, AStartThatIsRefused_NamesIdAndRun) {
  service().Always<rpc::StartWorkflowExecution>([](const auto&) {
    api::errordetails::v1::WorkflowExecutionAlreadyStartedFailure detail;
    detail.set_run_id("run-0");
    return WithDetail(absl::AlreadyExistsError("Workflow execution is already running."), detail);
  });
  try {
    client_.StartWorkflow(kWork, {.id = "w-1"}, 1);
    ADD_FAILURE() << "accepted";
  } catch (const WorkflowAlreadyStartedError& error) {
    EXPECT_EQ(error.workflow_id(), "w-1");
    EXPECT_EQ(error.run_id(), "run-0");
    EXPECT_STREQ(error.what(), "ALREADY_EXISTS: Workflow execution is already running.");
  }
}

TEST_F(ClientTest, ErrorsOfTheService_KeepCodeAndText) {
  for (int code = 1; code <= 16; ++code) {
    service().Always<rpc::SignalWorkflowExecution>(
        [&](const auto&) { return absl::Status(static_cast<absl::StatusCode>(code), "why"); });
    try {
      client_.GetWorkflowHandle("w-1").Signal(kPoke, 1);
      ADD_FAILURE() << code << " was accepted";
    } catch (const RpcError& error) {
      EXPECT_EQ(static_cast<int>(error.code()), code);
      EXPECT_EQ(error.message(), "why");
    }
  }
}

TEST_F(ClientTest, AQueryThatFails_IsAnErrorOfItsOwn) {
  service().Always<rpc::QueryWorkflow>([](const auto&) {
    return WithDetail(absl::InvalidArgumentError("no such query"), api::errordetails::v1::QueryFailedFailure());
  });
  EXPECT_THROW(client_.GetWorkflowHandle("w-1").Query(kState), QueryFailedError);
  service().Always<rpc::QueryWorkflow>([](const auto&) {
    rpc::QueryWorkflow::Response response;
    response.mutable_query_rejected()->set_status(api::enums::v1::WORKFLOW_EXECUTION_STATUS_COMPLETED);
    return response;
  });
  EXPECT_THROW(client_.GetWorkflowHandle("w-1").Query(kState), QueryRejectedError);
}

TEST_F(ClientTest, AQueryThatNoWorkerAnswers_KeepsTheServersCodeAndText) {
  const absl::Status gone = absl::FailedPreconditionError("no poller seen for task queue recently, worker may be down");
  for (const absl::Status& said : {gone, absl::DeadlineExceededError("context deadline exceeded")}) {
    service().Always<rpc::QueryWorkflow>([&](const auto&) { return said; });
    try {
      client_.GetWorkflowHandle("w-1").Query(kState);
      ADD_FAILURE() << said << " was accepted";
    } catch (const QueryFailedError&) {
      ADD_FAILURE() << said << ": no handler has failed";
    } catch (const RpcError& error) {
      EXPECT_EQ(static_cast<int>(error.code()), static_cast<int>(said.code()));
      EXPECT_EQ(error.message(), std::string(said.message()));
    }
  }
}

TEST_F(ClientTest, ACallThatNobodyAnswers_StallsWithoutLettingTimePass) {
  const TimePoint before = host_->loop().Now();
  host_->loop().PostAt(before + 1h, TimerKind::kHistory, [] {});
  EXPECT_THROW(client_.GetWorkflowHandle("w-1").Signal(kPoke, 1), StalledError);
  EXPECT_EQ(host_->loop().Now(), before);
  EXPECT_EQ(service().waiting<rpc::SignalWorkflowExecution>(), 0) << "the call was not given up";
}

TEST_F(ClientTest, Result_SendsTheLongPollAgain_AndLetsTimePassMeanwhile) {
  const TimePoint before = host_->loop().Now();
  const auto expire = [&](const std::string& token) {
    return [this, token] {
      HistoryResponse response;
      response.set_next_page_token(token);
      service().Answer<rpc::GetWorkflowExecutionHistory>(response);
    };
  };
  host_->loop().PostAt(before + 20s, TimerKind::kIdle, expire("token-1"));
  host_->loop().PostAt(before + 40s, TimerKind::kIdle, expire("token-2"));
  host_->loop().PostAt(before + 1h, TimerKind::kHistory,
                       [&] { service().Answer<rpc::GetWorkflowExecutionHistory>(Completed("\"done\"")); });
  EXPECT_EQ(client_.GetWorkflowHandle(kWork, "w-1", "run-1").Result(), "done");
  EXPECT_EQ(host_->loop().Now() - before, 1h);
  EXPECT_THAT(service().Log(), ElementsAre("+0s GetWorkflowExecutionHistory", "+20s GetWorkflowExecutionHistory",
                                           "+40s GetWorkflowExecutionHistory"));
  const auto requests = service().Requests<rpc::GetWorkflowExecutionHistory>();
  EXPECT_EQ(requests.at(2).next_page_token(), "token-2");
  EXPECT_TRUE(requests.at(2).wait_new_event());
}

TEST_F(ClientTest, Result_FollowsTheRunsOfAChain) {
  service().Always<rpc::GetWorkflowExecutionHistory>([](const auto& request) {
    const std::string& run = request.execution().run_id();
    if (run == "run-1") {
      return Closed([](auto& event) {
        event.mutable_workflow_execution_continued_as_new_event_attributes()->set_new_execution_run_id("run-2");
      });
    }
    if (run == "run-2") {
      return Closed([](auto& event) {
        event.mutable_workflow_execution_failed_event_attributes()->set_new_execution_run_id("run-3");
      });
    }
    if (run == "run-3") {
      return Closed([](auto& event) {
        event.mutable_workflow_execution_timed_out_event_attributes()->set_new_execution_run_id("run-4");
      });
    }
    return run == "run-4" ? Completed("\"cron\"", "run-5") : Completed("\"last\"");
  });
  EXPECT_EQ(client_.GetWorkflowHandle(kWork, "w-1", "run-1").Result(), "last");
}

TEST_F(ClientTest, ARunThatDidNotComplete_ThrowsItsKindOfFailure) {
  const auto cause_of = [&](auto set) -> std::string {
    service().Always<rpc::GetWorkflowExecutionHistory>([&](const auto&) { return Closed(set); });
    try {
      client_.GetWorkflowHandle(kWork, "w-1").Result();
      return "completed";
    } catch (const WorkflowFailedError& error) {
      return error.cause().Describe();
    }
  };
  EXPECT_EQ(cause_of([](auto& event) {
              auto& failure = *event.mutable_workflow_execution_failed_event_attributes()->mutable_failure();
              failure.set_message("boom");
              failure.mutable_application_failure_info()->set_type("Bad");
            }),
            "ApplicationFailure (Bad): boom");
  EXPECT_EQ(cause_of([](auto& event) { event.mutable_workflow_execution_canceled_event_attributes(); }),
            "CanceledFailure: workflow canceled");
  EXPECT_EQ(cause_of([](auto& event) {
              event.mutable_workflow_execution_terminated_event_attributes()->set_reason("enough");
            }),
            "TerminatedFailure: enough");
  EXPECT_EQ(cause_of([](auto& event) { event.mutable_workflow_execution_timed_out_event_attributes(); }),
            "TimeoutFailure (StartToClose): workflow timed out");
}

TEST_F(ClientTest, TryResult_DoesNotAskForTheEndOfAnOpenRun) {
  auto status = api::enums::v1::WORKFLOW_EXECUTION_STATUS_RUNNING;
  service().Always<rpc::DescribeWorkflowExecution>([&](const auto&) {
    rpc::DescribeWorkflowExecution::Response response;
    response.mutable_workflow_execution_info()->set_status(status);
    return response;
  });
  EXPECT_EQ(client_.GetWorkflowHandle(kWork, "w-1").TryResult(), std::nullopt);
  EXPECT_THAT(service().Log(), ElementsAre("+0s DescribeWorkflowExecution"));
  status = api::enums::v1::WORKFLOW_EXECUTION_STATUS_COMPLETED;
  service().Always<rpc::GetWorkflowExecutionHistory>([](const auto&) { return Completed("\"done\""); });
  EXPECT_EQ(client_.GetWorkflowHandle(kWork, "w-1").TryResult(), "done");
}

TEST_F(ClientTest, FetchHistory_JoinsThePages) {
  service().Always<rpc::GetWorkflowExecutionHistory>([](const auto& request) {
    HistoryResponse response;
    const bool first = request.next_page_token().empty();
    response.mutable_history()->add_events()->set_event_id(first ? 1 : 2);
    if (first) response.set_next_page_token("more");
    return response;
  });
  const WorkflowHistory history = client_.GetWorkflowHandle("w-1", "run-1").FetchHistory();
  EXPECT_EQ(history.size(), 2);
  EXPECT_EQ(history.workflow_id(), "w-1");
  EXPECT_EQ(history.run_id(), "run-1");
}

TEST_F(ClientTest, AsyncActivities_AreNamedByTokenOrByIds) {
  service().AlwaysOk<rpc::RespondActivityTaskCompleted>();
  service().AlwaysOk<rpc::RespondActivityTaskFailedById>();
  service().Always<rpc::RecordActivityTaskHeartbeat>([](const auto&) {
    rpc::RecordActivityTaskHeartbeat::Response response;
    response.set_cancel_requested(true);
    return response;
  });
  client_.GetAsyncActivityHandle("token").Complete(std::string("ok"));
  EXPECT_EQ(service().Requests<rpc::RespondActivityTaskCompleted>().at(0).task_token(), "token");
  client_.GetAsyncActivityHandle("w-1", "run-1", "5").Fail(TimeoutFailure("late", TimeoutType::kHeartbeat));
  const auto failed = service().Requests<rpc::RespondActivityTaskFailedById>().at(0);
  EXPECT_EQ(failed.activity_id(), "5");
  EXPECT_EQ(failed.failure().application_failure_info().type(), "TimeoutFailure");
  EXPECT_TRUE(failed.failure().cause().has_timeout_failure_info());
  EXPECT_THROW(client_.GetAsyncActivityHandle("token").Heartbeat(1), CanceledFailure);
}

}  // namespace
}  // namespace temporal::internal
