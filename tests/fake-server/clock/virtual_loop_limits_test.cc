// What ends a call of the loop early, and what ends the loop: budgets, exceptions, guards, destruction.
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fake-server/clock/virtual_loop_fixture.h"

namespace temporal::server {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using testing::ElementsAre;

// Budgets.

TEST_F(VirtualLoopTest, ProgressForEver_MeetsTheBudgetOfTime) {
  UseOptions({.max_time = hours(10)});
  int fired = 0;
  const std::function<void()> again = [&] {
    ++fired;
    loop_->PostAt(loop_->Now() + hours(3), TimerKind::kHistory, again);
  };
  again();
  EXPECT_EQ(WaitInVain(), BlockResult::kBudget);
  EXPECT_EQ(fired, 4);
  EXPECT_EQ(Elapsed(), hours(9));
  // Each call from outside has a budget of its own.
  EXPECT_EQ(WaitInVain(), BlockResult::kBudget);
  EXPECT_EQ(Elapsed(), hours(18));
}

TEST_F(VirtualLoopTest, TasksForEver_MeetTheBudgetOfTasks) {
  UseOptions({.max_tasks = 100});
  const std::function<void()> again = [&] { loop_->Post(again); };
  again();
  EXPECT_EQ(WaitInVain(), BlockResult::kBudget);
  EXPECT_EQ(loop_->tasks_run(), 100u);
  EXPECT_EQ(loop_->RunUntilIdle(), BlockResult::kBudget);
  EXPECT_EQ(loop_->tasks_run(), 200u);
}

TEST_F(VirtualLoopTest, NestedPump_SharesTheBudgetOfTheOutermost) {
  UseOptions({.max_tasks = 50});
  const std::function<void()> again = [&] { loop_->Post(again); };
  BlockResult inner = BlockResult::kDone;
  loop_->Post([&] {
    again();
    inner = WaitInVain();
  });
  EXPECT_EQ(WaitInVain(), BlockResult::kBudget);
  EXPECT_EQ(inner, BlockResult::kBudget);
  EXPECT_EQ(loop_->tasks_run(), 50u);
}

// Exceptions.

TEST_F(VirtualLoopTest, ExceptionOfATask_LeavesByTheBlockingCallAndTheRestStays) {
  loop_->Post([] { throw std::runtime_error("boom"); });
  PostLog("next");
  try {
    WaitInVain();
    ADD_FAILURE() << "nothing was thrown";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "boom");
  }
  EXPECT_THAT(log_, ElementsAre());
  EXPECT_EQ(WaitInVain(), BlockResult::kStalled);
  EXPECT_THAT(log_, ElementsAre("0s next"));
}

TEST_F(VirtualLoopTest, ExceptionUnderANestedPump_LeavesByTheOutermostCall) {
  loop_->Post([&] {
    EXPECT_EQ(WaitInVain(), BlockResult::kStalled);
    Log("inner returned");
    throw std::logic_error("of the one that waited");
  });
  loop_->Post([] { throw std::runtime_error("the cause"); });
  try {
    WaitInVain();
    ADD_FAILURE() << "nothing was thrown";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "the cause");
  }
  EXPECT_THAT(log_, ElementsAre("0s inner returned"));
}

TEST_F(VirtualLoopTest, ExceptionDuringRunUntil_ForgetsItsAlarm) {
  loop_->PostAt(start_ + seconds(1), TimerKind::kHistory, [] { throw std::runtime_error("boom"); });
  EXPECT_THROW(loop_->RunUntil(start_ + seconds(2)), std::runtime_error);
  EXPECT_EQ(WaitInVain(), BlockResult::kStalled);
  EXPECT_EQ(Elapsed(), seconds(1));
}

TEST_F(VirtualLoopTest, ExceptionOfThePredicate_LeavesTheLoopUsable) {
  EXPECT_THROW(loop_->BlockUntil([]() -> bool { throw std::runtime_error("boom"); }, Skip::kAllowed),
               std::runtime_error);
  loop_->Post([] { throw std::logic_error("next"); });
  EXPECT_THROW(WaitInVain(), std::logic_error);
}

// Hooks of the owner.

TEST_F(VirtualLoopTest, JumpGuardThatRefuses_StallsCallsButNotRunUntil) {
  bool allowed = false;
  loop_->SetJumpGuard([&allowed] { return allowed; });
  After(seconds(1), TimerKind::kHistory, "timer");
  EXPECT_EQ(WaitInVain(), BlockResult::kStalled);
  EXPECT_EQ(Elapsed(), seconds(0));
  EXPECT_EQ(loop_->RunUntil(start_ + seconds(1)), BlockResult::kDone);
  EXPECT_THAT(log_, ElementsAre("1s timer"));

  allowed = true;
  After(seconds(1), TimerKind::kHistory, "allowed");
  EXPECT_EQ(WaitInVain(), BlockResult::kStalled);
  EXPECT_THAT(log_, ElementsAre("1s timer", "2s allowed"));
}

TEST_F(VirtualLoopTest, AfterTaskHook_RunsAfterEachTaskAndTimer) {
  loop_->SetAfterTask([this] { Log("hook"); });
  PostLog("task");
  After(seconds(1), TimerKind::kHistory, "timer");
  EXPECT_EQ(WaitInVain(), BlockResult::kStalled);
  EXPECT_THAT(log_, ElementsAre("0s task", "0s hook", "1s timer", "1s hook"));
}

TEST_F(VirtualLoopTest, DropPending_DestroysAlsoWhatTheDestructionPosts) {
  auto held = std::make_shared<int>(0);
  // Posts once more when it is destroyed.
  struct Poster {
    ~Poster() {
      loop->Post([held = held] { ++*held; });
    }
    VirtualLoop* loop;
    std::shared_ptr<int> held;
  };
  loop_->PostAt(start_ + seconds(1), TimerKind::kHistory,
                [poster = std::shared_ptr<Poster>(new Poster{loop_.get(), held})] {});
  loop_->Post([held] { ++*held; });
  loop_->DropPending();
  EXPECT_EQ(held.use_count(), 1);
  EXPECT_EQ(loop_->RunUntilIdle(), BlockResult::kDone);
  EXPECT_EQ(*held, 0);
}

// Other threads.

TEST_F(VirtualLoopTest, PostsFromOtherThreads_AllRunInTheOrderOfTheirThread) {
  constexpr int kThreads = 4, kPosts = 250;
  std::vector<std::vector<int>> got(kThreads);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kPosts; ++i) {
        loop_->Post([&got, t, i] { got[static_cast<std::size_t>(t)].push_back(i); });
      }
    });
  }
  for (auto& thread : threads) thread.join();
  loop_->RunUntilIdle();
  for (const auto& one : got) {
    ASSERT_EQ(one.size(), static_cast<std::size_t>(kPosts));
    EXPECT_TRUE(std::is_sorted(one.begin(), one.end()));
  }
}

TEST_F(VirtualLoopTest, PendingTasks_AreDestroyedUnrunWithTheLoop) {
  auto held = std::make_shared<int>(0);
  loop_->Post([held] { ++*held; });
  loop_->PostAt(start_ + seconds(1), TimerKind::kIdle, [held] { ++*held; });
  EXPECT_EQ(held.use_count(), 3);
  loop_.reset();
  EXPECT_EQ(held.use_count(), 1);
  EXPECT_EQ(*held, 0);
}

}  // namespace
}  // namespace temporal::server
