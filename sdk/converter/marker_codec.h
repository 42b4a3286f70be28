// Markers: reads those of sdk-core, Go and Java, old forms included; writes core's, and Go's for side effects, which
// core does not have.
#ifndef TEMPORAL_SDK_CONVERTER_MARKER_CODEC_H_
#define TEMPORAL_SDK_CONVERTER_MARKER_CODEC_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "sdk/base/marker_kind.h"
#include "sdk/base/scheduler.h"
#include "temporal/api/command/v1/message.pb.h"
#include "temporal/api/history/v1/message.pb.h"

namespace temporal::internal {

struct RecordedMarker {
  MarkerKind kind = MarkerKind::kUnknown;
  MarkerDialect dialect = MarkerDialect::kCore;
  const api::history::v1::HistoryEvent* event = nullptr;  // borrowed

  // The patch, the local activity, the side effect. Core numbers local activities; Java's side effects have none.
  std::string id;
  bool deprecated = false;    // of a patch
  std::int64_t version = 1;   // of a patch, where versions are numbers: Go, Java
  std::string activity_type;  // of a local activity; empty if the marker does not say
  TimePoint complete_time{};  // of a local activity: the workflow's time from here on
  // Of a local activity that failed: when to try it again, by a timer of the workflow.
  std::optional<Duration> backoff;
  int attempt = 1;                     // of a local activity: the one that ended
  TimePoint original_schedule_time{};  // of a local activity's first attempt, on its worker's clock; zero: not recorded

  // What came out of it; null if nothing.
  const api::common::v1::Payloads* result = nullptr;
  const api::common::v1::Payloads* input = nullptr;  // of a local activity, where the marker keeps it
  const api::failure::v1::Failure* failure = nullptr;
};

// `event` is a MarkerRecorded and must outlive the answer. A marker of an unknown name is kUnknown; one of a known name
// that cannot be read is an error that says why.
absl::StatusOr<RecordedMarker> ReadMarker(const api::history::v1::HistoryEvent& event);

// The local activity that a marker in core's form is about; nothing if it is another marker, or cannot be read.
struct LocalActivityNames {
  std::string id, type;
};
std::optional<LocalActivityNames> LocalActivityNamed(
    const std::string& marker_name, const google::protobuf::Map<std::string, api::common::v1::Payloads>& details);

// What the marker of a local activity tells, in core's form.
struct LocalActivityRecord {
  std::uint32_t number = 0;
  std::string activity_id, activity_type;
  int attempt = 0;  // zero: it was cancelled, whatever became of it
  std::optional<TimePoint> complete_time;
  std::optional<Duration> backoff;
  TimePoint original_schedule_time{};
  // One of the two is null.
  const api::common::v1::Payload* result = nullptr;
  const api::failure::v1::Failure* failure = nullptr;
};

// The commands that record them.
std::unique_ptr<api::command::v1::Command> LocalActivityMarker(const LocalActivityRecord& record);
std::unique_ptr<api::command::v1::Command> PatchMarker(const std::string& id, bool deprecated);
// What follows it: the search attribute that lists all patches of the run. Null if the list is too long for it.
std::unique_ptr<api::command::v1::Command> ChangeVersionUpsert(const std::set<std::string>& patches);
std::unique_ptr<api::command::v1::Command> SideEffectMarker(const std::string& id, api::common::v1::Payload value);

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_CONVERTER_MARKER_CODEC_H_
