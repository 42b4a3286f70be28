// The result of an activity is what its reference says.
// EXPECT: (conversion from|no viable conversion|cannot convert)
#include "prelude.h"

temporal::Task<std::string> Run(workflow::Context& ctx) {
  std::string text = "text";
  std::string result = co_await ctx.ExecuteActivity(kCount, {.start_to_close_timeout = 30s}, text);
  co_return result;
}
