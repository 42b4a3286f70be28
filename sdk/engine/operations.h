// Activities, timers and Nexus operations of a run: the machine, its place in a cancellation scope, and the future that
// the code holds.
#ifndef TEMPORAL_SDK_ENGINE_OPERATIONS_H_
#define TEMPORAL_SDK_ENGINE_OPERATIONS_H_

#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "sdk/machines/activity_machine.h"
#include "sdk/machines/nexus_operation_machine.h"
#include "sdk/machines/timer_machine.h"
#include "sdk/machines/workflow_machines.h"
#include "temporal/future.h"
#include "temporal/options.h"
#include "temporal/scope.h"

namespace temporal::internal {

class PendingActivity final : public ActivityMachine, public Cancellable {
 public:
  PendingActivity(WorkflowMachines& machines, std::string id, std::string_view type, const ActivityOptions& options,
                  std::shared_ptr<FutureStateBase> result);

  void OnCancel(const std::string& reason) override;
  void OnOutcome(const api::history::v1::HistoryEvent& event) override;

  // What awaiting an activity throws that was cancelled before the server knew of it.
  static std::exception_ptr CancelledError(const std::string& id, std::string_view type,
                                           std::int64_t scheduled_event_id);

 private:
  void OnCancelled() override;

  WorkflowMachines& machines_;
  ActivityCancellationType cancellation_type_;
  std::shared_ptr<FutureStateBase> result_;
};

class PendingNexusOperation final : public NexusOperationMachine, public Cancellable {
 public:
  PendingNexusOperation(WorkflowMachines& machines, const NexusOperationOptions& options,
                        std::shared_ptr<FutureStateBase> result);

  void OnCancel(const std::string& reason) override;
  void OnOutcome(const api::history::v1::HistoryEvent& event) override;

  static std::exception_ptr CancelledError();

 private:
  void OnCancelled() override;

  WorkflowMachines& machines_;
  NexusOperationCancellationType cancellation_type_;
  std::shared_ptr<FutureStateBase> result_;
};

class PendingTimer;
// The timers that have not fired, to find them by their futures; never iterated.
using TimersByFuture = absl::flat_hash_map<const FutureState<void>*, PendingTimer*>;

class PendingTimer final : public TimerMachine, public Cancellable {
 public:
  PendingTimer(WorkflowMachines& machines, TimersByFuture& timers, std::string id, const TimerOptions& options,
               std::shared_ptr<FutureState<void>> result);

  void OnCancel(const std::string& reason) override;
  void OnOutcome(const api::history::v1::HistoryEvent& event) override;

  static std::exception_ptr CancelledError();

 private:
  void OnCancelled() override;

  WorkflowMachines& machines_;
  TimersByFuture& timers_;
  std::shared_ptr<FutureState<void>> result_;
};

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_ENGINE_OPERATIONS_H_
