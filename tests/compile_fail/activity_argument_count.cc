// One argument too many for the reference.
// EXPECT: wrong number of arguments for this reference
#include "prelude.h"

temporal::Task<int> Run(workflow::Context& ctx) {
  std::string text = "text";
  co_return co_await ctx.ExecuteActivity(kCount, {.start_to_close_timeout = 30s}, text, text);
}
