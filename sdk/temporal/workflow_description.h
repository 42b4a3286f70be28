// What a client is told about workflows: descriptions, lists and counts.
//
// Values, but for WorkflowList, which asks the client's server as it is gone through and follows the client's rules.
#ifndef TEMPORAL_WORKFLOW_DESCRIPTION_H_
#define TEMPORAL_WORKFLOW_DESCRIPTION_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "temporal/failure.h"
#include "temporal/options.h"
#include "temporal/payload.h"
#include "temporal/time.h"

namespace temporal {

namespace internal {
class ClientCore;  // sdk/client/client_core.h
}  // namespace internal

namespace client {

// temporal.api.enums.v1.WorkflowExecutionStatus, same numbers.
enum class WorkflowStatus {
  kUnspecified = 0,
  kRunning = 1,
  kCompleted = 2,
  kFailed = 3,
  kCanceled = 4,
  kTerminated = 5,
  kContinuedAsNew = 6,
  kTimedOut = 7,
  kPaused = 8
};
std::string_view ToString(WorkflowStatus status);  // "Running"

struct PendingActivity {
  std::string activity_id, activity_type, state;  // state: "Scheduled", "Started", "CancelRequested" …
  int attempt = 1;
  int maximum_attempts = 0;                     // 0: no limit
  std::shared_ptr<const Failure> last_failure;  // null before the first failed attempt
  Payloads heartbeat_details;
};

struct WorkflowDescription {
  std::string workflow_id, run_id, first_run_id, workflow_type, task_queue;
  WorkflowStatus status = WorkflowStatus::kUnspecified;
  TimePoint start_time{}, execution_time{};
  std::optional<TimePoint> close_time;
  std::int64_t history_length = 0, history_size_bytes = 0;
  std::map<std::string, Payload, std::less<>> memo;
  SearchAttributes search_attributes;
  std::string static_summary, static_details;
  std::string parent_workflow_id, parent_run_id;  // empty unless it is a child
  std::string root_workflow_id, root_run_id;      // itself, unless it is a child
  std::vector<PendingActivity> pending_activities;
};

// The workflows that a query finds, open ones first, then the last closed first. A range to be gone through once, which
// asks for one page after the other as the loop goes on; errors are thrown there. Of what it finds there is no first
// run id, no summary, no details and no pending activity; of open ones the length of the history is not known.
class WorkflowList {
 public:
  class Iterator {
   public:
    using value_type = WorkflowDescription;
    using difference_type = std::ptrdiff_t;
    explicit Iterator(WorkflowList* list) : list_(list) {}
    const WorkflowDescription& operator*() const { return list_->page_[list_->at_]; }
    const WorkflowDescription* operator->() const { return &**this; }
    Iterator& operator++() {
      list_->Advance();
      return *this;
    }
    void operator++(int) { list_->Advance(); }
    bool operator==(std::default_sentinel_t) const { return list_->ended(); }

   private:
    WorkflowList* list_;
  };

  WorkflowList(std::shared_ptr<internal::ClientCore> core, std::string_view query, const ListWorkflowsOptions& options)
      : core_(std::move(core)), query_(query), options_(options) {}
  Iterator begin() {
    if (!begun_) FetchPage();
    return Iterator(this);
  }
  std::default_sentinel_t end() const { return {}; }

 private:
  bool ended() const { return at_ == page_.size() || (options_.limit > 0 && passed_ == options_.limit); }
  void Advance();
  // The next one that is not empty, if there is one.
  void FetchPage();

  std::shared_ptr<internal::ClientCore> core_;
  std::string query_, token_;
  ListWorkflowsOptions options_;
  std::vector<WorkflowDescription> page_;
  std::size_t at_ = 0;       // in the page
  std::int64_t passed_ = 0;  // on this page and those before
  bool begun_ = false;
};

struct WorkflowCount {
  struct Group {
    Payloads values;  // of what the query groups by
    std::int64_t count = 0;
  };
  std::int64_t count = 0;
  std::vector<Group> groups;  // of a query with GROUP BY
};

}  // namespace client
}  // namespace temporal

#endif  // TEMPORAL_WORKFLOW_DESCRIPTION_H_
