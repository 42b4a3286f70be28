// Interceptors of clients, workflows and activities: their order, what they may change, and headers from caller to
// callee.
#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "temporal/interceptor.h"
#include "temporal/temporal.h"
#include "temporal/testing/workflow_environment.h"
#include "temporal/testing/workflow_replayer.h"

namespace temporal::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

constexpr WorkflowRef<std::string(std::string)> kWork{"Work"};
constexpr ActivityRef<std::string(std::string)> kStep{"Step"};
constexpr SignalRef<void(std::string)> kTell{"tell"};
constexpr QueryRef<std::string()> kState{"state"};

std::string UserOf(const Headers& headers) {
  const auto found = headers.find("user");
  return found == headers.end() ? "nobody" : FromPayload<std::string>(found->second);
}

// Sends the user along.
class UserOfClient : public client::ClientInterceptor {
 public:
  client::StartedWorkflow StartWorkflow(
      client::StartWorkflowCall call, std::function<client::StartedWorkflow(client::StartWorkflowCall)> next) override {
    call.headers["user"] = ToPayload(user);
    client::StartedWorkflow started = next(std::move(call));
    log.push_back("started " + started.id);
    return started;
  }
  void SignalWorkflow(client::SignalWorkflowCall call, std::function<void(client::SignalWorkflowCall)> next) override {
    call.headers["user"] = ToPayload(user);
    log.push_back("signal " + call.signal + " to " + call.workflow_id);
    next(std::move(call));
  }
  Payloads QueryWorkflow(client::QueryWorkflowCall call,
                         std::function<Payloads(client::QueryWorkflowCall)> next) override {
    call.headers["user"] = ToPayload(user);
    Payloads answer = next(std::move(call));
    return {ToPayload(FromPayload<std::string>(answer.at(0)) + "!")};
  }

  std::string user = "ann";
  std::vector<std::string> log;
};

// Hands the user on to activities and the next run, and says what it sees.
class UserOfRun : public worker::WorkflowInterceptor {
 public:
  UserOfRun(workflow::Context& ctx, std::string name, std::vector<std::string>& log)
      : ctx_(ctx), name_(std::move(name)), log_(log) {}

  Task<Payload> ExecuteWorkflow(worker::ExecuteWorkflowCall call,
                                std::function<Task<Payload>(worker::ExecuteWorkflowCall)> next) override {
    user_ = UserOf(call.headers);
    Say("run for " + user_);
    call.input.at(0) = ToPayload(FromPayload<std::string>(call.input.at(0)) + name_);
    Payload result = co_await next(std::move(call));
    Say("ran");
    co_return result;
  }
  Task<void> HandleSignal(worker::HandleSignalCall call,
                          std::function<Task<void>(worker::HandleSignalCall)> next) override {
    Say("signal " + call.signal + " of " + UserOf(call.headers));
    co_await next(std::move(call));
    Say("signal done");
  }
  Payload HandleQuery(worker::HandleQueryCall call, std::function<Payload(worker::HandleQueryCall)> next) override {
    const std::string user = UserOf(call.headers);
    return ToPayload(FromPayload<std::string>(next(std::move(call))) + " for " + user);
  }
  void OnScheduleActivity(worker::ScheduleActivityCall& call) override {
    call.headers["user"] = ToPayload(user_);
    call.options.summary = "intercepted";
  }
  void OnStartTimer(worker::StartTimerCall& call) override { call.duration *= 2; }
  void OnContinueAsNew(worker::ContinueAsNewCall& call) override { call.headers["user"] = ToPayload(user_); }

 private:
  void Say(const std::string& what) {
    if (!ctx_.Info().replaying) log_.push_back(name_ + ": " + what);
  }

  workflow::Context& ctx_;
  const std::string name_;
  std::vector<std::string>& log_;
  std::string user_;
};

class UserOfWorker : public worker::WorkerInterceptor {
 public:
  explicit UserOfWorker(std::string name, std::vector<std::string>& log) : name_(std::move(name)), log_(log) {}
  std::unique_ptr<worker::WorkflowInterceptor> InterceptWorkflow(workflow::Context& ctx) override {
    return std::make_unique<UserOfRun>(ctx, name_, log_);
  }
  Payload ExecuteActivity(activity::Context& ctx, worker::ExecuteActivityCall call,
                          std::function<Payload(worker::ExecuteActivityCall)> next) override {
    log_.push_back(name_ + ": " + call.activity_type + " " + ctx.Info().activity_id + " for " + UserOf(call.headers));
    return ToPayload(FromPayload<std::string>(next(std::move(call))) + name_);
  }

 private:
  const std::string name_;
  std::vector<std::string>& log_;
};

class Works {
 public:
  explicit Works(workflow::Context& ctx) : ctx_(ctx) {
    ctx.OnSignal(kTell, [this](std::string what) -> Task<void> {
      co_await ctx_.Sleep(1s);
      told_ = std::move(what);
    });
    ctx.OnQuery(kState, [this] { return told_.empty() ? std::string("quiet") : told_; });
  }
  Task<std::string> Run(std::string what) {
    co_await ctx_.WaitCondition([this] { return !told_.empty(); });
    if (told_ == "again") ctx_.ContinueAsNew(kWork, {}, std::string("next"));
    const std::string step = co_await ctx_.ExecuteActivity(kStep, {.start_to_close_timeout = 1min}, what);
    co_return step + " " + told_;
  }

 private:
  workflow::Context& ctx_;
  std::string told_;
};

TEST(Interceptors, SeeEachCallInTheirOrder_AndMayChangeIt) {
  std::vector<std::string> log;
  UserOfClient user;
  UserOfWorker outer("A", log), inner("B", log);
  client::ClientInterceptor* const client_interceptors[] = {&user};
  worker::WorkerInterceptor* const worker_interceptors[] = {&outer, &inner};
  WorkflowEnvironment env(
      {.client_interceptors = client_interceptors, .worker = {.interceptors = worker_interceptors}});
  env.RegisterWorkflow<Works>(kWork);
  env.RegisterActivity(
      kStep, [](activity::Context& ctx, std::string what) { return what + " by " + UserOf(ctx.Info().headers); });
  auto handle = env.client().StartWorkflow(kWork, {.id = "w-1"}, "work");
  EXPECT_EQ(handle.Query(kState), "quiet for ann for ann!");
  user.user = "bob";
  const auto started = env.CurrentTime();
  handle.Signal(kTell, "hello");
  EXPECT_EQ(handle.Result(), "workAB by annBA hello");
  EXPECT_EQ(env.CurrentTime() - started, 4s);  // each of the two doubles the second
  EXPECT_THAT(user.log, ElementsAre("started w-1", "signal tell to w-1"));
  EXPECT_THAT(log, ElementsAre("A: run for ann", "B: run for ann", "A: signal tell of bob", "B: signal tell of bob",
                               "B: signal done", "A: signal done", "A: Step 1 for ann", "B: Step 1 for ann", "B: ran",
                               "A: ran"));
}

TEST(Interceptors, HeadersOfContinueAsNew_ReachTheNextRun) {
  std::vector<std::string> log;
  UserOfClient user;
  UserOfWorker only("A", log);
  client::ClientInterceptor* const client_interceptors[] = {&user};
  worker::WorkerInterceptor* const worker_interceptors[] = {&only};
  WorkflowEnvironment env(
      {.client_interceptors = client_interceptors, .worker = {.interceptors = worker_interceptors}});
  env.RegisterWorkflow<Works>(kWork);
  env.RegisterActivity(kStep, [](std::string what) { return what; });
  auto handle = env.client().StartWorkflow(kWork, {.id = "w-1"}, "work");
  handle.Signal(kTell, "again");
  env.Sleep(10s);
  handle.Signal(kTell, "end");
  EXPECT_EQ(handle.Result(), "nextAA end");
  EXPECT_EQ(std::count(log.begin(), log.end(), "A: run for ann"), 2);

  WorkflowReplayer replayer({.interceptors = worker_interceptors});
  replayer.RegisterWorkflow<Works>(kWork);
  for (const WorkflowHistory& history : env.Histories()) EXPECT_TRUE(replayer.Replay(history).clean);
}

// -- Updates, children, other workflows -------------------------------------------------------------

constexpr WorkflowRef<std::string()> kParent{"Parent"};
constexpr WorkflowRef<std::string()> kChild{"Child"};
constexpr UpdateRef<std::string(std::string)> kAsk{"ask"};

// Sends the user to whoever the run starts or signals, sees updates, and redirects the request to cancel "other".
class Speaker : public worker::WorkflowInterceptor {
 public:
  Speaker(workflow::Context& ctx, std::vector<std::string>& log) : ctx_(ctx), log_(log) {}

  Task<Payload> ExecuteWorkflow(worker::ExecuteWorkflowCall call,
                                std::function<Task<Payload>(worker::ExecuteWorkflowCall)> next) override {
    Say("run for " + UserOf(call.headers));
    return next(std::move(call));
  }
  Task<void> HandleSignal(worker::HandleSignalCall call,
                          std::function<Task<void>(worker::HandleSignalCall)> next) override {
    Say("signal " + call.signal + " of " + UserOf(call.headers));
    return next(std::move(call));
  }
  Task<Payload> HandleUpdate(worker::HandleUpdateCall call,
                             std::function<Task<Payload>(worker::HandleUpdateCall)> next) override {
    Say("update " + call.update + " " + call.update_id + " of " + UserOf(call.headers));
    call.input.at(0) = ToPayload(FromPayload<std::string>(call.input.at(0)) + "?");
    Payload result = co_await next(std::move(call));
    co_return ToPayload(FromPayload<std::string>(result) + "!");
  }
  void ValidateUpdate(worker::HandleUpdateCall call, std::function<void(worker::HandleUpdateCall)> next) override {
    log_.push_back("validate " + call.update);
    if (UserOf(call.headers) == "eve") throw ApplicationFailure("not for eve");
    next(std::move(call));
  }
  void OnStartChildWorkflow(worker::StartChildWorkflowCall& call) override {
    Say("child " + call.workflow_type + " " + call.workflow_id);
    call.headers["user"] = ToPayload(std::string("parent"));
    call.options.run_timeout = 2h;
  }
  void OnSignalExternalWorkflow(worker::SignalExternalWorkflowCall& call) override {
    Say("signals " + std::string(call.child ? "child " : "") + call.workflow_id + ": " + call.signal);
    call.headers["user"] = ToPayload(std::string("parent"));
    call.input.at(0) = ToPayload(FromPayload<std::string>(call.input.at(0)) + " there");
  }
  void OnCancelExternalWorkflow(worker::CancelExternalWorkflowCall& call) override {
    Say("cancels " + call.workflow_id + ": " + call.reason);
    call.workflow_id = "c";
  }

 private:
  void Say(const std::string& what) {
    if (!ctx_.Info().replaying) log_.push_back(ctx_.Info().workflow_id + " " + what);
  }
  workflow::Context& ctx_;
  std::vector<std::string>& log_;
};

class SpeakersWorker : public worker::WorkerInterceptor {
 public:
  explicit SpeakersWorker(std::vector<std::string>& log) : log_(log) {}
  std::unique_ptr<worker::WorkflowInterceptor> InterceptWorkflow(workflow::Context& ctx) override {
    return std::make_unique<Speaker>(ctx, log_);
  }

 private:
  std::vector<std::string>& log_;
};

class UpdaterOfClient : public client::ClientInterceptor {
 public:
  client::UntypedUpdateHandle StartUpdate(
      client::UpdateWorkflowCall call,
      std::function<client::UntypedUpdateHandle(client::UpdateWorkflowCall)> next) override {
    call.headers["user"] = ToPayload(user);
    return next(std::move(call));
  }
  std::string user = "ann";
};

class Hears {
 public:
  explicit Hears(workflow::Context& ctx) : ctx_(ctx) {
    ctx.OnSignal(kTell, [this](std::string what) { heard_ = std::move(what); });
  }
  Task<std::string> Run() {
    co_await ctx_.WaitCondition([this] { return !heard_.empty(); });
    (void)co_await workflow::Try(ctx_.Sleep(1h));
    co_return heard_ + (ctx_.IsCancelled() ? ", cancelled" : "");
  }

 private:
  workflow::Context& ctx_;
  std::string heard_;
};

TEST(Interceptors, ChildrenAndOtherWorkflows_GetHeadersAndWhatWasChanged) {
  std::vector<std::string> log;
  SpeakersWorker speakers(log);
  worker::WorkerInterceptor* const worker_interceptors[] = {&speakers};
  WorkflowEnvironment env({.worker = {.interceptors = worker_interceptors}});
  env.RegisterWorkflow<Hears>(kChild);
  env.RegisterWorkflow(kParent, [](workflow::Context& ctx) -> Task<std::string> {
    const auto child = co_await ctx.StartChildWorkflow(kChild, {.id = "c"});
    co_await child.Signal(kTell, std::string("hello"));
    co_await ctx.GetExternalWorkflowHandle("other").Cancel("enough");
    co_return co_await child.Result();
  });
  auto handle = env.client().StartWorkflow(kParent, {.id = "p"});
  EXPECT_EQ(handle.Result(), "hello there, cancelled");
  EXPECT_THAT(env.client().GetWorkflowHandle("c").FetchHistory().Print(),
              testing::HasSubstr("workflow_run_timeout=2h"));
  EXPECT_THAT(log, ElementsAre("p run for nobody", "p child Child c", "p signals child c: tell", "c run for parent",
                               "c signal tell of parent", "p cancels other: enough"));
}

TEST(Interceptors, UpdatesAreSeenBeforeTheirValidatorAndTheirHandler) {
  std::vector<std::string> log;
  SpeakersWorker speakers(log);
  UpdaterOfClient updater;
  client::ClientInterceptor* const client_interceptors[] = {&updater};
  worker::WorkerInterceptor* const worker_interceptors[] = {&speakers};
  WorkflowEnvironment env(
      {.client_interceptors = client_interceptors, .worker = {.interceptors = worker_interceptors}});
  env.RegisterWorkflow(kParent, [](workflow::Context& ctx) -> Task<std::string> {
    ctx.OnUpdate(kAsk, [](std::string text) { return text; });
    co_await ctx.Sleep(1h);
    co_return "done";
  });
  auto handle = env.client().StartWorkflow(kParent, {.id = "p"});
  env.RunUntilIdle();
  EXPECT_EQ(handle.StartUpdate(kAsk, {.id = "u1"}, "well").Result(), "well?!");
  updater.user = "eve";
  EXPECT_THROW(handle.StartUpdate(kAsk, {.id = "u2"}, "well").Result(), UpdateFailedError);
  EXPECT_EQ(handle.Result(), "done");
  EXPECT_THAT(log, ElementsAre("p run for nobody", "validate ask", "p update ask u1 of ann", "validate ask"));
}

// -- What operators ask ------------------------------------------------------------------------------

// Tells what it sees, and widens or narrows it.
class Operator : public client::ClientInterceptor {
 public:
  explicit Operator(std::vector<std::string>& log) : log_(log) {}
  std::string ResetWorkflow(client::ResetWorkflowCall call,
                            std::function<std::string(client::ResetWorkflowCall)> next) override {
    log_.push_back("reset " + call.workflow_id + ": " + std::string(call.options.reason));
    call.options.point = ResetPoint::kFirstWorkflowTask;
    return next(std::move(call));
  }
  void DeleteWorkflow(client::DeleteWorkflowCall call, std::function<void(client::DeleteWorkflowCall)> next) override {
    log_.push_back("delete " + call.workflow_id);
    if (call.workflow_id != "keep") next(std::move(call));
  }
  client::WorkflowList ListWorkflows(client::ListWorkflowsCall call,
                                     std::function<client::WorkflowList(client::ListWorkflowsCall)> next) override {
    log_.push_back("list " + call.query);
    call.options.limit = 1;
    return next(std::move(call));
  }
  client::WorkflowCount CountWorkflows(client::CountWorkflowsCall call,
                                       std::function<client::WorkflowCount(client::CountWorkflowsCall)> next) override {
    log_.push_back("count " + call.query);
    call.query = "WorkflowId = 'keep'";
    client::WorkflowCount count = next(std::move(call));
    count.count += 10;
    return count;
  }

 private:
  std::vector<std::string>& log_;
};

TEST(Interceptors, SeeListsCountsResetsAndDeletions) {
  std::vector<std::string> log;
  Operator outer(log);
  client::ClientInterceptor* const client_interceptors[] = {&outer};
  WorkflowEnvironment env({.client_interceptors = client_interceptors});
  env.RegisterWorkflow(kChild, [](workflow::Context& ctx) -> Task<std::string> {
    co_await ctx.Sleep(1h);
    co_return "slept";
  });
  auto keep = env.client().StartWorkflow(kChild, {.id = "keep"});
  auto drop = env.client().StartWorkflow(kChild, {.id = "drop"});
  EXPECT_EQ(keep.Result(), "slept");
  EXPECT_EQ(keep.Reset({.reason = "again"}).Result(), "slept");
  keep.Delete();
  drop.Delete();
  std::vector<std::string> found;
  for (const auto& one : env.client().ListWorkflows("WorkflowType = 'Child'")) found.push_back(one.workflow_id);
  EXPECT_THAT(found, ElementsAre("keep"));
  EXPECT_EQ(env.client().CountWorkflows().count, 12) << "the run and the one that was made by the reset";
  EXPECT_THAT(log,
              ElementsAre("reset keep: again", "delete keep", "delete drop", "list WorkflowType = 'Child'", "count "));
}

}  // namespace
}  // namespace temporal::test
