// The example that the documentation shows, compiled and run as it stands there.
#include "temporal/json.h"
#include "temporal/temporal.h"
#include "temporal/testing/testing.h"
using namespace std::chrono_literals;
using ::testing::_;
namespace workflow = temporal::workflow;

struct Charge {
  std::string order_id;
  int cents = 0;
};
struct Receipt {
  std::string id;
};
struct Order {
  std::string id;
  int cents = 0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Charge, order_id, cents)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Receipt, id)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Order, id, cents)

// order_api.h: the contract, shared by client, worker and tests
inline constexpr temporal::ActivityRef<Receipt(Charge)> kCharge{"Charge"};
inline constexpr temporal::ActivityRef<bool(std::string)> kRefund{"Refund"};
inline constexpr temporal::WorkflowRef<Receipt(Order)> kProcessOrder{"ProcessOrder"};
inline constexpr temporal::SignalRef<void(std::string)> kApprove{"approve"};
inline constexpr temporal::QueryRef<std::string()> kStatus{"status"};

class ProcessOrder {
 public:
  explicit ProcessOrder(workflow::Context& ctx) : ctx_(ctx) {
    ctx.OnSignal(kApprove, [this](std::string who) { approver_ = std::move(who); });
    ctx.OnQuery(kStatus, [this] { return status_; });
  }

  temporal::Task<Receipt> Run(Order order) {
    status_ = "waiting for approval";
    if (!co_await ctx_.WaitCondition([this] { return !approver_.empty(); }, 24h))
      throw temporal::ApplicationFailure("not approved in a day", {.type = "Expired"});

    const Charge charge{.order_id = order.id, .cents = order.cents};
    auto paid = co_await workflow::Try(ctx_.ExecuteActivity(
        kCharge, {.start_to_close_timeout = 30s, .retry_policy = {.maximum_attempts = 3}}, charge));
    if (!paid.ok()) co_await ctx_.ExecuteActivity(kRefund, {.start_to_close_timeout = 30s}, order.id);
    status_ = paid.ok() ? "paid" : "refunded";
    co_return paid.value();  // rethrows the failure: the run closes as Failed
  }

 private:
  workflow::Context& ctx_;
  std::string approver_, status_ = "new";
};

TEST(ProcessOrder, ExpiresAfterADay) {  // milliseconds of real time
  temporal::test::WorkflowEnvironment env({.seed = 7});
  env.RegisterWorkflow<ProcessOrder>(kProcessOrder);
  EXPECT_CALL(env.MockActivity(kCharge), Call(_)).Times(0);
  const auto started = env.CurrentTime();
  auto order = env.client().StartWorkflow(kProcessOrder, {.id = "o-2"}, {.id = "o-2", .cents = 1});
  env.Sleep(23h);
  EXPECT_EQ(order.Query(kStatus), "waiting for approval");
  EXPECT_THROW(order.Result(), temporal::WorkflowFailedError);
  EXPECT_EQ(env.CurrentTime() - started, 24h);  // exact, not "about"
}

TEST(ProcessOrder, ApprovedOrder_IsChargedAndReplays) {
  temporal::test::WorkflowEnvironment env({.seed = 7});
  env.RegisterWorkflow<ProcessOrder>(kProcessOrder);
  EXPECT_CALL(env.MockActivity(kCharge), Call(_)).WillOnce(::testing::Return(Receipt{"r-1"}));
  auto order = env.client().StartWorkflow(kProcessOrder, {.id = "o-1"}, {.id = "o-1", .cents = 1});
  order.Signal(kApprove, "ann");
  EXPECT_EQ(order.Result().id, "r-1");

  temporal::test::WorkflowReplayer replayer;
  replayer.RegisterWorkflow<ProcessOrder>(kProcessOrder);
  EXPECT_THAT(replayer.Replay(order.FetchHistory()), temporal::test::ReplaysCleanly());
}
