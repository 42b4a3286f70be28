// What is reported of an activity's attempt when its code has ended.
#include <utility>

#include "sdk/base/utf8.h"
#include "sdk/converter/failure_converter.h"
#include "sdk/converter/message_codec.h"
#include "sdk/converter/payload_converter.h"
#include "sdk/transport/refusals.h"
#include "sdk/transport/rpcs.h"
#include "sdk/worker/activity_task.h"
#include "sdk/worker/version_stamp.h"

namespace temporal::internal {
namespace {

constexpr Duration kReportCallTimeout = std::chrono::seconds(10);

// Of an activity that gave way to something that is no request to cancel it.
ApplicationFailure GaveWay(CancelReason reason) {
  switch (reason) {
    case CancelReason::kWorkerShutdown:
      return ApplicationFailure("Worker is shutting down and this activity did not complete in time",
                                {.type = "WorkerShutdown"});
    case CancelReason::kPaused:
      return ApplicationFailure("Unhandled activity cancel error produced by activity pause",
                                {.type = "ActivityPause"});
    default:
      return ApplicationFailure("Unhandled activity cancel error produced by activity reset",
                                {.type = "ActivityReset"});
  }
}

}  // namespace

void ActivityTask::CodeEnded() {
  code_ended_ = true;
  for (TimerId* timer : {&throttle_timer_, &start_to_close_timer_, &heartbeat_timer_}) {
    context_->loop().Cancel(std::exchange(*timer, 0));
  }
  // The call under way may still tell that the activity is gone, or bring the details before the report.
  if (!throttle_.in_flight()) Report();
}

// The server keeps the last details for the next attempt; for one that has ended well they are of no use.
void ActivityTask::Report() {
  const bool reports = outcome_.kind != Outcome::kAsync && !Gone() && finished_ != nullptr;
  if (!reports) return Finish();
  if (outcome_.kind == Outcome::kCompleted) return ReportCompleted();
  if (throttle_.pending()) return SendHeartbeat();
  if (outcome_.kind == Outcome::kFailed || reason_ == CancelReason::kNone) return ReportFailed();
  if (reason_ == CancelReason::kRequested) return ReportCanceled();
  outcome_.failure = ToProto(GaveWay(reason_));
  ReportFailed();
}

std::optional<ApplicationFailure> ActivityTask::Encode(google::protobuf::Message& request) const {
  try {
    EncodeMessage(context_->client->data_converter(), info_.serialization_context(), request);
  } catch (const std::exception& error) {
    return ApplicationFailure(std::string("Failed encoding payloads: ") + error.what(), {.type = "ConversionError"});
  }
  const std::string invalid = FindInvalidUtf8(request);
  if (invalid.empty()) return std::nullopt;
  return ApplicationFailure(invalid + " is not valid UTF-8", {.type = "ConversionError"});
}

void ActivityTask::ReportCompleted() {
  rpc::RespondActivityTaskCompleted::Request request;
  *request.mutable_result()->add_payloads() = ToProto(outcome_.result);
  Send<rpc::RespondActivityTaskCompleted>(request);
}

void ActivityTask::ReportFailed() {
  rpc::RespondActivityTaskFailed::Request request;
  *request.mutable_failure() = AsActivityFailure(std::move(outcome_.failure));
  Send<rpc::RespondActivityTaskFailed>(request);
}

void ActivityTask::ReportCanceled() {
  rpc::RespondActivityTaskCanceled::Request request;
  if (!outcome_.canceled_details.empty()) *request.mutable_details() = ToProto(outcome_.canceled_details);
  Send<rpc::RespondActivityTaskCanceled>(request);
}

template <class Rpc>
void ActivityTask::Send(typename Rpc::Request& request) {
  if (const auto problem = Encode(request)) {
    if constexpr (std::is_same_v<Rpc, rpc::RespondActivityTaskFailed>) {
      // Of this one only the text is left, which needs no codec.
      request.Clear();
      *request.mutable_failure() = ToProto(*problem);
    } else {
      outcome_.failure = ToProto(*problem);
      return ReportFailed();
    }
  }
  request.set_task_token(info_.task_token);
  request.set_namespace_(context_->client->namespace_name());
  request.set_identity(context_->client->identity());
  SetVersion(*context_, request);
  Invoke<Rpc>(context_->service(), request, context_->client->NewCallOptions(kReportCallTimeout),
              [weak = weak_from_this()](absl::StatusOr<std::unique_ptr<typename Rpc::Response>> got) {
                auto self = weak.lock();
                if (self == nullptr) return;
                if (absl::IsNotFound(got.status())) {
                  self->Log().Debug("the activity had ended before its report: " + internal::Describe(got.status()));
                } else if (!got.ok()) {
                  if (self->ReportRefused(got.status())) return;
                  self->Log().Warning("the report failed: " + internal::Describe(got.status()));
                }
                self->Finish();
              });
}

// What will never be taken as it is, is replaced by a failure that says why: otherwise the attempt would wait for its
// timeout, and nobody would learn of the cause. As the server does with results that are a little smaller, a size is
// taken for what another attempt would not mend.
bool ActivityTask::ReportRefused(const absl::Status& status) {
  const bool too_large = IsMessageTooLarge(status);
  const bool final = too_large || IsUnreadable(status) || absl::IsInvalidArgument(status);
  if (!final || finished_ == nullptr || std::exchange(report_replaced_, true)) return false;
  outcome_.failure = ToProto(
      ApplicationFailure("the activity's report was refused: " + internal::Describe(status),
                         {.type = too_large ? "GrpcMessageTooLarge" : "ReportRefused", .non_retryable = too_large}));
  ReportFailed();
  return true;
}

void ActivityTask::Finish() {
  if (finished_ != nullptr) std::exchange(finished_, nullptr)();
}

}  // namespace temporal::internal
