// Waits on the loop for the end of a chain of runs: long polls for the close event, sent again until there is one, and
// on to the next run after continue-as-new, retry and cron.
#ifndef TEMPORAL_SDK_CLIENT_RESULT_WAITER_H_
#define TEMPORAL_SDK_CLIENT_RESULT_WAITER_H_

#include <exception>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "sdk/client/client_core.h"
#include "temporal/api/history/v1/message.pb.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"
#include "temporal/payload.h"

namespace temporal::internal {

// What one event says about the end of a chain.
struct ChainEnd {
  bool closed = false;        // false: the event closes nothing
  std::string next_run_id{};  // not empty: another run goes on, and nothing below is set
  Payloads result{};
  std::exception_ptr failure{};  // a WorkflowFailedError, unless it completed
};
ChainEnd ReadChainEnd(const api::history::v1::HistoryEvent& event);

// Loop-confined; kept alive by the call under way. One Start.
class ResultWaiter : public std::enable_shared_from_this<ResultWaiter> {
 public:
  ResultWaiter(ClientCore& core, std::string workflow_id, std::string run_id);

  // `core` must live until done() or Cancel().
  void Start() { Poll(); }
  void Cancel();

  bool done() const { return done_; }
  // Once done. Throws WorkflowFailedError, or what the service's error becomes.
  Payloads Take();

 private:
  void Poll();
  void Answered(absl::StatusOr<std::unique_ptr<api::workflowservice::v1::GetWorkflowExecutionHistoryResponse>> got);
  void Saw(const api::history::v1::HistoryEvent& event);

  ClientCore& core_;
  const std::string workflow_id_;
  std::string run_id_;
  std::string page_token_;
  std::shared_ptr<CallCancel> cancel_ = std::make_shared<CallCancel>();
  bool done_ = false;
  absl::Status error_;
  ChainEnd end_;
};

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_CLIENT_RESULT_WAITER_H_
