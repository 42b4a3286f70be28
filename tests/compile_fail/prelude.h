// What the cases share: a contract, and a workflow body that is right.
#ifndef TEMPORAL_TESTS_COMPILE_FAIL_PRELUDE_H_
#define TEMPORAL_TESTS_COMPILE_FAIL_PRELUDE_H_

#include <chrono>
#include <string>

#include "temporal/temporal.h"

using namespace std::chrono_literals;
namespace workflow = temporal::workflow;

inline constexpr temporal::ActivityRef<int(std::string)> kCount{"Count"};
inline constexpr temporal::WorkflowRef<int(std::string)> kCounting{"Counting"};
inline constexpr temporal::SignalRef<void(std::string)> kApprove{"approve"};
inline constexpr temporal::QueryRef<std::string()> kStatus{"status"};

#endif  // TEMPORAL_TESTS_COMPILE_FAIL_PRELUDE_H_
