// The workflows that are measured.
#ifndef TEMPORAL_TESTS_BENCHMARK_WORKFLOWS_H_
#define TEMPORAL_TESTS_BENCHMARK_WORKFLOWS_H_

#include <chrono>
#include <string>

#include "temporal/temporal.h"

namespace temporal::benchmarks {

using namespace std::chrono_literals;

inline constexpr ActivityRef<std::string(std::string)> kGreet{"Greet"};
inline constexpr WorkflowRef<void()> kEmpty{"Empty"};
inline constexpr WorkflowRef<std::string(std::string)> kOneActivity{"OneActivity"};
inline constexpr WorkflowRef<void(int)> kSleeps{"Sleeps"};

inline Task<void> Empty(workflow::Context&) { co_return; }

inline Task<std::string> OneActivity(workflow::Context& ctx, std::string name) {
  co_return co_await ctx.ExecuteActivity(kGreet, {.start_to_close_timeout = 30s}, name);
}

// So many sleeps of a day, one after the other.
inline Task<void> Sleeps(workflow::Context& ctx, int count) {
  for (int i = 0; i < count; ++i) co_await ctx.Sleep(24h);
}

}  // namespace temporal::benchmarks

#endif  // TEMPORAL_TESTS_BENCHMARK_WORKFLOWS_H_
