// Worker deployments: what the completions of workflow tasks tell of the worker's version, kept with the run. Tasks are
// not routed by versions: every worker of a queue gets them.
#ifndef TEMPORAL_FAKE_SERVER_HISTORY_WORKER_VERSION_H_
#define TEMPORAL_FAKE_SERVER_HISTORY_WORKER_VERSION_H_

#include <string>
#include <vector>

#include "temporal/api/history/v1/message.pb.h"
#include "temporal/api/workflow/v1/message.pb.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"

namespace temporal::server {

class MutableState;

// Of the worker that has completed the run's last workflow task.
struct WorkerVersion {
  std::string deployment_name;
  api::workflow::v1::WorkflowExecutionVersioningInfo info;  // of a versioned worker; else empty
  std::vector<std::string> used;                            // all versions that worked on the run, as they came
};

// An override as events keep it: without the fields that it was told by before.
api::workflow::v1::VersioningOverride InNewForm(api::workflow::v1::VersioningOverride override);

bool IsVersioned(const api::workflowservice::v1::RespondWorkflowTaskCompletedRequest& request);

// Sets what the event shows of it.
void SetWorkerVersion(const api::workflowservice::v1::RespondWorkflowTaskCompletedRequest& request,
                      api::history::v1::WorkflowTaskCompletedEventAttributes& attributes);
// Keeps what the event shows with the run, and shows it in its search attributes.
void NoteWorkerVersion(MutableState& run, const api::history::v1::WorkflowTaskCompletedEventAttributes& completed);

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_HISTORY_WORKER_VERSION_H_
