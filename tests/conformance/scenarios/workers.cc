// Workers: their version, their end while an activity runs, activities that call the server.
#include <algorithm>
#include <optional>

#include "tests/conformance/scenarios/conducted.h"

namespace temporal::conformance {
namespace {

constexpr ActivityRef<std::string()> kLong{"Long"};

Task<std::string> CallLong(workflow::Context& ctx, std::string) {
  co_return co_await ctx.ExecuteActivity(kLong,
                                         {.start_to_close_timeout = 10s, .retry_policy = {.initial_interval = 100ms}});
}

// The first attempt is cut short, as its worker shuts down, or ends in the time that it is given.
std::string GiveWay(activity::Context& ctx) {
  if (ctx.Info().attempt == 2) return "second attempt";
  if (ctx.WaitCancelled(8s)) throw CanceledFailure("the worker shuts down");
  return "never shut down";
}
std::string EndInTime(activity::Context& ctx) {
  const bool cancelled = ctx.WaitCancelled(1500ms);
  return cancelled ? "cancelled" : "ended in time";
}
template <auto kActivity>
void DefineLong(Definitions& define) {
  define.Workflow(kTextWorkflow, CallLong).Activity(kLong, kActivity);
}
client::WorkflowHandle<std::string> StartWithWorker(Stage& stage, Duration graceful) {
  stage.StartWorker({.graceful_shutdown_timeout = graceful});
  auto handle = stage.Start(kTextWorkflow, {}, "");
  stage.WaitUntil("the activity", [&] {
    const auto pending = handle.Describe().pending_activities;
    return pending.size() == 1 && pending.front().state == "Started";
  });
  stage.StopWorkers();
  return handle;
}
void ShutDownAndRetry(Stage& stage) {
  auto handle = StartWithWorker(stage, 200ms);
  stage.StartWorker();
  stage.Finish(handle);
}
void ShutDownInTime(Stage& stage) {
  auto handle = StartWithWorker(stage, 5s);
  stage.WaitForEvent(handle, "ActivityTaskCompleted");
  stage.StartWorker();
  stage.Finish(handle);
}

Task<std::string> CallEcho(workflow::Context& ctx, std::string text) {
  co_return co_await ctx.ExecuteActivity(kEcho, {.start_to_close_timeout = 10s}, text);
}
void DefineEcho(Definitions& define) { define.Workflow(kTextWorkflow, CallEcho).Activity(kEcho, Echo); }

void VersionIsTold(Stage& stage) {
  stage.StartWorker({.deployment = {.version = {"ingestion", "v1"}}});
  auto handle = stage.Start(kTextWorkflow, {}, "hello");
  stage.Finish(handle);
  stage.CompareDescription(handle);
}

// A worker of a version that is not the deployment's current one has only the runs that are pinned to it. The server
// must have heard of the version.
void PinnedByOverride(Stage& stage, VersioningBehavior behavior) {
  std::string deployment = stage.queue();
  std::replace(deployment.begin(), deployment.end(), '.', '-');
  const WorkerDeploymentVersion version{deployment, "v1"};
  stage.StartWorker(
      {.deployment = {.version = version, .use_worker_versioning = true, .default_versioning_behavior = behavior}});
  const VersioningOverride pinned{VersioningBehavior::kPinned, version};
  std::optional<client::WorkflowHandle<std::string>> handle;
  stage.WaitUntil("the version", [&] {
    try {
      handle = stage.Start(kTextWorkflow, {.versioning_override = pinned}, "hello");
      return true;
    } catch (const RpcError& error) {
      if (error.code() != StatusCode::kFailedPrecondition) throw;
      return false;
    }
  });
  stage.Finish(*handle);
  stage.CompareDescription(*handle);
}

// An activity updates the workflow that has called it.
constexpr UpdateRef<std::string(std::string)> kAppend{"append"};
constexpr ActivityRef<std::string(std::string)> kUpdateCaller{"UpdateCaller"};
class UpdatedByItsActivity {
 public:
  explicit UpdatedByItsActivity(workflow::Context& ctx) : ctx_(ctx) {
    ctx.OnUpdate(kAppend, [this](const std::string& text) { return text_ += text; });
  }
  Task<std::string> Run(std::string text) {
    text_ = text;
    const std::string answer = co_await ctx_.ExecuteActivity(kUpdateCaller, {.start_to_close_timeout = 10s}, "!");
    co_return text_ + " " + answer;
  }

 private:
  workflow::Context& ctx_;
  std::string text_;
};
void UpdateSelf(Stage& stage) {
  stage.definitions().Activity(kUpdateCaller, [client = stage.client()](activity::Context& ctx, std::string text) {
    const auto caller = client.GetWorkflowHandle(ctx.Info().workflow_id, ctx.Info().run_id);
    return caller.StartUpdate(kAppend, {.id = "from the activity"}, text).Result();
  });
  stage.StartWorker();
  stage.Finish(stage.Start(kTextWorkflow, {}, "hello"));
}

}  // namespace

std::vector<Scenario> WorkerScenarios() {
  return {
      {"worker.shut_down_and_retried", DefineLong<GiveWay>, ShutDownAndRetry, false},
      {"worker.shut_down_in_time", DefineLong<EndInTime>, ShutDownInTime, false},
      {"deployment.told", DefineEcho, VersionIsTold, false},
      {"deployment.pinned", DefineEcho, [](Stage& stage) { PinnedByOverride(stage, VersioningBehavior::kPinned); },
       false},
      {"deployment.auto_upgraded_but_pinned", DefineEcho,
       [](Stage& stage) { PinnedByOverride(stage, VersioningBehavior::kAutoUpgrade); }, false},
      {"update.by_own_activity", [](Definitions& d) { d.Workflow<UpdatedByItsActivity>(kTextWorkflow); }, UpdateSelf,
       false},
  };
}

}  // namespace temporal::conformance
