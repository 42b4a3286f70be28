// The errors of the service, each with the code and the detail that clients rely on. Texts are the callers'.
#ifndef TEMPORAL_FAKE_SERVER_HISTORY_SERVICE_ERRORS_H_
#define TEMPORAL_FAKE_SERVER_HISTORY_SERVICE_ERRORS_H_

#include <string_view>

#include "absl/status/status.h"
#include "google/protobuf/message.h"

namespace temporal::api::failure::v1 {
class Failure;
}

namespace temporal::server {

// `status` with `detail` as its payload, by the type URL under which clients look for it.
absl::Status WithDetail(absl::Status status, const google::protobuf::Message& detail);

inline absl::Status InvalidArgument(std::string_view text) {
  return absl::InvalidArgumentError({text.data(), text.size()});
}
absl::Status NotFound(std::string_view text);                // NotFoundFailure
absl::Status NamespaceAlreadyExists(std::string_view name);  // NamespaceAlreadyExistsFailure
absl::Status NamespaceDeprecated(std::string_view name);     // NamespaceInvalidStateFailure
absl::Status NamespaceNotFound(std::string_view name);       // NamespaceNotFoundFailure
absl::Status WorkflowNotReady(std::string_view text);        // WorkflowNotReadyFailure
absl::Status BusyWorkflow(std::string_view text);            // ResourceExhaustedFailure
absl::Status ConcurrentLimit(std::string_view text);         // ResourceExhaustedFailure
// QueryFailedFailure; `failure` may be null.
absl::Status QueryFailed(std::string_view text, const api::failure::v1::Failure* failure);
absl::Status AlreadyStarted(std::string_view text, std::string_view start_request_id, std::string_view run_id,
                            std::string_view first_run_id);  // WorkflowExecutionAlreadyStartedFailure

absl::Status PermissionDenied(std::string_view text);  // PermissionDeniedFailure
// What became of the two operations; the code is that of the one that failed. MultiOperationExecutionFailure
absl::Status UpdateWithStartFailed(const absl::Status& start, const absl::Status& update);

// Errors with one text only.
absl::Status WorkflowAlreadyCompleted();
absl::Status WorkflowTaskNotFound();
absl::Status ActivityTaskNotFound();
absl::Status WorkflowClosing();
absl::Status UpdateAbortedByClosing();
absl::Status MultiOperationAborted();  // of the operation that was not to blame
absl::Status PendingActivityNotFound();

// The real server's answer to what it has not foreseen; it adds a number of its own.
absl::Status Stumbled();

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_HISTORY_SERVICE_ERRORS_H_
