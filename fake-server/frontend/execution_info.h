// What descriptions and lists show of a run alike.
#ifndef TEMPORAL_FAKE_SERVER_FRONTEND_EXECUTION_INFO_H_
#define TEMPORAL_FAKE_SERVER_FRONTEND_EXECUTION_INFO_H_

#include "fake-server/history/mutable_state.h"
#include "temporal/api/workflow/v1/message.pb.h"

namespace temporal::server {

// The run at the top of the run's family: itself, unless it is a child.
api::common::v1::WorkflowExecution RootOf(const MutableState& run);

// Ids, type, times, status, parent and root, task queue, memo, search attributes; not the sizes.
void FillExecutionInfo(const MutableState& run, api::workflow::v1::WorkflowExecutionInfo& out);

// Length and size of the history, and the number of state transitions.
void FillSizes(const MutableState& run, api::workflow::v1::WorkflowExecutionInfo& out);

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_FRONTEND_EXECUTION_INFO_H_
