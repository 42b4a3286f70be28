// Activities: results, retries, failures, heartbeats, completion from elsewhere, the saga.
#include <map>
#include <mutex>
#include <stdexcept>
#include <vector>

#include "tests/conformance/scenarios/common.h"

namespace temporal::conformance {
namespace {

constexpr ActivityRef<std::string(int)> kWork{"Work"};
constexpr RetryPolicy kFast{.initial_interval = 100ms, .backoff_coefficient = 2, .maximum_attempts = 3};

Task<std::string> CallEcho(workflow::Context& ctx, std::string text) {
  co_return co_await ctx.ExecuteActivity(kEcho, {.start_to_close_timeout = 10s}, text);
}

void Completed(Stage& stage) { stage.Finish(stage.Start(kTextWorkflow, {}, "hello")); }

Task<std::string> CallEchoWithEveryOption(workflow::Context& ctx, std::string text) {
  co_return co_await ctx.ExecuteActivity(kEcho,
                                         {.start_to_close_timeout = 3s,
                                          .schedule_to_close_timeout = 9s,
                                          .schedule_to_start_timeout = 4s,
                                          .heartbeat_timeout = 2s,
                                          .retry_policy = {.initial_interval = 1500ms,
                                                           .backoff_coefficient = 1.5,
                                                           .maximum_interval = 20s,
                                                           .maximum_attempts = 7,
                                                           .non_retryable_error_types = {"A", "B"}},
                                          .activity_id = "chosen",
                                          .summary = "one line"},
                                         text);
}

// Each activity takes longer than the one before, as the order of completions is not promised otherwise.
Task<std::string> CallInParallel(workflow::Context& ctx, std::string) {
  std::vector<Future<std::string>> futures;
  for (int i = 3; i >= 1; --i) futures.push_back(ctx.ExecuteActivity(kWork, {.start_to_close_timeout = 10s}, i));
  const auto results = co_await workflow::All{futures};
  co_return results[0] + results[1] + results[2];
}
std::string WorkFor(activity::Context& ctx, int tenths) {
  ctx.WaitCancelled(200ms * tenths);
  return std::to_string(tenths);
}

Task<std::string> CallInSequence(workflow::Context& ctx, std::string text) {
  for (int i = 0; i < 3; ++i) {
    std::string next = text + std::to_string(i);
    text = co_await ctx.ExecuteActivity(kEcho, {.start_to_close_timeout = 10s}, next);
  }
  co_return text;
}

Task<std::string> CallWork(workflow::Context& ctx, std::string) {
  co_return co_await ctx.ExecuteActivity(kWork, {.start_to_close_timeout = 10s, .retry_policy = kFast}, 1);
}
Task<std::string> CallWorkOnce(workflow::Context& ctx, std::string) {
  co_return co_await ctx.ExecuteActivity(kWork,
                                         {.start_to_close_timeout = 10s, .retry_policy = {.maximum_attempts = 1}}, 1);
}

std::string FailTwice(activity::Context& ctx, int) {
  const int attempt = ctx.Info().attempt;
  if (attempt < 3) throw ApplicationFailure("attempt " + std::to_string(attempt), {.type = "Flaky"}, attempt);
  return "third time";
}

std::string FailForGood(int) {
  throw ApplicationFailure("bad input", {.type = "Invalid", .non_retryable = true}, "detail", 7);
}
std::string FailByType(int) { throw ApplicationFailure("forbidden", {.type = "Forbidden"}); }
std::string FailWithCause(int) {
  ApplicationFailure outer("outer", {.type = "Outer", .non_retryable = true});
  outer.set_cause(std::make_shared<ApplicationFailure>("inner", ApplicationFailureOptions{.type = "Inner"}, 1.5));
  throw outer;
}
std::string ThrowRuntimeError(int) { throw std::runtime_error("not a failure"); }

Task<std::string> CallWithNonRetryableType(workflow::Context& ctx, std::string) {
  co_return co_await ctx.ExecuteActivity(
      kWork,
      {.start_to_close_timeout = 10s,
       .retry_policy = {.initial_interval = 100ms, .non_retryable_error_types = {"Forbidden"}}},
      1);
}

// A failed activity whose failure the workflow handles.
Task<std::string> CatchWork(workflow::Context& ctx, std::string) {
  const auto outcome =
      co_await workflow::Try(ctx.ExecuteActivity(kWork, {.start_to_close_timeout = 10s, .retry_policy = kFast}, 1));
  if (outcome.ok()) co_return outcome.value();
  const auto* cause = outcome.failure()->CauseAs<ApplicationFailure>();
  co_return cause == nullptr ? "?" : cause->type() + ": " + cause->message() + " " + cause->Detail<std::string>(0);
}

std::string FailSlowly(activity::Context& ctx, int) {
  if (ctx.Info().attempt == 1) throw ApplicationFailure("later", {.type = "Later", .next_retry_delay = 250ms});
  return "later";
}

std::string HeartbeatThenFail(activity::Context& ctx, int) {
  if (const auto last = ctx.HeartbeatDetails<std::string>()) return "resumed at " + *last;
  ctx.Heartbeat("row 10", 10);
  throw ApplicationFailure("lost", {.type = "Lost"});
}
Task<std::string> CallHeartbeating(workflow::Context& ctx, std::string) {
  co_return co_await ctx.ExecuteActivity(
      kWork, {.start_to_close_timeout = 10s, .heartbeat_timeout = 5s, .retry_policy = kFast}, 1);
}

// Where activities that complete from elsewhere leave their task tokens, by run id: the worlds play at the same time.
class Tokens {
 public:
  void Put(const std::string& run_id, std::string token) {
    const std::lock_guard<std::mutex> lock(mutex_);
    tokens_[run_id] = std::move(token);
  }
  // Empty if there is none.
  std::string Take(const std::string& run_id) {
    const std::lock_guard<std::mutex> lock(mutex_);
    auto token = tokens_.extract(run_id);
    return token.empty() ? "" : std::move(token.mapped());
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::string> tokens_;
};
Tokens& AllTokens() {
  static Tokens tokens;
  return tokens;
}

std::string CompleteLater(activity::Context& ctx, int) {
  AllTokens().Put(ctx.Info().run_id, ctx.Info().task_token);
  return ctx.CompleteAsync();
}
std::string TokenOf(Stage& stage, const client::UntypedWorkflowHandle& handle) {
  std::string token;
  stage.WaitUntil("the activity's token", [&] { return !(token = AllTokens().Take(handle.run_id())).empty(); });
  stage.Sleep(50ms);
  return token;
}

void CompletedByToken(Stage& stage) {
  auto handle = stage.Start(kTextWorkflow, {}, "");
  const auto activity = stage.client().GetAsyncActivityHandle(TokenOf(stage, handle));
  stage.Try("heartbeat", [&] { activity.Heartbeat("halfway"); });
  stage.CompareDescription(handle, "describe while open");
  activity.Complete(std::string("by token"));
  stage.Finish(handle);
  stage.Try("complete again", [&] { activity.Complete(std::string("again")); });
}
void CompletedById(Stage& stage) {
  auto handle = stage.Start(kTextWorkflow, {}, "");
  TokenOf(stage, handle);
  const auto activity = stage.client().GetAsyncActivityHandle(handle.id(), handle.run_id(), "1");
  activity.Complete(std::string("by id"));
  stage.Finish(handle);
  stage.Try("complete again", [&] { activity.Complete(std::string("again")); });
}
void FailedByToken(Stage& stage) {
  auto handle = stage.Start(kTextWorkflow, {}, "");
  stage.client().GetAsyncActivityHandle(TokenOf(stage, handle)).Fail(ApplicationFailure("no", {.type = "Refused"}, 1));
  stage.Finish(handle);
}

constexpr ActivityRef<void(std::string)> kStep{"Step"};
void DoStep(const std::string& step) {
  if (step == "fly") throw ApplicationFailure("no seats", {.type = "SoldOut", .non_retryable = true});
}
// Book, and undo in reverse order what was booked when a step fails.
Task<void> BookTrip(workflow::Context& ctx) {
  std::vector<std::string> undo;
  for (const char* step : {"car", "hotel", "fly"}) {
    const std::string name = step;
    const auto outcome = co_await workflow::Try(ctx.ExecuteActivity(kStep, {.start_to_close_timeout = 10s}, name));
    if (outcome.ok()) {
      undo.push_back("undo " + name);
      continue;
    }
    for (auto back = undo.rbegin(); back != undo.rend(); ++back)
      co_await ctx.ExecuteActivity(kStep, {.start_to_close_timeout = 10s}, *back);
    outcome.value();
  }
}

void FinishText(Stage& stage) {
  auto handle = stage.Start(kTextWorkflow, {}, "go");
  stage.Finish(handle);
  stage.CompareDescription(handle);
}

}  // namespace

std::vector<Scenario> ActivityScenarios() {
  return {
      {"activity.completed", [](Definitions& d) { d.Workflow(kTextWorkflow, CallEcho).Activity(kEcho, Echo); },
       Completed},
      {"activity.every_option",
       [](Definitions& d) { d.Workflow(kTextWorkflow, CallEchoWithEveryOption).Activity(kEcho, Echo); }, FinishText},
      {"activity.parallel", [](Definitions& d) { d.Workflow(kTextWorkflow, CallInParallel).Activity(kWork, WorkFor); },
       FinishText},
      {"activity.sequence", [](Definitions& d) { d.Workflow(kTextWorkflow, CallInSequence).Activity(kEcho, Echo); },
       FinishText},
      {"activity.retried_then_completed",
       [](Definitions& d) { d.Workflow(kTextWorkflow, CallWork).Activity(kWork, FailTwice); }, FinishText},
      {"activity.attempts_used_up",
       [](Definitions& d) { d.Workflow(kTextWorkflow, CallWork).Activity(kWork, FailByType); }, FinishText},
      {"activity.non_retryable",
       [](Definitions& d) { d.Workflow(kTextWorkflow, CallWork).Activity(kWork, FailForGood); }, FinishText},
      {"activity.non_retryable_type",
       [](Definitions& d) { d.Workflow(kTextWorkflow, CallWithNonRetryableType).Activity(kWork, FailByType); },
       FinishText},
      {"activity.failure_with_cause",
       [](Definitions& d) { d.Workflow(kTextWorkflow, CallWork).Activity(kWork, FailWithCause); }, FinishText},
      {"activity.failure_handled",
       [](Definitions& d) { d.Workflow(kTextWorkflow, CatchWork).Activity(kWork, FailForGood); }, FinishText},
      {"activity.plain_exception",
       [](Definitions& d) { d.Workflow(kTextWorkflow, CallWorkOnce).Activity(kWork, ThrowRuntimeError); }, FinishText},
      {"activity.next_retry_delay",
       [](Definitions& d) { d.Workflow(kTextWorkflow, CallWork).Activity(kWork, FailSlowly); }, FinishText},
      {"activity.unknown_type", [](Definitions& d) { d.Workflow(kTextWorkflow, CallWorkOnce).Activity(kEcho, Echo); },
       FinishText},
      {"activity.heartbeat_details",
       [](Definitions& d) { d.Workflow(kTextWorkflow, CallHeartbeating).Activity(kWork, HeartbeatThenFail); },
       FinishText},
      {"activity.completed_by_token",
       [](Definitions& d) { d.Workflow(kTextWorkflow, CallWorkOnce).Activity(kWork, CompleteLater); },
       CompletedByToken},
      {"activity.completed_by_id",
       [](Definitions& d) { d.Workflow(kTextWorkflow, CallWorkOnce).Activity(kWork, CompleteLater); }, CompletedById},
      {"activity.failed_by_token",
       [](Definitions& d) { d.Workflow(kTextWorkflow, CallWorkOnce).Activity(kWork, CompleteLater); }, FailedByToken},
      {"activity.saga", [](Definitions& d) { d.Workflow(kPlainWorkflow, BookTrip).Activity(kStep, DoStep); },
       [](Stage& stage) { stage.Finish(stage.Start(kPlainWorkflow, {})); }},
  };
}

}  // namespace temporal::conformance
