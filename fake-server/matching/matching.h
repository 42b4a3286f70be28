// Task queues: tasks that wait for a poller, pollers that wait for a task, and who polled lately.
//
// A task is an offer: a function that is called when a poller takes it and fills the response of that poll. It may say
// that it is stale (the run has closed, the task timed out, another copy was taken): it is dropped then, and the poller
// gets the next one. Oldest task first, to the poller that waits longest. Offers run on the loop, inside a poll or in a
// task of their own, never inside Add.
//
// Loop-confined. What waits when this is destroyed is forgotten, without an answer.
#ifndef TEMPORAL_FAKE_SERVER_MATCHING_MATCHING_H_
#define TEMPORAL_FAKE_SERVER_MATCHING_MATCHING_H_

#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "fake-server/clock/call_context.h"
#include "sdk/base/scheduler.h"

namespace temporal::api::workflowservice::v1 {
class PollActivityTaskQueueRequest;
class PollActivityTaskQueueResponse;
class PollNexusTaskQueueRequest;
class PollNexusTaskQueueResponse;
class PollWorkflowTaskQueueRequest;
class PollWorkflowTaskQueueResponse;
}  // namespace temporal::api::workflowservice::v1

namespace temporal::server {

struct DynamicConfig;

struct QueueKey {
  std::string namespace_id;
  std::string name;

  friend auto operator<=>(const QueueKey&, const QueueKey&) = default;
};

// Identifies a task that waits. Zero is no task.
using MatchingTaskId = std::uint64_t;

struct PollerInfo {
  std::string identity;
  internal::TimePoint last_access;
};

struct QueueInfo {
  QueueKey key;
  int waiting_tasks = 0;
  int waiting_pollers = 0;
};

// The kinds of task queue: what a poll sends and gets.
struct WorkflowTasks {
  using Request = api::workflowservice::v1::PollWorkflowTaskQueueRequest;
  using Response = api::workflowservice::v1::PollWorkflowTaskQueueResponse;
};
struct ActivityTasks {
  using Request = api::workflowservice::v1::PollActivityTaskQueueRequest;
  using Response = api::workflowservice::v1::PollActivityTaskQueueResponse;
};

// Nobody adds such tasks yet: workers may poll for them all the same.
struct NexusTasks {
  using Request = api::workflowservice::v1::PollNexusTaskQueueRequest;
  using Response = api::workflowservice::v1::PollNexusTaskQueueResponse;
};

// All queues of one kind.
template <class Kind>
class TaskQueues {
 public:
  using Request = typename Kind::Request;
  using Response = typename Kind::Response;
  // Fills the response and returns true, or returns false for a stale task and leaves the response as it was.
  using Offer = absl::AnyInvocable<bool(const Request&, Response&)>;

  // `scheduler` and `config` must outlive this.
  TaskQueues(internal::Scheduler& scheduler, const DynamicConfig& config);
  ~TaskQueues();

  // Puts a task at the end of its queue.
  MatchingTaskId Add(const QueueKey& key, Offer offer);

  // Puts a task that is never counted as waiting: its caller waits for it and withdraws it when he no longer does.
  MatchingTaskId AddQuery(const QueueKey& key, Offer offer);

  // Forgets a task that has not been taken; does nothing for others.
  void Withdraw(const QueueKey& key, MatchingTaskId task);

  // Answers with a task; or with an empty response when the long poll expires, just before the caller's deadline, or
  // when the worker shuts down.
  void Poll(const QueueKey& key, const Request& request, const CallContext& context, Reply<Response> reply);

  // Whether a poller waits now, or has come or gone within `window`.
  bool HasRecentPoller(const QueueKey& key, internal::Duration window) const;

  // Those of the last five minutes, by identity.
  std::vector<PollerInfo> Pollers(const QueueKey& key) const;

  // Ends the waiting polls of one worker instance, as if they had expired.
  void EndPolls(const QueueKey& key, std::string_view worker_instance_key);

  // A sticky queue whose worker has gone: nobody has polled it, and who waits is sent away.
  void Kill(const QueueKey& key);

  // Queues with tasks or pollers that wait, in order of their keys.
  std::vector<QueueInfo> Waiting() const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

extern template class TaskQueues<WorkflowTasks>;
extern template class TaskQueues<ActivityTasks>;
extern template class TaskQueues<NexusTasks>;

class Matching {
 public:
  Matching(internal::Scheduler& scheduler, const DynamicConfig& config)
      : workflow_tasks(scheduler, config), activity_tasks(scheduler, config), nexus_tasks(scheduler, config) {}

  MatchingTaskId AddWorkflowTask(const QueueKey& key, TaskQueues<WorkflowTasks>::Offer offer) {
    return workflow_tasks.Add(key, std::move(offer));
  }
  MatchingTaskId AddActivityTask(const QueueKey& key, TaskQueues<ActivityTasks>::Offer offer) {
    return activity_tasks.Add(key, std::move(offer));
  }

  TaskQueues<WorkflowTasks> workflow_tasks;
  TaskQueues<ActivityTasks> activity_tasks;
  TaskQueues<NexusTasks> nexus_tasks;
};

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_MATCHING_MATCHING_H_
