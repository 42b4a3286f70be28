// See history_reads.h.
#include "fake-server/frontend/history_reads.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/match.h"
#include "fake-server/history/history_page.h"
#include "fake-server/history/service_errors.h"
#include "fake-server/history/task_token.h"

namespace temporal::server {
namespace {

using api::common::v1::WorkflowExecution;
using api::history::v1::HistoryEvent;
using Response = wf::GetWorkflowExecutionHistoryResponse;

// A wait ends so long before the caller's deadline.
constexpr internal::Duration kEmptyAnswerBudget = std::chrono::seconds(1);

// The run that is asked for, which a token fixes; its token, where there is one.
struct Target {
  std::shared_ptr<MutableState> run;
  HistoryToken token;
};

absl::StatusOr<Target> FindTarget(const WorkflowEngine& engine, const Namespace& name_space,
                                  const WorkflowExecution& asked, const std::string& bytes) {
  Target target;
  WorkflowExecution execution = asked;
  if (!bytes.empty()) {
    auto token = HistoryToken::Decode(bytes);
    if (!token.has_value()) return InvalidArgument("Invalid NextPageToken.");
    if (!asked.run_id().empty() && asked.run_id() != token->run_id) {
      return InvalidArgument("RunId in the request does not match the NextPageToken.");
    }
    target.token = *std::move(token);
    execution.set_run_id(target.token.run_id);
  }
  auto run = engine.Find(name_space, execution);
  if (!run.ok()) return run.status();
  target.run = *std::move(run);
  target.token.run_id = target.run->run_id();
  return target;
}

int PageSize(int asked, const DynamicConfig& config) {
  return asked <= 0 || asked > config.history_page_size ? config.history_page_size : asked;
}

// Command lines and browsers see what is written, SDKs also the workflow task that is not.
bool ShowsTransientTask(const CallContext& context) {
  const std::string_view client = context.Metadata("client-name");
  return client != "temporal-cli" && client != "temporal-ui";
}

bool FollowsNextRun(const CallContext& context) {
  const std::string_view features = context.Metadata("supported-features");
  return absl::StrContains(absl::string_view(features.data(), features.size()), "follows-next-run-id");
}

// The protos deprecate the fields that such clients read.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
// For clients that don't know that a run which closed may have a successor: the closing event as a ContinuedAsNew.
void PretendContinuedAsNew(HistoryEvent& event) {
  api::history::v1::WorkflowExecutionContinuedAsNewEventAttributes shown;
  if (event.has_workflow_execution_completed_event_attributes()) {
    const auto& completed = event.workflow_execution_completed_event_attributes();
    shown.set_new_execution_run_id(completed.new_execution_run_id());
    *shown.mutable_last_completion_result() = completed.result();
  } else if (event.has_workflow_execution_failed_event_attributes()) {
    const auto& failed = event.workflow_execution_failed_event_attributes();
    shown.set_new_execution_run_id(failed.new_execution_run_id());
    *shown.mutable_failure() = failed.failure();
  } else if (event.has_workflow_execution_timed_out_event_attributes()) {
    shown.set_new_execution_run_id(event.workflow_execution_timed_out_event_attributes().new_execution_run_id());
    shown.mutable_failure()->set_message("workflow timeout");
    shown.mutable_failure()->mutable_timeout_failure_info()->set_timeout_type(
        api::enums::v1::TIMEOUT_TYPE_START_TO_CLOSE);
  }
  if (shown.new_execution_run_id().empty()) return;
  event.set_event_type(api::enums::v1::EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW);
  *event.mutable_workflow_execution_continued_as_new_event_attributes() = std::move(shown);
}
#pragma GCC diagnostic pop

}  // namespace

// One call to GetWorkflowExecutionHistory. A token that says `running` stands at the end of what there was: a call
// with it may wait. Others stand in the midst, or just after a page that was full, and never wait.
class HistoryReads::Read : public std::enable_shared_from_this<Read> {
 public:
  Read(HistoryReads& reads, std::uint64_t id, Target target, const wf::GetWorkflowExecutionHistoryRequest& request,
       const CallContext& context, Reply<Response> reply)
      : reads_(reads),
        id_(id),
        run_(std::move(target.run)),
        token_(std::move(target.token)),
        has_token_(!request.next_page_token().empty()),
        waits_(request.wait_new_event()),
        close_event_only_(request.history_event_filter_type() == api::enums::v1::HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT),
        page_size_(PageSize(request.maximum_page_size(), reads.config_)),
        shows_transient_(ShowsTransientTask(context)),
        follows_next_run_(FollowsNextRun(context)),
        reply_(std::move(reply)) {}
  ~Read() { reads_.scheduler_.Cancel(expiry_); }
  Read(const Read&) = delete;
  Read& operator=(const Read&) = delete;

  bool MustWait() const {
    if (!run_->running()) return false;
    // The first call for the close event waits for it, told to or not.
    if (close_event_only_) return waits_ || !has_token_;
    return waits_ && token_.running && token_.next_event_id >= run_->next_event_id();
  }

  void Park(const CallContext& context) {
    const auto longest = reads_.scheduler_.Now() + reads_.config_.history_long_poll;
    const auto when = std::min(longest, context.deadline - kEmptyAnswerBudget);
    expiry_ = reads_.scheduler_.PostAt(when, internal::TimerKind::kIdle, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->Answer();
    });
    if (context.cancel != nullptr) {
      context.cancel->OnCancel([weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->Forget();
      });
    }
    Listen();
  }

  // Ends this object.
  void Answer() {
    auto response = std::make_unique<Response>();
    response->mutable_history();
    if (close_event_only_) {
      FillCloseEvent(*response);
    } else {
      FillPage(*response);
    }
    Reply<Response> reply = std::move(reply_);
    Forget();
    reply(std::move(response));
  }

 private:
  void Listen() {
    change_ = run_->OnChange([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->Changed();
    });
  }

  void Changed() {
    change_ = 0;
    if (MustWait()) return Listen();
    Answer();
  }

  void Forget() {
    if (change_ != 0) run_->Forget(std::exchange(change_, 0));
    const auto self = shared_from_this();
    reads_.waiting_.erase(id_);
  }

  void FillCloseEvent(Response& response) const {
    if (!run_->running()) {
      HistoryEvent& last = *response.mutable_history()->add_events();
      last = run_->events().at(run_->next_event_id() - 1);
      if (!follows_next_run_) PretendContinuedAsNew(last);
    } else if (waits_) {
      SetToken(run_->next_event_id(), /*at_end=*/true, response);
    }
  }

  void FillPage(Response& response) const {
    auto& events = *response.mutable_history()->mutable_events();
    const std::int64_t end = run_->next_event_id();
    const bool nothing_new = token_.running && token_.next_event_id >= end;
    if (!nothing_new) {
      const std::int64_t next = CopyPage(run_->events(), token_.next_event_id, page_size_, events);
      if (next != 0) return SetToken(next, /*at_end=*/false, response);
      if (shows_transient_) {
        for (auto& event : run_->TransientEvents()) events.AddAllocated(event.release());
      }
    }
    if (waits_ && run_->running()) SetToken(end, /*at_end=*/true, response);
  }

  void SetToken(std::int64_t next, bool at_end, Response& response) const {
    HistoryToken token;
    token.run_id = run_->run_id();
    token.next_event_id = next;
    token.running = at_end;
    response.set_next_page_token(token.Encode());
  }

  HistoryReads& reads_;
  const std::uint64_t id_;
  const std::shared_ptr<MutableState> run_;
  const HistoryToken token_;
  const bool has_token_;
  const bool waits_;
  const bool close_event_only_;
  const int page_size_;
  const bool shows_transient_;
  const bool follows_next_run_;
  Reply<Response> reply_;
  internal::TimerId expiry_ = 0;
  std::uint64_t change_ = 0;
};

HistoryReads::HistoryReads(internal::Scheduler& scheduler, const DynamicConfig& config, const WorkflowEngine& engine)
    : scheduler_(scheduler), config_(config), engine_(engine) {}

HistoryReads::~HistoryReads() = default;

void HistoryReads::Get(const Namespace& name_space, const wf::GetWorkflowExecutionHistoryRequest& request,
                       const CallContext& context, Reply<Response> reply) {
  auto target = FindTarget(engine_, name_space, request.execution(), request.next_page_token());
  if (!target.ok()) return reply(target.status());
  const std::uint64_t id = next_id_++;
  const auto read = std::make_shared<Read>(*this, id, *std::move(target), request, context, std::move(reply));
  if (!read->MustWait()) return read->Answer();
  waiting_[id] = read;
  read->Park(context);
}

absl::StatusOr<wf::GetWorkflowExecutionHistoryReverseResponse> HistoryReads::GetReverse(
    const Namespace& name_space, const wf::GetWorkflowExecutionHistoryReverseRequest& request) const {
  const auto target = FindTarget(engine_, name_space, request.execution(), request.next_page_token());
  if (!target.ok()) return target.status();
  const MutableState& run = *target->run;
  const std::int64_t end = request.next_page_token().empty()
                               ? run.next_event_id()
                               : std::min(target->token.next_event_id, run.next_event_id());
  wf::GetWorkflowExecutionHistoryReverseResponse response;
  if (!request.next_page_token().empty() && !target->token.reverse) {
    // The real server finds nothing in the direction that such a token does not go, and gives it back.
    response.mutable_history();
    response.set_next_page_token(request.next_page_token());
    return response;
  }
  HistoryToken next;
  next.reverse = true;
  next.run_id = run.run_id();
  next.next_event_id = CopyPageReverse(run.events(), end, PageSize(request.maximum_page_size(), config_),
                                       *response.mutable_history()->mutable_events());
  if (next.next_event_id != 0) response.set_next_page_token(next.Encode());
  return response;
}

}  // namespace temporal::server
