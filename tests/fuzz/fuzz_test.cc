// Random programs against the model: each future is resolved once, as the model allows; the run ends; and every way of
// meeting its history gives the same commands.
//
// TEMPORAL_FUZZ_PROGRAMS=10000 tries more than the suite does; TEMPORAL_FUZZ_SEED=4711 begins at that seed, which a
// failure has printed.
#include <cstdlib>
#include <optional>
#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "temporal/errors.h"
#include "temporal/testing/testing.h"
#include "tests/fuzz/interpreter.h"
#include "tests/support/engine_harness.h"

namespace temporal::test {
namespace {

using namespace std::chrono_literals;

std::uint64_t FromEnvironment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

struct SentUpdate {
  int value;
  client::UpdateHandle<int> handle;
};

class Trial {
 public:
  explicit Trial(std::uint64_t seed) : seed_(seed), program_(Generate(seed, 0)), env_(Options(seed, log_)) {
    Accidents::Instance() = {};
    env_.RegisterWorkflow<FuzzWorkflow>(kFuzz)
        .RegisterWorkflow(kFuzzChild, RunFuzzChild)
        .RegisterActivity(kFuzzActivity, RunFuzzActivity)
        .RegisterActivity(kFuzzLocalActivity, RunFuzzLocalActivity);
    harness_.Register<FuzzWorkflow>(kFuzz);
    harness_.Register(kFuzzChild, RunFuzzChild);
    harness_.options.task_queue = "test";
    harness_.options.refuse_local_activity = [](const std::string&) { return std::string(); };
  }

  void Run() {
    auto handle = env_.client().StartWorkflow(kFuzz, {.id = "fuzz"}, seed_, 0, "");
    for (const Stimulus& stimulus : program_.stimuli) {
      env_.After(stimulus.after, [this, handle, stimulus] { Send(handle, stimulus); });
    }
    CheckSummary(SummaryOf(handle));
    CheckUpdates();
    env_.Sleep(1h);  // children that were abandoned end
    EXPECT_EQ(env_.client().GetWorkflowHandle(kFuzz, "fuzz").Query(kPokes) >= 0, true);
    Accidents::Instance().repeats = true;
    for (const WorkflowHistory& history : env_.Histories()) CheckReplays(history.data());
    Accidents::Instance().repeats = false;
  }

 private:
  class Quiet final : public Logger {
    void Write(LogLevel, std::string_view, std::span<const LogField>) override {}
  };

  // Some workers keep no runs, or run one local activity at a time.
  static WorkflowEnvironmentOptions Options(std::uint64_t seed, Logger& log) {
    static constexpr SearchAttributeDefinition kAttributes[] = {kLastOp};
    WorkflowEnvironmentOptions options;
    options.seed = seed;
    options.logger = &log;
    options.search_attributes = kAttributes;
    if (seed % 4 == 0) options.worker.max_cached_workflows = 0;
    if (seed % 3 == 0) options.worker.max_concurrent_local_activities = 1;
    return options;
  }

  // All ways end as the run itself has ended: its result tells what the code saw, and when.
  void CheckReplays(const internal::HistoryData& data) {
    const std::vector<std::string> tasks = harness_.RunAllWays(data);
    const auto& last = *data.history.events().rbegin();
    if (!last.has_workflow_execution_completed_event_attributes() || tasks.empty()) return;
    const auto& result = last.workflow_execution_completed_event_attributes().result();
    EXPECT_THAT(tasks.back(), testing::HasSubstr("CompleteWorkflowExecution result=" + internal::PrintMessage(result)));
  }

  void Send(const client::WorkflowHandle<std::string>& handle, const Stimulus& stimulus) {
    try {
      switch (stimulus.kind) {
        case Stimulus::Kind::kSignal:
          return handle.Signal(kPoke, stimulus.value);
        case Stimulus::Kind::kUpdate:
          updates_.push_back({stimulus.value, handle.StartUpdate(kDouble, {}, stimulus.value)});
          return;
        case Stimulus::Kind::kCancel:
          cancelled_ = true;
          return handle.Cancel("enough");
        case Stimulus::Kind::kQuery:
          handle.Query(kPokes);
          return;
      }
    } catch (const RpcError& error) {
      // It has ended before; or it has tried to, and keeps the task at which it is to try again.
      const bool closing = error.code() == StatusCode::kResourceExhausted && MayKeepItsTask();
      EXPECT_TRUE(error.code() == StatusCode::kNotFound || closing) << error.what();
    } catch (const StalledError& error) {
      // A run that follows another one at once waits a second for its first task, and local activities keep theirs:
      // with it wait all queries and updates.
      EXPECT_TRUE(MayKeepItsTask()) << error.what();
    }
  }

  static std::string SummaryOf(const client::WorkflowHandle<std::string>& handle) {
    try {
      return handle.Result();
    } catch (const WorkflowFailedError& error) {
      const auto* failure = dynamic_cast<const ApplicationFailure*>(&error.cause());
      if (failure == nullptr || failure->type() != "Fuzz") throw;
      return failure->message();
    }
  }

  void CheckSummary(const std::string& summary) {
    std::stringstream words(summary);
    int generation = 0;
    std::map<int, std::vector<std::string>> outcomes;
    for (std::string word; words >> word;) {
      if (word == "|") {
        CheckOutcomes(generation++, std::exchange(outcomes, {}));
      } else {
        const std::size_t equals = word.find('=');
        const std::size_t at = word.find('@');
        outcomes[std::stoi(word.substr(0, equals))].push_back(word.substr(equals + 1, at - equals - 1));
      }
    }
    CheckOutcomes(generation, outcomes);
    EXPECT_EQ(generation, program_.ending == Ending::kContinuesAsNew ? 1 : 0);
  }

  void CheckOutcomes(int generation, const std::map<int, std::vector<std::string>>& outcomes) {
    const auto model = Model(Generate(seed_, generation), cancelled_);
    EXPECT_EQ(outcomes.size(), model.size());
    for (const auto& [id, allowed] : model) {
      const auto found = outcomes.find(id);
      if (found == outcomes.end()) {
        ADD_FAILURE() << "op " << id << " has not come out";
        continue;
      }
      EXPECT_THAT(found->second, testing::SizeIs(1)) << "op " << id;
      EXPECT_THAT(allowed, testing::Contains(found->second.front())) << "op " << id << " of run " << generation;
    }
  }

  // One that was accepted by a run that waits for its handlers is answered; others may find the run closed.
  void CheckUpdates() {
    for (const SentUpdate& update : updates_) {
      try {
        EXPECT_EQ(update.handle.Result(), 2 * update.value);
        EXPECT_GE(update.value, 0);
      } catch (const UpdateFailedError& error) {
        EXPECT_TRUE(update.value < 0 || !WaitsForHandlers()) << error.what();
      } catch (const RpcError& error) {
        EXPECT_EQ(error.code(), StatusCode::kNotFound) << error.what();
        EXPECT_FALSE(WaitsForHandlers()) << error.what();
      }
    }
  }

  bool MayKeepItsTask() const {
    if (program_.ending == Ending::kContinuesAsNew || RunsLocalActivities(program_.ops)) return true;
    for (const Stimulus& stimulus : program_.stimuli) {
      if (stimulus.kind == Stimulus::Kind::kUpdate && UpdateRunsLocalActivity(stimulus.value)) return true;
    }
    return false;
  }

  // Of each run of the chain.
  bool WaitsForHandlers() const {
    return program_.waits_for_handlers &&
           (program_.ending != Ending::kContinuesAsNew || Generate(seed_, 1).waits_for_handlers);
  }

  const std::uint64_t seed_;
  const Program program_;
  Quiet log_;
  WorkflowEnvironment env_;
  internal::EngineHarness harness_;
  bool cancelled_ = false;
  std::vector<SentUpdate> updates_;
};

TEST(Fuzz, RandomPrograms_DoAsTheModelSays_InEveryWayOfReplay) {
  const std::uint64_t first = FromEnvironment("TEMPORAL_FUZZ_SEED", 1);
  const std::uint64_t count = FromEnvironment("TEMPORAL_FUZZ_PROGRAMS", 200);
  for (std::uint64_t seed = first; seed < first + count && !HasFailure(); ++seed) {
    SCOPED_TRACE("TEMPORAL_FUZZ_SEED=" + std::to_string(seed) + ": " + Print(Generate(seed, 0)));
    try {
      Trial(seed).Run();
    } catch (const std::exception& error) {
      ADD_FAILURE() << error.what();
    }
  }
}

}  // namespace
}  // namespace temporal::test
