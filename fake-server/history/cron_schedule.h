// Cron schedules: their grammar, and when they are due.
//
// Five fields (minute, hour, day of month, month, day of week) of *, ?, numbers, names, ranges, steps and lists; or
// @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly; or "@every DURATION"; each with "CRON_TZ=ZONE " or
// "TZ=ZONE " before it. Times are UTC without a zone.
#ifndef TEMPORAL_FAKE_SERVER_HISTORY_CRON_SCHEDULE_H_
#define TEMPORAL_FAKE_SERVER_HISTORY_CRON_SCHEDULE_H_

#include <string_view>

#include "absl/status/status.h"
#include "sdk/base/scheduler.h"

namespace temporal::server {

// INVALID_ARGUMENT in the real server's words if it is no schedule, or one that is never due.
absl::Status ValidateCronSchedule(std::string_view text, internal::TimePoint now);

// The first time after `after`, in whole seconds; max if there is none within five years.
// REQUIRES: `text` is a schedule.
internal::TimePoint NextCronTime(std::string_view text, internal::TimePoint after);

// How long after `now` the next run begins, in whole seconds, when the last one's first task was due at `last`.
// REQUIRES: `text` is a schedule.
internal::Duration CronBackoff(std::string_view text, internal::TimePoint last, internal::TimePoint now);

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_HISTORY_CRON_SCHEDULE_H_
