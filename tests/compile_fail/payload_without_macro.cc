// With nlohmann-json at hand, a struct that it cannot convert is refused in our words, and in few.
// EXPECT: this type does not know how to become a payload
// AT MOST: 40 lines
#include "prelude.h"
#include "temporal/json.h"

struct Order {
  int cents = 0;
};
inline constexpr temporal::ActivityRef<int(Order)> kCharge{"Charge"};

temporal::Task<int> Run(workflow::Context& ctx) {
  Order order;
  co_return co_await ctx.ExecuteActivity(kCharge, {.start_to_close_timeout = 30s}, order);
}

int Decoded(const temporal::Payload& payload) { return temporal::FromPayload<Order>(payload).cents; }
