// Small workflows that the tests of the test environment share.
#ifndef TEMPORAL_TESTS_TESTING_SAMPLE_WORKFLOWS_H_
#define TEMPORAL_TESTS_TESTING_SAMPLE_WORKFLOWS_H_

#include <string>

#include "temporal/temporal.h"

namespace temporal::test {

using namespace std::chrono_literals;

inline constexpr ActivityRef<std::string(std::string)> kWork{"Work"};
inline constexpr WorkflowRef<std::string(std::string)> kWorker{"Worker"};
inline constexpr WorkflowRef<void(int)> kSleeper{"Sleeper"};
inline constexpr WorkflowRef<std::string()> kListener{"Listener"};
inline constexpr SignalRef<void(std::string)> kTell{"tell"};
inline constexpr QueryRef<std::string()> kHeard{"heard"};

// A function: instrumented g++ 12 cannot link an inline variable that holds a source location in two units.
inline ActivityOptions WorkOptions() {
  return {.start_to_close_timeout = 60s, .retry_policy = {.maximum_attempts = 3}};
}

// One activity.
inline Task<std::string> RunWorker(workflow::Context& ctx, std::string input) {
  const ActivityOptions options = WorkOptions();
  co_return co_await ctx.ExecuteActivity(kWork, options, input);
}

// So many sleeps of a day.
inline Task<void> RunSleeper(workflow::Context& ctx, int days) {
  for (int day = 0; day < days; ++day) co_await ctx.Sleep(24h);
}

// Waits for a signal; tells what it heard.
class Listener {
 public:
  explicit Listener(workflow::Context& ctx) : ctx_(ctx) {
    ctx.OnSignal(kTell, [this](std::string what) { heard_ = std::move(what); });
    ctx.OnQuery(kHeard, [this] { return heard_; });
  }
  Task<std::string> Run() {
    co_await ctx_.WaitCondition([this] { return !heard_.empty(); });
    co_return heard_;
  }

 private:
  workflow::Context& ctx_;
  std::string heard_;
};

}  // namespace temporal::test

#endif  // TEMPORAL_TESTS_TESTING_SAMPLE_WORKFLOWS_H_
