// All runs of a server, and the RPCs that change them. Each call is one transaction on one run: it takes effect as a
// whole or not at all, and what it brings about elsewhere (tasks for workers, timers) follows in later ones, posted in
// order. Requests have passed request_validation.h. Loop-confined.
#ifndef TEMPORAL_FAKE_SERVER_HISTORY_WORKFLOW_ENGINE_H_
#define TEMPORAL_FAKE_SERVER_HISTORY_WORKFLOW_ENGINE_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "fake-server/history/history_context.h"
#include "fake-server/history/mutable_state.h"
#include "fake-server/history/run_lifecycle.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"

namespace temporal::server {

namespace wf = api::workflowservice::v1;

class WorkflowEngine {
 public:
  explicit WorkflowEngine(HistoryContext context);
  ~WorkflowEngine();
  WorkflowEngine(const WorkflowEngine&) = delete;
  WorkflowEngine& operator=(const WorkflowEngine&) = delete;

  // -- Runs ------------------------------------------------------------------------------------------

  // The run that is asked for; with an empty run id the current one of the workflow id. NOT_FOUND as the real server
  // words it.
  absl::StatusOr<std::shared_ptr<MutableState>> Find(const Namespace& name_space,
                                                     const api::common::v1::WorkflowExecution& execution) const;
  // Null if there is none.
  std::shared_ptr<MutableState> FindRun(std::string_view run_id) const;

  // All runs, oldest first.
  const std::vector<std::shared_ptr<MutableState>>& runs() const { return runs_; }

  // -- Updates: callers wait for what comes of them --------------------------------------------------

  struct AdmittedUpdate {
    std::shared_ptr<MutableState> run{};
    std::shared_ptr<Update> update{};
  };
  // Admits the update, or finds the one that has its id. REQUIRES: it has one.
  absl::StatusOr<AdmittedUpdate> AdmitUpdate(const Namespace& name_space,
                                             const wf::UpdateWorkflowExecutionRequest& request);
  absl::StatusOr<AdmittedUpdate> FindUpdate(const Namespace& name_space, const api::update::v1::UpdateRef& ref) const;

  // What came of a start with an update. One of the two may have failed.
  struct UpdateWithStart {
    absl::Status start_error{};
    absl::Status update_error{};
    wf::StartWorkflowExecutionResponse started{};
    AdmittedUpdate admitted{};
    bool was_completed = false;  // the update, before the call
  };
  UpdateWithStart StartWithUpdate(const Namespace& name_space, const wf::StartWorkflowExecutionRequest& start,
                                  const wf::UpdateWorkflowExecutionRequest& update);

  // -- RPCs ------------------------------------------------------------------------------------------

  absl::StatusOr<wf::StartWorkflowExecutionResponse> Start(const Namespace& name_space,
                                                           const wf::StartWorkflowExecutionRequest& request);
  absl::StatusOr<wf::SignalWithStartWorkflowExecutionResponse> SignalWithStart(
      const Namespace& name_space, const wf::SignalWithStartWorkflowExecutionRequest& request);
  absl::StatusOr<wf::SignalWorkflowExecutionResponse> Signal(const Namespace& name_space,
                                                             const wf::SignalWorkflowExecutionRequest& request);
  absl::StatusOr<wf::RequestCancelWorkflowExecutionResponse> RequestCancel(
      const Namespace& name_space, const wf::RequestCancelWorkflowExecutionRequest& request);
  absl::StatusOr<wf::TerminateWorkflowExecutionResponse> Terminate(
      const Namespace& name_space, const wf::TerminateWorkflowExecutionRequest& request);
  absl::StatusOr<wf::ResetWorkflowExecutionResponse> Reset(const Namespace& name_space,
                                                           const wf::ResetWorkflowExecutionRequest& request);
  absl::StatusOr<wf::DeleteWorkflowExecutionResponse> Delete(const Namespace& name_space,
                                                             const wf::DeleteWorkflowExecutionRequest& request);

  absl::StatusOr<wf::RespondWorkflowTaskCompletedResponse> RespondWorkflowTaskCompleted(
      const Namespace& name_space, const wf::RespondWorkflowTaskCompletedRequest& request);
  absl::StatusOr<wf::RespondWorkflowTaskFailedResponse> RespondWorkflowTaskFailed(
      const Namespace& name_space, const wf::RespondWorkflowTaskFailedRequest& request);
  absl::StatusOr<wf::ResetStickyTaskQueueResponse> ResetStickyTaskQueue(const Namespace& name_space,
                                                                        const wf::ResetStickyTaskQueueRequest& request);

  absl::StatusOr<wf::RecordActivityTaskHeartbeatResponse> RecordActivityTaskHeartbeat(
      const Namespace& name_space, const wf::RecordActivityTaskHeartbeatRequest& request);
  absl::StatusOr<wf::RecordActivityTaskHeartbeatByIdResponse> RecordActivityTaskHeartbeatById(
      const Namespace& name_space, const wf::RecordActivityTaskHeartbeatByIdRequest& request);
  absl::StatusOr<wf::RespondActivityTaskCompletedResponse> RespondActivityTaskCompleted(
      const Namespace& name_space, const wf::RespondActivityTaskCompletedRequest& request);
  absl::StatusOr<wf::RespondActivityTaskCompletedByIdResponse> RespondActivityTaskCompletedById(
      const Namespace& name_space, const wf::RespondActivityTaskCompletedByIdRequest& request);
  absl::StatusOr<wf::RespondActivityTaskFailedResponse> RespondActivityTaskFailed(
      const Namespace& name_space, const wf::RespondActivityTaskFailedRequest& request);
  absl::StatusOr<wf::RespondActivityTaskFailedByIdResponse> RespondActivityTaskFailedById(
      const Namespace& name_space, const wf::RespondActivityTaskFailedByIdRequest& request);
  absl::StatusOr<wf::RespondActivityTaskCanceledResponse> RespondActivityTaskCanceled(
      const Namespace& name_space, const wf::RespondActivityTaskCanceledRequest& request);
  absl::StatusOr<wf::RespondActivityTaskCanceledByIdResponse> RespondActivityTaskCanceledById(
      const Namespace& name_space, const wf::RespondActivityTaskCanceledByIdRequest& request);

  // Operators' calls about activities that are pending, and about the options of a run.
  absl::StatusOr<wf::PauseActivityResponse> PauseActivity(const Namespace& name_space,
                                                          const wf::PauseActivityRequest& request);
  absl::StatusOr<wf::UnpauseActivityResponse> UnpauseActivity(const Namespace& name_space,
                                                              const wf::UnpauseActivityRequest& request);
  absl::StatusOr<wf::ResetActivityResponse> ResetActivity(const Namespace& name_space,
                                                          const wf::ResetActivityRequest& request);
  absl::StatusOr<wf::UpdateActivityOptionsResponse> UpdateActivityOptions(
      const Namespace& name_space, const wf::UpdateActivityOptionsRequest& request);
  absl::StatusOr<wf::UpdateWorkflowExecutionOptionsResponse> UpdateWorkflowExecutionOptions(
      const Namespace& name_space, const wf::UpdateWorkflowExecutionOptionsRequest& request);

 private:
  using Key = std::pair<std::string, std::string>;  // namespace id, workflow id

  struct FoundActivity {
    std::shared_ptr<MutableState> run;
    Activity* activity;
  };
  // Borrowed for the call.
  struct SignalDetails {
    const std::string& name;
    const api::common::v1::Payloads* input;  // may be null
    const api::common::v1::Header* header;   // may be null
    const std::string& identity;
    const std::string& request_id;
    const google::protobuf::RepeatedPtrField<api::common::v1::Link>* links;
  };

  // The same, if it runs.
  absl::StatusOr<std::shared_ptr<MutableState>> FindRunning(const Namespace& name_space,
                                                            const api::common::v1::WorkflowExecution& execution) const;
  std::shared_ptr<MutableState> Current(const Namespace& name_space, const std::string& workflow_id) const;
  void Remove(const std::shared_ptr<MutableState>& run);
  wf::StartWorkflowExecutionResponse AttachedResponse(const MutableState& run, const std::string& request_id) const;

  absl::StatusOr<AdmittedUpdate> AdmitUpdate(std::shared_ptr<MutableState> run,
                                             const wf::UpdateWorkflowExecutionRequest& request);

  absl::Status CheckSignalFits(const MutableState& run, const std::string& request_id) const;
  // Does nothing if the run knows the request id as a signal's.
  void WriteSignal(MutableState& run, const SignalDetails& signal);

  // The run whose started task the token is. A closed run has none; `tells_completed` chooses the words.
  absl::StatusOr<std::shared_ptr<MutableState>> FindWorkflowTask(const std::string& token, bool tells_completed) const;
  absl::StatusOr<FoundActivity> FindActivity(const std::string& token) const;
  absl::StatusOr<FoundActivity> FindActivityById(const Namespace& name_space, const std::string& workflow_id,
                                                 const std::string& run_id, const std::string& activity_id,
                                                 bool must_have_started) const;

  HistoryContext context_;
  std::vector<std::shared_ptr<MutableState>> runs_;
  absl::flat_hash_map<std::string, std::shared_ptr<MutableState>> by_run_id_;  // never iterated
  absl::flat_hash_map<Key, std::shared_ptr<MutableState>> current_;            // never iterated
  std::deque<internal::Closure> follow_ups_;                                   // one for each that is posted
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

// A link to what a request wrote into a history.
void LinkToRequest(const MutableState& run, const std::string& request_id, api::enums::v1::EventType type,
                   api::common::v1::Link& link);

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_HISTORY_WORKFLOW_ENGINE_H_
