// What calls of a client throw, and calls of a workflow's context where they are forbidden. None of these is a Failure:
// thrown in workflow code they fail the task, not the run.
#ifndef TEMPORAL_ERRORS_H_
#define TEMPORAL_ERRORS_H_

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "temporal/failure.h"

namespace temporal {

// Workflow code gave a command, or waited, where it may only read: in a query handler, a condition or the validator of
// an update. From a validator it fails the task, as it is a mistake in the code and no verdict.
class ReadOnlyContextError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

// gRPC's status codes, same numbers.
enum class StatusCode {
  kOk = 0,
  kCancelled = 1,
  kUnknown = 2,
  kInvalidArgument = 3,
  kDeadlineExceeded = 4,
  kNotFound = 5,
  kAlreadyExists = 6,
  kPermissionDenied = 7,
  kResourceExhausted = 8,
  kFailedPrecondition = 9,
  kAborted = 10,
  kOutOfRange = 11,
  kUnimplemented = 12,
  kInternal = 13,
  kUnavailable = 14,
  kDataLoss = 15,
  kUnauthenticated = 16,
};

std::string_view ToString(StatusCode code);  // "NOT_FOUND"

// The service answered with an error. what() is "NOT_FOUND: workflow not found for ID: x".
class RpcError : public std::runtime_error {
 public:
  RpcError(StatusCode code, std::string message);
  StatusCode code() const { return code_; }
  const std::string& message() const { return message_; }

 private:
  StatusCode code_;
  std::string message_;
};

// A workflow of this id runs, or has run and the reuse policy forbids another. The code is kAlreadyExists.
class WorkflowAlreadyStartedError : public RpcError {
 public:
  WorkflowAlreadyStartedError(std::string message, std::string workflow_id, std::string run_id);
  const std::string& workflow_id() const { return workflow_id_; }
  const std::string& run_id() const { return run_id_; }

 private:
  std::string workflow_id_, run_id_;
};

// The query handler failed, or there is none of that name. The code is kInvalidArgument.
class QueryFailedError : public RpcError {
 public:
  using RpcError::RpcError;
};

// The query was not tried, as its reject condition holds.
class QueryRejectedError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// What was asked for failed with a chain of failures: an ApplicationFailure, ActivityFailure, CanceledFailure,
// TerminatedFailure, TimeoutFailure …
class CausedError : public std::runtime_error {
 public:
  // Never null inside.
  const Failure& cause() const { return *cause_; }
  // The cause itself, or the first one below it, that is a T; null if there is none.
  template <class T>
  const T* CauseAs() const {
    if (auto* self = dynamic_cast<const T*>(cause_.get())) return self;
    return cause_->CauseAs<T>();
  }

 protected:
  CausedError(const char* what, std::shared_ptr<const Failure> cause);

 private:
  std::shared_ptr<const Failure> cause_;
};

// The update was rejected, or its handler failed after it had been accepted.
class UpdateFailedError : public CausedError {
 public:
  explicit UpdateFailedError(std::shared_ptr<const Failure> cause) : CausedError("update failed: ", std::move(cause)) {}
};

// The run ended in another way than by returning a value.
class WorkflowFailedError : public CausedError {
 public:
  explicit WorkflowFailedError(std::shared_ptr<const Failure> cause)
      : CausedError("workflow failed: ", std::move(cause)) {}
};

// In process only: the call cannot be answered, as nothing that runs can make progress, or the environment's budget is
// used up. what() is the stall report: each open workflow and the line it waits at, pending timers and activities.
class StalledError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace temporal

#endif  // TEMPORAL_ERRORS_H_
