// Which component may include what: the layers, read from the include lines of the tree.
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"
#include "tests/architecture/source_tree.h"

namespace temporal::architecture {
namespace {

using Names = std::set<std::string, std::less<>>;

// Components by the longest prefix of a path. The last word of a public folder's name is "public".
const std::vector<std::pair<std::string_view, std::string_view>> kComponents = {
    {"sdk/temporal/", "sdk public"},
    {"sdk/base/", "sdk base"},
    {"sdk/converter/", "sdk converter"},
    {"sdk/machines/", "sdk machines"},
    {"sdk/engine/", "sdk engine"},
    {"sdk/transport/workflow_service.h", "seam"},
    {"sdk/transport/rpcs.h", "seam"},
    {"sdk/transport/", "sdk transport"},
    {"sdk/client/", "sdk client"},
    {"sdk/worker/", "sdk worker"},
    {"fake-server/temporal/", "server public"},
    {"fake-server/clock/", "server clock"},
    {"fake-server/history/", "server rooms"},
    {"fake-server/matching/", "server rooms"},
    {"fake-server/visibility/", "server rooms"},
    {"fake-server/schedules/", "server rooms"},
    {"fake-server/nexus/", "server rooms"},
    {"fake-server/frontend/", "server frontend"},
    {"fake-server/", "server top"},
    {"testing/temporal/", "testing public"},
    {"testing/", "testing"},
    {"fixtures/", "fixtures"},
    {"tests/", "tests"},
};

// What each may include besides itself. "api" is the generated protos; foreign libraries are checked further down.
const std::map<std::string_view, Names> kMayInclude = {
    {"sdk base", {"api", "seam"}},
    {"seam", {"api", "sdk base"}},
    {"sdk public", {}},
    {"sdk converter", {"api", "sdk base", "sdk public"}},
    {"sdk machines", {"api", "sdk base"}},
    {"sdk engine", {"api", "sdk base", "sdk public", "sdk converter", "sdk machines"}},
    {"sdk transport", {"api", "sdk base", "seam"}},
    {"sdk client", {"api", "sdk base", "sdk public", "sdk converter", "seam", "sdk transport"}},
    {"sdk worker",
     {"api", "sdk base", "sdk public", "sdk converter", "sdk machines", "sdk engine", "seam", "sdk transport",
      "sdk client"}},
    {"server public", {}},
    {"server clock", {"api", "sdk base", "seam"}},
    {"server rooms", {"api", "sdk base", "seam", "server clock", "server public"}},
    {"server frontend", {"api", "sdk base", "seam", "server clock", "server rooms", "server public"}},
    {"server top", {"api", "sdk base", "seam", "server clock", "server rooms", "server frontend", "server public"}},
    {"testing public", {"sdk public", "server public"}},
};
// Everything of the SDK and the server; nothing includes testing but tests and what a user writes.
const Names kAllBelowTesting = {"api",           "sdk base",     "sdk public",    "sdk converter",   "sdk machines",
                                "sdk engine",    "seam",         "sdk transport", "sdk client",      "sdk worker",
                                "server public", "server clock", "server rooms",  "server frontend", "server top"};

// Single files that step over a line of the table, each with its reason.
const std::map<std::string_view, Names> kExceptions = {
    // The listener is the server's half of the wire: it shares codec and channel set-up with the client's half.
    {"fake-server/frontend/grpc_binding.cc", {"sdk transport"}},
};

std::string_view ComponentOf(std::string_view path) {
  for (const auto& [prefix, component] : kComponents) {
    if (path.substr(0, prefix.size()) == prefix) return component;
  }
  return "";
}

// The component that an include line names; empty for what is not ours.
std::string_view TargetOf(std::string_view include) {
  if (include.substr(0, 13) == "temporal/api/") return "api";
  if (include.substr(0, 17) == "temporal/testing/") return "testing public";
  if (include == "temporal/fake_server.h") return "server public";
  if (include.substr(0, 9) == "temporal/") return "sdk public";
  return ComponentOf(include);
}

bool Allowed(std::string_view from, std::string_view to, std::string_view file) {
  if (from == to || from == "tests") return true;
  if (const auto exception = kExceptions.find(file); exception != kExceptions.end() && exception->second.contains(to))
    return true;
  if (from == "testing") return to == "testing public" || kAllBelowTesting.contains(to);
  if (from == "fixtures") return to == "sdk public" || to == "testing public" || to == "server public";
  const auto row = kMayInclude.find(from);
  return row != kMayInclude.end() && row->second.contains(to);
}

bool IsPublic(std::string_view component) { return component.find("public") != std::string_view::npos; }

std::string At(const SourceFile& file, const Include& include) {
  return file.path + ":" + std::to_string(include.line) + " includes \"" + include.path + "\"";
}

TEST(Layering, EveryFile_BelongsToAComponent) {
  for (const SourceFile& file : SourceTree()) EXPECT_NE(ComponentOf(file.path), "") << file.path;
}

TEST(Layering, EveryInclude_IsAllowedByTheTable) {
  int checked = 0;
  for (const SourceFile& file : SourceTree()) {
    const std::string_view from = ComponentOf(file.path);
    for (const Include& include : file.includes) {
      const std::string_view to = TargetOf(include.path);
      if (to.empty() || include.angled) continue;
      ++checked;
      EXPECT_TRUE(Allowed(from, to, file.path)) << At(file, include) << ": " << from << " may not include " << to;
    }
  }
  EXPECT_GT(checked, 100);
}

TEST(Layering, PublicHeaders_AreIncludedAsTemporalAndNothingElseIs) {
  std::set<std::string> headers;
  for (const SourceFile& file : SourceTree()) headers.insert(file.path);
  for (const SourceFile& file : SourceTree()) {
    for (const Include& include : file.includes) {
      EXPECT_FALSE(IsPublic(ComponentOf(include.path))) << At(file, include) << ": write \"temporal/…\"";
      const std::string_view to = TargetOf(include.path);
      if (!IsPublic(to) || include.path.substr(0, 9) != "temporal/") continue;
      const std::string_view root = to == "sdk public" ? "sdk/" : to == "server public" ? "fake-server/" : "testing/";
      EXPECT_TRUE(headers.contains(std::string(root) + include.path))
          << At(file, include) << ": there is no such header";
    }
  }
}

// Foreign libraries by the start of the include, and the components that may use them.
TEST(Layering, ForeignLibraries_StayInTheirPlaces) {
  const std::vector<std::pair<std::string_view, Names>> confined = {
      {"grpc", {"sdk transport", "server frontend", "tests"}},
      {"gmock/", {"testing", "testing public", "tests", "fixtures"}},
      {"gtest/", {"testing", "testing public", "tests", "fixtures"}},
      {"sqlite3.h", {"fixtures"}},
      {"benchmark/", {"tests"}},
  };
  for (const SourceFile& file : SourceTree()) {
    const std::string_view from = ComponentOf(file.path);
    for (const Include& include : file.includes) {
      for (const auto& [start, allowed] : confined) {
        if (include.path.substr(0, start.size()) != start) continue;
        EXPECT_TRUE(allowed.contains(from)) << At(file, include) << ", which " << from << " may not";
      }
    }
  }
}

TEST(Layering, GrpcIncludes_StandInGrpcFilesOnly) {
  for (const SourceFile& file : SourceTree()) {
    const std::string name = file.path.substr(file.path.rfind('/') + 1);
    if (name.rfind("grpc_", 0) == 0 || file.path.rfind("tests/", 0) == 0) continue;
    for (const Include& include : file.includes) {
      EXPECT_NE(include.path.rfind("grpc", 0), 0u) << At(file, include);
    }
  }
}

TEST(Layering, PublicHeadersOfSdkAndServer_IncludeTheStandardLibraryAndEachOther) {
  for (const SourceFile& file : SourceTree()) {
    const std::string_view from = ComponentOf(file.path);
    if ((from != "sdk public" && from != "server public") || !file.path.ends_with(".h")) continue;
    for (const Include& include : file.includes) {
      const bool standard = include.angled && include.path.find_first_of("/.") == std::string::npos;
      const bool json = file.path == "sdk/temporal/json.h" && include.path == "nlohmann/json.hpp";
      EXPECT_TRUE(standard || json || IsPublic(TargetOf(include.path))) << At(file, include);
    }
  }
}

}  // namespace
}  // namespace temporal::architecture
