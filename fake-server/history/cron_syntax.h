// Whether a text is a cron schedule, as far as a request must be refused when it is not.
#ifndef TEMPORAL_FAKE_SERVER_HISTORY_CRON_SYNTAX_H_
#define TEMPORAL_FAKE_SERVER_HISTORY_CRON_SYNTAX_H_

#include <string_view>

namespace temporal::server {

// Five fields (minute, hour, day of month, month, day of week) of *, ?, numbers, names, ranges, steps and lists; or
// @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly; or "@every DURATION"; each with "CRON_TZ=ZONE " or
// "TZ=ZONE " before it.
bool IsCronSchedule(std::string_view text);

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_HISTORY_CRON_SYNTAX_H_
