// What the scenarios about cancellation share: workflows that are conducted by signals, one for each cancellation type,
// so that each step comes after the one before on every server.
#ifndef TEMPORAL_TESTS_CONFORMANCE_SCENARIOS_CONDUCTED_H_
#define TEMPORAL_TESTS_CONFORMANCE_SCENARIOS_CONDUCTED_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tests/conformance/scenarios/common.h"
#include "tests/support/failure_chain.h"

namespace temporal::conformance {

inline constexpr SignalRef<void()> kCancelNow{"cancel"};
inline constexpr SignalRef<void(int)> kHold{"hold"};
inline constexpr ActivityRef<std::string(int)> kWork{"Work"};

// Takes so many milliseconds unless it is cancelled.
inline std::string Work(activity::Context& ctx, int millis) {
  const bool cancelled = ctx.WaitCancelled(std::chrono::milliseconds(millis));
  return cancelled ? "cancelled" : "worked";
}

// What a call came to, with all that caused it.
inline std::string Told(const Outcome<std::string>& outcome) {
  return outcome.ok() ? outcome.value() : test::ChainOf(outcome);
}

// Is told when to cancel, when to end, and how long to hold a workflow task, so that all that happens meanwhile comes
// with the next one.
class Conducted {
 public:
  explicit Conducted(workflow::Context& ctx) : ctx_(ctx) {
    ctx.OnSignal(kCancelNow, [this] { cancel_ = true; });
    ctx.OnSignal(kFinish, [this] { finish_ = true; });
    ctx.OnSignal(kHold, [this](int millis) { return Hold(millis); });
  }

 protected:
  auto UntilCancel() {
    auto told = [this] { return cancel_; };
    return ctx_.WaitCondition(told);
  }
  auto UntilFinish() {
    auto told = [this] { return finish_; };
    return ctx_.WaitCondition(told);
  }
  // Whatever is cancelled before.
  Task<void> UntilFinishInAnyCase() {
    auto detached = workflow::CancellationScope::Detached(ctx_);
    auto told = [this] { return finish_; };
    co_await detached->WaitCondition(told);
  }

  workflow::Context& ctx_;

 private:
  Task<void> Hold(int millis) { co_await ctx_.ExecuteLocalActivity(kWork, {.start_to_close_timeout = 10s}, millis); }

  bool cancel_ = false;
  bool finish_ = false;
};

using Kinds = std::span<const std::string_view>;
inline constexpr std::string_view kActivityKinds[] = {"try", "wait", "abandon"};
inline constexpr std::string_view kChildKinds[] = {"try", "wait", "requested", "abandon"};

inline ActivityCancellationType ActivityKind(std::string_view kind) {
  if (kind == "wait") return ActivityCancellationType::kWaitCancellationCompleted;
  return kind == "abandon" ? ActivityCancellationType::kAbandon : ActivityCancellationType::kTryCancel;
}

// One workflow for each kind, which is its id and its argument.
using Handles = std::vector<client::WorkflowHandle<std::string>>;
inline Handles StartEach(Stage& stage, Kinds kinds, const StartWorkflowOptions& options = {}) {
  Handles handles;
  for (const std::string_view kind : kinds) {
    StartWorkflowOptions named = options;
    named.id = kind;
    handles.push_back(stage.Start(kTextWorkflow, named, std::string(kind)));
  }
  return handles;
}
inline void FinishEach(Stage& stage, Kinds kinds, const Handles& handles) {
  for (std::size_t i = 0; i < handles.size(); ++i) stage.Finish(handles[i], kinds[i]);
}

}  // namespace temporal::conformance

#endif  // TEMPORAL_TESTS_CONFORMANCE_SCENARIOS_CONDUCTED_H_
