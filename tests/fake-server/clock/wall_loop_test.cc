// The loop on the wall clock: what wakes it, what stops it. Deadlines here are milliseconds and only bounded below.
#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>

#include "fake-server/clock/event_loop.h"
#include "gtest/gtest.h"

namespace temporal::server {
namespace {

using internal::TimePoint;
using internal::TimerKind;
using std::chrono::milliseconds;

TEST(WallLoopTest, Stop_FromAnotherThreadEndsRun) {
  WallLoop loop;
  std::thread stopper([&] { loop.Stop(); });
  loop.Run();
  stopper.join();
}

TEST(WallLoopTest, PostFromAnotherThread_WakesTheLoop) {
  WallLoop loop;
  const auto loop_thread = std::this_thread::get_id();
  std::thread::id ran_on;
  std::thread poster([&] {
    loop.Post([&] {
      ran_on = std::this_thread::get_id();
      loop.Stop();
    });
  });
  loop.Run();
  poster.join();
  EXPECT_EQ(ran_on, loop_thread);
}

TEST(WallLoopTest, TimersOfBothKinds_FireInOrderAndNotEarly) {
  WallLoop loop;
  std::string order;
  const TimePoint start = loop.Now();
  TimePoint last;
  loop.PostAt(start + milliseconds(20), TimerKind::kHistory, [&] {
    order += 'b';
    last = loop.Now();
    loop.Stop();
  });
  loop.PostAt(start + milliseconds(10), TimerKind::kIdle, [&] { order += 'a'; });
  loop.Run();
  EXPECT_EQ(order, "ab");
  EXPECT_GE(last - start, milliseconds(20));
}

TEST(WallLoopTest, TasksThatPostThemselvesForEver_DoNotStarveTimers) {
  WallLoop loop;
  bool fired = false;
  const std::function<void()> busy = [&] {
    if (!fired) loop.Post(busy);
  };
  busy();
  loop.PostAt(loop.Now() + milliseconds(5), TimerKind::kHistory, [&] {
    fired = true;
    loop.Stop();
  });
  loop.Run();
  EXPECT_TRUE(fired);
}

TEST(WallLoopTest, TimersThatSetThemselvesForEver_DoNotStarveTasks) {
  WallLoop loop;
  const std::function<void()> again = [&] { loop.PostAt(loop.Now(), TimerKind::kHistory, again); };
  loop.Post([&] {
    again();
    again();
    loop.Post([&] { loop.Post([&] { loop.Stop(); }); });
  });
  loop.Run();
}

TEST(WallLoopTest, ExceptionOfATask_LeavesByRun) {
  WallLoop loop;
  loop.Post([] { throw std::runtime_error("boom"); });
  EXPECT_THROW(loop.Run(), std::runtime_error);
}

}  // namespace
}  // namespace temporal::server
