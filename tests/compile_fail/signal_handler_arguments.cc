// A signal handler takes the arguments of its reference.
// EXPECT: the handler does not take the signal's arguments
#include "prelude.h"

void Register(workflow::Context& ctx) {
  ctx.OnSignal(kApprove, [](int) {});
}
