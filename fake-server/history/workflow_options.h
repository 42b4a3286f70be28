// The options of a run that can be changed while it runs: its priority and the version it is bound to.
#ifndef TEMPORAL_FAKE_SERVER_HISTORY_WORKFLOW_OPTIONS_H_
#define TEMPORAL_FAKE_SERVER_HISTORY_WORKFLOW_OPTIONS_H_

#include <string>

#include "fake-server/history/mutable_state.h"

namespace google::protobuf {
class FieldMask;
}

namespace temporal::server {

// Changes the options that the mask names. Puts all of them into `after`, and answers whether that made a difference,
// which an event tells: the caller closes the transaction then.
bool ChangeOptions(MutableState& run, const api::workflow::v1::WorkflowExecutionOptions& options,
                   const google::protobuf::FieldMask& mask, const std::string& identity,
                   api::workflow::v1::WorkflowExecutionOptions& after);

// What the event changes.
void TakeOptions(MutableState& run, const api::history::v1::WorkflowExecutionOptionsUpdatedEventAttributes& attributes);

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_HISTORY_WORKFLOW_OPTIONS_H_
