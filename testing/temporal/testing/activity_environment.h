// ActivityEnvironment: runs one activity, without server or worker, on a clock of its own.
//
//   temporal::test::ActivityEnvironment env;
//   env.info().attempt = 2;
//   env.SetHeartbeatDetails(40);                       // of the attempt before
//   env.After(5s, [&] { env.Cancel(); });              // while the activity waits
//   EXPECT_EQ(env.Run(Resume, std::string("doc-1")), 60);
//   EXPECT_EQ(env.heartbeats().size(), 20);
//
// Confined to one thread. What the activity throws leaves Run.
#ifndef TEMPORAL_TESTING_ACTIVITY_ENVIRONMENT_H_
#define TEMPORAL_TESTING_ACTIVITY_ENVIRONMENT_H_

#include <functional>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "temporal/activity.h"
#include "temporal/failure.h"
#include "temporal/log.h"
#include "temporal/payload.h"
#include "temporal/time.h"

namespace temporal::test {

class ActivityEnvironment {
 public:
  // `start_time` is the clock's, and the attempt's in info(). Default: 2026-01-01T00:00:00Z.
  explicit ActivityEnvironment(TimePoint start_time = TimePoint(std::chrono::seconds(1767225600)));
  ~ActivityEnvironment();
  ActivityEnvironment(const ActivityEnvironment&) = delete;
  ActivityEnvironment& operator=(const ActivityEnvironment&) = delete;

  // What the activity is told of itself; "test" for what is a name, and attempt 1. Set it before Run.
  activity::Info& info();
  // What it reads as the last heartbeat of the attempt before.
  template <class... Details>
  void SetHeartbeatDetails(const Details&... details) {
    SetHeartbeatPayloads(Payloads{ToPayload(details)...});
  }
  void SetHeartbeatPayloads(Payloads details);
  // Default: StderrLogger(). Must outlive the environment.
  void SetLogger(Logger& logger);

  // Runs the activity: a callable with or without activity::Context& first. Answers what it returns.
  template <class F, class... A>
  std::invoke_result_t<F&, activity::Context&, A...> Run(F activity, A... arguments)
    requires std::is_invocable_v<F&, activity::Context&, A...>
  {
    return activity(context(), std::move(arguments)...);
  }
  template <class F, class... A>
  std::invoke_result_t<F&, A...> Run(F activity, A... arguments)
    requires(!std::is_invocable_v<F&, activity::Context&, A...> && std::is_invocable_v<F&, A...>)
  {
    return activity(std::move(arguments)...);
  }
  // True if `run` ended in ctx.CompleteAsync(): EXPECT_TRUE(env.CompletesAsync([&] { env.Run(F, a); })).
  template <class F>
  bool CompletesAsync(F run) {
    try {
      run();
      return false;
    } catch (const internal::CompleteAsyncRequest&) {
      return true;
    }
  }

  // The details of each heartbeat so far.
  const std::vector<Payloads>& heartbeats() const;
  // Detail number `at` of heartbeat number `heartbeat`. Throws std::out_of_range, or ConversionError.
  template <class T>
  T Heartbeat(std::size_t heartbeat, std::size_t at = 0) const {
    return FromPayload<T>(heartbeats().at(heartbeat).at(at));
  }
  // Called with each heartbeat, before the activity goes on.
  void OnHeartbeat(std::function<void(const Payloads&)> callback);

  // The activity's cancellation is requested; WaitCancelled ends.
  void Cancel();
  // Its worker shuts down, which an activity sees as a cancellation.
  void ShutDownWorker();

  TimePoint CurrentTime() const;
  // Lets time pass before Run, or inside a callback.
  void Advance(Duration duration);
  // Runs `callback` when the activity has waited for so long.
  void After(Duration delay, std::function<void()> callback);

 private:
  class Impl;
  activity::Context& context();
  std::unique_ptr<Impl> impl_;
};

}  // namespace temporal::test

#endif  // TEMPORAL_TESTING_ACTIVITY_ENVIRONMENT_H_
