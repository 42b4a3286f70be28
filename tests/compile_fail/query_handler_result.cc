// A query handler answers the result type of its reference.
// EXPECT: does not answer its result type
#include "prelude.h"

void Register(workflow::Context& ctx) {
  ctx.OnQuery(kStatus, [] { return std::chrono::seconds(3); });
}
