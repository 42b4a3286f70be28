// WorkflowHistory over the converter's data.
#include <fstream>
#include <sstream>

#include "sdk/base/history_printer.h"
#include "sdk/converter/history_data.h"
#include "sdk/converter/history_json.h"
#include "temporal/history.h"
#include "temporal/payload.h"

namespace temporal {

WorkflowHistory WorkflowHistory::FromJson(std::string_view json, std::string_view source) {
  auto data = std::make_shared<internal::HistoryData>();
  data->source = source;
  data->history = internal::HistoryFromJson(json, source);
  if (data->history.events_size() > 0) {
    const auto& started = data->history.events(0).workflow_execution_started_event_attributes();
    data->workflow_id = started.workflow_id();
    data->run_id = started.original_execution_run_id();
  }
  return WorkflowHistory(std::move(data));
}

WorkflowHistory WorkflowHistory::FromFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) throw ConversionError(path + ": cannot be read, or is empty");
  return FromJson(text.str(), path);
}

std::string WorkflowHistory::ToJson() const { return internal::HistoryToJson(data_->history); }
std::string WorkflowHistory::Print() const { return internal::PrintHistory(data_->history); }
std::int64_t WorkflowHistory::size() const { return data_->history.events_size(); }
const std::string& WorkflowHistory::workflow_id() const { return data_->workflow_id; }
const std::string& WorkflowHistory::run_id() const { return data_->run_id; }

}  // namespace temporal
