// Replays a whole history against the code of today: the engine behind the public replayer and the checks at a test's
// end.
#ifndef TEMPORAL_SDK_ENGINE_REPLAY_H_
#define TEMPORAL_SDK_ENGINE_REPLAY_H_

#include <cstdint>
#include <optional>
#include <string>

#include "sdk/converter/history_data.h"
#include "sdk/engine/workflow_run.h"
#include "temporal/payload.h"

namespace temporal::internal {

// How the history reaches the engine: each must give the same commands.
enum class ReplayMode {
  kFull,         // as one task
  kIncremental,  // one logical workflow task at a time to one cached run
  kEvicted,      // one at a time, each to a new run that gets everything from the first event
};

struct ReplayMismatch {
  std::string message;              // complete: event id, expected, found, the workflow's line
  std::int64_t event_id = 0;        // zero if it is not about one event
  bool nondeterminism = true;       // else: the history is malformed, the code threw, the type is unknown …
  std::string expected{}, found{};  // if they disagree: the history's event, and what the code does, with its line
};

struct ReplayReport {
  enum class State { kRunning, kCompleted, kFailed, kCanceled, kContinuedAsNew, kClosedByServer };
  State state = State::kRunning;  // at the end of the history
  Payloads result;                // if completed
  std::string failure;            // described, if failed
  std::optional<ReplayMismatch> mismatch;
  std::int64_t events = 0;  // that were applied
};

// Never throws for what is wrong with code or history: that is a mismatch.
ReplayReport Replay(const WorkflowRunOptions& options, const HistoryData& history, ReplayMode mode = ReplayMode::kFull);

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_ENGINE_REPLAY_H_
