// See query_service.h.
#include "fake-server/frontend/query_service.h"

#include <chrono>
#include <utility>

#include "fake-server/history/history_page.h"
#include "fake-server/history/service_errors.h"
#include "fake-server/history/task_token.h"

namespace temporal::server {
namespace {

using api::enums::v1::QUERY_REJECT_CONDITION_NOT_COMPLETED_CLEANLY;
using api::enums::v1::QUERY_REJECT_CONDITION_NOT_OPEN;
using internal::Duration;
using internal::TimePoint;
using internal::TimerKind;

// A workflow task that has failed so often is not worth waiting for.
constexpr int kFailingAttempt = 3;
// That no worker is there is said so long before the caller's deadline.
constexpr Duration kNoPollerBudget = std::chrono::seconds(1);
constexpr char kTooLarge[] = "Blob data size exceeds limit.";

bool Rejects(api::enums::v1::QueryRejectCondition condition, MutableState::Status status) {
  using namespace api::enums::v1;
  const bool running = status == WORKFLOW_EXECUTION_STATUS_RUNNING;
  if (condition == QUERY_REJECT_CONDITION_NOT_OPEN) return !running;
  if (condition == QUERY_REJECT_CONDITION_NOT_COMPLETED_CLEANLY) {
    return !running && status != WORKFLOW_EXECUTION_STATUS_COMPLETED;
  }
  return false;
}

}  // namespace

// One query until it is answered. Owned by the service's map; everything else holds weak references.
class QueryService::Pending : public std::enable_shared_from_this<Pending> {
 public:
  Pending(QueryService& service, std::string id, std::shared_ptr<MutableState> run,
          const wf::QueryWorkflowRequest& request, const CallContext& context, QueryReply reply)
      : service_(service),
        id_(std::move(id)),
        run_(std::move(run)),
        query_(request.query()),
        reject_condition_(request.query_reject_condition()),
        deadline_(context.deadline),
        reply_(std::move(reply)) {}
  ~Pending() { CancelTimers(); }
  Pending(const Pending&) = delete;
  Pending& operator=(const Pending&) = delete;

  // Looks at the run as it is now: answers at once, asks a worker, or waits for the workflow task.
  void Decide() {
    if (Rejects(reject_condition_, run_->status())) return Reject();
    if (!run_->running() && !run_->has_completed_task()) {
      return Fail(WorkflowNotReady("Workflow execution closed before WorkflowTaskStarted event"));
    }
    if (run_->in_first_task_backoff() && deadline_ < run_->clock().LoopTime(run_->execution_time())) {
      return Fail(WorkflowNotReady("Workflow task is not scheduled yet."));
    }
    const WorkflowTask& task = run_->task();
    if (run_->running() && task.pending() && task.attempt >= kFailingAttempt) {
      return Fail(WorkflowNotReady("Unable to query workflow due to Workflow Task in failed state."));
    }
    if (run_->has_completed_task() && (!run_->running() || !task.pending())) return AskDirectly();
    Buffer();
  }

  // A worker has answered the task that asked it.
  void Completed(const wf::RespondQueryTaskCompletedRequest& answer) {
    service_.dispatched_.erase(dispatch_id_);
    dispatch_id_.clear();
    if (TooLarge(answer.query_result())) return Fail(QueryFailed(kTooLarge, nullptr));
    if (answer.completed_type() == api::enums::v1::QUERY_RESULT_TYPE_ANSWERED) {
      auto response = std::make_unique<wf::QueryWorkflowResponse>();
      if (answer.has_query_result()) *response->mutable_query_result() = answer.query_result();
      Answer(std::move(response));
    } else if (answer.completed_type() == api::enums::v1::QUERY_RESULT_TYPE_FAILED) {
      Fail(QueryFailed(answer.error_message(), answer.has_failure() ? &answer.failure() : nullptr));
    }
    // An answer of no type is as none, like on the real server.
  }

  // Nobody waits for it any more. Ends this object.
  void Forget() {
    run_->queries.Remove(id_);
    Withdraw();
    CancelTimers();
    service_.pending_.erase(id_);
  }

 private:
  bool TooLarge(const api::common::v1::Payloads& result) const {
    return result.ByteSizeLong() > static_cast<std::size_t>(service_.config_.max_blob_bytes);
  }

  void Reject() {
    auto response = std::make_unique<wf::QueryWorkflowResponse>();
    response->mutable_query_rejected()->set_status(run_->status());
    Answer(std::move(response));
  }

  void Fail(absl::Status status) { Answer(std::move(status)); }

  // Ends this object.
  void Answer(absl::StatusOr<std::unique_ptr<wf::QueryWorkflowResponse>> response) {
    QueryReply reply = std::move(reply_);
    Forget();
    reply(std::move(response));
  }

  // -- Attached to a workflow task -------------------------------------------------------------------

  void Buffer() {
    if (static_cast<int>(run_->queries.size()) >= service_.config_.max_buffered_queries) {
      return Fail(
          BusyWorkflow("consistent query buffer is full, this may be caused by too many queries and workflow not "
                       "able to process query fast enough"));
    }
    // Called inside a transaction of the run: what follows is a task of its own.
    run_->queries.Add(id_, query_, [weak = weak_from_this()](QueryRegistry::Outcome outcome) {
      const auto self = weak.lock();
      if (self == nullptr) return;
      self->service_.scheduler_.Post([weak, outcome = std::move(outcome)] {
        if (const auto pending = weak.lock()) pending->Unbuffered(outcome);
      });
    });
  }

  void Unbuffered(const QueryRegistry::Outcome& outcome) {
    switch (outcome.kind) {
      case QueryRegistry::Outcome::Kind::kUnblocked:
        return AskDirectly();
      case QueryRegistry::Outcome::Kind::kCleared:
        return Decide();
      case QueryRegistry::Outcome::Kind::kResult:
        break;
    }
    const auto& result = outcome.result;
    if (result.result_type() == api::enums::v1::QUERY_RESULT_TYPE_FAILED) {
      return Fail(QueryFailed(result.error_message(), result.has_failure() ? &result.failure() : nullptr));
    }
    if (TooLarge(result.answer())) return Fail(InvalidArgument(kTooLarge));
    auto response = std::make_unique<wf::QueryWorkflowResponse>();
    if (result.has_answer()) *response->mutable_query_result() = result.answer();
    Answer(std::move(response));
  }

  // -- Asked directly --------------------------------------------------------------------------------

  void AskDirectly() {
    const QueueKey sticky{run_->name_space().id, run_->sticky_queue};
    if (!run_->sticky()) return AskNormalQueue();
    if (!service_.matching_.workflow_tasks.HasRecentPoller(sticky, service_.config_.sticky_worker_window)) {
      return LeaveStickyQueue();
    }
    Dispatch(sticky, /*with_history=*/false);
    sticky_timer_ = After(run_->sticky_schedule_to_start, [](Pending& self) { self.LeaveStickyQueue(); });
  }

  void LeaveStickyQueue() {
    Withdraw();
    if (run_->running()) {
      wf::ResetStickyTaskQueueRequest reset;
      *reset.mutable_execution() = run_->execution();
      // Fails only if the run has gone, and then the query finds out itself.
      (void)service_.engine_.ResetStickyTaskQueue(run_->name_space(), reset);
    }
    AskNormalQueue();
  }

  void AskNormalQueue() {
    Dispatch({run_->name_space().id, run_->normal_task_queue().name()}, /*with_history=*/true);
    if (deadline_ == TimePoint::max()) return;
    no_poller_timer_ = At(deadline_ - kNoPollerBudget, [](Pending& self) { self.CheckPollers(); });
    deadline_timer_ = At(deadline_, [](Pending& self) {
      if (self.task_ != 0) {
        self.Fail(absl::DeadlineExceededError("query timed out before a worker could process it"));
      }
    });
  }

  void CheckPollers() {
    if (task_ == 0 || service_.matching_.workflow_tasks.HasRecentPoller(queue_, service_.config_.query_poller_window)) {
      return;
    }
    Fail(absl::FailedPreconditionError("no poller seen for task queue recently, worker may be down"));
  }

  void Dispatch(QueueKey queue, bool with_history) {
    queue_ = std::move(queue);
    dispatch_id_ = service_.random_.Uuid();
    service_.dispatched_[dispatch_id_] = this;
    task_ = service_.matching_.workflow_tasks.AddQuery(
        queue_, [weak = weak_from_this(), dispatch_id = dispatch_id_, with_history](const auto&, auto& response) {
          const auto self = weak.lock();
          if (self == nullptr || self->dispatch_id_ != dispatch_id) return false;
          self->task_ = 0;
          self->FillTask(with_history, response);
          return true;
        });
  }

  void FillTask(bool with_history, wf::PollWorkflowTaskQueueResponse& response) const {
    TaskToken token;
    token.kind = TaskToken::Kind::kQueryTask;
    token.run_id = dispatch_id_;
    token.task_queue = queue_.name;
    response.set_task_token(token.Encode());
    *response.mutable_workflow_execution() = run_->execution();
    *response.mutable_workflow_type() = run_->start().workflow_type();
    response.set_previous_started_event_id(run_->previous_started_event_id);
    response.set_attempt(1);
    *response.mutable_workflow_execution_task_queue() = run_->normal_task_queue();
    *response.mutable_query() = query_;
    response.mutable_history();
    if (!with_history) return;
    response.set_next_page_token(
        CopyTaskHistory(*run_, 1, service_.config_.history_page_size, *response.mutable_history()));
  }

  void Withdraw() {
    service_.matching_.workflow_tasks.Withdraw(queue_, std::exchange(task_, 0));
    service_.dispatched_.erase(dispatch_id_);
    dispatch_id_.clear();
    service_.scheduler_.Cancel(std::exchange(sticky_timer_, 0));
  }

  // -- Timers ----------------------------------------------------------------------------------------

  internal::TimerId At(TimePoint when, void (*act)(Pending&)) {
    return service_.scheduler_.PostAt(when, TimerKind::kIdle, [weak = weak_from_this(), act] {
      if (const auto self = weak.lock()) act(*self);
    });
  }
  internal::TimerId After(Duration delay, void (*act)(Pending&)) { return At(service_.scheduler_.Now() + delay, act); }

  void CancelTimers() {
    for (internal::TimerId* timer : {&sticky_timer_, &no_poller_timer_, &deadline_timer_}) {
      service_.scheduler_.Cancel(std::exchange(*timer, 0));
    }
  }

  QueryService& service_;
  const std::string id_;
  const std::shared_ptr<MutableState> run_;
  const api::query::v1::WorkflowQuery query_;
  const api::enums::v1::QueryRejectCondition reject_condition_;
  const TimePoint deadline_;
  QueryReply reply_;

  QueueKey queue_;           // of the task that asks it
  std::string dispatch_id_;  // of that task; empty: there is none, or it has been answered
  MatchingTaskId task_ = 0;  // while that task waits for a poller
  internal::TimerId sticky_timer_ = 0;
  internal::TimerId no_poller_timer_ = 0;
  internal::TimerId deadline_timer_ = 0;
};

QueryService::QueryService(internal::Scheduler& scheduler, internal::Random& random, const DynamicConfig& config,
                           Matching& matching, WorkflowEngine& engine)
    : scheduler_(scheduler), random_(random), config_(config), matching_(matching), engine_(engine) {}

QueryService::~QueryService() = default;

void QueryService::Query(const Namespace& name_space, const wf::QueryWorkflowRequest& request,
                         const CallContext& context, QueryReply reply) {
  auto run = engine_.Find(name_space, request.execution());
  if (!run.ok()) return reply(run.status());
  const std::string id = random_.Uuid();
  const auto pending = std::make_shared<Pending>(*this, id, *std::move(run), request, context, std::move(reply));
  pending_[id] = pending;
  if (context.cancel != nullptr) {
    context.cancel->OnCancel([weak = std::weak_ptr(pending)] {
      if (const auto gone = weak.lock()) gone->Forget();
    });
  }
  pending->Decide();
}

absl::StatusOr<wf::RespondQueryTaskCompletedResponse> QueryService::RespondCompleted(
    const wf::RespondQueryTaskCompletedRequest& request) {
  const auto token = TaskToken::Decode(request.task_token());
  const auto found = dispatched_.find(token->run_id);
  if (token->kind != TaskToken::Kind::kQueryTask || found == dispatched_.end()) {
    return NotFound("query task not found, or already expired");
  }
  const auto pending = found->second->shared_from_this();
  pending->Completed(request);
  return wf::RespondQueryTaskCompletedResponse();
}

}  // namespace temporal::server
