// What the engine of runs and its parts work with. One for each server.
#ifndef TEMPORAL_FAKE_SERVER_HISTORY_HISTORY_CONTEXT_H_
#define TEMPORAL_FAKE_SERVER_HISTORY_HISTORY_CONTEXT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/functional/any_invocable.h"
#include "fake-server/history/namespace.h"
#include "fake-server/visibility/search_attributes.h"
#include "sdk/base/random.h"
#include "sdk/base/scheduler.h"
#include "temporal/fake_server.h"

namespace temporal::server {

class Matching;
class MutableState;

struct HistoryContext {
  internal::Scheduler& scheduler;
  internal::Random& random;  // of all ids and of jitter
  const DynamicConfig& config;
  Matching& matching;
  const SearchAttributeRegistry& search_attributes;
  // A namespace by its name; null if there is none.
  absl::AnyInvocable<const Namespace*(std::string_view) const> find_namespace;

  // Takes a new run in, as the current one of its workflow id. Set by the engine.
  absl::AnyInvocable<void(std::shared_ptr<MutableState>)> add_run{};
  // A run; with an empty run id the current one of the workflow id. Null if there is none. Set by the engine.
  absl::AnyInvocable<std::shared_ptr<MutableState>(const Namespace&, const std::string& workflow_id,
                                                   const std::string& run_id) const>
      find_run{};
  // Runs a transaction that follows from the one under way, after it and in the order of these calls. Not at all if the
  // server ends before. Set by the engine.
  absl::AnyInvocable<void(internal::Closure)> follow_up{};

  std::int64_t next_task_id = 1;
  std::uint64_t next_stamp = 1;
};

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_HISTORY_HISTORY_CONTEXT_H_
