// WorkflowHistory: the events of one run, as a value that can be stored, printed and replayed.
#ifndef TEMPORAL_HISTORY_H_
#define TEMPORAL_HISTORY_H_

#include <cstdint>
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>

namespace temporal {

namespace internal {
struct HistoryData;  // sdk/converter/history_data.h
}

// Immutable; copies share the events.
class WorkflowHistory {
 public:
  explicit WorkflowHistory(std::shared_ptr<const internal::HistoryData> data) : data_(std::move(data)) {}

  // Reads the proto JSON that the CLI, the UI and the SDKs export, old spellings included. `source` (a file name) is
  // shown in errors. Throws ConversionError that names source, event and field: also, as all of these, for what does
  // not begin with WorkflowExecutionStarted, and for ids that do not count from one without a gap. Fields that this SDK
  // does not know are skipped, as in every SDK: newer servers write them.
  static WorkflowHistory FromJson(std::string_view json, std::string_view source = "history");
  // The serialised message temporal.api.history.v1.History.
  static WorkflowHistory FromBinary(std::string_view bytes, std::string_view source = "history");
  // One of the two, by its first character.
  static WorkflowHistory FromBytes(std::string_view bytes, std::string_view source = "history");
  // The same from all of a stream, and from a file; one that cannot be read is a ConversionError as well.
  static WorkflowHistory FromStream(std::istream& stream, std::string_view source = "history");
  static WorkflowHistory FromFile(const std::string& path);

  // The history as it was when `event_id` was its last event. Throws ConversionError if there is no such event.
  WorkflowHistory UpTo(std::int64_t event_id) const;

  // Proto JSON that the CLI, the UI and the replayers of all SDKs read.
  std::string ToJson() const;
  // One event a line.
  std::string Print() const;
  std::int64_t size() const;  // number of events
  // As far as the history tells: newer servers put the id into the first event; otherwise what the reader was told.
  const std::string& workflow_id() const;
  const std::string& run_id() const;

  const internal::HistoryData& data() const { return *data_; }

 private:
  std::shared_ptr<const internal::HistoryData> data_;
};

}  // namespace temporal

#endif  // TEMPORAL_HISTORY_H_
