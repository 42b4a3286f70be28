// Updates: judged, answered at once or later, with a start, and on runs that end.
#include "tests/conformance/scenarios/common.h"

namespace temporal::conformance {
namespace {

constexpr UpdateRef<std::string(std::string)> kAppend{"append"};
constexpr UpdateRef<std::string(std::string)> kEchoed{"echoed"};

// Appends what it is told: at once, or what an activity makes of it. Refuses what is empty.
class Editor {
 public:
  explicit Editor(workflow::Context& ctx) : ctx_(ctx) {
    auto append = [this](std::string text) {
      if (text == "fail") throw ApplicationFailure("cannot append", {.type = "Append"});
      return text_ += text;
    };
    auto check = [](const std::string& text) {
      if (text.empty()) throw ApplicationFailure("nothing to append", {.type = "Empty"});
    };
    auto echoed = [this](std::string text) { return Echoed(std::move(text)); };
    ctx.OnUpdate(kAppend, append, check);
    ctx.OnUpdate(kEchoed, echoed);
    ctx.OnSignal(kFinish, [this] { finished_ = true; });
  }
  Task<std::string> Run(std::string start) {
    text_ = start + text_;
    co_await ctx_.WaitCondition([this] { return finished_ && ctx_.AllHandlersFinished(); });
    co_return text_;
  }

 private:
  Task<std::string> Echoed(std::string text) {
    const std::string echo = co_await ctx_.ExecuteActivity(kEcho, {.start_to_close_timeout = 10s}, text);
    text_ += echo;
    co_return text_;
  }

  workflow::Context& ctx_;
  std::string text_;
  bool finished_ = false;
};

// Answers updates of any name, unless they are empty.
class AnswersAnything {
 public:
  explicit AnswersAnything(workflow::Context& ctx) : ctx_(ctx) {
    ctx.OnDynamicUpdate(
        [this](std::string name, Payloads input) -> Task<std::string> {
          const std::string text = FromPayload<std::string>(input.at(0));
          const std::string echo = co_await ctx_.ExecuteActivity(kEcho, {.start_to_close_timeout = 10s}, text);
          co_return name + " " + echo;
        },
        [](std::string name, const Payloads& input) {
          if (FromPayload<std::string>(input.at(0)).empty()) throw ApplicationFailure("nothing", {.type = name});
        });
    ctx.OnSignal(kFinish, [this] { finished_ = true; });
  }
  Task<std::string> Run(std::string start) {
    co_await ctx_.WaitCondition([this] { return finished_ && ctx_.AllHandlersFinished(); });
    co_return start;
  }

 private:
  workflow::Context& ctx_;
  bool finished_ = false;
};

// Ends while an update is under way.
class Hurries {
 public:
  explicit Hurries(workflow::Context& ctx) : ctx_(ctx) {
    ctx.OnUpdate(kAppend,
                 [this](std::string text) -> Task<std::string> {
                   co_await ctx_.Sleep(1h);
                   co_return text;
                 },
                 {.unfinished_policy = HandlerUnfinishedPolicy::kAbandon});
    ctx.OnSignal(kFinish, [this] { finished_ = true; });
  }
  Task<std::string> Run(std::string start) {
    co_await ctx_.WaitCondition([this] { return finished_; });
    co_return start;
  }

 private:
  workflow::Context& ctx_;
  bool finished_ = false;
};

// Goes over to the next run while an update is under way.
class ContinuesMeanwhile : Hurries {
 public:
  explicit ContinuesMeanwhile(workflow::Context& ctx) : Hurries(ctx), ctx_(ctx) {}
  Task<std::string> Run(std::string start) {
    if (start == "next") co_return start;
    co_await Hurries::Run(start);
    ctx_.ContinueAsNew(kTextWorkflow, {}, std::string("next"));
  }

 private:
  workflow::Context& ctx_;
};

void DefineEditor(Definitions& define) { define.Workflow<Editor>(kTextWorkflow).Activity(kEcho, Echo); }

client::WorkflowHandle<std::string> StartIdle(Stage& stage) {
  auto handle = stage.Start(kTextWorkflow, {}, "0");
  stage.WaitForEvent(handle, "WorkflowTaskCompleted", 1);
  return handle;
}

void AnsweredAtOnce(Stage& stage) {
  auto handle = StartIdle(stage);
  stage.Say("first", handle.StartUpdate(kAppend, {.id = "u1"}, "a").Result());
  stage.Say("second", handle.StartUpdate(kAppend, {.id = "u2"}, "b").Result());
  stage.Say("the same again", handle.StartUpdate(kAppend, {.id = "u1"}, "a").Result());
  handle.Signal(kFinish);
  stage.Finish(handle);
}

void AnsweredByActivity(Stage& stage) {
  auto handle = StartIdle(stage);
  stage.Say("echoed", handle.StartUpdate(kEchoed, {.id = "u1"}, "a").Result());
  handle.Signal(kFinish);
  stage.Finish(handle);
}

void Rejected(Stage& stage) {
  auto handle = StartIdle(stage);
  stage.Try("empty", [&] { handle.StartUpdate(kAppend, {.id = "u1"}, "").Result(); });
  stage.Say("not empty", handle.StartUpdate(kAppend, {.id = "u2"}, "a").Result());
  handle.Signal(kFinish);
  stage.Finish(handle);
}

void Failed(Stage& stage) {
  auto handle = StartIdle(stage);
  stage.Try("fail", [&] { handle.StartUpdate(kAppend, {.id = "u1"}, "fail").Result(); });
  handle.Signal(kFinish);
  stage.Finish(handle);
}

void RunIsClosed(Stage& stage) {
  auto handle = StartIdle(stage);
  stage.Say("open", handle.StartUpdate(kAppend, {.id = "u1"}, "a").Result());
  handle.Signal(kFinish);
  stage.Finish(handle);
  stage.Say("the same again", handle.StartUpdate(kAppend, {.id = "u1"}, "a").Result());
  stage.Try("another", [&] { handle.StartUpdate(kAppend, {.id = "u2"}, "b").Result(); });
}

void WithStart(Stage& stage) {
  const std::string id = stage.Id();
  const auto options = [&] {
    StartWorkflowOptions options;
    options.id = id;
    options.task_queue = stage.queue();
    options.id_conflict_policy = WorkflowIdConflictPolicy::kUseExisting;
    return options;
  }();
  const client::Client& client = stage.client();
  for (const char* update : {"u1", "u2"}) {
    auto handle =
        client.StartUpdateWithStart(client.WithStart(kTextWorkflow, options, "0"), kAppend, {.id = update}, update);
    stage.Say(update, handle.Result());
  }
  auto handle = client.GetWorkflowHandle(kTextWorkflow, id);
  stage.Compare(handle);
  handle.Signal(kFinish);
  stage.Finish(handle);
}

void Dynamic(Stage& stage) {
  auto handle = StartIdle(stage);
  stage.Say("append", handle.StartUpdate(kAppend, {.id = "u1"}, "a").Result());
  stage.Try("empty", [&] { handle.StartUpdate(kEchoed, {.id = "u2"}, "").Result(); });
  stage.Say("echoed", handle.StartUpdate(kEchoed, {.id = "u3"}, "b").Result());
  handle.Signal(kFinish);
  stage.Finish(handle);
}

void CutShort(Stage& stage) {
  auto handle = StartIdle(stage);
  auto update = handle.StartUpdate(kAppend, {.id = "u1"}, "a");
  handle.Signal(kFinish);
  stage.Finish(handle);
  stage.Try("cut short", [&] { update.Result(); });
}

}  // namespace

std::vector<Scenario> UpdateScenarios() {
  return {
      {"update.answered_at_once", DefineEditor, AnsweredAtOnce},
      {"update.answered_by_activity", DefineEditor, AnsweredByActivity},
      {"update.rejected", DefineEditor, Rejected},
      {"update.failed", DefineEditor, Failed},
      {"update.run_is_closed", DefineEditor, RunIsClosed},
      {"update.with_start", DefineEditor, WithStart},
      {"update.dynamic", [](Definitions& d) { d.Workflow<AnswersAnything>(kTextWorkflow).Activity(kEcho, Echo); },
       Dynamic},
      {"update.cut_short", [](Definitions& d) { d.Workflow<Hurries>(kTextWorkflow); }, CutShort},
      {"update.cut_short_by_the_next_run", [](Definitions& d) { d.Workflow<ContinuesMeanwhile>(kTextWorkflow); },
       CutShort},
  };
}

}  // namespace temporal::conformance
