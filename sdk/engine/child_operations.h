// Children, signals and cancel requests of a run: the machine, and the futures that the code holds.
#ifndef TEMPORAL_SDK_ENGINE_CHILD_OPERATIONS_H_
#define TEMPORAL_SDK_ENGINE_CHILD_OPERATIONS_H_

#include <memory>
#include <string>

#include "sdk/machines/child_workflow_machine.h"
#include "sdk/machines/external_machines.h"
#include "sdk/machines/workflow_machines.h"
#include "temporal/child_workflow.h"
#include "temporal/future.h"
#include "temporal/options.h"
#include "temporal/scope.h"

namespace temporal::internal {

class PendingChild final : public ChildWorkflowMachine, public Cancellable {
 public:
  // Who gives the command that asks the child to cancel.
  class Asker {
   public:
    virtual void AskChildToCancel(PendingChild& child, const std::string& reason) = 0;

   protected:
    ~Asker() = default;
  };
  struct Futures {
    std::shared_ptr<FutureStateBase> started, result;
  };
  // Points to a child for as long as it is open.
  using Link = std::shared_ptr<PendingChild*>;

  // `asker` and `machines` must outlive it.
  PendingChild(WorkflowMachines& machines, Asker& asker, std::string namespace_name, std::string_view type,
               const ChildWorkflowOptions& options, std::shared_ptr<ChildWorkflowState> state, Futures futures);
  ~PendingChild() override;

  const Link& link() const { return link_; }

  // The request to cancel it has arrived.
  void OnCancelArrived();

  void OnCancel(const std::string& reason) override;
  void OnOutcome(const api::history::v1::HistoryEvent& event) override;
  // Makes both futures fail as those of a child that was cancelled before the server knew of it.
  void FailAsNeverSent(const std::string& reason);

 private:
  void OnCancelled() override;
  ChildWorkflowFailure::Fields FieldsOf(std::int64_t started_event_id, RetryState retry_state) const;
  void FailBoth(const std::string& message, ChildWorkflowFailure::Fields fields, std::shared_ptr<const Failure> cause);

  WorkflowMachines& machines_;
  Asker& asker_;
  std::string namespace_;
  ChildWorkflowCancellationType cancellation_type_;
  std::shared_ptr<ChildWorkflowState> state_;
  Futures futures_;
  Link link_ = std::make_shared<PendingChild*>(this);
};

class PendingSignal final : public ExternalMachine, public Cancellable {
 public:
  // Joins `scope`, unless that is cancelled. `machines` must outlive it.
  PendingSignal(WorkflowMachines& machines, std::string target, const std::source_location& where,
                std::shared_ptr<Scope> scope, std::shared_ptr<FutureState<void>> result);

  void OnCancel(const std::string& reason) override;
  void OnOutcome(const api::history::v1::HistoryEvent& event) override;

 private:
  void OnCancelled() override;

  WorkflowMachines& machines_;
  std::shared_ptr<Scope> scope_;  // its handle may be gone
  std::shared_ptr<FutureState<void>> result_;
};

class PendingCancel final : public ExternalMachine {
 public:
  PendingCancel(std::string target, const std::source_location& where, std::shared_ptr<FutureState<void>> result)
      : ExternalMachine(Family::kCancelExternal, std::move(target), where), result_(std::move(result)) {}
  // Of a child of this run.
  explicit PendingCancel(PendingChild& child)
      : ExternalMachine(Family::kCancelExternal, child.workflow_id(), child.where()), child_(child.link()) {}
  void OnOutcome(const api::history::v1::HistoryEvent& event) override;

 private:
  std::shared_ptr<FutureState<void>> result_;  // null for a child
  PendingChild::Link child_;                   // null for other workflows
};

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_ENGINE_CHILD_OPERATIONS_H_
