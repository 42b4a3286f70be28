// Which activity the payloads in a run's events and commands are of, for the payload codec.
//
// Only the first event of an activity tells its type; those that follow name that event, and may come in a later
// workflow task.
#ifndef TEMPORAL_SDK_CONVERTER_ACTIVITY_CONTEXTS_H_
#define TEMPORAL_SDK_CONVERTER_ACTIVITY_CONTEXTS_H_

#include <cstdint>
#include <map>
#include <string>

#include "temporal/api/command/v1/message.pb.h"
#include "temporal/api/history/v1/message.pb.h"
#include "temporal/api/workflow/v1/message.pb.h"
#include "temporal/converter.h"

namespace temporal::internal {

// Of one run. Events are to be shown in the order of history.
class ActivityContexts {
 public:
  ActivityContexts() = default;  // the run's first event will tell
  ActivityContexts(std::string workflow_type, std::string task_queue)
      : workflow_type_(std::move(workflow_type)), task_queue_(std::move(task_queue)) {}

  // `around`, narrowed to the activity, if it is one's event, command or description. Borrows from the message and from
  // this, until the next call.
  SerializationContext Of(const api::history::v1::HistoryEvent& event, const SerializationContext& around);
  SerializationContext Of(const api::command::v1::Command& command, const SerializationContext& around);
  SerializationContext Of(const api::workflow::v1::PendingActivityInfo& activity,
                          const SerializationContext& around) const;

  // Of the run that is described next.
  void set_workflow_type(const std::string& type) { workflow_type_ = type; }

 private:
  struct Activity {
    std::string id, type, task_queue;
  };

  SerializationContext Narrowed(const SerializationContext& around, const std::string& id, const std::string& type,
                                const std::string& task_queue) const;
  SerializationContext OfScheduled(std::int64_t scheduled_event_id, const SerializationContext& around);
  // The marker of a local activity, in core's form; others are the workflow's.
  template <class Marker>
  SerializationContext OfMarker(const Marker& marker, const SerializationContext& around);

  std::string workflow_type_, task_queue_;
  std::map<std::int64_t, Activity> scheduled_;  // by the event; those that have not ended
  std::int64_t ended_ = 0;                      // to be forgotten at the next call
  Activity local_;                              // of the marker that was shown last
};

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_CONVERTER_ACTIVITY_CONTEXTS_H_
