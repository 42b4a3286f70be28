// Durations and points in time as the whole API spells them: std::chrono, nanoseconds, UTC.
#ifndef TEMPORAL_TIME_H_
#define TEMPORAL_TIME_H_

#include <chrono>

namespace temporal {

using Duration = std::chrono::nanoseconds;
using TimePoint = std::chrono::sys_time<std::chrono::nanoseconds>;

}  // namespace temporal

#endif  // TEMPORAL_TIME_H_
