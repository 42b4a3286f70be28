// The host of a test environment: one loop, one fake server, and what is known of the workers that live on it. Decides
// when a blocked call has stalled.
#ifndef TEMPORAL_TESTING_ENVIRONMENT_SIMULATION_H_
#define TEMPORAL_TESTING_ENVIRONMENT_SIMULATION_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "fake-server/clock/event_loop.h"
#include "sdk/base/random.h"
#include "sdk/client/host.h"
#include "temporal/fake_server.h"
#include "testing/environment/activity_thread.h"

namespace temporal::test {

struct SimulationOptions {
  bool virtual_time = true;
  server::VirtualLoopOptions loop{};
  server::FakeServerOptions server{};
};

class Simulation final : public internal::Host, private internal::UserCodeObserver {
 public:
  explicit Simulation(const SimulationOptions& options);
  ~Simulation() override;

  // Host.
  internal::Scheduler& loop() override { return *loop_; }
  internal::WorkflowService& service() override { return *service_; }
  std::uint64_t seed() override { return seeds_.Next(); }
  std::string default_identity() override { return "test"; }
  void CheckMayBlock(const char* call) override;
  [[noreturn]] void ThrowStalled(const char* call, internal::BlockResult why) override;
  // An activity that has a thread of its own gives the turn back and goes on when it has its answer: the test's own
  // call alone decides how far time goes. All others run the loop, nested.
  internal::BlockResult Block(absl::FunctionRef<bool()> done, internal::Skip skip) override;
  // As the production client waits, on this clock; where time may not pass, what is ready gets its turn.
  bool WaitToRepeat(const absl::Status& status, int attempt) override;
  void OnLoop(absl::FunctionRef<void()> work) override { work(); }
  std::unique_ptr<internal::ActivityExecutor> MakeActivityExecutor(int threads) override;
  internal::UserCodeObserver* user_code_observer() override { return this; }
  // Ends the process: the thread cannot be freed, and the test with it.
  void WorkflowBlocks(const std::string& report, const google::protobuf::Message* failure) override;
  void WorkerStarted(internal::WorkerCore& worker) override;
  void WorkerStopped(internal::WorkerCore& worker) override;

  // Called before each blocking call; starts workers that have not been.
  void set_before_call(std::function<void()> before_call) { before_call_ = std::move(before_call); }

  server::FakeServer& server() { return *server_; }
  internal::TimePoint start_time() const { return start_time_; }
  // Throws std::logic_error naming `call` on the wall clock.
  server::VirtualLoop& virtual_loop(const char* call);

  // Lets `duration` pass, whatever the clock.
  void Sleep(internal::Duration duration);
  void RunUntilIdle();
  // Runs `callback` at `when`, with the clock held.
  void At(internal::TimePoint when, std::function<void()> callback);
  void HoldClock() { ++clock_holds_; }
  void ReleaseClock() { --clock_holds_; }

  // Ends everything: what is pending is dropped, and every later call throws. REQUIRES: no worker is alive.
  void Close();

 private:
  class Service;

  void EnterUserCode(const internal::UserCode& code) override;
  void LeaveUserCode() override { in_user_code_ = false; }

  // Whether time may be skipped for a blocked call; looks for what time does not mend.
  bool MayJump();
  std::string WhyStalled(internal::BlockResult why) const;

  internal::Random seeds_;
  std::unique_ptr<server::EventLoop> loop_;
  server::VirtualLoop* virtual_loop_ = nullptr;  // loop_, if it is one
  WaitingActivities waiting_;
  std::unique_ptr<server::FakeServer> server_;
  std::unique_ptr<internal::WorkflowService> service_;
  internal::TimePoint start_time_;
  std::function<void()> before_call_;
  std::vector<internal::WorkerCore*> workers_;
  std::string user_code_run_;  // whose workflow code runs
  bool in_user_code_ = false;
  bool closed_ = false;
  int clock_holds_ = 0;
  int callbacks_ = 0;                // of At that are running
  int failed_tasks_ = 0;             // that the workers have reported since MayJump looked
  std::string hopeless_;             // what MayJump found
  std::string stalled_in_activity_;  // the report of a call of an activity that ran nested: the outer call stalls too
};

}  // namespace temporal::test

#endif  // TEMPORAL_TESTING_ENVIRONMENT_SIMULATION_H_
