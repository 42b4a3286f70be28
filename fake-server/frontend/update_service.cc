// See update_service.h.
#include "fake-server/frontend/update_service.h"

#include <utility>

#include "fake-server/history/service_errors.h"

namespace temporal::server {
namespace {

namespace enums = api::enums::v1;
using AdmittedUpdate = WorkflowEngine::AdmittedUpdate;

void FillRef(const AdmittedUpdate& admitted, api::update::v1::UpdateRef& ref) {
  *ref.mutable_workflow_execution() = admitted.run->execution();
  ref.set_update_id(admitted.update->id);
}

// To the event that accepted the update; to the run if there is none.
void FillLink(const MutableState& run, const std::string& request_id, bool failed, api::common::v1::Link& link) {
  if (!failed) {
    return LinkToRequest(run, request_id, enums::EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED, link);
  }
  auto& workflow = *link.mutable_workflow();
  workflow.set_namespace_(run.name_space().name);
  workflow.set_workflow_id(run.workflow_id());
  workflow.set_run_id(run.run_id());
  workflow.set_reason("Update rejected");
}

}  // namespace

// One call that waits for a stage of an update.
class UpdateService::Wait : public std::enable_shared_from_this<Wait> {
 public:
  Wait(UpdateService& service, std::uint64_t id, AdmittedUpdate admitted, Update::Stage stage, Done done)
      : service_(service), id_(id), admitted_(std::move(admitted)), stage_(stage), done_(std::move(done)) {}
  ~Wait() {
    service_.scheduler_.Cancel(expiry_);
    if (change_ != 0) admitted_.update->Forget(change_);
  }
  Wait(const Wait&) = delete;
  Wait& operator=(const Wait&) = delete;

  void Begin(const CallContext& context) {
    if (admitted_.update->Reached(stage_)) return Answer();
    expiry_ = service_.scheduler_.PostAt(service_.scheduler_.Now() + service_.config_.history_long_poll,
                                         internal::TimerKind::kIdle, [weak = weak_from_this()] {
                                           if (const auto self = weak.lock()) self->Answer();
                                         });
    if (context.cancel != nullptr) {
      context.cancel->OnCancel([weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->Forget();
      });
    }
    Listen();
  }

 private:
  void Listen() {
    change_ = admitted_.update->OnChange([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->Changed();
    });
  }

  void Changed() {
    change_ = 0;
    if (!admitted_.update->Reached(stage_)) return Listen();
    Answer();
  }

  // Ends this object.
  void Answer() {
    Done done = std::move(done_);
    const std::shared_ptr<Update> update = admitted_.update;
    Forget();
    if (!update->error.ok()) return done(update->error);
    Progress progress{.stage = update->stage(), .outcome = nullptr};
    if (progress.stage == enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED)
      progress.outcome = update->outcome;
    done(std::move(progress));
  }

  void Forget() {
    const auto self = shared_from_this();
    service_.waiting_.erase(id_);
  }

  UpdateService& service_;
  const std::uint64_t id_;
  const AdmittedUpdate admitted_;
  const Update::Stage stage_;
  Done done_;
  internal::TimerId expiry_ = 0;
  std::uint64_t change_ = 0;
};

UpdateService::UpdateService(internal::Scheduler& scheduler, internal::Random& random, const DynamicConfig& config,
                             WorkflowEngine& engine)
    : scheduler_(scheduler), random_(random), config_(config), engine_(engine) {}

UpdateService::~UpdateService() = default;

void UpdateService::WaitFor(AdmittedUpdate admitted, Update::Stage stage, const CallContext& context, Done done) {
  const std::uint64_t id = next_id_++;
  const auto wait = std::make_shared<Wait>(*this, id, std::move(admitted), stage, std::move(done));
  waiting_[id] = wait;
  wait->Begin(context);
}

wf::UpdateWorkflowExecutionRequest UpdateService::Completed(const wf::UpdateWorkflowExecutionRequest& request) {
  wf::UpdateWorkflowExecutionRequest completed = request;
  auto& meta = *completed.mutable_request()->mutable_meta();
  if (meta.update_id().empty()) meta.set_update_id(random_.Uuid());
  if (completed.wait_policy().lifecycle_stage() == enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_UNSPECIFIED) {
    completed.mutable_wait_policy()->set_lifecycle_stage(enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED);
  }
  return completed;
}

namespace {

template <class Progress>
void FillResponse(const AdmittedUpdate& admitted, const std::string& request_id, const Progress& progress,
                  wf::UpdateWorkflowExecutionResponse& response) {
  FillRef(admitted, *response.mutable_update_ref());
  response.set_stage(progress.stage);
  if (progress.outcome != nullptr) *response.mutable_outcome() = *progress.outcome;
  if (progress.stage == enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ADMITTED) return;
  // A rejection without a failure is shown as if the update had been accepted.
  const bool failed = response.outcome().failure().ByteSizeLong() > 0;
  FillLink(*admitted.run, request_id, failed, *response.mutable_link());
}

}  // namespace

void UpdateService::Start(const Namespace& name_space, const wf::UpdateWorkflowExecutionRequest& asked,
                          const CallContext& context, Reply<wf::UpdateWorkflowExecutionResponse> reply) {
  const wf::UpdateWorkflowExecutionRequest request = Completed(asked);
  const auto admitted = engine_.AdmitUpdate(name_space, request);
  if (!admitted.ok()) return reply(admitted.status());
  WaitFor(*admitted, request.wait_policy().lifecycle_stage(), context,
          [admitted = *admitted, request_id = request.request().request_id(),
           reply = std::move(reply)](absl::StatusOr<Progress> progress) mutable {
            if (!progress.ok()) return reply(progress.status());
            auto response = std::make_unique<wf::UpdateWorkflowExecutionResponse>();
            FillResponse(admitted, request_id, *progress, *response);
            reply(std::move(response));
          });
}

void UpdateService::Poll(const Namespace& name_space, const wf::PollWorkflowExecutionUpdateRequest& request,
                         const CallContext& context, Reply<wf::PollWorkflowExecutionUpdateResponse> reply) {
  const auto found = engine_.FindUpdate(name_space, request.update_ref());
  if (!found.ok()) return reply(found.status());
  WaitFor(*found, request.wait_policy().lifecycle_stage(), context,
          [found = *found, reply = std::move(reply)](absl::StatusOr<Progress> progress) mutable {
            if (!progress.ok()) return reply(progress.status());
            auto response = std::make_unique<wf::PollWorkflowExecutionUpdateResponse>();
            FillRef(found, *response->mutable_update_ref());
            response->set_stage(progress->stage);
            if (progress->outcome != nullptr) *response->mutable_outcome() = *progress->outcome;
            reply(std::move(response));
          });
}

// -- With a start -------------------------------------------------------------------------------------

struct UpdateService::StartWithUpdateCall {
  const Namespace& name_space;
  wf::StartWorkflowExecutionRequest start;
  wf::UpdateWorkflowExecutionRequest update;
  CallContext context;
  Reply<wf::ExecuteMultiOperationResponse> reply;
};

void UpdateService::StartWithUpdate(const Namespace& name_space, const wf::ExecuteMultiOperationRequest& request,
                                    const CallContext& context, Reply<wf::ExecuteMultiOperationResponse> reply) {
  auto call = std::make_shared<StartWithUpdateCall>(
      StartWithUpdateCall{name_space, request.operations(0).start_workflow(),
                          Completed(request.operations(1).update_workflow()), context, std::move(reply)});
  if (call->start.namespace_().empty()) call->start.set_namespace_(request.namespace_());
  TryStartWithUpdate(std::move(call), /*last_try=*/false);
}

// An update that a running workflow left behind by closing is tried once more, with a new run.
void UpdateService::TryStartWithUpdate(std::shared_ptr<StartWithUpdateCall> call, bool last_try) {
  auto result = std::make_shared<WorkflowEngine::UpdateWithStart>(
      engine_.StartWithUpdate(call->name_space, call->start, call->update));
  if (!result->start_error.ok()) {
    return call->reply(UpdateWithStartFailed(result->start_error, MultiOperationAborted()));
  }
  if (!result->update_error.ok()) {
    return call->reply(UpdateWithStartFailed(MultiOperationAborted(), result->update_error));
  }
  WaitFor(result->admitted, call->update.wait_policy().lifecycle_stage(), call->context,
          [this, call, result, last_try](absl::StatusOr<Progress> progress) {
            const bool started = result->started.started();
            if (!progress.ok()) {
              absl::Status error = progress.status();
              const bool closed = !started && error == UpdateAbortedByClosing();
              if (closed && !last_try) return TryStartWithUpdate(call, /*last_try=*/true);
              if (closed) error = absl::AbortedError(error.message());
              return call->reply(UpdateWithStartFailed(started ? absl::OkStatus() : MultiOperationAborted(), error));
            }
            auto response = std::make_unique<wf::ExecuteMultiOperationResponse>();
            *response->add_responses()->mutable_start_workflow() = result->started;
            auto& updated = *response->add_responses()->mutable_update_workflow();
            FillResponse(result->admitted, call->update.request().request_id(), *progress, updated);
            if (result->was_completed) updated.clear_link();
            call->reply(std::move(response));
          });
}

}  // namespace temporal::server
