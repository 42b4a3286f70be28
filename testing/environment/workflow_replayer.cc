// Reads histories, gives them to the engine, and words the outcome.
#include "temporal/testing/workflow_replayer.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "sdk/converter/history_data.h"
#include "sdk/converter/message_codec.h"
#include "sdk/engine/replay.h"
#include "temporal/client.h"
#include "testing/environment/watched_replay.h"

namespace temporal::test {
namespace {

std::string_view ToString(ReplayResult::State state) {
  switch (state) {
    case ReplayResult::State::kRunning:
      return "still running";
    case ReplayResult::State::kCompleted:
      return "completed";
    case ReplayResult::State::kFailed:
      return "failed";
    case ReplayResult::State::kCanceled:
      return "canceled";
    case ReplayResult::State::kContinuedAsNew:
      return "continued as new";
    case ReplayResult::State::kClosedByServer:
      return "closed by the server";
  }
  return "";
}

ReplayResult::State FromEngine(internal::ReplayReport::State state) {
  using From = internal::ReplayReport::State;
  switch (state) {
    case From::kRunning:
      return ReplayResult::State::kRunning;
    case From::kCompleted:
      return ReplayResult::State::kCompleted;
    case From::kFailed:
      return ReplayResult::State::kFailed;
    case From::kCanceled:
      return ReplayResult::State::kCanceled;
    case From::kContinuedAsNew:
      return ReplayResult::State::kContinuedAsNew;
    case From::kClosedByServer:
      return ReplayResult::State::kClosedByServer;
  }
  return ReplayResult::State::kRunning;
}

// What is not about one event.
ReplayResult NotReplayed(std::string_view source, std::string why) {
  ReplayResult result;
  result.source = source;
  result.mismatch = std::move(why);
  return result;
}

std::string Line(const ReplayResult& result) {
  if (result.clean) {
    return absl::StrCat(result.source, ": replays cleanly, ", result.events, " events, ",
                        std::string(ToString(result.state)));
  }
  std::string text = absl::StrCat(result.source, ": does not replay");
  if (!result.expected.empty()) {
    absl::StrAppend(&text, "\n  - history: ", result.expected, "\n  + code:    ", result.found);
  }
  return absl::StrCat(text, "\n  ", result.mismatch);
}

// Whatever one source throws is told of it alone: those behind it are still replayed.
template <class Replay>
ReplayResult Guarded(std::string_view source, const Replay& replay) {
  try {
    return replay();
  } catch (const std::exception& error) {
    return NotReplayed(source, error.what());
  }
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const ReplayResult& result) { return out << Line(result); }

bool ReplayReport::clean() const {
  return std::all_of(results.begin(), results.end(), [](const ReplayResult& result) { return result.clean; });
}

std::string ReplayReport::Print() const {
  std::string text;
  for (const ReplayResult& result : results) absl::StrAppend(&text, Line(result), "\n");
  return text;
}

std::ostream& operator<<(std::ostream& out, const ReplayReport& report) { return out << report.Print(); }

class WorkflowReplayer::Impl {
 public:
  void Blocked(const std::string& source, const std::string& report) const {
    const ReplayResult result = NotReplayed(source, report);
    if (on_deadlock != nullptr) on_deadlock(result);
    AbortBlocked(Line(result), "WorkflowReplayerOptions::deadlock_detection_timeout");
  }

  DataConverter data_converter;
  std::string namespace_name;
  std::vector<worker::WorkerInterceptor*> interceptors;
  internal::WorkflowRegistry registry;
  Duration deadlock_detection_timeout{};
  void (*on_deadlock)(const ReplayResult& result) = nullptr;
};

WorkflowReplayer::WorkflowReplayer(const WorkflowReplayerOptions& options) : impl_(std::make_unique<Impl>()) {
  impl_->data_converter = options.data_converter;
  impl_->namespace_name = options.namespace_;
  impl_->interceptors.assign(options.interceptors.begin(), options.interceptors.end());
  impl_->deadlock_detection_timeout = options.deadlock_detection_timeout;
  impl_->on_deadlock = options.on_deadlock;
}

WorkflowReplayer::~WorkflowReplayer() = default;

WorkflowReplayer& WorkflowReplayer::Add(internal::WorkflowDefinition definition) {
  impl_->registry.Add(std::move(definition));
  return *this;
}

ReplayResult WorkflowReplayer::Replay(const WorkflowHistory& history) const {
  if (!internal::Decodes(impl_->data_converter)) return ReplayDecoded(history.data());
  internal::HistoryData decoded = history.data();
  try {
    internal::DecodeMessage(impl_->data_converter, {impl_->namespace_name, decoded.workflow_id}, decoded.history);
  } catch (const std::exception& error) {
    return NotReplayed(decoded.source, std::string("Failed decoding the payloads of the history: ") + error.what());
  }
  return ReplayDecoded(decoded);
}

ReplayResult WorkflowReplayer::ReplayDecoded(const internal::HistoryData& history) const {
  internal::WorkflowRunOptions options;
  options.registry = &impl_->registry;
  options.namespace_name = impl_->namespace_name;
  options.interceptors = impl_->interceptors;
  WatchedReplay watched(impl_->deadlock_detection_timeout,
                        [&](const std::string& report) { impl_->Blocked(history.source, report); });
  options.observer = &watched;
  const internal::ReplayReport report = internal::Replay(options, history);
  ReplayResult result;
  result.source = history.source;
  result.clean = !report.mismatch.has_value();
  if (report.mismatch) {
    result.mismatch = report.mismatch->message;
    result.event_id = report.mismatch->event_id;
    result.expected = report.mismatch->expected;
    result.found = report.mismatch->found;
    result.nondeterminism = report.mismatch->nondeterminism;
  }
  result.state = FromEngine(report.state);
  result.result = report.result;
  result.failure = report.failure;
  result.events = report.events;
  return result;
}

ReplayResult WorkflowReplayer::ReplayFile(const std::string& path) const {
  return Guarded(path, [&] { return Replay(WorkflowHistory::FromFile(path)); });
}

ReplayResult WorkflowReplayer::ReplayJson(std::string_view json, std::string_view source) const {
  return Guarded(source, [&] { return Replay(WorkflowHistory::FromJson(json, source)); });
}

ReplayResult WorkflowReplayer::ReplayStream(std::istream& stream, std::string_view source) const {
  return Guarded(source, [&] { return Replay(WorkflowHistory::FromStream(stream, source)); });
}

ReplayReport WorkflowReplayer::ReplayFiles(std::span<const std::string> paths, OnMismatch on_mismatch) const {
  ReplayReport report;
  for (const std::string& path : paths) {
    report.results.push_back(ReplayFile(path));
    if (!report.results.back().clean && on_mismatch == OnMismatch::kFailFast) break;
  }
  return report;
}

ReplayReport WorkflowReplayer::ReplayQuery(const client::Client& client, std::string_view query,
                                           OnMismatch on_mismatch) const {
  ReplayReport report;
  for (const client::WorkflowDescription& found : client.ListWorkflows(query)) {
    report.results.push_back(Replay(client.GetWorkflowHandle(found.workflow_id, found.run_id).FetchHistory()));
    report.results.back().source = found.workflow_id + " " + found.run_id;
    if (!report.results.back().clean && on_mismatch == OnMismatch::kFailFast) break;
  }
  return report;
}

ReplayReport WorkflowReplayer::ReplayDirectory(const std::string& path, OnMismatch on_mismatch) const {
  std::vector<std::string> files;
  std::error_code error;
  for (auto entry = std::filesystem::recursive_directory_iterator(path, error);
       !error && entry != std::filesystem::recursive_directory_iterator(); entry.increment(error)) {
    const std::filesystem::path& file = entry->path();
    const bool history = file.extension() == ".json" || file.extension() == ".bin";
    std::error_code unreadable;  // told when it is read
    if (history && (entry->is_regular_file(unreadable) || unreadable) && file.filename() != "manifest.json")
      files.push_back(file.string());
  }
  if (error || files.empty()) {
    return {{NotReplayed(path, error ? error.message() : "there is no .json or .bin file in this directory")}};
  }
  std::sort(files.begin(), files.end());
  return ReplayFiles(files, on_mismatch);
}

}  // namespace temporal::test
