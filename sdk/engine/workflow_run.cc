// Answers workflow tasks.
#include "sdk/engine/workflow_run.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "sdk/converter/failure_converter.h"
#include "sdk/engine/run_core.h"

namespace temporal::internal {

using api::workflowservice::v1::PollWorkflowTaskQueueResponse;
using api::workflowservice::v1::RespondQueryTaskCompletedRequest;
using api::workflowservice::v1::RespondWorkflowTaskCompletedRequest;
using api::workflowservice::v1::RespondWorkflowTaskFailedRequest;

namespace {

TaskFailure NoTask(const char* message) {
  TaskFailure failure{api::enums::v1::WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE, {}};
  failure.failure.set_message(message);
  failure.failure.set_source("CppSDK");
  failure.failure.mutable_application_failure_info()->set_type("MalformedHistory");
  return failure;
}

RespondQueryTaskCompletedRequest QueryAnswer(api::query::v1::WorkflowQueryResult result) {
  RespondQueryTaskCompletedRequest answer;
  answer.set_completed_type(result.result_type());
  if (result.has_answer()) *answer.mutable_query_result() = std::move(*result.mutable_answer());
  answer.set_error_message(result.error_message());
  if (result.has_failure()) *answer.mutable_failure() = std::move(*result.mutable_failure());
  return answer;
}

RespondQueryTaskCompletedRequest QueryAnswer(const TaskFailure& failure) {
  RespondQueryTaskCompletedRequest answer;
  answer.set_completed_type(api::enums::v1::QUERY_RESULT_TYPE_FAILED);
  answer.set_error_message(failure.failure.message());
  *answer.mutable_failure() = failure.failure;
  answer.set_cause(failure.cause);
  return answer;
}

RespondWorkflowTaskFailedRequest FailedAnswer(const TaskFailure& failure) {
  RespondWorkflowTaskFailedRequest answer;
  answer.set_cause(failure.cause);
  *answer.mutable_failure() = failure.failure;
  return answer;
}

// A message that is no update fails the task: left out, it would look like one that was forgotten.
TaskFailure UnreadableMessage(const api::protocol::v1::Message& message) {
  TaskFailure failure{api::enums::v1::WORKFLOW_TASK_FAILED_CAUSE_BAD_UPDATE_WORKFLOW_EXECUTION_MESSAGE, {}};
  failure.failure.set_message(absl::StrCat("the message ", message.id(), " of the workflow task, for ",
                                           message.protocol_instance_id(),
                                           ", cannot be read as an update: its body is ",
                                           message.has_body() ? "a " + message.body().type_url() : "missing"));
  failure.failure.set_source("CppSDK");
  failure.failure.mutable_application_failure_info()->set_type("MalformedMessage");
  return failure;
}

std::optional<TaskFailure> ReadUpdates(const PollWorkflowTaskQueueResponse& task, std::vector<UpdateRequest>& updates) {
  for (const auto& message : task.messages()) {
    auto request = std::make_shared<api::update::v1::Request>();
    if (!message.body().UnpackTo(request.get())) return UnreadableMessage(message);
    UpdateRequest& update = updates.emplace_back();
    update.message_id = message.id();
    update.update_id = message.protocol_instance_id();
    update.sequencing_event_id = message.event_id();
    update.request = std::move(request);
  }
  return std::nullopt;
}

}  // namespace

class WorkflowRun::Impl {
 public:
  explicit Impl(const WorkflowRunOptions& options) : options_(options) { core_.emplace(options_, "", ""); }

  TaskAnswer Handle(PollWorkflowTaskQueueResponse& task) {
    const HistoryEvents& events = task.history().events();
    const bool query = task.has_query();
    if (events.empty() && (core_->last_event_id() == 0 || !query)) return HistoryNeeded{};
    if (!query && (events.rbegin()->event_id() <= core_->last_event_id() || GaveUp(events))) Reset(task);
    if (!events.empty() && events[0].event_id() > core_->last_event_id() + 1) return HistoryNeeded{};
    if (core_->last_event_id() == 0) Reset(task);
    std::vector<UpdateRequest> updates;
    auto failure = ReadUpdates(task, updates);
    if (!failure) {
      failure = core_->Apply(events, 0, events.size(), query ? RunCore::Purpose::kQuery : RunCore::Purpose::kTask,
                             std::move(updates));
    }
    if (query) return AnswerQuery(task, failure);
    if (!failure && events.rbegin()->event_type() != api::enums::v1::EVENT_TYPE_WORKFLOW_TASK_STARTED) {
      failure = NoTask("the workflow task's history does not end with WorkflowTaskStarted");
    }
    if (failure) return FailedAnswer(*failure);
    if (const auto later = TellEnded()) return FailedAnswer(*later);
    // Who asks is not kept waiting for what runs.
    if (UnderWay() && task.queries().empty()) return LocalActivitiesUnderWay{};
    return Completed(&task);
  }

  void LocalActivityEnded(LocalActivityEnd end) { ended_.push_back(std::move(end)); }

  TaskAnswer Continue() {
    if (const auto failure = TellEnded()) return FailedAnswer(*failure);
    if (UnderWay()) return LocalActivitiesUnderWay{};
    return Completed(nullptr);
  }

  std::vector<LocalActivityRequest> TakeLocalActivityRequests() {
    std::vector<LocalActivityRequest> requests;
    if (std::exchange(forget_local_activities_, false)) requests.emplace_back(ForgetLocalActivities{});
    if (core_->instance() == nullptr) return requests;
    for (auto& request : core_->instance()->TakeLocalActivityRequests()) requests.push_back(std::move(request));
    return requests;
  }

  RespondWorkflowTaskCompletedRequest Completed(const PollWorkflowTaskQueueResponse* task) {
    RespondWorkflowTaskCompletedRequest answer;
    core_->machines().FillCommands(*answer.mutable_commands());
    core_->instance()->TakeMessages(*answer.mutable_messages());
    core_->flags().Fill(*answer.mutable_sdk_metadata());
    answer.mutable_capabilities()->set_discard_speculative_workflow_task_with_events(true);
    answer.set_force_create_new_workflow_task(UnderWay());
    if (task == nullptr) return answer;
    std::map<std::string, const api::query::v1::WorkflowQuery*> queries;  // answered in the order of their ids
    for (const auto& [id, query] : task->queries()) queries.emplace(id, &query);
    for (const auto& [id, query] : queries) (*answer.mutable_query_results())[id] = core_->instance()->Query(*query);
    return answer;
  }

  RunCore& core() { return *core_; }

 private:
  // Whether the server has ended the task that the code has run at, other than by its completion.
  bool GaveUp(const HistoryEvents& events) {
    if (!core_->machines().in_task()) return false;
    const std::int64_t next = core_->last_event_id() + 1 - events[0].event_id();
    return next >= 0 && next < events.size() &&
           events[static_cast<int>(next)].event_type() != api::enums::v1::EVENT_TYPE_WORKFLOW_TASK_COMPLETED;
  }

  // Begins anew: nothing is known, or the server repeats a task whose answer it did not get.
  void Reset(const PollWorkflowTaskQueueResponse& task) {
    if (core_->instance() != nullptr) forget_local_activities_ = true;
    ended_.clear();
    core_.emplace(options_, task.workflow_execution().workflow_id(), task.workflow_execution().run_id());
  }

  TaskAnswer AnswerQuery(const PollWorkflowTaskQueueResponse& task, const std::optional<TaskFailure>& failure) {
    if (failure) return QueryAnswer(*failure);
    if (core_->instance() == nullptr) return QueryAnswer(NoTask("the workflow has not run yet"));
    return QueryAnswer(core_->instance()->Query(task.query()));
  }

  bool UnderWay() { return core_->instance()->HasLocalActivitiesUnderWay(); }

  // One after the other, as they will be replayed.
  std::optional<TaskFailure> TellEnded() {
    for (LocalActivityEnd& end : std::exchange(ended_, {})) {
      if (auto failure = core_->EndLocalActivity(end)) return failure;
    }
    return std::nullopt;
  }

  const WorkflowRunOptions options_;
  std::optional<RunCore> core_;
  std::vector<LocalActivityEnd> ended_;  // of which the code does not know yet
  bool forget_local_activities_ = false;
};

WorkflowRun::WorkflowRun(const WorkflowRunOptions& options) : impl_(std::make_unique<Impl>(options)) {}
WorkflowRun::~WorkflowRun() = default;

TaskAnswer WorkflowRun::Handle(std::unique_ptr<PollWorkflowTaskQueueResponse> task) { return impl_->Handle(*task); }

std::vector<LocalActivityRequest> WorkflowRun::TakeLocalActivityRequests() {
  return impl_->TakeLocalActivityRequests();
}
void WorkflowRun::LocalActivityEnded(LocalActivityEnd end) { impl_->LocalActivityEnded(std::move(end)); }
TaskAnswer WorkflowRun::Continue() { return impl_->Continue(); }
RespondWorkflowTaskCompletedRequest WorkflowRun::Heartbeat() { return impl_->Completed(nullptr); }
Duration WorkflowRun::task_timeout() const {
  return impl_->core().instance() == nullptr ? Duration(0) : impl_->core().instance()->GetInfo().task_timeout;
}

void WorkflowRun::RollBackTo(std::int64_t started_event_id) {
  if (impl_->core().last_event_id() > started_event_id) impl_->core().ForgetLastTask();
}

bool WorkflowRun::closed() const { return impl_->core().closed(); }
std::int64_t WorkflowRun::last_event_id() const { return impl_->core().last_event_id(); }
const std::string& WorkflowRun::workflow_id() const { return impl_->core().workflow_id(); }
const std::string& WorkflowRun::run_id() const { return impl_->core().run_id(); }
const std::string& WorkflowRun::workflow_type() const { return impl_->core().workflow_type(); }

std::vector<WaitingCoroutine> WorkflowRun::Waiting() const {
  if (closed() || impl_->core().instance() == nullptr) return {};
  return impl_->core().instance()->Waiting();
}

std::vector<std::string> WorkflowRun::UnhandledSignals() const {
  if (closed() || impl_->core().instance() == nullptr) return {};
  return impl_->core().instance()->UnhandledSignals();
}

std::vector<std::string> WorkflowRun::KnownSignals() const {
  if (impl_->core().instance() == nullptr) return {};
  return impl_->core().instance()->KnownSignals();
}

}  // namespace temporal::internal
