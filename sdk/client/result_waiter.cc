// Reads close events and re-sends the long poll for them.
#include "sdk/client/result_waiter.h"

#include <utility>

#include "sdk/converter/failure_converter.h"
#include "sdk/converter/message_codec.h"
#include "sdk/converter/payload_converter.h"
#include "sdk/transport/rpcs.h"
#include "temporal/errors.h"

namespace temporal::internal {
namespace {

using api::history::v1::HistoryEvent;
using HistoryResponse = api::workflowservice::v1::GetWorkflowExecutionHistoryResponse;

// More than the server holds a poll.
constexpr Duration kLongPollTimeout = std::chrono::seconds(65);

ChainEnd GoesOn(const std::string& next_run_id) { return {.closed = true, .next_run_id = next_run_id}; }

ChainEnd Failed(std::shared_ptr<const Failure> cause) {
  return {.closed = true, .failure = std::make_exception_ptr(WorkflowFailedError(std::move(cause)))};
}

template <class F>
ChainEnd FailedWith(F failure) {
  return Failed(std::make_shared<F>(std::move(failure)));
}

ChainEnd Completed(const api::history::v1::WorkflowExecutionCompletedEventAttributes& event) {
  if (!event.new_execution_run_id().empty()) return GoesOn(event.new_execution_run_id());
  return {.closed = true, .result = FromProto(event.result())};
}

ChainEnd Terminated(const api::history::v1::WorkflowExecutionTerminatedEventAttributes& event) {
  return FailedWith(TerminatedFailure(event.reason().empty() ? "workflow terminated" : event.reason()));
}

}  // namespace

ChainEnd ReadChainEnd(const HistoryEvent& event) {
  switch (event.attributes_case()) {
    case HistoryEvent::kWorkflowExecutionCompletedEventAttributes:
      return Completed(event.workflow_execution_completed_event_attributes());
    case HistoryEvent::kWorkflowExecutionFailedEventAttributes: {
      const auto& failed = event.workflow_execution_failed_event_attributes();
      if (!failed.new_execution_run_id().empty()) return GoesOn(failed.new_execution_run_id());
      return Failed(FromProto(failed.failure()));
    }
    case HistoryEvent::kWorkflowExecutionTimedOutEventAttributes: {
      const auto& timed_out = event.workflow_execution_timed_out_event_attributes();
      if (!timed_out.new_execution_run_id().empty()) return GoesOn(timed_out.new_execution_run_id());
      return FailedWith(TimeoutFailure("workflow timed out", TimeoutType::kStartToClose));
    }
    case HistoryEvent::kWorkflowExecutionCanceledEventAttributes: {
      const auto& canceled = event.workflow_execution_canceled_event_attributes();
      return FailedWith(CanceledFailure("workflow canceled", FromProto(canceled.details())));
    }
    case HistoryEvent::kWorkflowExecutionTerminatedEventAttributes:
      return Terminated(event.workflow_execution_terminated_event_attributes());
    case HistoryEvent::kWorkflowExecutionContinuedAsNewEventAttributes:
      return GoesOn(event.workflow_execution_continued_as_new_event_attributes().new_execution_run_id());
    default:
      return {};
  }
}

ResultWaiter::ResultWaiter(ClientCore& core, std::string workflow_id, std::string run_id)
    : core_(core), workflow_id_(std::move(workflow_id)), run_id_(std::move(run_id)) {}

void ResultWaiter::Cancel() {
  done_ = true;
  cancel_->Cancel();
}

Payloads ResultWaiter::Take() {
  if (!error_.ok()) ThrowRpcError(error_);
  if (end_.failure != nullptr) std::rethrow_exception(end_.failure);
  return std::move(end_.result);
}

void ResultWaiter::Poll() {
  rpc::GetWorkflowExecutionHistory::Request request;
  request.set_namespace_(core_.namespace_name());
  request.mutable_execution()->set_workflow_id(workflow_id_);
  request.mutable_execution()->set_run_id(run_id_);
  request.set_wait_new_event(true);
  request.set_history_event_filter_type(api::enums::v1::HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT);
  request.set_skip_archival(true);
  request.set_next_page_token(page_token_);
  CallOptions options = core_.NewCallOptions(kLongPollTimeout);
  options.cancel = cancel_;
  Invoke<rpc::GetWorkflowExecutionHistory>(
      core_.host().service(), request, std::move(options),
      [self = shared_from_this()](absl::StatusOr<std::unique_ptr<HistoryResponse>> got) {
        self->Answered(std::move(got));
      });
}

void ResultWaiter::Answered(absl::StatusOr<std::unique_ptr<HistoryResponse>> got) {
  if (done_) return;
  if (got.status().code() == absl::StatusCode::kDeadlineExceeded) return Poll();
  if (!got.ok()) {
    error_ = got.status();
    done_ = true;
    return;
  }
  page_token_ = (*got)->next_page_token();
  try {
    DecodeMessage(core_.data_converter(), {core_.namespace_name(), workflow_id_}, **got);
  } catch (...) {
    end_.failure = std::current_exception();
    done_ = true;
    return;
  }
  for (const HistoryEvent& event : (*got)->history().events()) Saw(event);
  if (!done_) Poll();
}

void ResultWaiter::Saw(const HistoryEvent& event) {
  ChainEnd end = ReadChainEnd(event);
  if (!end.closed) return;
  if (!end.next_run_id.empty()) {
    run_id_ = std::move(end.next_run_id);
    page_token_.clear();
    return;
  }
  end_ = std::move(end);
  done_ = true;
}

}  // namespace temporal::internal
