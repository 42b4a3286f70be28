// Queues of tasks and of pollers; see matching.h.
#include "fake-server/matching/matching.h"

#include <algorithm>
#include <chrono>
#include <list>
#include <map>
#include <utility>

#include "temporal/api/workflowservice/v1/request_response.pb.h"
#include "temporal/fake_server.h"

namespace temporal::server {
namespace {

using internal::Duration;
using internal::TimePoint;

// A poll gets its empty answer so long before the caller's deadline or the end of the long poll.
constexpr Duration kEmptyAnswerBudget = std::chrono::seconds(1);
// How long a poller is remembered.
constexpr Duration kPollerHistory = std::chrono::minutes(5);

}  // namespace

template <class Kind>
class TaskQueues<Kind>::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(internal::Scheduler& scheduler, const DynamicConfig& config) : scheduler_(scheduler), config_(config) {}
  ~Impl() {
    for (auto& [key, queue] : queues_) {
      for (const Poller& poller : queue.pollers) scheduler_.Cancel(poller.expiry);
    }
  }

  MatchingTaskId Add(const QueueKey& key, Offer offer, bool counted) {
    Queue& queue = queues_[key];
    const MatchingTaskId id = next_id_++;
    queue.tasks.push_back({id, counted, std::move(offer)});
    if (!queue.pollers.empty()) {
      // Not just `key`, here and below: a captured reference to a constant is copied again whenever the closure moves.
      scheduler_.Post([weak = this->weak_from_this(), key = key] {
        if (const auto self = weak.lock()) self->Match(key);
      });
    }
    return id;
  }

  void Withdraw(const QueueKey& key, MatchingTaskId task) {
    const auto found = queues_.find(key);
    if (found == queues_.end()) return;
    found->second.tasks.remove_if([&](const Task& waiting) { return waiting.id == task; });
    DropIfUnused(found);
  }

  void Poll(const QueueKey& key, const Request& request, const CallContext& context, Reply<Response> reply) {
    const auto found = queues_.try_emplace(key).first;
    Saw(found->second, request.identity());
    const std::uint64_t id = next_id_++;
    found->second.pollers.push_back({id, std::make_unique<Request>(request), std::move(reply), 0});
    Match(key);
    const auto parked = FindPoller(key, id);
    if (parked == nullptr) return;
    parked->expiry = scheduler_.PostAt(Expiry(context), internal::TimerKind::kIdle,
                                       [this, key = key, id] { EndPoll(key, id, /*answer=*/true); });
    if (context.cancel == nullptr) return;
    context.cancel->OnCancel([weak = this->weak_from_this(), key = key, id] {
      if (const auto self = weak.lock()) self->EndPoll(key, id, /*answer=*/false);
    });
  }

  bool HasRecentPoller(const QueueKey& key, Duration window) const {
    const auto found = queues_.find(key);
    if (found == queues_.end()) return false;
    const Queue& queue = found->second;
    if (!queue.pollers.empty()) return true;
    return std::any_of(queue.seen.begin(), queue.seen.end(),
                       [&](const auto& poller) { return scheduler_.Now() - poller.second <= window; });
  }

  std::vector<PollerInfo> Pollers(const QueueKey& key) const {
    std::vector<PollerInfo> pollers;
    const auto found = queues_.find(key);
    if (found == queues_.end()) return pollers;
    for (const auto& [identity, last_access] : found->second.seen) {
      if (scheduler_.Now() - last_access <= kPollerHistory) pollers.push_back({identity, last_access});
    }
    return pollers;
  }

  void EndPolls(const QueueKey& key, std::string_view worker_instance_key) {
    std::vector<std::uint64_t> ended;
    const auto found = queues_.find(key);
    if (found == queues_.end()) return;
    for (const Poller& poller : found->second.pollers) {
      if (poller.request->worker_instance_key() == worker_instance_key) ended.push_back(poller.id);
    }
    for (const std::uint64_t id : ended) EndPoll(key, id, /*answer=*/true);
  }

  void Kill(const QueueKey& key) {
    const auto found = queues_.find(key);
    if (found == queues_.end()) return;
    while (!found->second.pollers.empty()) EndPoll(key, found->second.pollers.front().id, /*answer=*/true);
    found->second.seen.clear();
    DropIfUnused(found);
  }

  std::vector<QueueInfo> Waiting() const {
    std::vector<QueueInfo> waiting;
    for (const auto& [key, queue] : queues_) {
      const auto tasks = std::count_if(queue.tasks.begin(), queue.tasks.end(), [](const Task& t) { return t.counted; });
      if (tasks == 0 && queue.pollers.empty()) continue;
      waiting.push_back({key, static_cast<int>(tasks), static_cast<int>(queue.pollers.size())});
    }
    return waiting;
  }

 private:
  struct Task {
    MatchingTaskId id;
    bool counted;
    Offer offer;
  };
  struct Poller {
    std::uint64_t id;
    std::unique_ptr<Request> request;
    Reply<Response> reply;
    internal::TimerId expiry;
  };
  struct Queue {
    std::list<Task> tasks;
    std::list<Poller> pollers;
    std::map<std::string, TimePoint> seen;  // identity → when it last came or went
  };
  using Queues = std::map<QueueKey, Queue>;

  void Saw(Queue& queue, const std::string& identity) {
    const TimePoint now = scheduler_.Now();
    std::erase_if(queue.seen, [&](const auto& poller) { return now - poller.second > kPollerHistory; });
    queue.seen[identity] = now;
  }

  TimePoint Expiry(const CallContext& context) const {
    return std::min(scheduler_.Now() + config_.matching_long_poll, context.deadline) - kEmptyAnswerBudget;
  }

  // Gives tasks to pollers while there are both. An offer may change these queues.
  void Match(const QueueKey& key) {
    for (;;) {
      const auto found = queues_.find(key);
      if (found == queues_.end()) return;
      Queue& queue = found->second;
      if (queue.tasks.empty() || queue.pollers.empty()) return DropIfUnused(found);
      Offer offer = std::move(queue.tasks.front().offer);
      queue.tasks.pop_front();
      Poller poller = std::move(queue.pollers.front());
      queue.pollers.pop_front();
      auto response = std::make_unique<Response>();
      if (offer(*poller.request, *response)) {
        scheduler_.Cancel(poller.expiry);
        Saw(queues_[key], poller.request->identity());
        poller.reply(std::move(response));
      } else {
        queues_[key].pollers.push_front(std::move(poller));
      }
    }
  }

  Poller* FindPoller(const QueueKey& key, std::uint64_t id) {
    const auto found = queues_.find(key);
    if (found == queues_.end()) return nullptr;
    auto& pollers = found->second.pollers;
    const auto poller = std::find_if(pollers.begin(), pollers.end(), [&](const Poller& p) { return p.id == id; });
    return poller == pollers.end() ? nullptr : &*poller;
  }

  void EndPoll(const QueueKey& key, std::uint64_t id, bool answer) {
    const auto found = queues_.find(key);
    if (found == queues_.end()) return;
    auto& pollers = found->second.pollers;
    const auto at = std::find_if(pollers.begin(), pollers.end(), [&](const Poller& p) { return p.id == id; });
    if (at == pollers.end()) return;
    Poller poller = std::move(*at);
    pollers.erase(at);
    scheduler_.Cancel(poller.expiry);
    Saw(found->second, poller.request->identity());
    if (answer) poller.reply(std::make_unique<Response>());
  }

  void DropIfUnused(typename Queues::iterator queue) {
    if (queue->second.tasks.empty() && queue->second.pollers.empty() && queue->second.seen.empty())
      queues_.erase(queue);
  }

  internal::Scheduler& scheduler_;
  const DynamicConfig& config_;
  Queues queues_;
  std::uint64_t next_id_ = 1;
};

template <class Kind>
TaskQueues<Kind>::TaskQueues(internal::Scheduler& scheduler, const DynamicConfig& config)
    : impl_(std::make_shared<Impl>(scheduler, config)) {}
template <class Kind>
TaskQueues<Kind>::~TaskQueues() = default;

template <class Kind>
MatchingTaskId TaskQueues<Kind>::Add(const QueueKey& key, Offer offer) {
  return impl_->Add(key, std::move(offer), /*counted=*/true);
}
template <class Kind>
MatchingTaskId TaskQueues<Kind>::AddQuery(const QueueKey& key, Offer offer) {
  return impl_->Add(key, std::move(offer), /*counted=*/false);
}
template <class Kind>
void TaskQueues<Kind>::Withdraw(const QueueKey& key, MatchingTaskId task) {
  impl_->Withdraw(key, task);
}
template <class Kind>
void TaskQueues<Kind>::Poll(const QueueKey& key, const Request& request, const CallContext& context,
                            Reply<Response> reply) {
  impl_->Poll(key, request, context, std::move(reply));
}
template <class Kind>
bool TaskQueues<Kind>::HasRecentPoller(const QueueKey& key, internal::Duration window) const {
  return impl_->HasRecentPoller(key, window);
}
template <class Kind>
std::vector<PollerInfo> TaskQueues<Kind>::Pollers(const QueueKey& key) const {
  return impl_->Pollers(key);
}
template <class Kind>
void TaskQueues<Kind>::EndPolls(const QueueKey& key, std::string_view worker_instance_key) {
  impl_->EndPolls(key, worker_instance_key);
}
template <class Kind>
void TaskQueues<Kind>::Kill(const QueueKey& key) {
  impl_->Kill(key);
}
template <class Kind>
std::vector<QueueInfo> TaskQueues<Kind>::Waiting() const {
  return impl_->Waiting();
}

template class TaskQueues<WorkflowTasks>;
template class TaskQueues<ActivityTasks>;
template class TaskQueues<NexusTasks>;

}  // namespace temporal::server
