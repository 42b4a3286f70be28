// Told whenever workflow code of the user begins and ends to run: what guards and watchdogs hang on.
#ifndef TEMPORAL_SDK_BASE_USER_CODE_H_
#define TEMPORAL_SDK_BASE_USER_CODE_H_

#include <string>

namespace temporal::internal {

// Called on the thread that runs the workflow; never nested.
class UserCodeObserver {
 public:
  // `run` says whose code it is ("ProcessOrder o-2"); borrowed for the call.
  virtual void EnterUserCode(const std::string& run) = 0;
  virtual void LeaveUserCode() = 0;

 protected:
  ~UserCodeObserver() = default;
};

// Tells an observer, which may be null, for the length of a block.
class UserCodeScope {
 public:
  UserCodeScope(UserCodeObserver* observer, const std::string& run) : observer_(observer) {
    if (observer_ != nullptr) observer_->EnterUserCode(run);
  }
  ~UserCodeScope() {
    if (observer_ != nullptr) observer_->LeaveUserCode();
  }
  UserCodeScope(const UserCodeScope&) = delete;
  UserCodeScope& operator=(const UserCodeScope&) = delete;

 private:
  UserCodeObserver* observer_;
};

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_BASE_USER_CODE_H_
