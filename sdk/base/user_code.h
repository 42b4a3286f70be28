// Told whenever workflow code of the user begins and ends to run: what guards and watchdogs hang on.
#ifndef TEMPORAL_SDK_BASE_USER_CODE_H_
#define TEMPORAL_SDK_BASE_USER_CODE_H_

#include <atomic>
#include <source_location>
#include <string>

namespace temporal::internal {

// Whose code runs, and where it was suspended before (line 0: it has just begun). Borrows from the run.
struct UserCode {
  const std::string* run = nullptr;  // "ProcessOrder o-2"
  const std::atomic<std::source_location>* resumed_at = nullptr;
};

// Called on the thread that runs the workflow; never nested.
class UserCodeObserver {
 public:
  // What `code` borrows stays until LeaveUserCode.
  virtual void EnterUserCode(const UserCode& code) = 0;
  virtual void LeaveUserCode() = 0;

 protected:
  ~UserCodeObserver() = default;
};

// Tells an observer, which may be null, for the length of a block.
class UserCodeScope {
 public:
  UserCodeScope(UserCodeObserver* observer, const UserCode& code) : observer_(observer) {
    if (observer_ != nullptr) observer_->EnterUserCode(code);
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
