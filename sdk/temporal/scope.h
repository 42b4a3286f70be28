// The tree of cancellation scopes under workflow::Context. Internal; the public face is workflow::CancellationScope.
#ifndef TEMPORAL_SCOPE_H_
#define TEMPORAL_SCOPE_H_

#include <string>

#include "temporal/coroutine.h"

namespace temporal::internal {

// Something that a cancelled scope stops: an activity, a timer, a wait, a scope below. Told at most once.
class Cancellable : public ListNode {
 public:
  virtual void OnCancel(const std::string& reason) = 0;

 protected:
  ~Cancellable() = default;
};

// Loop-confined. Members are told in the order in which they joined. A member leaves by unlinking itself.
class Scope final : public Cancellable {
 public:
  // A scope without a parent is detached: nobody cancels it from above.
  explicit Scope(Scope* parent) {
    if (parent == nullptr) return;
    if (parent->cancelled_)
      OnCancel(parent->reason_);
    else
      parent->Add(*this);
  }

  bool cancelled() const { return cancelled_; }
  const std::string& reason() const { return reason_; }
  // Only for a scope that is not cancelled.
  void Add(Cancellable& member) { members_.PushBack(member); }

  void OnCancel(const std::string& reason) override {
    if (cancelled_) return;
    Unlink();
    cancelled_ = true;
    reason_ = reason;
    while (Cancellable* member = members_.PopFront()) member->OnCancel(reason_);
  }

 private:
  bool cancelled_ = false;
  std::string reason_;
  List<Cancellable> members_;
};

}  // namespace temporal::internal

#endif  // TEMPORAL_SCOPE_H_
