// Children and external workflows end to end, on virtual time; every run is replayed at the end of each test.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "temporal/testing/testing.h"
#include "tests/testing/sample_workflows.h"

namespace temporal::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr WorkflowRef<int(int)> kParent{"Parent"};
constexpr WorkflowRef<std::string()> kText{"Text"};
constexpr WorkflowRef<int(int)> kDouble{"Double"};
constexpr WorkflowRef<void()> kPatient{"Patient"};
constexpr KeywordKey kKeyword{"CustomKeywordField"};

Task<int> Double(workflow::Context& ctx, int n) {
  co_await ctx.Sleep(1h);
  if (n < 0) throw ApplicationFailure("negative", {.type = "Negative", .non_retryable = true});
  co_return 2 * n;
}

// Waits to be cancelled; takes an hour to obey.
Task<void> Patient(workflow::Context& ctx) {
  co_await ctx.WaitCancelled();
  auto detached = workflow::CancellationScope::Detached(ctx);
  co_await detached->Sleep(1h);
  throw CanceledFailure("obeyed");
}

std::string StatusOf(const WorkflowEnvironment& env, std::string_view id) {
  return std::string(client::ToString(env.client().GetWorkflowHandle(id).Describe().status));
}

TEST(ChildWorkflows, ManyAtOnce_TakeTheTimeOfOne) {
  WorkflowEnvironment env;
  env.RegisterWorkflow(kDouble, Double).RegisterWorkflow(kParent, [](workflow::Context& ctx, int n) -> Task<int> {
    std::vector<Future<int>> children;
    for (int i = 0; i < n; ++i) children.push_back(ctx.ExecuteChildWorkflow(kDouble, {}, i));
    int sum = 0;
    for (const int value : co_await workflow::All{children}) sum += value;
    co_return sum;
  });
  const TimePoint start = env.CurrentTime();
  EXPECT_EQ(env.client().ExecuteWorkflow(kParent, {.id = "p"}, 10), 90);
  EXPECT_EQ(env.CurrentTime() - start, 1h);
  EXPECT_EQ(env.Histories().size(), 11u);
}

TEST(ChildWorkflows, Failure_ArrivesWithItsWholeChain) {
  WorkflowEnvironment env;
  env.RegisterWorkflow(kDouble, Double).RegisterWorkflow(kParent, [](workflow::Context& ctx, int n) -> Task<int> {
    co_return co_await ctx.ExecuteChildWorkflow(kDouble, {.id = "c"}, n);
  });
  try {
    env.client().ExecuteWorkflow(kParent, {.id = "p"}, -1);
    ADD_FAILURE() << "it should have failed";
  } catch (const WorkflowFailedError& error) {
    const auto* child = dynamic_cast<const ChildWorkflowFailure*>(&error.cause());
    ASSERT_NE(child, nullptr);
    EXPECT_EQ(child->workflow_id(), "c");
    EXPECT_EQ(child->retry_state(), RetryState::kRetryPolicyNotSet);
    EXPECT_EQ(child->CauseAs<ApplicationFailure>()->type(), "Negative");
  }
}

TEST(ChildWorkflows, Retry_ParentSeesTheLastAttempt) {
  int attempts = 0;
  WorkflowEnvironment env;
  env.RegisterWorkflow(kDouble,
                       [&attempts](workflow::Context& ctx, int n) -> Task<int> {
                         if (!ctx.Info().replaying) ++attempts;
                         if (ctx.Info().attempt < 3) throw ApplicationFailure("not yet");
                         co_return n;
                       })
      .RegisterWorkflow(kParent, [](workflow::Context& ctx, int n) -> Task<int> {
        co_return co_await ctx.ExecuteChildWorkflow(
            kDouble, {.id = "c", .retry_policy = {.initial_interval = 60s, .maximum_attempts = 3}}, n);
      });
  const TimePoint start = env.CurrentTime();
  EXPECT_EQ(env.client().ExecuteWorkflow(kParent, {.id = "p"}, 5), 5);
  EXPECT_EQ(env.CurrentTime() - start, 60s + 120s);
  EXPECT_EQ(attempts, 3);
}

TEST(ChildWorkflows, ContinueAsNew_ParentSeesTheLastRun) {
  WorkflowEnvironment env;
  env.RegisterWorkflow(kDouble,
                       [](workflow::Context& ctx, int n) -> Task<int> {
                         co_await ctx.Sleep(1h);
                         if (n < 3) ctx.ContinueAsNew(kDouble, {}, n + 1);
                         co_return n;
                       })
      .RegisterWorkflow(kParent, [](workflow::Context& ctx, int n) -> Task<int> {
        co_return co_await ctx.ExecuteChildWorkflow(kDouble, {.id = "c"}, n);
      });
  const TimePoint start = env.CurrentTime();
  EXPECT_EQ(env.client().ExecuteWorkflow(kParent, {.id = "p"}, 0), 3);
  EXPECT_EQ(env.CurrentTime() - start, 4h);
}

TEST(ChildWorkflows, OptionsArriveAtTheChild) {
  const SearchAttributeDefinition attributes_known[] = {kKeyword};
  WorkflowEnvironment env({.search_attributes = attributes_known});
  env.RegisterWorkflow(kText,
                       [](workflow::Context& ctx) -> Task<std::string> {
                         const workflow::Info& info = ctx.Info();
                         co_return kKeyword.In(info.search_attributes).value_or("none") + " " +
                             info.Memo<std::string>("why").value_or("none") + " " +
                             std::to_string(info.priority.priority_key) + " " + std::string(info.priority.fairness_key);
                       })
      .RegisterWorkflow(kParent, [](workflow::Context& ctx, int) -> Task<int> {
        const MemoEntry memo[] = {{"why", ToPayload(std::string("tests"))}};
        const SearchAttributeUpdate attributes[] = {kKeyword.Set("blue")};
        const ChildWorkflowOptions options{.id = "c",
                                           .memo = memo,
                                           .search_attributes = attributes,
                                           .summary = "a child",
                                           .static_details = "in detail",
                                           .priority = {.priority_key = 2, .fairness_key = "tenant"}};
        const std::string seen = co_await ctx.ExecuteChildWorkflow(kText, options);
        co_return seen == "blue tests 2 tenant" ? 1 : 0;
      });
  EXPECT_EQ(env.client().ExecuteWorkflow(kParent, {.id = "p"}, 1), 1);
  const auto child = env.client().GetWorkflowHandle("c").Describe();
  EXPECT_EQ(child.static_summary, "a child");
  EXPECT_EQ(child.static_details, "in detail");
}

// Each run but the last of a cron chain begins the next; the parent waits for one that is not followed by another.
TEST(ChildWorkflows, Cron_RunsUntilItIsCancelled) {
  int runs = 0;
  WorkflowEnvironment env;
  env.RegisterWorkflow(kDouble,
                       [&runs](workflow::Context& ctx, int n) -> Task<int> {
                         if (!ctx.Info().replaying) ++runs;
                         co_await ctx.Sleep(10min);
                         co_return n;
                       })
      .RegisterWorkflow(kParent, [](workflow::Context& ctx, int n) -> Task<int> {
        const auto child = co_await ctx.StartChildWorkflow(kDouble, {.id = "c", .cron_schedule = "0 * * * *"}, n);
        co_await ctx.Sleep(150min);
        child.Cancel("enough");
        try {
          co_await child.Result();
        } catch (const ChildWorkflowFailure&) {
          co_return 1;
        }
        co_return 0;
      });
  const TimePoint start = env.CurrentTime();
  EXPECT_EQ(env.client().ExecuteWorkflow(kParent, {.id = "p"}, 5), 1);
  EXPECT_EQ(env.CurrentTime() - start, 150min) << "a run that waits for its turn is told at once";
  EXPECT_EQ(runs, 3);
}

TEST(ChildWorkflows, SignalThroughTheHandle_IsHeard) {
  WorkflowEnvironment env;
  env.RegisterWorkflow<Listener>(kListener).RegisterWorkflow(kText, [](workflow::Context& ctx) -> Task<std::string> {
    const auto listener = co_await ctx.StartChildWorkflow(kListener, {.id = "l"});
    co_await ctx.Sleep(1h);
    co_await listener.Signal(kTell, std::string("news"));
    co_return co_await listener.Result();
  });
  EXPECT_EQ(env.client().ExecuteWorkflow(kText, {.id = "p"}), "news");
}

TEST(ChildWorkflows, IdInUse_StartThrows) {
  WorkflowEnvironment env;
  env.RegisterWorkflow<Listener>(kListener).RegisterWorkflow(kText, [](workflow::Context& ctx) -> Task<std::string> {
    const auto outcome = co_await workflow::Try(ctx.StartChildWorkflow(kListener, {.id = "l"}));
    co_return outcome.ok() ? "started" : outcome.failure()->CauseAs<ApplicationFailure>()->type();
  });
  env.client().StartWorkflow(kListener, {.id = "l"});
  EXPECT_EQ(env.client().ExecuteWorkflow(kText, {.id = "p"}), "WorkflowAlreadyStartedError");
}

// -- Cancellation -------------------------------------------------------------------------------------

template <ChildWorkflowCancellationType type>
Task<void> WaitsForPatient(workflow::Context& ctx) {
  co_await ctx.ExecuteChildWorkflow(
      kPatient, {.id = "c", .parent_close_policy = ParentClosePolicy::kAbandon, .cancellation_type = type});
}

struct HowCancelled {
  Task<void> (*parent)(workflow::Context&);
  Duration parent_takes;
  std::string child_then, child_later;
};

TEST(ChildWorkflows, Cancellation_EachTypeAtItsTime) {
  constexpr WorkflowRef<void()> kWaits{"Waits"};
  const std::vector<HowCancelled> cases = {
      {WaitsForPatient<ChildWorkflowCancellationType::kWaitCancellationCompleted>, 1h, "Canceled", "Canceled"},
      {WaitsForPatient<ChildWorkflowCancellationType::kWaitCancellationRequested>, 0h, "Running", "Canceled"},
      {WaitsForPatient<ChildWorkflowCancellationType::kTryCancel>, 0h, "Running", "Running"},
      {WaitsForPatient<ChildWorkflowCancellationType::kAbandon>, 0h, "Running", "Running"},
  };
  for (const HowCancelled& how : cases) {
    WorkflowEnvironment env;
    env.RegisterWorkflow(kPatient, Patient).RegisterWorkflow(kWaits, how.parent);
    auto parent = env.client().StartWorkflow(kWaits, {.id = "p"});
    env.Sleep(10h);
    const TimePoint asked = env.CurrentTime();
    parent.Cancel();
    EXPECT_THROW(parent.Result(), WorkflowFailedError);
    EXPECT_EQ(env.CurrentTime() - asked, how.parent_takes);
    EXPECT_EQ(StatusOf(env, "p"), "Canceled");
    EXPECT_EQ(StatusOf(env, "c"), how.child_then);
    env.Sleep(10h);
    EXPECT_EQ(StatusOf(env, "c"), how.child_later);
  }
}

TEST(ChildWorkflows, HandlesCancel_AndItsResultTells) {
  WorkflowEnvironment env;
  env.RegisterWorkflow(kPatient, Patient).RegisterWorkflow(kText, [](workflow::Context& ctx) -> Task<std::string> {
    const auto child = co_await ctx.StartChildWorkflow(kPatient, {.id = "c"});
    child.Cancel("enough");
    const auto outcome = co_await workflow::Try(child.Result());
    co_return outcome.failure()->Describe();
  });
  const TimePoint start = env.CurrentTime();
  EXPECT_THAT(env.client().ExecuteWorkflow(kText, {.id = "p"}), HasSubstr("caused by CanceledFailure"));
  EXPECT_EQ(env.CurrentTime() - start, 1h);
}

// -- The parent's end ---------------------------------------------------------------------------------

template <ParentClosePolicy policy>
Task<void> LeavesPatient(workflow::Context& ctx) {
  co_await ctx.StartChildWorkflow(kPatient, {.id = "c", .parent_close_policy = policy});
}

TEST(ChildWorkflows, ParentCloses_EachPolicy) {
  constexpr WorkflowRef<void()> kLeaves{"Leaves"};
  const std::vector<std::pair<Task<void> (*)(workflow::Context&), std::string>> cases = {
      {LeavesPatient<ParentClosePolicy::kTerminate>, "Terminated"},
      {LeavesPatient<ParentClosePolicy::kRequestCancel>, "Canceled"},
      {LeavesPatient<ParentClosePolicy::kAbandon>, "Running"},
  };
  for (const auto& [leaves, status] : cases) {
    WorkflowEnvironment env;
    env.RegisterWorkflow(kPatient, Patient).RegisterWorkflow(kLeaves, leaves);
    env.client().ExecuteWorkflow(kLeaves, {.id = "p"});
    env.Sleep(10h);
    EXPECT_EQ(StatusOf(env, "c"), status);
  }
}

TEST(ChildWorkflows, Info_NamesParentAndRoot) {
  constexpr WorkflowRef<std::string(int)> kFamily{"Family"};
  WorkflowEnvironment env;
  env.RegisterWorkflow(kFamily, [](workflow::Context& ctx, int depth) -> Task<std::string> {
    constexpr WorkflowRef<std::string(int)> kSelf{"Family"};
    if (depth > 0) co_return co_await ctx.ExecuteChildWorkflow(kSelf, {.id = depth == 2 ? "b" : "c"}, depth - 1);
    co_return ctx.Info().parent->workflow_id + " " + ctx.Info().root->workflow_id;
  });
  EXPECT_EQ(env.client().ExecuteWorkflow(kFamily, {.id = "a"}, 2), "b a");
}

// -- External workflows -------------------------------------------------------------------------------

TEST(ExternalWorkflows, SignalAndCancel_Arrive) {
  WorkflowEnvironment env;
  env.RegisterWorkflow<Listener>(kListener)
      .RegisterWorkflow(kPatient, Patient)
      .RegisterWorkflow(kText, [](workflow::Context& ctx) -> Task<std::string> {
        co_await ctx.GetExternalWorkflowHandle("l").Signal(kTell, std::string("news"));
        co_await ctx.GetExternalWorkflowHandle("c").Cancel("enough");
        const auto outcome = co_await workflow::Try(ctx.GetExternalWorkflowHandle("nobody").Signal("tell", "what"));
        co_return outcome.failure()->Describe();
      });
  auto listener = env.client().StartWorkflow(kListener, {.id = "l"});
  auto patient = env.client().StartWorkflow(kPatient, {.id = "c"});
  EXPECT_THAT(env.client().ExecuteWorkflow(kText, {.id = "p"}), HasSubstr("ExternalWorkflowExecutionNotFound"));
  EXPECT_EQ(listener.Result(), "news");
  EXPECT_THROW(patient.Result(), WorkflowFailedError);
  EXPECT_EQ(StatusOf(env, "c"), "Canceled");
}

}  // namespace
}  // namespace temporal::test
