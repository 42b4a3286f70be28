// Queries, from the call to the worker's answer: asked of a worker directly when the run has nothing to do, else
// attached to its workflow task. A direct query goes to the sticky queue first and, if nobody answers there in time, to
// the normal one.
#ifndef TEMPORAL_FAKE_SERVER_FRONTEND_QUERY_SERVICE_H_
#define TEMPORAL_FAKE_SERVER_FRONTEND_QUERY_SERVICE_H_

#include <map>
#include <memory>
#include <string>

#include "fake-server/clock/call_context.h"
#include "fake-server/history/query_registry.h"
#include "fake-server/history/workflow_engine.h"
#include "fake-server/matching/matching.h"
#include "sdk/base/random.h"
#include "temporal/fake_server.h"

namespace temporal::server {

// Loop-confined. Queries that are pending at destruction are never answered.
class QueryService {
 public:
  using QueryReply = Reply<wf::QueryWorkflowResponse>;

  // All must outlive this.
  QueryService(internal::Scheduler& scheduler, internal::Random& random, const DynamicConfig& config,
               Matching& matching, WorkflowEngine& engine);
  ~QueryService();

  void Query(const Namespace& name_space, const wf::QueryWorkflowRequest& request, const CallContext& context,
             QueryReply reply);

  // REQUIRES: the token is one.
  absl::StatusOr<wf::RespondQueryTaskCompletedResponse> RespondCompleted(
      const wf::RespondQueryTaskCompletedRequest& request);

 private:
  class Pending;

  internal::Scheduler& scheduler_;
  internal::Random& random_;
  const DynamicConfig& config_;
  Matching& matching_;
  WorkflowEngine& engine_;
  std::map<std::string, std::shared_ptr<Pending>> pending_;  // by id
  std::map<std::string, Pending*> dispatched_;               // by the id in the token of the task that asks it
};

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_FRONTEND_QUERY_SERVICE_H_
