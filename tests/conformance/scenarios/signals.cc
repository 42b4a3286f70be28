// Signals: before, while and after the workflow runs.
#include "tests/conformance/scenarios/common.h"

namespace temporal::conformance {
namespace {

void BeforeTheFirstTask(Stage& stage) {
  auto handle = stage.Start(kTextWorkflow, {}, "0");
  for (const char* text : {"a", "b", "c"}) handle.Signal(kAdd, text);
  handle.Signal(kFinish);
  stage.StartWorker();
  stage.Finish(handle);
}

void WhileWaiting(Stage& stage) {
  auto handle = stage.Start(kTextWorkflow, {}, "0");
  stage.WaitForEvent(handle, "WorkflowTaskCompleted", 1);
  handle.Signal(kAdd, "a");
  stage.WaitForEvent(handle, "WorkflowTaskCompleted", 2);
  handle.Signal(kFinish);
  stage.Finish(handle);
  stage.CompareDescription(handle);
  stage.Try("signal a closed run", [&] { handle.Signal(kAdd, "late"); });
}

void NobodyListens(Stage& stage) {
  constexpr SignalRef<void()> kUnheard{"unheard"};
  auto handle = stage.Start(kTextWorkflow, {}, "0");
  stage.WaitForEvent(handle, "WorkflowTaskCompleted", 1);
  handle.Signal(kUnheard);
  stage.WaitForEvent(handle, "WorkflowTaskCompleted", 2);
  handle.Signal(kFinish);
  stage.Finish(handle);
}

class WaitAtMost {
 public:
  explicit WaitAtMost(workflow::Context& ctx) : ctx_(ctx) {
    ctx.OnSignal(kFinish, [this] { finished_ = true; });
  }
  Task<std::string> Run(std::string) {
    const bool held = co_await ctx_.WaitCondition([this] { return finished_; }, 400ms);
    co_return held ? "held" : "timed out";
  }

 private:
  workflow::Context& ctx_;
  bool finished_ = false;
};

void SignalledInTime(Stage& stage) {
  auto handle = stage.Start(kTextWorkflow, {}, "");
  stage.WaitForEvent(handle, "TimerStarted");
  handle.Signal(kFinish);
  stage.Finish(handle);
}
void NotSignalled(Stage& stage) { stage.Finish(stage.Start(kTextWorkflow, {}, "")); }
void SignalledBeforehand(Stage& stage) {
  auto handle = stage.Start(kTextWorkflow, {}, "");
  handle.Signal(kFinish);
  stage.StartWorker();
  stage.Finish(handle);
}

// Its signal handler is a coroutine that runs an activity.
class WorkingHandler {
 public:
  explicit WorkingHandler(workflow::Context& ctx) : ctx_(ctx) {
    ctx.OnSignal(kAdd, [this](std::string text) { return Add(std::move(text)); });
  }
  Task<std::string> Run(std::string start) {
    co_await ctx_.WaitCondition([this] { return !text_.empty(); });
    co_return start + text_;
  }

 private:
  Task<void> Add(std::string text) {
    text_ = co_await ctx_.ExecuteActivity(kEcho, {.start_to_close_timeout = 10s}, text);
  }

  workflow::Context& ctx_;
  std::string text_;
};

void HandledByActivity(Stage& stage) {
  auto handle = stage.Start(kTextWorkflow, {}, "0");
  stage.WaitForEvent(handle, "WorkflowTaskCompleted", 1);
  handle.Signal(kAdd, "a");
  stage.Finish(handle);
}

void WithStart(Stage& stage) {
  const client::Client& client = stage.client();
  const std::string id = stage.Id();
  StartWorkflowOptions options;
  options.id = id;
  options.task_queue = stage.queue();
  for (const char* text : {"a", "b"}) {
    client.SignalWithStart(client.WithStart(kTextWorkflow, options, "0"), kAdd, text);
  }
  auto handle = client.GetWorkflowHandle(kTextWorkflow, id);
  stage.Compare(handle);
  handle.Signal(kFinish);
  stage.StartWorker();
  stage.Finish(handle);
}

}  // namespace

std::vector<Scenario> SignalScenarios() {
  const auto wait_at_most = [](Definitions& d) { d.Workflow<WaitAtMost>(kTextWorkflow); };
  return {
      {"signal.before_first_task", DefineCollector, BeforeTheFirstTask, false},
      {"signal.while_waiting", DefineCollector, WhileWaiting},
      {"signal.with_start", DefineCollector, WithStart, false},
      {"signal.nobody_listens", DefineCollector, NobodyListens},
      {"signal.handled_by_activity",
       [](Definitions& d) { d.Workflow<WorkingHandler>(kTextWorkflow).Activity(kEcho, Echo); }, HandledByActivity},
      {"wait.signalled_in_time", wait_at_most, SignalledInTime},
      {"wait.timed_out", wait_at_most, NotSignalled},
      {"wait.signalled_beforehand", wait_at_most, SignalledBeforehand, false},
  };
}

}  // namespace temporal::conformance
