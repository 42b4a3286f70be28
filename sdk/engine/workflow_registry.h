// The workflow types that a worker, an environment or a replayer knows.
#ifndef TEMPORAL_SDK_ENGINE_WORKFLOW_REGISTRY_H_
#define TEMPORAL_SDK_ENGINE_WORKFLOW_REGISTRY_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "temporal/registration.h"

namespace temporal::internal {

class WorkflowRegistry {
 public:
  // Throws std::logic_error naming the type if it is registered already.
  void Add(WorkflowDefinition definition);
  // The dynamic one if there is none of that name; null if there is not that either.
  const WorkflowDefinition* Find(std::string_view type) const;
  bool empty() const { return definitions_.empty(); }
  // Sorted.
  std::vector<std::string> types() const;

 private:
  std::map<std::string, WorkflowDefinition, std::less<>> definitions_;
};

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_ENGINE_WORKFLOW_REGISTRY_H_
