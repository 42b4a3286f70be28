// Ends a wall-clock loop when the process is asked to end: SIGINT or SIGTERM.
#ifndef TEMPORAL_FAKE_SERVER_CLOCK_STOP_SIGNALS_H_
#define TEMPORAL_FAKE_SERVER_CLOCK_STOP_SIGNALS_H_

#include <csignal>
#include <thread>

#include "fake-server/clock/event_loop.h"

namespace temporal::server {

// From its construction on the two signals stop `loop`, which must outlive this, instead of ending the process; a
// second one ends the process as if nothing caught it. Make it before other threads: they inherit that the signals are
// blocked.
class StopSignals {
 public:
  explicit StopSignals(WallLoop& loop);
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

 private:
  sigset_t before_;
  std::thread waiter_;
};

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_CLOCK_STOP_SIGNALS_H_
