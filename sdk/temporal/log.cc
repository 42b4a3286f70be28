// The logger that is used where none is given.
#include "temporal/log.h"

#include <cstdio>

namespace temporal {
namespace {

// One write for each line, so that lines of several threads do not mix.
class StderrLog final : public Logger {
 public:
  void Write(LogLevel level, std::string_view message, std::span<const LogField> fields) override {
    if (level < LogLevel::kWarning) return;
    std::string line = level == LogLevel::kError ? "temporal error: " : "temporal warning: ";
    line += message;
    for (const auto& [name, value] : fields) {
      line += ' ';
      line += name;
      line += '=';
      line += value;
    }
    line += '\n';
    std::fwrite(line.data(), 1, line.size(), stderr);
  }
};

}  // namespace

Logger& StderrLogger() {
  static StderrLog* logger = new StderrLog;  // never destroyed: others log until the very end
  return *logger;
}

}  // namespace temporal
