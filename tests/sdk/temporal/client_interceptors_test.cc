// Every call of a client about workflows goes through its interceptors, which may change it.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "temporal/testing/testing.h"

namespace temporal::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

constexpr WorkflowRef<int(int)> kAccount{"Account"};
constexpr UpdateRef<int(int)> kDeposit{"deposit"};
constexpr SignalRef<void(int)> kNote{"note"};

class Account {
 public:
  explicit Account(workflow::Context& ctx) : ctx_(ctx) {
    ctx.OnUpdate(kDeposit, [this](int cents) { return balance_ += cents; });
    ctx.OnSignal(kNote, [this](int cents) { balance_ += cents; });
  }
  Task<int> Run(int balance) {
    balance_ += balance;
    co_await ctx_.WaitCondition([this] { return balance_ >= 100; });
    co_return balance_;
  }

 private:
  workflow::Context& ctx_;
  int balance_ = 0;
};

// Writes down what passes, and makes it ten times as much.
class TenTimes : public client::ClientInterceptor {
 public:
  client::UntypedUpdateHandle StartUpdate(
      client::UpdateWorkflowCall call,
      std::function<client::UntypedUpdateHandle(client::UpdateWorkflowCall)> next) override {
    log.push_back(call.update + " " + call.update_id + " to " + call.workflow_id);
    call.input = TimesTen(call.input);
    call.headers["by"] = ToPayload("me");
    return next(std::move(call));
  }
  client::UntypedUpdateHandle UpdateWithStart(
      client::UpdateWithStartCall call,
      std::function<client::UntypedUpdateHandle(client::UpdateWithStartCall)> next) override {
    log.push_back(call.update + " or start of " + call.workflow_type);
    call.input = TimesTen(call.input);
    return next(std::move(call));
  }
  client::StartedWorkflow SignalWithStart(
      client::SignalWithStartCall call,
      std::function<client::StartedWorkflow(client::SignalWithStartCall)> next) override {
    log.push_back(call.signal + " or start of " + call.workflow_type);
    call.input = TimesTen(call.input);
    call.headers["by"] = ToPayload("me");
    client::StartedWorkflow started = next(std::move(call));
    log.push_back("started " + started.id);
    return started;
  }
  void CancelWorkflow(client::CancelWorkflowCall call, std::function<void(client::CancelWorkflowCall)> next) override {
    call.reason += ", ten times";
    next(std::move(call));
  }
  void TerminateWorkflow(client::TerminateWorkflowCall call,
                         std::function<void(client::TerminateWorkflowCall)> next) override {
    if (call.reason == "no") return;
    call.details = {ToPayload("detail")};
    next(std::move(call));
  }

  std::vector<std::string> log;

 private:
  static Payloads TimesTen(const Payloads& input) { return {ToPayload(10 * FromPayload<int>(input.at(0)))}; }
};

class ClientInterceptors : public testing::Test {
 protected:
  ClientInterceptors() { env_.RegisterWorkflow<Account>(kAccount); }

  TenTimes ten_times_;
  client::ClientInterceptor* const interceptors_[1] = {&ten_times_};
  WorkflowEnvironment env_{{.client_interceptors = interceptors_}};
};

TEST_F(ClientInterceptors, Update_IsSeenAndChanged) {
  auto account = env_.client().StartWorkflow(kAccount, {.id = "a"}, 1);
  EXPECT_EQ(account.StartUpdate(kDeposit, {.id = "u"}, 2).Result(), 21);
  EXPECT_EQ(account.ExecuteUpdate(kDeposit, 8), 101);
  ASSERT_EQ(ten_times_.log.size(), 2u);
  EXPECT_EQ(ten_times_.log[0], "deposit u to a");
  EXPECT_THAT(account.FetchHistory().Print(), testing::HasSubstr("header={fields={by=\"me\"}}"));
}

TEST_F(ClientInterceptors, UpdateWithStart_IsSeenAndChanged) {
  const auto start =
      env_.client().WithStart(kAccount, {.id = "a", .id_conflict_policy = WorkflowIdConflictPolicy::kUseExisting}, 1);
  EXPECT_EQ(env_.client().ExecuteUpdateWithStart(start, kDeposit, 2), 20);
  EXPECT_THAT(ten_times_.log, ElementsAre("deposit or start of Account"));
}

TEST_F(ClientInterceptors, SignalWithStart_IsSeenAndChanged) {
  auto account = env_.client().SignalWithStart(env_.client().WithStart(kAccount, {.id = "a"}, 1), kNote, 10);
  EXPECT_EQ(account.Result(), 101);
  EXPECT_THAT(ten_times_.log, ElementsAre("note or start of Account", "started a"));
}

TEST_F(ClientInterceptors, CancelAndTerminate_AreChangedOrHeldBack) {
  auto account = env_.client().StartWorkflow(kAccount, {.id = "a"}, 1);
  env_.RunUntilIdle();
  account.Terminate("no");
  EXPECT_EQ(account.Describe().status, client::WorkflowStatus::kRunning);
  account.Cancel("enough");
  account.Terminate("yes");
  const std::string history = account.FetchHistory().Print();
  EXPECT_THAT(history, testing::HasSubstr("enough, ten times"));
  EXPECT_THAT(history, testing::HasSubstr("\"detail\""));
}

}  // namespace
}  // namespace temporal::test
