// The failures of Temporal as exceptions: what activities and workflows throw, and what awaiting them throws.
//
// A Failure that leaves a workflow's Run fails the run; any other exception fails the workflow task, which is retried
// until the code is mended. A Failure or any other exception that leaves an activity fails the attempt. Failures are
// values: copyable, with a chain of causes.
#ifndef TEMPORAL_FAILURE_H_
#define TEMPORAL_FAILURE_H_

#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>

#include "temporal/payload.h"
#include "temporal/time.h"

namespace temporal {

// Why there was no further attempt: temporal.api.enums.v1.RetryState, same numbers.
enum class RetryState {
  kUnspecified = 0,
  kInProgress = 1,
  kNonRetryableFailure = 2,
  kTimeout = 3,
  kMaximumAttemptsReached = 4,
  kRetryPolicyNotSet = 5,
  kInternalServerError = 6,
  kCancelRequested = 7,
};

// temporal.api.enums.v1.TimeoutType, same numbers.
enum class TimeoutType {
  kUnspecified = 0,
  kStartToClose = 1,
  kScheduleToStart = 2,
  kScheduleToClose = 3,
  kHeartbeat = 4
};

std::string_view ToString(RetryState state);  // "MaximumAttemptsReached"
std::string_view ToString(TimeoutType type);  // "StartToClose"

class Failure : public std::exception {
 public:
  const char* what() const noexcept override { return message_.c_str(); }
  const std::string& message() const { return message_; }
  // The SDK or server that made it ("CppSDK", "JavaSDK", "Server"); empty for one made here and not yet sent.
  const std::string& source() const { return source_; }
  const std::string& stack_trace() const { return stack_trace_; }
  // Null at the end of the chain.
  const std::shared_ptr<const Failure>& cause() const { return cause_; }

  // The first failure of type T in the chain of causes, this one not included; null if there is none.
  template <class T>
  const T* CauseAs() const {
    for (const Failure* f = cause_.get(); f != nullptr; f = f->cause_.get()) {
      if (auto* found = dynamic_cast<const T*>(f)) return found;
    }
    return nullptr;
  }

  // "ActivityFailure", "ApplicationFailure" …
  virtual std::string_view kind() const = 0;
  // The whole chain on one line: "ActivityFailure: …; caused by ApplicationFailure (Expired): …".
  std::string Describe() const;
  // Throws a copy of the whole object.
  [[noreturn]] virtual void Raise() const = 0;

  // For converters and for code that wraps failures.
  void set_message(std::string message) { message_ = std::move(message); }
  void set_source(std::string source) { source_ = std::move(source); }
  void set_stack_trace(std::string stack_trace) { stack_trace_ = std::move(stack_trace); }
  void set_cause(std::shared_ptr<const Failure> cause) { cause_ = std::move(cause); }

 protected:
  explicit Failure(std::string message) : message_(std::move(message)) {}
  Failure(const Failure&) = default;
  Failure& operator=(const Failure&) = default;
  virtual std::string Qualifier() const { return ""; }  // shown in parentheses by Describe

 private:
  std::string message_, source_, stack_trace_;
  std::shared_ptr<const Failure> cause_;
};

struct ApplicationFailureOptions {
  std::string_view type{};      // what retry policies and other SDKs tell failures apart by. Borrowed for the call.
  bool non_retryable = false;   // true: no further attempt, whatever the policy says
  Duration next_retry_delay{};  // instead of the policy's next interval; zero: the policy's
  bool benign = false;          // category BENIGN: expected, logged and counted quietly
};

// A failure of user code: the one to throw.
class ApplicationFailure : public Failure {
 public:
  explicit ApplicationFailure(std::string message, const ApplicationFailureOptions& options = {})
      : Failure(std::move(message)),
        type_(options.type),
        non_retryable_(options.non_retryable),
        benign_(options.benign),
        next_retry_delay_(options.next_retry_delay) {}
  // With details: any values that can become payloads.
  template <class... Details>
    requires(sizeof...(Details) > 0)
  ApplicationFailure(std::string message, const ApplicationFailureOptions& options, const Details&... details)
      : ApplicationFailure(std::move(message), options) {
    (details_.push_back(ToPayload(details)), ...);
  }

  const std::string& type() const { return type_; }
  bool non_retryable() const { return non_retryable_; }
  bool benign() const { return benign_; }
  Duration next_retry_delay() const { return next_retry_delay_; }
  const Payloads& details() const { return details_; }
  void set_details(Payloads details) { details_ = std::move(details); }
  // Detail number `at` as a T. Throws ConversionError if there is none or it is something else.
  template <class T>
  T Detail(std::size_t at = 0) const {
    if (at >= details_.size()) internal::ThrowArgumentCount(at + 1, details_.size());
    return FromPayload<T>(details_[at]);
  }

  std::string_view kind() const override { return "ApplicationFailure"; }
  [[noreturn]] void Raise() const override { throw *this; }

 private:
  std::string Qualifier() const override { return type_; }

  std::string type_;
  bool non_retryable_ = false, benign_ = false;
  Duration next_retry_delay_{};
  Payloads details_;
};

// The run, activity or scope was asked to stop. Thrown by what is awaited in a cancelled scope, and by an activity that
// obeys its cancellation.
class CanceledFailure : public Failure {
 public:
  explicit CanceledFailure(std::string message = "canceled", Payloads details = {})
      : Failure(std::move(message)), details_(std::move(details)) {}
  const Payloads& details() const { return details_; }

  std::string_view kind() const override { return "CanceledFailure"; }
  [[noreturn]] void Raise() const override { throw *this; }

 private:
  Payloads details_;
};

class TimeoutFailure : public Failure {
 public:
  TimeoutFailure(std::string message, TimeoutType type, Payloads last_heartbeat_details = {})
      : Failure(std::move(message)), type_(type), last_heartbeat_details_(std::move(last_heartbeat_details)) {}
  TimeoutType type() const { return type_; }
  const Payloads& last_heartbeat_details() const { return last_heartbeat_details_; }

  std::string_view kind() const override { return "TimeoutFailure"; }
  [[noreturn]] void Raise() const override { throw *this; }

 private:
  std::string Qualifier() const override { return std::string(ToString(type_)); }

  TimeoutType type_;
  Payloads last_heartbeat_details_;
};

class TerminatedFailure : public Failure {
 public:
  explicit TerminatedFailure(std::string message) : Failure(std::move(message)) {}
  std::string_view kind() const override { return "TerminatedFailure"; }
  [[noreturn]] void Raise() const override { throw *this; }
};

// A failure that the server made.
class ServerFailure : public Failure {
 public:
  ServerFailure(std::string message, bool non_retryable) : Failure(std::move(message)), non_retryable_(non_retryable) {}
  bool non_retryable() const { return non_retryable_; }
  std::string_view kind() const override { return "ServerFailure"; }
  [[noreturn]] void Raise() const override { throw *this; }

 private:
  bool non_retryable_;
};

// What awaiting an activity throws. The cause tells why: ApplicationFailure, TimeoutFailure, CanceledFailure …
class ActivityFailure : public Failure {
 public:
  struct Fields {
    std::int64_t scheduled_event_id = 0, started_event_id = 0;
    std::string identity, activity_type, activity_id;
    RetryState retry_state = RetryState::kUnspecified;
  };
  ActivityFailure(std::string message, Fields fields) : Failure(std::move(message)), fields_(std::move(fields)) {}
  std::int64_t scheduled_event_id() const { return fields_.scheduled_event_id; }
  std::int64_t started_event_id() const { return fields_.started_event_id; }
  const std::string& identity() const { return fields_.identity; }
  const std::string& activity_type() const { return fields_.activity_type; }
  const std::string& activity_id() const { return fields_.activity_id; }
  RetryState retry_state() const { return fields_.retry_state; }

  std::string_view kind() const override { return "ActivityFailure"; }
  [[noreturn]] void Raise() const override { throw *this; }

 private:
  std::string Qualifier() const override { return fields_.activity_type; }

  Fields fields_;
};

// What awaiting a child workflow throws, and how a parent's failure shows a child's.
class ChildWorkflowFailure : public Failure {
 public:
  struct Fields {
    std::string namespace_, workflow_id, run_id, workflow_type;
    std::int64_t initiated_event_id = 0, started_event_id = 0;
    RetryState retry_state = RetryState::kUnspecified;
  };
  ChildWorkflowFailure(std::string message, Fields fields) : Failure(std::move(message)), fields_(std::move(fields)) {}
  const std::string& workflow_id() const { return fields_.workflow_id; }
  const std::string& run_id() const { return fields_.run_id; }
  const std::string& workflow_type() const { return fields_.workflow_type; }
  const Fields& fields() const { return fields_; }
  RetryState retry_state() const { return fields_.retry_state; }

  std::string_view kind() const override { return "ChildWorkflowFailure"; }
  [[noreturn]] void Raise() const override { throw *this; }

 private:
  std::string Qualifier() const override { return fields_.workflow_type; }

  Fields fields_;
};

}  // namespace temporal

#endif  // TEMPORAL_FAILURE_H_
