// A struct needs to be told how it becomes a payload.
// EXPECT: this type does not know how to become a payload
#include "prelude.h"

struct Order {
  int cents = 0;
};
inline constexpr temporal::ActivityRef<int(Order)> kCharge{"Charge"};

temporal::Task<int> Run(workflow::Context& ctx) {
  Order order;
  co_return co_await ctx.ExecuteActivity(kCharge, {.start_to_close_timeout = 30s}, order);
}
