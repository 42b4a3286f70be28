// Prints histories, one event a line, in a form that is stable across runs, compilers and seeds. The one printer for
// tests, error messages and diffs:
//
//   5 ActivityTaskScheduled workflow_task_completed_event_id=4 activity_id=1 activity_type=Charge task_queue=orders …
//
// Fields appear in the order of their numbers; unset ones and zeros are left out. Payloads show their data.
#ifndef TEMPORAL_SDK_BASE_HISTORY_PRINTER_H_
#define TEMPORAL_SDK_BASE_HISTORY_PRINTER_H_

#include <string>

#include "sdk/base/scheduler.h"

namespace google::protobuf {
class Message;
}
namespace temporal::api::history::v1 {
class History;
class HistoryEvent;
}  // namespace temporal::api::history::v1

namespace temporal::internal {

struct HistoryPrintOptions {
  bool times = false;       // event times, after the event id, as time since `epoch`: "5 +3s ActivityTaskScheduled"
  TimePoint epoch{};        // usually the first event's time
  bool ids = false;         // run ids, request ids, sizes: what depends on the seed
  bool attributes = true;   // false: only event id and type
};

// One line without a newline.
std::string PrintEvent(const api::history::v1::HistoryEvent& event, const HistoryPrintOptions& options = {});

// One line per event, each ended by a newline. With `times` and no epoch, the first event is the epoch.
std::string PrintHistory(const api::history::v1::History& history, HistoryPrintOptions options = {});

// A message as `{name=value name=value}`, in the same notation; for error messages.
std::string PrintMessage(const google::protobuf::Message& message, const HistoryPrintOptions& options = {});

// "1h30m", "2.5s", "250ms", "0s", "-3s".
std::string PrintDuration(Duration duration);

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_BASE_HISTORY_PRINTER_H_
