// Activities in a worker: results, heartbeats and their times, cancellation, limits.
#include <chrono>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "tests/sdk/worker/worker_fixture.h"

namespace temporal::internal {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr ActivityRef<int()> kWork{"Work"};
constexpr ActivityRef<void()> kWait{"Wait"};

class ActivityWorkerTest : public WorkerTest {
 protected:
  ActivityWorkerTest() {
    service().AlwaysOk<rpc::RespondActivityTaskCompleted>();
    service().AlwaysOk<rpc::RespondActivityTaskFailed>();
    service().AlwaysOk<rpc::RespondActivityTaskCanceled>();
    service().Always<rpc::RecordActivityTaskHeartbeat>([this](const auto&) { return heartbeat_answer_; });
  }
  template <class F>
  worker::Worker& StartWith(F code, worker::WorkerOptions options = {}) {
    options.max_concurrent_activity_polls = 1;
    worker_ = std::make_unique<worker::Worker>(client_, options);
    worker_->RegisterActivity(kWait, code);
    worker_->Start();
    Settle();
    return *worker_;
  }
  // Times and first details of the heartbeats sent.
  std::vector<std::string> Heartbeats() {
    std::vector<std::string> lines;
    const auto times = service().Log("RecordActivityTaskHeartbeat");
    const auto requests = service().Requests<rpc::RecordActivityTaskHeartbeat>();
    for (std::size_t i = 0; i < times.size(); ++i) {
      const auto& details = requests[i].details().payloads();
      lines.push_back(times[i].substr(0, times[i].find(' ')) + (details.empty() ? "" : " " + details[0].data()));
    }
    return lines;
  }
  void PromiseToEndPolls() {
    service().Always<rpc::DescribeNamespace>([](const auto&) {
      rpc::DescribeNamespace::Response response;
      response.mutable_namespace_info()->mutable_capabilities()->set_worker_poll_complete_on_shutdown(true);
      return response;
    });
  }
  std::string Failure() {
    const auto requests = service().Requests<rpc::RespondActivityTaskFailed>();
    if (requests.size() != 1) return std::to_string(requests.size()) + " failures";
    return requests[0].failure().application_failure_info().type() + ": " + requests[0].failure().message();
  }

  absl::StatusOr<rpc::RecordActivityTaskHeartbeat::Response> heartbeat_answer_ =
      rpc::RecordActivityTaskHeartbeat::Response();
  std::unique_ptr<worker::Worker> worker_;
};

TEST_F(ActivityWorkerTest, AResult_IsReportedWithItsToken) {
  worker::Worker worker(client_);
  worker.RegisterActivity(kWork, [] { return 42; }).Start();
  Settle();
  EXPECT_EQ(service().waiting<rpc::PollActivityTaskQueue>(), 5);
  EXPECT_EQ(service().waiting<rpc::PollWorkflowTaskQueue>(), 0) << "there is no workflow to poll for";
  Give(ActivityTaskOf("Work", "token-7"));
  const auto reports = service().Requests<rpc::RespondActivityTaskCompleted>();
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].task_token(), "token-7");
  EXPECT_EQ(reports[0].identity(), "tester");
  EXPECT_EQ(reports[0].result().payloads(0).data(), "42");
  EXPECT_EQ(service().waiting<rpc::PollActivityTaskQueue>(), 5);
}

TEST_F(ActivityWorkerTest, WhatIsThrown_FailsTheAttempt) {
  StartWith([](activity::Context&) { throw std::runtime_error("broken"); });
  Give(ActivityTaskOf("Wait"));
  EXPECT_EQ(Failure(), "std::runtime_error: broken");
}

TEST_F(ActivityWorkerTest, ARefusedResult_IsReplacedByAFailureOnce) {
  const auto refuse = [](const auto&) { return absl::InvalidArgumentError("no"); };
  service().Always<rpc::RespondActivityTaskCompleted>(refuse);
  service().Always<rpc::RespondActivityTaskFailed>(refuse);
  StartWith([](activity::Context&) {});
  Give(ActivityTaskOf("Wait"));
  EXPECT_EQ(Failure(), "ReportRefused: the activity's report was refused: INVALID_ARGUMENT: no");
  EXPECT_THAT(log_.lines, ElementsAre("the report failed: INVALID_ARGUMENT: no"));
  EXPECT_EQ(service().waiting<rpc::PollActivityTaskQueue>(), 1) << "the slot is free again";
}

TEST_F(ActivityWorkerTest, AReportThatFailsForAnotherReason_IsNotReplaced) {
  service().Always<rpc::RespondActivityTaskCompleted>([](const auto&) { return absl::UnavailableError("down"); });
  StartWith([](activity::Context&) {});
  Give(ActivityTaskOf("Wait"));
  EXPECT_EQ(Failure(), "0 failures");
  EXPECT_THAT(log_.lines, ElementsAre("the report failed: UNAVAILABLE: down"));
}

TEST_F(ActivityWorkerTest, ACancellationThatNobodyAskedFor_IsAFailure) {
  StartWith([](activity::Context&) { throw CanceledFailure("no reason"); });
  Give(ActivityTaskOf("Wait"));
  EXPECT_EQ(Failure(), "CanceledFailure: no reason");
}

TEST_F(ActivityWorkerTest, AnUnknownType_FailsTheAttemptAndNamesThoseThatAreKnown) {
  StartWith([](activity::Context&) {});
  Give(ActivityTaskOf("Weit"));
  EXPECT_EQ(Failure(),
            "NotFoundError: Activity function Weit for workflow w-1 is not registered on this worker, available "
            "activities: Wait");
}

TEST_F(ActivityWorkerTest, Heartbeats_GoAtOnceThenOncePerInterval) {
  StartWith([](activity::Context& ctx) {
    for (int second = 0; second < 20; ++second) {
      ctx.Heartbeat(second);
      ctx.WaitCancelled(1s);
    }
  });
  ActivityTaskProto task = ActivityTaskOf("Wait");
  *task.mutable_heartbeat_timeout() = ToProto(Duration(10s));
  Give(task);
  host_->Sleep(1h);
  // 80 % of 10 s apart, each with the last details before it; those of a success that were not due are dropped.
  EXPECT_THAT(Heartbeats(), ElementsAre("+0s 0", "+8s 7", "+16s 15"));
  EXPECT_THAT(service().Log("Respond"), ElementsAre("+20s RespondActivityTaskCompleted"));
}

TEST_F(ActivityWorkerTest, AHeartbeatWithTooMuchToSay_IsSentWithoutIt) {
  service().Always<rpc::RecordActivityTaskHeartbeat>(
      [](const auto& request) -> absl::StatusOr<rpc::RecordActivityTaskHeartbeat::Response> {
        if (!request.has_details()) return rpc::RecordActivityTaskHeartbeat::Response();
        return absl::ResourceExhaustedError("grpc: received message larger than max (5000000 vs. 4194304)");
      });
  StartWith([](activity::Context& ctx) {
    ctx.Heartbeat(1);
    ctx.WaitCancelled(1min);
  });
  Give(ActivityTaskOf("Wait"));
  host_->Sleep(1h);
  EXPECT_THAT(Heartbeats(), ElementsAre("+0s 1", "+0s"));
  EXPECT_THAT(log_.lines, ElementsAre("a heartbeat's details were left out: RESOURCE_EXHAUSTED: grpc: received message "
                                      "larger than max (5000000 vs. 4194304)"));
  EXPECT_THAT(service().Log("Respond"), ElementsAre("+1m RespondActivityTaskCompleted"));
}

TEST_F(ActivityWorkerTest, HeartbeatsWithoutATimeout_GoEveryThirtySeconds) {
  StartWith([](activity::Context& ctx) {
    for (int minute = 0; minute < 2; ++minute) {
      ctx.Heartbeat(minute);
      ctx.Heartbeat(minute + 10);
      ctx.WaitCancelled(1min);
    }
  });
  Give(ActivityTaskOf("Wait"));
  host_->Sleep(1h);
  EXPECT_THAT(Heartbeats(), ElementsAre("+0s 0", "+30s 10", "+1m 11"));
}

TEST_F(ActivityWorkerTest, AFailure_IsReportedAfterItsLastDetails) {
  StartWith([](activity::Context& ctx) {
    ctx.Heartbeat(1);
    ctx.Heartbeat(2);
    throw ApplicationFailure("stop");
  });
  Give(ActivityTaskOf("Wait"));
  EXPECT_THAT(Heartbeats(), ElementsAre("+0s 1", "+0s 2"));
  EXPECT_EQ(service().Log().back(), "+0s RespondActivityTaskFailed");
  EXPECT_EQ(Failure(), ": stop");
}

TEST_F(ActivityWorkerTest, ACancelRequest_IsLearnedFromAHeartbeatAndReportedWithDetails) {
  heartbeat_answer_->set_cancel_requested(true);
  StartWith([](activity::Context& ctx) {
    ctx.Heartbeat(1);
    if (ctx.WaitCancelled(1h)) throw CanceledFailure("stopped", {ToPayload(std::string("half"))});
  });
  Give(ActivityTaskOf("Wait"));
  const auto reports = service().Requests<rpc::RespondActivityTaskCanceled>();
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].details().payloads(0).data(), "\"half\"");
}

TEST_F(ActivityWorkerTest, APausedOrResetActivity_IsAFailureWithAName) {
  heartbeat_answer_->set_activity_paused(true);
  StartWith([](activity::Context& ctx) {
    ctx.Heartbeat();
    ctx.WaitCancelled(1h);
    ctx.ThrowIfCancelled();
  });
  Give(ActivityTaskOf("Wait"));
  EXPECT_EQ(Failure(), "ActivityPause: Unhandled activity cancel error produced by activity pause");
}

TEST_F(ActivityWorkerTest, AnActivityThatTheServerHasForgotten_IsCancelledAndNotReported) {
  heartbeat_answer_ = absl::NotFoundError("activity not found");
  bool cancelled = false;
  StartWith([&cancelled](activity::Context& ctx) {
    ctx.Heartbeat();
    cancelled = ctx.WaitCancelled(1h);
  });
  Give(ActivityTaskOf("Wait"));
  EXPECT_TRUE(cancelled);
  EXPECT_THAT(service().Log("Respond"), IsEmpty());
  EXPECT_EQ(service().waiting<rpc::PollActivityTaskQueue>(), 1);
}

TEST_F(ActivityWorkerTest, AnAttemptThatHasTimedOut_IsToldFiveSecondsLater) {
  Duration waited{};
  StartWith([&waited](activity::Context& ctx) {
    const TimePoint begin = ctx.Now();
    ctx.WaitCancelled(1h);
    waited = ctx.Now() - begin;
  });
  ActivityTaskProto task = ActivityTaskOf("Wait");
  *task.mutable_start_to_close_timeout() = ToProto(Duration(30s));
  Give(task);
  host_->Sleep(2h);
  EXPECT_EQ(waited, 35s);
  EXPECT_THAT(service().Log("Respond"), IsEmpty());
}

TEST_F(ActivityWorkerTest, AHeartbeat_PutsTheHeartbeatTimeoutOff) {
  Duration waited{};
  StartWith([&waited](activity::Context& ctx) {
    const TimePoint begin = ctx.Now();
    ctx.WaitCancelled(8s);
    ctx.Heartbeat();
    ctx.WaitCancelled(1h);
    waited = ctx.Now() - begin;
  });
  ActivityTaskProto task = ActivityTaskOf("Wait");
  *task.mutable_heartbeat_timeout() = ToProto(Duration(10s));
  Give(task);
  host_->Sleep(2h);
  EXPECT_EQ(waited, 23s);
}

TEST_F(ActivityWorkerTest, AsyncCompletion_ReportsNothingAndFreesTheSlot) {
  StartWith([](activity::Context& ctx) { ctx.CompleteAsync(); }, {.max_concurrent_activities = 1});
  Give(ActivityTaskOf("Wait"));
  EXPECT_THAT(service().Log("Respond"), IsEmpty());
  EXPECT_EQ(service().waiting<rpc::PollActivityTaskQueue>(), 1);
}

TEST_F(ActivityWorkerTest, NoMoreActivitiesRunAtOnce_ThanThereAreSlots) {
  worker::Worker worker(client_, {.max_concurrent_activities = 2, .max_concurrent_activity_polls = 5});
  worker.RegisterActivity(kWait, [](activity::Context& ctx) { ctx.WaitCancelled(10s); }).Start();
  Settle();
  EXPECT_EQ(service().waiting<rpc::PollActivityTaskQueue>(), 2);
  Give(ActivityTaskOf("Wait", "a"));
  EXPECT_EQ(service().waiting<rpc::PollActivityTaskQueue>(), 1);
  Give(ActivityTaskOf("Wait", "b"));
  EXPECT_EQ(service().waiting<rpc::PollActivityTaskQueue>(), 0);
  host_->Sleep(10s);
  EXPECT_EQ(service().waiting<rpc::PollActivityTaskQueue>(), 2);
  EXPECT_THAT(service().Log("Completed"),
              ElementsAre("+10s RespondActivityTaskCompleted", "+10s RespondActivityTaskCompleted"));
}

TEST_F(ActivityWorkerTest, AnEmptyOrFailedPoll_IsSentAgain) {
  StartWith([](activity::Context&) {});
  Give({});
  EXPECT_THAT(service().Log("Poll"), ElementsAre("+0s PollActivityTaskQueue", "+0s PollActivityTaskQueue"));
  for (const Duration wait : {1s, 2s, 4s}) {
    service().Answer<rpc::PollActivityTaskQueue>(absl::PermissionDeniedError("who are you"));
    host_->Sleep(wait);
    Settle();
  }
  EXPECT_THAT(service().Log("Poll"),
              ElementsAre("+0s PollActivityTaskQueue", "+0s PollActivityTaskQueue", "+1s PollActivityTaskQueue",
                          "+3s PollActivityTaskQueue", "+7s PollActivityTaskQueue"));
  EXPECT_EQ(log_.lines.at(0), "PollActivityTaskQueue failed, is tried again: PERMISSION_DENIED: who are you");
}

TEST_F(ActivityWorkerTest, Shutdown_WaitsForActivities) {
  worker::Worker& worker = StartWith([](activity::Context& ctx) { ctx.WaitCancelled(10min); });
  Give(ActivityTaskOf("Wait"));
  EXPECT_EQ(host_->workers, 1);
  worker.Shutdown();
  EXPECT_EQ(host_->workers, 0);
  EXPECT_THAT(service().Log("Respond"), ElementsAre("+10m RespondActivityTaskCompleted"));
  EXPECT_EQ(service().waiting<rpc::PollActivityTaskQueue>(), 0);
  EXPECT_EQ(service().Requests<rpc::ShutdownWorker>().at(0).task_queue(), "queue");
  worker.Shutdown();
}

// The server, told of the shutdown, ends the polls itself: a task on its way must not get lost.
TEST_F(ActivityWorkerTest, Shutdown_WaitsForPollsThatTheServerHasPromisedToEnd) {
  PromiseToEndPolls();
  worker::Worker& worker = StartWith([](activity::Context& ctx) { ctx.WaitCancelled(1s); });
  host_->loop().PostAt(host_->loop().Now() + 3s, TimerKind::kHistory,
                       [this] { service().Answer<rpc::PollActivityTaskQueue>(ActivityTaskOf("Wait")); });
  worker.Shutdown();
  EXPECT_THAT(service().Log("Respond"), ElementsAre("+4s RespondActivityTaskCompleted"));
  EXPECT_THAT(service().Requests<rpc::ShutdownWorker>().at(0).task_queue_types(),
              ElementsAre(api::enums::v1::TASK_QUEUE_TYPE_ACTIVITY));
}

TEST_F(ActivityWorkerTest, Shutdown_GivesPollsUpWhenTheServerBreaksItsPromise) {
  PromiseToEndPolls();
  worker::Worker& worker = StartWith([](activity::Context&) {});
  const TimePoint start = host_->loop().Now();
  host_->loop().PostAt(start + 1h, TimerKind::kHistory, [] {});
  worker.Shutdown();
  EXPECT_EQ(host_->loop().Now() - start, 10s);
  EXPECT_EQ(service().waiting<rpc::PollActivityTaskQueue>(), 0);
}

TEST_F(ActivityWorkerTest, Shutdown_GivesPollsUpAtOnceWhenTheServerCannotBeTold) {
  PromiseToEndPolls();
  service().Always<rpc::ShutdownWorker>([](const auto&) { return absl::UnimplementedError("what is that"); });
  worker::Worker& worker = StartWith([](activity::Context&) {});
  const TimePoint start = host_->loop().Now();
  worker.Shutdown();
  EXPECT_EQ(host_->loop().Now(), start);
}

TEST_F(ActivityWorkerTest, AfterTheGracefulPeriod_ActivitiesAreToldAndFailRetryably) {
  worker::Worker& worker = StartWith(
      [](activity::Context& ctx) {
        ctx.WaitCancelled(10min);
        ctx.ThrowIfCancelled();
      },
      {.graceful_shutdown_timeout = 5s});
  Give(ActivityTaskOf("Wait"));
  worker.Shutdown();
  EXPECT_EQ(Failure(), "WorkerShutdown: Worker is shutting down and this activity did not complete in time");
  EXPECT_THAT(service().Log("Respond"), ElementsAre("+5s RespondActivityTaskFailed"));
}

TEST_F(ActivityWorkerTest, AWorkerThatIsDropped_TellsItsActivitiesAndReportsNothing) {
  bool cancelled = false;
  {
    WorkerCore worker(client_.core(), {});
    worker.Add(MakeActivity(kWait, [&cancelled](activity::Context& ctx) { cancelled = ctx.WaitCancelled(1h); }));
    worker.Start();
    Settle();
    Give(ActivityTaskOf("Wait"));
  }
  EXPECT_TRUE(cancelled);
  EXPECT_THAT(service().Log("Respond"), IsEmpty());
  Settle();
}

TEST_F(ActivityWorkerTest, Registration_IsRefusedTwiceLateOrForNothing) {
  worker::Worker worker(client_);
  EXPECT_THROW(worker.Start(), std::logic_error);
  worker.RegisterActivity(kWork, [] { return 1; });
  EXPECT_THROW(worker.RegisterActivity(kWork, [] { return 2; }), std::logic_error);
  worker.Start();
  EXPECT_THROW(worker.RegisterActivity(kWait, [] {}), std::logic_error);
  EXPECT_THROW(worker.Start(), std::logic_error);
}

TEST_F(ActivityWorkerTest, WithoutATaskQueue_ThereIsNoWorker) {
  const client::Client nameless(std::make_shared<ClientCore>(host_, ClientCore::Options{}));
  EXPECT_THROW(worker::Worker{nameless}, std::logic_error);
}

}  // namespace
}  // namespace temporal::internal
