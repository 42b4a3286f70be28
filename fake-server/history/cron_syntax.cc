// The grammar of cron schedules.
#include "fake-server/history/cron_syntax.h"

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"

namespace temporal::server {
namespace {

struct Field {
  int least, most;
  std::vector<std::string_view> names;  // of least, least + 1, …
};

const std::array<Field, 5>& Fields() {
  static const auto* const kFields = new std::array<Field, 5>{{
      {0, 59, {}},
      {0, 23, {}},
      {1, 31, {}},
      {1, 12, {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}},
      {0, 6, {"sun", "mon", "tue", "wed", "thu", "fri", "sat"}},
  }};
  return *kFields;
}

std::optional<int> Number(absl::string_view text, const Field& field) {
  const std::string lower = absl::AsciiStrToLower(text);
  for (std::size_t i = 0; i < field.names.size(); ++i) {
    if (field.names[i] == lower) return field.least + static_cast<int>(i);
  }
  int number = 0;
  if (!absl::SimpleAtoi(text, &number) || number < 0) return std::nullopt;
  return number;
}

// N, N-M, *, ?, each with /STEP
bool IsRange(absl::string_view text, const Field& field) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '/');
  int step = 1;
  if (parts.size() > 2 || (parts.size() == 2 && (!absl::SimpleAtoi(parts[1], &step) || step <= 0))) return false;
  if (parts[0] == "*" || parts[0] == "?") return true;
  const std::vector<absl::string_view> ends = absl::StrSplit(parts[0], '-');
  if (ends.size() > 2) return false;
  const auto first = Number(ends.front(), field), last = Number(ends.back(), field);
  return first.has_value() && last.has_value() && *first >= field.least && *last <= field.most && *first <= *last;
}

bool IsField(absl::string_view text, const Field& field) {
  for (const absl::string_view range : absl::StrSplit(text, ',')) {
    if (!IsRange(range, field)) return false;
  }
  return true;
}

bool IsDescriptor(absl::string_view text) {
  if (absl::ConsumePrefix(&text, "@every ")) {
    absl::Duration every;
    return absl::ParseDuration(text, &every);
  }
  for (const char* known : {"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"}) {
    if (text == known) return true;
  }
  return false;
}

}  // namespace

bool IsCronSchedule(std::string_view schedule) {
  absl::string_view text(schedule.data(), schedule.size());
  if (absl::StartsWith(text, "CRON_TZ=") || absl::StartsWith(text, "TZ=")) {
    const std::size_t blank = text.find(' ');
    if (blank == absl::string_view::npos) return false;
    const std::size_t equals = text.find('=');
    absl::TimeZone zone;
    if (!absl::LoadTimeZone(text.substr(equals + 1, blank - equals - 1), &zone)) return false;
    text = absl::StripAsciiWhitespace(text.substr(blank));
  }
  if (absl::StartsWith(text, "@")) return IsDescriptor(text);
  const std::vector<absl::string_view> fields = absl::StrSplit(text, absl::ByAnyChar(" \t"), absl::SkipEmpty());
  if (fields.size() != Fields().size()) return false;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (!IsField(fields[i], Fields()[i])) return false;
  }
  return true;
}

}  // namespace temporal::server
