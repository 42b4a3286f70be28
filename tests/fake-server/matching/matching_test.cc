// Task queues on virtual time: who gets which task, and when polls end.
#include "fake-server/matching/matching.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fake-server/clock/event_loop.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"
#include "temporal/fake_server.h"

namespace temporal::server {
namespace {

using internal::Duration;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using Request = WorkflowTasks::Request;
using Response = WorkflowTasks::Response;

// What became of one poll.
struct Poll {
  std::optional<std::string> token;  // empty text: the empty answer
  Duration when{};                   // since the start
  std::shared_ptr<internal::CallCancel> cancel = std::make_shared<internal::CallCancel>();
};

class MatchingTest : public testing::Test {
 protected:
  std::shared_ptr<Poll> StartPoll(Duration timeout, const std::string& identity = "w", const std::string& key = "") {
    auto poll = std::make_shared<Poll>();
    Request request;
    request.set_identity(identity);
    request.set_worker_instance_key(key);
    CallContext context;
    context.timeout = timeout;
    if (timeout != Duration::zero()) context.deadline = loop_.Now() + timeout;
    context.cancel = poll->cancel;
    queues_->Poll(kQueue, request, context, [this, poll](auto response) {
      EXPECT_FALSE(poll->token.has_value()) << "answered twice";
      poll->token = (*response)->task_token();
      poll->when = loop_.Now() - begin_;
    });
    return poll;
  }

  MatchingTaskId Add(const std::string& token) {
    return queues_->Add(kQueue, [token](const Request&, Response& response) {
      response.set_task_token(token);
      return true;
    });
  }
  void AddStale() {
    queues_->Add(kQueue, [this](const Request&, Response&) {
      ++stale_offered_;
      return false;
    });
  }

  void Run(Duration time) { loop_.RunUntil(loop_.Now() + time); }

  const QueueKey kQueue{"namespace", "queue"};
  VirtualLoop loop_;
  const internal::TimePoint begin_ = loop_.Now();
  DynamicConfig config_;
  std::optional<TaskQueues<WorkflowTasks>> queues_{std::in_place, loop_, config_};
  int stale_offered_ = 0;
};

TEST_F(MatchingTest, TaskWaits_FirstPollGetsIt) {
  Add("a");
  Add("b");
  const auto first = StartPoll(seconds(70));
  const auto second = StartPoll(seconds(70));
  EXPECT_EQ(first->token, "a");
  EXPECT_EQ(second->token, "b");
}

TEST_F(MatchingTest, PollersWait_LongestWaitingGetsTheTaskInATaskOfItsOwn) {
  const auto first = StartPoll(seconds(70));
  const auto second = StartPoll(seconds(70));
  Run(seconds(3));
  Add("a");
  EXPECT_EQ(first->token, std::nullopt);
  loop_.RunUntilIdle();
  EXPECT_EQ(first->token, "a");
  EXPECT_EQ(second->token, std::nullopt);
  Add("b");
  loop_.RunUntilIdle();
  EXPECT_EQ(second->token, "b");
}

TEST_F(MatchingTest, StaleTask_IsDroppedAndThePollerTriesTheNext) {
  AddStale();
  AddStale();
  Add("a");
  const auto poll = StartPoll(seconds(70));
  EXPECT_EQ(poll->token, "a");
  EXPECT_EQ(stale_offered_, 2);
}

TEST_F(MatchingTest, OnlyStaleTasks_ThePollerKeepsItsPlace) {
  const auto first = StartPoll(seconds(70));
  const auto second = StartPoll(seconds(70));
  AddStale();
  loop_.RunUntilIdle();
  EXPECT_EQ(stale_offered_, 1);
  Add("a");
  loop_.RunUntilIdle();
  EXPECT_EQ(first->token, "a");
  EXPECT_EQ(second->token, std::nullopt);
}

TEST_F(MatchingTest, NoTask_LongPollEndsASecondBeforeItsLimit) {
  const auto patient = StartPoll(seconds(70));
  const auto unlimited = StartPoll(Duration::zero());
  Run(seconds(80));
  EXPECT_EQ(patient->token, "");
  EXPECT_EQ(patient->when, seconds(59));
  EXPECT_EQ(unlimited->when, seconds(59));
}

TEST_F(MatchingTest, CallersDeadlineIsNearer_EmptyAnswerASecondBefore) {
  const auto poll = StartPoll(milliseconds(2500));
  Run(seconds(80));
  EXPECT_EQ(poll->token, "");
  EXPECT_EQ(poll->when, milliseconds(1500));
}

TEST_F(MatchingTest, LongPolls_NeverMakeTheClockJump) {
  StartPoll(seconds(70));
  EXPECT_EQ(loop_.BlockUntil([] { return false; }, internal::Skip::kAllowed), internal::BlockResult::kStalled);
  EXPECT_EQ(loop_.Now(), begin_);
}

TEST_F(MatchingTest, CallGivenUp_ItsTaskGoesToTheNextPoller) {
  const auto first = StartPoll(seconds(70));
  const auto second = StartPoll(seconds(70));
  first->cancel->Cancel();
  Add("a");
  Run(seconds(80));
  EXPECT_EQ(first->token, std::nullopt);
  EXPECT_EQ(second->token, "a");
}

TEST_F(MatchingTest, TaskWithdrawn_NobodyGetsIt) {
  const MatchingTaskId task = Add("a");
  Add("b");
  queues_->Withdraw(kQueue, task);
  EXPECT_EQ(StartPoll(seconds(70))->token, "b");
}

TEST_F(MatchingTest, QueryWaits_IsNotCountedAsBacklog) {
  queues_->AddQuery(kQueue, [](const Request&, Response&) { return false; });
  EXPECT_THAT(queues_->Waiting(), IsEmpty());
  Add("a");
  ASSERT_EQ(queues_->Waiting().size(), 1u);
  EXPECT_EQ(queues_->Waiting()[0].waiting_tasks, 1);
}

TEST_F(MatchingTest, RecentPoller_IsOneThatWaitsOrCameOrWentWithinTheWindow) {
  EXPECT_FALSE(queues_->HasRecentPoller(kQueue, seconds(10)));
  StartPoll(seconds(31));
  Run(seconds(29));
  EXPECT_TRUE(queues_->HasRecentPoller(kQueue, seconds(10))) << "it waits";
  Run(seconds(11));  // it went 10 seconds ago
  EXPECT_TRUE(queues_->HasRecentPoller(kQueue, seconds(10)));
  Run(milliseconds(1));
  EXPECT_FALSE(queues_->HasRecentPoller(kQueue, seconds(10)));
}

TEST_F(MatchingTest, Pollers_AreRememberedByIdentityForFiveMinutes) {
  StartPoll(seconds(11), "a");
  StartPoll(seconds(21), "b");
  Run(seconds(20));
  const auto pollers = queues_->Pollers(kQueue);
  ASSERT_EQ(pollers.size(), 2u);
  EXPECT_EQ(pollers[0].identity, "a");
  EXPECT_EQ(pollers[0].last_access, begin_ + seconds(10));
  EXPECT_EQ(pollers[1].last_access, begin_ + seconds(20));
  Run(seconds(291));
  ASSERT_EQ(queues_->Pollers(kQueue).size(), 1u);
  EXPECT_EQ(queues_->Pollers(kQueue)[0].identity, "b");
}

TEST_F(MatchingTest, WorkerShutsDown_ItsPollsEndAtOnceAndOthersStay) {
  const auto gone = StartPoll(seconds(70), "a", "instance 1");
  const auto stays = StartPoll(seconds(70), "b", "instance 2");
  queues_->EndPolls(kQueue, "instance 1");
  EXPECT_EQ(gone->token, "");
  EXPECT_EQ(stays->token, std::nullopt);
}

TEST_F(MatchingTest, StickyQueueKilled_NobodyHasPolledIt) {
  const auto poll = StartPoll(seconds(70));
  queues_->Kill(kQueue);
  EXPECT_EQ(poll->token, "");
  EXPECT_FALSE(queues_->HasRecentPoller(kQueue, seconds(10)));
}

TEST_F(MatchingTest, QueuesOfTwoNamespaces_AreApart) {
  queues_->Add({"other", "queue"}, [](const Request&, Response&) { return true; });
  const auto poll = StartPoll(seconds(3));
  Run(seconds(5));
  EXPECT_EQ(poll->token, "");
}

TEST_F(MatchingTest, OfferAddsATask_ItIsServedToo) {
  queues_->Add(kQueue, [this](const Request&, Response& response) {
    response.set_task_token("a");
    Add("b");
    return true;
  });
  EXPECT_EQ(StartPoll(seconds(70))->token, "a");
  EXPECT_EQ(StartPoll(seconds(70))->token, "b");
}

TEST_F(MatchingTest, DestroyedWithPollsAndTasks_NobodyIsCalled) {
  const auto poll = StartPoll(seconds(70));
  Add("a");
  queues_.reset();
  Run(seconds(80));
  poll->cancel->Cancel();
  EXPECT_EQ(poll->token, std::nullopt);
}

}  // namespace
}  // namespace temporal::server
