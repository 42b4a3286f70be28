// What each op of a program does.
#include "tests/fuzz/interpreter.h"

#include "temporal/as_completed.h"
#include "temporal/json.h"

namespace temporal::test {
namespace {

using namespace std::chrono_literals;
using workflow::Try;

// A count, higher by one for the length of a block.
class Counted {
 public:
  explicit Counted(int& count) : count_(count) { ++count_; }
  ~Counted() { --count_; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

 private:
  int& count_;
};

// "failed", "timeout", "cancelled": by what is at the bottom of it.
std::string Word(const Failure& failure) {
  const Failure* root = &failure;
  while (root->cause() != nullptr) root = root->cause().get();
  if (dynamic_cast<const CanceledFailure*>(root) != nullptr) return "cancelled";
  if (dynamic_cast<const TimeoutFailure*>(root) != nullptr) return "timeout";
  return "failed";
}

}  // namespace

Accidents& Accidents::Instance() {
  static Accidents instance;
  return instance;
}

int Accidents::Next(const std::string& run_id, int op_id) {
  int& accident = of_[{run_id, op_id}];
  if (!repeats) accident = ++last_;
  return accident;
}

FuzzWorkflow::FuzzWorkflow(workflow::Context& ctx) : ctx_(ctx) {
  ctx.OnSignal(kPoke, [this](int value) -> Task<void> {
    if (value % 4 == 0) {
      const auto lock = co_await Try(mutex_.Lock(ctx_));
      (void)co_await Try(ctx_.Sleep(1s));
    } else if (value % 2 == 0) {
      (void)co_await Try(ctx_.Sleep(1s));
    }
    ++pokes_;
  });
  ctx.OnQuery(kPokes, [this] { return pokes_; });
  ctx.OnUpdate(
      kDouble,
      [this](int value) -> Task<int> {
        if (value % 3 == 1) (void)co_await Try(ctx_.Sleep(value * 1s));
        if (UpdateRunsLocalActivity(value)) {
          (void)co_await Try(ctx_.ExecuteLocalActivity(kFuzzLocalActivity, {.start_to_close_timeout = 4s}, value,
                                                       static_cast<int>(LocalWay::kSlow)));
        }
        co_return 2 * value;
      },
      [](int value) {
        if (value < 0) throw ApplicationFailure("negative", {.type = "Negative"});
      });
}

Task<std::string> FuzzWorkflow::Run(std::uint64_t seed, int generation, std::string before) {
  program_ = Generate(seed, generation);
  co_await RunOps(ctx_, program_.ops);
  if (program_.waits_for_handlers) {
    auto detached = workflow::CancellationScope::Detached(ctx_);
    co_await detached->WaitCondition([this] { return ctx_.AllHandlersFinished(); });
  }
  std::string summary = Summary(before);
  switch (program_.ending) {
    case Ending::kFails:
      throw ApplicationFailure(summary, {.type = "Fuzz"});
    case Ending::kContinuesAsNew:
      ctx_.ContinueAsNew(kFuzz, {}, seed, generation + 1, summary + " | ");
    case Ending::kReturns:
      break;
  }
  co_return summary;
}

std::string FuzzWorkflow::Summary(const std::string& before) const {
  std::string text = before;
  for (const auto& [id, outcomes] : outcomes_) {
    for (const std::string& outcome : outcomes) text += std::to_string(id) + "=" + outcome + " ";
  }
  return text;
}

Task<void> FuzzWorkflow::RunOps(workflow::Context& ctx, const std::vector<Op>& ops) {
  for (const Op& op : ops) co_await RunOp(ctx, op);
}

Task<void> FuzzWorkflow::RunOp(workflow::Context& ctx, const Op& op) {
  const auto outcome = co_await Try(OutcomeOf(ctx, op));
  const auto at = std::chrono::round<std::chrono::milliseconds>(ctx.Now() - ctx.Info().start_time);
  outcomes_[op.id].push_back((outcome.ok() ? outcome.value() : Word(*outcome.failure())) + "@" +
                             std::to_string(at.count()));
}

Task<std::string> FuzzWorkflow::OutcomeOf(workflow::Context& ctx, const Op& op) {
  switch (op.kind) {
    case OpKind::kActivity:
      co_return co_await Activity(ctx, op);
    case OpKind::kLocalActivity:
      co_return co_await LocalActivity(ctx, op);
    case OpKind::kTimer:
      co_await ctx.Sleep((op.variant % 4) * 1s);
      co_return "fired";
    case OpKind::kChild:
      co_return co_await Child(ctx, op);
    case OpKind::kSideEffect:
      co_return co_await SideEffect(ctx, op);
    case OpKind::kPatch:
      if (ctx.Patched(op.variant % 2 == 0 ? "even" : "odd")) co_await ctx.Sleep(1s);
      co_return "done";
    case OpKind::kUpsert:
      if (op.variant % 2 == 0)
        ctx.UpsertMemo("last", op.id);
      else
        ctx.UpsertSearchAttributes({kLastOp.Set(op.id)});
      co_return "done";
    case OpKind::kCondition:
      co_return co_await Condition(ctx, op);
    case OpKind::kNobody:
      co_return co_await Nobody(ctx, op);
    case OpKind::kScope:
      co_return co_await Scoped(ctx, op);
    case OpKind::kLocked:
      co_return co_await Locked(ctx, op);
    case OpKind::kPermit:
      co_return co_await Permitted(ctx, op);
    default:
      co_return co_await Together(ctx, op);
  }
}

Task<std::string> FuzzWorkflow::Activity(workflow::Context& ctx, const Op& op) {
  const ActivityOptions options{.start_to_close_timeout = 4s,
                                .heartbeat_timeout = 2s,
                                .retry_policy = {.maximum_attempts = 2, .non_retryable_error_types = {"Fails"}},
                                .cancellation_type = static_cast<ActivityCancellationType>(op.variant / 5 % 3)};
  co_return std::to_string(
      co_await ctx.ExecuteActivity(kFuzzActivity, options, op.id, static_cast<int>(ActivityWayOf(op))));
}

int RunFuzzActivity(activity::Context& ctx, int id, int way) {
  switch (static_cast<ActivityWay>(way)) {
    case ActivityWay::kFails:
      throw ApplicationFailure("as it should", {.type = "Fails"});
    case ActivityWay::kSecondAttempt:
      if (ctx.Info().attempt == 1) throw ApplicationFailure("the first attempt", {.type = "Once"});
      break;
    case ActivityWay::kSlow:
      for (int second = 0; second < 3; ++second) {
        ctx.Heartbeat(second);
        ctx.WaitCancelled(1s);
        ctx.ThrowIfCancelled();
      }
      break;
    case ActivityWay::kTimesOut:
      ctx.WaitCancelled(1h);
      ctx.ThrowIfCancelled();
      break;
    case ActivityWay::kOk:
      break;
  }
  return ValueOf(id);
}

Task<std::string> FuzzWorkflow::LocalActivity(workflow::Context& ctx, const Op& op) {
  LocalActivityOptions options{
      .start_to_close_timeout = 4s,
      .retry_policy = {.initial_interval = 500ms, .maximum_attempts = 2, .non_retryable_error_types = {"Fails"}},
      .cancellation_type = static_cast<ActivityCancellationType>(op.variant / 7 % 3)};
  if (LocalWayOf(op) == LocalWay::kSecondByTimer) options.local_retry_threshold = 100ms;
  if (LocalWayOf(op) == LocalWay::kLong) options.start_to_close_timeout = 30s;
  co_return std::to_string(
      co_await ctx.ExecuteLocalActivity(kFuzzLocalActivity, options, op.id, static_cast<int>(LocalWayOf(op))));
}

int RunFuzzLocalActivity(activity::Context& ctx, int id, int way) {
  const auto take = [&ctx](Duration how_long) {
    ctx.WaitCancelled(how_long);
    ctx.ThrowIfCancelled();
  };
  switch (static_cast<LocalWay>(way)) {
    case LocalWay::kFails:
      throw ApplicationFailure("as it should", {.type = "Fails"});
    case LocalWay::kSecondAttempt:
    case LocalWay::kSecondByTimer:
      if (ctx.Info().attempt == 1) throw ApplicationFailure("the first attempt", {.type = "Once"});
      break;
    case LocalWay::kSlow:
      take(3s);
      break;
    case LocalWay::kTimesOut:
      take(1min);
      break;
    case LocalWay::kLong:
      take(20s);
      break;
    default:
      break;
  }
  return ValueOf(id);
}

Task<std::string> FuzzWorkflow::Child(workflow::Context& ctx, const Op& op) {
  const std::string id = ctx.Info().workflow_id + "-" + ctx.Info().run_id + "-" + std::to_string(op.id);
  const ChildWay way = ChildWayOf(op);
  ChildWorkflowOptions options;
  options.id = id;
  options.cancellation_type = static_cast<ChildWorkflowCancellationType>(op.variant / 10 % 4);
  options.retry_policy.maximum_attempts = way == ChildWay::kSecondAttempt ? 2 : 1;
  if (way < ChildWay::kSignaled) {
    co_return std::to_string(co_await ctx.ExecuteChildWorkflow(kFuzzChild, options, op.id, static_cast<int>(way)));
  }
  const auto handle = co_await ctx.StartChildWorkflow(kFuzzChild, options, op.id, static_cast<int>(way));
  const auto from_outside = ctx.GetExternalWorkflowHandle(id);
  if (way == ChildWay::kSignaled) (void)co_await Try(handle.Signal(kPoke, 1));
  if (way == ChildWay::kSignaledFromOutside) (void)co_await Try(from_outside.Signal(kPoke, 1));
  if (way == ChildWay::kCancelled) handle.Cancel("enough");
  if (way == ChildWay::kCancelledFromOutside) (void)co_await Try(from_outside.Cancel("enough"));
  co_return std::to_string(co_await handle.Result());
}

Task<int> RunFuzzChild(workflow::Context& ctx, int id, int way) {
  bool poked = false;
  ctx.OnSignal(kPoke, [&poked](int) { poked = true; });
  switch (static_cast<ChildWay>(way)) {
    case ChildWay::kFails:
      throw ApplicationFailure("as it should", {.type = "Fails"});
    case ChildWay::kSecondAttempt:
      if (ctx.Info().attempt == 1) throw ApplicationFailure("the first attempt", {.type = "Once"});
      break;
    case ChildWay::kContinuesAsNew:
      ctx.ContinueAsNew(kFuzzChild, {}, id, static_cast<int>(ChildWay::kOk));
    case ChildWay::kTellsParent:
      (void)co_await Try(ctx.GetExternalWorkflowHandle(ctx.Info().parent->workflow_id).Signal(kPoke, id));
      break;
    case ChildWay::kSignaled:
    case ChildWay::kSignaledFromOutside:
      co_await ctx.WaitCondition([&poked] { return poked; });
      break;
    case ChildWay::kSlow:
      co_await ctx.Sleep(3s);
      break;
    case ChildWay::kCancelled:
    case ChildWay::kCancelledFromOutside:
      co_await ctx.Sleep(30min);
      break;
    default:
      break;
  }
  co_return ValueOf(id);
}

Task<std::string> FuzzWorkflow::SideEffect(workflow::Context& ctx, const Op& op) {
  const int accident = ctx.SideEffect([&] { return Accidents::Instance().Next(ctx.Info().run_id, op.id); });
  if (accident % 2 == 0) co_await ctx.Sleep(1s);
  if (accident % 3 == 0) ctx.UpsertMemo("accident", op.id);
  if (ctx.Random().Uniform(0, 1) == 0) co_await ctx.Sleep(1s);
  co_return "done";
}

Task<std::string> FuzzWorkflow::Condition(workflow::Context& ctx, const Op& op) {
  const int wanted = op.variant % 3 + 1;
  const auto predicate = [this, wanted] { return pokes_ >= wanted; };
  const bool held = co_await ctx.WaitCondition(predicate, (op.variant % 5) * 1s);
  if (held != predicate()) co_return "wrong";
  co_return held ? "held" : "late";
}

Task<std::string> FuzzWorkflow::Nobody(workflow::Context& ctx, const Op& op) {
  const auto nobody = ctx.GetExternalWorkflowHandle("nobody");
  if (op.variant % 2 == 0)
    co_await nobody.Signal(kPoke, 1);
  else
    co_await nobody.Cancel("enough");
  co_return "arrived";
}

Task<std::string> FuzzWorkflow::Together(workflow::Context& ctx, const Op& op) {
  std::vector<Future<void>> running;
  for (const Op& inner : op.body) running.push_back(ctx.Spawn(RunOp(ctx, inner)));
  if (op.kind == OpKind::kRace) {
    const std::size_t first = co_await workflow::Any(running);
    if (!running.at(first).ready()) co_return "wrong";
  } else if (op.kind == OpKind::kInTurn) {
    std::size_t done = 0;
    workflow::AsCompleted completed(running);
    while (const auto next = co_await completed.Next()) done += next->ready() ? 1 : 0;
    if (done != running.size()) co_return "wrong";
  }
  co_await workflow::All(std::move(running));
  co_return "done";
}

Task<std::string> FuzzWorkflow::Scoped(workflow::Context& ctx, const Op& op) {
  workflow::CancellationScope scope(ctx);
  std::vector<Future<void>> running;
  for (const Op& inner : op.body) running.push_back(ctx.Spawn(RunOp(scope.context(), inner)));
  if (op.variant % 4 != 0) {
    (void)co_await Try(ctx.Sleep((op.variant % 3) * 1s));
    scope.Cancel("enough");
  }
  co_await workflow::All(std::move(running));
  co_return "done";
}

// Where the lock could not be had, the body runs without it: its ops come out in any case.
Task<std::string> FuzzWorkflow::Locked(workflow::Context& ctx, const Op& op) {
  auto lock = co_await Try(mutex_.Lock(ctx));
  if (!lock.ok()) {
    co_await RunOps(ctx, op.body);
    co_return lock.failure() == nullptr ? "wrong" : Word(*lock.failure());
  }
  const Counted holds(holds_mutex_);
  const bool alone = holds_mutex_ == 1 && mutex_.locked();
  co_await RunOps(ctx, op.body);
  co_return alone&& holds_mutex_ == 1 ? "done" : "wrong";
}

Task<std::string> FuzzWorkflow::Permitted(workflow::Context& ctx, const Op& op) {
  auto permit = co_await Try(semaphore_.Acquire(ctx));
  if (!permit.ok()) {
    co_await RunOps(ctx, op.body);
    co_return permit.failure() == nullptr ? "wrong" : Word(*permit.failure());
  }
  const Counted holds(hold_permits_);
  const bool few = hold_permits_ <= 2;
  co_await RunOps(ctx, op.body);
  co_return few&& hold_permits_ <= 2 ? "done" : "wrong";
}

}  // namespace temporal::test
