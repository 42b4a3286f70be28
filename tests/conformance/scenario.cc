// The list of all scenarios.
#include "tests/conformance/scenario.h"

#include <algorithm>

namespace temporal::conformance {

std::vector<Scenario> AllScenarios() {
  std::vector<Scenario> all;
  for (auto* feature : {ActivityScenarios,
                        ActivityCancellationScenarios,
                        AnnotationScenarios,
                        AttributeScenarios,
                        CancellationScenarios,
                        ChainScenarios,
                        ChildScenarios,
                        ChildCancellationScenarios,
                        InterceptorScenarios,
                        LocalActivityScenarios,
                        LocalActivityCancellationScenarios,
                        MarkerScenarios,
                        PayloadScenarios,
                        QueryScenarios,
                        SignalScenarios,
                        StartPolicyScenarios,
                        TaskScenarios,
                        TimeoutScenarios,
                        TimerScenarios,
                        UpdateScenarios,
                        VisibilityScenarios,
                        WorkerScenarios}) {
    for (const Scenario& scenario : feature()) all.push_back(scenario);
  }
  std::sort(all.begin(), all.end(), [](const Scenario& a, const Scenario& b) { return a.name < b.name; });
  return all;
}

}  // namespace temporal::conformance
