// A future that nobody awaits is most often a forgotten co_await: the compiler says so.
// EXPECT: await the future, or keep it to await it later
#include "prelude.h"

temporal::Task<void> Run(workflow::Context& ctx) {
  ctx.Sleep(1h);
  co_return;
}
