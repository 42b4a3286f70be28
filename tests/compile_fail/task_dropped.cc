// A task that nobody awaits does nothing: the compiler says so.
// EXPECT: a Task does nothing until it is awaited or spawned
#include "prelude.h"

temporal::Task<int> Count() { co_return 1; }

temporal::Task<void> Run(workflow::Context&) {
  Count();
  co_return;
}
