// A query handler answers at once: it cannot wait.
// EXPECT: does not answer its result type
#include "prelude.h"

void Register(workflow::Context& ctx) {
  ctx.OnQuery(kStatus, []() -> temporal::Task<std::string> { co_return "late"; });
}
