// The order in which timers come out.
#include "fake-server/clock/timer_queue.h"

#include <memory>
#include <string>

#include "gtest/gtest.h"

namespace temporal::server {
namespace {

using internal::TimePoint;
using std::chrono::seconds;

class TimerQueueTest : public testing::Test {
 protected:
  void Add(internal::TimerId id, int at, char name) {
    queue_.Add(id, TimePoint(seconds(at)), [this, name] { ran_ += name; });
  }
  std::string Drain() {
    while (!queue_.empty()) queue_.Take(queue_.Next())();
    return ran_;
  }

  TimerQueue queue_;
  std::string ran_;
};

TEST_F(TimerQueueTest, Deadlines_ComeOutInOrder) {
  Add(1, 30, 'c');
  Add(2, 10, 'a');
  Add(3, 20, 'b');
  EXPECT_EQ(Drain(), "abc");
}

TEST_F(TimerQueueTest, EqualDeadlines_ComeOutInOrderOfInsertion) {
  Add(1, 10, 'a');
  Add(2, 10, 'b');
  Add(3, 10, 'c');
  EXPECT_EQ(Drain(), "abc");
}

TEST_F(TimerQueueTest, CancelledTimer_IsGoneAndTheOthersStay) {
  Add(1, 10, 'a');
  Add(2, 10, 'b');
  Add(3, 20, 'c');
  EXPECT_TRUE(queue_.Cancel(2));
  EXPECT_FALSE(queue_.Cancel(2));
  EXPECT_FALSE(queue_.Cancel(9));
  EXPECT_EQ(Drain(), "ac");
}

TEST_F(TimerQueueTest, NextBelow_SkipsTimersWithLaterIds) {
  Add(5, 30, 'a');
  Add(6, 10, 'b');
  EXPECT_EQ(queue_.NextBelow(6).id, 5u);
  EXPECT_EQ(queue_.NextBelow(7).id, 6u);
  EXPECT_EQ(queue_.NextBelow(5).id, 0u);
}

// Calls `at_end` when it goes.
struct AtEnd {
  explicit AtEnd(internal::Closure at_end) : at_end(std::move(at_end)) {}
  ~AtEnd() { at_end(); }
  internal::Closure at_end;
};

TEST_F(TimerQueueTest, ClosureThatCancelsAnotherWhenItGoes_LeavesTheQueueWhole) {
  auto held = std::make_unique<AtEnd>([this] { queue_.Cancel(2); });
  queue_.Add(1, TimePoint(seconds(1)), [held = std::move(held)] {});
  Add(2, 1, 'b');
  Add(3, 1, 'c');
  EXPECT_TRUE(queue_.Cancel(1));
  EXPECT_EQ(Drain(), "c");
}

}  // namespace
}  // namespace temporal::server
