// Where log lines of workflows, activities and the SDK itself go.
#ifndef TEMPORAL_LOG_H_
#define TEMPORAL_LOG_H_

#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace temporal {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

using LogField = std::pair<std::string_view, std::string_view>;

// Called from any thread that runs user code or the SDK. Implementations must not throw.
class Logger {
 public:
  virtual ~Logger() = default;
  virtual void Write(LogLevel level, std::string_view message, std::span<const LogField> fields) = 0;
};

// Warnings and errors, one line each, to standard error. Lives as long as the process.
Logger& StderrLogger();

// A logger with the fields of one workflow or activity; what ctx.Log() answers. Cheap; valid as long as its context.
class ScopedLog {
 public:
  ScopedLog(Logger* logger, std::span<const LogField> fields) : logger_(logger), fields_(fields) {}
  void Debug(std::string_view message) const { Write(LogLevel::kDebug, message); }
  void Info(std::string_view message) const { Write(LogLevel::kInfo, message); }
  void Warning(std::string_view message) const { Write(LogLevel::kWarning, message); }
  void Error(std::string_view message) const { Write(LogLevel::kError, message); }

 private:
  void Write(LogLevel level, std::string_view message) const {
    if (logger_ != nullptr) logger_->Write(level, message, fields_);
  }

  Logger* logger_;  // null: silent
  std::span<const LogField> fields_;
};

}  // namespace temporal

#endif  // TEMPORAL_LOG_H_
