// Workflows of the Go SDK that call Nexus operations and cancel them.
#include "temporal/temporal.h"
#include "tests/replay/foreign/rewrites.h"

namespace temporal::replay {
namespace {

using namespace std::chrono_literals;

constexpr NexusOperationOptions kOperation{
    .endpoint = "replay-endpoint", .service = "replay-service", .operation = "wait-on-signal-op"};

// The originals also make an id by a mutable side effect, which no replay compares.

Task<void> CancelledBeforeSent(workflow::Context& ctx) {
  workflow::CancellationScope scope(ctx);
  scope.Cancel();
  (void)co_await workflow::Try(scope->ExecuteNexusOperation<Payload>(kOperation, "fail-to-send"));
}

Task<void> CancelledBeforeStart(workflow::Context& ctx) {
  auto scope = workflow::CancellationScope::Detached(ctx);
  auto operation = scope->ExecuteNexusOperation<Payload>(kOperation, "delay-start");
  co_await ctx.Sleep(200ms);
  scope.Cancel();
  (void)co_await workflow::Try(operation);
}

Task<void> CancelledAfterComplete(workflow::Context& ctx) {
  workflow::CancellationScope scope(ctx);
  co_await scope->ExecuteNexusOperation<Payload>(kOperation, "succeed");
  scope.Cancel();
}

}  // namespace

void AddGoNexus(Rewrites& rewrites) {
  rewrites.push_back(Function("sdk-go", "CancelNexusOperationBeforeSentWorkflow", CancelledBeforeSent));
  rewrites.push_back(Function("sdk-go", "CancelNexusOperationBeforeStartWorkflow", CancelledBeforeStart));
  rewrites.push_back(Function("sdk-go", "CancelNexusOperationAfterCompleteWorkflow", CancelledAfterComplete));
}

}  // namespace temporal::replay
