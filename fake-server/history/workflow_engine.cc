// Which runs there are, and how new ones come about.
#include "fake-server/history/workflow_engine.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "fake-server/history/field_rules.h"
#include "fake-server/history/retry_policy.h"
#include "fake-server/history/run_lifecycle.h"
#include "fake-server/history/service_errors.h"
#include "fake-server/history/transaction.h"
#include "fake-server/history/upserts.h"
#include "fake-server/history/worker_version.h"
#include "fake-server/history/workflow_task_lifecycle.h"
#include "sdk/base/proto_time.h"

namespace temporal::server {
namespace {

namespace enums = api::enums::v1;
using internal::Duration;
using internal::FromProto;
using internal::ToProto;

// By its number: the constant is marked as deprecated.
constexpr int kTerminateIfRunning = 4;

struct IdPolicies {
  enums::WorkflowIdConflictPolicy conflict{};
  enums::WorkflowIdReusePolicy reuse{};
};

template <class Request>
IdPolicies PoliciesOf(const Request& request, enums::WorkflowIdConflictPolicy default_conflict) {
  IdPolicies policies{request.workflow_id_conflict_policy(), request.workflow_id_reuse_policy()};
  if (static_cast<int>(policies.reuse) == kTerminateIfRunning) {
    return {enums::WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING, enums::WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE};
  }
  if (policies.conflict == enums::WORKFLOW_ID_CONFLICT_POLICY_UNSPECIFIED) policies.conflict = default_conflict;
  if (policies.reuse == enums::WORKFLOW_ID_REUSE_POLICY_UNSPECIFIED) {
    policies.reuse = enums::WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE;
  }
  return policies;
}

absl::Status StartedAlready(const MutableState& run, std::string_view what, std::string_view policy) {
  std::string text = absl::StrCat(absl::string_view(what.data(), what.size()), ". WorkflowId: ", run.workflow_id(),
                                  ", RunId: ", run.run_id(), ".");
  if (!policy.empty()) {
    absl::StrAppend(&text, " Workflow Id reuse policy: ", absl::string_view(policy.data(), policy.size()), ".");
  }
  return AlreadyStarted(text, run.start_request_id(), run.run_id(), run.start().first_execution_run_id());
}

// Whether the workflow id of a closed run may be used again.
absl::Status CheckReuse(const MutableState& closed, enums::WorkflowIdReusePolicy policy) {
  if (!enums::WorkflowIdReusePolicy_IsValid(policy)) return Stumbled();
  if (MayReuseWorkflowId(closed, policy)) return absl::OkStatus();
  if (policy == enums::WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE) {
    return StartedAlready(closed, "Workflow execution already finished", "reject duplicate workflow Id");
  }
  return StartedAlready(closed, "Workflow execution already finished successfully",
                        "allow duplicate workflow Id if last run failed");
}

template <class Request>
void CopyTimeouts(const Request& request, const DynamicConfig& config, MutableState::StartedAttributes& attributes) {
  const Duration execution = FromProto(CapDuration(request.workflow_execution_timeout()));
  const Duration run = LesserTimeout(FromProto(CapDuration(request.workflow_run_timeout())), execution);
  Duration task = FromProto(request.workflow_task_timeout());
  if (task == Duration::zero()) task = config.default_workflow_task_timeout;
  task = LesserTimeout(std::min(task, config.max_workflow_task_timeout), run);
  if (request.has_workflow_execution_timeout()) {
    *attributes.mutable_workflow_execution_timeout() = AsGiven(request.workflow_execution_timeout(), execution);
  }
  if (request.has_workflow_run_timeout() || run != Duration::zero()) {
    *attributes.mutable_workflow_run_timeout() = AsGiven(request.workflow_run_timeout(), run);
  }
  *attributes.mutable_workflow_task_timeout() = AsGiven(request.workflow_task_timeout(), task);
}

template <class Request>
NewRun RunOf(HistoryContext& context, const Namespace& name_space, const Request& request) {
  NewRun run;
  run.name_space = &name_space;
  run.workflow_id = request.workflow_id();
  run.run_id = context.random.Uuid();
  run.request_id = request.request_id().empty() ? context.random.Uuid() : request.request_id();
  run.started = HistoryBuilder::Make(enums::EVENT_TYPE_WORKFLOW_EXECUTION_STARTED,
                                     RunClock(context.scheduler, name_space.clock_offset, {}).Now());
  if (request.has_user_metadata()) *run.started->mutable_user_metadata() = request.user_metadata();
  *run.started->mutable_links() = request.links();
  auto& attributes = run.attributes();
  *attributes.mutable_workflow_type() = request.workflow_type();
  attributes.set_workflow_id(request.workflow_id());
  *attributes.mutable_task_queue() = KeptTaskQueue(request.task_queue());
  if (request.has_input()) *attributes.mutable_input() = request.input();
  if (request.has_header()) *attributes.mutable_header() = request.header();
  CopyTimeouts(request, context.config, attributes);
  attributes.set_identity(request.identity());
  attributes.set_original_execution_run_id(run.run_id);
  attributes.set_first_execution_run_id(run.run_id);
  attributes.set_attempt(1);
  if (request.has_retry_policy()) {
    *attributes.mutable_retry_policy() = request.retry_policy();
    FillRetryDefaults(*attributes.mutable_retry_policy());
  }
  *attributes.mutable_first_workflow_task_backoff() = CapDuration(request.workflow_start_delay());
  if (!request.cron_schedule().empty()) {
    BeginCron(request.cron_schedule(), FromProto(run.started->event_time()), attributes);
  }
  KeepMemo(request.memo(), attributes);
  api::common::v1::SearchAttributes found = request.search_attributes();
  context.search_attributes.Normalise(name_space.name, found).IgnoreError();  // the request has been checked
  KeepSearchAttributes(found, attributes);
  if (request.has_priority()) *attributes.mutable_priority() = request.priority();
  if (request.has_versioning_override())
    *attributes.mutable_versioning_override() = InNewForm(request.versioning_override());
  return run;
}

void LinkTo(const MutableState& run, api::common::v1::Link& link) {
  auto& event = *link.mutable_workflow_event();
  event.set_namespace_(run.name_space().name);
  event.set_workflow_id(run.workflow_id());
  event.set_run_id(run.run_id());
}

void LinkToStart(const MutableState& run, api::common::v1::Link& link) {
  LinkTo(run, link);
  auto& event = *link.mutable_workflow_event()->mutable_event_ref();
  event.set_event_id(1);
  event.set_event_type(enums::EVENT_TYPE_WORKFLOW_EXECUTION_STARTED);
}

wf::StartWorkflowExecutionResponse Response(const MutableState& run, bool started) {
  wf::StartWorkflowExecutionResponse response;
  response.set_run_id(run.run_id());
  response.set_started(started);
  response.set_status(run.status());
  response.set_first_execution_run_id(run.start().first_execution_run_id());
  LinkToStart(run, *response.mutable_link());
  return response;
}

// To a start that has been answered already: with its first workflow task again, if the caller was to have that at once
// and has not answered it.
wf::StartWorkflowExecutionResponse RepeatedResponse(const wf::StartWorkflowExecutionRequest& request,
                                                    MutableState& run) {
  wf::StartWorkflowExecutionResponse response = Response(run, /*started=*/true);
  const bool first = run.task().started() && !run.has_completed_task() && run.task().attempt == 1;
  if (request.request_eager_execution() && run.start().eager_execution_accepted() && first) {
    FillWorkflowTask(run, {}, *response.mutable_eager_workflow_task());
  }
  return response;
}

// A start that meets a running workflow leaves its request id there.
void AttachRequestId(MutableState& run, const std::string& request_id) {
  auto event = HistoryBuilder::Make(enums::EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED, run.Now());
  event->set_worker_may_ignore(true);
  event->mutable_workflow_execution_options_updated_event_attributes()->set_attached_request_id(request_id);
  run.builder.Add(std::move(event));
  run.AddRequestId(request_id, enums::EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED, 0);
  CloseTransaction(run);
}

}  // namespace

void LinkToRequest(const MutableState& run, const std::string& request_id, enums::EventType type,
                   api::common::v1::Link& link) {
  LinkTo(run, link);
  auto& request = *link.mutable_workflow_event()->mutable_request_id_ref();
  request.set_request_id(request_id);
  request.set_event_type(type);
}

WorkflowEngine::WorkflowEngine(HistoryContext context) : context_(std::move(context)) {
  context_.add_run = [this](std::shared_ptr<MutableState> run) {
    by_run_id_.emplace(run->run_id(), run);
    current_[Key(run->name_space().id, run->workflow_id())] = run;
    runs_.push_back(std::move(run));
  };
  context_.find_run = [this](const Namespace& name_space, const std::string& workflow_id, const std::string& run_id) {
    api::common::v1::WorkflowExecution execution;
    execution.set_workflow_id(workflow_id);
    execution.set_run_id(run_id);
    auto found = Find(name_space, execution);
    return found.ok() ? *std::move(found) : nullptr;
  };
  context_.follow_up = [this](internal::Closure transaction) {
    follow_ups_.push_back(std::move(transaction));
    context_.scheduler.Post([this, alive = std::weak_ptr<bool>(alive_)] {
      if (alive.expired()) return;
      internal::Closure next = std::move(follow_ups_.front());
      follow_ups_.pop_front();
      next();
    });
  };
}

WorkflowEngine::~WorkflowEngine() = default;

std::shared_ptr<MutableState> WorkflowEngine::Current(const Namespace& name_space,
                                                      const std::string& workflow_id) const {
  const auto found = current_.find(Key(name_space.id, workflow_id));
  return found == current_.end() ? nullptr : found->second;
}

std::shared_ptr<MutableState> WorkflowEngine::FindRun(std::string_view run_id) const {
  auto found = by_run_id_.find(absl::string_view(run_id.data(), run_id.size()));
  if (found == by_run_id_.end()) found = by_run_id_.find(CanonicalUuid(run_id));
  return found == by_run_id_.end() ? nullptr : found->second;
}

absl::StatusOr<std::shared_ptr<MutableState>> WorkflowEngine::Find(
    const Namespace& name_space, const api::common::v1::WorkflowExecution& execution) const {
  std::shared_ptr<MutableState> run =
      execution.run_id().empty() ? Current(name_space, execution.workflow_id()) : FindRun(execution.run_id());
  if (run == nullptr || run->workflow_id() != execution.workflow_id() || run->name_space().id != name_space.id) {
    if (execution.run_id().empty()) return NotFound("workflow not found for ID: " + execution.workflow_id());
    return NotFound(absl::StrCat("workflow execution not found for workflow ID \"", execution.workflow_id(),
                                 "\" and run ID \"", execution.run_id(), "\""));
  }
  return run;
}

void WorkflowEngine::Remove(const std::shared_ptr<MutableState>& run) {
  by_run_id_.erase(run->run_id());
  const auto current = current_.find(Key(run->name_space().id, run->workflow_id()));
  if (current != current_.end() && current->second == run) current_.erase(current);
  runs_.erase(std::find(runs_.begin(), runs_.end(), run));
}

absl::StatusOr<wf::StartWorkflowExecutionResponse> WorkflowEngine::Start(
    const Namespace& name_space, const wf::StartWorkflowExecutionRequest& request) {
  const IdPolicies policies = PoliciesOf(request, enums::WORKFLOW_ID_CONFLICT_POLICY_FAIL);
  const std::shared_ptr<MutableState> current = Current(name_space, request.workflow_id());
  if (current != nullptr) {
    if (request.request_id() == current->start_request_id()) return RepeatedResponse(request, *current);
    const MutableState::RequestId* known = current->FindRequestId(request.request_id());
    if (known != nullptr && known->event_type == enums::EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED) {
      return AttachedResponse(*current, request.request_id());
    }
    if (current->running() && policies.conflict == enums::WORKFLOW_ID_CONFLICT_POLICY_FAIL) {
      return StartedAlready(*current, "Workflow execution is already running", "");
    }
    if (current->running() && policies.conflict == enums::WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING) {
      if (!request.on_conflict_options().attach_request_id()) return Response(*current, /*started=*/false);
      AttachRequestId(*current, request.request_id());
      return AttachedResponse(*current, request.request_id());
    }
    if (current->running() && !enums::WorkflowIdConflictPolicy_IsValid(policies.conflict)) return Stumbled();
    if (!current->running()) {
      if (auto status = CheckReuse(*current, policies.reuse); !status.ok()) return status;
    }
  }
  NewRun new_run = RunOf(context_, name_space, request);
  *new_run.attributes().mutable_completion_callbacks() = request.completion_callbacks();
  if (request.has_continued_failure()) {
    *new_run.attributes().mutable_continued_failure() = request.continued_failure();
  }
  if (request.has_last_completion_result()) {
    *new_run.attributes().mutable_last_completion_result() = request.last_completion_result();
  }
  const bool eager = request.request_eager_execution() && context_.config.eager_workflow_start &&
                     FromProto(request.workflow_start_delay()) == Duration::zero() && request.cron_schedule().empty();
  new_run.attributes().set_eager_execution_accepted(eager);
  const std::shared_ptr<MutableState> run = ReplaceRun(context_, current.get(), std::move(new_run));
  ScheduleFirstWorkflowTask(*run);
  if (eager) StartWorkflowTask(*run, request.identity(), run->start_request_id());
  CloseTransaction(*run);
  wf::StartWorkflowExecutionResponse response = Response(*run, /*started=*/true);
  if (eager) FillWorkflowTask(*run, {}, *response.mutable_eager_workflow_task());
  return response;
}

wf::StartWorkflowExecutionResponse WorkflowEngine::AttachedResponse(const MutableState& run,
                                                                    const std::string& request_id) const {
  wf::StartWorkflowExecutionResponse response = Response(run, /*started=*/false);
  response.clear_link();
  LinkToRequest(run, request_id, enums::EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED, *response.mutable_link());
  return response;
}

absl::StatusOr<wf::SignalWithStartWorkflowExecutionResponse> WorkflowEngine::SignalWithStart(
    const Namespace& name_space, const wf::SignalWithStartWorkflowExecutionRequest& request) {
  const IdPolicies policies = PoliciesOf(request, enums::WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING);
  const SignalDetails signal{.name = request.signal_name(),
                             .input = request.has_signal_input() ? &request.signal_input() : nullptr,
                             .header = request.has_header() ? &request.header() : nullptr,
                             .identity = request.identity(),
                             .request_id = request.request_id(),
                             .links = &request.links()};
  const auto respond = [&](const MutableState& run, bool started) {
    wf::SignalWithStartWorkflowExecutionResponse response;
    response.set_run_id(run.run_id());
    response.set_started(started);
    response.set_first_execution_run_id(run.start().first_execution_run_id());
    LinkToRequest(run, request.request_id(), enums::EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED,
                  *response.mutable_signal_link());
    return response;
  };
  const std::shared_ptr<MutableState> current = Current(name_space, request.workflow_id());
  if (current != nullptr) {
    if (request.request_id() == current->start_request_id()) {
      return respond(*current, /*started=*/false);
    }
    if (current->running()) {
      if (policies.conflict == enums::WORKFLOW_ID_CONFLICT_POLICY_FAIL) {
        return StartedAlready(*current, "Workflow execution is already running", "");
      }
      if (policies.conflict != enums::WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING) {
        if (auto status = CheckSignalFits(*current, signal.request_id); !status.ok()) return status;
        WriteSignal(*current, signal);
        ScheduleWorkflowTask(*current);
        CloseTransaction(*current);
        return respond(*current, /*started=*/false);
      }
    } else if (auto status = CheckReuse(*current, policies.reuse); !status.ok()) {
      return status;
    }
  }
  const std::shared_ptr<MutableState> run = ReplaceRun(context_, current.get(), RunOf(context_, name_space, request));
  WriteSignal(*run, signal);
  run->FlushBuffer();
  ScheduleFirstWorkflowTask(*run);
  CloseTransaction(*run);
  return respond(*run, /*started=*/true);
}

}  // namespace temporal::server
