// activity::Context: what an activity may ask and say while it runs.
//
// An activity is any callable `R(A…)` or `R(activity::Context&, A…)`; R is a value, void, or anything of
// absl::StatusOr's or absl::Status's shape. What it throws fails the attempt: a Failure as it is, another exception as
// an ApplicationFailure of type "std::exception". It may run more than once: make it idempotent.
#ifndef TEMPORAL_ACTIVITY_H_
#define TEMPORAL_ACTIVITY_H_

#include <map>
#include <optional>
#include <string>

#include "temporal/converter.h"
#include "temporal/failure.h"
#include "temporal/log.h"
#include "temporal/payload.h"
#include "temporal/time.h"

namespace temporal {
namespace activity {

// What is known of the attempt. Durations that are zero are not set.
struct Info {
  std::string namespace_, workflow_id, run_id, workflow_type;
  std::string activity_id, activity_type, task_queue;
  std::string task_token;  // bytes; completes the activity from elsewhere, see client::Client::GetAsyncActivityHandle
  int attempt = 1;
  TimePoint scheduled_time{};                  // of the first attempt
  TimePoint current_attempt_scheduled_time{};  // of this one
  TimePoint started_time{};
  Duration schedule_to_close_timeout{}, start_to_close_timeout{}, heartbeat_timeout{};
  std::map<std::string, Payload, std::less<>> headers;  // what the caller's interceptors sent along
  bool is_local = false;  // runs within a workflow task: no task token, no heartbeats, no asynchronous completion

  // What the payload codec is told about this activity's payloads. Borrows from this.
  SerializationContext serialization_context() const {
    return {namespace_, workflow_id, workflow_type, activity_id, activity_type, task_queue, is_local};
  }
};

}  // namespace activity

namespace internal {

// What activity::Context stands on: the worker's, or the test kit's. Called from the thread that runs the activity.
class ActivityRuntime {
 public:
  virtual const activity::Info& GetInfo() const = 0;
  virtual const Payloads& LastHeartbeatDetails() const = 0;
  virtual void Heartbeat(Payloads details) = 0;
  virtual bool IsCancelled() const = 0;
  virtual bool WaitCancelled(Duration at_most) = 0;
  virtual TimePoint Now() const = 0;
  virtual ScopedLog Log() const = 0;

 protected:
  ~ActivityRuntime() = default;
};

// What CompleteAsync throws; the worker then reports nothing.
struct CompleteAsyncRequest {};

}  // namespace internal

namespace activity {

// Converts to every result type, so that `return ctx.CompleteAsync();` compiles; never exists.
class AsyncCompletion {
 public:
  template <class T>
  operator T() const {
    throw internal::CompleteAsyncRequest();
  }
};

class Context {
 public:
  // For the worker and the test kit.
  explicit Context(internal::ActivityRuntime& runtime) : runtime_(runtime) {}
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  const activity::Info& Info() const { return runtime_.GetInfo(); }

  // Says that the activity lives, and how far it has come; the next attempt reads the details of the last one that
  // reached the server. Does nothing in a local activity, of which the server does not know. Cheap: calls are coalesced
  // and sent at 80 % of the heartbeat timeout. Never throws for a cancellation: ask IsCancelled.
  template <class... Details>
  void Heartbeat(const Details&... details) {
    Payloads payloads;
    (payloads.push_back(ToPayload(details)), ...);
    runtime_.Heartbeat(std::move(payloads));
  }
  // Detail number `at` of the last heartbeat of the attempt before; empty if there is none.
  template <class T>
  std::optional<T> HeartbeatDetails(std::size_t at = 0) const {
    const Payloads& details = runtime_.LastHeartbeatDetails();
    if (at >= details.size()) return std::nullopt;
    return FromPayload<T>(details[at]);
  }

  // Whether the activity should stop: its cancellation was requested, it is known to have timed out, or the worker
  // shuts down. Learned by heartbeats: an activity that never heartbeats is never told. A local one is told at once.
  bool IsCancelled() const { return runtime_.IsCancelled(); }
  // Waits until then, at most so long; answers IsCancelled. In process this is virtual time.
  bool WaitCancelled(Duration at_most) { return runtime_.WaitCancelled(at_most); }
  // Throws CanceledFailure if IsCancelled: the way to obey.
  void ThrowIfCancelled() const {
    if (IsCancelled()) throw CanceledFailure("activity cancelled");
  }
  TimePoint Now() const { return runtime_.Now(); }
  // Carries activity and workflow ids.
  ScopedLog Log() const { return runtime_.Log(); }

  // `return ctx.CompleteAsync();`: the activity stays open until it is completed from elsewhere, by its task token or
  // ids. A local activity cannot: the attempt fails and is not repeated.
  [[noreturn]] AsyncCompletion CompleteAsync() { throw internal::CompleteAsyncRequest(); }

 private:
  internal::ActivityRuntime& runtime_;
};

}  // namespace activity
}  // namespace temporal

#endif  // TEMPORAL_ACTIVITY_H_
