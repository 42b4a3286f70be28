// Workflow code that keeps the loop's thread: the watchdog's report, and what a worker makes of it.
#include <chrono>
#include <future>
#include <string>

#include "gmock/gmock.h"
#include "sdk/worker/watchdog.h"
#include "tests/sdk/worker/worker_fixture.h"
#include "tests/support/history_builder.h"

namespace temporal::internal {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Duration kShort = 80ms;

struct Code {
  std::string run = "Pay p-1";
  std::atomic<std::source_location> resumed_at{};
  UserCode code() const { return {&run, &resumed_at}; }
};

TEST(Watch, CodeThatRunsTooLong_IsReportedWhileItRuns) {
  Code pay;
  std::promise<std::string> reported;
  Watch watch(kShort, [&](const UserCode& code) { reported.set_value(*code.run); });
  watch.Enter(pay.code());
  EXPECT_EQ(reported.get_future().get(), "Pay p-1");
  EXPECT_TRUE(watch.Leave());
}

TEST(Watch, CodeThatLeavesInTime_IsNotReported) {
  Code pay;
  Watch watch(1h, [](const UserCode&) { ADD_FAILURE(); });
  watch.Enter(pay.code());
  EXPECT_FALSE(watch.Leave());
  EXPECT_FALSE(watch.Leave());
}

// Another watch is seen to be looked at meanwhile.
TEST(Watch, WithoutALimit_NothingIsWatched) {
  Code pay, other;
  Watch unwatched(Duration::zero(), [](const UserCode&) { ADD_FAILURE(); });
  unwatched.Enter(pay.code());
  std::promise<void> reported;
  Watch watch(kShort, [&](const UserCode&) { reported.set_value(); });
  watch.Enter(other.code());
  reported.get_future().wait();
  EXPECT_TRUE(watch.Leave());
  EXPECT_FALSE(unwatched.Leave());
}

constexpr WorkflowRef<int()> kStuck{"Stuck"};

// Waits for the watchdog's report on its second task, the first time that it gets there.
std::promise<void>* g_reported = nullptr;
int g_line = 0;

Task<int> Stuck(workflow::Context& ctx) {
  g_line = __LINE__ + 1;
  co_await ctx.Sleep(1s);
  if (auto* reported = std::exchange(g_reported, nullptr)) reported->get_future().wait();
  co_return 1;
}

class BlockingWorkflowTest : public WorkerTest {
 protected:
  using Failed = rpc::RespondWorkflowTaskFailed::Request;

  BlockingWorkflowTest() {
    service().AlwaysOk<rpc::RespondWorkflowTaskCompleted>();
    service().AlwaysOk<rpc::RespondWorkflowTaskFailed>();
    host_->on_blocks = [this](const std::string& report, const google::protobuf::Message* failure) {
      report_ = report;
      if (failure != nullptr) failure_ = std::make_unique<Failed>(static_cast<const Failed&>(*failure));
      reported_.set_value();
    };
    g_reported = &reported_;
    worker_ = std::make_unique<worker::Worker>(
        client_, worker::WorkerOptions{.max_concurrent_workflow_polls = 2, .deadlock_detection_timeout = kShort});
    worker_->RegisterWorkflow(kStuck, Stuck);
    worker_->Start();
    Settle();
  }

  // The task at which the code blocks.
  void GiveTask(const HistoryBuilder& history, int attempt = 1) {
    WorkflowTaskProto task;
    task.set_task_token("token");
    task.mutable_workflow_execution()->set_workflow_id("id-1");
    task.mutable_workflow_execution()->set_run_id("run-1");
    task.set_attempt(attempt);
    *task.mutable_history() = history.history();
    service().Answer<rpc::PollWorkflowTaskQueue>(task);
    Settle();
  }
  static HistoryBuilder TimerFired() {
    HistoryBuilder history("Stuck");
    history.Task();
    history.TimerFired(history.TimerStarted("1", 1s), "1");
    history.OpenTask();
    return history;
  }

  std::promise<void> reported_;
  std::string report_;
  std::unique_ptr<Failed> failure_;
  std::unique_ptr<worker::Worker> worker_;
};

TEST_F(BlockingWorkflowTest, ItsTask_FailsWhileItBlocks_AndItsAnswerIsDropped) {
  GiveTask(TimerFired());
  ASSERT_NE(failure_, nullptr);
  EXPECT_EQ(failure_->task_token(), "token");
  EXPECT_EQ(failure_->namespace_(), "default");
  EXPECT_EQ(failure_->cause(), api::enums::v1::WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE);
  EXPECT_EQ(failure_->failure().application_failure_info().type(), "PotentialDeadlock");
  EXPECT_THAT(failure_->failure().message(),
              AllOf(HasSubstr("[TMPRL1101] Potential deadlock detected: workflow Stuck id-1 didn't yield within 0.08 "
                              "second(s). The coroutine that runs was resumed at "),
                    HasSubstr("blocking_workflow_test.cc:" + std::to_string(g_line))));
  EXPECT_EQ(report_, failure_->failure().message());
  EXPECT_THAT(log_.lines, ElementsAre(report_));
  EXPECT_THAT(service().Requests<rpc::RespondWorkflowTaskCompleted>(), IsEmpty());
  EXPECT_THAT(service().Requests<rpc::RespondWorkflowTaskFailed>(), IsEmpty());
  // The run was dropped, and begins anew from its whole history.
  GiveTask(TimerFired(), 2);
  ASSERT_EQ(service().Requests<rpc::RespondWorkflowTaskCompleted>().size(), 1u);
}

TEST_F(BlockingWorkflowTest, ALaterAttempt_IsNotToldAgain) {
  GiveTask(TimerFired(), 2);
  EXPECT_EQ(failure_, nullptr);
  EXPECT_THAT(report_, HasSubstr("TMPRL1101"));
  EXPECT_THAT(service().Requests<rpc::RespondWorkflowTaskCompleted>(), IsEmpty());
}

}  // namespace
}  // namespace temporal::internal
