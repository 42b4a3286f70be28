// WorkflowHistory over the converter's data.
#include <fstream>
#include <sstream>

#include "sdk/base/history_printer.h"
#include "sdk/converter/history_data.h"
#include "sdk/converter/history_json.h"
#include "temporal/history.h"
#include "temporal/payload.h"

namespace temporal {

namespace {

// Histories are whole: from the start of the run, and without a gap. What is not would be taken for a run that has not
// got far.
void CheckOrder(const api::history::v1::History& history, std::string_view source) {
  const auto refuse = [&](const api::history::v1::HistoryEvent& event, const std::string& what) {
    const std::string name = internal::PrintEvent(event, {.attributes = false});
    throw ConversionError(std::string(source) + ", event " + name + ": " + what);
  };
  std::int64_t expected = 1;
  for (const auto& event : history.events()) {
    if (event.event_id() != expected) refuse(event, "eventId: expected " + std::to_string(expected));
    if (expected == 1 && event.event_type() != api::enums::v1::EVENT_TYPE_WORKFLOW_EXECUTION_STARTED) {
      refuse(event, "eventType: a history begins with WorkflowExecutionStarted");
    }
    ++expected;
  }
}

WorkflowHistory Made(api::history::v1::History history, std::string_view source) {
  CheckOrder(history, source);
  auto data = std::make_shared<internal::HistoryData>();
  data->source = source;
  data->history = std::move(history);
  if (data->history.events_size() > 0) {
    const auto& started = data->history.events(0).workflow_execution_started_event_attributes();
    data->workflow_id = started.workflow_id();
    data->run_id = started.original_execution_run_id();
  }
  return WorkflowHistory(std::move(data));
}

}  // namespace

WorkflowHistory WorkflowHistory::FromJson(std::string_view json, std::string_view source) {
  return Made(internal::HistoryFromJson(json, source), source);
}

WorkflowHistory WorkflowHistory::FromBinary(std::string_view bytes, std::string_view source) {
  api::history::v1::History history;
  if (!history.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) || history.events().empty()) {
    throw ConversionError(std::string(source) + ": not a serialised history");
  }
  return Made(std::move(history), source);
}

WorkflowHistory WorkflowHistory::FromBytes(std::string_view bytes, std::string_view source) {
  // JSON is no serialised history: it would not parse as one.
  api::history::v1::History history;
  if (history.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) && !history.events().empty()) {
    return Made(std::move(history), source);
  }
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (bytes.substr(0, kByteOrderMark.size()) == kByteOrderMark) bytes.remove_prefix(kByteOrderMark.size());
  return FromJson(bytes, source);
}

WorkflowHistory WorkflowHistory::FromStream(std::istream& stream, std::string_view source) {
  std::ostringstream text;
  if (!stream || !(text << stream.rdbuf())) {
    throw ConversionError(std::string(source) + ": cannot be read, or is empty");
  }
  return FromBytes(text.str(), source);
}

WorkflowHistory WorkflowHistory::FromFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return FromStream(file, path);
}

WorkflowHistory WorkflowHistory::UpTo(std::int64_t event_id) const {
  auto data = std::make_shared<internal::HistoryData>(*data_);
  auto& events = *data->history.mutable_events();
  int end = 0;
  while (end < events.size() && events[end].event_id() <= event_id) ++end;
  if (end == 0 || events[end - 1].event_id() != event_id) {
    throw ConversionError(data->source + ": has no event " + std::to_string(event_id));
  }
  events.DeleteSubrange(end, events.size() - end);
  return WorkflowHistory(std::move(data));
}

std::string WorkflowHistory::ToJson() const { return internal::HistoryToJson(data_->history); }
std::string WorkflowHistory::Print() const { return internal::PrintHistory(data_->history); }
std::int64_t WorkflowHistory::size() const { return data_->history.events_size(); }
const std::string& WorkflowHistory::workflow_id() const { return data_->workflow_id; }
const std::string& WorkflowHistory::run_id() const { return data_->run_id; }

}  // namespace temporal
