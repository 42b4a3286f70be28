// The threaded loop: order, timers, waiting from outside and from within, exceptions, destruction. Waits only for what
// it has itself set off, and never for an amount of time.
#include "sdk/worker/threaded_loop.h"

#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace temporal::internal {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

TEST(ThreadedLoopTest, PostedTasks_RunInOrderOnTheLoopsThread) {
  std::vector<int> ran;
  bool all_on_loop = true;
  ThreadedLoop loop;
  for (int i = 0; i < 100; ++i) {
    loop.Post([&, i] {
      ran.push_back(i);
      all_on_loop = all_on_loop && loop.OnLoopThread();
    });
  }
  EXPECT_EQ(loop.BlockUntil([&] { return ran.size() == 100; }, Skip::kAllowed), BlockResult::kDone);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(ran[i], i);
  EXPECT_TRUE(all_on_loop);
  EXPECT_FALSE(loop.OnLoopThread());
}

TEST(ThreadedLoopTest, Timers_RunByTimeThenByOrderOfPosting_AndNotWhenCancelled) {
  std::string ran;
  ThreadedLoop loop;
  loop.Post([&] {
    const TimePoint now = loop.Now();
    loop.PostAt(now + milliseconds(3), TimerKind::kHistory, [&] { ran += 'c'; });
    loop.PostAt(now + milliseconds(1), TimerKind::kIdle, [&] { ran += 'a'; });
    loop.PostAt(now + milliseconds(1), TimerKind::kHistory, [&] { ran += 'b'; });
    const TimerId cancelled = loop.PostAt(now + milliseconds(2), TimerKind::kHistory, [&] { ran += 'x'; });
    loop.Cancel(cancelled);
    loop.Cancel(cancelled);
    loop.Cancel(0);
  });
  loop.BlockUntil([&] { return ran.find('c') != std::string::npos; }, Skip::kAllowed);
  EXPECT_EQ(ran, "abc");
}

TEST(ThreadedLoopTest, TimerInThePast_RunsButNotInsideTheCall) {
  std::string ran;
  ThreadedLoop loop;
  loop.Post([&] {
    loop.PostAt(loop.Now() - hours(1), TimerKind::kHistory, [&] { ran += "timer"; });
    ran += "task ";
  });
  loop.BlockUntil([&] { return ran.size() > 5; }, Skip::kForbidden);
  EXPECT_EQ(ran, "task timer");
}

TEST(ThreadedLoopTest, BlockUntilOnTheLoop_RunsOtherTasksMeanwhile) {
  std::string ran;
  ThreadedLoop loop;
  loop.Post([&] {
    bool inner = false;
    loop.Post([&] {
      ran += "inner ";
      inner = true;
    });
    loop.BlockUntil([&] { return inner; }, Skip::kAllowed);
    ran += "outer";
  });
  loop.BlockUntil([&] { return ran.ends_with("outer"); }, Skip::kAllowed);
  EXPECT_EQ(ran, "inner outer");
}

TEST(ThreadedLoopTest, AnotherThreadsWait_EndsWhileTheLoopPumpsNested) {
  bool released = false;
  bool seen = false;
  ThreadedLoop loop;
  loop.Post([&] { loop.BlockUntil([&] { return released; }, Skip::kAllowed); });
  loop.Post([&] { seen = true; });
  EXPECT_EQ(loop.BlockUntil([&] { return seen; }, Skip::kAllowed), BlockResult::kDone);
  loop.Post([&] { released = true; });
  EXPECT_EQ(loop.BlockUntil([&] { return released; }, Skip::kAllowed), BlockResult::kDone);
}

TEST(ThreadedLoopTest, ExceptionOfATask_LeavesByTheOutermostWait) {
  bool inner_returned = false;
  ThreadedLoop loop;
  loop.Post([&] {
    loop.Post([] { throw std::runtime_error("from a task"); });
    loop.BlockUntil([] { return false; }, Skip::kAllowed);
    inner_returned = true;
  });
  try {
    loop.BlockUntil([] { return false; }, Skip::kAllowed);
    ADD_FAILURE() << "nothing was thrown";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "from a task");
  }
  EXPECT_FALSE(inner_returned);
  bool goes_on = false;
  loop.Post([&] { goes_on = true; });
  EXPECT_EQ(loop.BlockUntil([&] { return goes_on; }, Skip::kAllowed), BlockResult::kDone);
}

TEST(ThreadedLoopTest, ExceptionWhileNobodyWaits_IsKeptForTheNextWait) {
  std::promise<void> after;
  ThreadedLoop loop;
  loop.Post([] { throw std::runtime_error("early"); });
  loop.Post([&] { after.set_value(); });
  after.get_future().wait();
  EXPECT_THROW(loop.BlockUntil([] { return true; }, Skip::kAllowed), std::runtime_error);
  EXPECT_EQ(loop.BlockUntil([] { return true; }, Skip::kAllowed), BlockResult::kDone);
}

TEST(ThreadedLoopTest, ExceptionOfThePredicate_ReachesTheThreadThatAsked) {
  ThreadedLoop loop;
  EXPECT_THROW(loop.BlockUntil([]() -> bool { throw std::logic_error("predicate"); }, Skip::kAllowed),
               std::logic_error);
}

TEST(ThreadedLoopTest, Destroyed_NothingRunsAnyMoreAndTasksAreFreed) {
  auto owned = std::make_shared<int>(1);
  bool ran = false;
  {
    ThreadedLoop loop;
    loop.Post([&, owned] { loop.PostAt(loop.Now() + hours(24), TimerKind::kHistory, [&, owned] { ran = true; }); });
    loop.BlockUntil([&] { return owned.use_count() == 2; }, Skip::kAllowed);
  }
  EXPECT_FALSE(ran);
  EXPECT_EQ(owned.use_count(), 1);
}

}  // namespace
}  // namespace temporal::internal
