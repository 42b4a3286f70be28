// Judges recorded histories of other SDKs: replays each against its workflow's re-write, and compares the verdict with
// what a manifest expects.
//
//   temporal-replay-judge DIRECTORY
//
// manifest.json there is a list of {"file": …, "expect": "accept" or "reject"}. Without one, every history below the
// directory is expected to be accepted. Exits with 0 if all verdicts are as expected.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "nlohmann/json.hpp"
#include "sdk/converter/history_data.h"
#include "temporal/testing/workflow_replayer.h"
#include "tests/replay/foreign/rewrites.h"

namespace temporal::replay {
namespace {

namespace fs = std::filesystem;

struct Case {
  std::string file;  // below the directory: "sdk-go/workflow1.json"
  bool accept = true;
  std::string why;
};

std::vector<Case> ReadManifest(const fs::path& path) {
  std::ifstream file(path);
  std::vector<Case> cases;
  for (const nlohmann::json& row : nlohmann::json::parse(file)) {
    cases.push_back({row.at("file").get<std::string>(), row.at("expect") == "accept", row.value("why", "")});
  }
  return cases;
}

std::vector<Case> AllBelow(const fs::path& directory) {
  std::vector<Case> cases;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    const std::string extension = entry.path().extension().string();
    if (!entry.is_regular_file() || (extension != ".json" && extension != ".bin")) continue;
    cases.push_back({fs::relative(entry.path(), directory).generic_string(), true, ""});
  }
  std::sort(cases.begin(), cases.end(), [](const Case& a, const Case& b) { return a.file < b.file; });
  return cases;
}

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

struct Verdict {
  bool accepted = false;
  std::string text;
};

Verdict Judge(const Rewrites& rewrites, const fs::path& directory, const std::string& file) {
  std::optional<WorkflowHistory> history;
  try {
    history.emplace(WorkflowHistory::FromFile((directory / file).string()));
  } catch (const ConversionError& error) {
    return {false, error.what()};
  }
  const auto& events = history->data().history.events();
  if (events.empty()) return {false, "no events"};
  const std::string type = events[0].workflow_execution_started_event_attributes().workflow_type().name();
  Verdict verdict{false, "nobody has written the workflow type " + type + " again"};
  for (const Rewrite* rewrite : Candidates(rewrites, file, type)) {
    test::WorkflowReplayer replayer;
    rewrite->add(replayer, type);
    const test::ReplayResult result = replayer.Replay(*history);
    if (result.clean) return {true, std::to_string(result.events) + " events"};
    verdict.text = result.mismatch;
  }
  return verdict;
}

int Main(const fs::path& directory) {
  Rewrites rewrites;
  for (const auto add :
       {AddGo, AddGoNexus, AddJava, AddPython, AddDotnet, AddTypescript, AddCore, AddChildren, AddUpdates})
    add(rewrites);
  const fs::path manifest = directory / "manifest.json";
  const std::vector<Case> cases = fs::exists(manifest) ? ReadManifest(manifest) : AllBelow(directory);
  int wrong = 0;
  for (const Case& one : cases) {
    const Verdict verdict = Judge(rewrites, directory, one.file);
    const bool right = verdict.accepted == one.accept;
    wrong += right ? 0 : 1;
    std::cout << (right ? "ok    " : "WRONG ") << (verdict.accepted ? "accepted " : "rejected ") << one.file;
    if (!one.why.empty()) std::cout << " (" << one.why << ")";
    std::cout << "\n        " << verdict.text << "\n";
  }
  std::cout << cases.size() - static_cast<std::size_t>(wrong) << " of " << cases.size()
            << " histories are judged as expected\n";
  return wrong == 0 && !cases.empty() ? 0 : 1;
}

}  // namespace
}  // namespace temporal::replay

int main(int argc, char** argv) {
  if (argc != 2 || !std::filesystem::is_directory(argv[1])) {
    std::cerr << "usage: " << argv[0] << " DIRECTORY\n";
    return 2;
  }
  try {
    return temporal::replay::Main(argv[1]);
  } catch (const std::exception& error) {  // of the manifest
    std::cerr << argv[1] << ": " << error.what() << "\n";
    return 2;
  }
}
