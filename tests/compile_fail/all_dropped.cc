// Futures that are gathered but not awaited are a forgotten co_await: the compiler says so.
// EXPECT: a wait does nothing until it is awaited
#include "prelude.h"

temporal::Task<void> Run(workflow::Context& ctx) {
  workflow::All{ctx.Sleep(1h), ctx.Sleep(2h)};
  co_return;
}
