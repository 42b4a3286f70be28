// A wait that nobody awaits does nothing: the compiler says so.
// EXPECT: await it: it does nothing by itself
#include "prelude.h"

temporal::Task<void> Run(workflow::Context& ctx) {
  ctx.WaitCondition([] { return true; });
  co_return;
}
