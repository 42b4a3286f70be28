// Behaviours that a history records, so that a replay does as the run did: numbered, never reused.
//
// The numbers are sdk-core's, as histories of all SDKs over it share them. This SDK records no flag of its own: another
// SDK would refuse it. Nor does it claim Python's single batch, though its jobs go together: with it Python lets a
// cancellation win over what has ended in the same task.
#ifndef TEMPORAL_SDK_ENGINE_INTERNAL_FLAGS_H_
#define TEMPORAL_SDK_ENGINE_INTERNAL_FLAGS_H_

#include <cstdint>
#include <string>

#include "temporal/api/sdk/v1/task_complete_metadata.pb.h"

namespace temporal::internal {

inline constexpr char kSdkName[] = "temporal-cpp";
inline constexpr char kSdkVersion[] = "0.1.0";

enum class CoreFlag : std::uint32_t {
  kIdAndTypeChecks = 1,               // ids of activities and timers are compared, not only kinds and types
  kUpsertSearchAttributeOnPatch = 2,  // a patch marker is followed by an upsert of TemporalChangeVersion
  kMoveTerminalCommands = 3,          // commands after the one that ends the run go before it
};

// What becomes of the timer of a wait whose condition holds first.
enum class WaitTimers {
  kCancelled,
  kLeftRunning,  // by older Go and Java SDKs
  kUnknown,      // the history does not say who wrote it: the ids of its timers do
};

// How the code is told what a task brings.
enum class JobBatches {
  kTogether,  // all jobs, then it runs
  kByClass,   // signals and updates, then it runs; the others, then it runs again. As Python and TypeScript had it
};

// Which of the waits whose conditions hold go on, once all coroutines wait.
enum class ConditionSweeps {
  kFirst,  // the first alone: what it does may change what the others wait for
  kAll,    // all that hold at that moment
};

class InternalFlags {
 public:
  // A completed workflow task of the history.
  void Observe(const api::sdk::v1::WorkflowTaskCompletedMetadata& metadata) {
    for (const std::uint32_t flag : metadata.core_used_flags()) {
      if (flag < 64) recorded_ |= std::uint64_t{1} << flag;
    }
    for (const std::uint32_t flag : metadata.lang_used_flags()) {
      if (flag < 64) language_ |= std::uint64_t{1} << flag;
    }
    if (!metadata.sdk_name().empty()) sdk_name_ = metadata.sdk_name();
    if (!metadata.sdk_version().empty()) sdk_version_ = metadata.sdk_version();
  }

  bool recorded(CoreFlag flag) const { return (recorded_ >> static_cast<std::uint32_t>(flag) & 1) != 0; }
  WaitTimers wait_timers() const {
    constexpr int kGoCancelsThem = 6, kJavaCancelsThem = 4;  // flags of those languages
    int flag = 0;
    if (sdk_name_ == "temporal-go") flag = kGoCancelsThem;
    if (sdk_name_ == "temporal-java") flag = kJavaCancelsThem;
    if (flag != 0) return (language_ >> flag & 1) != 0 ? WaitTimers::kCancelled : WaitTimers::kLeftRunning;
    return sdk_name_.empty() ? WaitTimers::kUnknown : WaitTimers::kCancelled;
  }
  JobBatches job_batches() const {
    const bool together = (language_ >> kSingleBatch & 1) != 0 || !sweeps_all_conditions();
    return together ? JobBatches::kTogether : JobBatches::kByClass;
  }
  ConditionSweeps condition_sweeps() const {
    return sweeps_all_conditions() ? ConditionSweeps::kAll : ConditionSweeps::kFirst;
  }
  // Who wrote the history so far; empty if nobody told.
  const std::string& sdk_name() const { return sdk_name_; }

  // What is new with a task that is completed now.
  void Fill(api::sdk::v1::WorkflowTaskCompletedMetadata& metadata) const {
    for (const CoreFlag flag :
         {CoreFlag::kIdAndTypeChecks, CoreFlag::kUpsertSearchAttributeOnPatch, CoreFlag::kMoveTerminalCommands}) {
      if (!recorded(flag)) metadata.add_core_used_flags(static_cast<std::uint32_t>(flag));
    }
    if (sdk_name_ != kSdkName) metadata.set_sdk_name(kSdkName);
    if (sdk_version_ != kSdkVersion) metadata.set_sdk_version(kSdkVersion);
  }

 private:
  // Of Python, TypeScript and .NET alike: jobs are told in a single batch.
  static constexpr int kSingleBatch = 2;

  bool sweeps_all_conditions() const { return sdk_name_ == "temporal-python" || sdk_name_ == "temporal-typescript"; }

  std::uint64_t recorded_ = 0;  // core's
  std::uint64_t language_ = 0;  // those of the SDK on top of core, or of one that has no core
  std::string sdk_name_, sdk_version_;
};

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_ENGINE_INTERNAL_FLAGS_H_
