// temporal-conformance: plays every scenario in process, on our server over gRPC and on the real dev server, and
// compares what they leave behind. What differs is played once more, alone.
#include <algorithm>
#include <exception>
#include <functional>
#include <iostream>
#include <map>
#include <optional>
#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "tests/conformance/compare.h"
#include "tests/conformance/recorded.h"
#include "tests/conformance/replayed.h"
#include "tests/conformance/worlds.h"

namespace temporal::conformance {
namespace {

struct CommandLine {
  std::string fake_server;  // path of the executable
  std::string real_server;  // HOST:PORT, or path of the `temporal` CLI
  std::string record;       // folder for what the real server leaves behind
  std::string write;        // folder for what is left behind in process
  std::string replay;       // folder of histories that another SDK wrote of the same workflows: nothing else is done
  std::string recorded;     // folder of the judge's histories, instead of a real server
  std::string only;         // part of the names to play
  std::string suffix;       // of all ids, for servers that are not fresh
};

constexpr const char* kUsage =
    "temporal-conformance [--fake-server PATH] [--real-server HOST:PORT | PATH-OF-temporal] [--record DIR]\n"
    "                     [--recorded DIR] [--write DIR] [--only TEXT] [--suffix TEXT]\n"
    "temporal-conformance --replay DIR [--only TEXT]\n";

std::optional<CommandLine> Parse(int argc, char** argv) {
  CommandLine line;
  const std::map<std::string, std::string*> options = {{"--fake-server", &line.fake_server},
                                                       {"--real-server", &line.real_server},
                                                       {"--record", &line.record},
                                                       {"--recorded", &line.recorded},
                                                       {"--write", &line.write},
                                                       {"--replay", &line.replay},
                                                       {"--only", &line.only},
                                                       {"--suffix", &line.suffix}};
  for (int i = 1; i < argc; i += 2) {
    const auto option = options.find(argv[i]);
    if (option == options.end() || i + 1 == argc) return std::nullopt;
    *option->second = argv[i + 1];
  }
  return line;
}

// What became of one scenario in one world.
struct Run {
  std::optional<NormalRecord> normal;
  std::string error;  // what the scenario threw
};
using Runs = std::map<std::string, Run, std::less<>>;  // by scenario

Run PlayOnce(World& world, const Scenario& scenario, const std::string& suffix, const std::string& record_to) {
  try {
    const Record record = Play(world, scenario, suffix);
    if (!record_to.empty()) Save(record_to, scenario.name, record);
    return {Normalise(record, suffix), ""};
  } catch (const std::exception& error) {
    return {std::nullopt, error.what()};
  }
}

Runs PlayInProcess(const std::vector<Scenario>& scenarios, const std::string& write_to) {
  Runs runs;
  for (const Scenario& scenario : scenarios) {
    const auto world = InProcessWorld(1);
    runs[std::string(scenario.name)] = PlayOnce(*world, scenario, "", write_to);
  }
  return runs;
}

Runs PlayRemote(const std::vector<Scenario>& scenarios, const std::string& target, const std::string& suffix,
                const std::string& record_to) {
  Runs runs;
  for (const Scenario& scenario : scenarios) {
    const auto world = RemoteWorld(target);
    runs[std::string(scenario.name)] = PlayOnce(*world, scenario, suffix, record_to);
    std::cerr << "." << std::flush;
  }
  return runs;
}

Runs LoadRecorded(const std::vector<Scenario>& scenarios, const std::string& folder) {
  Runs runs;
  for (const Scenario& scenario : scenarios) {
    Run& run = runs[std::string(scenario.name)];
    if (auto recorded = Load(folder, scenario.name))
      run.normal = std::move(recorded->normal);
    else
      run.error = "not recorded in " + folder;
  }
  return runs;
}

// Compares one world's run with the judge's: "equal", "known" or "DIFFERS" and such, and the details.
struct Verdict {
  std::string word;
  std::string details;
  bool good = false;
};

Verdict Judge(std::string_view scenario, const Run& judge, const Run& ours) {
  if (!ours.normal) return {"THREW", "  threw: " + ours.error + "\n", false};
  if (!judge.normal) return {"no judge", "  the judge threw: " + judge.error + "\n", false};
  std::vector<Difference> differences = Compare(*judge.normal, *ours.normal);
  const std::size_t all = differences.size();
  std::vector<std::string> outdated;
  RemoveKnown(scenario, differences, outdated);
  std::string details;
  for (const std::string& entry : outdated) absl::StrAppend(&details, "  ", entry, "\n");
  if (!differences.empty()) {
    for (const Difference& d : differences)
      absl::StrAppend(&details, "  ", d.where, ": ", d.field, ": the judge has ", d.judge, ", we have ", d.ours, "\n");
    absl::StrAppend(&details, PrintBoth(*judge.normal, *ours.normal));
    return {"DIFFERS", details, false};
  }
  if (!outdated.empty()) return {"OUTDATED", details, false};
  return {all == 0 ? "equal" : "known", "", true};
}

// Replays the histories of a folder; a scenario that has none there is passed over.
int ReplayAll(const std::vector<Scenario>& scenarios, const std::string& folder) {
  int bad = 0;
  std::size_t replayed = 0;
  for (const Scenario& scenario : scenarios) {
    const std::vector<WorkflowHistory> histories = LoadHistories(folder, scenario.name);
    if (histories.empty() || scenario.define == nullptr) continue;
    const std::vector<std::string> mismatches = Mismatches(scenario, histories);
    replayed += histories.size();
    bad += mismatches.empty() ? 0 : 1;
    std::printf("%-42s %s, %zu histories\n", std::string(scenario.name).c_str(),
                mismatches.empty() ? "replayed" : "DIFFERS", histories.size());
    for (const std::string& mismatch : mismatches) std::printf("%s\n", mismatch.c_str());
  }
  std::printf("%zu histories replayed by this SDK, %d scenarios differ\n", replayed, bad);
  return bad == 0 && replayed > 0 ? 0 : 1;
}

// The same scenarios in every world.
struct Played {
  Runs judge;
  std::vector<std::pair<std::string, Runs>> worlds;  // by name
};

// The servers that listen: HOST:PORT, or empty for none.
struct Targets {
  std::string fake, real;
};

Played PlayEverywhere(const std::vector<Scenario>& scenarios, const CommandLine& line, const Targets& targets,
                      const std::string& suffix, const std::string& record_to) {
  Played played;
  Runs over_grpc;
  std::vector<std::thread> threads;
  if (!targets.fake.empty()) threads.emplace_back([&] { over_grpc = PlayRemote(scenarios, targets.fake, suffix, ""); });
  if (!targets.real.empty())
    threads.emplace_back([&] { played.judge = PlayRemote(scenarios, targets.real, suffix, record_to); });
  else
    played.judge = LoadRecorded(scenarios, line.recorded);
  played.worlds.emplace_back("in process", PlayInProcess(scenarios, line.write));
  for (std::thread& thread : threads) thread.join();
  if (!targets.fake.empty()) played.worlds.emplace_back("over gRPC", std::move(over_grpc));
  return played;
}

bool IsGood(const Played& played, std::string_view scenario) {
  return std::all_of(played.worlds.begin(), played.worlds.end(), [&](const auto& world) {
    return Judge(scenario, played.judge.find(scenario)->second, world.second.find(scenario)->second).good;
  });
}

// Plays alone, once more, what differs: a busy machine can be late with what is awaited. Answers which those were.
std::set<std::string> Repeat(const std::vector<Scenario>& scenarios, const CommandLine& line, const Targets& targets,
                             Played& played) {
  std::set<std::string> repeated;
  for (const Scenario& scenario : scenarios) {
    if (IsGood(played, scenario.name)) continue;
    Played again = PlayEverywhere({scenario}, line, targets, line.suffix + "-again", "");
    const std::string name(scenario.name);
    played.judge[name] = std::move(again.judge[name]);
    for (std::size_t i = 0; i < played.worlds.size(); ++i)
      played.worlds[i].second[name] = std::move(again.worlds[i].second[name]);
    repeated.insert(name);
  }
  return repeated;
}

int Report(const std::vector<Scenario>& scenarios, const Played& played, const std::set<std::string>& repeated) {
  int bad = 0;
  std::string details;
  std::printf("%-42s", "scenario");
  for (const auto& [world, runs] : played.worlds) std::printf(" %-12s", world.c_str());
  std::printf(" judge\n");
  for (const Scenario& scenario : scenarios) {
    const std::string name(scenario.name);
    const Run& judged = played.judge.at(name);
    std::printf("%-42s", name.c_str());
    for (const auto& [world, runs] : played.worlds) {
      const Verdict verdict = Judge(name, judged, runs.at(name));
      if (!verdict.good) {
        ++bad;
        absl::StrAppend(&details, "\n", name, ", ", world, ": ", verdict.word, "\n", verdict.details);
      }
      std::printf(" %-12s", verdict.word.c_str());
    }
    std::size_t events = 0;
    if (judged.normal) {
      for (const auto& history : judged.normal->histories) events += history.size();
    }
    std::printf(" %s%s\n", judged.normal ? absl::StrCat(events, " events").c_str() : "threw",
                repeated.contains(name) ? ", played twice" : "");
  }
  std::printf("%s\n%zu scenarios, %zu of them played twice, %d differences from the judge\n", details.c_str(),
              scenarios.size(), repeated.size(), bad);
  return bad == 0 ? 0 : 1;
}

int Main(const CommandLine& line) {
  std::vector<Scenario> scenarios;
  for (const Scenario& scenario : AllScenarios()) {
    if (std::string(scenario.name).find(line.only) != std::string::npos) scenarios.push_back(scenario);
  }
  if (!line.replay.empty()) return ReplayAll(scenarios, line.replay);
  std::optional<ServerProcess> fake, real;
  Targets targets{"", line.real_server};
  if (!line.fake_server.empty()) targets.fake = fake.emplace(line.fake_server).target();
  if (!line.real_server.empty() && line.real_server.find(':') == std::string::npos)
    targets.real = real.emplace(line.real_server).target();
  Played played = PlayEverywhere(scenarios, line, targets, line.suffix, line.record);
  // What is recorded stands in the files as it came.
  const auto repeated = line.record.empty() ? Repeat(scenarios, line, targets, played) : std::set<std::string>();
  std::cerr << "\n";
  return Report(scenarios, played, repeated);
}

}  // namespace
}  // namespace temporal::conformance

int main(int argc, char** argv) {
  const auto line = temporal::conformance::Parse(argc, argv);
  if (!line || (line->real_server.empty() && line->recorded.empty() && line->replay.empty()) ||
      (!line->record.empty() && !line->suffix.empty())) {
    std::cerr << temporal::conformance::kUsage;
    return 2;
  }
  try {
    return temporal::conformance::Main(*line);
  } catch (const std::exception& error) {
    std::cerr << "temporal-conformance: " << error.what() << "\n";
    return 1;
  }
}
