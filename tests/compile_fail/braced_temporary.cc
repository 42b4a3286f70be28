// A brace-initialised temporary with a non-trivial member: this compiler destroys it twice in a co_await expression.
// ONLY: GNU
// EXPECT: name this argument in a variable before the call
#include "prelude.h"

struct Order {
  std::string id;
};
template <>
struct temporal::PayloadConverter<Order> {
  static Payload Encode(const Order& order) { return ToPayload(order.id); }
  static Order Decode(const Payload& payload) { return {FromPayload<std::string>(payload)}; }
};
inline constexpr temporal::ActivityRef<int(Order)> kCharge{"Charge"};

temporal::Task<int> Run(workflow::Context& ctx) {
  co_return co_await ctx.ExecuteActivity(kCharge, {.start_to_close_timeout = 30s}, Order{.id = "o-1"});
}
