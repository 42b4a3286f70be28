// Workflow tasks in a worker: what is answered, the cache, missing history, refused answers, eager activities.
#include <chrono>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "tests/sdk/worker/worker_fixture.h"
#include "tests/support/history_builder.h"

namespace temporal::internal {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr WorkflowRef<int()> kFlow{"Flow"};
constexpr WorkflowRef<void()> kBroken{"Broken"};
constexpr WorkflowRef<void()> kMisnames{"Misnames"};
constexpr ActivityRef<int()> kWork{"Work"};
constexpr QueryRef<int()> kStarts{"starts"};

// Sleeps a second, runs an activity, and counts how often its code began anew.
class Flow {
 public:
  static int starts;
  explicit Flow(workflow::Context& ctx) : ctx_(ctx) {
    ++starts;
    ctx.OnQuery(kStarts, [] { return starts; });
  }
  Task<int> Run() {
    co_await ctx_.Sleep(1s);
    int result = co_await ctx_.ExecuteActivity(kWork, {.start_to_close_timeout = 10s});
    co_return result;
  }

 private:
  workflow::Context& ctx_;
};
int Flow::starts = 0;

// An id that no server takes.
Task<void> Misnames(workflow::Context& ctx) {
  co_await ctx.ExecuteActivity(kWork, {.start_to_close_timeout = 10s, .activity_id = "\xff"});
}

Task<void> Broken(workflow::Context&) {
  throw std::runtime_error("not a failure");
  co_return;
}

class WorkflowWorkerTest : public WorkerTest {
 protected:
  using Completed = rpc::RespondWorkflowTaskCompleted;

  WorkflowWorkerTest() { Flow::starts = 0; }

  void Start(worker::WorkerOptions options = {}) {
    options.max_concurrent_workflow_polls = 2;
    options.max_concurrent_activity_polls = 1;
    worker_ = std::make_unique<worker::Worker>(client_, options);
    worker_->RegisterWorkflow<Flow>(kFlow).RegisterWorkflow(kBroken, Broken).RegisterWorkflow(kMisnames, Misnames);
    worker_->RegisterActivity(kWork, [] { return 42; });
    worker_->Start();
    Settle();
  }

  // A workflow task with the events [from, to] of `history`, or none if from is zero.
  static WorkflowTaskProto TaskOf(const HistoryBuilder& history, std::int64_t from, std::int64_t to,
                                  const std::string& run = "run-1") {
    WorkflowTaskProto task;
    task.set_task_token("token-" + std::to_string(to));
    task.mutable_workflow_execution()->set_workflow_id("id-1");
    task.mutable_workflow_execution()->set_run_id(run);
    task.mutable_workflow_type()->set_name("Flow");
    task.set_attempt(1);
    task.set_started_event_id(to);
    for (const auto& event : history.history().events()) {
      if (event.event_id() < from || event.event_id() > to || from == 0) continue;
      *task.mutable_history()->add_events() = event;
      if (event.event_id() < to && event.event_type() == api::enums::v1::EVENT_TYPE_WORKFLOW_TASK_STARTED) {
        task.set_previous_started_event_id(event.event_id());
      }
    }
    return task;
  }
  void GiveTask(const WorkflowTaskProto& task) {
    service().Answer<rpc::PollWorkflowTaskQueue>(task);
    Settle();
  }
  // Started, first task completed with a timer, timer fired, second task open: events 1 to 8.
  static HistoryBuilder UpToTimerFired() {
    HistoryBuilder history("Flow");
    history.Task();                                    // 2 3 4
    const auto timer = history.TimerStarted("1", 1s);  // 5
    history.Advance(1s);
    history.TimerFired(timer, "1");  // 6
    history.OpenTask();              // 7 8
    return history;
  }
  void AcceptAnswers() { service().AlwaysOk<Completed>(); }
  // The kinds of the commands of all answers.
  std::vector<std::string> Commands() {
    std::vector<std::string> kinds;
    for (const auto& request : service().Requests<Completed>()) {
      std::string kind;
      for (const auto& command : request.commands()) {
        kind += CommandType_Name(command.command_type()).substr(sizeof("COMMAND_TYPE_") - 1);
      }
      kinds.push_back(kind);
    }
    return kinds;
  }

  std::unique_ptr<worker::Worker> worker_;
};

TEST_F(WorkflowWorkerTest, Polls_AskTheNormalAndAStickyQueueOfItsOwn) {
  Start();
  const auto polls = service().Requests<rpc::PollWorkflowTaskQueue>();
  ASSERT_EQ(polls.size(), 2u);
  EXPECT_EQ(polls[0].task_queue().name(), "queue");
  EXPECT_EQ(polls[1].task_queue().kind(), api::enums::v1::TASK_QUEUE_KIND_STICKY);
  EXPECT_EQ(polls[1].task_queue().normal_name(), "queue");
  EXPECT_THAT(polls[1].task_queue().name(), HasSubstr("tester-"));
}

TEST_F(WorkflowWorkerTest, AnAnswer_AsksForStickinessAndTheNextTask) {
  AcceptAnswers();
  Start();
  HistoryBuilder history("Flow");
  history.OpenTask();
  GiveTask(TaskOf(history, 1, 3));
  const auto answers = service().Requests<Completed>();
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0].task_token(), "token-3");
  EXPECT_TRUE(answers[0].return_new_workflow_task());
  EXPECT_EQ(FromProto(answers[0].sticky_attributes().schedule_to_start_timeout()), Duration(10s));
  EXPECT_EQ(answers[0].sticky_attributes().worker_task_queue().name(),
            service().Requests<rpc::PollWorkflowTaskQueue>()[1].task_queue().name());
  EXPECT_TRUE(answers[0].capabilities().discard_speculative_workflow_task_with_events());
  EXPECT_THAT(Commands(), ElementsAre("START_TIMER"));
}

TEST_F(WorkflowWorkerTest, ACachedRun_GoesOnWhereItWaited) {
  AcceptAnswers();
  Start();
  const HistoryBuilder history = UpToTimerFired();
  GiveTask(TaskOf(history, 1, 3));
  EXPECT_EQ(worker_->core().CachedRuns().size(), 1u);
  GiveTask(TaskOf(history, 4, 8));
  EXPECT_THAT(Commands(), ElementsAre("START_TIMER", "SCHEDULE_ACTIVITY_TASK"));
  EXPECT_EQ(Flow::starts, 1);
  EXPECT_EQ(service().Log("GetWorkflowExecutionHistory").size(), 0u);
}

TEST_F(WorkflowWorkerTest, APartOfAHistoryThatIsNotCached_IsCompletedFromTheStart) {
  AcceptAnswers();
  const HistoryBuilder history = UpToTimerFired();
  service().Always<rpc::GetWorkflowExecutionHistory>([&](const auto& request) {
    rpc::GetWorkflowExecutionHistory::Response response;
    const bool first = request.next_page_token().empty();
    // The open task's events come with the task only.
    *response.mutable_history() = first ? TaskOf(history, 1, 4).history() : TaskOf(history, 5, 6).history();
    if (first) response.set_next_page_token("more");
    return response;
  });
  Start();
  GiveTask(TaskOf(history, 4, 8));
  EXPECT_THAT(Commands(), ElementsAre("SCHEDULE_ACTIVITY_TASK"));
  EXPECT_EQ(service().Requests<rpc::GetWorkflowExecutionHistory>().size(), 2u);
}

TEST_F(WorkflowWorkerTest, LaterPages_AreFetchedBeforeTheTaskIsHandled) {
  AcceptAnswers();
  const HistoryBuilder history = UpToTimerFired();
  service().Always<rpc::GetWorkflowExecutionHistory>([&](const auto& request) {
    EXPECT_EQ(request.next_page_token(), "page-2");
    rpc::GetWorkflowExecutionHistory::Response response;
    *response.mutable_history() = TaskOf(history, 5, 8).history();
    return response;
  });
  Start();
  WorkflowTaskProto task = TaskOf(history, 1, 4);
  task.set_next_page_token("page-2");
  task.set_previous_started_event_id(3);
  task.set_started_event_id(8);
  GiveTask(task);
  EXPECT_THAT(Commands(), ElementsAre("SCHEDULE_ACTIVITY_TASK"));
}

TEST_F(WorkflowWorkerTest, HistoryThatCannotBeFetched_DropsTheTaskAndPollsOn) {
  service().Always<rpc::GetWorkflowExecutionHistory>([](const auto&) { return absl::UnavailableError("down"); });
  Start();
  GiveTask(TaskOf(UpToTimerFired(), 4, 8));
  EXPECT_THAT(service().Log("Respond"), IsEmpty());
  EXPECT_THAT(log_.lines, ElementsAre("the history of run run-1 was not got: UNAVAILABLE: down"));
  EXPECT_THAT(worker_->core().CachedRuns(), IsEmpty());
  EXPECT_EQ(service().waiting<rpc::PollWorkflowTaskQueue>(), 2);
}

TEST_F(WorkflowWorkerTest, WithoutACache_NothingIsStickyAndEachTaskStartsAnew) {
  AcceptAnswers();
  Start({.max_cached_workflows = 0});
  const HistoryBuilder history = UpToTimerFired();
  GiveTask(TaskOf(history, 1, 3));
  EXPECT_THAT(worker_->core().CachedRuns(), IsEmpty());
  GiveTask(TaskOf(history, 1, 8));
  EXPECT_THAT(Commands(), ElementsAre("START_TIMER", "SCHEDULE_ACTIVITY_TASK"));
  EXPECT_EQ(Flow::starts, 2);
  for (const auto& answer : service().Requests<Completed>()) {
    EXPECT_FALSE(answer.has_sticky_attributes());
    EXPECT_FALSE(answer.return_new_workflow_task());
  }
  for (const auto& poll : service().Requests<rpc::PollWorkflowTaskQueue>()) {
    EXPECT_EQ(poll.task_queue().kind(), api::enums::v1::TASK_QUEUE_KIND_NORMAL);
  }
}

TEST_F(WorkflowWorkerTest, AFullCache_DropsTheRunUsedLongestAgo) {
  AcceptAnswers();
  Start({.max_cached_workflows = 2});
  HistoryBuilder history("Flow");
  history.OpenTask();
  for (const char* run : {"run-1", "run-2", "run-3"}) GiveTask(TaskOf(history, 1, 3, run));
  std::vector<std::string> cached;
  for (const auto& run : worker_->core().CachedRuns()) cached.push_back(run.run_id);
  EXPECT_THAT(cached, ElementsAre("run-2", "run-3"));
}

TEST_F(WorkflowWorkerTest, ARefusedAnswer_DropsTheRun) {
  struct Case {
    absl::Status status;
    std::vector<std::string> log;
  };
  const std::vector<Case> cases = {
      {absl::InvalidArgumentError("UnhandledCommand"), {}},
      {absl::NotFoundError("Workflow task not found."), {}},
      {absl::InvalidArgumentError("BadBinary"),
       {"the answer to a workflow task of run run-1 was refused: INVALID_ARGUMENT: BadBinary"}}};
  Start();
  HistoryBuilder history("Flow");
  history.OpenTask();
  for (const Case& refused : cases) {
    service().Always<Completed>([&](const auto&) { return refused.status; });
    log_.lines.clear();
    GiveTask(TaskOf(history, 1, 3));
    EXPECT_EQ(log_.lines, refused.log);
    EXPECT_THAT(worker_->core().CachedRuns(), IsEmpty()) << refused.status;
    EXPECT_EQ(service().waiting<rpc::PollWorkflowTaskQueue>(), 2);
  }
  EXPECT_THAT(service().Log("RespondWorkflowTaskFailed"), IsEmpty());
}

TEST_F(WorkflowWorkerTest, AnAnswerThatIsTooLarge_FailsTheTask) {
  service().Always<Completed>([](const auto&) {
    return absl::ResourceExhaustedError("grpc: received message larger than max (5000000 vs. 4194304)");
  });
  service().AlwaysOk<rpc::RespondWorkflowTaskFailed>();
  Start();
  HistoryBuilder history("Flow");
  history.OpenTask();
  GiveTask(TaskOf(history, 1, 3));
  const auto failed = service().Requests<rpc::RespondWorkflowTaskFailed>();
  ASSERT_EQ(failed.size(), 1u);
  EXPECT_EQ(failed[0].cause(), api::enums::v1::WORKFLOW_TASK_FAILED_CAUSE_GRPC_MESSAGE_TOO_LARGE);
  EXPECT_EQ(failed[0].task_token(), "token-3");
}

TEST_F(WorkflowWorkerTest, ACommandWithTextThatIsNotUtf8_FailsTheTaskNamingTheField) {
  service().AlwaysOk<rpc::RespondWorkflowTaskFailed>();
  Start();
  HistoryBuilder history("Misnames");
  history.OpenTask();
  GiveTask(TaskOf(history, 1, 3));
  const auto failed = service().Requests<rpc::RespondWorkflowTaskFailed>();
  ASSERT_EQ(failed.size(), 1u);
  EXPECT_EQ(failed[0].failure().message(),
            "commands[0].schedule_activity_task_command_attributes.activity_id is not valid UTF-8");
  EXPECT_THAT(service().Log("RespondWorkflowTaskCompleted"), IsEmpty());
}

TEST_F(WorkflowWorkerTest, OnlyAFirstAttemptsFailure_IsTold) {
  service().AlwaysOk<rpc::RespondWorkflowTaskFailed>();
  Start();
  HistoryBuilder history("Broken");
  history.OpenTask();
  WorkflowTaskProto task = TaskOf(history, 1, 3);
  GiveTask(task);
  const auto failed = service().Requests<rpc::RespondWorkflowTaskFailed>();
  ASSERT_EQ(failed.size(), 1u);
  EXPECT_THAT(failed[0].failure().message(), HasSubstr("not a failure"));
  EXPECT_EQ(failed[0].cause(), api::enums::v1::WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE);
  task.set_attempt(2);
  GiveTask(task);
  EXPECT_EQ(service().Requests<rpc::RespondWorkflowTaskFailed>().size(), 1u);
  EXPECT_EQ(service().waiting<rpc::PollWorkflowTaskQueue>(), 2);
}

TEST_F(WorkflowWorkerTest, ATaskThatComesWithTheAnswer_IsHandledAsIfPolled) {
  const HistoryBuilder history = UpToTimerFired();
  service().Always<Completed>([&](const auto& request) {
    Completed::Response response;
    if (request.task_token() == "token-3") *response.mutable_workflow_task() = TaskOf(history, 4, 8);
    return response;
  });
  Start();
  GiveTask(TaskOf(history, 1, 3));
  EXPECT_THAT(Commands(), ElementsAre("START_TIMER", "SCHEDULE_ACTIVITY_TASK"));
  EXPECT_EQ(Flow::starts, 1);
  EXPECT_EQ(service().waiting<rpc::PollWorkflowTaskQueue>(), 2);
}

TEST_F(WorkflowWorkerTest, AnEagerActivity_RunsWithoutAPoll) {
  const HistoryBuilder history = UpToTimerFired();
  service().AlwaysOk<rpc::RespondActivityTaskCompleted>();
  service().Always<Completed>([&](const auto& request) {
    Completed::Response response;
    for (const auto& command : request.commands()) {
      if (!command.schedule_activity_task_command_attributes().request_eager_execution()) continue;
      *response.add_activity_tasks() = ActivityTaskOf("Work", "eager");
    }
    return response;
  });
  Start({.max_concurrent_activities = 2});
  GiveTask(TaskOf(history, 1, 8));
  const auto reports = service().Requests<rpc::RespondActivityTaskCompleted>();
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].task_token(), "eager");
}

TEST_F(WorkflowWorkerTest, WithoutAFreeSlot_NoEagerActivityIsAskedFor) {
  AcceptAnswers();
  Start({.max_concurrent_activities = 1});  // the poll holds it
  GiveTask(TaskOf(UpToTimerFired(), 1, 8));
  const auto answers = service().Requests<Completed>();
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_FALSE(answers[0].commands(0).schedule_activity_task_command_attributes().request_eager_execution());
}

TEST_F(WorkflowWorkerTest, ADirectQuery_IsAnsweredFromTheCacheOrFromTheWholeHistory) {
  AcceptAnswers();
  service().AlwaysOk<rpc::RespondQueryTaskCompleted>();
  const HistoryBuilder history = UpToTimerFired();
  service().Always<rpc::GetWorkflowExecutionHistory>([&](const auto&) {
    rpc::GetWorkflowExecutionHistory::Response response;
    *response.mutable_history() = TaskOf(history, 1, 5).history();
    return response;
  });
  Start();
  WorkflowTaskProto query = TaskOf(history, 0, 0);
  query.mutable_query()->set_query_type("starts");
  query.set_previous_started_event_id(3);
  GiveTask(query);
  EXPECT_EQ(service().Log("GetWorkflowExecutionHistory").size(), 1u);
  GiveTask(query);
  EXPECT_EQ(service().Log("GetWorkflowExecutionHistory").size(), 1u) << "the second time it is cached";
  const auto answers = service().Requests<rpc::RespondQueryTaskCompleted>();
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[1].query_result().payloads(0).data(), "1");
}

TEST_F(WorkflowWorkerTest, ASecondTaskOfABusyRun_WaitsForTheFirst) {
  Start();
  const HistoryBuilder history = UpToTimerFired();
  GiveTask(TaskOf(history, 1, 3));
  GiveTask(TaskOf(history, 4, 8));
  EXPECT_THAT(Commands(), ElementsAre("START_TIMER"));
  service().Answer<Completed>(Completed::Response());
  Settle();
  EXPECT_THAT(Commands(), ElementsAre("START_TIMER", "SCHEDULE_ACTIVITY_TASK"));
  service().Answer<Completed>(Completed::Response());
  Settle();
}

TEST_F(WorkflowWorkerTest, WorkflowTasks_AreLimitedAsWell) {
  Start({.max_concurrent_workflow_tasks = 3});
  HistoryBuilder history("Flow");
  history.OpenTask();
  GiveTask(TaskOf(history, 1, 3, "run-1"));
  EXPECT_EQ(service().waiting<rpc::PollWorkflowTaskQueue>(), 2);
  GiveTask(TaskOf(history, 1, 3, "run-2"));
  EXPECT_EQ(service().waiting<rpc::PollWorkflowTaskQueue>(), 1);
  service().Answer<Completed>(Completed::Response());
  Settle();
  EXPECT_EQ(service().waiting<rpc::PollWorkflowTaskQueue>(), 2);
  service().Answer<Completed>(Completed::Response());
  Settle();
}

TEST_F(WorkflowWorkerTest, Shutdown_WaitsForTheAnswerAndDropsTheCache) {
  Start();
  HistoryBuilder history("Flow");
  history.OpenTask();
  GiveTask(TaskOf(history, 1, 3));
  host_->loop().PostAt(host_->loop().Now() + 3s, TimerKind::kHistory,
                       [&] { service().Answer<Completed>(Completed::Response()); });
  const TimePoint before = host_->loop().Now();
  worker_->Shutdown();
  EXPECT_EQ(host_->loop().Now() - before, 3s);
  EXPECT_THAT(worker_->core().CachedRuns(), IsEmpty());
  EXPECT_EQ(service().waiting<rpc::PollWorkflowTaskQueue>(), 0);
  EXPECT_THAT(service().Requests<rpc::ShutdownWorker>().at(0).sticky_task_queue(), HasSubstr("tester-"));
}

}  // namespace
}  // namespace temporal::internal
