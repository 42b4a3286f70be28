// A combinator that nobody awaits does nothing: the compiler says so.
// EXPECT: await it: it does nothing by itself
#include "prelude.h"

temporal::Task<void> Run(workflow::Context& ctx) {
  workflow::Try(workflow::All{ctx.Sleep(1h)});
  co_return;
}
