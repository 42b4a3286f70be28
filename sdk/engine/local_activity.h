// What passes between a run and the worker that runs its local activities.
#ifndef TEMPORAL_SDK_ENGINE_LOCAL_ACTIVITY_H_
#define TEMPORAL_SDK_ENGINE_LOCAL_ACTIVITY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sdk/base/scheduler.h"
#include "temporal/activity.h"
#include "temporal/api/common/v1/message.pb.h"
#include "temporal/api/failure/v1/message.pb.h"
#include "temporal/payload.h"

namespace temporal::internal {

// Run it, attempt after attempt, until it ends or is to wait for longer than the threshold.
struct RunLocalActivity {
  std::uint32_t number = 0;  // unique in the run
  // Ids, type, headers, timeouts and the number of the first attempt; scheduled_time is that of the very first attempt,
  // zero: now.
  activity::Info info;
  Payloads input;
  Duration schedule_to_start_timeout{};
  api::common::v1::RetryPolicy retry_policy;
  Duration local_retry_threshold{};
  TimePoint asked_at{};    // when, in the workflow's time
  bool cancelled = false;  // it is not to run at all, but its end is waited for
};

// The code is not interested any more, or waits for it to give way; the worker's answer is ignored in the first case.
struct CancelLocalActivity {
  std::uint32_t number = 0;
  bool abandon = false;  // it is not even told
};

// All that were asked for before: the run begins anew.
struct ForgetLocalActivities {};

using LocalActivityRequest = std::variant<RunLocalActivity, CancelLocalActivity, ForgetLocalActivities>;

// How it has ended.
struct LocalActivityEnd {
  std::uint32_t number = 0;
  int attempt = 0;  // the last one; zero: it was cancelled before its first
  std::variant<Payload, api::failure::v1::Failure> outcome;
  std::optional<Duration> backoff{};  // of a failure: when to try it again
  TimePoint original_schedule_time{};
  Duration ran{};  // since it was asked for
};

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_ENGINE_LOCAL_ACTIVITY_H_
