// Calls that ask for updates and wait for what comes of them: at most for the server's long-poll interval, then the
// caller is told how far the update has come.
#ifndef TEMPORAL_FAKE_SERVER_FRONTEND_UPDATE_SERVICE_H_
#define TEMPORAL_FAKE_SERVER_FRONTEND_UPDATE_SERVICE_H_

#include <cstdint>
#include <map>
#include <memory>

#include "fake-server/clock/call_context.h"
#include "fake-server/history/workflow_engine.h"
#include "sdk/base/random.h"
#include "temporal/fake_server.h"

namespace temporal::server {

// Loop-confined. Calls that wait at destruction are never answered.
class UpdateService {
 public:
  // All must outlive this.
  UpdateService(internal::Scheduler& scheduler, internal::Random& random, const DynamicConfig& config,
                WorkflowEngine& engine);
  ~UpdateService();

  void Start(const Namespace& name_space, const wf::UpdateWorkflowExecutionRequest& request, const CallContext& context,
             Reply<wf::UpdateWorkflowExecutionResponse> reply);
  void Poll(const Namespace& name_space, const wf::PollWorkflowExecutionUpdateRequest& request,
            const CallContext& context, Reply<wf::PollWorkflowExecutionUpdateResponse> reply);
  // REQUIRES: the operations are a start and an update.
  void StartWithUpdate(const Namespace& name_space, const wf::ExecuteMultiOperationRequest& request,
                       const CallContext& context, Reply<wf::ExecuteMultiOperationResponse> reply);

 private:
  class Wait;
  struct StartWithUpdateCall;
  struct Progress {
    Update::Stage stage{};
    std::shared_ptr<const Update::Outcome> outcome{};
  };
  using Done = absl::AnyInvocable<void(absl::StatusOr<Progress>)>;

  void WaitFor(WorkflowEngine::AdmittedUpdate admitted, Update::Stage stage, const CallContext& context, Done done);
  void TryStartWithUpdate(std::shared_ptr<StartWithUpdateCall> call, bool last_try);

  // With an id, and with the stage that it waits for.
  wf::UpdateWorkflowExecutionRequest Completed(const wf::UpdateWorkflowExecutionRequest& request);

  internal::Scheduler& scheduler_;
  internal::Random& random_;
  const DynamicConfig& config_;
  WorkflowEngine& engine_;
  std::uint64_t next_id_ = 1;
  std::map<std::uint64_t, std::shared_ptr<Wait>> waiting_;
};

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_FRONTEND_UPDATE_SERVICE_H_
