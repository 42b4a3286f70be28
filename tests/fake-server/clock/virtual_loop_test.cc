// The rules of the loop, each with the exact times at which things run.
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "fake-server/clock/event_loop.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sdk/base/history_printer.h"

namespace temporal::server {
namespace {

using internal::BlockResult;
using internal::Duration;
using internal::Skip;
using internal::TimePoint;
using internal::TimerId;
using internal::TimerKind;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;

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

TEST_F(VirtualLoopTest, NewLoop_ShowsTheFixedEpoch) { EXPECT_EQ(loop_->Now(), TimePoint(seconds(1767225600))); }

TEST_F(VirtualLoopTest, ReadyTasks_RunInTheOrderPosted) {
  loop_->Post([this] {
    Log("a");
    PostLog("a's");
  });
  PostLog("b");
  EXPECT_EQ(loop_->RunUntilIdle(), BlockResult::kDone);
  EXPECT_THAT(log_, ElementsAre("0s a", "0s b", "0s a's"));
}

TEST_F(VirtualLoopTest, Post_NeverRunsInsideTheCall) {
  bool ran = false;
  loop_->Post([&] { ran = true; });
  EXPECT_FALSE(ran);
  loop_->PostAt(start_, TimerKind::kHistory, [&] { ran = true; });
  EXPECT_FALSE(ran);
}

TEST_F(VirtualLoopTest, NothingReady_ClockJumpsToTheNextDeadline) {
  After(hours(24), TimerKind::kHistory, "day");
  After(hours(1), TimerKind::kHistory, "hour");
  EXPECT_EQ(WaitInVain(), BlockResult::kStalled);
  EXPECT_THAT(log_, ElementsAre("1h hour", "24h day"));
}

TEST_F(VirtualLoopTest, TimersOfOneTime_RunInTheOrderPostedWhateverTheirKind) {
  After(seconds(5), TimerKind::kIdle, "1");
  After(seconds(5), TimerKind::kHistory, "2");
  After(seconds(5), TimerKind::kIdle, "3");
  After(seconds(5), TimerKind::kHistory, "4");
  EXPECT_EQ(WaitInVain(), BlockResult::kStalled);
  EXPECT_THAT(log_, ElementsAre("5s 1", "5s 2", "5s 3", "5s 4"));
}

TEST_F(VirtualLoopTest, WhatATimerBringsAbout_RunsBeforeTheNextTimerOfThatTime) {
  loop_->PostAt(start_ + seconds(1), TimerKind::kHistory, [this] {
    Log("first");
    loop_->Post([this] {
      Log("first's");
      PostLog("first's own");
    });
  });
  After(seconds(1), TimerKind::kHistory, "second");
  WaitInVain();
  EXPECT_THAT(log_, ElementsAre("1s first", "1s first's", "1s first's own", "1s second"));
}

TEST_F(VirtualLoopTest, ReadyTasks_RunBeforeTimersThatAreDue) {
  After(Duration(0), TimerKind::kHistory, "timer");
  PostLog("task");
  EXPECT_EQ(loop_->RunUntilIdle(), BlockResult::kDone);
  EXPECT_THAT(log_, ElementsAre("0s task", "0s timer"));
}

TEST_F(VirtualLoopTest, DeadlineInThePast_RunsAtOnceAndTheClockNeverGoesBack) {
  loop_->RunUntil(start_ + minutes(1));
  After(-seconds(30), TimerKind::kHistory, "late");
  EXPECT_EQ(loop_->RunUntilIdle(), BlockResult::kDone);
  EXPECT_THAT(log_, ElementsAre("1m late"));
}

TEST_F(VirtualLoopTest, CancelledTimer_NeitherRunsNorMovesTheClock) {
  const TimerId id = After(hours(1), TimerKind::kHistory, "cancelled");
  const TimerId idle = After(hours(1), TimerKind::kIdle, "cancelled too");
  EXPECT_NE(id, idle);
  loop_->Cancel(id);
  loop_->Cancel(idle);
  loop_->Cancel(id);
  loop_->Cancel(0);
  EXPECT_EQ(WaitInVain(), BlockResult::kStalled);
  EXPECT_THAT(log_, ElementsAre());
  EXPECT_EQ(Elapsed(), Duration(0));
}

TEST_F(VirtualLoopTest, TimerThatCancelsItsNeighbour_Wins) {
  TimerId second = 0;
  loop_->PostAt(start_ + seconds(1), TimerKind::kHistory, [&] { loop_->Cancel(second); });
  second = After(seconds(1), TimerKind::kHistory, "second");
  WaitInVain();
  EXPECT_THAT(log_, ElementsAre());
}

// Idle timers.

TEST_F(VirtualLoopTest, OnlyIdleTimers_StallAtOnce) {
  After(seconds(60), TimerKind::kIdle, "poll expires");
  EXPECT_EQ(WaitInVain(), BlockResult::kStalled);
  EXPECT_THAT(log_, ElementsAre());
  EXPECT_EQ(Elapsed(), Duration(0));
}

TEST_F(VirtualLoopTest, IdleTimersPendingWhenAJumpBegins_FireOnTheWayAtTheirOwnTimes) {
  After(seconds(60), TimerKind::kIdle, "poll expires");
  After(hours(24), TimerKind::kHistory, "timer");
  After(hours(1), TimerKind::kIdle, "deadline");
  After(hours(25), TimerKind::kIdle, "beyond");
  EXPECT_EQ(WaitInVain(), BlockResult::kStalled);
  EXPECT_THAT(log_, ElementsAre("1m poll expires", "1h deadline", "24h timer"));
}

TEST_F(VirtualLoopTest, PollThatIsSentAgain_FiresOnceAJumpHoweverLongTheJump) {
  int polls = 0;
  const std::function<void()> poll = [&] {
    ++polls;
    loop_->PostAt(loop_->Now() + seconds(60), TimerKind::kIdle, poll);
  };
  poll();
  After(hours(24 * 365), TimerKind::kHistory, "year");
  EXPECT_EQ(WaitInVain(), BlockResult::kStalled);
  EXPECT_THAT(log_, ElementsAre("8760h year"));
  EXPECT_LE(polls, 4);
}

TEST_F(VirtualLoopTest, IdleTimerSetDuringAJump_WaitsForItsEnd) {
  loop_->PostAt(start_ + seconds(60), TimerKind::kIdle, [this] {
    Log("old");
    After(seconds(60), TimerKind::kIdle, "new");
  });
  After(hours(1), TimerKind::kHistory, "target");
  WaitInVain();
  EXPECT_THAT(log_, ElementsAre("1m old", "1h new", "1h target"));
}

TEST_F(VirtualLoopTest, JumpCutShortByItsCaller_EndsThere) {
  bool gave_up = false;
  loop_->PostAt(start_ + seconds(10), TimerKind::kIdle, [&] { gave_up = true; });
  After(hours(1), TimerKind::kHistory, "target");
  EXPECT_EQ(WaitFor(gave_up), BlockResult::kDone);
  EXPECT_EQ(Elapsed(), seconds(10));
  After(seconds(10), TimerKind::kIdle, "idle of the next jump");
  WaitInVain();
  EXPECT_THAT(log_, ElementsAre("20s idle of the next jump", "1h target"));
}

TEST_F(VirtualLoopTest, IdleTimerThatSetsANearerHistoryTimer_ChangesTheTarget) {
  loop_->PostAt(start_ + seconds(10), TimerKind::kIdle, [this] { After(seconds(5), TimerKind::kHistory, "nearer"); });
  After(hours(1), TimerKind::kHistory, "target");
  WaitInVain();
  EXPECT_THAT(log_, ElementsAre("15s nearer", "1h target"));
}

// What callers may ask.

TEST_F(VirtualLoopTest, SkipForbidden_RunsWhatIsReadyAndStallsInsteadOfJumping) {
  PostLog("task");
  After(seconds(1), TimerKind::kHistory, "timer");
  EXPECT_EQ(WaitInVain(Skip::kForbidden), BlockResult::kStalled);
  EXPECT_THAT(log_, ElementsAre("0s task"));
  EXPECT_EQ(Elapsed(), Duration(0));
}

TEST_F(VirtualLoopTest, SkipLock_HoldsTheClockForAllCallersWhileItLives) {
  After(seconds(1), TimerKind::kHistory, "timer");
  {
    const VirtualLoop::SkipLock outer(*loop_);
    {
      const VirtualLoop::SkipLock inner(*loop_);
    }
    EXPECT_EQ(WaitInVain(), BlockResult::kStalled);
  }
  EXPECT_THAT(log_, ElementsAre());
  WaitInVain();
  EXPECT_THAT(log_, ElementsAre("1s timer"));
}

TEST_F(VirtualLoopTest, AnswerThatIsThere_StopsThePumpBeforeAnotherTask) {
  bool done = false;
  loop_->Post([&] { done = true; });
  PostLog("after");
  EXPECT_EQ(WaitFor(done), BlockResult::kDone);
  EXPECT_THAT(log_, ElementsAre());
  EXPECT_EQ(WaitFor(done), BlockResult::kDone);
  EXPECT_THAT(log_, ElementsAre());
}

TEST_F(VirtualLoopTest, NestedPump_StopsTheMomentItsOwnAnswerIsThere) {
  bool inner = false, outer = false;
  loop_->Post([&] {
    Log("waits");
    EXPECT_EQ(WaitFor(inner), BlockResult::kDone);
    Log("goes on");
  });
  loop_->Post([&] { outer = true; });  // the outer answer, while the inner caller still waits
  loop_->PostAt(start_ + seconds(3), TimerKind::kHistory, [&] { inner = true; });
  After(seconds(3), TimerKind::kHistory, "after");
  EXPECT_EQ(WaitFor(outer), BlockResult::kDone);
  EXPECT_THAT(log_, ElementsAre("0s waits", "3s goes on"));
}

TEST_F(VirtualLoopTest, NestedPumpThatStalls_LeavesTheOuterOneGoing) {
  loop_->Post([&] {
    EXPECT_EQ(WaitInVain(Skip::kForbidden), BlockResult::kStalled);
    Log("inner stalled");
  });
  After(seconds(1), TimerKind::kHistory, "timer");
  EXPECT_EQ(WaitInVain(), BlockResult::kStalled);
  EXPECT_THAT(log_, ElementsAre("0s inner stalled", "1s timer"));
}

TEST_F(VirtualLoopTest, RunUntil_StopsAtExactlyThatTime) {
  After(seconds(10), TimerKind::kHistory, "at the end");
  After(milliseconds(2500), TimerKind::kHistory, "before");
  After(seconds(11), TimerKind::kHistory, "after");
  EXPECT_EQ(loop_->RunUntil(start_ + seconds(10)), BlockResult::kDone);
  EXPECT_THAT(log_, ElementsAre("2.5s before", "10s at the end"));
  EXPECT_EQ(Elapsed(), seconds(10));
  EXPECT_EQ(loop_->RunUntil(start_), BlockResult::kDone);
  EXPECT_EQ(Elapsed(), seconds(10));
}

TEST_F(VirtualLoopTest, RunUntil_HasNoBudgetOfTime) {
  UseOptions({.max_time = hours(1)});
  EXPECT_EQ(loop_->RunUntil(start_ + hours(1000)), BlockResult::kDone);
  EXPECT_EQ(Elapsed(), hours(1000));
}

TEST_F(VirtualLoopTest, RunUntilIdle_RunsWhatIsDueAndNeverJumps) {
  loop_->Post([this] { After(Duration(0), TimerKind::kIdle, "due"); });
  After(seconds(1), TimerKind::kHistory, "later");
  EXPECT_EQ(loop_->RunUntilIdle(), BlockResult::kDone);
  EXPECT_THAT(log_, ElementsAre("0s due"));
  EXPECT_EQ(Elapsed(), Duration(0));
}

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
