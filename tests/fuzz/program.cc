// Generates programs, prints them, and says what may come of them.
#include "tests/fuzz/program.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "sdk/base/random.h"

namespace temporal::test {
namespace {

using internal::Random;

constexpr int kDeepest = 2;
constexpr int kMostVariants = 840;  // a multiple of what the variants are taken modulo

bool Locks(OpKind kind) { return kind == OpKind::kLocked || kind == OpKind::kPermit; }

bool HasBody(OpKind kind) {
  return kind == OpKind::kParallel || kind == OpKind::kRace || kind == OpKind::kInTurn || kind == OpKind::kScope ||
         Locks(kind);
}

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}

  Program Make(int generation) {
    Program program;
    program.ops = Ops(0, 1 + Below(5), false);
    const int ending = Below(6);
    program.ending = ending == 0                      ? Ending::kFails
                     : ending == 1 && generation == 0 ? Ending::kContinuesAsNew
                                                      : Ending::kReturns;
    program.waits_for_handlers = random_.OneIn(2);
    if (generation == 0) program.stimuli = Stimuli();
    return program;
  }

 private:
  int Below(int bound) { return static_cast<int>(random_.Uniform(static_cast<std::uint64_t>(bound))); }

  // Who has one lock takes no other: they would wait for each other.
  std::vector<Op> Ops(int depth, int count, bool locked) {
    std::vector<Op> ops;
    for (int i = 0; i < count; ++i) {
      Op op{};
      do {
        op.kind = static_cast<OpKind>(Below(static_cast<int>(OpKind::kCount)));
      } while ((depth == kDeepest && HasBody(op.kind)) || (locked && Locks(op.kind)));
      op.id = ++ids_;
      op.variant = Below(kMostVariants);
      if (HasBody(op.kind)) op.body = Ops(depth + 1, 1 + Below(3), locked || Locks(op.kind));
      ops.push_back(std::move(op));
    }
    return ops;
  }

  std::vector<Stimulus> Stimuli() {
    std::vector<Stimulus> stimuli;
    for (int count = Below(6); count > 0; --count) {
      // Requests to cancel are rarer, and in halves of seconds as all stimuli: ties with timers occur.
      const int kind = Below(10);
      Stimulus stimulus{};
      stimulus.kind = kind < 4   ? Stimulus::Kind::kSignal
                      : kind < 7 ? Stimulus::Kind::kUpdate
                      : kind < 9 ? Stimulus::Kind::kQuery
                                 : Stimulus::Kind::kCancel;
      stimulus.after = std::chrono::milliseconds(500 * Below(20));
      stimulus.value = Below(12) - 2;
      stimuli.push_back(stimulus);
    }
    return stimuli;
  }

  Random random_;
  int ids_ = 0;
};

void PrintOps(const std::vector<Op>& ops, std::string& text) {
  static constexpr std::array<const char*, static_cast<std::size_t>(OpKind::kCount)> kNames = {
      "activity", "local activity", "timer", "child",   "side effect", "patch",  "upsert", "condition",
      "nobody",   "parallel",       "race",  "in turn", "scope",       "locked", "permit"};
  for (const Op& op : ops) {
    absl::StrAppend(&text, kNames[static_cast<std::size_t>(op.kind)], " ", op.id, " (", op.variant, ")");
    if (HasBody(op.kind)) {
      absl::StrAppend(&text, " { ");
      PrintOps(op.body, text);
      absl::StrAppend(&text, "}");
    }
    absl::StrAppend(&text, "; ");
  }
}

std::set<std::string> OutcomesOf(const Op& op) {
  const std::string value = absl::StrCat(ValueOf(op.id));
  switch (op.kind) {
    case OpKind::kActivity:
      switch (ActivityWayOf(op)) {
        case ActivityWay::kFails:
          return {"failed"};
        case ActivityWay::kTimesOut:
          return {"timeout"};
        default:
          return {value};
      }
    case OpKind::kLocalActivity:
      switch (LocalWayOf(op)) {
        case LocalWay::kFails:
          return {"failed"};
        case LocalWay::kTimesOut:
          return {"timeout"};
        default:
          return {value};
      }
    case OpKind::kChild:
      switch (ChildWayOf(op)) {
        case ChildWay::kFails:
          return {"failed"};
        case ChildWay::kCancelled:
        case ChildWay::kCancelledFromOutside:
          return {"cancelled"};
        default:
          return {value};
      }
    case OpKind::kTimer:
      return {"fired"};
    case OpKind::kCondition:
      return {"held", "late"};
    case OpKind::kNobody:
      return {"failed"};
    default:
      return {"done"};
  }
}

// Once it has been asked to stop, it is not tried again.
bool MayFailForWantOfASecondAttempt(const Op& op) {
  if (op.kind == OpKind::kActivity) return ActivityWayOf(op) == ActivityWay::kSecondAttempt;
  return op.kind == OpKind::kLocalActivity &&
         (LocalWayOf(op) == LocalWay::kSecondAttempt || LocalWayOf(op) == LocalWay::kSecondByTimer);
}

void AddModel(const std::vector<Op>& ops, bool cancelled, std::map<int, std::set<std::string>>& model) {
  for (const Op& op : ops) {
    std::set<std::string>& outcomes = model[op.id] = OutcomesOf(op);
    // A signal on its way is not held back.
    if (cancelled && op.kind != OpKind::kNobody) outcomes.insert("cancelled");
    if (cancelled && MayFailForWantOfASecondAttempt(op)) outcomes.insert("failed");
    AddModel(op.body, cancelled || op.kind == OpKind::kScope, model);
  }
}

}  // namespace

bool RunsLocalActivities(const std::vector<Op>& ops) {
  return std::any_of(ops.begin(), ops.end(),
                     [](const Op& op) { return op.kind == OpKind::kLocalActivity || RunsLocalActivities(op.body); });
}

Program Generate(std::uint64_t seed, int generation) {
  return Generator(seed * 1000 + static_cast<std::uint64_t>(generation)).Make(generation);
}

std::string Print(const Program& program) {
  static constexpr const char* kEndings[] = {"returns", "fails", "continues as new"};
  static constexpr const char* kStimuli[] = {"signal", "update", "cancel", "query"};
  std::string text;
  PrintOps(program.ops, text);
  absl::StrAppend(&text, kEndings[static_cast<int>(program.ending)]);
  if (program.waits_for_handlers) absl::StrAppend(&text, " when its handlers have finished");
  for (const Stimulus& stimulus : program.stimuli) {
    absl::StrAppend(&text, ", ", kStimuli[static_cast<int>(stimulus.kind)], " ", stimulus.value, " after ",
                    std::chrono::duration_cast<std::chrono::milliseconds>(stimulus.after).count(), "ms");
  }
  return text;
}

std::map<int, std::set<std::string>> Model(const Program& program, bool cancelled) {
  std::map<int, std::set<std::string>> model;
  AddModel(program.ops, cancelled, model);
  return model;
}

}  // namespace temporal::test
