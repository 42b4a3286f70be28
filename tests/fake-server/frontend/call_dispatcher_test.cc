// Calls from outside: how they are judged, when they are answered, and what becomes of those that are given up.
#include <chrono>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "temporal/api/errordetails/v1/message.pb.h"
#include "tests/support/server_harness.h"

namespace temporal::server {
namespace {

using internal::Duration;
using std::chrono::milliseconds;
using std::chrono::seconds;

// The detail of a status, as text.
template <class Detail>
std::string DetailOf(const absl::Status& status) {
  Detail detail;
  const auto payload = status.GetPayload(absl::StrCat("type.googleapis.com/", Detail::descriptor()->full_name()));
  if (!payload.has_value()) return "none";
  detail.ParseFromString(std::string(*payload));
  return detail.ShortDebugString();
}

struct Unknown : rpc::GetSystemInfo {
  static constexpr internal::RpcMethod kMethod{"temporal.api.workflowservice.v1.WorkflowService", "NoSuchCall"};
};

TEST(CallDispatcherTest, UnknownMethod_IsUnimplemented) {
  ServerHarness server;
  EXPECT_EQ(server.Call<Unknown>({}).status().code(), absl::StatusCode::kUnimplemented);
}

TEST(CallDispatcherTest, UnknownNamespace_IsNotFoundWithItsName) {
  ServerHarness server;
  wf::DescribeWorkflowExecutionRequest request;
  request.set_namespace_("nope");
  const auto got = server.Call<rpc::DescribeWorkflowExecution>(request);
  EXPECT_EQ(got.status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(got.status().message(), "Namespace nope is not found.");
  EXPECT_EQ(DetailOf<api::errordetails::v1::NamespaceNotFoundFailure>(got.status()), "namespace: \"nope\"");
}

TEST(CallDispatcherTest, NamespaceDeprecated_RefusesNewRunsOnly) {
  ServerHarness server;
  wf::DeprecateNamespaceRequest deprecate;
  deprecate.set_namespace_("default");
  ASSERT_TRUE(server.Call<rpc::DeprecateNamespace>(deprecate).ok());
  const auto got = server.Call<rpc::StartWorkflowExecution>({});
  EXPECT_EQ(got.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(got.status().message(), "Namespace has invalid state: Deprecated. Must be Registered.");
  EXPECT_TRUE(server
                  .Call<rpc::DescribeNamespace>([] {
                    wf::DescribeNamespaceRequest request;
                    request.set_namespace_("default");
                    return request;
                  }())
                  .ok());
}

TEST(CallDispatcherTest, CancelledBefore_IsCancelled) {
  ServerHarness server;
  internal::CallOptions options;
  options.cancel = std::make_shared<internal::CallCancel>();
  options.cancel->Cancel();
  absl::Status status;
  internal::Invoke<rpc::GetSystemInfo>(server.server().service(), {}, std::move(options),
                                       [&](auto got) { status = got.status(); });
  server.loop().RunUntilIdle();
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
}

TEST(CallDispatcherTest, PollGivenUp_IsCancelledAndItsTaskGoesToTheNext) {
  ServerHarness server;
  const auto first = server.BeginPoll();
  const auto second = server.BeginPoll();
  first->cancel->Cancel();
  server.loop().RunUntilIdle();
  EXPECT_EQ(first->status().code(), absl::StatusCode::kCancelled);
  server.Start("w");
  ASSERT_TRUE(second->answered());
  EXPECT_NE(second->response().task_token(), "");
}

TEST(CallDispatcherTest, RetryIntervalBeyondAllBounds_IsRefusedInTheRealWords) {
  ServerHarness server;
  rpc::StartWorkflowExecution::Request request;
  request.set_workflow_id("w");
  request.mutable_workflow_type()->set_name("Type");
  request.mutable_task_queue()->set_name("queue");
  const std::pair<std::int64_t, const char*> cases[] = {
      {184'467'441, "MaximumInterval cannot be less than InitialInterval on retry policy."},
      {1'000'000'000'000, "invalid MaximumInterval set on retry policy: negative duration"},
  };
  for (const auto& [interval, error] : cases) {
    request.mutable_retry_policy()->mutable_initial_interval()->set_seconds(interval);
    EXPECT_EQ(server.Call<rpc::StartWorkflowExecution>(request).status(), absl::InvalidArgumentError(error));
  }
  request.mutable_retry_policy()->set_maximum_attempts(1);  // says that there are no retries, so nothing is looked at
  EXPECT_TRUE(server.Call<rpc::StartWorkflowExecution>(request).ok());
}

TEST(CallDispatcherTest, PollWithoutTask_IsAnsweredEmptyASecondBeforeItsDeadline) {
  ServerHarness server;
  const auto poll = server.BeginPoll(milliseconds(2500));
  server.Run(seconds(5));
  ASSERT_TRUE(poll->answered());
  ASSERT_TRUE(poll->status().ok()) << poll->status();
  EXPECT_EQ(poll->response().task_token(), "");
  EXPECT_EQ(poll->when, milliseconds(1500));
}

TEST(CallDispatcherTest, PollWithoutDeadline_IsRefused) {
  ServerHarness server;
  EXPECT_EQ(server.BeginPoll(Duration::zero())->status().message(), "Context timeout is not set.");
  EXPECT_EQ(server.BeginPoll(milliseconds(1999))->status().message(), "Context timeout is too short.");
}

TEST(CallDispatcherTest, ServerDestroyedWithEverythingPending_NobodyIsCalled) {
  ServerHarness server;
  server.BeginRun("w");
  const auto poll = server.BeginPoll();
  wf::GetWorkflowExecutionHistoryRequest read;
  read.mutable_execution()->set_workflow_id("w");
  read.set_wait_new_event(true);
  read.set_history_event_filter_type(api::enums::v1::HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT);
  const auto history = server.Begin<rpc::GetWorkflowExecutionHistory>(read);
  wf::QueryWorkflowRequest query;
  query.mutable_execution()->set_workflow_id("other");
  query.mutable_query()->set_query_type("q");
  server.Start("other");
  const auto buffered = server.Begin<rpc::QueryWorkflow>(query);
  bool answered_late = false;
  internal::Invoke<rpc::GetSystemInfo>(server.server().service(), {}, {}, [&](auto) { answered_late = true; });
  server.DestroyServer();
  history->cancel->Cancel();
  buffered->cancel->Cancel();
  server.Run(std::chrono::hours(1));
  EXPECT_TRUE(poll->answered()) << "with the workflow task of the other run";
  EXPECT_FALSE(history->answered());
  EXPECT_FALSE(buffered->answered());
  EXPECT_FALSE(answered_late);
}

TEST(NamespaceTest, RegisteredTwice_IsRefused) {
  ServerHarness server;
  wf::RegisterNamespaceRequest request;
  request.set_namespace_("new");
  request.mutable_workflow_execution_retention_period()->set_seconds(3599);
  EXPECT_EQ(server.Call<rpc::RegisterNamespace>(request).status().message(),
            "A valid retention period is not set on request.");
  request.mutable_workflow_execution_retention_period()->set_seconds(3600);
  EXPECT_TRUE(server.Call<rpc::RegisterNamespace>(request).ok());
  const auto again = server.Call<rpc::RegisterNamespace>(request);
  EXPECT_EQ(again.status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(again.status().message(), "Namespace \"new\" already exists");
  EXPECT_EQ(DetailOf<api::errordetails::v1::NamespaceAlreadyExistsFailure>(again.status()), "");
}

TEST(NamespaceTest, ListedByPages_EachAppearsOnce) {
  ServerHarness server;
  std::vector<std::string> names;
  wf::ListNamespacesRequest request;
  request.set_page_size(1);
  do {
    const auto page = server.Call<rpc::ListNamespaces>(request);
    ASSERT_TRUE(page.ok()) << page.status();
    ASSERT_EQ(page->namespaces_size(), 1);
    names.push_back(page->namespaces(0).namespace_info().name());
    request.set_next_page_token(page->next_page_token());
  } while (!request.next_page_token().empty());
  EXPECT_THAT(names, testing::ElementsAre("default", "temporal-system"));
}

}  // namespace
}  // namespace temporal::server
