// What a run knows of its namespace, and what was said of it at registration.
#ifndef TEMPORAL_FAKE_SERVER_HISTORY_NAMESPACE_H_
#define TEMPORAL_FAKE_SERVER_HISTORY_NAMESPACE_H_

#include <map>
#include <string>

#include "sdk/base/scheduler.h"

namespace temporal::server {

struct Namespace {
  enum class State { kRegistered, kDeprecated, kDeleted };

  std::string name;
  std::string id;
  internal::Duration retention = std::chrono::hours(24);
  internal::Duration clock_offset{};  // see RunClock

  std::string description{};
  std::string owner_email{};
  std::map<std::string, std::string> data{};
  State state = State::kRegistered;
};

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_HISTORY_NAMESPACE_H_
