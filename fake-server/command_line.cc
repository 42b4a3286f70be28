// One table of flags, and the rules of GNU-like flags over it.
#include "fake-server/command_line.h"

#include <array>
#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace temporal::server {
namespace {

enum class Takes { kNothing, kValue };
using Apply = absl::Status (*)(CommandLine&, const std::string& value);

struct Flag {
  std::string_view name;
  char shorthand;  // 0: none
  Takes takes;
  Apply apply;  // null: means nothing here
  std::string_view help;
};

absl::Status Bad(const Flag& flag, std::string_view value, std::string_view why);

absl::Status SetPort(CommandLine& line, const std::string& value);
absl::Status SetLogLevel(CommandLine& line, const std::string& value);
absl::Status AddDynamicConfig(CommandLine& line, const std::string& value);
absl::Status AddSearchAttribute(CommandLine& line, const std::string& value);

absl::Status SetHelp(CommandLine& line, const std::string&) {
  line.help = true;
  return absl::OkStatus();
}
absl::Status SetIp(CommandLine& line, const std::string& value) {
  line.ip = value;
  return absl::OkStatus();
}
absl::Status AddNamespace(CommandLine& line, const std::string& value) {
  line.namespaces.push_back(value);
  return absl::OkStatus();
}

constexpr Flag kFlags[] = {
    {"port", 'p', Takes::kValue, SetPort, "port of the gRPC service (default 7233; 0: one that is free)"},
    {"ip", 0, Takes::kValue, SetIp, "address that the gRPC service is bound to (default localhost)"},
    {"namespace", 'n', Takes::kValue, AddNamespace, "namespace to register besides \"default\"; may be repeated"},
    {"search-attribute", 0, Takes::kValue, AddSearchAttribute,
     "NAME=TYPE to register, of Text, Keyword, Int, Double, Bool, Datetime, KeywordList; may be repeated"},
    {"dynamic-config-value", 0, Takes::kValue, AddDynamicConfig, "KEY=JSON of dynamic configuration; may be repeated"},
    {"log-level", 0, Takes::kValue, SetLogLevel, "debug, info, warn, error or never (default warn)"},
    {"help", 'h', Takes::kNothing, SetHelp, "show this"},
    {"client-connect-timeout", 0, Takes::kValue, nullptr, ""},
    {"color", 0, Takes::kValue, nullptr, ""},
    {"command-timeout", 0, Takes::kValue, nullptr, ""},
    {"config-file", 0, Takes::kValue, nullptr, ""},
    {"db-filename", 'f', Takes::kValue, nullptr, ""},
    {"disable-config-env", 0, Takes::kNothing, nullptr, ""},
    {"disable-config-file", 0, Takes::kNothing, nullptr, ""},
    {"env", 0, Takes::kValue, nullptr, ""},
    {"env-file", 0, Takes::kValue, nullptr, ""},
    {"headless", 0, Takes::kNothing, nullptr, ""},
    {"http-port", 0, Takes::kValue, nullptr, ""},
    {"log-config", 0, Takes::kNothing, nullptr, ""},
    {"log-format", 0, Takes::kValue, nullptr, ""},
    {"metrics-port", 0, Takes::kValue, nullptr, ""},
    {"no-json-shorthand-payloads", 0, Takes::kNothing, nullptr, ""},
    {"output", 'o', Takes::kValue, nullptr, ""},
    {"profile", 0, Takes::kValue, nullptr, ""},
    {"sqlite-pragma", 0, Takes::kValue, nullptr, ""},
    {"time-format", 0, Takes::kValue, nullptr, ""},
    {"ui-asset-path", 0, Takes::kValue, nullptr, ""},
    {"ui-codec-endpoint", 0, Takes::kValue, nullptr, ""},
    {"ui-disable-news-fetch", 0, Takes::kNothing, nullptr, ""},
    {"ui-ip", 0, Takes::kValue, nullptr, ""},
    {"ui-port", 0, Takes::kValue, nullptr, ""},
    {"ui-public-path", 0, Takes::kValue, nullptr, ""},
};

constexpr std::array<std::string_view, 5> kLogLevels = {"debug", "info", "warn", "error", "never"};
constexpr std::array<std::string_view, 7> kSearchAttributeTypes = {"Text", "Keyword",  "Int",        "Double",
                                                                   "Bool", "Datetime", "KeywordList"};

absl::string_view View(std::string_view text) { return {text.data(), text.size()}; }

// "-p, --port", or "--ip" for a flag without a shorthand.
std::string Spelled(const Flag& flag) {
  const std::string shorthand = flag.shorthand == 0 ? "" : absl::StrCat("-", std::string(1, flag.shorthand), ", ");
  return absl::StrCat(shorthand, "--", View(flag.name));
}

const Flag* FindFlag(std::string_view name) {
  for (const Flag& flag : kFlags) {
    if (flag.name == name) return &flag;
  }
  return nullptr;
}

const Flag* FindShorthand(char shorthand) {
  for (const Flag& flag : kFlags) {
    if (shorthand != 0 && flag.shorthand == shorthand) return &flag;
  }
  return nullptr;
}

absl::Status Bad(const Flag& flag, std::string_view value, std::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("invalid argument \"", View(value), "\" for \"", Spelled(flag), "\" flag: ", View(why)));
}

absl::Status SetPort(CommandLine& line, const std::string& value) {
  if (!absl::SimpleAtoi(value, &line.port)) return Bad(*FindFlag("port"), value, "not a number");
  if (line.port < 0 || line.port > 65'535) {
    return absl::InvalidArgumentError(absl::StrCat("can't set frontend port ", line.port, ": invalid port"));
  }
  return absl::OkStatus();
}

absl::Status SetLogLevel(CommandLine& line, const std::string& value) {
  for (std::size_t level = 0; level < kLogLevels.size(); ++level) {
    if (kLogLevels[level] != value) continue;
    line.log_level = static_cast<LogLevel>(level);
    return absl::OkStatus();
  }
  return Bad(*FindFlag("log-level"), value,
             absl::StrCat(value, " is not one of required values of debug, info, warn, error, never"));
}

absl::Status AddKeyValue(std::string_view what, const std::string& text, CommandLine::KeyValues& to) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) {
    return absl::InvalidArgumentError(absl::StrCat("invalid ", View(what), ": missing expected '=' in \"", text, "\""));
  }
  to.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  return absl::OkStatus();
}

absl::Status AddDynamicConfig(CommandLine& line, const std::string& value) {
  return AddKeyValue("dynamic config values", value, line.dynamic_config);
}

absl::Status AddSearchAttribute(CommandLine& line, const std::string& value) {
  if (auto status = AddKeyValue("search attributes", value, line.search_attributes); !status.ok()) return status;
  const std::string& type = line.search_attributes.back().second;
  for (const std::string_view known : kSearchAttributeTypes) {
    if (known == type) return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat("invalid search attribute value type \"", type, "\""));
}

class Parser {
 public:
  explicit Parser(const std::vector<std::string>& arguments) : arguments_(arguments) {}

  absl::StatusOr<CommandLine> Parse() {
    std::vector<std::string> commands;
    while (at_ < arguments_.size()) {
      const std::string& argument = arguments_[at_++];
      if (argument.size() < 2 || argument[0] != '-') {
        commands.push_back(argument);
      } else if (auto status = argument[1] == '-' ? ParseLong(argument) : ParseShort(argument); !status.ok()) {
        return status;
      }
    }
    if (commands.empty()) line_.help = true;
    if (line_.help) return line_;
    static constexpr std::array<std::string_view, 2> kCommand = {"server", "start-dev"};
    for (std::size_t i = 0; i < kCommand.size(); ++i) {
      if (i >= commands.size())
        return absl::InvalidArgumentError(absl::StrCat("missing command \"", View(kCommand[i]), "\""));
      if (commands[i] != kCommand[i])
        return absl::InvalidArgumentError(absl::StrCat("unknown command \"", commands[i], "\""));
    }
    if (commands.size() > kCommand.size()) {
      return absl::InvalidArgumentError(absl::StrCat("unknown command \"", commands[2], "\" for \"server start-dev\""));
    }
    return line_;
  }

 private:
  // --flag, --flag=value, --flag value
  absl::Status ParseLong(const std::string& argument) {
    const std::size_t equals = argument.find('=');
    const Flag* flag =
        FindFlag(std::string_view(argument).substr(2, equals == std::string::npos ? equals : equals - 2));
    if (flag == nullptr) return absl::InvalidArgumentError(absl::StrCat("unknown flag: ", argument.substr(0, equals)));
    std::optional<std::string> value;
    if (equals != std::string::npos) value = argument.substr(equals + 1);
    return Take(*flag, argument.substr(0, equals), std::move(value));
  }

  // -p value, -p=value, -pvalue; none of the shorthands without a value can be followed by another one.
  absl::Status ParseShort(const std::string& argument) {
    const Flag* flag = FindShorthand(argument[1]);
    if (flag == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("unknown shorthand flag: '", argument.substr(1, 1), "' in ", argument));
    }
    std::optional<std::string> value;
    if (argument.size() > 2) value = argument.substr(argument[2] == '=' ? 3 : 2);
    return Take(*flag, argument.substr(0, 2), std::move(value));
  }

  absl::Status Take(const Flag& flag, const std::string& spelled, std::optional<std::string> value) {
    if (flag.takes == Takes::kNothing) {
      if (value.has_value() && *value != "true" && *value != "false") return Bad(flag, *value, "not true or false");
      if (value == "false") return absl::OkStatus();
      value = "";
    } else if (!value.has_value()) {
      if (at_ == arguments_.size())
        return absl::InvalidArgumentError(absl::StrCat("flag needs an argument: ", spelled));
      value = arguments_[at_++];
    }
    if (flag.apply != nullptr) return flag.apply(line_, *value);
    line_.ignored.push_back(absl::StrCat(spelled, value->empty() ? "" : " ", *value));
    return absl::OkStatus();
  }

  const std::vector<std::string>& arguments_;
  std::size_t at_ = 0;
  CommandLine line_;
};

}  // namespace

absl::StatusOr<CommandLine> ParseCommandLine(const std::vector<std::string>& arguments) {
  return Parser(arguments).Parse();
}

std::string Usage() {
  std::string text = "Usage:\n  temporal-fake-server server start-dev [flags]\n\nFlags:\n";
  std::string ignored;
  for (const Flag& flag : kFlags) {
    if (flag.apply == nullptr) {
      absl::StrAppend(&ignored, ignored.empty() ? "" : " ", "--", View(flag.name));
      continue;
    }
    const std::string spelled = absl::StrCat("  ", flag.shorthand == 0 ? "    " : "", Spelled(flag));
    absl::StrAppend(&text, spelled, std::string(spelled.size() < 30 ? 30 - spelled.size() : 1, ' '), View(flag.help),
                    "\n");
  }
  absl::StrAppend(&text, "\nAccepted, without effect: ", ignored, "\n");
  return text;
}

}  // namespace temporal::server
