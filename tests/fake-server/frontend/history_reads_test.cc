// Reading histories: pages, long polls with their exact ends, close events.
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
using testing::ElementsAre;
using testing::IsEmpty;
using Get = rpc::GetWorkflowExecutionHistory;
using GetReverse = rpc::GetWorkflowExecutionHistoryReverse;

template <class Response>
std::vector<std::int64_t> Ids(const Response& response) {
  std::vector<std::int64_t> ids;
  for (const auto& event : response.history().events()) ids.push_back(event.event_id());
  return ids;
}

Get::Request Ask(int page_size = 0, const std::string& token = "") {
  Get::Request request;
  request.mutable_execution()->set_workflow_id("w");
  request.set_maximum_page_size(page_size);
  request.set_next_page_token(token);
  return request;
}

Get::Request AskForMore(const std::string& token) {
  Get::Request request = Ask(0, token);
  request.set_wait_new_event(true);
  return request;
}

Get::Request AskForClose(bool wait) {
  Get::Request request = Ask();
  request.set_wait_new_event(wait);
  request.set_history_event_filter_type(api::enums::v1::HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT);
  return request;
}

class HistoryReadsTest : public testing::Test {
 protected:
  Get::Response Read(const Get::Request& request) {
    auto got = server_.Call<Get>(request);
    EXPECT_TRUE(got.ok()) << got.status();
    return got.ok() ? *std::move(got) : Get::Response();
  }

  ServerHarness server_;
};

TEST_F(HistoryReadsTest, PagesOfOne_HoldOneTransactionEach) {
  server_.BeginRun("w");
  ASSERT_TRUE(server_.Signal("w").ok());
  auto page = Read(Ask(1));
  EXPECT_THAT(Ids(page), ElementsAre(1, 2));
  page = Read(Ask(1, page.next_page_token()));
  EXPECT_THAT(Ids(page), ElementsAre(3));
  page = Read(Ask(1, page.next_page_token()));
  EXPECT_THAT(Ids(page), ElementsAre(4));
  page = Read(Ask(1, page.next_page_token()));
  EXPECT_THAT(Ids(page), ElementsAre(5, 6));
  ASSERT_NE(page.next_page_token(), "") << "a page that is just full is followed by another";
  page = Read(Ask(1, page.next_page_token()));
  EXPECT_THAT(Ids(page), IsEmpty());
  EXPECT_EQ(page.next_page_token(), "");
}

TEST_F(HistoryReadsTest, Backwards_NewestEventFirst) {
  server_.BeginRun("w");
  GetReverse::Request request;
  request.mutable_execution()->set_workflow_id("w");
  request.set_maximum_page_size(2);
  auto page = server_.Call<GetReverse>(request);
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_THAT(Ids(*page), ElementsAre(4, 3));
  request.set_next_page_token(page->next_page_token());
  page = server_.Call<GetReverse>(request);
  EXPECT_THAT(Ids(*page), ElementsAre(2, 1));
  EXPECT_EQ(page->next_page_token(), "");
}

TEST_F(HistoryReadsTest, WaitsForMore_AnsweredByTheNextEvent) {
  server_.BeginRun("w");
  const auto first = Read(AskForMore(""));
  EXPECT_THAT(Ids(first), ElementsAre(1, 2, 3, 4));
  const auto waiting = server_.Begin<Get>(AskForMore(first.next_page_token()), seconds(30));
  EXPECT_FALSE(waiting->answered());
  server_.Run(seconds(3));
  ASSERT_TRUE(server_.Signal("w").ok());
  ASSERT_TRUE(waiting->answered());
  EXPECT_THAT(Ids(waiting->response()), ElementsAre(5, 6));
  EXPECT_EQ(waiting->when, seconds(3));
  EXPECT_NE(waiting->response().next_page_token(), "");
}

TEST_F(HistoryReadsTest, NothingComes_EmptyAnswerWithTokenASecondBeforeTheDeadline) {
  server_.BeginRun("w");
  const std::string token = Read(AskForMore("")).next_page_token();
  const auto soon = server_.Begin<Get>(AskForMore(token), seconds(3));
  const auto late = server_.Begin<Get>(AskForMore(token), seconds(60));
  const auto at_once = server_.Begin<Get>(AskForMore(token), milliseconds(500));
  EXPECT_EQ(at_once->when, seconds(0));
  server_.Run(seconds(61));
  ASSERT_TRUE(soon->answered() && late->answered() && at_once->answered());
  EXPECT_EQ(soon->when, seconds(2));
  EXPECT_EQ(late->when, seconds(20));
  for (const auto& call : {soon, late, at_once}) {
    EXPECT_THAT(Ids(call->response()), IsEmpty());
    EXPECT_EQ(call->response().next_page_token(), token);
  }
}

TEST_F(HistoryReadsTest, ClosedWhileWaiting_AnsweredWithoutToken) {
  server_.BeginRun("w");
  const std::string token = Read(AskForMore("")).next_page_token();
  const auto waiting = server_.Begin<Get>(AskForMore(token));
  ASSERT_TRUE(server_.Terminate("w").ok());
  ASSERT_TRUE(waiting->answered());
  EXPECT_THAT(Ids(waiting->response()), ElementsAre(5));
  EXPECT_EQ(waiting->response().next_page_token(), "");
}

TEST_F(HistoryReadsTest, CloseEvent_WaitsThroughOtherEvents) {
  server_.BeginRun("w");
  const auto waiting = server_.Begin<Get>(AskForClose(/*wait=*/true), seconds(30));
  ASSERT_TRUE(server_.Signal("w").ok());
  EXPECT_FALSE(waiting->answered());
  ASSERT_TRUE(server_.Complete(server_.Poll(), {ServerHarness::CompleteWorkflow()}).ok());
  ASSERT_TRUE(waiting->answered());
  EXPECT_THAT(Ids(waiting->response()), ElementsAre(9));
  EXPECT_THAT(Ids(Read(AskForClose(/*wait=*/true))), ElementsAre(9));
}

TEST_F(HistoryReadsTest, CloseEventWithoutWait_IsWaitedForAllTheSame_ButEmptyMeansNoToken) {
  server_.BeginRun("w");
  const auto long_one = server_.Begin<Get>(AskForClose(/*wait=*/false), seconds(60));
  const auto short_one = server_.Begin<Get>(AskForClose(/*wait=*/false), seconds(4));
  server_.Run(seconds(30));
  EXPECT_EQ(long_one->when, seconds(20));
  EXPECT_EQ(short_one->when, seconds(3));
  EXPECT_THAT(Ids(long_one->response()), IsEmpty());
  EXPECT_EQ(long_one->response().next_page_token(), "");
  const auto answered = server_.Begin<Get>(AskForClose(/*wait=*/false), seconds(10));
  ASSERT_TRUE(server_.Terminate("w").ok());
  ASSERT_TRUE(answered->answered());
  EXPECT_THAT(Ids(answered->response()), ElementsAre(5));
}

TEST_F(HistoryReadsTest, CloseEventOfARunThatGoesOn_EmptyWithTokenToAskAgain) {
  server_.BeginRun("w");
  const auto waiting = server_.Begin<Get>(AskForClose(/*wait=*/true), seconds(60));
  server_.Run(seconds(61));
  EXPECT_EQ(waiting->when, seconds(20));
  EXPECT_THAT(Ids(waiting->response()), IsEmpty());
  EXPECT_NE(waiting->response().next_page_token(), "");
}

TEST_F(HistoryReadsTest, TransientTask_IsShownToSdksAtTheEnd) {
  server_.Start("w");
  ASSERT_TRUE(server_.FailTask(server_.Poll()).ok());
  EXPECT_THAT(Ids(Read(Ask())), ElementsAre(1, 2, 3, 4, 5));
  (void)server_.Poll();
  EXPECT_THAT(Ids(Read(Ask())), ElementsAre(1, 2, 3, 4, 5, 6));
  const auto cli = server_.Begin<Get>(Ask(), seconds(10), {{"client-name", "temporal-cli"}});
  EXPECT_THAT(Ids(cli->response()), ElementsAre(1, 2, 3, 4));
}

TEST_F(HistoryReadsTest, TransientTaskAfterNewEvents_IsShownNoMore) {
  server_.Start("w");
  ASSERT_TRUE(server_.FailTask(server_.Poll()).ok());
  ASSERT_TRUE(server_.Signal("w").ok());
  EXPECT_THAT(Ids(Read(Ask())), ElementsAre(1, 2, 3, 4, 5));
}

TEST_F(HistoryReadsTest, BadTokens_AreRefusedInTheRealWords) {
  server_.BeginRun("w");
  EXPECT_EQ(server_.Call<Get>(Ask(0, "garbage")).status().message(), "Invalid NextPageToken.");
  const std::string token = Read(AskForMore("")).next_page_token();
  auto other = Ask(0, token);
  other.mutable_execution()->set_run_id("11111111-2222-3333-4444-555555555555");
  EXPECT_EQ(server_.Call<Get>(other).status().message(), "RunId in the request does not match the NextPageToken.");
}

TEST_F(HistoryReadsTest, UnknownWorkflow_IsNotFound) {
  const auto got = server_.Call<Get>(Ask());
  EXPECT_EQ(got.status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(got.status().message(), "workflow not found for ID: w");
}

TEST_F(HistoryReadsTest, TokenOfTheOtherDirection_FindsNothing) {
  server_.BeginRun("w");
  const std::string forward = Read(Ask(1)).next_page_token();
  GetReverse::Request request;
  request.mutable_execution()->set_workflow_id("w");
  request.set_next_page_token(forward);
  const auto got = server_.Call<GetReverse>(request);
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_THAT(Ids(*got), IsEmpty());
  EXPECT_EQ(got->next_page_token(), forward);
}

}  // namespace
}  // namespace temporal::server
