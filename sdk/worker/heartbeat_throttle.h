// When heartbeats of one activity are sent: the first at once, later ones coalesced to the last, one an interval.
// Passive: the owner keeps the timer and makes the calls.
#ifndef TEMPORAL_SDK_WORKER_HEARTBEAT_THROTTLE_H_
#define TEMPORAL_SDK_WORKER_HEARTBEAT_THROTTLE_H_

#include <algorithm>
#include <optional>
#include <utility>

#include "sdk/base/scheduler.h"
#include "temporal/payload.h"

namespace temporal::internal {

// 80 % of the heartbeat timeout, or the default if there is none; at most the maximum.
inline Duration HeartbeatInterval(Duration heartbeat_timeout, Duration default_interval, Duration maximum) {
  const Duration interval = heartbeat_timeout.count() > 0 ? heartbeat_timeout / 5 * 4 : default_interval;
  return std::min(interval, maximum);
}

class HeartbeatThrottle {
 public:
  // The activity has heartbeaten: replaces details that have not been sent.
  void Offer(Payloads details) { pending_ = std::move(details); }
  // The interval since the last sending is over.
  void IntervalOver() { waiting_ = false; }
  // The last one sent has been answered.
  void Answered() { in_flight_ = false; }

  bool pending() const { return pending_.has_value(); }
  bool in_flight() const { return in_flight_; }
  // To be asked after each of the above: whether details are to be sent now.
  bool due() const { return pending_.has_value() && !waiting_ && !in_flight_; }
  // What to send; an interval begins. REQUIRES: pending().
  Payloads Take() {
    waiting_ = in_flight_ = true;
    return *std::exchange(pending_, std::nullopt);
  }

 private:
  std::optional<Payloads> pending_;
  bool waiting_ = false;
  bool in_flight_ = false;
};

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_WORKER_HEARTBEAT_THROTTLE_H_
