// Workflows of all SDKs that take updates.
#include <string>
#include <vector>

#include "temporal/json.h"
#include "temporal/temporal.h"
#include "tests/replay/foreign/rewrites.h"

namespace temporal::replay {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

// Go: ends with the update, which sleeps first if it is told to.
class UpdateAndExit {
 public:
  explicit UpdateAndExit(workflow::Context& ctx) : ctx_(ctx) {
    ctx.OnUpdate(UpdateRef<void(std::int64_t)>("update"), [this](std::int64_t nanos) { return Update(nanos); });
  }
  Task<void> Run() {
    co_await ctx_.WaitCondition([this] { return closed_; });
  }

 private:
  Task<void> Update(std::int64_t nanos) {
    if (nanos != 0) co_await ctx_.Sleep(Duration(nanos));
    closed_ = true;
  }

  workflow::Context& ctx_;
  bool closed_ = false;
};

// Go: updates sleep; a signal ends it.
class UpdatesUntilShutdown {
 public:
  explicit UpdatesUntilShutdown(workflow::Context& ctx) : ctx_(ctx) {
    ctx.OnUpdate(UpdateRef<void(std::int64_t)>("update"), [this](std::int64_t nanos) { return Update(nanos); });
    ctx.OnSignal(SignalRef<void()>("shutdown"), [this] { shutdown_ = true; });
  }
  Task<void> Run() {
    co_await ctx_.WaitCondition([this] { return shutdown_; });
  }

 private:
  Task<void> Update(std::int64_t nanos) { co_await ctx_.Sleep(Duration(nanos)); }

  workflow::Context& ctx_;
  bool shutdown_ = false;
};

// .NET: the update is answered after the workflow has returned.
class UpdateAfterComplete {
 public:
  explicit UpdateAfterComplete(workflow::Context& ctx) : ctx_(ctx) {
    ctx.OnUpdate(UpdateRef<std::string()>("DoUpdate"), [this] { return Update(); });
  }
  Task<std::string> Run() {
    co_await ctx_.ExecuteLocalActivity<std::string>("SomeActivity", {.start_to_close_timeout = 1min},
                                                    "activity-from-workflow");
    completed_ = true;
    co_return "complete-workflow";
  }

 private:
  Task<std::string> Update() {
    co_await ctx_.WaitCondition([this] { return completed_; });
    co_return "complete-update";
  }

  workflow::Context& ctx_;
  bool completed_ = false;
};

// Python: the same, from before answers went in front of the workflow's end.
class UpdateAfterReturn {
 public:
  explicit UpdateAfterReturn(workflow::Context& ctx) : ctx_(ctx) {
    ctx.OnUpdate(UpdateRef<std::string()>("my_update"), [this] { return Update(); });
  }
  Task<std::string> Run() {
    returned_ = true;
    co_return "workflow-result";
  }

 private:
  Task<std::string> Update() {
    co_await ctx_.WaitCondition([this] { return returned_; });
    co_return "update-result";
  }

  workflow::Context& ctx_;
  bool returned_ = false;
};

// Python: notes the order in which everything happens.
class Tracing {
 public:
  explicit Tracing(workflow::Context& ctx) : ctx_(ctx) {
    ctx.OnSignal(SignalRef<void(std::string)>("dosig"),
                 [this](const std::string& name) { events_.push_back("sig-" + name); });
    ctx.OnUpdate(UpdateRef<void(std::string)>("doupdate"),
                 [this](const std::string& name) { events_.push_back("update-" + name); });
  }
  Task<std::vector<std::string>> Run() {
    auto timer = ctx_.Sleep(100ms);
    auto activity = ctx_.ExecuteActivity<std::string>("say_hello", {.start_to_close_timeout = 5s}, "Enchi");
    co_await timer;
    co_await activity;
    co_return events_;
  }

 private:
  workflow::Context& ctx_;
  std::vector<std::string> events_;
};

// Python: each update is a user's message, which a language model answers, in as many turns as it asks for tools.
class CustomerService {
 public:
  explicit CustomerService(workflow::Context& ctx) : ctx_(ctx) {
    ctx.OnUpdate(UpdateRef<Json(Json)>("process_user_message"), [this](Json message) { return Answer(message); });
  }
  Task<void> Run() {
    co_await ctx_.WaitCondition([] { return false; });
  }

 private:
  Task<Json> Answer(Json message) {
    bool tools = true;
    while (tools) {
      const Json answer =
          co_await ctx_.ExecuteActivity<Json>("invoke_model_activity", {.start_to_close_timeout = 1min}, message);
      tools = false;
      for (const Json& output : answer.at("output")) tools = tools || output.contains("arguments");
    }
    co_return message;
  }

  workflow::Context& ctx_;
};

// Core: one long local activity, updates while it runs.
template <bool timer_in_update>
class LongLocalActivity {
 public:
  explicit LongLocalActivity(workflow::Context& ctx) : ctx_(ctx) {
    ctx.OnUpdate(UpdateRef<void()>("update"), [this] { return Update(); });
  }
  Task<void> Run() { co_await ctx_.ExecuteLocalActivity("delay", {.start_to_close_timeout = 1min}, "hi!"); }

 private:
  Task<void> Update() {
    if (timer_in_update) co_await ctx_.Sleep(2s);
  }

  workflow::Context& ctx_;
};

}  // namespace

void AddUpdates(Rewrites& rewrites) {
  rewrites.push_back(Class<UpdateAndExit>("sdk-go", "UpdateAndExit"));
  rewrites.push_back(Class<UpdatesUntilShutdown>("sdk-go", "UpdateWorkflow"));
  rewrites.push_back(Class<UpdateAfterComplete>("sdk-dotnet", "CoroutinesAfterCompleteWorkflow", "update-after"));
  rewrites.push_back(Class<UpdateAfterReturn>("sdk-python", "UpdateCompletionAfterWorkflowReturn"));
  rewrites.push_back(Class<Tracing>("sdk-python", "SignalsActivitiesTimersUpdatesTracingWorkflow"));
  rewrites.push_back(Class<CustomerService>("sdk-python", "CustomerServiceWorkflow"));
  rewrites.push_back(Class<LongLocalActivity<true>>("sdk-core", "long_local_activity_with_update-3*"));
  rewrites.push_back(Class<LongLocalActivity<false>>("sdk-core", "long_local_activity_with_update-*"));
}

}  // namespace temporal::replay
