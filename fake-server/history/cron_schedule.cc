// The grammar of cron schedules and their arithmetic.
#include "fake-server/history/cron_schedule.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "fake-server/history/service_errors.h"

namespace temporal::server {
namespace {

using internal::Duration;
using internal::TimePoint;

constexpr int kLongestYears = 5;
// Go's durations end there.
constexpr absl::Duration kLongestEvery = absl::Nanoseconds(std::numeric_limits<std::int64_t>::max());

struct Field {
  int least, most;
  std::vector<std::string_view> names;  // of least, least + 1, …
};

enum FieldIndex : std::size_t { kMinute, kHour, kDayOfMonth, kMonth, kDayOfWeek, kFieldCount };

const std::array<Field, kFieldCount>& Fields() {
  static const auto* const kFields = new std::array<Field, kFieldCount>{{
      {0, 59, {}},
      {0, 23, {}},
      {1, 31, {}},
      {1, 12, {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}},
      {0, 6, {"sun", "mon", "tue", "wed", "thu", "fri", "sat"}},
  }};
  return *kFields;
}

// Which values a field takes.
struct Values {
  std::uint64_t bits = 0;
  bool any = false;  // it is a star without a step

  bool Has(int value) const { return ((bits >> value) & 1) != 0; }
};

struct Schedule {
  absl::Duration every{};  // zero: the fields count
  std::array<Values, kFieldCount> fields{};
  absl::TimeZone zone = absl::UTCTimeZone();
};

std::optional<int> Number(absl::string_view text, const Field& field) {
  const std::string lower = absl::AsciiStrToLower(text);
  for (std::size_t i = 0; i < field.names.size(); ++i) {
    if (field.names[i] == lower) return field.least + static_cast<int>(i);
  }
  int number = 0;
  if (!absl::SimpleAtoi(text, &number) || number < 0) return std::nullopt;
  return number;
}

// N, N-M, *, ?, each with /STEP; a number with a step goes on to the end.
bool AddRange(absl::string_view text, const Field& field, Values& values) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '/');
  int step = 1;
  if (parts.size() > 2 || (parts.size() == 2 && (!absl::SimpleAtoi(parts[1], &step) || step <= 0))) return false;
  int first = field.least, last = field.most;
  if (parts[0] == "*" || parts[0] == "?") {
    values.any = step == 1;
  } else {
    const std::vector<absl::string_view> ends = absl::StrSplit(parts[0], '-');
    if (ends.size() > 2) return false;
    const auto from = Number(ends.front(), field), to = Number(ends.back(), field);
    if (!from.has_value() || !to.has_value() || *from < field.least || *to > field.most || *from > *to) return false;
    first = *from;
    if (ends.size() == 2 || parts.size() == 1) last = *to;
  }
  for (int value = first; value <= last; value += step) values.bits |= std::uint64_t{1} << value;
  return true;
}

bool ParseFields(absl::string_view text, Schedule& schedule) {
  const std::vector<absl::string_view> fields = absl::StrSplit(text, absl::ByAnyChar(" \t"), absl::SkipEmpty());
  if (fields.size() != Fields().size()) return false;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    for (const absl::string_view range : absl::StrSplit(fields[i], ',')) {
      if (!AddRange(range, Fields()[i], schedule.fields[i])) return false;
    }
  }
  return true;
}

bool ParseDescriptor(absl::string_view text, Schedule& schedule) {
  if (absl::ConsumePrefix(&text, "@every ")) {
    if (!absl::ParseDuration(text, &schedule.every) || absl::AbsDuration(schedule.every) > kLongestEvery) return false;
    schedule.every = std::max(absl::Trunc(schedule.every, absl::Seconds(1)), absl::Seconds(1));
    return true;
  }
  constexpr std::array<std::pair<absl::string_view, absl::string_view>, 7> kKnown = {{
      {"@yearly", "0 0 1 1 *"},
      {"@annually", "0 0 1 1 *"},
      {"@monthly", "0 0 1 * *"},
      {"@weekly", "0 0 * * 0"},
      {"@daily", "0 0 * * *"},
      {"@midnight", "0 0 * * *"},
      {"@hourly", "0 * * * *"},
  }};
  for (const auto& [name, fields] : kKnown) {
    if (text == name) return ParseFields(fields, schedule);
  }
  return false;
}

std::optional<Schedule> Parse(std::string_view given) {
  Schedule schedule;
  absl::string_view text(given.data(), given.size());
  if (absl::StartsWith(text, "CRON_TZ=") || absl::StartsWith(text, "TZ=")) {
    const std::size_t blank = text.find(' ');
    if (blank == absl::string_view::npos) return std::nullopt;
    const std::size_t equals = text.find('=');
    if (!absl::LoadTimeZone(text.substr(equals + 1, blank - equals - 1), &schedule.zone)) return std::nullopt;
    text = absl::StripAsciiWhitespace(text.substr(blank));
  }
  const bool parsed = absl::StartsWith(text, "@") ? ParseDescriptor(text, schedule) : ParseFields(text, schedule);
  return parsed ? std::optional(schedule) : std::nullopt;
}

// Where both kinds of day are restricted, either will do.
bool TakesDay(const Schedule& schedule, absl::CivilDay day) {
  if (!schedule.fields[kMonth].Has(day.month())) return false;
  const int weekday = (static_cast<int>(absl::GetWeekday(day)) + 1) % 7;  // absl's week begins on Monday
  const bool of_month = schedule.fields[kDayOfMonth].Has(day.day());
  const bool of_week = schedule.fields[kDayOfWeek].Has(weekday);
  const bool either = !schedule.fields[kDayOfMonth].any && !schedule.fields[kDayOfWeek].any;
  return either ? of_month || of_week : of_month && of_week;
}

std::optional<absl::Time> NextOnDay(const Schedule& schedule, absl::CivilDay day, absl::Time after) {
  for (int hour = 0; hour < 24; ++hour) {
    if (!schedule.fields[kHour].Has(hour)) continue;
    for (int minute = 0; minute < 60; ++minute) {
      if (!schedule.fields[kMinute].Has(minute)) continue;
      const auto at = schedule.zone.At(absl::CivilSecond(day.year(), day.month(), day.day(), hour, minute, 0));
      if (at.kind == absl::TimeZone::TimeInfo::SKIPPED || at.pre <= after) continue;
      return at.pre;
    }
  }
  return std::nullopt;
}

absl::Time Next(const Schedule& schedule, absl::Time after) {
  if (schedule.every > absl::ZeroDuration()) {
    return absl::FromUnixSeconds(absl::ToUnixSeconds(after)) + schedule.every;
  }
  absl::CivilDay day(absl::ToCivilDay(after, schedule.zone));
  for (const absl::CivilDay end = day + 366 * kLongestYears; day < end; ++day) {
    if (!TakesDay(schedule, day)) continue;
    if (const auto next = NextOnDay(schedule, day, after)) return *next;
  }
  return absl::InfiniteFuture();
}

absl::Time ToAbsl(TimePoint time) { return absl::FromUnixNanos(time.time_since_epoch().count()); }

TimePoint FromAbsl(absl::Time time) {
  return time == absl::InfiniteFuture() ? TimePoint::max() : TimePoint(Duration(absl::ToUnixNanos(time)));
}

}  // namespace

absl::Status ValidateCronSchedule(std::string_view text, TimePoint now) {
  const std::optional<Schedule> schedule = Parse(text);
  if (!schedule.has_value()) return InvalidArgument("invalid CronSchedule.");
  if (Next(*schedule, ToAbsl(now)) != absl::InfiniteFuture()) return absl::OkStatus();
  return InvalidArgument("invalid CronSchedule, no time can be found to satisfy the schedule");
}

TimePoint NextCronTime(std::string_view text, TimePoint after) { return FromAbsl(Next(*Parse(text), ToAbsl(after))); }

Duration CronBackoff(std::string_view text, TimePoint last, TimePoint now) {
  const Schedule schedule = *Parse(text);
  absl::Time next = Next(schedule, ToAbsl(last));
  if (schedule.every > absl::ZeroDuration() && next < ToAbsl(now)) {
    next += absl::Floor(ToAbsl(now) - next, schedule.every);
  }
  while (next <= ToAbsl(now)) next = Next(schedule, next);
  if (next == absl::InfiniteFuture()) return Duration::zero();
  return std::chrono::ceil<std::chrono::seconds>(FromAbsl(next) - now);
}

}  // namespace temporal::server
