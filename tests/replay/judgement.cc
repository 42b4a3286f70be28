// Finds the re-write, replays, and sorts what comes out.
#include "tests/replay/judgement.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "sdk/converter/history_data.h"
#include "temporal/testing/workflow_replayer.h"

namespace temporal::replay {
namespace {

namespace fs = std::filesystem;

bool IsType(const Rewrite& rewrite, std::string_view type) {
  if (!rewrite.type.ends_with('*')) return rewrite.type == type;
  return type.starts_with(rewrite.type.substr(0, rewrite.type.size() - 1));
}

// The re-writes that a history may be of: those of its type, of its SDK if the folder names one, and those made for
// files of its name if there are such.
std::vector<const Rewrite*> Candidates(const Rewrites& rewrites, const std::string& file, std::string_view type) {
  const std::string sdk = fs::path(file).begin()->string(), name = fs::path(file).filename().string();
  std::vector<const Rewrite*> found;
  const auto keep = [&found](const auto& fits) {
    std::vector<const Rewrite*> kept;
    std::copy_if(found.begin(), found.end(), std::back_inserter(kept), fits);
    if (!kept.empty()) found = kept;
  };
  for (const Rewrite& rewrite : rewrites) {
    if (IsType(rewrite, type)) found.push_back(&rewrite);
  }
  keep([&](const Rewrite* rewrite) { return rewrite->sdk == sdk; });
  keep([&](const Rewrite* rewrite) { return !rewrite->files.empty() && name.starts_with(rewrite->files); });
  return found;
}

// How the engine and the reader begin what they say of a history that is wrong in itself.
bool TellsOfTheHistory(std::string_view text) {
  return text.find("the history is malformed") != std::string_view::npos;
}

}  // namespace

const char* NameOf(Kind kind) {
  switch (kind) {
    case Kind::kAccepted:
      return "accepted";
    case Kind::kNondeterminism:
      return "rejected as nondeterministic";
    case Kind::kMalformed:
      return "rejected as malformed";
    case Kind::kNotJudged:
      break;
  }
  return "not judged";
}

Verdict Judge(const Rewrites& rewrites, const std::string& directory, const std::string& file) {
  const std::string path = (fs::path(directory) / file).string();
  if (std::ifstream bytes(path); bytes.peek() == std::ifstream::traits_type::eof()) {
    return {Kind::kNotJudged, path + " cannot be read, or is empty"};
  }
  std::optional<WorkflowHistory> history;
  try {
    history.emplace(WorkflowHistory::FromFile(path));
  } catch (const ConversionError& error) {
    return {Kind::kMalformed, error.what()};
  }
  const auto& events = history->data().history.events();
  if (events.empty()) return {Kind::kMalformed, "no events"};
  const std::string type = events[0].workflow_execution_started_event_attributes().workflow_type().name();
  Verdict verdict{Kind::kNotJudged, "nobody has written the workflow type " + type + " again"};
  for (const Rewrite* rewrite : Candidates(rewrites, file, type)) {
    test::WorkflowReplayer replayer;
    rewrite->add(replayer, type);
    const test::ReplayResult result = replayer.Replay(*history);
    if (result.clean) return {Kind::kAccepted, std::to_string(result.events) + " events"};
    verdict.text = result.mismatch;
    verdict.kind = result.nondeterminism                ? Kind::kNondeterminism
                   : TellsOfTheHistory(result.mismatch) ? Kind::kMalformed
                                                        : Kind::kNotJudged;
  }
  return verdict;
}

Kind KindOfReason(std::string_view why) {
  for (const std::string_view word : {"unknown event", "malformed", "corrupt", "truncated"}) {
    if (why.find(word) != std::string_view::npos) return Kind::kMalformed;
  }
  return Kind::kNondeterminism;
}

}  // namespace temporal::replay
