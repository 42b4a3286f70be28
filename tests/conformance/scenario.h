// What a conformance scenario is: workflows and activities, and a function that drives them through a client. The same
// scenario runs in process, on the fake server over gRPC and on a real server; its histories and answers must agree.
#ifndef TEMPORAL_TESTS_CONFORMANCE_SCENARIO_H_
#define TEMPORAL_TESTS_CONFORMANCE_SCENARIO_H_

#include <ostream>
#include <string_view>
#include <utility>
#include <vector>

#include "temporal/registration.h"

namespace temporal::conformance {

class Stage;

// The workflows and activities of one scenario.
struct Definitions {
  std::vector<internal::WorkflowDefinition> workflows;
  std::vector<internal::ActivityDefinition> activities;

  template <class T, class R, class... A>
  Definitions& Workflow(const WorkflowRef<R(A...)>& ref) {
    workflows.push_back(internal::MakeWorkflow<T>(ref));
    return *this;
  }
  template <class R, class... A, class F>
  Definitions& Workflow(const WorkflowRef<R(A...)>& ref, F function) {
    workflows.push_back(internal::MakeWorkflowFunction(ref, std::move(function)));
    return *this;
  }
  template <class R, class... A, class F>
  Definitions& Activity(const ActivityRef<R(A...)>& ref, F function) {
    activities.push_back(internal::MakeActivity(ref, std::move(function)));
    return *this;
  }
};

struct Scenario {
  std::string_view name;         // "feature.situation"
  void (*define)(Definitions&);  // null: the scenario plays the worker itself
  void (*run)(Stage&);
  bool start_worker = true;  // false: run() starts it when it wants to
};
// For GoogleTest's messages.
inline void PrintTo(const Scenario& scenario, std::ostream* out) { *out << scenario.name; }

// One function for each feature.
std::vector<Scenario> ActivityScenarios();
std::vector<Scenario> ActivityCancellationScenarios();
std::vector<Scenario> AnnotationScenarios();
std::vector<Scenario> AttributeScenarios();
std::vector<Scenario> CancellationScenarios();
std::vector<Scenario> ChainScenarios();
std::vector<Scenario> ChildScenarios();
std::vector<Scenario> ChildCancellationScenarios();
std::vector<Scenario> InterceptorScenarios();
std::vector<Scenario> LocalActivityScenarios();
std::vector<Scenario> LocalActivityCancellationScenarios();
std::vector<Scenario> MarkerScenarios();
std::vector<Scenario> PayloadScenarios();
std::vector<Scenario> QueryScenarios();
std::vector<Scenario> SignalScenarios();
std::vector<Scenario> StartPolicyScenarios();
std::vector<Scenario> TaskScenarios();
std::vector<Scenario> TimeoutScenarios();
std::vector<Scenario> TimerScenarios();
std::vector<Scenario> UpdateScenarios();
std::vector<Scenario> VisibilityScenarios();
std::vector<Scenario> WorkerScenarios();

// All of them, sorted by name.
std::vector<Scenario> AllScenarios();

}  // namespace temporal::conformance

#endif  // TEMPORAL_TESTS_CONFORMANCE_SCENARIO_H_
