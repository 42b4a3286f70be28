// Resets the run of the workflow id "w".
#ifndef TEMPORAL_TESTS_FAKE_SERVER_HISTORY_RESET_FIXTURE_H_
#define TEMPORAL_TESTS_FAKE_SERVER_HISTORY_RESET_FIXTURE_H_

#include <string>

#include "tests/fake-server/history/engine_driver.h"

namespace temporal::server {

class ResetTest : public EngineTest {
 protected:
  // Answers the id of the new run, empty on error.
  std::string Reset(int finish_event_id, const std::string& more = "") {
    auto request = Parse<wf::ResetWorkflowExecutionRequest>(
        "workflow_execution { workflow_id: 'w' } reason: 'because' request_id: 'reset'");
    request.MergeFrom(Parse<wf::ResetWorkflowExecutionRequest>(more));
    request.set_workflow_task_finish_event_id(finish_event_id);
    const auto response = engine_.Reset(namespace_, request);
    last_ = response.status();
    loop_.RunUntilIdle();
    return response.ok() ? response->run_id() : "";
  }
  std::string Refusal(int finish_event_id, const std::string& more = "") {
    EXPECT_EQ(Reset(finish_event_id, more), "");
    EXPECT_EQ(last_.code(), absl::StatusCode::kInvalidArgument);
    return std::string(last_.message());
  }
};

}  // namespace temporal::server

#endif  // TEMPORAL_TESTS_FAKE_SERVER_HISTORY_RESET_FIXTURE_H_
