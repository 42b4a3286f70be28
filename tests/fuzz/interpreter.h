// The workflow that runs random programs, with its activities and children.
#ifndef TEMPORAL_TESTS_FUZZ_INTERPRETER_H_
#define TEMPORAL_TESTS_FUZZ_INTERPRETER_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "temporal/sync.h"
#include "temporal/temporal.h"
#include "tests/fuzz/program.h"

namespace temporal::test {

// The arguments: seed, generation, and what the runs before have come to. The result, or the message of the failure, is
// that with this run's added: "1=8@0 2=fired@3000 | 1=15@500", with the workflow's time in milliseconds.
inline constexpr WorkflowRef<std::string(std::uint64_t, int, std::string)> kFuzz{"Fuzz"};
inline constexpr WorkflowRef<int(int, int)> kFuzzChild{"FuzzChild"};
inline constexpr ActivityRef<int(int, int)> kFuzzActivity{"FuzzActivity"};
inline constexpr ActivityRef<int(int, int)> kFuzzLocalActivity{"FuzzLocalActivity"};
inline constexpr SignalRef<void(int)> kPoke{"poke"};
inline constexpr UpdateRef<int(int)> kDouble{"double"};
inline constexpr QueryRef<int()> kPokes{"pokes"};
inline constexpr IntKey kLastOp{"LastOp"};

// What side effects come to: something else at each call, so that a replay which calls one again is found out. Where a
// recorded history is handed out once more as live tasks, each run's calls repeat what they came to.
class Accidents {
 public:
  static Accidents& Instance();
  int Next(const std::string& run_id, int op_id);
  bool repeats = false;

 private:
  int last_ = 0;
  std::map<std::pair<std::string, int>, int> of_;
};

class FuzzWorkflow {
 public:
  explicit FuzzWorkflow(workflow::Context& ctx);
  Task<std::string> Run(std::uint64_t seed, int generation, std::string before);

 private:
  // Op by op.
  Task<void> RunOps(workflow::Context& ctx, const std::vector<Op>& ops);
  // Notes how it has come out, exactly once. Lets no Failure pass.
  Task<void> RunOp(workflow::Context& ctx, const Op& op);
  Task<std::string> OutcomeOf(workflow::Context& ctx, const Op& op);
  Task<std::string> Activity(workflow::Context& ctx, const Op& op);
  Task<std::string> LocalActivity(workflow::Context& ctx, const Op& op);
  Task<std::string> Child(workflow::Context& ctx, const Op& op);
  Task<std::string> SideEffect(workflow::Context& ctx, const Op& op);
  Task<std::string> Condition(workflow::Context& ctx, const Op& op);
  Task<std::string> Nobody(workflow::Context& ctx, const Op& op);
  Task<std::string> Together(workflow::Context& ctx, const Op& op);
  Task<std::string> Scoped(workflow::Context& ctx, const Op& op);
  Task<std::string> Locked(workflow::Context& ctx, const Op& op);
  Task<std::string> Permitted(workflow::Context& ctx, const Op& op);
  std::string Summary(const std::string& before) const;

  workflow::Context& ctx_;
  Program program_;
  int pokes_ = 0;
  workflow::Mutex mutex_;
  workflow::Semaphore semaphore_{2};
  int holds_mutex_ = 0, hold_permits_ = 0;
  std::map<int, std::vector<std::string>> outcomes_;
};

Task<int> RunFuzzChild(workflow::Context& ctx, int id, int way);
int RunFuzzActivity(activity::Context& ctx, int id, int way);
int RunFuzzLocalActivity(activity::Context& ctx, int id, int way);

}  // namespace temporal::test

#endif  // TEMPORAL_TESTS_FUZZ_INTERPRETER_H_
