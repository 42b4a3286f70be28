// Judges recorded histories of other SDKs: replays each against its workflow's re-write, and compares the verdict with
// what a manifest expects.
//
//   temporal-replay-judge DIRECTORY
//
// manifest.json there is a list of {"file": …, "expect": "accept" or "reject", "why": …}. A rejection is as expected
// only if it is of the kind that "why" is about. Without a manifest, every history below the directory is expected to
// be accepted. Exits with 0 if all verdicts are as expected.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "nlohmann/json.hpp"
#include "tests/replay/judgement.h"

namespace temporal::replay {
namespace {

namespace fs = std::filesystem;

struct Case {
  std::string file;  // below the directory: "sdk-go/workflow1.json"
  Kind expected = Kind::kAccepted;
  std::string why;
};

std::vector<Case> ReadManifest(const fs::path& path) {
  std::ifstream file(path);
  std::vector<Case> cases;
  for (const nlohmann::json& row : nlohmann::json::parse(file)) {
    const std::string why = row.value("why", "");
    const Kind expected = row.at("expect") == "accept" ? Kind::kAccepted : KindOfReason(why);
    cases.push_back({row.at("file").get<std::string>(), expected, why});
  }
  return cases;
}

std::vector<Case> AllBelow(const fs::path& directory) {
  std::vector<Case> cases;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    const std::string extension = entry.path().extension().string();
    if (!entry.is_regular_file() || (extension != ".json" && extension != ".bin")) continue;
    cases.push_back({fs::relative(entry.path(), directory).generic_string(), Kind::kAccepted, ""});
  }
  std::sort(cases.begin(), cases.end(), [](const Case& a, const Case& b) { return a.file < b.file; });
  return cases;
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
    const Verdict verdict = Judge(rewrites, directory.string(), one.file);
    const bool right = verdict.kind == one.expected;
    wrong += right ? 0 : 1;
    std::cout << (right ? "ok    " : "WRONG ") << NameOf(verdict.kind) << " " << one.file;
    if (!right) std::cout << ", expected: " << NameOf(one.expected);
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
