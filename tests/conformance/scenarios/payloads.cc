// Values of every kind, through arguments, results and signals.
#include <optional>
#include <vector>

#include "temporal/json.h"
#include "tests/conformance/scenarios/common.h"

namespace temporal::conformance {
namespace {

struct Address {
  std::string street;
  std::optional<int> number;
};
struct Person {
  std::string name;
  double height = 0;
  bool active = false;
  std::vector<Address> addresses;
};

void to_json(nlohmann::json& json, const Address& address) {
  json = {{"street", address.street}};
  if (address.number) json["number"] = *address.number;
}
void from_json(const nlohmann::json& json, Address& address) {
  json.at("street").get_to(address.street);
  if (json.contains("number")) address.number = json["number"].get<int>();
}
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Person, name, height, active, addresses)

// One workflow and one activity for each type: the value goes through both.
template <class T>
struct Kind {
  static constexpr ActivityRef<T(T)> kActivity{"SameAgain"};
  static constexpr WorkflowRef<T(T)> kWorkflow{"Same"};

  static Task<T> Run(workflow::Context& ctx, T value) {
    T again = co_await ctx.ExecuteActivity(kActivity, {.start_to_close_timeout = 10s}, value);
    co_return again;
  }
  static void Define(Definitions& define) {
    define.Workflow(kWorkflow, Run).Activity(kActivity, [](const T& value) { return value; });
  }
  static void RoundTrip(Stage& stage, const std::vector<T>& values) {
    int number = 0;
    for (const T& value : values) {
      const std::string name = std::to_string(++number);
      stage.Finish(stage.Start(kWorkflow, {.id = name}, value), "result " + name);
    }
  }
};

using std::numeric_limits;

void Texts(Stage& stage) {
  Kind<std::string>::RoundTrip(stage, {"", "plain", "quote \" backslash \\ slash /", "tab\tnewline\n\x01",
                                       "Grüße, 世界, 🚀", std::string(300, 'x')});
}
void Numbers(Stage& stage) {
  Kind<std::int64_t>::RoundTrip(stage,
                                {0, -1, numeric_limits<std::int64_t>::max(), numeric_limits<std::int64_t>::min()});
}
void Doubles(Stage& stage) { Kind<double>::RoundTrip(stage, {0.0, 0.1, -2.5, 1e300, 1.0 / 3.0, 100.0}); }
void Booleans(Stage& stage) { Kind<bool>::RoundTrip(stage, {true, false}); }
void Optionals(Stage& stage) { Kind<std::optional<std::string>>::RoundTrip(stage, {std::nullopt, "some"}); }
void ByteStrings(Stage& stage) {
  Kind<Bytes>::RoundTrip(stage, {Bytes{}, Bytes{std::byte{0}, std::byte{255}, std::byte{10}, std::byte{128}}});
}
void Structs(Stage& stage) {
  Kind<Person>::RoundTrip(
      stage, {Person{}, Person{"Ada \"Countess\" Ŀ", 1.65, true, {{"Main St", 3}, {"Nowhere", std::nullopt}}}});
}

Task<void> Nothing(workflow::Context&) { co_return; }

void NoArgumentsNoResult(Stage& stage) { stage.Finish(stage.Start(kPlainWorkflow, {})); }

// What does not decode fails the task, which is retried.
void WrongArgument(Stage& stage) {
  auto handle = stage.client().StartWorkflowPayloads(
      Kind<std::int64_t>::kWorkflow.name(), {.id = stage.Id(), .task_queue = stage.queue()}, {ToPayload("no number")});
  stage.Compare(handle);
  stage.WaitForEvent(handle, "WorkflowTaskFailed");
  stage.StopWorkers();
  handle.Terminate("as expected");
}

}  // namespace

std::vector<Scenario> PayloadScenarios() {
  return {
      {"payload.text", Kind<std::string>::Define, Texts},
      {"payload.integer", Kind<std::int64_t>::Define, Numbers},
      {"payload.double", Kind<double>::Define, Doubles},
      {"payload.bool", Kind<bool>::Define, Booleans},
      {"payload.optional", Kind<std::optional<std::string>>::Define, Optionals},
      {"payload.bytes", Kind<Bytes>::Define, ByteStrings},
      {"payload.struct", Kind<Person>::Define, Structs},
      {"payload.nothing", [](Definitions& d) { d.Workflow(kPlainWorkflow, Nothing); }, NoArgumentsNoResult},
      {"payload.wrong_argument", Kind<std::int64_t>::Define, WrongArgument},
  };
}

}  // namespace temporal::conformance
