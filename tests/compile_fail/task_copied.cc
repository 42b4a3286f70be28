// A task is linear: it runs once, so it cannot be copied.
// EXPECT: deleted
#include "prelude.h"

temporal::Task<int> Count() { co_return 1; }

temporal::Task<int> Run(workflow::Context&) {
  auto task = Count();
  auto copy = task;
  co_return co_await std::move(copy);
}
