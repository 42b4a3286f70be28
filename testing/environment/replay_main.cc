// Reads the command line, replays, prints.
#include "temporal/testing/replay_main.h"

#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace temporal::test {
namespace {

struct Arguments {
  std::vector<std::string> sources;
  std::optional<std::int64_t> up_to;
  OnMismatch on_mismatch = OnMismatch::kCollect;
};

std::optional<Arguments> Parse(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--fail-fast") {
      arguments.on_mismatch = OnMismatch::kFailFast;
    } else if (argument == "--up-to" && i + 1 < argc) {
      const std::string_view text = argv[++i];
      std::int64_t id = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
      if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
      arguments.up_to = id;
    } else if (argument == "-" || argument.substr(0, 1) != "-") {
      arguments.sources.emplace_back(argument);
    } else {
      return std::nullopt;
    }
  }
  if (arguments.sources.empty()) return std::nullopt;
  return arguments;
}

ReplayResult ReplayPart(const WorkflowReplayer& replayer, const std::string& source, std::int64_t up_to) {
  try {
    const WorkflowHistory whole =
        source == "-" ? WorkflowHistory::FromStream(std::cin, "standard input") : WorkflowHistory::FromFile(source);
    return replayer.Replay(whole.UpTo(up_to));
  } catch (const std::exception& error) {  // a source that cannot be replayed does not end those behind it
    ReplayResult result;
    result.source = source;
    result.mismatch = error.what();
    return result;
  }
}

ReplayReport ReplayOne(const WorkflowReplayer& replayer, const std::string& source, const Arguments& arguments) {
  if (arguments.up_to) return {{ReplayPart(replayer, source, *arguments.up_to)}};
  if (source == "-") return {{replayer.ReplayStream(std::cin, "standard input")}};
  std::error_code none;  // what is not even there is told when it is read
  if (std::filesystem::is_directory(source, none)) return replayer.ReplayDirectory(source, arguments.on_mismatch);
  return {{replayer.ReplayFile(source)}};
}

// The thread that replays is lost: what is left to do is to tell.
void EndBlocked(const ReplayResult& result) {
  std::cout << result << "\n" << std::flush;
  std::_Exit(1);
}

}  // namespace

int ReplayMain(int argc, char** argv, std::initializer_list<ReplayRegistry> registries) {
  const auto arguments = Parse(argc, argv);
  if (!arguments) {
    std::cerr << "usage: " << argv[0] << " [--fail-fast] [--up-to EVENT] FILE|DIRECTORY|-…\n";
    return 2;
  }
  WorkflowReplayer replayer({.on_deadlock = EndBlocked});
  for (const ReplayRegistry registry : registries) registry(replayer);
  bool clean = true;
  for (const std::string& source : arguments->sources) {
    const ReplayReport report = ReplayOne(replayer, source, *arguments);
    std::cout << report.Print();
    clean = clean && report.clean();
    if (!clean && arguments->on_mismatch == OnMismatch::kFailFast) break;
  }
  return clean ? 0 : 1;
}

}  // namespace temporal::test
