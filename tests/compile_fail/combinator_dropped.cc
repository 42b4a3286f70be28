// A combinator that nobody awaits does nothing: the compiler says so.
// EXPECT: a wait does nothing until it is awaited
#include "prelude.h"

temporal::Task<void> Run(workflow::Context& ctx) {
  workflow::Try(workflow::All{ctx.Sleep(1h)});
  co_return;
}
