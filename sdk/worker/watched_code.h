// Workflow code of one worker under the eyes of the watchdog: what keeps the loop's thread for too long fails its task.
#ifndef TEMPORAL_SDK_WORKER_WATCHED_CODE_H_
#define TEMPORAL_SDK_WORKER_WATCHED_CODE_H_

#include <memory>
#include <optional>
#include <string>

#include "sdk/base/user_code.h"
#include "sdk/worker/watchdog.h"
#include "sdk/worker/worker_context.h"

namespace temporal::internal {

// "[TMPRL1101] Potential deadlock detected: workflow Pay p-1 didn't yield within 2 second(s). …", with the line.
std::string BlockReport(const UserCode& code, Duration limit);

// Stands before the host's observer. Loop-confined.
class WatchedCode final : public UserCodeObserver {
 public:
  explicit WatchedCode(std::shared_ptr<const WorkerContext> context);

  // The task that the code which runs from now on works at; one with an empty token is not failed.
  void BeginTask(std::string token);
  // Whether its code was found blocking: the task has been failed, if it is one to be failed.
  bool EndTask();

  void EnterUserCode(const UserCode& code) override;
  void LeaveUserCode() override;

 private:
  void Blocked(const UserCode& code);

  const std::shared_ptr<const WorkerContext> context_;
  UserCodeObserver* const next_;  // may be null
  std::string token_;             // read by the watchdog while code runs
  bool blocked_ = false;
  Watch watch_;
};

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_WORKER_WATCHED_CODE_H_
