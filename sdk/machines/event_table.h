// What each type of history event means to a workflow's machines, as one table.
#ifndef TEMPORAL_SDK_MACHINES_EVENT_TABLE_H_
#define TEMPORAL_SDK_MACHINES_EVENT_TABLE_H_

#include <cstdint>

#include "temporal/api/history/v1/message.pb.h"

namespace temporal::internal {

// Which machine an event belongs to.
enum class Family : std::uint8_t {
  kNone,
  kWorkflowTask,
  kActivity,
  kTimer,
  kChildWorkflow,
  kSignalExternal,
  kCancelExternal,
  kComplete,
  kFail,
  kCancel,
  kContinueAsNew,
  kMarker,
  kUpsertSearchAttributes,
  kModifyProperties,
  kNexusOperation,
  kUpdate,
  kOther,  // of a command that this SDK does not give
};

// What makes a machine take a transition: an event, or a call of the workflow's code.
enum class Input : std::uint8_t {
  kInitiated,  // the event of its own command: ActivityTaskScheduled, TimerStarted, WorkflowExecutionCompleted …
  kStarted,
  kStartFailed,
  kCompleted,
  kFailed,
  kTimedOut,
  kCanceled,
  kTerminated,
  kFired,
  kCancelRecorded,  // the event of its cancel command: ActivityTaskCancelRequested, TimerCanceled
  kCancel,          // the code cancels; for activities and children, in one of several ways:
  kCancelTry,
  kCancelWait,
  kCancelWaitRequested,  // until the request has arrived
  kCancelAbandon,
  kCancelArrived,  // the request has
  kRespond,        // the code has finished an update
  kResponded,      // the event of that
  kCount
};

// How an event is applied.
enum class Role : std::uint8_t {
  kUnknown,
  kCommand,       // the trace of a command: matched with the next one that the code gave
  kRouted,        // goes to the machine of its initiating event
  kWorkflowTask,  // frames the commands
  kStarted,       // the first event
  kSignal,
  kUpdateAdmitted,
  kCancelRequest,
  kClosedByServer,  // terminated or timed out
  kInformation,     // nothing to the code
};

struct EventTraits {
  Role role = Role::kUnknown;
  Family family = Family::kNone;
  Input input = Input::kCount;
  bool closes = false;  // nothing comes after it
};

const EventTraits& TraitsOf(api::enums::v1::EventType type);

// The event of the command that a routed event, or the event of a cancel command, belongs to; zero if it names none.
std::int64_t InitiatingEventId(const api::history::v1::HistoryEvent& event);

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_MACHINES_EVENT_TABLE_H_
