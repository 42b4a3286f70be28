// The rules of the loop, each with the exact times at which things run.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fake-server/clock/virtual_loop_fixture.h"

namespace temporal::server {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;

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

}  // namespace
}  // namespace temporal::server
