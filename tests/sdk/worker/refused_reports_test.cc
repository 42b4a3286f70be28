// Outcomes that no server takes as they are: what becomes of them is the same in process as over gRPC, and no attempt
// waits for its timeout.
#include <chrono>
#include <stdexcept>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "temporal/testing/testing.h"
#include "tests/sdk/worker/grpc_server_fixture.h"

namespace temporal::internal {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr WorkflowRef<std::string()> kAsks{"Asks"};
constexpr ActivityRef<std::string()> kAnswers{"Answers"};
constexpr SignalRef<void()> kBadSignal{"bad \xff"};
constexpr std::size_t kTooMuch = 10'000'000;

Task<std::string> Asks(workflow::Context& ctx) {
  co_return co_await ctx.ExecuteActivity(kAnswers,
                                         {.start_to_close_timeout = 1h, .retry_policy = {.maximum_attempts = 1}});
}

template <class F>
std::string WhatOf(F call) {
  try {
    call();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "nothing was thrown";
}

class RefusedReportsTest : public GrpcServerTest {
 protected:
  // How `Asks` fails, in process and over gRPC.
  template <class Set>
  void ExpectFailure(Set set, const ::testing::Matcher<std::string>& expected) {
    EXPECT_THAT(InProcess(set), expected) << "in process";
    EXPECT_THAT(OverGrpc(set), expected) << "over gRPC";
  }

  template <class Set>
  std::string InProcess(Set set) {
    test::WorkflowEnvironment env;
    set(env.default_worker());
    return WhatOf([&] { env.client().ExecuteWorkflow(kAsks, {.id = "asks"}); });
  }
  template <class Set>
  std::string OverGrpc(Set set) {
    const client::Client client = Connect();
    const std::string id = "asks-" + std::to_string(++runs_);
    worker::Worker worker(client, {.task_queue = id});
    set(worker);
    worker.Start();
    return WhatOf([&] { client.ExecuteWorkflow(kAsks, {.id = id, .task_queue = id}); });
  }

  int runs_ = 0;
};

// The code of the activity.
auto Answering(std::string (*code)()) {
  return [code](worker::Worker& worker) { worker.RegisterWorkflow(kAsks, Asks).RegisterActivity(kAnswers, code); };
}

TEST_F(RefusedReportsTest, AnExceptionInAnotherEncoding_IsTheFailureInUtf8) {
  ExpectFailure(Answering([]() -> std::string { throw std::runtime_error("bad \xff\xfe text, g\xC3\xA9nial"); }),
                HasSubstr("bad \xEF\xBF\xBD\xEF\xBF\xBD text, g\xC3\xA9nial"));
  ExpectFailure(Answering([]() -> std::string { throw ApplicationFailure("m", {.type = "T\xff"}); }),
                HasSubstr("T\xEF\xBF\xBD"));
}

TEST_F(RefusedReportsTest, AWorkflowsExceptionInAnotherEncoding_IsItsFailureInUtf8) {
  ExpectFailure(
      [](worker::Worker& worker) {
        worker.RegisterWorkflow(kAsks, [](workflow::Context&) -> Task<std::string> {
          throw ApplicationFailure("wf \xff");
          co_return "";
        });
      },
      HasSubstr("wf \xEF\xBF\xBD"));
}

TEST_F(RefusedReportsTest, AnOutcomeThatIsTooLarge_FailsTheAttemptAtOnceAndSaysWhy) {
  const auto expected = AllOf(HasSubstr("ApplicationFailure (GrpcMessageTooLarge)"),
                              HasSubstr("the activity's report was refused: RESOURCE_EXHAUSTED: grpc: received message "
                                        "larger than max (10000"),
                              HasSubstr(" vs. 4194304)"));
  ExpectFailure(Answering([] { return std::string(kTooMuch, 'x'); }), expected);
  ExpectFailure(Answering([]() -> std::string { throw std::runtime_error(std::string(kTooMuch, 'x')); }), expected);
}

TEST_F(RefusedReportsTest, AResultThatTheServerCuts_FailsTheAttemptInTheServersWords) {
  ExpectFailure(Answering([] { return std::string(3'000'000, 'x'); }),
                HasSubstr("Complete result exceeds size limit."));
}

TEST_F(RefusedReportsTest, AClientsTextThatIsNotUtf8_IsNotSent) {
  const auto signal = [](const client::Client& client) {
    return WhatOf([&] { client.GetWorkflowHandle("w").Signal(kBadSignal); });
  };
  const std::string expected =
      "INVALID_ARGUMENT: SignalWorkflowExecution: signal_name is not valid UTF-8, and was not sent";
  test::WorkflowEnvironment env;
  EXPECT_EQ(signal(env.client()), expected);
  EXPECT_EQ(signal(Connect()), expected);
}

TEST_F(RefusedReportsTest, AWorkerWithAQueueThatIsNotUtf8_DoesNotStart) {
  test::WorkflowEnvironment env;
  worker::Worker worker(env.client(), {.task_queue = "q\xff"});
  worker.RegisterWorkflow(kAsks, Asks);
  EXPECT_EQ(WhatOf([&] { worker.Start(); }), "WorkerOptions::task_queue is not valid UTF-8: q\xEF\xBF\xBD");
}

}  // namespace
}  // namespace temporal::internal
