// Queries on virtual time: direct, sticky then normal, attached, and all the ways in which they fail.
#include <chrono>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/server_harness.h"

namespace temporal::server {
namespace {

using internal::Duration;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Task = wf::PollWorkflowTaskQueueResponse;
using api::enums::v1::QUERY_REJECT_CONDITION_NOT_COMPLETED_CLEANLY;
using api::enums::v1::QUERY_REJECT_CONDITION_NOT_OPEN;
using api::enums::v1::QUERY_RESULT_TYPE_ANSWERED;
using api::enums::v1::QUERY_RESULT_TYPE_FAILED;

class QueryTest : public testing::Test {
 protected:
  std::shared_ptr<Pending<rpc::QueryWorkflow>> Query(Duration timeout = seconds(10),
                                                     api::enums::v1::QueryRejectCondition condition = {}) {
    wf::QueryWorkflowRequest request;
    request.mutable_execution()->set_workflow_id("w");
    request.mutable_query()->set_query_type("q");
    request.set_query_reject_condition(condition);
    return server_.Begin<rpc::QueryWorkflow>(request, timeout);
  }

  absl::Status Respond(const Task& task, const std::string& data) {
    wf::RespondQueryTaskCompletedRequest request;
    request.set_task_token(task.task_token());
    request.set_completed_type(QUERY_RESULT_TYPE_ANSWERED);
    request.mutable_query_result()->add_payloads()->set_data(data);
    return server_.Call<rpc::RespondQueryTaskCompleted>(request).status();
  }

  absl::Status CompleteWithResults(const Task& task, const std::string& data) {
    wf::RespondWorkflowTaskCompletedRequest request;
    request.set_task_token(task.task_token());
    for (const auto& [id, query] : task.queries()) {
      auto& result = (*request.mutable_query_results())[id];
      result.set_result_type(data.empty() ? QUERY_RESULT_TYPE_FAILED : QUERY_RESULT_TYPE_ANSWERED);
      if (data.empty()) {
        result.set_error_message("no such query");
      } else {
        result.mutable_answer()->add_payloads()->set_data(data);
      }
    }
    return server_.Call<rpc::RespondWorkflowTaskCompleted>(request).status();
  }

  static std::string Answer(const Pending<rpc::QueryWorkflow>& query) {
    if (!query.answered()) return "not answered";
    if (!query.answer->ok()) return std::string(query.status().message());
    return query.response().query_result().payloads_size() == 1 ? query.response().query_result().payloads(0).data()
                                                                : query.response().ShortDebugString();
  }

  ServerHarness server_;
};

TEST_F(QueryTest, RunIsIdle_AskedDirectlyWithItsWholeHistory) {
  server_.BeginRun("w");
  const auto query = Query();
  const Task task = server_.Poll();
  EXPECT_EQ(task.query().query_type(), "q");
  EXPECT_EQ(task.started_event_id(), 0);
  EXPECT_EQ(task.previous_started_event_id(), 3);
  EXPECT_EQ(task.history().events_size(), 4);
  ASSERT_TRUE(Respond(task, "answer").ok());
  EXPECT_EQ(Answer(*query), "answer");
  EXPECT_EQ(Respond(task, "again").message(), "query task not found, or already expired");
}

TEST_F(QueryTest, WorkerSaysItFailed_TheCallerGetsItsWords) {
  server_.BeginRun("w");
  const auto query = Query();
  wf::RespondQueryTaskCompletedRequest request;
  request.set_task_token(server_.Poll().task_token());
  request.set_completed_type(QUERY_RESULT_TYPE_FAILED);
  request.set_error_message("bad thing");
  ASSERT_TRUE(server_.Call<rpc::RespondQueryTaskCompleted>(request).ok());
  EXPECT_EQ(query->status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(query->status().message(), "bad thing");
}

TEST_F(QueryTest, WorkerPollsItsStickyQueue_AskedThereWithoutHistory) {
  server_.BeginRun("w", {}, "sticky");
  const auto poll = server_.BeginPoll(seconds(70), "sticky");
  const auto query = Query();
  ASSERT_TRUE(poll->answered());
  EXPECT_EQ(poll->response().history().events_size(), 0);
  ASSERT_TRUE(Respond(poll->response(), "answer").ok());
  EXPECT_EQ(Answer(*query), "answer");
}

TEST_F(QueryTest, NobodyPollsTheStickyQueue_AskedOnTheNormalOneAtOnce) {
  server_.BeginRun("w", {}, "sticky");
  const auto query = Query();
  const Task task = server_.Poll();
  EXPECT_EQ(task.history().events_size(), 4);
  ASSERT_TRUE(Respond(task, "answer").ok());
  EXPECT_EQ(Answer(*query), "answer");
}

TEST_F(QueryTest, StickyWorkerIsSilent_AskedOnTheNormalQueueAfterItsTimeout) {
  server_.BeginRun("w", {}, "sticky");
  const auto sticky = server_.BeginPoll(seconds(70), "sticky");
  const auto query = Query(seconds(30));
  ASSERT_TRUE(sticky->answered());
  const auto normal = server_.BeginPoll();
  server_.Run(seconds(6));
  ASSERT_TRUE(normal->answered());
  EXPECT_EQ(normal->when, seconds(5));
  EXPECT_EQ(Respond(sticky->response(), "late").message(), "query task not found, or already expired");
  ASSERT_TRUE(Respond(normal->response(), "answer").ok());
  EXPECT_EQ(Answer(*query), "answer");
}

TEST_F(QueryTest, WorkflowTaskIsPending_AttachedToIt) {
  server_.Start("w");
  const auto query = Query();
  const Task task = server_.Poll();
  ASSERT_EQ(task.queries_size(), 1);
  ASSERT_TRUE(CompleteWithResults(task, "answer").ok());
  EXPECT_EQ(Answer(*query), "answer");
}

TEST_F(QueryTest, AttachedAndFailed_TheCallerGetsTheWorkersWords) {
  server_.Start("w");
  const auto query = Query();
  ASSERT_TRUE(CompleteWithResults(server_.Poll(), "").ok());
  EXPECT_EQ(query->status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(query->status().message(), "no such query");
}

TEST_F(QueryTest, CameDuringATaskThatClosedTheRun_AskedDirectly) {
  server_.Start("w");
  const Task task = server_.Poll();
  const auto query = Query();
  ASSERT_TRUE(server_.Complete(task, {ServerHarness::CompleteWorkflow()}).ok());
  const Task query_task = server_.Poll();
  EXPECT_EQ(query_task.history().events_size(), 5);
  ASSERT_TRUE(Respond(query_task, "answer").ok());
  EXPECT_EQ(Answer(*query), "answer");
}

TEST_F(QueryTest, SecondWhileOneIsBuffered_IsRefused) {
  server_.Start("w");
  const auto first = Query();
  const auto second = Query();
  EXPECT_EQ(second->status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_FALSE(first->answered());
}

TEST_F(QueryTest, BufferedAndGivenUp_MakesRoomForTheNext) {
  server_.Start("w");
  const auto first = Query();
  first->cancel->Cancel();
  const auto second = Query();
  const Task task = server_.Poll();
  EXPECT_EQ(task.queries_size(), 1);
  ASSERT_TRUE(CompleteWithResults(task, "answer").ok());
  EXPECT_EQ(Answer(*second), "answer");
}

TEST_F(QueryTest, WorkflowTaskKeepsFailing_IsRefused) {
  server_.Start("w");
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(server_.FailTask(server_.Poll()).ok());
  EXPECT_EQ(Answer(*Query()), "Unable to query workflow due to Workflow Task in failed state.");
}

TEST_F(QueryTest, RunClosed_RejectedByCondition) {
  server_.BeginRun("w");
  ASSERT_TRUE(server_.Terminate("w").ok());
  for (const auto condition : {QUERY_REJECT_CONDITION_NOT_OPEN, QUERY_REJECT_CONDITION_NOT_COMPLETED_CLEANLY}) {
    const auto query = Query(seconds(10), condition);
    ASSERT_TRUE(query->answered() && query->answer->ok()) << query->status();
    EXPECT_EQ(query->response().query_rejected().status(), api::enums::v1::WORKFLOW_EXECUTION_STATUS_TERMINATED);
  }
}

TEST_F(QueryTest, ClosedBeforeItsFirstTask_IsNotReady) {
  server_.Start("w");
  ASSERT_TRUE(server_.Terminate("w").ok());
  EXPECT_EQ(Answer(*Query()), "Workflow execution closed before WorkflowTaskStarted event");
}

TEST_F(QueryTest, FirstTaskIsDelayed_WaitsOnlyIfTheDeadlineAllows) {
  server_.Start("w", seconds(4));
  EXPECT_EQ(Answer(*Query(seconds(2))), "Workflow task is not scheduled yet.");
  const auto query = Query(seconds(8));
  const auto poll = server_.BeginPoll();
  server_.Run(seconds(5));
  ASSERT_TRUE(poll->answered());
  EXPECT_EQ(poll->when, seconds(4));
  ASSERT_TRUE(CompleteWithResults(poll->response(), "answer").ok());
  EXPECT_EQ(Answer(*query), "answer");
}

TEST_F(QueryTest, NobodyPolledForTwentySeconds_SaysSoASecondBeforeTheDeadline) {
  server_.BeginRun("w");
  server_.Run(seconds(21));
  const auto query = Query(seconds(5));
  const auto short_one = Query(milliseconds(800));
  server_.Run(seconds(6));
  EXPECT_EQ(Answer(*query), "no poller seen for task queue recently, worker may be down");
  EXPECT_EQ(query->status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(query->when, seconds(25));
  EXPECT_EQ(Answer(*short_one), "no poller seen for task queue recently, worker may be down");
  EXPECT_EQ(short_one->when, seconds(21));
}

TEST_F(QueryTest, WorkerPolledLately_TimesOutAtTheDeadline) {
  server_.BeginRun("w");
  const auto query = Query(seconds(5));
  server_.Run(seconds(6));
  EXPECT_EQ(query->status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(Answer(*query), "query timed out before a worker could process it");
  EXPECT_EQ(query->when, seconds(5));
  const auto poll = server_.BeginPoll(seconds(3));
  server_.Run(seconds(5));
  EXPECT_EQ(poll->response().task_token(), "") << "nobody waits for the answer any more";
}

TEST_F(QueryTest, TokenOfAQueryTask_IsNotThatOfAWorkflowTask) {
  server_.BeginRun("w");
  const auto query = Query();
  const Task task = server_.Poll();
  const absl::Status status = server_.Complete(task);
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(
      std::string(status.message()),
      testing::MatchesRegex("workflow execution not found for workflow ID \"queue\" and run ID \"[-0-9a-f]*\""));
  ASSERT_TRUE(Respond(task, "answer").ok());
  EXPECT_EQ(Answer(*query), "answer");
}

TEST_F(QueryTest, ResultTooLarge_QueryFails) {
  const std::string large(2 * 1024 * 1024 + 1, 'x');
  server_.BeginRun("w");
  const auto direct = Query();
  EXPECT_TRUE(Respond(server_.Poll(), large).ok());
  EXPECT_EQ(Answer(*direct), "Blob data size exceeds limit.");
  EXPECT_EQ(direct->status().code(), absl::StatusCode::kInvalidArgument);
  ASSERT_TRUE(server_.Signal("w").ok());
  const auto attached = Query();
  EXPECT_TRUE(CompleteWithResults(server_.Poll(), large).ok());
  EXPECT_EQ(Answer(*attached), "Blob data size exceeds limit.");
}

}  // namespace
}  // namespace temporal::server
