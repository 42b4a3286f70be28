// The queries that wait for the workflow task of one run: attached to the next one that is started, resolved by its
// completion. What the workflow task lifecycle calls and what QueryWorkflow needs. Loop-confined.
#ifndef TEMPORAL_FAKE_SERVER_HISTORY_QUERY_REGISTRY_H_
#define TEMPORAL_FAKE_SERVER_HISTORY_QUERY_REGISTRY_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "temporal/api/common/v1/message.pb.h"
#include "temporal/api/query/v1/message.pb.h"

namespace temporal::server {

class QueryRegistry {
 public:
  using Results = google::protobuf::Map<std::string, api::query::v1::WorkflowQueryResult>;
  using Attached = google::protobuf::Map<std::string, api::query::v1::WorkflowQuery>;

  // How a query leaves the registry.
  struct Outcome {
    enum class Kind {
      kResult,     // the worker answered; `result` says what
      kUnblocked,  // no workflow task will take it: ask a worker directly
      kCleared,    // the workflow task failed and took it along
    };
    Kind kind = Kind::kCleared;
    api::query::v1::WorkflowQueryResult result{};
  };
  using Waiter = absl::AnyInvocable<void(Outcome)>;

  bool empty() const { return queries_.empty(); }
  std::size_t size() const { return queries_.size(); }

  // `id` must be new. The waiter is called once, inside one of the calls below, unless it is removed before.
  void Add(std::string id, api::query::v1::WorkflowQuery query, Waiter waiter) {
    queries_.emplace(std::move(id), Entry{std::move(query), std::move(waiter)});
  }
  void Remove(const std::string& id) { queries_.erase(id); }

  // A workflow task starts: what it carries.
  void AttachTo(Attached& queries) const {
    for (const auto& [id, entry] : queries_) queries[id] = entry.query;
  }

  // A workflow task has completed. Without another one pending, those that have no result are unblocked.
  void Complete(const Results& results, bool another_task_pending) {
    std::vector<std::pair<Waiter, Outcome>> gone;
    for (auto at = queries_.begin(); at != queries_.end();) {
      const auto found = results.find(at->first);
      const bool answered = found != results.end();
      if (!answered && another_task_pending) {
        ++at;
        continue;
      }
      Outcome outcome;
      outcome.kind = answered ? Outcome::Kind::kResult : Outcome::Kind::kUnblocked;
      if (answered) outcome.result = found->second;
      gone.emplace_back(std::move(at->second.waiter), std::move(outcome));
      at = queries_.erase(at);
    }
    for (auto& [waiter, outcome] : gone) waiter(std::move(outcome));
  }

  // The state of the run was thrown away with a failed completion.
  void Clear() {
    auto gone = std::exchange(queries_, {});
    for (auto& [id, entry] : gone) entry.waiter(Outcome{});
  }

 private:
  struct Entry {
    api::query::v1::WorkflowQuery query;
    Waiter waiter;
  };
  absl::btree_map<std::string, Entry> queries_;  // ids are random: the order is that of the ids
};

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_HISTORY_QUERY_REGISTRY_H_
