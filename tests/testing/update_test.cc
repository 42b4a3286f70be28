// Updates end to end, in process: clients, validators, handlers that wait, updates with a start. At the end of each
// test every run is replayed in every way.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "temporal/testing/testing.h"

namespace temporal::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr WorkflowRef<int(int)> kAccount{"Account"};
constexpr UpdateRef<int(int)> kDeposit{"deposit"};
constexpr UpdateRef<void()> kClose{"close"};
constexpr QueryRef<int()> kBalance{"balance"};
constexpr ActivityRef<int(int)> kBook{"book"};

// Deposits are booked by an activity; what is above 1000 waits for a day first.
class Account {
 public:
  explicit Account(workflow::Context& ctx) : ctx_(ctx) {
    auto deposit = [this](int cents) { return Deposit(cents); };
    auto check = [this](int cents) {
      if (closing_) throw ApplicationFailure("closing", {.type = "Closing"});
      if (cents <= 0) throw ApplicationFailure("not a deposit", {.type = "Invalid"});
    };
    ctx.OnUpdate(kDeposit, deposit, check);
    ctx.OnUpdate(kClose, [this] { closing_ = true; });
    ctx.OnQuery(kBalance, [this] { return balance_; });
  }
  Task<int> Run(int balance) {
    balance_ += balance;
    co_await ctx_.WaitCondition([this] { return closing_ && ctx_.AllHandlersFinished(); });
    co_return balance_;
  }

 private:
  Task<int> Deposit(int cents) {
    if (cents > 1000) co_await ctx_.Sleep(24h);
    const int booked = co_await ctx_.ExecuteActivity(
        kBook, {.start_to_close_timeout = 10s, .retry_policy = {.maximum_attempts = 1}}, cents);
    balance_ += booked;
    co_return balance_;
  }

  workflow::Context& ctx_;
  int balance_ = 0;
  bool closing_ = false;
};

class UpdateTest : public testing::Test {
 protected:
  UpdateTest() {
    env_.RegisterWorkflow<Account>(kAccount);
    env_.RegisterActivity(kBook, [](int cents) {
      if (cents == 13) throw ApplicationFailure("unlucky", {.type = "Unlucky"});
      return cents;
    });
  }
  client::WorkflowHandle<int> Start() { return env_.client().StartWorkflow(kAccount, {.id = "a"}, 100); }

  WorkflowEnvironment env_;
};

TEST_F(UpdateTest, ExecuteUpdate_AnswersWhatTheHandlerReturns) {
  auto account = Start();
  EXPECT_EQ(account.ExecuteUpdate(kDeposit, 5), 105);
  EXPECT_EQ(account.ExecuteUpdate(kDeposit, 6), 111);
  account.ExecuteUpdate(kClose);
  EXPECT_EQ(account.Result(), 111);
}

TEST_F(UpdateTest, HandlerSleeps_TheClockJumpsToItsEndExactly) {
  auto account = Start();
  const TimePoint start = env_.CurrentTime();
  EXPECT_EQ(account.ExecuteUpdate(kDeposit, 2000), 2100);
  EXPECT_EQ(env_.CurrentTime() - start, 24h);
  account.ExecuteUpdate(kClose);
}

TEST_F(UpdateTest, ValidatorRefuses_LeavesNoTraceInTheHistory) {
  auto account = Start();
  env_.RunUntilIdle();
  const auto before = account.Describe().history_length;
  try {
    account.ExecuteUpdate(kDeposit, -1);
    FAIL() << "it was accepted";
  } catch (const UpdateFailedError& error) {
    EXPECT_EQ(std::string(error.what()), "update failed: ApplicationFailure (Invalid): not a deposit");
  }
  EXPECT_EQ(account.Describe().history_length, before);
  EXPECT_EQ(account.ExecuteUpdate(kDeposit, 1), 101);
  account.ExecuteUpdate(kClose);
  EXPECT_EQ(account.Result(), 101);
}

TEST_F(UpdateTest, HandlerFails_TheCallerGetsTheCauseAndTheRunGoesOn) {
  auto account = Start();
  try {
    account.ExecuteUpdate(kDeposit, 13);
    FAIL() << "it did not fail";
  } catch (const UpdateFailedError& error) {
    ASSERT_NE(error.CauseAs<ApplicationFailure>(), nullptr);
    EXPECT_EQ(error.CauseAs<ApplicationFailure>()->type(), "Unlucky");
  }
  EXPECT_EQ(account.Query(kBalance), 100);
}

TEST_F(UpdateTest, StartUpdate_ReturnsOnceItIsAccepted) {
  auto account = Start();
  const TimePoint start = env_.CurrentTime();
  auto deposit = account.StartUpdate(kDeposit, {.id = "d1"}, 2000);
  EXPECT_EQ(env_.CurrentTime(), start);
  EXPECT_EQ(deposit.id(), "d1");
  EXPECT_EQ(account.Query(kBalance), 100);
  EXPECT_EQ(account.StartUpdate(kDeposit, {.id = "d1"}, 2000).Result(), 2100);
  EXPECT_EQ(deposit.Result(), 2100);
  EXPECT_EQ(account.GetUpdateHandle(kDeposit, "d1").Result(), 2100);
}

TEST_F(UpdateTest, SameIdTwice_IsHandledOnce) {
  auto account = Start();
  const client::UpdateOptions options{.id = "d1", .wait_for_stage = client::UpdateStage::kCompleted};
  EXPECT_EQ(account.StartUpdate(kDeposit, options, 5).Result(), 105);
  EXPECT_EQ(account.StartUpdate(kDeposit, options, 7).Result(), 105);
  EXPECT_EQ(account.Query(kBalance), 105);
  const std::string history = account.FetchHistory().Print();
  EXPECT_EQ(history.find("WorkflowExecutionUpdateAccepted"), history.rfind("WorkflowExecutionUpdateAccepted"));
  account.ExecuteUpdate(kClose);
}

TEST_F(UpdateTest, WorkerIsReplacedMeanwhile_TheNextOneFinishesIt) {
  const auto add_worker = [this]() -> worker::Worker& {
    worker::Worker& added = env_.NewWorker("other");
    added.RegisterWorkflow<Account>(kAccount).RegisterActivity(kBook, [](int cents) { return cents; });
    return added;
  };
  worker::Worker& first = add_worker();
  auto account = env_.client().StartWorkflow(kAccount, {.id = "a", .task_queue = "other"}, 100);
  auto deposit = account.StartUpdate(kDeposit, {}, 2000);
  first.Shutdown();
  add_worker();
  EXPECT_EQ(deposit.Result(), 2100);
  EXPECT_EQ(account.ExecuteUpdate(kDeposit, 5), 2105);
  account.ExecuteUpdate(kClose);
  EXPECT_EQ(account.Result(), 2105);
}

constexpr WorkflowRef<int()> kUpdatesItself{"UpdatesItself"};
constexpr ActivityRef<int()> kAskItself{"ask-itself"};

// Its activity asks it for an update.
class UpdatesItself {
 public:
  explicit UpdatesItself(workflow::Context& ctx) : ctx_(ctx) {
    ctx.OnUpdate(kDeposit, [this](int cents) { return balance_ += cents; });
  }
  Task<int> Run() {
    const int told = co_await ctx_.ExecuteActivity(kAskItself, {.start_to_close_timeout = 10s});
    co_return told * 1000 + balance_;
  }

 private:
  workflow::Context& ctx_;
  int balance_ = 1;
};

TEST_F(UpdateTest, AskedByTheWorkflowsOwnActivity_IsHandledWhileItRuns) {
  env_.RegisterWorkflow<UpdatesItself>(kUpdatesItself);
  env_.RegisterActivity(kAskItself, [this](activity::Context& ctx) {
    return env_.client().GetWorkflowHandle(ctx.Info().workflow_id).ExecuteUpdate(kDeposit, 5);
  });
  EXPECT_EQ(env_.client().ExecuteWorkflow(kUpdatesItself, {.id = "u"}), 6006);
}

TEST_F(UpdateTest, StartUpdateThatIsRejected_ThrowsFromResult) {
  auto account = Start();
  auto deposit = account.StartUpdate(kDeposit, {}, 0);
  EXPECT_THROW(deposit.Result(), UpdateFailedError);
}

TEST_F(UpdateTest, CloseWaitsForHandlersThatAreUnderWay) {
  auto account = Start();
  auto deposit = account.StartUpdate(kDeposit, {}, 5000);
  account.ExecuteUpdate(kClose);
  EXPECT_THROW(account.ExecuteUpdate(kDeposit, 1), UpdateFailedError);
  EXPECT_EQ(account.Result(), 5100);
  EXPECT_EQ(deposit.Result(), 5100);
}

TEST_F(UpdateTest, RunIsClosed_NotFound) {
  auto account = Start();
  account.Terminate();
  try {
    account.ExecuteUpdate(kDeposit, 1);
    FAIL() << "it was accepted";
  } catch (const RpcError& error) {
    EXPECT_EQ(error.code(), StatusCode::kNotFound);
    EXPECT_EQ(error.message(), "workflow execution already completed");
  }
}

TEST_F(UpdateTest, WithStart_StartsOnceAndUpdatesTwice) {
  const StartWorkflowOptions options{.id = "a", .id_conflict_policy = WorkflowIdConflictPolicy::kUseExisting};
  EXPECT_EQ(env_.client().ExecuteUpdateWithStart(env_.client().WithStart(kAccount, options, 10), kDeposit, 5), 15);
  EXPECT_EQ(env_.client().ExecuteUpdateWithStart(env_.client().WithStart(kAccount, options, 10), kDeposit, 5), 20);
}

TEST_F(UpdateTest, WithStartThatMustBeNew_TellsThatOneRuns) {
  Start();
  const StartWorkflowOptions options{.id = "a", .id_conflict_policy = WorkflowIdConflictPolicy::kFail};
  EXPECT_THROW(env_.client().ExecuteUpdateWithStart(env_.client().WithStart(kAccount, options, 10), kDeposit, 5),
               WorkflowAlreadyStartedError);
}

}  // namespace
}  // namespace temporal::test
