// Queries that cannot be answered: what the caller is told.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "temporal/testing/testing.h"

namespace temporal::test {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr WorkflowRef<void()> kCounter{"Counter"};
constexpr QueryRef<int(int)> kPlus{"plus"};

class Counter {
 public:
  explicit Counter(workflow::Context& ctx) : ctx_(ctx) {
    ctx.OnQuery(kPlus, [](int by) { return 40 + by; });
  }
  Task<void> Run() { co_await ctx_.Sleep(1000h); }

 private:
  workflow::Context& ctx_;
};

template <class Error, class F>
std::string Told(F call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(Queries, ArgumentsThatTheHandlerDoesNotTake_AreNamed) {
  WorkflowEnvironment env;
  env.RegisterWorkflow<Counter>(kCounter);
  const auto counter = env.client().StartWorkflow(kCounter, {.id = "c"});
  EXPECT_EQ(counter.Query(kPlus, 2), 42);
  EXPECT_THAT(Told<QueryFailedError>([&] { counter.QueryPayloads("plus", {ToPayload("two")}); }),
              AllOf(HasSubstr("argument 1"), HasSubstr("two")));
  EXPECT_THAT(Told<QueryFailedError>([&] { counter.QueryPayloads("plus", {}); }),
              HasSubstr("expected 1 value, found 0"));
  EXPECT_EQ(counter.Query(kPlus, 1), 41) << "the run goes on";
}

TEST(Queries, AnswerOfAnotherType_IsNamed) {
  WorkflowEnvironment env;
  env.RegisterWorkflow<Counter>(kCounter);
  const auto counter = env.client().StartWorkflow(kCounter, {.id = "c"});
  EXPECT_THAT(Told<ConversionError>([&] { (void)counter.Query(QueryRef<std::string(int)>("plus"), 2); }),
              HasSubstr("42"));
}

// On virtual time no deadline passes: what is missing is told at once.
TEST(Queries, NoWorkerWasEverThere_StallsAndNamesTheQueue) {
  WorkflowEnvironment env({.check_replay = false});
  const auto counter = env.client().StartWorkflow(kCounter, {.id = "c", .task_queue = "nobody"});
  EXPECT_THAT(Told<StalledError>([&] { (void)counter.Query(kPlus, 2); }),
              AllOf(HasSubstr("QueryWorkflow has stalled"), HasSubstr("no worker polls task queue \"nobody\"")));
}

TEST(Queries, WorkerHasGone_StallsAndNamesTheQueue) {
  WorkflowEnvironment env({.check_replay = false});
  worker::Worker& other = env.NewWorker("other");
  other.RegisterWorkflow<Counter>(kCounter);
  const auto counter = env.client().StartWorkflow(kCounter, {.id = "c", .task_queue = "other"});
  EXPECT_EQ(counter.Query(kPlus, 2), 42);
  other.Shutdown();
  EXPECT_THAT(Told<StalledError>([&] { (void)counter.Query(kPlus, 2); }),
              HasSubstr("no worker polls task queue \"other\""));
}

}  // namespace
}  // namespace temporal::test
