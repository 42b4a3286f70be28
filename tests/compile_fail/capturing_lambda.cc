// The same double destruction hits a lambda that captures a non-trivial value.
// ONLY: GNU
// EXPECT: name this lambda in a variable before the call
#include "prelude.h"

temporal::Task<void> Run(workflow::Context& ctx) {
  std::string text = "text";
  co_await ctx.WaitCondition([text] { return text.empty(); });
}
