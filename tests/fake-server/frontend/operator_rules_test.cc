// What is asked of operators' calls before a run is looked up; and what is known of task queues.
#include <string>

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "sdk/base/proto_time.h"
#include "tests/support/server_harness.h"

namespace temporal::server {
namespace {

using std::chrono::seconds;

class OperatorRulesTest : public testing::Test {
 protected:
  // The message of the error that the call of this request gets; "OK" if none.
  template <class Rpc>
  std::string Ask(const std::string& text) {
    typename Rpc::Request request;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &request)) << text;
    const auto got = server_.Call<Rpc>(request);
    return got.ok() ? "OK" : std::string(got.status().message());
  }

  ServerHarness server_;
};

TEST_F(OperatorRulesTest, PendingActivity_WorkflowAndActivityMustBeNamed) {
  EXPECT_EQ(Ask<rpc::PauseActivity>("id: 'a'"), "WorkflowId is not set on request.");
  EXPECT_EQ(Ask<rpc::ResetActivity>("id: 'a' execution { workflow_id: 'w' run_id: 'x' }"), "RunId is not valid UUID.");
  EXPECT_EQ(Ask<rpc::UnpauseActivity>("execution { workflow_id: 'w' }"),
            "Either Activity.Id or Activity.Type should be set on request.");
  EXPECT_EQ(Ask<rpc::PauseActivity>("id: 'a' execution { workflow_id: 'w' }"), "workflow not found for ID: w");
}

TEST_F(OperatorRulesTest, ActivityOptions_MaskAndOptionsBelongTogether) {
  const std::string activity = "id: 'a' execution { workflow_id: 'w' } ";
  EXPECT_EQ(Ask<rpc::UpdateActivityOptions>(activity), "ActivityOptions are not provided");
  EXPECT_EQ(Ask<rpc::UpdateActivityOptions>(activity + "activity_options { }"), "UpdateMask is not provided");
  EXPECT_EQ(Ask<rpc::UpdateActivityOptions>(activity + "restore_original: true update_mask { }"),
            "Both UpdateMask and RestoreOriginal are provided");
}

TEST_F(OperatorRulesTest, WorkflowOptions_PathsMustExist) {
  const std::string run = "workflow_execution { workflow_id: 'w' } ";
  EXPECT_EQ(Ask<rpc::UpdateWorkflowExecutionOptions>(run), "UpdateMask is required");
  EXPECT_EQ(Ask<rpc::UpdateWorkflowExecutionOptions>(run + "update_mask { }"), "WorkflowExecutionOptions is required");
  EXPECT_EQ(Ask<rpc::UpdateWorkflowExecutionOptions>(run + "workflow_execution_options { } update_mask { paths: "
                                                           "'priority.nope' }"),
            "error parsing UpdateMask: proto:\u00a0invalid path \"priority.nope\" for message "
            "\"temporal.api.workflow.v1.WorkflowExecutionOptions\"");
  EXPECT_EQ(Ask<rpc::UpdateWorkflowExecutionOptions>(run + "workflow_execution_options { priority { priority_key: -1 } "
                                                           "} update_mask { paths: 'priority' }"),
            "priority key can't be negative");
  EXPECT_EQ(Ask<rpc::UpdateWorkflowExecutionOptions>(run + "workflow_execution_options { versioning_override { "
                                                           "behavior: 99 } } update_mask { paths: "
                                                           "'versioning_override' }"),
            "override behavior 99 not recognized");
}

TEST_F(OperatorRulesTest, NexusPoll_NobodyHasTasks_EmptyASecondBeforeTheDeadline) {
  rpc::PollNexusTaskQueue::Request request;
  request.mutable_task_queue()->set_name("queue");
  const auto poll = server_.Begin<rpc::PollNexusTaskQueue>(request, seconds(30));
  EXPECT_FALSE(poll->answered());
  server_.Run(seconds(60));
  EXPECT_EQ(poll->when, seconds(29));
  EXPECT_TRUE(poll->response().task_token().empty());
}

TEST_F(OperatorRulesTest, Partitions_FourOfEachKind) {
  rpc::ListTaskQueuePartitions::Request request;
  request.mutable_task_queue()->set_name("q");
  const auto got = server_.Call<rpc::ListTaskQueuePartitions>(request);
  ASSERT_TRUE(got.ok()) << got.status();
  ASSERT_EQ(got->workflow_task_queue_partitions_size(), 4);
  EXPECT_EQ(got->workflow_task_queue_partitions(0).key(), "q");
  EXPECT_EQ(got->activity_task_queue_partitions(3).key(), "/_sys/q/3");
}

TEST_F(OperatorRulesTest, Reset_NeedsARunAndARequestId) {
  using Reset = rpc::ResetWorkflowExecution;
  EXPECT_EQ(Ask<Reset>("request_id: 'r'"), "Execution is not set on request.");
  EXPECT_EQ(Ask<Reset>("request_id: 'r' workflow_execution { }"), "WorkflowId is not set on request.");
  EXPECT_EQ(Ask<Reset>("request_id: 'r' workflow_execution { workflow_id: 'w' run_id: 'x' }"), "Invalid RunId.");
  EXPECT_EQ(Ask<Reset>("workflow_execution { workflow_id: 'w' }"), "RequestId is not set on request.");
  EXPECT_EQ(Ask<Reset>("workflow_execution { workflow_id: 'w' } request_id: '" + std::string(1001, 'r') + "'"),
            "RequestId length exceeds limit.");
  EXPECT_EQ(Ask<Reset>("workflow_execution { workflow_id: 'w' } request_id: 'r'"), "workflow not found for ID: w");
}

TEST_F(OperatorRulesTest, Reset_DescribeTellsBothRunsOfIt) {
  const std::string base = server_.Start("w");
  server_.Poll();
  server_.Run(seconds(5));
  EXPECT_EQ(Ask<rpc::ResetWorkflowExecution>(
                "workflow_execution { workflow_id: 'w' } request_id: 'r' workflow_task_finish_event_id: 3"),
            "OK");
  const auto describe = [&](const std::string& run_id) {
    rpc::DescribeWorkflowExecution::Request request;
    request.mutable_execution()->set_workflow_id("w");
    request.mutable_execution()->set_run_id(run_id);
    return server_.Call<rpc::DescribeWorkflowExecution>(request).value();
  };
  const auto reset = describe("");
  EXPECT_EQ(describe(base).workflow_extended_info().reset_run_id(),
            reset.workflow_execution_info().execution().run_id());
  EXPECT_EQ(reset.workflow_execution_info().first_run_id(), base);
  const auto& times = reset.workflow_extended_info();
  EXPECT_EQ(internal::FromProto(times.last_reset_time()) - internal::FromProto(times.original_start_time()),
            seconds(5));
}

}  // namespace
}  // namespace temporal::server
