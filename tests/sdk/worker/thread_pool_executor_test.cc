// Activities on threads: where bodies run, how many at once, waiting, and the end. Waits only for what it has itself
// set off, and never for an amount of time.
#include "sdk/worker/thread_pool_executor.h"

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include "gtest/gtest.h"

namespace temporal::internal {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

class ThreadPoolExecutorTest : public testing::Test {
 protected:
  // Starts a body, counting those that are done.
  void Start(Closure body) {
    executor_->Start(true, std::move(body), [this] { ++done_; });
  }
  void WaitForDone(int count) {
    EXPECT_EQ(loop_.BlockUntil([&] { return done_ == count; }, Skip::kAllowed), BlockResult::kDone);
  }
  void MakeExecutor(int threads) { executor_ = std::make_unique<ThreadPoolExecutor>(loop_, threads); }

  ThreadedLoop loop_;
  int done_ = 0;  // of the loop's thread
  std::unique_ptr<ThreadPoolExecutor> executor_ = std::make_unique<ThreadPoolExecutor>(loop_, 4);
};

TEST_F(ThreadPoolExecutorTest, ABody_RunsOnAThreadOfItsOwnAndIsDoneOnTheLoop) {
  std::thread::id body, done;
  executor_->Start(
      false, [&] { body = std::this_thread::get_id(); },
      [&] {
        done = std::this_thread::get_id();
        ++done_;
      });
  WaitForDone(1);
  std::thread::id loop;
  loop_.RunOnLoop([&] { loop = std::this_thread::get_id(); });
  EXPECT_EQ(done, loop);
  EXPECT_NE(body, loop);
  EXPECT_NE(body, std::this_thread::get_id());
}

TEST_F(ThreadPoolExecutorTest, BodiesWithinTheLimit_RunAtOnce) {
  std::promise<void> first, second;
  Start([&] {
    first.set_value();
    second.get_future().wait();
  });
  Start([&] {
    first.get_future().wait();
    second.set_value();
  });
  WaitForDone(2);
}

TEST_F(ThreadPoolExecutorTest, BodiesBeyondTheLimit_WaitTheirTurnInOrder) {
  MakeExecutor(1);
  std::string order;  // by one thread at a time
  std::promise<void> go;
  Start([&] {
    go.get_future().wait();
    order += 'a';
  });
  for (const char name : {'b', 'c', 'd'}) {
    Start([&order, name] { order += name; });
  }
  go.set_value();
  WaitForDone(4);
  EXPECT_EQ(order, "abcd");
}

TEST_F(ThreadPoolExecutorTest, OnLoop_RunsThereAndIsWaitedFor) {
  bool on_loop = false, seen = false;
  Start([&] {
    executor_->OnLoop([&] { on_loop = loop_.OnLoopThread(); });
    seen = on_loop;
  });
  WaitForDone(1);
  EXPECT_TRUE(seen);
}

TEST_F(ThreadPoolExecutorTest, WaitUntil_EndsWhenTheLoopHasMadeItReady) {
  bool ready = false;  // of the loop's thread
  std::promise<bool> answer;
  Start([&] { answer.set_value(executor_->WaitUntil([&] { return ready; }, loop_.Now() + hours(24))); });
  loop_.Post([&] { ready = true; });
  WaitForDone(1);
  EXPECT_TRUE(answer.get_future().get());
}

TEST_F(ThreadPoolExecutorTest, WaitUntil_EndsAtItsDeadlineWithoutAnAnswer) {
  bool answer = true;
  TimePoint deadline, ended;
  Start([&] {
    deadline = loop_.Now() + milliseconds(2);
    answer = executor_->WaitUntil([] { return false; }, deadline);
    ended = loop_.Now();
  });
  WaitForDone(1);
  EXPECT_FALSE(answer);
  EXPECT_GE(ended, deadline);
}

TEST_F(ThreadPoolExecutorTest, Destroyed_WaitsForWhatRunsAndDropsTheRest) {
  MakeExecutor(1);
  std::promise<void> running, go;
  std::atomic<bool> finished = false, dropped_ran = false;
  const auto owned = std::make_shared<int>(1);
  Start([&] {
    running.set_value();
    go.get_future().wait();
    finished = true;
  });
  running.get_future().wait();
  Start([&dropped_ran, owned] { dropped_ran = true; });
  EXPECT_EQ(owned.use_count(), 2);
  // The executor drops its queue before it joins: the one that runs is let go after that.
  std::thread releaser([&] {
    while (owned.use_count() != 1) std::this_thread::yield();
    go.set_value();
  });
  executor_ = nullptr;
  releaser.join();
  EXPECT_TRUE(finished);
  EXPECT_FALSE(dropped_ran);
  WaitForDone(1);
}

}  // namespace
}  // namespace temporal::internal
