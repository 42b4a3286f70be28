// The updates of one run that are not completed: admitted by a call, sent to a worker with a workflow task, accepted or
// rejected, completed. Those that are completed stand in the history, those that were rejected nowhere.
//
// What a worker answers is provisional until Commit: a completion that fails takes it back (update_commands.cc).
// Callers wait on an Update, which outlives its place here. Loop-confined.
#ifndef TEMPORAL_FAKE_SERVER_HISTORY_UPDATE_REGISTRY_H_
#define TEMPORAL_FAKE_SERVER_HISTORY_UPDATE_REGISTRY_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/status/statusor.h"
#include "fake-server/history/event_store.h"
#include "sdk/base/scheduler.h"
#include "temporal/api/enums/v1/update.pb.h"
#include "temporal/api/protocol/v1/message.pb.h"
#include "temporal/api/update/v1/message.pb.h"

namespace temporal::server {

struct DynamicConfig;

class Update {
 public:
  using Request = api::update::v1::Request;
  using Outcome = api::update::v1::Outcome;
  using Stage = api::enums::v1::UpdateWorkflowExecutionLifecycleStage;

  enum class State : std::uint8_t {
    kAdmitted,
    kSent,
    kProvisionallyAccepted,
    kAccepted,
    kProvisionallyCompleted,
    kCompleted,
    kAborted,  // before it was accepted: `error` says why; or after: it has an outcome
  };

  explicit Update(internal::Scheduler& scheduler) : scheduler_(scheduler) {}
  Update(const Update&) = delete;
  Update& operator=(const Update&) = delete;

  // "Sent"
  std::string_view StateName() const;
  bool Is(State a, State b) const { return state == a || state == b; }

  // Whether a caller who waits for this stage need wait no longer.
  bool Reached(Stage wait) const;
  // How far it has come. REQUIRES: not aborted with an error.
  Stage stage() const;

  // Calls back once, by posting, when it has come further. Answers a handle for Forget.
  std::uint64_t OnChange(internal::Closure changed);
  void Forget(std::uint64_t handle);
  void NotifyChanged();

  std::string id{};
  State state = State::kAdmitted;
  std::unique_ptr<Request> request{};  // until it is accepted
  std::int64_t accepted_event_id = 0;
  std::int64_t completed_event_id = 0;  // zero also for one that was rejected
  std::shared_ptr<const Outcome> outcome{};
  absl::Status error{};
  bool by_event = false;  // admitted by an event of its run, which was reset: no message brings it to a worker
  // The server has lost what it knew of those who wait: they are told how far it has come.
  bool waiters_dismissed = false;

 private:
  internal::Scheduler& scheduler_;
  std::vector<std::pair<std::uint64_t, internal::Closure>> waiters_{};
  std::uint64_t next_waiter_ = 1;
};

class UpdateRegistry {
 public:
  using UpdatePtr = std::shared_ptr<Update>;
  using Messages = google::protobuf::RepeatedPtrField<api::protocol::v1::Message>;

  enum class AbortReason : std::uint8_t {
    kClosed,      // the run has closed
    kContinuing,  // and another one follows
    kTaskFailed,  // the completion of a workflow task was not accepted
  };

  UpdateRegistry(internal::Scheduler& scheduler, const DynamicConfig& config)
      : scheduler_(scheduler), config_(config) {}

  // Null if the run does not know the id. `events` are the run's.
  UpdatePtr Find(std::string_view id, const EventStore& events) const;
  // REQUIRES: the id is not known. RESOURCE_EXHAUSTED or FAILED_PRECONDITION if there are too many.
  absl::StatusOr<UpdatePtr> Admit(const Update::Request& request);
  // Takes in an update that only the worker knows, as admitted; Remove undoes it.
  UpdatePtr Resurrect(const std::string& id, const Update::Request& request);
  void Remove(const UpdatePtr& update);
  // What the events of a history say.
  void AdmitByEvent(const Update::Request& request);
  void RestoreAccepted(const std::string& id, std::int64_t accepted_event_id);
  void RestoreCompleted(const std::string& id, std::int64_t completed_event_id);

  // Whether an update waits for a workflow task.
  bool HasOutgoing() const;
  // The requests that go along with the started workflow task, oldest first; those that were sent before and not
  // answered too, unless they are left out.
  void Send(bool include_already_sent, std::int64_t started_event_id, Messages& messages);
  // Provisionally rejects those that were sent and not answered. Answers those.
  std::vector<UpdatePtr> RejectUnprocessed();
  // Makes provisional states final.
  void Commit();
  void Abort(AbortReason reason);

  bool SuggestsContinueAsNew() const;
  // Those that are neither completed nor rejected, oldest first.
  const std::vector<UpdatePtr>& pending() const { return pending_; }

 private:
  absl::Status CheckLimits(const Update::Request& request) const;
  void AbortOne(Update& update, AbortReason reason);

  internal::Scheduler& scheduler_;
  const DynamicConfig& config_;
  std::vector<UpdatePtr> pending_;
  absl::btree_map<std::string, std::int64_t, std::less<>> completed_;  // with the event
};

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_HISTORY_UPDATE_REGISTRY_H_
