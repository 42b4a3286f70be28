// Everything that the other files get wrong, right: this must compile.
#include "prelude.h"

class Counting {
 public:
  explicit Counting(workflow::Context& ctx) : ctx_(ctx) {
    ctx.OnSignal(kApprove, [this](std::string who) { who_ = std::move(who); });
    ctx.OnQuery(kStatus, [this] { return who_; });
  }
  temporal::Task<int> Run(std::string text) {
    const bool approved = co_await ctx_.WaitCondition([this] { return !who_.empty(); }, 1h);
    auto count = co_await workflow::Try(ctx_.ExecuteActivity(kCount, {.start_to_close_timeout = 30s}, text));
    co_return approved&& count.ok() ? count.value() : 0;
  }

 private:
  workflow::Context& ctx_;
  std::string who_;
};

int Use(temporal::client::Client& client, temporal::worker::Worker& worker) {
  worker.RegisterWorkflow<Counting>(kCounting);
  worker.RegisterActivity(kCount, [](const std::string& text) { return static_cast<int>(text.size()); });
  auto handle = client.StartWorkflow(kCounting, {.id = "count"}, "text");
  handle.Signal(kApprove, "somebody");
  return handle.Query(kStatus).empty() ? 0 : handle.Result();
}
