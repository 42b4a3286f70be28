// What a run knows of its namespace.
#ifndef TEMPORAL_FAKE_SERVER_HISTORY_NAMESPACE_H_
#define TEMPORAL_FAKE_SERVER_HISTORY_NAMESPACE_H_

#include <string>

#include "sdk/base/scheduler.h"

namespace temporal::server {

struct Namespace {
  std::string name;
  std::string id;
  internal::Duration retention = std::chrono::hours(24);
  internal::Duration clock_offset{};  // see RunClock
};

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_HISTORY_NAMESPACE_H_
