// Names and small activities that several features use.
#ifndef TEMPORAL_TESTS_CONFORMANCE_SCENARIOS_COMMON_H_
#define TEMPORAL_TESTS_CONFORMANCE_SCENARIOS_COMMON_H_

#include <chrono>
#include <string>

#include "temporal/temporal.h"
#include "tests/conformance/scenario.h"
#include "tests/conformance/stage.h"

namespace temporal::conformance {

using namespace std::chrono_literals;

inline constexpr ActivityRef<std::string(std::string)> kEcho{"Echo"};
inline std::string Echo(const std::string& text) { return text; }

inline constexpr WorkflowRef<std::string(std::string)> kTextWorkflow{"TextWorkflow"};
inline constexpr WorkflowRef<void()> kPlainWorkflow{"PlainWorkflow"};
inline constexpr SignalRef<void(std::string)> kAdd{"add"};
inline constexpr SignalRef<void()> kFinish{"finish"};

// Search attributes that every server of the conformance scenarios is started with.
inline constexpr KeywordKey kColour{"Colour"};
inline constexpr IntKey kAmount{"Amount"};
inline constexpr BoolKey kPaid{"Paid"};
inline constexpr KeywordListKey kTags{"Tags"};

// Waits until it is told to finish; shows what was added.
class Collector {
 public:
  explicit Collector(workflow::Context& ctx) : ctx_(ctx) {
    ctx.OnSignal(kAdd, [this](const std::string& text) { text_ += text; });
    ctx.OnSignal(kFinish, [this] { finished_ = true; });
    ctx.OnQuery(kText, [this] { return text_; });
    ctx.OnQuery(kBroken, [](const std::string& what) -> int { throw ApplicationFailure(what, {.type = "Broken"}); });
  }
  Task<std::string> Run(std::string start) {
    text_ = start + text_;
    co_await ctx_.WaitCondition([this] { return finished_; });
    co_return text_;
  }

  static constexpr QueryRef<std::string()> kText{"text"};
  static constexpr QueryRef<int(std::string)> kBroken{"broken"};

 private:
  workflow::Context& ctx_;
  std::string text_;
  bool finished_ = false;
};

inline void DefineCollector(Definitions& define) { define.Workflow<Collector>(kTextWorkflow); }

}  // namespace temporal::conformance

#endif  // TEMPORAL_TESTS_CONFORMANCE_SCENARIOS_COMMON_H_
