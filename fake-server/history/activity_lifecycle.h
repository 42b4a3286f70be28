// Activities of one run after they have been scheduled: offered to workers, started, tried again, timed out, cancelled,
// closed. Each function is a step of a transaction that the caller closes.
#ifndef TEMPORAL_FAKE_SERVER_HISTORY_ACTIVITY_LIFECYCLE_H_
#define TEMPORAL_FAKE_SERVER_HISTORY_ACTIVITY_LIFECYCLE_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "fake-server/history/mutable_state.h"

namespace temporal::api::workflowservice::v1 {
class PollActivityTaskQueueResponse;
}

namespace temporal::server {

// The activity of the ActivityTaskScheduled event, not yet offered to workers.
Activity& AddActivity(MutableState& run, std::int64_t scheduled_event_id);
// Takes it out, with its timeouts, offer and timer. RestoreActivity undoes it, but for offer and timer, which
// ResumeActivity sets.
Activity RemoveActivity(MutableState& run, std::int64_t scheduled_event_id);
void RestoreActivity(MutableState& run, Activity activity);

// The timeouts as history shows them: those that are not given follow from the others.
void NormaliseActivityTimeouts(MutableState::ActivityScheduledAttributes& options,
                               const google::protobuf::Duration& run_timeout);

// Makes `change` while no timeout of the activity is set, and sets those that run then.
void ChangeActivity(MutableState& run, Activity& activity, absl::FunctionRef<void(Activity&)> change);

// What has not started is scheduled anew at `due`, under options and attempt as they are now.
void RescheduleActivity(MutableState& run, Activity& activity, internal::TimePoint due);

// Offers the activity to workers now, or when its next attempt is due; a paused one not at all.
void ResumeActivity(MutableState& run, Activity& activity);

void OfferActivity(MutableState& run, Activity& activity);
void StartActivity(MutableState& run, Activity& activity, std::string_view identity);
// What a worker gets with the started activity.
void FillActivityTask(const MutableState& run, const Activity& activity,
                      api::workflowservice::v1::PollActivityTaskQueueResponse& response);

// Nobody is offered the activity any more, until ResumeActivity.
void WithdrawActivity(MutableState& run, Activity& activity);

// Heartbeat timeouts are counted from now on.
void RecordHeartbeat(MutableState& run, Activity& activity, const api::common::v1::Payloads* details);

// The attempt has failed. IN_PROGRESS if there will be another, which is prepared; else the activity is left as it is.
api::enums::v1::RetryState TryAgain(MutableState& run, Activity& activity, const api::failure::v1::Failure* failure);

// Ends the activity: writes its ActivityTaskStarted, if it has started, and `closing`. The caller schedules a workflow
// task.
void CloseActivity(MutableState& run, Activity& activity, std::unique_ptr<api::history::v1::HistoryEvent> closing);

// Ends the activity as failed.
void FailActivity(MutableState& run, Activity& activity, const api::failure::v1::Failure* failure,
                  api::enums::v1::RetryState state, std::string_view identity);

// Sets the one timer on the loop for the earliest timeout.
void SetActivityTimer(MutableState& run);

// No worker gets activities of this run any more.
void WithdrawActivities(MutableState& run);

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_HISTORY_ACTIVITY_LIFECYCLE_H_
