// The commands and messages of one workflow task's completion: each is checked in the real server's words and becomes
// an event and a change of the run's state. The first that is wrong ends it; then Undo takes everything back.
#ifndef TEMPORAL_FAKE_SERVER_HISTORY_COMMAND_HANDLER_H_
#define TEMPORAL_FAKE_SERVER_HISTORY_COMMAND_HANDLER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "fake-server/history/mutable_state.h"
#include "fake-server/history/run_lifecycle.h"
#include "temporal/api/command/v1/message.pb.h"
#include "temporal/api/enums/v1/failed_cause.pb.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"

namespace temporal::server {

// Why a completion is not accepted.
struct CommandFailure {
  api::enums::v1::WorkflowTaskFailedCause cause{};
  std::string message{};    // empty: the cause says it all
  bool terminates = false;  // the run, not only the task
  absl::Status rpc{};       // not OK: the call fails with it, and nothing is recorded

  // "BadStartTimerAttributes: …"
  std::string Text() const;
};

// Of a command whose attributes are wrong.
inline CommandFailure Bad(api::enums::v1::WorkflowTaskFailedCause cause, std::string text) {
  return CommandFailure{.cause = cause, .message = std::move(text)};
}

// Whether closing commands stand last. INVALID_ARGUMENT if not.
absl::Status CheckCommandSequence(const google::protobuf::RepeatedPtrField<api::command::v1::Command>& commands);

class CommandHandler {
 public:
  using Result = std::optional<CommandFailure>;
  using Command = api::command::v1::Command;

  // `request` and `run` must outlive this. The task's completion has been written.
  CommandHandler(MutableState& run, const api::workflowservice::v1::RespondWorkflowTaskCompletedRequest& request,
                 std::int64_t completed_event_id);

  // Nothing if all commands and messages were accepted.
  Result HandleAll();

  // Takes back what the commands changed but for the events that have ids.
  void Undo();

  // What follows from the commands outside of the run's state: activities are offered to workers, or, those that the
  // worker wants to run itself, started and put into the response; transactions on other workflows follow. To be called
  // once, when nothing can fail any more.
  void Dispatch(api::workflowservice::v1::RespondWorkflowTaskCompletedResponse& response);

  // Whether an activity ended without having started, which the workflow must learn.
  bool wants_workflow_task() const { return wants_workflow_task_; }

  // The run that follows, if the commands bring about one.
  std::optional<NewRun> TakeNextRun() { return std::exchange(next_run_, std::nullopt); }

 private:
  using Cause = api::enums::v1::WorkflowTaskFailedCause;
  using Event = api::history::v1::HistoryEvent;
  using Message = api::protocol::v1::Message;
  using Handler = Result (CommandHandler::*)(const Command&);

  static Handler Find(const Command& command);

  Result ScheduleActivity(const Command& command);
  Result RequestCancelActivity(const Command& command);
  Result StartTimer(const Command& command);
  Result CancelTimer(const Command& command);
  Result RecordMarker(const Command& command);
  Result UpsertSearchAttributes(const Command& command);
  Result ModifyProperties(const Command& command);
  Result CompleteWorkflow(const Command& command);
  Result FailWorkflow(const Command& command);
  Result CancelWorkflow(const Command& command);
  Result ContinueAsNew(const Command& command);
  Result ProtocolMessage(const Command& command);
  Result HandleMessage(const Message& message);
  Result HandleRemainingMessages();
  Result Accept(const UpdateRegistry::UpdatePtr& update, const Message& message);
  Result Reject(const UpdateRegistry::UpdatePtr& update, const Message& message);
  Result RespondToUpdate(const UpdateRegistry::UpdatePtr& update, const Message& message);
  UpdateRegistry::UpdatePtr ResurrectUpdate(const Message& message);
  void UndoLater(const UpdateRegistry::UpdatePtr& update);
  Result ScheduleNexusOperation(const Command& command);
  Result RequestCancelNexusOperation(const Command& command);
  Result StartChild(const Command& command);
  Result SignalExternal(const Command& command);
  Result RequestCancelExternal(const Command& command);
  Result NotOffered(const Command& command);

  Result CheckChild(const Command& command) const;
  Result CheckChildNames(const api::command::v1::StartChildWorkflowExecutionCommandAttributes& asked) const;
  Result CheckChildOptions(const api::command::v1::StartChildWorkflowExecutionCommandAttributes& asked) const;
  Result CheckNamespace(const std::string& name, Cause cause) const;

  Result CheckActivity(const Command& command) const;
  Result FillContinueAsNew(api::command::v1::ContinueAsNewWorkflowExecutionCommandAttributes& asked) const;
  void WriteActivityCanceled(const Activity& activity, std::int64_t cancel_requested_event_id);

  bool TooLong(std::string_view text) const;
  bool TooLarge(std::size_t bytes) const;
  std::unique_ptr<Event> MakeEvent(const Command& command, api::enums::v1::EventType type) const;
  void Close(MutableState::Status status, std::unique_ptr<Event> event);

  MutableState& run_;
  const api::workflowservice::v1::RespondWorkflowTaskCompletedRequest& request_;
  const std::int64_t completed_event_id_;
  const internal::TimePoint now_;
  bool unhandled_events_;  // buffered when the task completed: they forbid to close
  bool wants_workflow_task_ = false;
  std::optional<NewRun> next_run_{};
  struct NewActivity {
    std::int64_t scheduled_event_id;
    bool eager;
  };
  std::vector<NewActivity> new_activities_{};
  absl::btree_set<std::string> started_children_{};               // their workflow ids
  std::vector<absl::AnyInvocable<void()>> follow_ups_{};          // for other workflows, in the order of the commands
  absl::btree_map<std::string_view, const Message*> messages_{};  // by id; those that are not handled yet
  std::vector<absl::AnyInvocable<void()>> undo_{};
};

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_HISTORY_COMMAND_HANDLER_H_
