// An argument that does not convert to the parameter of the reference.
// EXPECT: an argument does not convert to the type of its parameter
#include "prelude.h"

temporal::Task<int> Run(workflow::Context& ctx) {
  co_return co_await ctx.ExecuteActivity(kCount, {.start_to_close_timeout = 30s}, 42);
}
