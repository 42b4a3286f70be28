// The errors of client calls: names and texts.
#include "temporal/errors.h"

#include <array>

namespace temporal {

std::string_view ToString(StatusCode code) {
  static constexpr std::array<std::string_view, 17> kNames = {
      "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
      "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
      "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
      "DATA_LOSS", "UNAUTHENTICATED"};
  const auto at = static_cast<std::size_t>(code);
  return at < kNames.size() ? kNames[at] : "UNKNOWN";
}

RpcError::RpcError(StatusCode code, std::string message)
    : std::runtime_error(std::string(ToString(code)) + ": " + message), code_(code), message_(std::move(message)) {}

WorkflowAlreadyStartedError::WorkflowAlreadyStartedError(std::string message, std::string workflow_id,
                                                         std::string run_id)
    : RpcError(StatusCode::kAlreadyExists, std::move(message)),
      workflow_id_(std::move(workflow_id)),
      run_id_(std::move(run_id)) {}

CausedError::CausedError(const char* what, std::shared_ptr<const Failure> cause)
    : std::runtime_error(what + cause->Describe()), cause_(std::move(cause)) {}

}  // namespace temporal
