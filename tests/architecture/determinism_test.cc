// What makes a run differ from the next one stays in the few files that are there for it.
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"
#include "tests/architecture/source_tree.h"

namespace temporal::architecture {
namespace {

bool StartsWithAny(std::string_view path, const std::vector<std::string_view>& prefixes) {
  for (const std::string_view prefix : prefixes) {
    if (path.substr(0, prefix.size()) == prefix) return true;
  }
  return false;
}

// The schedulers, the executors and the edges to other processes.
bool IsEdge(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  return StartsWithAny(name, {"grpc_"}) ||
         StartsWithAny(path, {"fake-server/clock/", "sdk/worker/threaded_loop", "sdk/worker/executor",
                              "sdk/worker/thread_pool_executor", "sdk/worker/watchdog", "testing/environment/activity_thread"});
}

struct Forbidden {
  const char* pattern;
  const char* what;
  std::vector<std::string_view> also_allowed;  // beside the edges; each with its reason beside it
};

const std::vector<Forbidden> kForbidden = {
    {R"(\b(system|steady|high_resolution|utc)_clock::now\b)", "a wall clock", {}},
    {R"(\b(clock_gettime|gettimeofday|localtime|gmtime)\s*\(|[^_\w.>:]time\s*\(\s*(nullptr|NULL|0|&))",
     "a wall clock",
     {}},
    {R"(absl::Now\s*\()", "a wall clock", {}},
    {R"(\b(std::)?s?rand(om)?\s*\(|\brandom_device\b|\bgetrandom\b|\barc4random\b)", "randomness without a seed", {}},
    {R"(\bstd::(\w+_distribution|mt19937\w*|default_random_engine|shuffle)\b)",
     "a distribution that is not portable",
     {}},
    {R"(\bstd::j?thread\b|\bstd::async\b|\bpthread_create\b)", "a thread", {}},
    {R"(\b(sleep_for|sleep_until|nanosleep|usleep)\b|[^\w.>:]sleep\s*\()", "a sleep", {}},
};

// Real time and threads are part of what these do: they start processes and measure.
bool MeasuresTheRealWorld(std::string_view path) {
  return StartsWithAny(path, {"fixtures/demo/", "tests/benchmark/", "tests/conformance/"});
}

bool IsProduct(std::string_view path) { return !StartsWithAny(path, {"tests/"}); }

TEST(Determinism, ClocksRandomnessAndThreads_StayAtTheEdges) {
  for (const auto& [pattern, what, also_allowed] : kForbidden) {
    const std::regex forbidden(pattern);
    for (const SourceFile& file : SourceTree()) {
      if (!IsProduct(file.path) || IsEdge(file.path) || MeasuresTheRealWorld(file.path)) continue;
      if (StartsWithAny(file.path, also_allowed)) continue;
      for (const SourceLine& line : file.lines) {
        EXPECT_FALSE(std::regex_search(line.text, forbidden))
            << file.path << ":" << line.number << " uses " << what << ": " << line.text;
      }
    }
  }
}

TEST(Determinism, Tests_DoNotSleep) {
  const std::regex sleep(R"(\b(sleep_for|sleep_until|nanosleep|usleep)\b)");
  for (const SourceFile& file : SourceTree()) {
    if (IsProduct(file.path) || MeasuresTheRealWorld(file.path)) continue;
    for (const SourceLine& line : file.lines) {
      EXPECT_FALSE(std::regex_search(line.text, sleep)) << file.path << ":" << line.number << ": " << line.text;
    }
  }
}

std::string Stem(const std::string& path) { return path.substr(0, path.rfind('.')); }

// Names of variables of unordered types in a file and in the header of the same name.
std::set<std::string> UnorderedNames(const std::string& stem) {
  static const std::regex declaration(
      R"(\b(?:flat|node|unordered)_(?:hash_)?(?:map|set)<.*>\s*&?\s*(\w+)\s*(?:;|=|\{|\())");
  std::set<std::string> names;
  for (const SourceFile& file : SourceTree()) {
    if (Stem(file.path) != stem) continue;
    for (const SourceLine& line : file.lines) {
      std::smatch found;
      if (std::regex_search(line.text, found, declaration)) names.insert(found[1]);
    }
  }
  return names;
}

TEST(Determinism, UnorderedContainers_AreNeverIterated) {
  for (const SourceFile& file : SourceTree()) {
    if (!IsProduct(file.path)) continue;
    for (const std::string& name : UnorderedNames(Stem(file.path))) {
      const std::regex iteration("(for\\s*\\(.*:\\s*" + name + "\\s*\\)|\\b" + name + "\\.begin\\()");
      for (const SourceLine& line : file.lines) {
        EXPECT_FALSE(std::regex_search(line.text, iteration))
            << file.path << ":" << line.number << " iterates over " << name << ", whose order differs from run to run";
      }
    }
  }
}

// Every file says first what it is responsible for.
TEST(Style, EveryFile_OpensWithAComment) {
  for (const SourceFile& file : SourceTree()) {
    if (file.lines.empty()) continue;
    EXPECT_EQ(file.lines[0].text.find_first_not_of(' '), std::string::npos) << file.path << " opens with code";
  }
}

}  // namespace
}  // namespace temporal::architecture
