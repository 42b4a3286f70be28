// A virtual loop and a note of what ran on it when.
#ifndef TEMPORAL_TESTS_FAKE_SERVER_CLOCK_VIRTUAL_LOOP_FIXTURE_H_
#define TEMPORAL_TESTS_FAKE_SERVER_CLOCK_VIRTUAL_LOOP_FIXTURE_H_

#include <memory>
#include <string>
#include <vector>

#include "fake-server/clock/event_loop.h"
#include "gtest/gtest.h"
#include "sdk/base/history_printer.h"

namespace temporal::server {

using internal::BlockResult;
using internal::Duration;
using internal::Skip;
using internal::TimePoint;
using internal::TimerId;
using internal::TimerKind;

class VirtualLoopTest : public testing::Test {
 protected:
  // Notes that `name` ran, and when: "10s timer".
  void Log(const std::string& name) { log_.push_back(internal::PrintDuration(Elapsed()) + " " + name); }

  Duration Elapsed() const { return loop_->Now() - start_; }

  TimerId After(Duration delay, TimerKind kind, const std::string& name) {
    return loop_->PostAt(loop_->Now() + delay, kind, [this, name] { Log(name); });
  }
  void PostLog(const std::string& name) {
    loop_->Post([this, name] { Log(name); });
  }

  // Waits for something that never comes.
  BlockResult WaitInVain(Skip skip = Skip::kAllowed) {
    return loop_->BlockUntil([] { return false; }, skip);
  }
  BlockResult WaitFor(const bool& flag, Skip skip = Skip::kAllowed) {
    return loop_->BlockUntil([&flag] { return flag; }, skip);
  }

  void UseOptions(VirtualLoopOptions options) { loop_ = std::make_unique<VirtualLoop>(options); }

  std::unique_ptr<VirtualLoop> loop_ = std::make_unique<VirtualLoop>();
  const TimePoint start_ = loop_->Now();
  std::vector<std::string> log_;
};

}  // namespace temporal::server

#endif  // TEMPORAL_TESTS_FAKE_SERVER_CLOCK_VIRTUAL_LOOP_FIXTURE_H_
