// The clock of one run: the loop's time, plus the offset of its namespace, plus its own. Every time that a history
// shows comes from here, so that a namespace or a single run can be ahead of the loop.
#ifndef TEMPORAL_FAKE_SERVER_CLOCK_RUN_CLOCK_H_
#define TEMPORAL_FAKE_SERVER_CLOCK_RUN_CLOCK_H_

#include "sdk/base/scheduler.h"

namespace temporal::server {

// A value, cheap to make for each question. `scheduler` must outlive it.
class RunClock {
 public:
  RunClock(const internal::Scheduler& scheduler, internal::Duration namespace_offset, internal::Duration run_offset)
      : scheduler_(scheduler), offset_(namespace_offset + run_offset) {}

  internal::TimePoint Now() const { return scheduler_.Now() + offset_; }

  // When, on the loop's clock, this clock shows `time`.
  internal::TimePoint LoopTime(internal::TimePoint time) const { return time - offset_; }

 private:
  const internal::Scheduler& scheduler_;
  internal::Duration offset_;
};

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_CLOCK_RUN_CLOCK_H_
