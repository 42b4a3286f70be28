// What workflow code is told about its run, and its source of random numbers.
#ifndef TEMPORAL_WORKFLOW_INFO_H_
#define TEMPORAL_WORKFLOW_INFO_H_

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "temporal/failure.h"
#include "temporal/options.h"
#include "temporal/payload.h"
#include "temporal/search_attributes.h"
#include "temporal/workflow_runtime.h"

namespace temporal::workflow {

// One run of a workflow.
struct Execution {
  std::string workflow_id, run_id;
};

// What is known of the run. Valid as long as the context; the last group changes with each workflow task.
struct Info {
  std::string namespace_, workflow_id, run_id, workflow_type, task_queue;
  std::string first_execution_run_id;      // of the chain of continue-as-new, retry and cron
  std::string continued_execution_run_id;  // the run before this one; empty for the first
  std::string original_execution_run_id;   // this run, unless it was reset
  std::optional<Execution> parent, root;   // of a child: who started it, and the first above it that is no child
  int attempt = 1;                         // of the workflow's retry policy
  TimePoint start_time{};
  Duration execution_timeout{}, run_timeout{}, task_timeout{};
  std::optional<TimePoint> execution_expiration_time;  // when the chain of runs times out
  RetryPolicy retry_policy{};                          // of the run as a whole; not set: none
  std::string cron_schedule;                           // empty: none
  Priority priority{};
  std::map<std::string, Payload, std::less<>> memo;
  SearchAttributes search_attributes;
  std::map<std::string, Payload, std::less<>> headers;  // what the caller's interceptors sent along
  Payloads last_completion_result;                      // of the last run of a schedule or cron that completed
  std::shared_ptr<const Failure> last_failure;          // of the run before, if that failed; else null

  bool replaying = false;  // for logging and metrics only: never decide by it
  std::int64_t history_length = 0;
  std::int64_t history_size_bytes = 0;
  bool continue_as_new_suggested = false;
  bool target_worker_deployment_version_changed = false;

  // Value `key` of the memo. Nothing if it is not there. Throws ConversionError.
  template <class T>
  std::optional<T> Memo(std::string_view key) const {
    const auto found = memo.find(key);
    return found == memo.end() ? std::nullopt : std::optional<T>(FromPayload<T>(found->second));
  }
  // What the last run of this schedule or cron that completed has returned. Nothing if there is none.
  template <class T>
  std::optional<T> LastCompletionResult() const {
    return last_completion_result.empty() ? std::nullopt
                                          : std::optional<T>(FromPayload<T>(last_completion_result.front()));
  }
};

// Which update a handler is called for.
struct UpdateInfo {
  std::string id;    // the client's, or a random one
  std::string name;  // the handler's; of a dynamic handler, the one that was asked for
};

// A source of random numbers that is the same on replay. Meets UniformRandomBitGenerator; std::shuffle and the standard
// distributions differ between libraries, so Uniform is the portable one.
class Random {
 public:
  using result_type = std::uint64_t;
  explicit Random(internal::WorkflowRuntime& runtime) : runtime_(runtime) {}
  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return std::numeric_limits<result_type>::max(); }
  result_type operator()() { return runtime_.NextRandom(); }
  // Uniform in [low, high]. Requires low <= high.
  std::int64_t Uniform(std::int64_t low, std::int64_t high);

 private:
  internal::WorkflowRuntime& runtime_;
};

}  // namespace temporal::workflow

#endif  // TEMPORAL_WORKFLOW_INFO_H_
