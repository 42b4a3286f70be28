// A wait that nobody awaits does nothing: the compiler says so.
// EXPECT: a wait does nothing until it is awaited
#include "prelude.h"

temporal::Task<void> Run(workflow::Context& ctx) {
  ctx.WaitCondition([] { return false; }, 1h);
  co_return;
}
