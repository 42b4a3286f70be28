// Handles of workflow code to other workflows: children, and external ones, known by their ids.
//
// Handles are values, valid as long as the run whose code holds them. All calls are made on the one thread that runs
// it.
#ifndef TEMPORAL_CHILD_WORKFLOW_H_
#define TEMPORAL_CHILD_WORKFLOW_H_

#include <memory>
#include <source_location>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "temporal/future.h"
#include "temporal/payload.h"
#include "temporal/refs.h"
#include "temporal/scope.h"
#include "temporal/temporaries.h"
#include "temporal/workflow_runtime.h"

namespace temporal {
namespace internal {

// What the handle of a child and the engine share. Both may let go first.
struct ChildWorkflowState {
  explicit ChildWorkflowState(Scope& above) : scope(&above), signals(&above) {}
  std::string workflow_id{};
  std::string first_run_id{};  // empty until it has started
  Scope scope;                 // of the child alone
  Scope signals;               // of those to it, which go on when it is cancelled alone
};

}  // namespace internal

namespace workflow {

// Signals and cancel requests to a workflow by its id. The base of both handles.
class WorkflowTarget {
 public:
  // Sends a signal at once; await the future to know that it arrived. Throws ApplicationFailure when awaited if there
  // is no such workflow, or it has closed; CanceledFailure if the scope of the context that the handle is from is
  // cancelled in the same workflow task: it is not sent then. What is cancelled already does not hold it back.
  template <class... A, class... Given>
  Future<void> Signal(const SignalRef<void(A...)>& signal, Given&&... given) const {
    return Send(signal.name(), internal::EncodeGiven<A...>(std::forward<Given>(given)...));
  }
  // The same by plain name: the arguments are encoded as they are.
  template <class... Given>
  Future<void> Signal(std::string_view signal, Given&&... given) const {
    return Send(signal, internal::EncodeGiven<std::decay_t<Given>...>(std::forward<Given>(given)...));
  }

 protected:
  WorkflowTarget(internal::WorkflowRuntime& runtime, std::shared_ptr<internal::Scope> scope,
                 internal::ExternalWorkflow target)
      : runtime_(&runtime), scope_(std::move(scope)), target_(std::move(target)) {}
  ~WorkflowTarget() = default;
  WorkflowTarget(const WorkflowTarget&) = default;
  WorkflowTarget& operator=(const WorkflowTarget&) = default;

  Future<void> Send(std::string_view signal, Payloads input) const;

  internal::WorkflowRuntime* runtime_;
  std::shared_ptr<internal::Scope> scope_;  // of the signals
  internal::ExternalWorkflow target_;
};

// Another workflow of the same namespace.
class ExternalWorkflowHandle : public WorkflowTarget {
 public:
  ExternalWorkflowHandle(internal::WorkflowRuntime& runtime, internal::Scope& scope, std::string_view id,
                         std::string_view run_id)
      : WorkflowTarget(runtime, std::make_shared<internal::Scope>(&scope),
                       {std::string(id), std::string(run_id), false}) {}

  const std::string& id() const { return target_.workflow_id; }
  // Empty: the current run.
  const std::string& run_id() const { return target_.run_id; }

  // Asks it to cancel, at once; await the future to know that the request arrived. A workflow that has closed already
  // is as good as asked. Throws ApplicationFailure when awaited if there is none.
  Future<void> Cancel(const std::string& reason = "",
                      std::source_location where = std::source_location::current()) const;
};

// A child that has started. Dropping it stops nothing.
template <class R>
class ChildWorkflowHandle : public WorkflowTarget {
 public:
  ChildWorkflowHandle(internal::WorkflowRuntime& runtime, std::shared_ptr<internal::ChildWorkflowState> state,
                      std::shared_ptr<internal::FutureState<R>> result)
      : WorkflowTarget(runtime, {state, &state->signals}, {state->workflow_id, "", true}),
        state_(std::move(state)),
        result_(std::move(result)) {}

  const std::string& id() const { return target_.workflow_id; }
  // Of the first run of its chain.
  const std::string& first_execution_run_id() const { return state_->first_run_id; }

  // The result of the last run of its chain. Throws ChildWorkflowFailure when awaited, with the cause below.
  Future<R> Result() const { return Future<R>(result_); }

  // Cancels it as its cancellation type says.
  void Cancel(const std::string& reason = "") const {
    if (!runtime_->MayCommand("Cancel")) return;
    state_->scope.OnCancel(reason);
  }

 private:
  std::shared_ptr<internal::ChildWorkflowState> state_;
  std::shared_ptr<internal::FutureState<R>> result_;
};

}  // namespace workflow

namespace internal {

// Becomes ready when the child has started; there is nothing to decode.
template <class R>
class FutureState<workflow::ChildWorkflowHandle<R>> final : public FutureStateBase {
 public:
  explicit FutureState(workflow::ChildWorkflowHandle<R> handle) : handle_(std::move(handle)) {}
  void ResolvePayloads(const Payloads&, const EventName&) override { Finish(); }
  const workflow::ChildWorkflowHandle<R>& Get() const {
    if (error()) std::rethrow_exception(error());
    return handle_;
  }

 private:
  workflow::ChildWorkflowHandle<R> handle_;
};

}  // namespace internal
}  // namespace temporal

#endif  // TEMPORAL_CHILD_WORKFLOW_H_
