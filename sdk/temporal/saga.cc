// Runs the compensations of a saga.
#include "temporal/saga.h"

namespace temporal {
namespace internal {

OwnedActivityOptions::OwnedActivityOptions(const ActivityOptions& options)
    : options_(options),
      task_queue_(options.task_queue),
      activity_id_(options.activity_id),
      summary_(options.summary),
      fairness_key_(options.priority.fairness_key) {
  options_.task_queue = task_queue_;
  options_.activity_id = activity_id_;
  options_.summary = summary_;
  options_.priority.fairness_key = fairness_key_;
  for (std::size_t i = 0; i < error_types_.size(); ++i) {
    error_types_[i] = options.retry_policy.non_retryable_error_types[i];
    options_.retry_policy.non_retryable_error_types[i] = error_types_[i];
  }
}

}  // namespace internal

namespace workflow {

Task<CompensationReport> Saga::Compensate() {
  CancellationScope scope = CancellationScope::Detached(ctx_);
  CompensationReport report;
  while (!compensations_.empty()) {
    const std::unique_ptr<internal::Compensation> last = std::move(compensations_.back());
    compensations_.pop_back();
    Task<void> run = last->Run(scope.context());
    const auto outcome = co_await Try(std::move(run));
    if (outcome.ok()) {
      ++report.compensated;
      continue;
    }
    ctx_.Log().Warning("a compensation failed: " + outcome.failure()->Describe());
    report.failures.push_back(outcome.shared_failure());
  }
  co_return report;
}

}  // namespace workflow
}  // namespace temporal
