// Resets: what the new run begins with, what it is told again, and that it can be deleted.
#include "tests/conformance/scenarios/common.h"

namespace temporal::conformance {
namespace {

constexpr UpdateRef<std::string(std::string)> kAppend{"append"};

// Draws, has an activity echo, collects what it is told, draws again: "first draw, text, second draw".
class Drawer {
 public:
  explicit Drawer(workflow::Context& ctx) : ctx_(ctx) {
    ctx.OnSignal(kAdd, [this](const std::string& text) { text_ += text; });
    ctx.OnSignal(kFinish, [this] { finished_ = true; });
    ctx.OnUpdate(kAppend, [this](const std::string& text) { return text_ += text; });
  }
  Task<std::string> Run(std::string start) {
    const std::string first = ctx_.Uuid4();
    const std::string echo = co_await ctx_.ExecuteActivity(kEcho, {.start_to_close_timeout = 10s}, start);
    co_await ctx_.WaitCondition([this] { return finished_; });
    co_return first + " " + echo + text_ + " " + ctx_.Uuid4();
  }

 private:
  workflow::Context& ctx_;
  std::string text_;
  bool finished_ = false;
};

void DefineDrawer(Definitions& define) { define.Workflow<Drawer>(kTextWorkflow).Activity(kEcho, Echo); }

// Has had its activity, and waits.
client::WorkflowHandle<std::string> StartDrawer(Stage& stage) {
  auto handle = stage.Start(kTextWorkflow, {}, "0");
  stage.WaitForEvent(handle, "WorkflowTaskCompleted", 2);
  return handle;
}

void AppliedAgain(Stage& stage) {
  auto handle = StartDrawer(stage);
  handle.Signal(kAdd, "s");
  stage.WaitForEvent(handle, "WorkflowTaskCompleted", 3);
  stage.Say("update", handle.StartUpdate(kAppend, {.id = "u"}, "u").Result());
  handle.Signal(kFinish);
  stage.Finish(handle, "first");
  const auto again = handle.Reset({.event_id = 10, .reason = "once more"});
  stage.Compare(again);
  stage.Finish(again, "again");
  stage.Say("update again", again.GetUpdateHandle(kAppend, "u").Result());
  stage.CompareDescription(stage.client().GetWorkflowHandle(handle.id(), handle.run_id()), "describe the first run");
}

void Running(Stage& stage) {
  auto handle = StartDrawer(stage);
  handle.Signal(kAdd, "s");
  stage.WaitForEvent(handle, "WorkflowTaskCompleted", 3);
  const auto again = handle.Reset({.point = ResetPoint::kFirstWorkflowTask,
                                   .reason = "from the start",
                                   .reapply_exclude_types = {ResetReapplyExcludeType::kSignal}});
  stage.Compare(again);
  stage.WaitForEvent(again, "WorkflowTaskCompleted", 2);
  again.Signal(kFinish);
  stage.Finish(again, "again");
  stage.Finish(stage.client().GetWorkflowHandle(handle.id(), handle.run_id()), "first");
}

void LastTask(Stage& stage) {
  auto handle = StartDrawer(stage);
  handle.Signal(kFinish);
  stage.Finish(handle, "first");
  const auto again = handle.Reset({.point = ResetPoint::kLastWorkflowTask});
  stage.Compare(again);
  stage.Finish(again, "again");
}

void NoSuchPoint(Stage& stage) {
  auto handle = StartDrawer(stage);
  for (const int event : {0, 5, 99}) {
    stage.Try(std::to_string(event), [&] { (void)handle.Reset({.event_id = event}); });
  }
  const auto nobody = stage.client().GetWorkflowHandle(stage.Id("nobody"));
  stage.Try("unknown workflow", [&] { (void)nobody.Reset({.event_id = 4}); });
  stage.Try("unknown workflow, last task", [&] { (void)nobody.Reset({.point = ResetPoint::kLastWorkflowTask}); });
  stage.Try("delete unknown workflow", [&] { nobody.Delete(); });
  handle.Signal(kFinish);
  stage.Finish(handle);
}

// A real server takes half a minute over it.
void WaitUntilGone(Stage& stage, const client::UntypedWorkflowHandle& handle) {
  const auto gone = [&] {
    try {
      (void)handle.Describe();
      return false;
    } catch (const RpcError& error) {
      return error.code() == StatusCode::kNotFound;
    }
  };
  stage.WaitUntil("the run is gone", gone, 2min);
}

void Deleted(Stage& stage) {
  auto handle = StartDrawer(stage);
  handle.Signal(kFinish);
  stage.Finish(handle, "first");
  const auto again = handle.Reset({.point = ResetPoint::kLastWorkflowTask});
  stage.Finish(again, "again");
  const auto reset = stage.client().GetWorkflowHandle(handle.id(), again.run_id());
  again.Delete();
  WaitUntilGone(stage, reset);
  stage.Try("delete it again", [&] { reset.Delete(); });
  stage.Try("the workflow by its id", [&] { (void)stage.client().GetWorkflowHandle(handle.id()).Describe(); });
  const auto first = stage.client().GetWorkflowHandle(handle.id(), handle.run_id());
  stage.Say("the first run", std::string(client::ToString(first.Describe().status)));
  const auto third = first.Reset({.point = ResetPoint::kLastWorkflowTask});
  stage.Compare(third);
  stage.Finish(third, "reset again");
}

}  // namespace

std::vector<Scenario> ResetScenarios() {
  return {{"reset.applied_again", DefineDrawer, AppliedAgain},
          {"reset.deleted", DefineDrawer, Deleted},
          {"reset.last_task", DefineDrawer, LastTask},
          {"reset.no_such_point", DefineDrawer, NoSuchPoint},
          {"reset.running", DefineDrawer, Running}};
}

}  // namespace temporal::conformance
