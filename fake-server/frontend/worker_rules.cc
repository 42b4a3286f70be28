// What workers send: polls, answers to tasks, and answers to activities that are named instead.
#include <chrono>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "fake-server/frontend/request_rules.h"
#include "fake-server/history/field_rules.h"
#include "fake-server/history/service_errors.h"
#include "fake-server/history/task_token.h"
#include "google/protobuf/empty.pb.h"
#include "google/protobuf/unknown_field_set.h"
#include "temporal/api/deployment/v1/message.pb.h"
#include "temporal/api/taskqueue/v1/message.pb.h"

namespace temporal::server {
namespace {

constexpr internal::Duration kMinPollTimeout = std::chrono::seconds(2);
constexpr std::size_t kMaxBuildId = 255;  // bytes

// Workers still send what the protos call deprecated.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
template <class Poll>
const std::string& BuildIdOf(const Poll& poll) {
  return poll.worker_version_capabilities().build_id();
}
const std::string& BuildIdOf(const wf::RespondWorkflowTaskCompletedRequest& answer) {
  return answer.worker_version_stamp().build_id();
}
#pragma GCC diagnostic pop

absl::Status CheckPollTimeout(const ValidationContext& context) {
  if (context.timeout == internal::Duration(0)) return InvalidArgument("Context timeout is not set.");
  if (context.timeout < kMinPollTimeout) return absl::FailedPreconditionError("Context timeout is too short.");
  return absl::OkStatus();
}

template <class Request>
absl::Status CheckIdentity(const Request& request, const ValidationContext& context) {
  return TooLong(request.identity(), context) ? InvalidArgument("Identity length exceeds limit.") : absl::OkStatus();
}

template <class Request>
absl::Status CheckDeployment(const Request& request) {
  const auto& options = request.deployment_options();
  const bool versioned = options.worker_versioning_mode() == api::enums::v1::WORKER_VERSIONING_MODE_VERSIONED;
  if (versioned && (options.deployment_name().empty() || options.build_id().empty())) {
    return InvalidArgument("Deployment name and build id must be set together.");
  }
  if (absl::StrContains(options.deployment_name(), '.')) {
    return InvalidArgument("worker deployment name cannot contain '.'");
  }
  return absl::OkStatus();
}

absl::Status CheckBuildId(std::string_view build_id) {
  if (build_id.size() <= kMaxBuildId) return absl::OkStatus();
  return InvalidArgument("Build ID exceeds configured limit.workerBuildIdSize, use a shorter build ID.");
}

template <class Request>
absl::Status CheckQueue(const Request& request, const ValidationContext& context) {
  if (!request.has_task_queue()) return InvalidArgument("taskQueue is not set");
  return ValidateTaskQueue(request.task_queue(), context.config.max_id_length);
}

template <class Request>
absl::Status CheckOtherPoll(const Request& request, const ValidationContext& context) {
  TEMPORAL_RETURN_IF_ERROR(CheckPollTimeout(context));
  TEMPORAL_RETURN_IF_ERROR(CheckQueue(request, context));
  TEMPORAL_RETURN_IF_ERROR(CheckIdentity(request, context));
  return CheckDeployment(request);
}

}  // namespace

absl::Status CheckWorkflowPoll(const wf::PollWorkflowTaskQueueRequest& request, const ValidationContext& context) {
  TEMPORAL_RETURN_IF_ERROR(CheckPollTimeout(context));
  TEMPORAL_RETURN_IF_ERROR(CheckIdentity(request, context));
  TEMPORAL_RETURN_IF_ERROR(CheckDeployment(request));
  TEMPORAL_RETURN_IF_ERROR(CheckBuildId(BuildIdOf(request)));
  return CheckQueue(request, context);
}

absl::Status CheckActivityPoll(const wf::PollActivityTaskQueueRequest& request, const ValidationContext& context) {
  return CheckOtherPoll(request, context);
}

absl::Status CheckNexusPoll(const wf::PollNexusTaskQueueRequest& request, const ValidationContext& context) {
  return CheckOtherPoll(request, context);
}

absl::Status CheckTaskToken(std::string_view token) {
  if (token.empty()) return InvalidArgument("Task token not set on request.");
  if (TaskToken::Decode(token).has_value()) return absl::OkStatus();
  // Bytes that are some protobuf are a token to the real server.
  google::protobuf::Empty anything;
  if (!anything.ParseFromString(std::string(token))) return InvalidArgument("Error deserializing task token.");
  // Its first field is the id of its namespace, which is none of ours.
  const auto& fields = google::protobuf::Empty::GetReflection()->GetUnknownFields(anything);
  std::string name_space;
  for (int i = 0; i < fields.field_count(); ++i) {
    const auto& field = fields.field(i);
    if (field.number() != 1 || field.type() != google::protobuf::UnknownField::TYPE_LENGTH_DELIMITED) continue;
    name_space = std::string(field.length_delimited());
  }
  return name_space.empty() ? InvalidArgument("Namespace not set on request.") : NamespaceNotFound(name_space);
}

absl::Status CheckTokenAndIdentity(std::string_view token, std::string_view identity,
                                   const ValidationContext& context) {
  TEMPORAL_RETURN_IF_ERROR(CheckTaskToken(token));
  return TooLong(identity, context) ? InvalidArgument("Identity length exceeds limit.") : absl::OkStatus();
}

absl::Status CheckTaskCompleted(const wf::RespondWorkflowTaskCompletedRequest& request,
                                const ValidationContext& context) {
  TEMPORAL_RETURN_IF_ERROR(CheckTokenAndIdentity(request.task_token(), request.identity(), context));
  return CheckBuildId(BuildIdOf(request));
}

absl::Status CheckActivityId(std::string_view workflow_id, std::string_view run_id, std::string_view activity_id,
                             std::string_view identity, const ValidationContext& context) {
  if (activity_id.empty()) return InvalidArgument("ActivityId is not set on request.");
  if (TooLong(identity, context)) return InvalidArgument("Identity length exceeds limit.");
  if (!run_id.empty() && !IsUuid(run_id)) return InvalidArgument("RunId is not valid UUID.");
  if (!workflow_id.empty()) return absl::OkStatus();
  // Without a workflow it would be an activity that stands alone.
  return NotFound(
      absl::StrCat("activity not found for ID: ", absl::string_view(activity_id.data(), activity_id.size())));
}

absl::Status CheckListPartitions(const wf::ListTaskQueuePartitionsRequest& request, const ValidationContext& context) {
  return CheckQueue(request, context);
}

absl::Status CheckDescribeTaskQueue(const wf::DescribeTaskQueueRequest& request, const ValidationContext& context) {
  return CheckQueue(request, context);
}

}  // namespace temporal::server
