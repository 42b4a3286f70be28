// What is told of runs besides their work: priorities, which are handed down, and texts for the UI.
#include "tests/conformance/scenarios/conducted.h"

namespace temporal::conformance {
namespace {

constexpr WorkflowRef<std::string(std::string)> kChild{"Child"};
constexpr ActivityRef<std::string()> kLong{"Long"};
std::string CompleteLater(activity::Context& ctx) { return ctx.CompleteAsync(); }

constexpr Priority kUrgent{.priority_key = 1};
constexpr Priority kFair{.fairness_key = "tenant", .fairness_weight = 2.5F};
constexpr Priority kWhole{.priority_key = 4, .fairness_key = "other", .fairness_weight = 0.5F};

// A child or the next run of the chain, which tell what they have inherited. The children take so long that the next
// run need not wait.
std::string Show(const Priority& priority) {
  return std::to_string(priority.priority_key) + " '" + std::string(priority.fairness_key) + "' " +
         std::to_string(priority.fairness_weight);
}
Task<std::string> ShowPriority(workflow::Context& ctx, std::string text) {
  co_await ctx.Sleep(500ms);
  co_return text + " " + Show(ctx.Info().priority);
}

Task<std::string> CallWithPriorities(workflow::Context& ctx, std::string text) {
  if (text == "next") co_return Show(ctx.Info().priority);
  co_await ctx.ExecuteActivity(kEcho, {.start_to_close_timeout = 10s}, text);
  for (const Priority& priority : {kUrgent, kFair, kWhole})
    co_await ctx.ExecuteActivity(kEcho, {.start_to_close_timeout = 10s, .priority = priority}, text);
  const std::string id = ctx.Info().workflow_id;
  for (const auto& [name, priority] : {std::pair{"plain", Priority{}}, {"urgent", kUrgent}, {"whole", kWhole}}) {
    const std::string child = id + "/" + name;
    co_await ctx.ExecuteChildWorkflow(kChild, {.id = child, .priority = priority}, name);
  }
  ctx.ContinueAsNew(kTextWorkflow, {}, std::string("next"));
}
void RunWithPriorities(Stage& stage, const Priority& priority) {
  auto handle = stage.Start(kTextWorkflow, {.priority = priority}, "hello");
  stage.Finish(handle);
  stage.CompareDescription(handle);
  stage.CompareDescription(stage.client().GetWorkflowHandle(handle.id()), "describe the last run");
  for (const char* child : {"/plain", "/urgent", "/whole"})
    stage.Compare(stage.client().GetWorkflowHandle(handle.id() + child));
}

Task<std::string> CallLong(workflow::Context& ctx, std::string kind) {
  Priority priority;
  if (kind == "own") priority = kUrgent;
  co_return co_await ctx.ExecuteActivity(kLong, {.start_to_close_timeout = 1h, .priority = priority});
}
void DescribePending(Stage& stage) {
  for (const std::string_view kind : {"inherited", "own"}) {
    auto handle = stage.Start(kTextWorkflow, {.id = kind, .priority = kWhole}, std::string(kind));
    stage.WaitUntil("the activity", [&] {
      const auto pending = handle.Describe().pending_activities;
      return pending.size() == 1 && pending.front().state == "Started";
    });
    stage.CompareDescription(handle, kind);
    handle.Terminate("the scenario is over");
  }
}

// A key beyond the levels that the server has, a weight beyond its range, and what it refuses.
void StrangePriorities(Stage& stage) {
  const std::string long_key(65, 'k');
  const std::pair<std::string_view, Priority> all[] = {
      {"level 6", {.priority_key = 6}},
      {"level -1", {.priority_key = -1}},
      {"weight 5000", {.fairness_key = "k", .fairness_weight = 5000}},
      {"weight -1", {.fairness_key = "k", .fairness_weight = -1}},
      {"long key", {.fairness_key = long_key}},
  };
  for (const auto& [name, priority] : all) {
    stage.Try(name, [&] {
      auto handle = stage.Start(kTextWorkflow, {.id = name, .priority = priority}, "hello");
      stage.CompareDescription(handle, name);
      handle.Terminate();
    });
  }
}

class Details : Conducted {
 public:
  explicit Details(workflow::Context& ctx) : Conducted(ctx) {
    ctx.OnQuery(kState, [this] { return ctx_.CurrentDetails(); }, {.description = "where it is"});
    ctx.OnSignal(kAdd, [this](const std::string& text) { ctx_.SetCurrentDetails(ctx_.CurrentDetails() + text); },
                 {.description = "adds"});
  }
  Task<std::string> Run(std::string text) {
    ctx_.SetCurrentDetails("# " + text);
    const std::string child = ctx_.Info().workflow_id + "/child";
    co_await ctx_.ExecuteActivity(kEcho, {.start_to_close_timeout = 10s, .summary = "an echo"}, text);
    co_await ctx_.ExecuteChildWorkflow(kChild, {.id = child, .summary = "a child", .static_details = "of *this*"},
                                       text);
    co_await UntilFinish();
    co_return ctx_.CurrentDetails();
  }
  static constexpr QueryRef<std::string()> kState{"state"};
};
void AskForDetails(Stage& stage) {
  auto handle =
      stage.Start(kTextWorkflow, {.static_summary = "one line", .static_details = "several\n\n*lines*"}, "hello");
  const auto ask = [&](const std::string& when) {
    stage.Say(when + ": state", handle.Query(Details::kState));
    stage.Say(when + ": metadata", handle.QueryPayloads("__temporal_workflow_metadata", {}).front().data);
  };
  const auto child = stage.client().GetWorkflowHandle(handle.id() + "/child");
  stage.WaitUntilHandled(handle, "ChildWorkflowExecutionCompleted");
  ask("running");
  handle.Signal(kAdd, " and more");
  stage.WaitUntilHandled(handle, "WorkflowExecutionSignaled");
  ask("signalled");
  stage.CompareDescription(handle);
  stage.CompareDescription(child, "describe the child");
  handle.Signal(kFinish);
  stage.Finish(handle);
  ask("closed");
  stage.Compare(child);
}

}  // namespace

std::vector<Scenario> AnnotationScenarios() {
  const auto define_priorities = [](Definitions& d) {
    d.Workflow(kTextWorkflow, CallWithPriorities).Workflow(kChild, ShowPriority).Activity(kEcho, Echo);
  };
  return {
      {"priority.handed_down", define_priorities, [](Stage& stage) { RunWithPriorities(stage, kFair); }},
      {"priority.of_parts_alone", define_priorities, [](Stage& stage) { RunWithPriorities(stage, {}); }},
      {"priority.described", [](Definitions& d) { d.Workflow(kTextWorkflow, CallLong).Activity(kLong, CompleteLater); },
       DescribePending},
      {"priority.strange", nullptr, StrangePriorities},
      {"details.current_and_static",
       [](Definitions& d) { d.Workflow<Details>(kTextWorkflow).Workflow(kChild, ShowPriority).Activity(kEcho, Echo); },
       AskForDetails},
  };
}

}  // namespace temporal::conformance
