// Signals answer nothing, so their handlers return nothing.
// EXPECT: a signal handler returns void or Task<void>
#include "prelude.h"

void Register(workflow::Context& ctx) {
  ctx.OnSignal(kApprove, [](const std::string& who) { return who.size(); });
}
