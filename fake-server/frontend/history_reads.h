// Reading the history of a run: page by page, waiting for what comes next, or for its end.
#ifndef TEMPORAL_FAKE_SERVER_FRONTEND_HISTORY_READS_H_
#define TEMPORAL_FAKE_SERVER_FRONTEND_HISTORY_READS_H_

#include <cstdint>
#include <map>
#include <memory>

#include "fake-server/clock/call_context.h"
#include "fake-server/history/workflow_engine.h"
#include "temporal/fake_server.h"

namespace temporal::server {

// Loop-confined. Calls that wait at destruction are never answered.
class HistoryReads {
 public:
  // All must outlive this.
  HistoryReads(internal::Scheduler& scheduler, const DynamicConfig& config, const WorkflowEngine& engine);
  ~HistoryReads();

  void Get(const Namespace& name_space, const wf::GetWorkflowExecutionHistoryRequest& request,
           const CallContext& context, Reply<wf::GetWorkflowExecutionHistoryResponse> reply);

  absl::StatusOr<wf::GetWorkflowExecutionHistoryReverseResponse> GetReverse(
      const Namespace& name_space, const wf::GetWorkflowExecutionHistoryReverseRequest& request) const;

 private:
  class Read;

  internal::Scheduler& scheduler_;
  const DynamicConfig& config_;
  const WorkflowEngine& engine_;
  std::uint64_t next_id_ = 1;
  std::map<std::uint64_t, std::shared_ptr<Read>> waiting_;
};

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_FRONTEND_HISTORY_READS_H_
