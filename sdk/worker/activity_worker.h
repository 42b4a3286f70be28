// Takes activity tasks and runs them: polls, slots, registrations.
#ifndef TEMPORAL_SDK_WORKER_ACTIVITY_WORKER_H_
#define TEMPORAL_SDK_WORKER_ACTIVITY_WORKER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sdk/transport/rpcs.h"
#include "sdk/worker/activity_task.h"
#include "sdk/worker/executor.h"
#include "sdk/worker/poller.h"
#include "sdk/worker/worker_context.h"
#include "temporal/registration.h"

namespace temporal::internal {

// Loop-confined once started.
class ActivityWorker {
 public:
  using Task = api::workflowservice::v1::PollActivityTaskQueueResponse;

  // `changed` is called when a task or a poll has ended.
  ActivityWorker(std::shared_ptr<const WorkerContext> context, std::function<void()> changed);
  ~ActivityWorker();

  // Throws std::logic_error for a name that is taken.
  void Add(ActivityDefinition definition);
  // Replaces or adds.
  void Override(ActivityDefinition definition);
  std::vector<std::string> types() const;
  bool empty() const { return definitions_.empty(); }
  // The one of that type, or the dynamic one; null if there is neither.
  std::shared_ptr<const ActivityDefinition> Find(const std::string& type) const;
  // Says that there is none of that type, and what there is. `caller`: " for workflow …", or empty.
  std::string DescribeUnknown(const std::string& type, const std::string& caller = "") const;

  // `executor` outlives the tasks. Polls once there is a definition.
  void Start(ActivityExecutor& executor);

  // Eager tasks: holds a slot for one, if there is one; it goes to RunEager or ReturnReserved.
  bool Reserve();
  void ReturnReserved();
  void RunEager(Task task);

  void StopPolling();
  void CancelPolls();
  void CancelActivities(CancelReason reason);
  // Ends everything: activities are cancelled, nothing more is reported.
  void Abandon();

  // No task and no poll is under way.
  bool idle() const;

 private:
  void Run(Task task);
  void Finished(std::uint64_t id);

  const std::shared_ptr<const WorkerContext> context_;
  const std::function<void()> changed_;
  std::map<std::string, std::shared_ptr<const ActivityDefinition>, std::less<>> definitions_;
  ActivityExecutor* executor_ = nullptr;  // null before Start
  Slots slots_;
  std::shared_ptr<Poller<rpc::PollActivityTaskQueue>> poller_;
  bool stopping_ = false;
  std::map<std::uint64_t, std::shared_ptr<ActivityTask>> running_;
  std::uint64_t last_id_ = 0;
};

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_WORKER_ACTIVITY_WORKER_H_
