// Lists and counts of workflows, and the replay of what a query finds.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "temporal/testing/testing.h"

namespace temporal::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr WorkflowRef<int(int)> kNap{"Nap"};

Task<int> TakeNap(workflow::Context& ctx, int seconds) {
  co_await ctx.Sleep(std::chrono::seconds(seconds));
  co_return seconds;
}

class VisibilityTest : public ::testing::Test {
 protected:
  VisibilityTest() { env_.RegisterWorkflow(kNap, TakeNap); }

  // Naps w1 … w5, each started an hour after the other; the first three have slept for a second.
  void StartFive() {
    for (int i = 1; i <= 5; ++i) {
      env_.client().StartWorkflow(kNap, {.id = "w" + std::to_string(i)}, i <= 3 ? 1 : 1'000'000);
      env_.Sleep(1h);
    }
  }
  std::vector<std::string> Ids(std::string_view query, const ListWorkflowsOptions& options = {}) {
    std::vector<std::string> ids;
    for (const auto& found : env_.client().ListWorkflows(query, options)) ids.push_back(found.workflow_id);
    return ids;
  }

  WorkflowEnvironment env_;
};

TEST_F(VisibilityTest, List_OpenOnesFirstThenTheLastClosed_WhateverThePage) {
  StartFive();
  for (const int page_size : {0, 1, 2, 5, 100}) {
    EXPECT_THAT(Ids("", {.page_size = page_size}), ElementsAre("w5", "w4", "w3", "w2", "w1")) << page_size;
  }
  EXPECT_THAT(Ids("", {.page_size = 2, .limit = 2}), ElementsAre("w5", "w4"));
  EXPECT_THAT(Ids("", {.page_size = 2, .limit = 3}), ElementsAre("w5", "w4", "w3"));
  EXPECT_THAT(Ids("WorkflowType = 'Nothing'"), IsEmpty());
  EXPECT_THAT(Ids("ExecutionStatus = 'Completed' AND WorkflowId != 'w2'"), ElementsAre("w3", "w1"));
}

TEST_F(VisibilityTest, Entry_TellsWhatIsKnownOfTheRun) {
  StartFive();
  auto list = env_.client().ListWorkflows("WorkflowId = 'w1'");
  const client::WorkflowDescription found = *list.begin();
  EXPECT_EQ(found.workflow_type, "Nap");
  EXPECT_EQ(found.status, client::WorkflowStatus::kCompleted);
  EXPECT_EQ(found.close_time.value() - found.start_time, 1s);
  EXPECT_EQ(found.run_id, env_.client().GetWorkflowHandle("w1").Describe().run_id);
  EXPECT_GT(found.history_length, 0);
}

TEST_F(VisibilityTest, Count_InAllAndByStatus) {
  StartFive();
  EXPECT_EQ(env_.client().CountWorkflows().count, 5);
  const auto count = env_.client().CountWorkflows("WorkflowType = 'Nap' GROUP BY ExecutionStatus");
  EXPECT_EQ(count.count, 5);
  std::vector<std::string> groups;
  for (const auto& group : count.groups) {
    groups.push_back(FromPayload<std::string>(group.values.at(0)) + " " + std::to_string(group.count));
  }
  EXPECT_THAT(groups, ElementsAre("Completed 3", "Running 2"));
}

TEST_F(VisibilityTest, BadQuery_Throws) {
  try {
    Ids("WorkflowType = x");
    FAIL() << "it was understood";
  } catch (const RpcError& error) {
    EXPECT_EQ(error.code(), StatusCode::kInvalidArgument);
    EXPECT_THAT(error.message(), HasSubstr("did you forget to quote \"x\"?"));
  }
}

TEST_F(VisibilityTest, Replayer_TakesWhatAQueryFinds) {
  StartFive();
  WorkflowReplayer same;
  same.RegisterWorkflow(kNap, TakeNap);
  const ReplayReport report = same.ReplayQuery(env_.client(), "WorkflowType = 'Nap'");
  EXPECT_EQ(report.results.size(), 5U);
  EXPECT_TRUE(report.clean()) << report.Print();

  WorkflowReplayer changed;
  changed.RegisterWorkflow(kNap, [](workflow::Context& ctx, int seconds) -> Task<int> {
    co_await ctx.Sleep(std::chrono::seconds(seconds));
    co_await ctx.Sleep(1s);
    co_return seconds;
  });
  const std::string query = "ExecutionStatus = 'Completed'";
  EXPECT_EQ(changed.ReplayQuery(env_.client(), query).results.size(), 3U);
  const ReplayReport first = changed.ReplayQuery(env_.client(), query, OnMismatch::kFailFast);
  ASSERT_EQ(first.results.size(), 1U);
  EXPECT_FALSE(first.results[0].clean);
  EXPECT_THAT(first.results[0].source, HasSubstr("w3 "));
}

}  // namespace
}  // namespace temporal::test
