// The code of one run: the user's object, its coroutines, handlers, conditions and scopes, fed with activations.
//
// It gives commands to the machines and knows nothing of histories. Loop-confined. Destroying it destroys every
// coroutine wherever it waits; what that calls on the context does nothing, and is logged.
#ifndef TEMPORAL_SDK_ENGINE_WORKFLOW_INSTANCE_H_
#define TEMPORAL_SDK_ENGINE_WORKFLOW_INSTANCE_H_

#include <exception>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "sdk/base/random.h"
#include "sdk/engine/activation.h"
#include "sdk/engine/child_operations.h"
#include "sdk/engine/local_activity.h"
#include "sdk/engine/operations.h"
#include "sdk/engine/workflow_run.h"
#include "sdk/machines/update_machine.h"
#include "temporal/api/protocol/v1/message.pb.h"
#include "temporal/api/query/v1/message.pb.h"
#include "temporal/api/sdk/v1/enhanced_stack_trace.pb.h"
#include "temporal/api/sdk/v1/workflow_metadata.pb.h"
#include "temporal/workflow.h"
#include "temporal/workflow_runtime.h"

namespace temporal::internal {

// Thrown through the code: it disagrees with the history before a command could show it.
struct Disagreement {
  absl::Status status;
};

// Refuses commands for the length of a block.
class Forbid {
 public:
  Forbid(const char*& at, const char* where) : at_(at), before_(std::exchange(at, where)) {}
  ~Forbid() { at_ = before_; }
  Forbid(const Forbid&) = delete;
  Forbid& operator=(const Forbid&) = delete;

 private:
  const char*& at_;
  const char* before_;
};

class WorkflowInstance final : public WorkflowRuntime, private PendingChild::Asker {
 public:
  // `started` is the first event of the run; it is read here only. `definition`, `options` and `machines` must outlive
  // the instance.
  WorkflowInstance(const WorkflowRunOptions& options, const WorkflowDefinition& definition, WorkflowMachines& machines,
                   const api::history::v1::HistoryEvent& started, const std::string& workflow_id,
                   const std::string& run_id);
  ~WorkflowInstance();

  // Does all jobs, then runs the code until every coroutine waits.
  void Activate(Activation& activation);

  // A local activity has ended: tells the code and runs it, in the task that Activate began. Does nothing if nobody
  // waits for it any more.
  void EndLocalActivity(const LocalActivityEnd& end);
  // What the worker is to do about local activities, since the last call.
  std::vector<LocalActivityRequest> TakeLocalActivityRequests() { return std::exchange(local_requests_, {}); }
  // The worker runs some whose results the code waits for.
  bool HasLocalActivitiesUnderWay() const;

  // What the code threw that is no Failure: the task fails. Null if all is well; the instance is of no use otherwise.
  const std::exception_ptr& problem() const { return problem_; }

  // Changes nothing.
  api::query::v1::WorkflowQueryResult Query(const api::query::v1::WorkflowQuery& query);

  // Moves what is to be said about updates into `messages`.
  using Messages = google::protobuf::RepeatedPtrField<api::protocol::v1::Message>;
  void TakeMessages(Messages& messages) { messages.Swap(&messages_), messages_.Clear(); }

  std::vector<WaitingCoroutine> Waiting();
  std::vector<std::string> UnhandledSignals() const;
  std::vector<std::string> KnownSignals() const;
  // What the SDK answers of every workflow: the coroutines that wait, each with the lines of all that it awaits, the
  // outermost first; and what the workflow can be asked and told.
  std::string StackTrace();
  api::sdk::v1::EnhancedStackTrace EnhancedStackTrace();
  api::sdk::v1::WorkflowMetadata Metadata();

  // WorkflowRuntime, for the code.
  const workflow::Info& GetInfo() const override { return info_; }
  TimePoint Now() const override { return now_; }
  std::uint64_t NextRandom() override;
  std::string NewUuid() override;
  ScopedLog Log() const override;
  Dispatcher& dispatcher() override { return dispatcher_; }
  void ScheduleActivity(std::string_view type, const ActivityOptions& options, Payloads input, Scope& scope,
                        std::shared_ptr<FutureStateBase> result) override;
  void SkipTimer() override { ++timers_started_; }
  void StartTimer(Duration after, const TimerOptions& options, Scope& scope,
                  std::shared_ptr<FutureState<void>> result) override;
  void CancelTimer(const FutureState<void>& timer) override;
  void ScheduleLocalActivity(std::string_view type, const LocalActivityOptions& options, Payloads input, Scope& scope,
                             std::shared_ptr<FutureStateBase> result) override;
  void ScheduleNexusOperation(const NexusOperationOptions& options, Payload input, Scope& scope,
                              std::shared_ptr<FutureStateBase> result) override;
  bool Patched(std::string_view id, bool deprecated, const std::source_location& where) override;
  std::optional<Payload> RecordedSideEffect(const std::source_location& where) override;
  void RecordSideEffect(Payload value, const std::source_location& where) override;
  void UpsertSearchAttributes(std::span<const SearchAttributeUpdate> updates,
                              const std::source_location& where) override;
  void UpsertMemo(std::span<const MemoEntry> entries, const std::source_location& where) override;
  void WatchSpawned(std::shared_ptr<FutureStateBase> result) override;
  void StartChildWorkflow(std::string_view type, const ChildWorkflowOptions& options, Payloads input,
                          std::shared_ptr<ChildWorkflowState> state, std::shared_ptr<FutureStateBase> started,
                          std::shared_ptr<FutureStateBase> result) override;
  void SignalExternalWorkflow(const ExternalWorkflow& target, std::string_view signal, Payloads input,
                              const std::source_location& where, std::shared_ptr<Scope> scope,
                              std::shared_ptr<FutureState<void>> result) override;
  void CancelExternalWorkflow(const ExternalWorkflow& target, const std::string& reason,
                              const std::source_location& where, std::shared_ptr<FutureState<void>> result) override;
  void AddCondition(Condition& condition) override;
  bool Evaluate(Condition& condition) override;
  void SetSignalHandler(std::string_view name, std::unique_ptr<SignalHandler> handler,
                        const HandlerOptions& options) override;
  void SetQueryHandler(std::string_view name, std::unique_ptr<QueryHandler> handler,
                       const HandlerOptions& options) override;
  void SetCurrentDetails(std::string details) override;
  const std::string& CurrentDetails() const override { return current_details_; }
  void SetUpdateHandler(std::string_view name, std::unique_ptr<UpdateHandler> handler,
                        const HandlerOptions& options) override;
  bool AllHandlersFinished() const override;
  void AddRoot(RootCoroutine& root) override;
  bool MayCommand(const char* what) override;

 private:
  // Those with an empty name are the dynamic ones.
  template <class Handler>
  struct HandlerEntry {
    std::shared_ptr<Handler> handler;  // its coroutines keep it when it is replaced
    std::string description;
    HandlerUnfinishedPolicy unfinished_policy = HandlerUnfinishedPolicy::kWarnAndAbandon;
  };
  // What warnings and errors name a handler by.
  struct HandlerCall {
    std::string name;
    std::int64_t event_id = 0;  // of a signal
    std::string update_id;      // empty: of a signal
    HandlerUnfinishedPolicy unfinished_policy = HandlerUnfinishedPolicy::kWarnAndAbandon;
  };

  // The main coroutine or a handler: how it ends decides about the run.
  struct TopLevel final : FutureListener {
    void OnReady() override { instance->TopLevelEnded(*this); }
    WorkflowInstance* instance = nullptr;
    std::shared_ptr<FutureState<void>> handler;  // null for the main coroutine
    std::shared_ptr<FutureState<Payload>> main;  // null for a handler
    HandlerCall call;                            // of a handler
    std::shared_ptr<const SignalHandler> keep;   // what a signal's coroutine runs
    std::list<TopLevel>::iterator self;
  };

  // A spawned task that runs.
  struct Spawned final : FutureListener {
    void OnReady() override { instance->SpawnedEnded(*this); }
    WorkflowInstance* instance = nullptr;
    std::shared_ptr<FutureStateBase> result;
    std::list<Spawned>::iterator self;
  };

  // One whose result is not there yet.
  struct LocalActivity final : FutureListener, Cancellable {
    void OnReady() override { instance->LocalBackoffEnded(*this); }
    void OnCancel(const std::string&) override { instance->CancelLocal(*this); }
    WorkflowInstance* instance = nullptr;
    RunLocalActivity request;        // its number is among activities of both kinds: what core calls it
    std::uint32_t local_number = 0;  // among local ones: what Go calls it
    bool has_own_id = false;         // that the code chose
    ActivityCancellationType cancellation_type = ActivityCancellationType::kTryCancel;
    std::string summary;
    std::source_location where;
    std::shared_ptr<FutureStateBase> result;
    bool asked = false;                          // the worker has the request
    bool cancel_requested = false;               // and the result is waited for
    std::shared_ptr<FutureState<void>> backoff;  // its timer, until it is tried again
  };
  using LocalActivities = std::list<LocalActivity>;
  struct Patch {
    bool taken = false;            // what the code was answered
    bool given = false;            // the command that records it
    std::source_location where{};  // of the first call
  };

  void AskChildToCancel(PendingChild& child, const std::string& reason) override;

  UserCode OwnCode() const { return {&name_, &dispatcher_.resumed_at()}; }
  void Construct();
  void Deliver(Activation& activation);
  void DeliverMessages(Activation& activation);
  // Gives the next local activity its result, in the order of the history; false if there is none to give.
  bool ResolveNextLocalActivity();
  LocalActivities::iterator LocalActivityOf(const RecordedMarker& marker);
  void NumberLocalActivity(LocalActivity& activity);
  void LocalBackoffEnded(LocalActivity& activity);
  void CancelLocal(LocalActivity& activity);
  void AskForLocalActivities();
  // What the marker says, live or replayed, becomes the result, or the timer before the next attempt.
  struct LocalResult {
    Payloads result{};
    std::int64_t event_id = 0;  // of the marker, if it is in the history
    const api::failure::v1::Failure* failure = nullptr;
    std::optional<Duration> backoff{};
    int attempt = 1;
    TimePoint original_schedule_time{};
  };
  void SettleLocalActivity(LocalActivities::iterator activity, LocalResult settled);
  void GiveLocalMarker(const LocalActivity& activity, const LocalActivityRecord* record);
  std::unique_ptr<api::command::v1::Command> Again(const RecordedMarker& marker) const;
  // Runs the code until it waits and nothing more is recorded for it; then asks the worker for local activities.
  void RunCode(bool move_terminal_commands, absl::FunctionRef<void()> begin);
  void SpawnedEnded(Spawned& spawned);
  void CheckSpawned();
  // A version of Java's that the code has asked for before it was recorded: it has been moved forward since.
  void CheckPatches();
  // Whether a command is to be made complete.
  bool makes_commands() const { return !info_.replaying || options_.describe_commands; }
  void GiveMarker(MarkerKind kind, const std::string& id, const std::source_location& where,
                  std::unique_ptr<api::command::v1::Command> command);
  // Fails the task: the code and the history disagree about something that has no command yet.
  [[noreturn]] void Disagree(const std::string& found, const std::source_location& where);
  void StartMain();
  struct SignalCall {
    std::int64_t event_id;
    worker::HandleSignalCall call;
  };
  void DeliverSignal(const api::history::v1::HistoryEvent& event);
  void StartSignalHandler(HandlerEntry<SignalHandler>& entry, SignalCall signal);
  // Of that name, or the dynamic one; null if there is neither.
  HandlerEntry<SignalHandler>* FindSignalHandler(std::string_view name);
  HandlerEntry<UpdateHandler>* FindUpdateHandler(std::string_view name);
  Payload Answer(const api::query::v1::WorkflowQuery& query);
  void StartUpdate(UpdateRequest update);
  Task<void> RunUpdate(std::shared_ptr<const UpdateRequest> update);
  // The exception with which the update is rejected; null if it is accepted.
  std::exception_ptr Judge(const UpdateRequest& update, UpdateHandler* handler, const workflow::UpdateInfo& info,
                           const worker::HandleUpdateCall& call);
  UpdateMachine& Accept(const UpdateRequest& update);
  void Reject(const UpdateRequest& update, const std::exception_ptr& error);
  void Respond(const UpdateRequest& update, UpdateMachine& accepted, api::update::v1::Outcome outcome);
  void Say(const std::string& id, const UpdateRequest& update, const google::protobuf::Message& body);
  // One of the first two is null. `keep` lives until it has ended.
  void Watch(std::shared_ptr<FutureState<Payload>> main, std::shared_ptr<FutureState<void>> handler, HandlerCall call,
             std::shared_ptr<const SignalHandler> keep = nullptr);
  // When the run has ended.
  void WarnOfUnfinishedHandlers() const;
  void TopLevelEnded(TopLevel& top_level);
  void RunUntilAllWait();
  // Whether there was one to wake.
  bool WakeConditions();

  // How the run ends. `error` is whatever left a top-level coroutine.
  void Complete(const Payload& result);
  void EndWith(const std::exception_ptr& error);
  void GiveTerminal(Family family, std::unique_ptr<api::command::v1::Command> command);
  std::unique_ptr<api::command::v1::Command> ContinueAsNewCommandFor(const ContinueAsNewCommand& command) const;

  std::unique_ptr<api::command::v1::Command> ActivityCommand(const std::string& id,
                                                             const worker::ScheduleActivityCall& call);

  const WorkflowRunOptions& options_;
  const WorkflowDefinition& definition_;
  WorkflowMachines& machines_;
  api::history::v1::WorkflowExecutionStartedEventAttributes started_;
  std::string name_;  // "ProcessOrder o-2"
  workflow::Info info_;
  std::vector<LogField> log_fields_;
  TimePoint now_{};
  Random random_;
  std::exception_ptr problem_;
  bool dropped_ = false;             // the code is being destroyed
  bool told_dropped_ = false;        // that it tried to go on
  const char* forbidden_ = nullptr;  // where the code is now, if commands are forbidden there
  std::uint32_t activities_ = 0, timers_started_ = 0, local_activities_started_ = 0, side_effects_ = 0;
  WaitTimers wait_timers_ = WaitTimers::kCancelled;
  ConditionSweeps condition_sweeps_ = ConditionSweeps::kFirst;
  std::vector<RecordedMarker> markers_;  // of the task that is being replayed, those that are not used up
  const api::history::v1::HistoryEvent* completed_ = nullptr;
  std::set<std::string> recorded_patches_;  // seen in the history so far, asked for or not
  std::map<std::string, Patch, std::less<>> patches_;
  LocalActivities local_activities_;
  bool local_activities_recorded_ = false;  // see Activation
  Scope backoff_scope_{nullptr};            // of their timers, which they cancel themselves
  std::vector<LocalActivityRequest> local_requests_;
  std::list<Spawned> spawned_;                                    // that run
  std::vector<std::shared_ptr<FutureStateBase>> failed_spawned_;  // and nobody has asked
  int eager_activities_ = 0;                                      // asked for in this task

  TimersByFuture timers_;
  Dispatcher dispatcher_;
  List<Condition> conditions_;
  Scope root_scope_{nullptr};
  workflow::Context context_{*this, root_scope_};
  std::map<std::string, HandlerEntry<SignalHandler>, std::less<>> signals_;
  std::vector<SignalCall> buffered_signals_;         // came before there was a handler
  std::set<std::string, std::less<>> signal_names_;  // of signals that were handled: coroutines refer to them
  std::map<std::string, HandlerEntry<QueryHandler>, std::less<>> queries_;
  std::string current_details_;
  std::map<std::string, HandlerEntry<UpdateHandler>, std::less<>> updates_;
  Messages messages_;  // to be sent with the task
  std::list<TopLevel> top_level_;
  std::vector<std::unique_ptr<worker::WorkflowInterceptor>> interceptors_;
  std::unique_ptr<WorkflowObject> object_;
  const char* next_root_kind_ = "spawned";
  std::string_view next_root_name_;
  List<RootCoroutine> roots_;
};

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_ENGINE_WORKFLOW_INSTANCE_H_
