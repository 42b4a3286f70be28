// Saga: what undoes the steps that have been done, for when a later one fails.
//
//   workflow::Saga saga(ctx_);
//   co_await ctx_.ExecuteActivity(kReserve, options, order.id);
//   saga.AddCompensation(kRelease, options, order.id);
//   auto paid = co_await workflow::Try(ctx_.ExecuteActivity(kCharge, options, charge));
//   if (!paid.ok()) {
//     co_await saga.Compensate();
//     paid.value();  // throws why
//   }
#ifndef TEMPORAL_SAGA_H_
#define TEMPORAL_SAGA_H_

#include <array>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "temporal/workflow.h"

namespace temporal {
namespace internal {

// Options whose strings are their own, for a call that is made later. Neither copyable nor movable.
class OwnedActivityOptions {
 public:
  explicit OwnedActivityOptions(const ActivityOptions& options);
  OwnedActivityOptions(const OwnedActivityOptions&) = delete;
  OwnedActivityOptions& operator=(const OwnedActivityOptions&) = delete;
  const ActivityOptions& get() const { return options_; }

 private:
  ActivityOptions options_;
  std::string task_queue_, activity_id_, summary_, fairness_key_;
  std::array<std::string, std::tuple_size_v<StringList>> error_types_;
};

class Compensation {
 public:
  virtual ~Compensation() = default;
  // The object outlives the task.
  virtual Task<void> Run(workflow::Context& ctx) = 0;
};

template <class R, class... A>
class ActivityCompensation final : public Compensation {
 public:
  template <class... Given>
  ActivityCompensation(const ActivityRef<R(A...)>& activity, const ActivityOptions& options, Given&&... given)
      : activity_(activity), options_(options), arguments_(std::forward<Given>(given)...) {}
  Task<void> Run(workflow::Context& ctx) override {
    auto call = [&](const auto&... a) { return ctx.ExecuteActivity(activity_, options_.get(), a...); };
    Future<R> done = std::apply(call, arguments_);
    co_await done;
  }

 private:
  ActivityRef<R(A...)> activity_;
  OwnedActivityOptions options_;
  std::tuple<std::decay_t<A>...> arguments_;
};

template <class F>
class CallableCompensation final : public Compensation {
 public:
  explicit CallableCompensation(F compensate) : compensate_(std::move(compensate)) {}
  Task<void> Run(workflow::Context& ctx) override { return compensate_(ctx); }

 private:
  F compensate_;
};

}  // namespace internal

namespace workflow {

// What came of a saga's compensations.
struct CompensationReport {
  int compensated = 0;                                   // that were run and did not fail
  std::vector<std::shared_ptr<const Failure>> failures;  // of the others, in the order in which they were run
  bool ok() const { return failures.empty(); }
};

class Saga {
 public:
  // `ctx` must outlive the saga.
  explicit Saga(Context& ctx) : ctx_(ctx) {}
  Saga(const Saga&) = delete;
  Saga& operator=(const Saga&) = delete;

  // Options and arguments are copied. Add it once its step is done; or before, if it is harmless where there is nothing
  // to undo.
  template <class R, class... A, class... Given>
  void AddCompensation(const ActivityRef<R(A...)>& activity, const ActivityOptions& options, Given&&... given) {
    static_assert(sizeof...(A) == sizeof...(Given), "wrong number of arguments for this activity");
    compensations_.push_back(
        std::make_unique<internal::ActivityCompensation<R, A...>>(activity, options, std::forward<Given>(given)...));
  }
  // Any coroutine: `compensate(ctx)` is a Task<void>, with a context that the run's cancellation does not reach.
  template <class F>
    requires std::is_invocable_r_v<Task<void>, F&, Context&>
  void AddCompensation(F compensate) {
    compensations_.push_back(std::make_unique<internal::CallableCompensation<F>>(std::move(compensate)));
  }
  bool empty() const { return compensations_.empty(); }

  // Runs them one by one, the last one first, also when the run has been cancelled; one that fails is logged, and does
  // not stop the others. Afterwards the saga is empty. What is thrown that is no Failure passes.
  Task<CompensationReport> Compensate();

 private:
  Context& ctx_;
  std::vector<std::unique_ptr<internal::Compensation>> compensations_;
};

}  // namespace workflow
}  // namespace temporal

#endif  // TEMPORAL_SAGA_H_
