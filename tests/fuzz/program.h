// Random workflow programs: what a run does, what happens to it from outside, and the model of what must come of it.
// A seed stands for one program, so that the workflow can make its own from its argument, on replay too.
#ifndef TEMPORAL_TESTS_FUZZ_PROGRAM_H_
#define TEMPORAL_TESTS_FUZZ_PROGRAM_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "temporal/time.h"

namespace temporal::test {

enum class OpKind {
  kActivity,
  kLocalActivity,
  kTimer,
  kChild,
  kSideEffect,  // whose value decides what is done next
  kPatch,
  kUpsert,     // of the memo, or of a search attribute
  kCondition,  // for a number of signals, at most so long
  kNobody,     // a signal, or a request to cancel, to a workflow that does not exist
  kParallel,   // spawns its body
  kRace,       // spawns its body, waits for any, then for the others
  kInTurn,     // spawns its body, takes each as it is done
  kScope,      // spawns its body in a scope of its own, which may be cancelled
  kLocked,     // its body, op by op, while it holds the mutex
  kPermit,     // the same with one of the semaphore's two permits
  kCount
};

struct Op {
  OpKind kind;
  int id;       // unique in the program
  int variant;  // how, as the interpreter and the model read it
  std::vector<Op> body;
};

enum class Ending { kReturns, kFails, kContinuesAsNew };

struct Stimulus {
  enum class Kind { kSignal, kUpdate, kCancel, kQuery };
  Kind kind;
  Duration after;
  int value;
};

struct Program {
  std::vector<Op> ops;
  Ending ending;
  bool waits_for_handlers;
  std::vector<Stimulus> stimuli;
};

// The kinds of activities and children, by variant.
enum class ActivityWay { kOk, kFails, kSecondAttempt, kSlow, kTimesOut };
inline ActivityWay ActivityWayOf(const Op& op) { return static_cast<ActivityWay>(op.variant % 5); }
// kSecondByTimer: the wait for the second attempt is a timer of the workflow. kLong: outlasts the workflow task.
enum class LocalWay { kOk, kFails, kSecondAttempt, kSecondByTimer, kSlow, kTimesOut, kLong, kCount };
inline LocalWay LocalWayOf(const Op& op) {
  return static_cast<LocalWay>(op.variant % static_cast<int>(LocalWay::kCount));
}
// kSignaled and kCancelled by its handle, those from outside by its id.
enum class ChildWay {
  kOk,
  kFails,
  kSlow,
  kSecondAttempt,
  kContinuesAsNew,
  kTellsParent,
  kSignaled,
  kSignaledFromOutside,
  kCancelled,
  kCancelledFromOutside,
  kCount
};
inline ChildWay ChildWayOf(const Op& op) {
  return static_cast<ChildWay>(op.variant % static_cast<int>(ChildWay::kCount));
}
bool RunsLocalActivities(const std::vector<Op>& ops);
inline bool UpdateRunsLocalActivity(int value) { return value % 3 == 2; }
inline int ValueOf(int id) { return 7 * id + 1; }

// The program of a seed, for each run of its chain.
Program Generate(std::uint64_t seed, int generation);

// "activity 3 (12); scope 4 (1) { timer 5 (0) }; returns", for failures.
std::string Print(const Program& program);

// How each op may come out. `cancelled`: the run was asked to cancel at some time.
std::map<int, std::set<std::string>> Model(const Program& program, bool cancelled);

}  // namespace temporal::test

#endif  // TEMPORAL_TESTS_FUZZ_PROGRAM_H_
