// Interceptors of workflows: the headers that they send along are in the history.
#include <array>
#include <memory>

#include "temporal/interceptor.h"
#include "tests/conformance/scenarios/common.h"

namespace temporal::conformance {
namespace {

constexpr WorkflowRef<std::string(std::string)> kChild{"Child"};

class SendsOrigin : public worker::WorkflowInterceptor {
 public:
  explicit SendsOrigin(workflow::Context& ctx) : origin_(ToPayload(ctx.Info().workflow_type)) {}
  void OnScheduleActivity(worker::ScheduleActivityCall& call) override { call.headers["origin"] = origin_; }
  void OnStartChildWorkflow(worker::StartChildWorkflowCall& call) override { call.headers["origin"] = origin_; }
  void OnSignalExternalWorkflow(worker::SignalExternalWorkflowCall& call) override { call.headers["origin"] = origin_; }
  void OnContinueAsNew(worker::ContinueAsNewCall& call) override { call.headers["origin"] = origin_; }
  void OnStartTimer(worker::StartTimerCall& call) override { call.duration *= 2; }

 private:
  const Payload origin_;
};

class Sends : public worker::WorkerInterceptor {
 public:
  std::unique_ptr<worker::WorkflowInterceptor> InterceptWorkflow(workflow::Context& ctx) override {
    return std::make_unique<SendsOrigin>(ctx);
  }
};

// Answers a while after it was told: no order is promised otherwise.
class AnswersLater {
 public:
  explicit AnswersLater(workflow::Context& ctx) : ctx_(ctx) {
    ctx.OnSignal(kAdd, [this](const std::string& text) { text_ += text; });
  }
  Task<std::string> Run(std::string start) {
    co_await ctx_.WaitCondition([this] { return !text_.empty(); });
    co_await ctx_.Sleep(150ms);
    co_return start + text_;
  }

 private:
  workflow::Context& ctx_;
  std::string text_;
};

Task<std::string> CallAll(workflow::Context& ctx, std::string text) {
  if (text == "again") co_return text;
  const std::string child_id = ctx.Info().workflow_id + "/child";
  const auto child = co_await ctx.StartChildWorkflow(kChild, {.id = child_id}, "0");
  co_await ctx.Sleep(150ms);  // until its first task is done
  co_await child.Signal(kAdd, text);
  const std::string told = co_await child.Result();
  co_await ctx.ExecuteActivity(kEcho, {.start_to_close_timeout = 10s}, told);
  ctx.ContinueAsNew(kTextWorkflow, {}, std::string("again"));
}

void Define(Definitions& define) {
  define.Activity(kEcho, Echo).Workflow(kTextWorkflow, CallAll).Workflow<AnswersLater>(kChild);
}

void Headers(Stage& stage) {
  Sends sends;
  const std::array<worker::WorkerInterceptor*, 1> interceptors = {&sends};
  stage.StartWorker({.interceptors = interceptors});
  auto handle = stage.Start(kTextWorkflow, {}, "hello");
  stage.Finish(handle);
  stage.Compare(stage.client().GetWorkflowHandle(stage.Id() + "/child"));
  stage.StopWorkers();
}

}  // namespace

std::vector<Scenario> InterceptorScenarios() { return {{"interceptor.headers", Define, Headers, false}}; }

}  // namespace temporal::conformance
